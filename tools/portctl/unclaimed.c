// SPDX-License-Identifier: GPL-2.0
/* What the kernel says of ports that nobody has claimed. */
#include <stdlib.h>

#include "place.h"
#include "unclaimed.h"

/**
 * privileged_ports() - which unclaimed ports are root's
 *
 * Return: the first port that needs no privilege.
 */
unsigned int privileged_ports(void)
{
	char *path = format_text(
		"%s/proc/sys/net/ipv4/ip_unprivileged_port_start", places.root);
	FILE *file = fopen(path, "re");
	unsigned int first;

	if (!file || fscanf(file, "%u", &first) != 1)
		first = 1024;
	if (file)
		fclose(file);
	free(path);
	return first;
}
