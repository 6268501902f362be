// SPDX-License-Identifier: GPL-2.0
/* Linux 5.15: direct calls for a struct ftrace_ops. Needed, or direct_calls. */
#include <linux/ftrace.h>

int probe_direct_calls_multi(struct ftrace_ops *ops)
{
	return register_ftrace_direct_multi(ops, 0) ||
	       unregister_ftrace_direct_multi(ops, 0);
}
