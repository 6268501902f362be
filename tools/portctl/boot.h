/* SPDX-License-Identifier: GPL-2.0 */
/* boot.c: what a boot left to do. */
#ifndef PORTCTL_BOOT_H
#define PORTCTL_BOOT_H

#include "port.h"

enum status boot_keep_waiting(const bool *waiting);
void boot_waiting(struct port_set *set);
enum status boot_stop_waiting(const struct port_set *set);
enum status boot_keep_mistakes(const char *text);
char *boot_mistakes(void);

#endif
