/* SPDX-License-Identifier: GPL-2.0 */
/* saved.c: the file that save writes. */
#ifndef PORTCTL_SAVED_H
#define PORTCTL_SAVED_H

#include "rule.h"

enum status config_save(const struct table *table, bool dry_run);
enum status config_save_to(const char *path, const struct table *table,
			   bool dry_run);

#endif
