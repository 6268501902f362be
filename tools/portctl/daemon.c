// SPDX-License-Identifier: GPL-2.0
/* Services that are known to run wholly as an ordinary user, as Debian has them. */
#include <string.h>

#include "daemon.h"

/* As tests/boot has it, whose nginx serves so. */
static const struct daemon daemons[] = {
	{
		"nginx.service",
		"www-data",
		{ "chown -R www-data:www-data /var/log/nginx /var/lib/nginx",
		  "sed -i 's,^pid .*,pid /run/nginx/nginx.pid;,' /etc/nginx/nginx.conf",
		  NULL },
		"[Service]\\nUser=www-data\\nGroup=www-data\\nCapabilityBoundingSet=\\n"
		"NoNewPrivileges=yes\\nRuntimeDirectory=nginx\\nPIDFile=/run/nginx/nginx.pid\\n",
	},
};

/**
 * daemon_find() - what is known of a service
 * @service: its unit
 *
 * Return: what it needs, or NULL if nothing is known.
 */
const struct daemon *daemon_find(const char *service)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(daemons); i++) {
		if (!strcmp(daemons[i].service, service))
			return &daemons[i];
	}
	return NULL;
}

/**
 * daemon_names() - which services are known
 *
 * Return: their units, with blanks between them.
 */
const char *daemon_names(void)
{
	return "nginx.service";
}
