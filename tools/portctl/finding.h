/* SPDX-License-Identifier: GPL-2.0 */
/* finding.c: what portctl doctor finds, and what to type about it. */
#ifndef PORTCTL_FINDING_H
#define PORTCTL_FINDING_H

#include "base.h"
#include "text.h"

/**
 * struct finding - one thing to mend
 * @next: what was found after it
 * @check: the name of what found it
 * @text: what is so, and what that means
 * @file: where it is written, or NULL
 * @line: in that file, counted from 1, or 0
 * @commands: what to type, in this order; lines for a shell, or its comments
 * @count: how many
 */
struct finding {
	struct finding *next;
	const char *check;
	char *text;
	char *file;
	unsigned int line;
	char **commands;
	size_t count;
};

/* What it is that was not looked at, for commands which need not all. */
enum omission_kind {
	OMITTED,
	OMITTED_SOCKETS,
	OMITTED_PROCESSES,
	OMITTED_UNITS,
};

/**
 * struct omission - something that was not looked at
 * @next: what was not looked at after it
 * @kind: what it is
 * @check: the name of what did not
 * @text: what, and why not
 */
struct omission {
	struct omission *next;
	enum omission_kind kind;
	const char *check;
	char *text;
};

/**
 * struct findings - all of them, in the order in which they were found
 * @check: the name of what looks now
 * @first: the first finding, or NULL
 * @first_omission: the first omission, or NULL
 */
struct findings {
	const char *check;
	struct finding *first;
	struct omission *first_omission;
};

__printf(4, 5) struct finding *finding_add(struct findings *findings,
					   const char *file, unsigned int line,
					   const char *format, ...);
__printf(2, 3) void finding_type(struct finding *finding, const char *format,
				 ...);
__printf(2, 3) struct omission *findings_omit(struct findings *findings,
					      const char *format, ...);

#endif
