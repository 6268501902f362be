// SPDX-License-Identifier: GPL-2.0
/* The ground floor: memory. */
#include <stdarg.h>
#include <stdlib.h>

#include "base.h"

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
