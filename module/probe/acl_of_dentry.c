// SPDX-License-Identifier: GPL-2.0
/* Linux 6.2: set_acl() is given the dentry, and get_acl() has another name. */
#include <linux/fs.h>

int probe_acl_of_dentry(const struct inode_operations *operations,
			struct dentry *dentry)
{
	if (!operations->get_inode_acl)
		return 0;
	return operations->set_acl(NULL, dentry, NULL, 0);
}
