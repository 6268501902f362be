/* SPDX-License-Identifier: GPL-2.0 */
/* port.c: ports, and sets of them. */
#ifndef PORTCTL_PORT_H
#define PORTCTL_PORT_H

#include "message.h"

/**
 * struct port_set - some ports
 * @has: by index
 * @first: the lowest index that it has
 * @end: one more than the highest, 0 if it has none
 */
struct port_set {
	bool has[INDICES];
	unsigned int first;
	unsigned int end;
};

void ports_clear(struct port_set *set);
void ports_add_all(struct port_set *set);
unsigned int protocol_find(const char *word, size_t length);
bool ports_parse(struct port_set *set, const char *text,
		 struct mistake *mistake);
bool ports_parse_list(struct port_set *set, unsigned int protocols,
		      const char *text, struct mistake *mistake);
const char *ports_text(unsigned int first, unsigned int last);

#endif
