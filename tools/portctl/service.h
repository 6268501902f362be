/* SPDX-License-Identifier: GPL-2.0 */
/* service.c: how systemd's services come to their ports. */
#ifndef PORTCTL_SERVICE_H
#define PORTCTL_SERVICE_H

#include "host.h"

void check_ambient(struct host *host);
void check_bounding(struct host *host);
void check_root(struct host *host);
void check_order(struct host *host);

#endif
