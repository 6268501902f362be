// SPDX-License-Identifier: GPL-2.0
/*
 * Has a function of the kernel return an error at once, some times.
 */
#include <linux/kprobes.h>
#include <linux/module.h>

static char *function = "register_ftrace_direct";
module_param(function, charp, 0444);
MODULE_PARM_DESC(function, "what returns an error");

static int error = -EAGAIN;
module_param(error, int, 0444);
MODULE_PARM_DESC(error, "which");

static unsigned int times = 1;
module_param(times, uint, 0444);
MODULE_PARM_DESC(times, "how often, from now on");

static void return_at_once(struct pt_regs *regs)
{
	regs_set_return_value(regs, error);
#ifdef CONFIG_X86_64
	instruction_pointer_set(regs, *(unsigned long *)regs->sp);
	regs->sp += sizeof(unsigned long);
#else
	instruction_pointer_set(regs, procedure_link_pointer(regs));
#endif
}

/* One call at a time: ftrace's users are registered in turn. */
static int on_call(struct kprobe *probe, struct pt_regs *regs)
{
	if (!times)
		return 0;
	times--;
	return_at_once(regs);
	return 1;
}

/* A probe that has this is not made a jump, which would go on where it is. */
static void never(struct kprobe *probe, struct pt_regs *regs,
		  unsigned long flags)
{
}

static struct kprobe probe = {
	.pre_handler = on_call,
	.post_handler = never,
};

static int __init refuse_init(void)
{
	probe.symbol_name = function;
	return register_kprobe(&probe);
}

static void __exit refuse_exit(void)
{
	unregister_kprobe(&probe);
}

module_init(refuse_init);
module_exit(refuse_exit);

MODULE_DESCRIPTION("Has a function of the kernel fail, for a test of portfs");
MODULE_LICENSE("GPL");
