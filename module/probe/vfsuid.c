// SPDX-License-Identifier: GPL-2.0
/* Linux 6.0: ids as a mount shows them have types of their own. Needed. */
#include <linux/fs.h>

kuid_t probe_vfsuid(struct iattr *attr)
{
	return from_vfsuid(NULL, NULL, attr->ia_vfsuid);
}
