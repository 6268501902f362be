/* SPDX-License-Identifier: GPL-2.0 */
/* replace.c: new content for a file, in one step. */
#ifndef PORTCTL_REPLACE_H
#define PORTCTL_REPLACE_H

#include "base.h"

enum status file_replace(const char *path, const char *text, size_t size,
			 bool dry_run);

#endif
