// SPDX-License-Identifier: GPL-2.0
/*
 * Holds a function as whoever changes where it goes on does (IPMODIFY), so that
 * nobody else can divert it.
 */
#include <linux/atomic.h>
#include <linux/ftrace.h>
#include <linux/module.h>
#include <linux/string.h>

static char *function = "__inet6_bind";
module_param(function, charp, 0444);
MODULE_PARM_DESC(function, "what to hold");

static unsigned int calls;
module_param(calls, uint, 0444);
MODULE_PARM_DESC(calls, "how often it was called, about");

static void let_it_run(unsigned long ip, unsigned long parent_ip,
		       struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	WRITE_ONCE(calls, READ_ONCE(calls) + 1);
}

static struct ftrace_ops holder = {
	.func = let_it_run,
	.flags = FTRACE_OPS_FL_IPMODIFY,
};

static int __init hold_init(void)
{
	int error;

	error = ftrace_set_filter(&holder, function, strlen(function), 1);
	if (!error)
		error = register_ftrace_function(&holder);
	if (error)
		ftrace_free_filter(&holder);
	return error;
}

static void __exit hold_exit(void)
{
	unregister_ftrace_function(&holder);
	ftrace_free_filter(&holder);
}

module_init(hold_init);
module_exit(hold_exit);

MODULE_DESCRIPTION("Holds a function of the kernel, for a test of portfs");
MODULE_LICENSE("GPL");
