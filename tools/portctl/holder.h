/* SPDX-License-Identifier: GPL-2.0 */
/* holder.c: what keeps the module from being removed. */
#ifndef PORTCTL_HOLDER_H
#define PORTCTL_HOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "process.h"

/**
 * enum holder_kind - what it is that keeps the module
 * @HOLDER_MOUNT: a mount of portfs
 * @HOLDER_NAMESPACE: another network namespace, with rules
 * @HOLDER_COUNTERS: a process that has /proc/net/portfs open
 */
enum holder_kind {
	HOLDER_MOUNT,
	HOLDER_NAMESPACE,
	HOLDER_COUNTERS,
};

/**
 * struct holder - one that keeps the module
 * @kind: what it is
 * @path: where it is mounted; of a namespace its name's file, or NULL; of counters
 *	which file of /proc it is
 * @namespace: the inode number of a namespace, else 0
 * @rules: how many ports are claimed in the namespace
 * @pid: the first process that is in it or sees it, or which has the file open
 * @process: that process's name
 */
struct holder {
	enum holder_kind kind;
	char *path;
	unsigned long namespace;
	unsigned int rules;
	pid_t pid;
	char process[PROCESS_NAME_SIZE];
};

/**
 * struct holders - all that can be seen
 * @all: as they were found
 * @count: how many
 * @complete: nothing was kept from us
 */
struct holders {
	struct holder *all;
	size_t count;
	bool complete;
};

bool holders_read(struct holders *holders);

#endif
