/* SPDX-License-Identifier: GPL-2.0 */
/* oldway.c: ways to a privileged port that have nothing to do with systemd. */
#ifndef PORTCTL_OLDWAY_H
#define PORTCTL_OLDWAY_H

#include "host.h"

void check_setcap(struct host *host);
void check_sysctl(struct host *host);
void check_authbind(struct host *host);
void check_redirect(struct host *host);

#endif
