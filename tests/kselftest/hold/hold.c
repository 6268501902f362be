// SPDX-License-Identifier: GPL-2.0
/*
 * Holds a function as a live patch does, so that nobody else can divert it.
 */
#include <linux/ftrace.h>
#include <linux/module.h>
#include <linux/string.h>

static char *function = "__inet6_bind";
module_param(function, charp, 0444);
MODULE_PARM_DESC(function, "what to hold");

static void let_it_run(unsigned long ip, unsigned long parent_ip,
		       struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
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
