// SPDX-License-Identifier: GPL-2.0
/* What /proc says of processes: their names and what they may. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process.h"

/**
 * processes_visit() - go through all processes that can be seen
 * @path: where /proc is
 * @visit: called for each, with its folder of /proc open, and @data
 * @data: the caller's
 *
 * A process that ends meanwhile is left out.
 *
 * Return: whether /proc could be read to its end; if not, errno says why.
 */
bool processes_visit(const char *path,
		     void (*visit)(int process, pid_t pid, void *data),
		     void *data)
{
	DIR *directory = opendir(path);
	const struct dirent *entry;
	int process, error;

	if (!directory)
		return false;
	while (errno = 0, (entry = readdir(directory))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		process = openat(dirfd(directory), entry->d_name,
				 O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (process < 0)
			continue;
		visit(process, atoi(entry->d_name), data);
		close(process);
	}
	error = errno;
	closedir(directory);
	errno = error;
	return !error;
}

/**
 * process_name() - what a process calls itself
 * @process: its folder
 * @name: the name, any bytes but zero; empty if the process has ended
 */
void process_name(int process, char name[PROCESS_NAME_SIZE])
{
	int fd = openat(process, "comm", O_RDONLY | O_CLOEXEC);
	ssize_t length = -1;

	if (fd >= 0) {
		length = read(fd, name, PROCESS_NAME_SIZE);
		close(fd);
	}
	/* The last byte is a newline, which a name may hold as well. */
	name[length > 0 ? length - 1 : 0] = '\0';
}

/* A capability in another user namespace is none here. */
static bool same_user_namespace(pid_t pid)
{
	char path[64], ours[64], theirs[64];
	ssize_t length, other;

	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	length = readlink("/proc/self/ns/user", ours, sizeof(ours));
	other = readlink(path, theirs, sizeof(theirs));
	return length > 0 && length == other && !memcmp(ours, theirs, length);
}

static void add_groups(struct caller *caller, const char *text)
{
	unsigned long gid;
	char *end;

	for (; gid = strtoul(text, &end, 10), end != text; text = end) {
		caller->groups = reallocarray(caller->groups, caller->count + 1,
					      sizeof(gid_t));
		if (!caller->groups)
			out_of_memory();
		caller->groups[caller->count++] = gid;
	}
}

/**
 * process_field() - a line of what the kernel says of a process's state
 * @proc: where /proc is
 * @pid: the process
 * @name: its name in /proc/PID/status
 *
 * Return: the rest of the line, or NULL if it cannot be read.
 */
char *process_field(const char *proc, pid_t pid, const char *name)
{
	char *path = format_text("%s/%d/status", proc, pid);
	size_t size = 0, length = strlen(name);
	char *line = NULL, *value = NULL;
	FILE *file = fopen(path, "re");

	free(path);
	while (file && !value && getline(&line, &size, file) >= 0) {
		if (strncmp(line, name, length) || line[length] != ':')
			continue;
		line[strcspn(line, "\n")] = '\0';
		length += 1 + strspn(line + length + 1, " \t");
		value = format_text("%s", line + length);
	}
	free(line);
	if (file)
		fclose(file);
	return value;
}

/**
 * process_caller_at() - what a process may, as bind(2) would see it
 * @proc: where /proc is
 * @pid: the process
 * @caller: the answer; its groups are to be freed
 *
 * Return: whether the process is still there.
 */
bool process_caller_at(const char *proc, pid_t pid, struct caller *caller)
{
	char *path = format_text("%s/%d/status", proc, pid);
	FILE *file = fopen(path, "re");
	unsigned long long capabilities = 0;
	bool found = false;
	char *line = NULL;
	size_t size = 0;
	gid_t gid;

	memset(caller, 0, sizeof(*caller));
	free(path);
	if (!file)
		return false;
	while (getline(&line, &size, file) >= 0) {
		/* The fourth is what files and ports go by. */
		if (sscanf(line, "Uid: %*u %*u %*u %u", &caller->uid) == 1)
			found = true;
		else if (sscanf(line, "Gid: %*u %*u %*u %u", &gid) == 1)
			add_groups(caller, strrchr(line, '\t'));
		else if (!strncmp(line, "Groups:", strlen("Groups:")))
			add_groups(caller, line + strlen("Groups:"));
		else
			sscanf(line, "CapEff: %llx", &capabilities);
	}
	free(line);
	fclose(file);
	caller->capable = capabilities >> CAP_NET_BIND_SERVICE & 1 &&
			  same_user_namespace(pid);
	return found;
}

/**
 * process_caller() - what a process may, as bind(2) would see it
 * @pid: the process
 * @caller: the answer; its groups are to be freed
 *
 * Return: whether the process is still there.
 */
bool process_caller(pid_t pid, struct caller *caller)
{
	return process_caller_at("/proc", pid, caller);
}
