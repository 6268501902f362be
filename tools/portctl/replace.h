/* SPDX-License-Identifier: GPL-2.0 */
/* replace.c: new content for a file, in one step. */
#ifndef PORTCTL_REPLACE_H
#define PORTCTL_REPLACE_H

#include "base.h"

/**
 * struct content - what a file had
 * @path: the file
 * @text: its bytes, NULL if there was none
 * @size: how many
 */
struct content {
	const char *path;
	char *text;
	size_t size;
};

enum status file_replace(const char *path, const char *text, size_t size,
			 bool dry_run);
enum status content_read(struct content *content, const char *path);
enum status content_restore(const struct content *content);

#endif
