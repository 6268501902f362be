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

enum status portacl_read(const char *path,
			 void (*found)(const struct portacl *rule, void *data),
			 bool *binds_root, void *data);

#endif
