/* SPDX-License-Identifier: GPL-2.0 */
/* event.c: an event of the module's, from a line of tracefs. */
#ifndef PORTCTL_EVENT_H
#define PORTCTL_EVENT_H

#include "base.h"

/**
 * struct known - a rule, as an event has it
 * @uid: the owner
 * @gid: the group
 * @mode: the permission bits
 * @acl: how many entries its ACL has; of a decision, whether there is one
 */
struct known {
	uid_t uid;
	gid_t gid;
	mode_t mode;
	unsigned int acl;
};

/**
 * struct event - what happened, or that something is missing here
 * @lost: how many events are missing, 0 if this is one
 * @time: in microseconds since the machine started
 * @what: granted, capable or refused; claim, change or release
 * @is_change: it is one of the latter
 * @netns: the network namespace
 * @index: the port
 * @uid: who did it
 * @pid: the process
 * @address: where to; "" for a change
 * @error: the errno of a refusal
 * @old: the rule before a change or a release
 * @rule: the rule that decided, or after a claim or a change
 */
struct event {
	unsigned long long lost;
	unsigned long long time;
	char what[16];
	bool is_change;
	unsigned int netns;
	unsigned int index;
	uid_t uid;
	pid_t pid;
	char address[48];
	int error;
	struct known old;
	struct known rule;
};

bool event_parse(struct event *event, const char *line);

#endif
