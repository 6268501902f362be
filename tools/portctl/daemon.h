/* SPDX-License-Identifier: GPL-2.0 */
/* daemon.c: services that are known to run wholly as an ordinary user. */
#ifndef PORTCTL_DAEMON_H
#define PORTCTL_DAEMON_H

#include "base.h"

/**
 * struct daemon - what such a service needs besides its ports
 * @service: its unit
 * @user: who it runs as
 * @lines: a drop-in that gives this user what root's start gave it
 */
struct daemon {
	const char *service;
	const char *user;
	const char *lines;
};

const struct daemon *daemon_find(const char *service);
const char *daemon_names(void);

#endif
