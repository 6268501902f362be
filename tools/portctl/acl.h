/* SPDX-License-Identifier: GPL-2.0 */
/* acl.c: access control lists. */
#ifndef PORTCTL_ACL_H
#define PORTCTL_ACL_H

#include "message.h"

/* A port takes 256, with user::, mask:: and other::. */
#define ACL_ENTRIES_MAX (256 - 3)

/**
 * struct acl_entry - what an access control list gives to somebody
 * @tag: ACL_USER, ACL_GROUP_OBJ (the owning group) or ACL_GROUP of
 *	<linux/posix_acl.h>
 * @id: the user or the group, 0 for the owning group
 * @bits: read, write, execute as 4, 2, 1, not masked
 */
struct acl_entry {
	unsigned int tag;
	id_t id;
	unsigned int bits;
};

/**
 * struct acl - an access control list, without what a mode can say
 * @count: how many entries
 * @entries: users, the owning group, groups; each by number
 */
struct acl {
	size_t count;
	struct acl_entry entries[];
};

struct acl *acl_create(size_t count);
const struct acl *acl_share(struct acl *acl);
const struct acl_entry *acl_find(const struct acl *acl, unsigned int tag,
				 id_t id);
bool acl_parse(const struct acl **acl, mode_t *mode, bool mode_is_given,
	       const char *text, struct mistake *mistake);
const char *acl_words(const struct acl *acl);

#endif
