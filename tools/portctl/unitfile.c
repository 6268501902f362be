// SPDX-License-Identifier: GPL-2.0
/* systemd's unit files and their drop-ins, as systemd.unit(5) has them. */
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "folder.h"
#include "place.h"
#include "unitfile.h"

/* Some have only drop-ins of generators. */
static const char *const folders[] = {
	"/etc/systemd/system.control", "/run/systemd/system.control",
	"/run/systemd/transient",      "/run/systemd/generator.early",
	"/etc/systemd/system",	       "/run/systemd/system",
	"/run/systemd/generator",      "/usr/local/lib/systemd/system",
	"/usr/lib/systemd/system",     "/run/systemd/generator.late",
};

static char *trimmed(char *text)
{
	size_t length;

	text += strspn(text, " \t");
	length = strlen(text);
	while (length && strchr(" \t\n", text[length - 1]))
		text[--length] = '\0';
	return text;
}

static void add_setting(struct unit_file *unit, char *text, const char *file,
			unsigned int line)
{
	char *equals = strchr(text, '=');

	text += strspn(text, " \t");
	if (!equals || *text == '#' || *text == ';' || *text == '[')
		return;
	unit->settings = reallocarray(unit->settings, unit->count + 1,
				      sizeof(*unit->settings));
	if (!unit->settings)
		out_of_memory();
	*equals = '\0';
	unit->settings[unit->count++] = (struct setting){
		.key = format_text("%s", trimmed(text)),
		.value = format_text("%s", trimmed(equals + 1)),
		.file = file,
		.line = line,
	};
}

/* A line goes on behind a backslash at its end, past comments. */
static bool read_file(struct unit_file *unit, const char *path)
{
	const char *name = format_text("%s", path);
	char *line = NULL, *held = NULL, *joined;
	unsigned int number = 0, first = 0;
	FILE *file = fopen(path, "re");
	size_t size = 0, length;
	bool right;

	if (!file)
		return false;
	while (getline(&line, &size, file) >= 0) {
		number++;
		length = strcspn(line, "\n");
		line[length] = '\0';
		if (held && (*line == '#' || *line == ';'))
			continue;
		joined = format_text("%s%s", held ? held : "", line);
		first = held ? first : number;
		free(held);
		held = NULL;
		length = strlen(joined);
		if (length && joined[length - 1] == '\\') {
			joined[length - 1] = ' ';
			held = joined;
			continue;
		}
		add_setting(unit, joined, name, first);
		free(joined);
	}
	if (held)
		add_setting(unit, held, name, first);
	right = !ferror(file);
	free(held);
	free(line);
	fclose(file);
	return right;
}

/* Those of an instance's template come before its own, if both have a name. */
static void add_dropins(struct paths *paths, const char *name,
			void (*omitted)(const char *path, void *data),
			void *data)
{
	char *folder;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(folders); i++) {
		folder =
			format_text("%s%s/%s.d", places.root, folders[i], name);
		if (!paths_add(paths, folder, ".conf"))
			omitted(folder, data);
		free(folder);
	}
}

static void read_unit(struct unit_file *unit, const char *path,
		      void (*omitted)(const char *path, void *data), void *data)
{
	struct paths paths = { 0 };
	size_t i;

	unit->name = format_text("%s", last_part(path));
	if (!read_file(unit, path) && errno != ENOENT)
		omitted(path, data);
	add_dropins(&paths, unit->name, omitted, data);
	paths_sort(&paths);
	for (i = 0; i < paths.count; i++) {
		if (!is_disabled(paths.all[i]) &&
		    !read_file(unit, paths.all[i]))
			omitted(paths.all[i], data);
	}
	paths_free(&paths);
}

/**
 * unit_files_read() - read all services and sockets that the host has files of
 * @units: the result
 * @omitted: called for what could not be read, errno says why
 * @data: the caller's
 *
 * What is masked is left out.
 */
void unit_files_read(struct unit_files *units,
		     void (*omitted)(const char *path, void *data), void *data)
{
	static const char *const ends[] = { ".service", ".socket" };
	struct paths paths = { 0 };
	char *folder;
	size_t i;

	*units = (struct unit_files){ 0 };
	for (i = 0; i < ARRAY_SIZE(folders) * ARRAY_SIZE(ends); i++) {
		folder = format_text("%s%s", places.root, folders[i / 2]);
		if (!paths_add(&paths, folder, ends[i % 2]) && i % 2)
			omitted(folder, data);
		free(folder);
	}
	paths_sort(&paths);
	units->all = allocate((paths.count + 1) * sizeof(*units->all));
	for (i = 0; i < paths.count; i++) {
		if (!is_disabled(paths.all[i]))
			read_unit(&units->all[units->count++], paths.all[i],
				  omitted, data);
	}
	paths_free(&paths);
}

/**
 * unit_file_read() - read one file
 * @unit: the result, without drop-ins
 * @path: the file
 *
 * Return: whether it could be read; if not, errno says why.
 */
bool unit_file_read(struct unit_file *unit, const char *path)
{
	const char *slash = strrchr(path, '/');

	*unit = (struct unit_file){
		.name = format_text("%s", slash ? slash + 1 : path),
	};
	return read_file(unit, path);
}

/* foo@.service for foo@bar.service, or NULL. */
static char *template_of(const char *name)
{
	const char *at = strchr(name, '@'), *dot = strrchr(name, '.');

	if (!at || !dot || dot < at || dot == at + 1)
		return NULL;
	return format_text("%.*s%s", (int)(at + 1 - name), name, dot);
}

/**
 * unit_files_find() - find a unit
 * @units: all of them
 * @name: its name; an instance without a file of its own is its template
 *
 * Return: the unit, or NULL.
 */
const struct unit_file *unit_files_find(const struct unit_files *units,
					const char *name)
{
	const struct unit_file *found = NULL;
	char *template;
	size_t i;

	for (i = 0; i < units->count; i++) {
		if (!strcmp(units->all[i].name, name))
			return &units->all[i];
	}
	template = template_of(name);
	if (template)
		found = unit_files_find(units, template);
	free(template);
	return found;
}

/**
 * unit_file_last() - the last line of a unit that sets a key
 * @unit: the unit
 * @key: the key
 *
 * Return: the line, or NULL.
 */
const struct setting *unit_file_last(const struct unit_file *unit,
				     const char *key)
{
	size_t i;

	for (i = unit->count; i; i--) {
		if (!strcmp(unit->settings[i - 1].key, key))
			return &unit->settings[i - 1];
	}
	return NULL;
}

/**
 * unit_file_is_wanted() - does something at boot start a unit?
 * @name: the unit; a template is wanted if an instance is
 *
 * Return: whether a target or another unit has a link to it.
 */
bool unit_file_is_wanted(const char *name)
{
	const char *at = strstr(name, "@.");
	char *link = at ? format_text("%.*s*%s", (int)(at + 1 - name), name,
				      at + 1) :
			  format_text("%s", name);
	bool found = false;
	char *pattern;
	glob_t files;
	size_t i;

	for (i = 0; !found && i < ARRAY_SIZE(folders); i++) {
		pattern = format_text("%s%s/*.[wr]*s/%s", places.root,
				      folders[i], link);
		found = !glob(pattern, GLOB_NOSORT | GLOB_NOESCAPE, NULL,
			      &files);
		globfree(&files);
		free(pattern);
	}
	free(link);
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
