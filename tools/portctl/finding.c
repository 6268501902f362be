// SPDX-License-Identifier: GPL-2.0
/* What was found, what to type about it, and what was not looked at. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "finding.h"

static char *format_list(const char *format, va_list arguments)
{
	char *text;

	if (vasprintf(&text, format, arguments) < 0)
		out_of_memory();
	return text;
}

/**
 * finding_add() - keep what was found
 * @findings: what was found before
 * @file: where it is written, or NULL
 * @line: in that file, or 0
 * @format: what is so, and what that means
 *
 * Return: the finding, for finding_type(); it lives as long as @findings.
 */
struct finding *finding_add(struct findings *findings, const char *file,
			    unsigned int line, const char *format, ...)
{
	struct finding *finding = allocate(sizeof(*finding)), **end;
	va_list arguments;

	va_start(arguments, format);
	finding->text = format_list(format, arguments);
	va_end(arguments);
	finding->check = findings->check;
	finding->file = file ? format_text("%s", file) : NULL;
	finding->line = line;
	for (end = &findings->first; *end; end = &(*end)->next)
		;
	*end = finding;
	return finding;
}

/**
 * finding_type() - add what to type, after what is there already
 * @finding: what it is about
 * @format: a line for a shell; words from elsewhere went through shell_word()
 */
void finding_type(struct finding *finding, const char *format, ...)
{
	va_list arguments;

	finding->commands = reallocarray(finding->commands, finding->count + 1,
					 sizeof(*finding->commands));
	if (!finding->commands)
		out_of_memory();
	va_start(arguments, format);
	finding->commands[finding->count++] = format_list(format, arguments);
	va_end(arguments);
}

/**
 * findings_omit() - keep what was not looked at
 * @findings: what was found before
 * @format: what, and why not
 *
 * Return: the omission, whose kind may be set.
 */
struct omission *findings_omit(struct findings *findings, const char *format,
			       ...)
{
	struct omission *omission = allocate(sizeof(*omission)), **end;
	va_list arguments;

	va_start(arguments, format);
	omission->text = format_list(format, arguments);
	va_end(arguments);
	omission->check = findings->check;
	for (end = &findings->first_omission; *end; end = &(*end)->next)
		;
	*end = omission;
	return omission;
}
