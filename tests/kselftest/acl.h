/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ACLs as short text, "u::6,u:1002:6,g::0,m::6,o::0", and as the attribute that
 * the kernel takes, without a library between. They are passed on as they are
 * written, so that a wrong one can be written, too.
 */
#ifndef PORTFS_TEST_ACL_H
#define PORTFS_TEST_ACL_H

#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <sys/xattr.h>

#include "node.h"

#define ACL_ACCESS	"system.posix_acl_access"
#define ACL_DEFAULT	"system.posix_acl_default"
#define ACL_ROOM	512

struct acl_text {
	struct posix_acl_xattr_header header;
	struct posix_acl_xattr_entry entries[ACL_ROOM];
};

static inline int acl_tag(char letter, bool named)
{
	switch (letter) {
	case 'u':
		return named ? ACL_USER : ACL_USER_OBJ;
	case 'g':
		return named ? ACL_GROUP : ACL_GROUP_OBJ;
	case 'm':
		return ACL_MASK;
	case 'o':
		return ACL_OTHER;
	default:
		return 0x40;
	}
}

/* Returns how many bytes the attribute has. */
static inline size_t make_acl(const char *text, struct acl_text *acl)
{
	size_t count = 0;
	char *end;

	memset(acl, 0, sizeof(*acl));
	acl->header.a_version = POSIX_ACL_XATTR_VERSION;
	while (*text && count < ACL_ROOM) {
		struct posix_acl_xattr_entry *entry = &acl->entries[count++];
		bool named = text[2] != ':';

		entry->e_tag = acl_tag(text[0], named);
		entry->e_id = named ? strtoul(text + 2, &end, 10) :
				      (__u32)ACL_UNDEFINED_ID;
		entry->e_perm = strtoul(named ? end + 1 : text + 3, &end, 10);
		text = end + (*end == ',');
	}
	return sizeof(acl->header) + count * sizeof(acl->entries[0]);
}

static inline int set_acl(const char *path, const char *text)
{
	static struct acl_text acl;
	size_t size = make_acl(text, &acl);

	return failure(setxattr(path, ACL_ACCESS, &acl, size, 0));
}

static inline int remove_acl(const char *path)
{
	return failure(removexattr(path, ACL_ACCESS));
}

/* The ACL of a path, or why there is none. */
static inline const char *acl_of(const char *path)
{
	static struct acl_text acl;
	static char texts[2][ACL_ROOM * 16];
	static int turn;
	char *text = texts[turn++ % 2];
	ssize_t size = getxattr(path, ACL_ACCESS, &acl, sizeof(acl));
	size_t i, length = 0;

	if (size < 0)
		return strerror(errno);
	for (i = 0; i < (size - sizeof(acl.header)) / sizeof(acl.entries[0]);
	     i++) {
		const struct posix_acl_xattr_entry *entry = &acl.entries[i];
		bool named = entry->e_tag & (ACL_USER | ACL_GROUP);

		length += snprintf(text + length, sizeof(texts[0]) - length,
				   named ? "%s%c:%u:%u" : "%s%c:%.0u:%u",
				   i ? "," : "",
				   entry->e_tag & (ACL_USER | ACL_USER_OBJ) ?
					   'u' :
				   entry->e_tag & (ACL_GROUP | ACL_GROUP_OBJ) ?
					   'g' :
				   entry->e_tag & ACL_MASK ? 'm' : 'o',
				   named ? entry->e_id : 0, entry->e_perm);
	}
	return text;
}

#endif
