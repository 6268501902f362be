/* SPDX-License-Identifier: GPL-2.0 */
/* holder.c: what keeps the module from being removed. */
#ifndef PORTCTL_HOLDER_H
#define PORTCTL_HOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "process.h"

/**
 * struct holder - a mount of portfs, or another network namespace with rules
 * @path: where it is mounted; of a namespace its name's file, or NULL
 * @namespace: its inode number; 0 for a mount
 * @rules: how many ports are claimed in the namespace
 * @pid: the first process that is in it or sees it
 * @process: that process's name
 */
struct holder {
	char *path;
	unsigned long namespace;
	unsigned int rules;
	pid_t pid;
	char process[PROCESS_NAME_SIZE];
};

/**
 * struct holders - all that can be seen
 * @all: mounts and namespaces, as they were found
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
