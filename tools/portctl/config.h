/* SPDX-License-Identifier: GPL-2.0 */
/* config.c: the folders of table files. */
#ifndef PORTCTL_CONFIG_H
#define PORTCTL_CONFIG_H

#include "file.h"

void source_init(struct source *source, bool tolerant);
enum status config_read(struct source *source, const char *without);
int config_differences(const struct table *table);
enum status source_read(struct source *source, const char *path);

#endif
