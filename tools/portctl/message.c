// SPDX-License-Identifier: GPL-2.0
/*
 * What is said of mistakes and failures: each is a line on standard error, or is
 * kept for the errors of a document of JSON.
 */
#include <stdarg.h>
#include <stdlib.h>

#include "message.h"
#include "text.h"

static struct message *first, **last = &first;
static bool keep;
static FILE *copy;

/**
 * messages_keep() - print no message from now on, for JSON will have them
 */
void messages_keep(void)
{
	keep = true;
}

/**
 * messages_kept() - what was said since messages_keep()
 *
 * Return: the first message; the others follow.
 */
const struct message *messages_kept(void)
{
	return first;
}

/**
 * messages_copy() - write all errors from now on to a file as well
 * @file: the file, or NULL to end that
 */
void messages_copy(FILE *file)
{
	copy = file;
}

static void print(FILE *file, const struct message *message)
{
	if (message->file) {
		text_print(file, message->file);
		fprintf(file, ":%u:%zu: %s: ", message->line, message->column,
			message->severity == ERROR ? "error" : "warning");
	} else {
		fputs("portctl: ", file);
	}
	text_print(file, message->text);
	fputc('\n', file);
}

static void say(const struct message *message)
{
	if (copy && message->severity == ERROR)
		print(copy, message);
	if (!keep) {
		fflush(stdout);
		print(stderr, message);
		return;
	}
	*last = allocate(sizeof(**last));
	**last = *message;
	if (message->file)
		(*last)->file = format_text("%s", message->file);
	(*last)->text = format_text("%s", message->text);
	last = &(*last)->next;
}

static void say_format(enum severity severity, const char *format,
		       va_list arguments)
{
	char *text;

	if (vasprintf(&text, format, arguments) < 0)
		out_of_memory();
	say(&(struct message){ .severity = severity, .text = text });
	free(text);
}

enum status fail(enum status status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_format(ERROR, format, arguments);
	va_end(arguments);
	return status;
}

void warn(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_format(WARNING, format, arguments);
	va_end(arguments);
}

/**
 * complain() - say what is wrong with a file, and where
 * @severity: an error, or a warning
 * @file: its name
 * @line: counted from 1
 * @column: counted from 1
 * @text: what is wrong, and what would be right
 */
void complain(enum severity severity, const char *file, unsigned int line,
	      size_t column, const char *text)
{
	say(&(struct message){
		.severity = severity,
		.file = file,
		.line = line,
		.column = column,
		.text = text,
	});
}

bool mistaken(struct mistake *mistake, size_t offset, const char *format, ...)
{
	va_list arguments;

	mistake->offset = offset;
	mistake->unresolved = false;
	va_start(arguments, format);
	vsnprintf(mistake->text, sizeof(mistake->text), format, arguments);
	va_end(arguments);
	return false;
}
