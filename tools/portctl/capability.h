/* SPDX-License-Identifier: GPL-2.0 */
/* capability.c: capabilities that files have, see capabilities(7). */
#ifndef PORTCTL_CAPABILITY_H
#define PORTCTL_CAPABILITY_H

#include "base.h"

/* What program_folders() leaves out. */
#define OTHER_FOLDERS \
	"folders other than bin, sbin, lib, libexec and games of /usr, /usr/local and /opt: " \
	"'getcap -r / 2>/dev/null' looks into all"

/**
 * struct file_capability - what who runs a file gets
 * @path: the file
 * @permitted: the capabilities, a bit each
 * @inheritable: those that a process keeps that has them already
 * @effective: they are in force from the start
 */
struct file_capability {
	const char *path;
	uint64_t permitted;
	uint64_t inheritable;
	bool effective;
};

/**
 * struct capability_search - what is told of files
 * @found: of each file that has capabilities
 * @omitted: of each place that was not looked into, and why
 * @data: the caller's
 */
struct capability_search {
	void (*found)(const struct file_capability *file, void *data);
	void (*omitted)(const char *path, const char *why, void *data);
	void *data;
};

const char *const *program_folders(void);
void capabilities_search(const char *const *folders,
			 const struct capability_search *search);
char *capability_words(const struct file_capability *file);
int capability_number(const char *word);

#endif
