/* SPDX-License-Identifier: GPL-2.0 */
/* redirect.c: what the packet filter sends from one port to another of this host. */
#ifndef PORTCTL_REDIRECT_H
#define PORTCTL_REDIRECT_H

#include "port.h"

/**
 * struct redirect - a rule that does so
 * @from: the ports that are asked for
 * @ports: the same as words
 * @to: the port that is asked instead, of the same protocol
 * @narrow: what else it asks, and a rule for a port does not: "the conditions" or "the
 *	    family"; NULL if nothing
 * @rule: the rule as the tool prints it
 * @remove: what to type to remove it
 */
struct redirect {
	const struct port_set *from;
	const char *ports;
	unsigned int to;
	const char *narrow;
	const char *rule;
	const char *remove;
};

/**
 * struct redirect_search - what is told of the packet filter
 * @found: of each such rule
 * @omitted: of what was not looked at, and why
 * @data: the caller's
 */
struct redirect_search {
	void (*found)(const struct redirect *redirect, void *data);
	void (*omitted)(const char *what, const char *why, void *data);
	void *data;
};

void redirects_read(const struct redirect_search *search);

#endif
