// SPDX-License-Identifier: GPL-2.0
/* Linux 7.0: who shares a function is told which. */
#include <linux/ftrace.h>

static int share(struct ftrace_ops *ops, unsigned long ip,
		 enum ftrace_ops_cmd command)
{
	return 0;
}

struct ftrace_ops probe_share_of_address = { .ops_func = share };
