/* SPDX-License-Identifier: GPL-2.0 */
/* portacl.c: the rules of FreeBSD's mac_portacl(4). */
#ifndef PORTCTL_PORTACL_H
#define PORTCTL_PORTACL_H

#include "base.h"

/**
 * struct portacl - a rule
 * @line: where it is, counted from 1
 * @is_group: it is about a group
 * @id: the user or the group
 * @index: the port
 */
struct portacl {
	unsigned int line;
	bool is_group;
	id_t id;
	unsigned int index;
};

/**
 * struct portacl_number - a number that a file sets
 * @value: the last one, or FreeBSD's own
 * @line: where it is, 0 for FreeBSD's own
 */
struct portacl_number {
	long value;
	unsigned int line;
};

/**
 * struct portacls - what a file sets in the end
 * @path: the file, for messages
 * @all: the rules
 * @count: how many
 * @is_set: a line sets them, be it to none
 * @enabled: whether FreeBSD asks them
 * @suser_exempt: 0 if root is bound by them, too
 * @port_high: the last port for which it asks them
 */
struct portacls {
	const char *path;
	struct portacl *all;
	size_t count;
	bool is_set;
	struct portacl_number enabled;
	struct portacl_number suser_exempt;
	struct portacl_number port_high;
};

enum status portacl_read(struct portacls *acls, const char *path);

#endif
