// SPDX-License-Identifier: GPL-2.0
/*
 * An instance of tracefs of our own, so that nobody else's tracing is touched:
 * instances/portctl-PID. What a killed portctl left of it, the next one removes;
 * the kernel keeps those that somebody reads.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.h"
#include "module.h"
#include "place.h"
#include "trace.h"

#define PREFIX "portctl-"

/* Of all processors together, as long as they are not too many. */
#define BUFFER_KB	    16384
#define BUFFER_KB_PROCESSOR 512

static char *instance;

static char *every_instance(void)
{
	return format_text("%s/sys/kernel/tracing/instances", places.root);
}

/* Whose process is gone, and who was not this one. */
static void remove_left(const char *folder)
{
	const struct dirent *entry;
	DIR *directory = opendir(folder);
	pid_t pid;

	while (directory && (entry = readdir(directory))) {
		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)))
			continue;
		pid = atoi(entry->d_name + strlen(PREFIX));
		if (pid > 0 && kill(pid, 0) && errno == ESRCH)
			unlinkat(dirfd(directory), entry->d_name, AT_REMOVEDIR);
	}
	if (directory)
		closedir(directory);
}

static int open_file(const char *name, int flags)
{
	char *path = format_text("%s/%s", instance, name);
	int fd = open(path, flags | O_CLOEXEC);
	int error = errno;

	free(path);
	errno = error;
	return fd;
}

static bool write_word(const char *name, const char *word)
{
	int fd = open_file(name, O_WRONLY | O_TRUNC);
	bool written = fd >= 0 &&
		       write(fd, word, strlen(word)) == (ssize_t)strlen(word);
	int error = errno;

	if (fd >= 0)
		close(fd);
	errno = error;
	return written;
}

/* Then tracefs makes files that are none and opens none. */
static bool is_confidential(void)
{
	char *path =
		format_text("%s/sys/kernel/security/lockdown", places.root);
	char *line = read_line(path);
	bool is = line && strstr(line, "[confidentiality]");

	free(line);
	free(path);
	return is;
}

static enum status locked_down(void)
{
	return fail(
		FAILED,
		"cannot watch the ports: the kernel is locked down for confidentiality (/sys/kernel/security/lockdown) and forbids tracing; a boot with lockdown=integrity allows it, and 'journalctl -kf --grep ^portfs:' follows the refusals without it");
}

static enum status cannot_watch(void)
{
	char *folder;

	switch (errno) {
	case EPERM:
		if (is_confidential())
			return locked_down();
		return fail(
			FAILED,
			"cannot watch the ports: the kernel forbids it (%s), as it does if it is locked down for confidentiality",
			strerror(EPERM));
	case EACCES:
		return fail(FAILED, "cannot watch the ports: only root can");
	case ENOENT:
		folder = every_instance();
		if (access(folder, F_OK))
			return fail(
				FAILED,
				"cannot watch the ports: tracefs is not mounted at %s/sys/kernel/tracing; 'mount -t tracefs tracefs /sys/kernel/tracing' does it, unless the kernel is without tracing",
				places.root);
		free(folder);
		errno = ENOENT;
		/* fall through */
	default:
		return fail(FAILED, "cannot watch the ports: %s",
			    strerror(errno));
	}
}

static bool set_up(unsigned long netns)
{
	long processors = sysconf(_SC_NPROCESSORS_CONF);
	long size = BUFFER_KB / (processors > 0 ? processors : 1);
	char *filter = format_text("netns == %lu", netns);
	char *room = format_text(
		"%ld", size > BUFFER_KB_PROCESSOR ? size : BUFFER_KB_PROCESSOR);
	bool done = write_word("tracing_on", "0") && write_word("trace", "") &&
		    write_word("trace_clock", "boot") &&
		    write_word("buffer_size_kb", room) &&
		    /* Who waits is woken by the first event. */
		    write_word("buffer_percent", "0") &&
		    write_word("events/portfs/filter", filter) &&
		    write_word("events/portfs/enable", "1");
	int error = errno;

	free(filter);
	free(room);
	errno = error;
	return done;
}

/**
 * trace_begin() - have the module's events traced from now on
 * @netns: only those of the network namespace with this inode number
 * @pipe: becomes what they are read from, without waiting for them
 *
 * Return: DONE, or the status to exit with after a line that says why.
 */
enum status trace_begin(unsigned long netns, int *pipe)
{
	char *folder = every_instance();
	enum status status = DONE;

	if (!places.plain && !module_is_loaded()) {
		free(folder);
		return module_why_missing();
	}
	if (is_confidential()) {
		free(folder);
		return locked_down();
	}
	remove_left(folder);
	instance = format_text("%s/" PREFIX "%d", folder, getpid());
	free(folder);
	/* One that is there is what a killed process of this number left. */
	if (mkdir(instance, 0700) && errno != EEXIST) {
		free(instance);
		instance = NULL;
		return cannot_watch();
	}
	*pipe = set_up(netns) ? open_file("trace_pipe", O_RDONLY | O_NONBLOCK) :
				-1;
	if (*pipe < 0 || !write_word("tracing_on", "1"))
		status = cannot_watch();
	if (status)
		trace_end();
	return status;
}

/**
 * trace_is_on() - are the events still traced?
 *
 * A kernel that has been locked down meanwhile opens no file, and goes on.
 *
 * Return: false when the module has been removed since trace_begin().
 */
bool trace_is_on(void)
{
	int fd = open_file("events/portfs/enable", O_RDONLY);
	char word = '0';
	bool on;

	if (fd < 0)
		return errno == EPERM && (places.plain || module_is_loaded());
	on = read(fd, &word, 1) == 1 && word == '1';
	close(fd);
	return on;
}

/**
 * trace_stop() - have no more events traced; those that are may still be read
 */
void trace_stop(void)
{
	write_word("tracing_on", "0");
}

/**
 * trace_end() - give the instance back; what reads from it is closed
 */
void trace_end(void)
{
	if (!instance)
		return;
	if (rmdir(instance) && !places.plain)
		warn("cannot remove %s: %s", instance, strerror(errno));
	free(instance);
	instance = NULL;
}
