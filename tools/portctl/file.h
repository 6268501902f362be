/* SPDX-License-Identifier: GPL-2.0 */
/* file.c: a table file. */
#ifndef PORTCTL_FILE_H
#define PORTCTL_FILE_H

#include "rule.h"

/**
 * struct origin - the line that decided on a port
 * @file: its file's name, NULL if there is none
 * @line: counted from 1
 * @unresolved: it names an owner that does not exist
 */
struct origin {
	const char *file;
	unsigned int line;
	bool unresolved;
};

/**
 * struct source - a table that was read from files, and how
 * @table: the rules
 * @origins: by index
 * @tolerant: as at boot: what is wrong, or waits for a name, leaves its ports
 *	to root alone, and all else counts
 * @unresolved: how many lines wait for a name
 * @unknown: something was not read, and which ports it is about is not known
 */
struct source {
	struct table *table;
	struct origin *origins;
	bool tolerant;
	unsigned int unresolved;
	bool unknown;
};

enum status file_read(struct source *source, const char *path);

#endif
