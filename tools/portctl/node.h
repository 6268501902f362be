/* SPDX-License-Identifier: GPL-2.0 */
/* node.c: the nodes. */
#ifndef PORTCTL_NODE_H
#define PORTCTL_NODE_H

#include "port.h"
#include "rule.h"

enum status nodes_open(void);
enum status nodes_read(struct table *table, const struct port_set *only);
enum status node_change(unsigned int index, const struct rule *old,
			const struct rule *new);
enum status nodes_change(const struct table *old, const struct table *new);

#endif
