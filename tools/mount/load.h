/* SPDX-License-Identifier: GPL-2.0 */
/* load.c: the module */
#ifndef MOUNT_PORTFS_LOAD_H
#define MOUNT_PORTFS_LOAD_H

#include <stdbool.h>
#include <stddef.h>

bool has_portfs(void);
int load_portfs(char *words, size_t size);

#endif
