/* SPDX-License-Identifier: GPL-2.0 */
/* socketbind.c: SocketBindAllow= and SocketBindDeny= of a service. */
#ifndef PORTCTL_SOCKETBIND_H
#define PORTCTL_SOCKETBIND_H

#include "unitfile.h"

/**
 * struct socket_bind - what a line names
 * @first: the first port, 0 if it names none, which means all
 * @last: the last one
 * @protocols: a bit for each
 * @family: 4 or 6, 0 for both
 */
struct socket_bind {
	unsigned int first;
	unsigned int last;
	unsigned int protocols;
	unsigned int family;
};

/**
 * struct socket_bind_search - what is told of ports that are allowed by name
 * @found: of each of them, with the line that names it
 * @left: of each line that gives less, or more, and why
 * @data: the caller's
 */
struct socket_bind_search {
	void (*found)(const struct setting *line, unsigned int index,
		      void *data);
	void (*left)(const struct setting *line, const char *why, void *data);
	void *data;
};

bool socket_bind_parse(struct socket_bind *line, const char *text);
bool socket_bind_passes(const struct unit_file *unit, unsigned int index,
			unsigned int family);
bool socket_bind_visit(const struct unit_file *unit, unsigned int privileged,
		       const struct socket_bind_search *search);

#endif
