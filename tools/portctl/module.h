/* SPDX-License-Identifier: GPL-2.0 */
/* module.c: the kernel module. */
#ifndef PORTCTL_MODULE_H
#define PORTCTL_MODULE_H

#include <stdbool.h>

#include "base.h"

char *read_line(const char *path);
bool module_is_loaded(void);
enum status module_why_missing(void);
enum status module_insert(void);

#endif
