/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A name service of nasty names, in place of the C library's: users and groups
 * are the same. Whoever is called "down" cannot be asked for.
 */
#ifndef PORTFS_FUZZ_ACCOUNTS_H
#define PORTFS_FUZZ_ACCOUNTS_H

#include <stddef.h>
#include <sys/types.h>

void accounts_add(const char *name, size_t length, id_t id);
void accounts_add_nasty(void);
size_t accounts_count(void);
const char *accounts_name(size_t i);
id_t accounts_id(size_t i);

#endif
