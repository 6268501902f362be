// SPDX-License-Identifier: GPL-2.0
/*
 * Load and unload, each other's mirror. Nodes come last, because a rule can be
 * made only through them: there is none before every hook has been proved.
 *
 * No MODULE_ALIAS_FS(): a mount by a user in namespaces of their own would load
 * the module, which is the administrator's to do.
 *
 * Copyright (C) 2026 The portfs authors
 */
#include <linux/fs.h>
#include <linux/module.h>

#include "portfs.h"

static int __init portfs_init(void)
{
	int error;

	portfs_limit_setup();
	error = portfs_table_setup();
	if (error)
		return error;
	error = portfs_count_setup();
	if (error)
		goto teardown_table;
	error = portfs_bind_setup();
	if (error)
		goto teardown_count;
	error = portfs_hook_setup();
	if (error)
		goto teardown_bind;
	error = portfs_guard_setup();
	if (error)
		goto teardown_hook;
	error = portfs_fs_setup();
	if (error)
		goto teardown_guard;
	return 0;

teardown_guard:
	portfs_guard_teardown();
teardown_hook:
	portfs_hook_teardown();
teardown_bind:
	portfs_bind_teardown();
teardown_count:
	portfs_count_teardown();
teardown_table:
	portfs_table_teardown();
	return error;
}

static void __exit portfs_exit(void)
{
	portfs_fs_teardown();
	portfs_guard_teardown();
	portfs_hook_teardown();
	portfs_bind_teardown();
	portfs_count_teardown();
	portfs_table_teardown();
	portfs_limit_teardown();
}

module_init(portfs_init);
module_exit(portfs_exit);

MODULE_AUTHOR("The portfs authors");
MODULE_DESCRIPTION("TCP and UDP ports with an owner, a group and a mode");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
