/* SPDX-License-Identifier: GPL-2.0 */
/* unitfile.c: what the files of systemd's units say. */
#ifndef PORTCTL_UNITFILE_H
#define PORTCTL_UNITFILE_H

#include "folder.h"

/**
 * struct setting - a line of a unit
 * @section: what stands above it in brackets, "" if nothing does
 * @key: what stands before the equals sign
 * @value: what stands behind it, "" takes back what the key had before
 * @file: its file
 * @line: counted from 1
 */
struct setting {
	const char *section;
	char *key;
	char *value;
	const char *file;
	unsigned int line;
};

/**
 * struct unit_file - a unit as its files have it
 * @name: such as ssh.service
 * @path: its file, without drop-ins
 * @aliases: its other names
 * @alias_count: how many
 * @dropins: their paths, in the order in which they count
 * @unread: the first of its files that could not be read, and why, or NULL
 * @is_other: it is only a name that leads to another unit
 * @settings: all lines, in the order in which they count
 * @count: how many
 */
struct unit_file {
	const char *name;
	const char *path;
	char **aliases;
	size_t alias_count;
	struct paths dropins;
	char *unread;
	bool is_other;
	struct setting *settings;
	size_t count;
};

bool unit_file_add(struct unit_file *unit, const char *path);
struct unit_file unit_file_with(const struct unit_file *unit, const char *path,
				const char *text);
const struct setting *unit_file_last(const struct unit_file *unit,
				     const char *section, const char *key);
const struct setting *unit_file_next(const struct unit_file *unit,
				     const char *section, const char *key,
				     const struct setting *line);
bool setting_is(const struct setting *setting, const char *section,
		const char *key);
bool setting_is_false(const struct setting *setting);

#endif
