/* SPDX-License-Identifier: GPL-2.0 */
/* xattr.c: a node's access control list. */
#ifndef PORTCTL_XATTR_H
#define PORTCTL_XATTR_H

#include "acl.h"

enum status acl_read(const char *path, const struct acl **acl);
int acl_write(const char *path, const struct acl *acl, mode_t mode);

#endif
