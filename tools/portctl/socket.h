/* SPDX-License-Identifier: GPL-2.0 */
/* socket.c: who listens. */
#ifndef PORTCTL_SOCKET_H
#define PORTCTL_SOCKET_H

#include "process.h"

/**
 * struct listener - a socket that receives on a port
 * @index: the port
 * @uid: its user
 * @inode: its number
 * @pid: a process that has it open, 0 if none can be seen
 * @process: that process's name
 */
struct listener {
	unsigned int index;
	uid_t uid;
	ino_t inode;
	pid_t pid;
	char process[PROCESS_NAME_SIZE];
};

/**
 * struct listeners - all of them, by index
 * @all: the listeners
 * @count: how many
 */
struct listeners {
	struct listener *all;
	size_t count;
};

bool listeners_read(struct listeners *listeners);
const struct listener *listeners_of(const struct listeners *listeners,
				    unsigned int index);
bool listener_may_bind(const struct listener *listener,
		       const struct rule *rule);

#endif
