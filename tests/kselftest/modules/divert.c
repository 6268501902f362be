// SPDX-License-Identifier: GPL-2.0
/*
 * A live patch that changes nothing: what stands in for the function counts and
 * goes on behind the place where ftrace enters it. Any function with at most
 * six arguments, none of them on the stack, can be patched so.
 */
#include <linux/ftrace.h>
#include <linux/livepatch.h>
#include <linux/module.h>

static char *function = "__inet_bind";
module_param(function, charp, 0444);
MODULE_PARM_DESC(function, "what to patch");

static unsigned int calls;
module_param(calls, uint, 0444);
MODULE_PARM_DESC(calls, "how often it was called, about");

static unsigned long divert(unsigned long a, unsigned long b, unsigned long c,
			    unsigned long d, unsigned long e, unsigned long f);

static struct klp_func functions[] = {
	{ .new_func = divert },
	{}
};

static struct klp_object objects[] = {
	{ .funcs = functions },
	{}
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objects,
};

/* Behind the landing for branches, where there is one, and ftrace's own call. */
#ifdef CONFIG_ARM64
#define ENTRY_SIZE \
	((IS_ENABLED(CONFIG_ARM64_BTI_KERNEL) + 2) * AARCH64_INSN_SIZE)
#else
#define ENTRY_SIZE (IS_ENABLED(CONFIG_X86_KERNEL_IBT) * 4 + MCOUNT_INSN_SIZE)
#endif

static unsigned long divert(unsigned long a, unsigned long b, unsigned long c,
			    unsigned long d, unsigned long e, unsigned long f)
{
	typeof(divert) *rest = functions[0].old_func + ENTRY_SIZE;

	WRITE_ONCE(calls, READ_ONCE(calls) + 1);
	return rest(a, b, c, d, e, f);
}

static int __init divert_init(void)
{
	functions[0].old_name = function;
	return klp_enable_patch(&patch);
}

/* Only a patch that was disabled lets go of its module. */
static void __exit divert_exit(void)
{
}

module_init(divert_init);
module_exit(divert_exit);

MODULE_DESCRIPTION("A live patch, for a test of portfs");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
