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
 * @family: AF_INET or AF_INET6
 * @v6only: of the latter: it leaves IPv4 to others
 * @is_idle: it is not connected
 * @address: its own, all zero for any
 */
struct listener {
	unsigned int index;
	uid_t uid;
	ino_t inode;
	pid_t pid;
	char process[PROCESS_NAME_SIZE];
	int family;
	bool v6only;
	bool is_idle;
	uint32_t address[4];
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
bool listeners_read_port(struct listeners *listeners, unsigned int index);
const struct listener *listeners_of(const struct listeners *listeners,
				    unsigned int index);
bool listener_may_bind(const struct listener *listener,
		       const struct rule *rule);
const char *listener_process(const struct listener *listener);
uid_t listener_user(const struct listener *listener);
bool listener_runs(const struct listener *listener, const char *program);

#endif
