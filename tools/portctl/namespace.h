/* SPDX-License-Identifier: GPL-2.0 */
/* namespace.c: the table of the network namespace that portctl runs in. */
#ifndef PORTCTL_NAMESPACE_H
#define PORTCTL_NAMESPACE_H

#include "base.h"

int namespace_mount(void);
int namespace_open(void);
bool namespace_enter(pid_t pid);
bool namespace_is_entered(void);
bool namespace_is_foreign(void);
enum status namespace_check_files(void);

#endif
