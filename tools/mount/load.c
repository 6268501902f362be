// SPDX-License-Identifier: GPL-2.0
/* The module: the kernel does not load it because somebody mounts. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "load.h"

/**
 * has_portfs() - does the kernel have it already?
 *
 * Return: whether so, or whether that cannot be told.
 */
bool has_portfs(void)
{
	FILE *file = fopen("/proc/filesystems", "re");
	bool found = !file;
	char line[64];

	while (!found && fgets(line, sizeof(line), file))
		found = !strcmp(line, "nodev\tportfs\n");
	if (file)
		fclose(file);
	return found;
}

/**
 * load_portfs() - call modprobe(8)
 * @words: what it says of a failure, one line
 * @size: of @words
 *
 * Return: 0, or something else if it failed.
 */
int load_portfs(char *words, size_t size)
{
	int pipes[2], status;
	ssize_t length;
	pid_t child;

	if (pipe2(pipes, O_CLOEXEC))
		return -1;
	child = fork();
	if (!child) {
		dup2(pipes[1], STDERR_FILENO);
		execl("/sbin/modprobe", "modprobe", "portfs", NULL);
		dprintf(STDERR_FILENO, "/sbin/modprobe: %s", strerror(errno));
		_exit(127);
	}
	close(pipes[1]);
	length = read(pipes[0], words, size - 1);
	words[length < 0 ? 0 : length] = '\0';
	words[strcspn(words, "\n")] = '\0';
	if (child < 0 || waitpid(child, &status, 0) != child)
		return -1;
	close(pipes[0]);
	return status;
}
