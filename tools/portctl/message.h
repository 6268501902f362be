/* SPDX-License-Identifier: GPL-2.0 */
/* message.c: what is said of mistakes and failures. */
#ifndef PORTCTL_MESSAGE_H
#define PORTCTL_MESSAGE_H

#include "base.h"

enum severity {
	ERROR,
	WARNING,
};

/**
 * struct message - one line for people, or one object for programs
 * @next: what was said after it
 * @severity: an error, or a warning of something that was done in part
 * @file: the file that it is about, or NULL
 * @line: in that file, counted from 1
 * @column: in that line, counted from 1
 * @text: what is wrong, and what would be right
 */
struct message {
	struct message *next;
	enum severity severity;
	const char *file;
	unsigned int line;
	size_t column;
	const char *text;
};

void messages_keep(void);
const struct message *messages_kept(void);
void messages_copy(FILE *file);

/* One message; fail() returns @status, for the caller to pass on. */
__printf(2, 3) enum status fail(enum status status, const char *format, ...);
__printf(1, 2) void warn(const char *format, ...);
void complain(enum severity severity, const char *file, unsigned int line,
	      size_t column, const char *text);

/**
 * struct mistake - what is wrong with a piece of text, and where
 * @offset: of the wrong part in the text
 * @unresolved: it is right but for the name of a user or a group
 * @text: what is wrong, and what would be right
 */
struct mistake {
	size_t offset;
	bool unresolved;
	char text[400];
};

/* Always false, for the caller to return. */
__printf(3, 4) bool mistaken(struct mistake *mistake, size_t offset,
			     const char *format, ...);

#endif
