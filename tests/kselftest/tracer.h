/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A tracer at a function of the kernel's: what all kinds have in common. One that
 * is attached can tell how often it was called, for one that never is would prove
 * nothing.
 */
#ifndef PORTFS_TEST_TRACER_H
#define PORTFS_TEST_TRACER_H

#include "lib.h"

/* One file for each processor, or a program and its link. */
#define FILES 8

struct tracer;

/**
 * struct attached - a tracer at a function
 * @tracer: what kind
 * @function: where, NULL for everywhere
 * @name: of its event, if it has one
 * @place: its own instance of tracefs, if it has one
 * @files: what it holds open
 * @open: how many of @files
 */
struct attached {
	const struct tracer *tracer;
	const char *function;
	char name[64];
	char place[128];
	int files[FILES];
	int open;
};

/**
 * struct tracer - a kind of tracer
 * @name: what a report calls it
 * @exclusive: it takes the function for itself, as the module does: one of both
 *	may be refused
 * @missing: why this kernel has none, or NULL
 * @attach: 0 or an errno
 * @detach: 0 or an errno; closes nothing of @files itself
 * @calls: how often it was called, or a negative errno
 */
struct tracer {
	const char *name;
	bool exclusive;
	const char *(*missing)(void);
	int (*attach)(struct attached *at);
	int (*detach)(struct attached *at);
	long (*calls)(const struct attached *at);
};

static inline int tracer_append(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_APPEND);
	int error;

	if (fd < 0)
		return errno;
	error = write(fd, text, strlen(text)) < 0 ? errno : 0;
	close(fd);
	return error;
}

/* Is @text in the file? What cannot be read has none. */
static inline bool tracer_says(const char *path, const char *text)
{
	FILE *file = fopen(path, "re");
	char line[4096];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = strstr(line, text);
	if (file)
		fclose(file);
	return found;
}

static inline long tracer_number(const char *path)
{
	char text[64];
	int error = read_file(path, text, sizeof(text));

	return error ? -error : atol(text);
}

static inline int tracer_keep(struct attached *at, int file)
{
	if (file < 0)
		return -file;
	at->files[at->open++] = file;
	return 0;
}

static inline int nothing_to_do(struct attached *at)
{
	return 0;
}

#endif
