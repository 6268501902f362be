/* SPDX-License-Identifier: GPL-2.0 */
/* What the commands that change some ports have in common. */
#ifndef PORTCTL_CHANGE_H
#define PORTCTL_CHANGE_H

#include "command.h"

enum status change_read(struct table *table, const struct port_set *set,
			const struct options *options);
void change_look_up(const struct table *table);
enum status change_make(const struct table *old, const struct table *new,
			const struct port_set *set,
			const struct options *options);
enum status change_put_back(const struct table *old, const struct table *new,
			    const struct port_set *set);

#endif
