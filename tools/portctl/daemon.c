// SPDX-License-Identifier: GPL-2.0
/*
 * Services that are known to run wholly as an ordinary user, with Debian's units and
 * configuration; tests/confined runs each of them so. None is given a folder that it
 * could not write before: root may write there again when all is undone.
 */
#include <string.h>

#include "daemon.h"

#define WITHOUT_PRIVILEGE "CapabilityBoundingSet=\nNoNewPrivileges=yes\n"

static const struct daemon daemons[] = {
	/* Its folder of logs is its own, so root changes nothing in there. */
	{ "lighttpd.service", "www-data",
	  "[Service]\nUser=www-data\nGroup=www-data\nAmbientCapabilities=\n" WITHOUT_PRIVILEGE
	  "ExecStartPre=\n"
	  "ExecStartPre=/usr/bin/find /var/log/lighttpd -maxdepth 1 -type f -user root -exec mv {} {}.root \\;\n"
	  "ExecStartPre=+/usr/bin/install -m 644 -o www-data -g www-data /dev/null /run/lighttpd.pid\n"
	  "ExecStartPre=/usr/sbin/lighttpd -tt -f /etc/lighttpd/lighttpd.conf\n"
	  "ExecStopPost=+/usr/bin/rm -f /run/lighttpd.pid\n" },
	{ "named.service", "bind",
	  "[Service]\nUser=bind\nGroup=bind\n" WITHOUT_PRIVILEGE },
	/*
	 * Its files of logs are its own after the first rotation at the latest. Folders
	 * in there may be somebody's who puts links into them meanwhile.
	 */
	{ "nginx.service", "www-data",
	  "[Service]\nUser=www-data\nGroup=www-data\n" WITHOUT_PRIVILEGE
	  "ExecStartPre=\n"
	  "ExecStartPre=+/usr/bin/find /var/log/nginx -maxdepth 1 -type f -user root -exec chown -h www-data {} +\n"
	  "ExecStartPre=+/usr/bin/install -o www-data -g www-data /dev/null /run/nginx.pid\n"
	  "ExecStartPre=/usr/sbin/nginx -t -q -g 'daemon on; master_process on;'\n"
	  "ExecStopPost=+/usr/bin/rm -f /run/nginx.pid\n" },
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
 * Return: their units, with commas between them.
 */
const char *daemon_names(void)
{
	static char *names;
	size_t i;

	if (names)
		return names;
	names = format_text("%s", daemons[0].service);
	for (i = 1; i < ARRAY_SIZE(daemons); i++)
		names = format_text("%s, %s", names, daemons[i].service);
	return names;
}
