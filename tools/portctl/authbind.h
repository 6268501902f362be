/* SPDX-License-Identifier: GPL-2.0 */
/* authbind.c: the files of authbind(1). */
#ifndef PORTCTL_AUTHBIND_H
#define PORTCTL_AUTHBIND_H

#include "base.h"

/**
 * struct authbind - what a file, or a line of one, gives
 * @file: the file
 * @line: counted from 1, 0 if it is the file itself that gives it
 * @first: the first port
 * @last: the last one
 * @address: which addresses it is for, IPv4 or IPv6 for all of one family, "" for
 *	all of both
 * @uid: the user
 * @gid: the group, 0 if it gives nothing to one
 * @mode: who may bind, as the mode of a node has it; 0 gives nothing to anybody
 * @has_acl: the file has an ACL; @mode is its owner's alone then
 * @continues: it is more of a line that was told of before
 */
struct authbind {
	const char *file;
	unsigned int line;
	unsigned int first;
	unsigned int last;
	const char *address;
	uid_t uid;
	gid_t gid;
	mode_t mode;
	bool has_acl;
	bool continues;
};

/**
 * struct authbind_search - what is told of authbind's files
 * @found: of each that gives ports
 * @omitted: of each file or line that cannot be understood, and why; the line is
 *	0 if it is about the file or folder
 * @data: the caller's
 */
struct authbind_search {
	void (*found)(const struct authbind *grant, void *data);
	void (*omitted)(const char *file, unsigned int line, const char *why,
			void *data);
	void *data;
};

void authbind_read(const char *path, const struct authbind_search *search);
bool authbind_is_folder(const char *path);

#endif
