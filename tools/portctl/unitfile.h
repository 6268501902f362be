/* SPDX-License-Identifier: GPL-2.0 */
/* unitfile.c: systemd's unit files and their drop-ins. */
#ifndef PORTCTL_UNITFILE_H
#define PORTCTL_UNITFILE_H

#include "base.h"

/**
 * struct setting - a line of a unit
 * @key: what stands before the equals sign
 * @value: what stands behind it, "" takes back what the key had before
 * @file: its file
 * @line: counted from 1
 */
struct setting {
	char *key;
	char *value;
	const char *file;
	unsigned int line;
};

/**
 * struct unit_file - a unit as its files have it
 * @name: such as ssh.service
 * @settings: all lines, in the order in which they count
 * @count: how many
 */
struct unit_file {
	const char *name;
	struct setting *settings;
	size_t count;
};

/**
 * struct unit_files - all services and sockets
 * @all: the units, by name
 * @count: how many
 */
struct unit_files {
	struct unit_file *all;
	size_t count;
};

void unit_files_read(struct unit_files *units,
		     void (*omitted)(const char *path, void *data), void *data);
bool unit_file_read(struct unit_file *unit, const char *path);
const struct unit_file *unit_files_find(const struct unit_files *units,
					const char *name);
const struct setting *unit_file_last(const struct unit_file *unit,
				     const char *key);
bool unit_file_is_wanted(const char *name);
bool setting_is_false(const struct setting *setting);

#endif
