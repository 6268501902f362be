// SPDX-License-Identifier: GPL-2.0
/* Linux 6.4: direct calls have no names of their own for many functions. */
#include <linux/ftrace.h>

int probe_direct_calls(struct ftrace_ops *ops)
{
	return register_ftrace_direct(ops, 0) ||
	       unregister_ftrace_direct(ops, 0, false);
}
