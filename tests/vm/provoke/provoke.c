// SPDX-License-Identifier: GPL-2.0
/* Does, when loaded, the harm that its parameter names: the harness has to notice. */
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

static char *harm = "";
module_param(harm, charp, 0);
MODULE_PARM_DESC(harm, "warn, bug, leak, cache, abba, atomic, overrun, pin or hang");

static DEFINE_MUTEX(a);
static DEFINE_MUTEX(b);
static DEFINE_SPINLOCK(spin);

static void leak(void)
{
	int i;

	/* Several: a stale register or stack word may still point to the last. */
	for (i = 0; i < 16; i++)
		memset(kmalloc(100, GFP_KERNEL), i, 100);
}

static void leave_cache(void)
{
	struct kmem_cache *cache = kmem_cache_create("portfs_provoke", 72, 0, 0, NULL);

	if (cache)
		kmem_cache_alloc(cache, GFP_KERNEL);
}

static void abba(void)
{
	mutex_lock(&a);
	mutex_lock(&b);
	mutex_unlock(&b);
	mutex_unlock(&a);
	mutex_lock(&b);
	mutex_lock(&a);
	mutex_unlock(&a);
	mutex_unlock(&b);
}

static void sleep_in_atomic(void)
{
	spin_lock(&spin);
	msleep(20);
	spin_unlock(&spin);
}

static void overrun(void)
{
	char *p = kmalloc(8, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(p);
	if (p)
		p[8] = 1;
	kfree(p);
}

static int __init provoke_init(void)
{
	if (!strcmp(harm, "warn"))
		WARN(1, "provoked\n");
	else if (!strcmp(harm, "bug"))
		BUG();
	else if (!strcmp(harm, "leak"))
		leak();
	else if (!strcmp(harm, "cache"))
		leave_cache();
	else if (!strcmp(harm, "abba"))
		abba();
	else if (!strcmp(harm, "atomic"))
		sleep_in_atomic();
	else if (!strcmp(harm, "overrun"))
		overrun();
	else if (!strcmp(harm, "pin"))
		get_fs_type("portfs");
	else if (!strcmp(harm, "hang"))
		for (;;)
			cpu_relax();
	else
		return -EINVAL;
	return 0;
}
module_init(provoke_init);

static void __exit provoke_exit(void)
{
}
module_exit(provoke_exit);

MODULE_DESCRIPTION("Provokes what the harness must catch");
MODULE_LICENSE("GPL");
