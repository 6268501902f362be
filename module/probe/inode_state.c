// SPDX-License-Identifier: GPL-2.0
/* Linux 6.19: the state of an inode is read by a function. */
#include <linux/fs.h>

int probe_inode_state(struct inode *inode)
{
	return !!(inode_state_read_once(inode) & I_NEW);
}
