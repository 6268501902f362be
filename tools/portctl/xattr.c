// SPDX-License-Identifier: GPL-2.0
/* A node's access control list, as the attribute that the kernel takes. */
#include <endian.h>
#include <errno.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

#include "acl.h"
#include "message.h"
#include "xattr.h"

#define ATTRIBUTE "system.posix_acl_access"

/* A file system may have longer lists than a port takes. */
#define ATTRIBUTE_MAX 65536

/**
 * acl_read() - read a node's list
 * @path: the node
 * @acl: the list, or NULL if the mode says all
 *
 * Return: DONE, or another status after a line that says why.
 */
enum status acl_read(const char *path, const struct acl **acl)
{
	static struct {
		struct posix_acl_xattr_header header;
		struct posix_acl_xattr_entry entries[ATTRIBUTE_MAX / 8 - 1];
	} room;
	struct acl *list;
	ssize_t size;
	bool has_mask = false;
	size_t i, count;

	*acl = NULL;
	size = lgetxattr(path, ATTRIBUTE, &room, sizeof(room));
	if (size < 0 && (errno == ENODATA || errno == EOPNOTSUPP))
		return DONE;
	if (size < 0)
		return fail(FAILED, "cannot read the ACL of %s: %s", path,
			    strerror(errno));
	if ((size_t)size < sizeof(room.header) ||
	    le32toh(room.header.a_version) != POSIX_ACL_XATTR_VERSION)
		return fail(FAILED,
			    "cannot read the ACL of %s: it is not an ACL",
			    path);
	count = (size - sizeof(room.header)) / sizeof(room.entries[0]);
	list = acl_create(count);
	list->count = 0;
	for (i = 0; i < count; i++) {
		unsigned int tag = le16toh(room.entries[i].e_tag);
		struct acl_entry entry = {
			.tag = tag,
			.bits = le16toh(room.entries[i].e_perm) & 7,
		};

		has_mask |= tag == ACL_MASK;
		if (tag == ACL_USER || tag == ACL_GROUP)
			entry.id = le32toh(room.entries[i].e_id);
		else if (tag != ACL_GROUP_OBJ)
			continue;
		list->entries[list->count++] = entry;
	}
	/* Without a mask the mode says all. */
	if (has_mask)
		*acl = acl_share(list);
	else
		free(list);
	return DONE;
}

static struct posix_acl_xattr_entry attribute_entry(unsigned int tag, id_t id,
						    unsigned int bits)
{
	return (struct posix_acl_xattr_entry){
		.e_tag = htole16(tag),
		.e_perm = htole16(bits & 7),
		.e_id = htole32(id),
	};
}

/**
 * acl_write() - set a node's list and mode in one step
 * @path: the node
 * @acl: the list, or NULL for none
 * @mode: the mode; only its lowest nine bits are set
 *
 * Return: 0 or -1 with errno.
 */
int acl_write(const char *path, const struct acl *acl, mode_t mode)
{
	struct {
		struct posix_acl_xattr_header header;
		struct posix_acl_xattr_entry entries[ACL_ENTRIES_MAX + 3];
	} room = { .header.a_version = htole32(POSIX_ACL_XATTR_VERSION) };
	const id_t nobody = ACL_UNDEFINED_ID;
	size_t i, count = 0;

	if (acl && acl->count > ACL_ENTRIES_MAX) {
		errno = ENOSPC;
		return -1;
	}
	room.entries[count++] =
		attribute_entry(ACL_USER_OBJ, nobody, mode >> 6);
	for (i = 0; acl && i < acl->count; i++) {
		const struct acl_entry *entry = &acl->entries[i];
		bool is_named = entry->tag != ACL_GROUP_OBJ;

		room.entries[count++] = attribute_entry(
			entry->tag, is_named ? entry->id : nobody, entry->bits);
	}
	room.entries[count++] = attribute_entry(acl ? ACL_MASK : ACL_GROUP_OBJ,
						nobody, mode >> 3);
	room.entries[count++] = attribute_entry(ACL_OTHER, nobody, mode);
	return setxattr(path, ATTRIBUTE, &room,
			sizeof(room.header) + count * sizeof(room.entries[0]),
			0);
}
