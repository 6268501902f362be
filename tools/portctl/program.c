// SPDX-License-Identifier: GPL-2.0
/* What another program prints, read without a shell between: words may be anything. */
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.h"

/**
 * program_open() - start a program
 * @words: its path and its arguments; the last is NULL
 * @pid: the process, for program_close()
 *
 * It gets no input, a plain environment, and nobody sees its errors.
 *
 * Return: what it prints, or NULL if it cannot be started.
 */
FILE *program_open(char *const *words, pid_t *pid)
{
	static char *const environment[] = {
		"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL
	};
	posix_spawn_file_actions_t actions;
	int ends[2];
	bool started;

	if (pipe2(ends, O_CLOEXEC))
		return NULL;
	if (posix_spawn_file_actions_init(&actions) ||
	    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO,
					     "/dev/null", O_RDONLY, 0) ||
	    posix_spawn_file_actions_adddup2(&actions, ends[1],
					     STDOUT_FILENO) ||
	    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO,
					     "/dev/null", O_WRONLY, 0))
		out_of_memory();
	started =
		!posix_spawn(pid, words[0], &actions, NULL, words, environment);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (!started) {
		close(ends[0]);
		return NULL;
	}
	return fdopen(ends[0], "re");
}

/**
 * program_close() - wait for a program whose output was read to its end
 * @output: what program_open() returned
 * @pid: the process
 *
 * Return: whether it succeeded.
 */
bool program_close(FILE *output, pid_t pid)
{
	int result;

	fclose(output);
	return waitpid(pid, &result, 0) == pid && !result;
}
