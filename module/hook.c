// SPDX-License-Identifier: GPL-2.0
/*
 * Where the kernel asks the module: with the trampolines, all that knows ftrace.
 *
 * ftrace makes the entry of each hooked function call a trampoline directly, as
 * it does for BPF. A function has one such user: a later one is refused, an
 * earlier one keeps the module from being loaded. Tracers, kprobes and live
 * patches, which ftrace calls by other ways, may have the function as well.
 *
 * No frame of the module lies under a hooked function, only under what the
 * decision calls. What of that can sleep (where locks do, and in the sysctl) is
 * a reader of portfs_sleepers, for which unloading waits; the instructions
 * before and after cannot sleep, and tasks-RCU waits for who is preempted there,
 * once for those before, once for those after.
 *
 * Copyright (C) 2026 The portfs authors
 */
#include <linux/delay.h>
#include <linux/ftrace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "portfs.h"

/* Who may sleep below a trampoline. */
DEFINE_SRCU(portfs_sleepers);

/**
 * struct hook - a function of the kernel that the module stands in front of
 * @function: its name
 * @option: what configures it into the kernel
 * @trampoline: what its entry calls
 * @prove: call it; returns PORTFS_PROOF if the hook fires
 * @ops: ftrace's side; it and portfs_hook_setup() write it, nobody else
 */
struct hook {
	char *function;
	const char *option;
	void (*trampoline)(void);
	int (*prove)(void);
	struct ftrace_ops ops;
};

/*
 * ftrace asks whether somebody who diverts the function, as a live patch does,
 * may have it as well: yes, a trampoline returns to wherever that one says.
 */
static int share(struct ftrace_ops *ops,
		 SHARE_ADDRESS enum ftrace_ops_cmd command)
{
	return 0;
}

static struct hook hooks[PORTFS_HOOKS] = {
	[PORTFS_INET_BIND] = {
		.function = "__inet_bind",
		.option = "CONFIG_INET",
		.trampoline = portfs_trampoline_inet_bind,
		.prove = portfs_bind_prove_inet,
		.ops.ops_func = share,
	},
#if IS_ENABLED(CONFIG_IPV6)
	[PORTFS_INET6_BIND] = {
		.function = "__inet6_bind",
		.option = "CONFIG_IPV6",
		.trampoline = portfs_trampoline_inet6_bind,
		.prove = portfs_bind_prove_inet6,
		.ops.ops_func = share,
	},
#endif
	[PORTFS_LARGE_BITMAP] = {
		.function = "proc_do_large_bitmap",
		.option = "CONFIG_PROC_SYSCTL",
		.trampoline = portfs_trampoline_large_bitmap,
		.prove = portfs_reserved_prove,
		.ops.ops_func = share,
	},
};

static const char *install_cause(int error)
{
	switch (error) {
	case -EINVAL:
	case -ENODEV:
		return "no such function can be traced, or ftrace has stopped";
	case -EBUSY:
	case -EEXIST:
		return "a BPF program or another module holds it, or kernel.ftrace_enabled is 0";
	case -ENOMEM:
		return "out of memory";
	default:
		return "ftrace refused";
	}
}

/* A trampoline of somebody else's that is being changed says -EAGAIN. */
static int register_patiently(struct hook *hook)
{
	int tries = 50;
	int error;

	do {
		error = register_ftrace_direct(&hook->ops,
					       (unsigned long)hook->trampoline);
		if (error != -EAGAIN)
			break;
		msleep(20);
	} while (--tries);
	return error;
}

static int hook_install(struct hook *hook)
{
	int error;

	error = ftrace_set_filter(&hook->ops, hook->function,
				  strlen(hook->function), 1);
	if (!error)
		error = register_patiently(hook);
	if (error) {
		ftrace_free_filter(&hook->ops);
		pr_err("cannot hook %s: %s (error %d); needed: %s\n",
		       hook->function, install_cause(error), error,
		       hook->option);
		return error;
	}
	/*
	 * Keeps kernel.ftrace_enabled from being set to 0. Registering would
	 * have forgotten it, and the proof that follows sees what came between.
	 */
	hook->ops.flags |= FTRACE_OPS_FL_PERMANENT;
	return 0;
}

/*
 * What the kernel may still call must stay where it is, so whoever unloads the
 * module waits here for ever; nothing is claimed, so nothing is decided.
 */
static void __noreturn stay(const struct hook *hook, int error)
{
	pr_crit("cannot unhook %s: ftrace refused (error %d); the module stays in memory until the next boot\n",
		hook->function, error);
	for (;;) {
		set_current_state(TASK_IDLE | TASK_FREEZABLE);
		schedule();
	}
}

static void hook_remove(struct hook *hook)
{
	unsigned long address = (unsigned long)hook->trampoline;
	int error;

	error = unregister_ftrace_direct(&hook->ops, address, false);
	if (error || hook->prove() == PORTFS_PROOF)
		stay(hook, error);
	ftrace_free_filter(&hook->ops);
}

/* When it returns, no task is in a trampoline or below one. */
static void hooks_remove(int installed)
{
	while (installed--)
		hook_remove(&hooks[installed]);
	/*
	 * Those who are preempted on their way in, those who may sleep, and
	 * those on their way out: tests/litmus/unload.litmus and its variants.
	 */
	synchronize_rcu_tasks();
	synchronize_srcu(&portfs_sleepers);
	synchronize_rcu_tasks();
}

/**
 * portfs_hook_name() - what a hook is the hook of
 * @hook: which
 *
 * Return: the name of the kernel's function.
 */
const char *portfs_hook_name(enum portfs_hook hook)
{
	return hooks[hook].function;
}

/**
 * portfs_hook_prove() - see whether a hook fires
 * @hook: which
 *
 * Calls the kernel's function in a way that has no effect even if not.
 *
 * Context: Process context, one at a time: while loading or unloading, or under
 * guard_lock.
 * Return: 0 if it does, -EIO if not.
 */
int portfs_hook_prove(enum portfs_hook hook)
{
	return hooks[hook].prove() == PORTFS_PROOF ? 0 : -EIO;
}

/**
 * portfs_hook_setup() - take every hook and prove that it fires
 *
 * Return: 0, or a negative errno with no hook taken and the reason logged.
 */
int __init portfs_hook_setup(void)
{
	int installed, error;

	for (installed = 0; installed < PORTFS_HOOKS; installed++) {
		error = hook_install(&hooks[installed]);
		if (error)
			goto remove_installed;
		error = portfs_hook_prove(installed);
		if (error) {
			pr_err("the hook of %s does not fire: kernel.ftrace_enabled is 0, or the compiler inlined it\n",
			       hooks[installed].function);
			installed++;
			goto remove_installed;
		}
	}
	return 0;

remove_installed:
	hooks_remove(installed);
	return error;
}

/**
 * portfs_hook_teardown() - let go of every hook
 *
 * When it returns, no task is in the module on the kernel's behalf any more. If
 * ftrace refuses, it does not return, and the log says why.
 *
 * Context: Process context, sleeps.
 */
void portfs_hook_teardown(void)
{
	hooks_remove(PORTFS_HOOKS);
}
