// SPDX-License-Identifier: GPL-2.0
/* What the files of systemd's units say, as systemd.syntax(7) has it. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "folder.h"
#include "unitfile.h"

static char *trimmed(char *text)
{
	size_t length;

	text += strspn(text, " \t\r");
	length = strlen(text);
	while (length && strchr(" \t\r\n", text[length - 1]))
		text[--length] = '\0';
	return text;
}

static void add_setting(struct unit_file *unit, const char *section, char *text,
			char *equals, const char *file, unsigned int line)
{
	unit->settings = reallocarray(unit->settings, unit->count + 1,
				      sizeof(*unit->settings));
	if (!unit->settings)
		out_of_memory();
	*equals = '\0';
	unit->settings[unit->count++] = (struct setting){
		.section = section,
		.key = format_text("%s", trimmed(text)),
		.value = format_text("%s", trimmed(equals + 1)),
		.file = file,
		.line = line,
	};
}

/* The head of a section, or a line of the one before it. */
static void add_line(struct unit_file *unit, const char **section, char *text,
		     const char *file, unsigned int line)
{
	char *equals;
	size_t length;

	text = trimmed(text);
	length = strlen(text);
	equals = strchr(text, '=');
	if (*text == '[')
		*section =
			text[length - 1] != ']' ?
				"" :
				format_text("%.*s", (int)length - 2, text + 1);
	else if (equals && equals != text)
		add_setting(unit, *section, text, equals, file, line);
}

static bool is_comment(const char *line)
{
	line += strspn(line, " \t\r");
	return *line == '#' || *line == ';';
}

/* A backslash at the end goes for a blank, unless another one is before it. */
static bool goes_on(char *line)
{
	size_t length = strlen(line), count = 0;

	while (count < length && line[length - 1 - count] == '\\')
		count++;
	if (count % 2)
		line[length - 1] = ' ';
	return count % 2;
}

/* A line goes on behind a backslash at its end, past comments. */
static bool read_lines(struct unit_file *unit, const char *path, FILE *file)
{
	static const char order_mark[] = "\xef\xbb\xbf";
	const char *name = format_text("%s", path), *section = "";
	char *line = NULL, *held = NULL, *text;
	unsigned int number = 0, first = 0;
	size_t size = 0;
	bool right;

	while (getline(&line, &size, file) >= 0) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		if (ends_with(line, "\r"))
			line[strlen(line) - 1] = '\0';
		if (is_comment(line))
			continue;
		text = line;
		if (number == 1 && !strncmp(line, order_mark, 3))
			text += strlen(order_mark);
		text = format_text("%s%s", held ? held : "", text);
		first = held ? first : number;
		free(held);
		held = goes_on(text) ? text : NULL;
		if (held)
			continue;
		add_line(unit, &section, text, name, first);
		free(text);
	}
	if (held)
		add_line(unit, &section, held, name, first);
	right = !ferror(file);
	free(held);
	free(line);
	fclose(file);
	return right;
}

/**
 * unit_file_add() - add the lines of a file to those that a unit has
 * @unit: the unit
 * @path: the file
 *
 * Return: whether it could be read to its end; if not, errno says why.
 */
bool unit_file_add(struct unit_file *unit, const char *path)
{
	FILE *file = fopen(path, "re");

	return file && read_lines(unit, path, file);
}

/**
 * unit_file_with() - what a unit would say with one more drop-in
 * @unit: the unit, which has no drop-in of that name
 * @path: where the drop-in would be
 * @text: what it would have
 *
 * Return: a unit with the lines of all, in the order in which they would count.
 */
struct unit_file unit_file_with(const struct unit_file *unit, const char *path,
				const char *text)
{
	FILE *file = fmemopen((char *)text, strlen(text), "r");
	const struct paths *dropins = &unit->dropins;
	struct unit_file with = *unit;
	size_t i = 0;

	if (!file)
		out_of_memory();
	with.settings = NULL;
	with.count = 0;
	unit_file_add(&with, unit->path);
	while (i < dropins->count &&
	       strcmp(last_part(dropins->all[i]), last_part(path)) < 0)
		unit_file_add(&with, dropins->all[i++]);
	read_lines(&with, path, file);
	while (i < dropins->count)
		unit_file_add(&with, dropins->all[i++]);
	return with;
}

/**
 * setting_is() - does a line set this?
 * @setting: the line
 * @section: without brackets
 * @key: the key
 *
 * Return: whether it does.
 */
bool setting_is(const struct setting *setting, const char *section,
		const char *key)
{
	return !strcmp(setting->key, key) && !strcmp(setting->section, section);
}

/**
 * unit_file_last() - the last line of a unit that sets a key
 * @unit: the unit
 * @section: the section that the key belongs to
 * @key: the key
 *
 * Return: the line, or NULL.
 */
const struct setting *unit_file_last(const struct unit_file *unit,
				     const char *section, const char *key)
{
	size_t i;

	for (i = unit->count; i; i--) {
		if (setting_is(&unit->settings[i - 1], section, key))
			return &unit->settings[i - 1];
	}
	return NULL;
}

/**
 * unit_file_next() - a line of a list, behind the last one that empties it
 * @unit: the unit
 * @section: the section that the key belongs to
 * @key: the key
 * @line: the one before it, NULL for the first
 *
 * Return: the line, or NULL.
 */
const struct setting *unit_file_next(const struct unit_file *unit,
				     const char *section, const char *key,
				     const struct setting *line)
{
	const struct setting *end = unit->settings + unit->count;
	const struct setting *found = NULL;

	for (line = line ? line + 1 : unit->settings; line < end; line++) {
		if (!setting_is(line, section, key))
			continue;
		if (!*line->value)
			found = NULL;
		else if (!found)
			found = line;
	}
	return found;
}

/**
 * setting_is_false() - does a line say no?
 * @setting: the line, or NULL
 *
 * Return: whether it does, as systemd.syntax(7) has it.
 */
bool setting_is_false(const struct setting *setting)
{
	static const char *const words[] = {
		"no", "n", "false", "f", "off", "0"
	};
	size_t i;

	for (i = 0; setting && i < ARRAY_SIZE(words); i++) {
		if (!strcasecmp(setting->value, words[i]))
			return true;
	}
	return false;
}
