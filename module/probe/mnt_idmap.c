// SPDX-License-Identifier: GPL-2.0
/* Linux 6.3: a mount's map of ids is no user namespace. */
#include <linux/fs.h>

struct mnt_idmap *probe_mnt_idmap = &nop_mnt_idmap;
