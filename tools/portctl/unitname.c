// SPDX-License-Identifier: GPL-2.0
/* The parts of the names of systemd's units, as systemd.unit(5) has them. */
#include <stdlib.h>
#include <string.h>

#include "folder.h"
#include "unitname.h"

/**
 * unit_name_template() - foo@.service for foo@bar.service
 * @name: the instance
 *
 * Return: the template, or NULL for what is no instance.
 */
char *unit_name_template(const char *name)
{
	const char *at = strchr(name, '@'), *dot = strrchr(name, '.');

	if (!at || !dot || dot < at || dot == at + 1)
		return NULL;
	return format_text("%.*s%s", (int)(at + 1 - name), name, dot);
}

/**
 * unit_name_instance() - foo@bar.service for foo@.service
 * @template: the template
 * @name: another one's instance, of the same name behind the @
 *
 * Return: the instance.
 */
char *unit_name_instance(const char *template, const char *name)
{
	return format_text("%.*s%s", (int)(strchr(template, '@') - template),
			   template, strchr(name, '@'));
}

/**
 * unit_name_prefix() - foo-.service for foo-bar.service and foo-bar@.service
 * @name: the unit
 *
 * Return: the name up to the dash, or NULL if it has none.
 */
char *unit_name_prefix(const char *name)
{
	const char *at = strchr(name, '@'), *dot = strrchr(name, '.');
	const char *end = at ? at : dot, *dash = end;

	if (end > name && end[-1] == '-')
		dash--;
	dash = memrchr(name, '-', dash - name);
	if (!dash || dash == name)
		return NULL;
	return format_text("%.*s%s", (int)(dash + 1 - name), name,
			   at && at + 1 != dot ? at : dot);
}

/* A byte of an instance's name; - stands for a slash there, \x2d for the byte. */
static int unescaped(const char **text)
{
	unsigned int byte;

	if (**text == '-') {
		++*text;
		return '/';
	}
	if (sscanf(*text, "\\x%2x", &byte) == 1) {
		*text += strlen("\\x2d");
		return byte;
	}
	return *(*text)++;
}

static void write_instance(FILE *file, const char *name, bool unescape)
{
	const char *text = strchr(name, '@') + 1, *end = strrchr(name, '.');

	while (text < end)
		fputc(unescape ? unescaped(&text) : *text++, file);
}

/**
 * unit_name_expand() - put an instance's name for %i and %I, and % for %%
 * @name: the unit
 * @text: what a line of it says
 *
 * Return: the text, or NULL if there is more in it that stands for something.
 */
char *unit_name_expand(const char *name, const char *text)
{
	char *template = unit_name_template(name), *result;
	size_t size;
	FILE *file = open_memstream(&result, &size);
	bool known = true;

	if (!file)
		out_of_memory();
	for (; known && *text; text++) {
		if (*text != '%')
			fputc(*text, file);
		else if (*++text == '%')
			fputc('%', file);
		else if (template && (*text == 'i' || *text == 'I'))
			write_instance(file, name, *text == 'I');
		else
			known = false;
	}
	if (fclose(file))
		out_of_memory();
	free(template);
	if (known)
		return result;
	free(result);
	return NULL;
}

/**
 * unit_is_template() - is it one of which only instances run?
 * @unit: the unit
 *
 * Return: whether so.
 */
bool unit_is_template(const struct unit_file *unit)
{
	const char *at = strchr(unit->name, '@');

	return at && at + 1 == strrchr(unit->name, '.');
}

/**
 * unit_starts() - the service that a socket unit starts
 * @socket: any unit
 *
 * Return: the service's name, or NULL for what is no socket unit.
 */
char *unit_starts(const struct unit_file *socket)
{
	const struct setting *line =
		unit_file_last(socket, "Socket", "Service");
	int length = strlen(socket->name) - strlen(".socket");
	char *name = NULL;

	if (!ends_with(socket->name, ".socket"))
		return NULL;
	if (line && *line->value)
		name = unit_name_expand(socket->name, line->value);
	return name ? name : format_text("%.*s.service", length, socket->name);
}
