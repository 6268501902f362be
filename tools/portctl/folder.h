/* SPDX-License-Identifier: GPL-2.0 */
/* folder.c: folders whose files mask those of the same name in later ones. */
#ifndef PORTCTL_FOLDER_H
#define PORTCTL_FOLDER_H

#include "base.h"

/**
 * struct paths - the files that count
 * @all: their paths
 * @count: how many
 */
struct paths {
	char **all;
	size_t count;
};

const char *last_part(const char *path);
bool ends_with(const char *word, const char *end);
bool is_disabled(const char *path);
bool paths_add(struct paths *paths, const char *folder, const char *end);
void paths_sort(struct paths *paths);
void paths_free(struct paths *paths);

#endif
