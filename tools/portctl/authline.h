/* SPDX-License-Identifier: GPL-2.0 */
/* authline.c: a line of a user's file of authbind(1). */
#ifndef PORTCTL_AUTHLINE_H
#define PORTCTL_AUTHLINE_H

#include "base.h"

#define BLANKS " \t\n\v\f\r"

/**
 * struct authline - what a line gives
 * @first: the first port
 * @last: the last one, which may be higher than any port
 * @address: which addresses it is for, as it has them
 * @is_ipv6: they are of IPv6
 * @is_everywhere: they are all addresses of their family
 */
struct authline {
	unsigned int first;
	unsigned int last;
	const char *address;
	bool is_ipv6;
	bool is_everywhere;
};

bool authline_parse(struct authline *line, char *text, size_t length);

#endif
