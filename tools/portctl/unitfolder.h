/* SPDX-License-Identifier: GPL-2.0 */
/* unitfolder.c: systemd's units, with all their files and names. */
#ifndef PORTCTL_UNITFOLDER_H
#define PORTCTL_UNITFOLDER_H

#include "unitfile.h"

/**
 * struct unit_files - all services and sockets
 * @all: the units: those with files of their own by name, then instances
 * @count: how many
 */
struct unit_files {
	struct unit_file *all;
	size_t count;
};

void unit_files_read(struct unit_files *units,
		     void (*omitted)(const char *path, void *data), void *data);
void unit_files_add(struct unit_files *units, const char *name,
		    void (*omitted)(const char *path, void *data), void *data);
bool unit_has_name(const struct unit_file *unit, const char *name);
bool unit_file_read(struct unit_file *unit, const char *path);
const struct unit_file *unit_files_find(const struct unit_files *units,
					const char *name);
bool unit_name_is_wanted(const char *name);
bool unit_is_wanted(const struct unit_file *unit);

#endif
