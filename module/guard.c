// SPDX-License-Identifier: GPL-2.0
/*
 * Whether the hooks still fire: asked from time to time, before a claim and by
 * whoever reads /sys/module/portfs/hooks, at most once a second, and told where
 * one does not.
 *
 * Copyright (C) 2026 The portfs authors
 */
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/panic.h>
#include <linux/sysfs.h>
#include <linux/workqueue.h>

#include "portfs.h"

#define PERIOD (10 * HZ)

static bool panic_on_dead_hook;
module_param(panic_on_dead_hook, bool, 0644);
MODULE_PARM_DESC(panic_on_dead_hook,
		 "panic if a hook no longer fires and rules no longer hold");

/* One proof at a time; protects all that follows. */
static DEFINE_MUTEX(guard_lock);
static bool dead[PORTFS_HOOKS];
/* When the hooks were last proved, in jiffies. */
static unsigned long proved;

static void tell(enum portfs_hook hook, bool is_dead)
{
	const char *name = portfs_hook_name(hook);

	if (!is_dead) {
		pr_notice("the hook of %s fires again\n", name);
		return;
	}
	pr_crit("the hook of %s no longer fires: rules are not enforced for all binds; no port can be claimed until it fires again\n",
		name);
	add_taint(TAINT_WARN, LOCKDEP_STILL_OK);
	if (panic_on_dead_hook)
		panic("portfs: the hook of %s is dead", name);
}

static int prove_all(void)
{
	enum portfs_hook hook;
	int result = 0;

	lockdep_assert_held(&guard_lock);
	proved = jiffies;
	for (hook = 0; hook < PORTFS_HOOKS; hook++) {
		int error = portfs_hook_prove(hook);

		if (dead[hook] != !!error)
			tell(hook, error);
		dead[hook] = error;
		result = result ?: error;
	}
	return result;
}

static bool any_dead(void)
{
	enum portfs_hook hook;

	for (hook = 0; hook < PORTFS_HOOKS; hook++)
		if (dead[hook])
			return true;
	return false;
}

/**
 * portfs_guard_check() - do all hooks fire?
 *
 * What was found less than a second ago is not looked at again.
 *
 * Context: Process context, sleeps; takes guard_lock.
 * Return: 0, or -EIO if one does not.
 */
int portfs_guard_check(void)
{
	int error;

	mutex_lock(&guard_lock);
	if (time_after(jiffies, proved + HZ))
		error = prove_all();
	else
		error = any_dead() ? -EIO : 0;
	mutex_unlock(&guard_lock);
	return error;
}

static void guard_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(guard, guard_work);

static void guard_work(struct work_struct *work)
{
	portfs_guard_check();
	schedule_delayed_work(&guard, round_jiffies_relative(PERIOD));
}

static ssize_t hook_show(struct kobject *directory,
			 struct kobj_attribute *attribute, char *text)
{
	enum portfs_hook hook;
	bool is_dead = false;

	portfs_guard_check();
	mutex_lock(&guard_lock);
	for (hook = 0; hook < PORTFS_HOOKS; hook++)
		if (!strcmp(attribute->attr.name, portfs_hook_name(hook)))
			is_dead = dead[hook];
	mutex_unlock(&guard_lock);
	return sysfs_emit(text, "%s\n", is_dead ? "dead" : "alive");
}

/* Written while loading only. */
static struct kobj_attribute attributes[PORTFS_HOOKS];
static struct kobject *directory;

/* With its files, of which nobody reads one when it returns. */
static void directory_remove(void)
{
	kobject_del(directory);
	kobject_put(directory);
}

/**
 * portfs_guard_setup() - begin to look after the hooks
 *
 * Return: 0 or a negative errno.
 */
int __init portfs_guard_setup(void)
{
	enum portfs_hook hook;
	int error;

	directory = kobject_create_and_add("hooks", &THIS_MODULE->mkobj.kobj);
	if (!directory)
		return -ENOMEM;
	for (hook = 0; hook < PORTFS_HOOKS; hook++) {
		sysfs_attr_init(&attributes[hook].attr);
		attributes[hook].attr.name = portfs_hook_name(hook);
		attributes[hook].attr.mode = 0444;
		attributes[hook].show = hook_show;
		error = sysfs_create_file(directory, &attributes[hook].attr);
		if (error) {
			directory_remove();
			return error;
		}
	}
	proved = jiffies;
	schedule_delayed_work(&guard, PERIOD);
	return 0;
}

/**
 * portfs_guard_teardown() - undo portfs_guard_setup()
 *
 * When it returns, nobody reads a state and no proof is under way.
 *
 * Context: Process context, sleeps.
 */
void portfs_guard_teardown(void)
{
	directory_remove();
	cancel_delayed_work_sync(&guard);
}
