// SPDX-License-Identifier: GPL-2.0
/* Linux 5.17: what an entry of /proc was made with, by a lower-case name. */
#include <linux/proc_fs.h>

void *probe_pde_data(struct inode *inode)
{
	return pde_data(inode);
}
