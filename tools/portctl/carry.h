/* SPDX-License-Identifier: GPL-2.0 */
/* carry.c: what import carries over of any way, and what it leaves. */
#ifndef PORTCTL_CARRY_H
#define PORTCTL_CARRY_H

#include "collection.h"
#include "host.h"

/**
 * struct import - what is carried over
 * @collection: the rules
 * @host: what listens, and the units
 * @path: the file that was named, or NULL
 * @incomplete: something cannot be carried over, and was said
 * @threshold: the lowest port that a sysctl line gives to everybody
 * @uid: whose ports a unit names
 */
struct import {
	struct collection *collection;
	struct host host;
	const char *path;
	bool incomplete;
	unsigned int threshold;
	uid_t uid;
};

__printf(2, 3) void leave(struct import *import, const char *format, ...);
struct rule rule_of(uid_t uid, gid_t gid, mode_t mode);
unsigned int add_sockets(struct import *import,
			 bool (*is_meant)(const struct import *import,
					  const struct listener *socket,
					  const void *data),
			 const void *data, const char *source);

#endif
