/* SPDX-License-Identifier: GPL-2.0 */
/* unit.c: what systemd says of units, and what it is told. */
#ifndef PORTCTL_UNIT_H
#define PORTCTL_UNIT_H

#include "base.h"

/**
 * struct unit - some properties of a unit
 * @count: how many
 * @lines: NAME=VALUE each
 */
struct unit {
	size_t count;
	char **lines;
};

/**
 * struct units - some units
 * @all: in systemd's order
 * @count: how many
 */
struct units {
	struct unit *all;
	size_t count;
};

bool units_read(struct units *units, const char *properties,
		const char *const *names);
bool unit_tell(const char *verb, const char *name);
const char *unit_property(const struct unit *unit, const char *name);
const char *unit_value(const struct unit *unit, const char *name, size_t n);
char *process_cgroup(pid_t pid);
char *process_unit(pid_t pid);

#endif
