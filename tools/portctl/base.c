// SPDX-License-Identifier: GPL-2.0
/* The ground floor: what is said, and memory. */
#include <stdarg.h>
#include <stdlib.h>

#include "base.h"

static void say(const char *format, va_list arguments)
{
	fputs("portctl: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
}

enum status fail(enum status status, const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
	return status;
}

void warn(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
}

bool mistaken(struct mistake *mistake, size_t offset, const char *format, ...)
{
	va_list arguments;
	char *p;

	mistake->offset = offset;
	mistake->unresolved = false;
	va_start(arguments, format);
	vsnprintf(mistake->text, sizeof(mistake->text), format, arguments);
	va_end(arguments);
	/* It quotes what it was given, which may be anything. */
	for (p = mistake->text; *p; p++) {
		if ((unsigned char)*p < ' ' || *p == '\177')
			*p = '?';
	}
	return false;
}

/* Nothing goes on without. */
void out_of_memory(void)
{
	perror("portctl");
	exit(FAILED);
}

/* Zeroed memory, or none of this goes on. */
void *allocate(size_t size)
{
	void *memory = calloc(1, size);

	if (!memory)
		out_of_memory();
	return memory;
}

char *format_text(const char *format, ...)
{
	va_list arguments;
	char *text;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0)
		out_of_memory();
	return text;
}
