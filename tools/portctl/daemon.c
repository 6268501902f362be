// SPDX-License-Identifier: GPL-2.0
/*
 * Services that are known to run wholly as an ordinary user, with Debian's units and
 * configuration; tests/confined runs each of them so. None is given a folder that it
 * could not write before, for root may write there again when all is undone; but one
 * below /run, which systemd removes when the service stops.
 */
#include <string.h>

#include "daemon.h"

#define WITHOUT_PRIVILEGE "CapabilityBoundingSet=\nNoNewPrivileges=yes\n"

/* Of a folder of logs: those that root opened for it until now. */
#define OWN_LOGS \
	" -maxdepth 1 -type f -user root -exec chown -h www-data {} +\n"

static const struct daemon daemons[] = {
	/*
	 * It writes a folder for its sockets and its number. Its logs are root's again
	 * after each rotation, which ends with a reload.
	 */
	{ "apache2.service", "www-data",
	  "[Service]\nUser=www-data\nGroup=www-data\n" WITHOUT_PRIVILEGE
	  "RuntimeDirectory=apache2\n"
	  "ExecStartPre=+/usr/bin/chmod o+x /var/log/apache2\n"
	  "ExecStartPre=+/usr/bin/find /var/log/apache2" OWN_LOGS
	  "ExecReload=\n"
	  "ExecReload=+/usr/bin/find /var/log/apache2" OWN_LOGS
	  "ExecReload=/usr/sbin/apachectl graceful\n"
	  "ExecStopPost=+/usr/bin/chmod o-x /var/log/apache2\n" },
	/*
	 * Its files of logs, and nginx's, are its own after the first rotation at the
	 * latest. Folders in there may be somebody's who puts links into them meanwhile.
	 */
	{ "lighttpd.service", "www-data",
	  "[Service]\nUser=www-data\nGroup=www-data\nAmbientCapabilities=\n" WITHOUT_PRIVILEGE
	  "ExecStartPre=\n"
	  "ExecStartPre=+/usr/bin/find /var/log/lighttpd" OWN_LOGS
	  "ExecStartPre=+/usr/bin/install -o www-data -g www-data /dev/null /run/lighttpd.pid\n"
	  "ExecStartPre=/usr/sbin/lighttpd -tt -f /etc/lighttpd/lighttpd.conf\n"
	  "ExecStopPost=+/usr/bin/rm -f /run/lighttpd.pid\n" },
	{ "named.service", "bind",
	  "[Service]\nUser=bind\nGroup=bind\n" WITHOUT_PRIVILEGE },
	{ "nginx.service", "www-data",
	  "[Service]\nUser=www-data\nGroup=www-data\n" WITHOUT_PRIVILEGE
	  "ExecStartPre=\n"
	  "ExecStartPre=+/usr/bin/find /var/log/nginx" OWN_LOGS
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
 * Return: their units, with blanks between them.
 */
const char *daemon_names(void)
{
	static char *names;
	size_t i;

	if (names)
		return names;
	names = format_text("%s", daemons[0].service);
	for (i = 1; i < ARRAY_SIZE(daemons); i++)
		names = format_text("%s %s", names, daemons[i].service);
	return names;
}
