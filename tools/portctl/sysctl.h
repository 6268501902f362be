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
 * @value: what stands behind the equals sign
 */
struct sysctl {
	const char *file;
	unsigned int line;
	const char *value;
};

bool sysctl_file_visit(const char *path, const char *name,
		       void (*visit)(const struct sysctl *line, void *data),
		       void *data);
void sysctls_visit(const char *name,
		   void (*visit)(const struct sysctl *line, void *data),
		   void (*omitted)(const char *path, void *data), void *data);

#endif
