// SPDX-License-Identifier: GPL-2.0
/* Linux 6.0: a direct call shares its function with who diverts it. Needed. */
#include <linux/ftrace.h>

int probe_shared_functions(struct ftrace_ops *ops)
{
	return !!ops->ops_func;
}
