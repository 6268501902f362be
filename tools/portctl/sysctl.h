/* SPDX-License-Identifier: GPL-2.0 */
/* sysctl.c: what the files of sysctl.d(5) set. */
#ifndef PORTCTL_SYSCTL_H
#define PORTCTL_SYSCTL_H

#include "base.h"

/* The first port that needs no privilege. */
#define START "net.ipv4.ip_unprivileged_port_start"

/**
 * struct sysctl - a line that sets a variable
 * @file: its file
 * @line: counted from 1
 * @value: what stands behind the equals sign; NULL if the line only keeps
 *	wildcards off the variable
 * @is_glob: it has the variable by a wildcard
 */
struct sysctl {
	char *file;
	unsigned int line;
	char *value;
	bool is_glob;
};

/**
 * struct sysctls - all lines that set a variable
 * @all: the lines, in the order in which they are read
 * @count: how many
 */
struct sysctls {
	struct sysctl *all;
	size_t count;
};

bool sysctls_read_file(struct sysctls *sysctls, const char *name,
		       const char *path);
void sysctls_read(struct sysctls *sysctls, const char *name,
		  void (*omitted)(const char *path, void *data), void *data);
bool sysctl_port(const struct sysctl *line, unsigned int *port);
const struct sysctl *sysctls_port_line(const struct sysctls *sysctls);

#endif
