/* SPDX-License-Identifier: GPL-2.0 */
/* service.c: what a service's files and its sockets say of how it comes to its ports. */
#ifndef PORTCTL_SERVICE_H
#define PORTCTL_SERVICE_H

#include "host.h"

#define SERVICE_CAPABILITY "CAP_NET_BIND_SERVICE"

/* What service_is_used() leaves out, and what is no service of this host. */
#define OTHER_SERVICES \
	"systemd's own services (systemd-*), services that are neither enabled nor listen, and what containers start"

const struct unit_file *listener_unit(const struct host *host,
				      const struct listener *listener);
const char *service_user(const struct unit_file *unit);
bool listener_is_dynamic(const struct host *host,
			 const struct listener *listener);
bool service_is_used(const struct host *host, const struct unit_file *unit);
const struct setting *service_ambient(const struct unit_file *unit);
const struct setting *service_bounding(const struct unit_file *unit);

#endif
