/* SPDX-License-Identifier: GPL-2.0 */
/* unitway.c: ways of systemd's services to their ports. */
#ifndef PORTCTL_UNITWAY_H
#define PORTCTL_UNITWAY_H

#include "host.h"

void check_ambient(struct host *host);
void check_bounding(struct host *host);
void check_root(struct host *host);
void check_order(struct host *host);

#endif
