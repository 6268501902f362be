/* SPDX-License-Identifier: GPL-2.0 */
/* upkeep.c: what is wrong with the rules themselves, now and at the next boot. */
#ifndef PORTCTL_UPKEEP_H
#define PORTCTL_UPKEEP_H

#include "host.h"

void check_module(struct host *host);
void check_table(struct host *host);
void check_sockets(struct host *host);
void check_boot(struct host *host);

#endif
