/* SPDX-License-Identifier: GPL-2.0 */
/* Which ports the words of a command line mean to be listed. */
#ifndef PORTCTL_SELECTION_H
#define PORTCTL_SELECTION_H

#include "command.h"

/**
 * struct selection - what is to be listed
 * @ports: the ports, if any are named
 * @has_ports: ports are named, and shown though they be unclaimed
 * @protocols: a bit for each protocol that is named, or 0 for all
 * @owners: the users who are named
 * @count: how many, 0 for all
 */
struct selection {
	struct port_set ports;
	bool has_ports;
	unsigned int protocols;
	uid_t *owners;
	size_t count;
};

enum status selection_parse(struct selection *selection,
			    const struct options *options);
bool selection_has(const struct selection *selection, unsigned int index,
		   const struct rule *rule);

#endif
