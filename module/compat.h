/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Older kernels made to look like the newest. The rest of the module reads as
 * for the newest one. What a kernel has is tried when the module is built
 * (module/probe), for vendors bring features to older versions.
 *
 * Included by portfs.h, after the kernel's own headers, and by assembler.
 *
 * Copyright (C) 2026 The portfs authors
 */
#ifndef PORTFS_COMPAT_H
#define PORTFS_COMPAT_H

#if !defined(CONFIG_X86_64) && !defined(CONFIG_ARM64)
#error "portfs has trampolines for x86-64 and arm64 only"
#endif

#ifndef CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS
#error "portfs needs CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS to hook bind"
#endif

#ifndef CONFIG_SYSCTL
#error "portfs keeps automatic ports off claims and needs CONFIG_SYSCTL"
#endif

#ifndef CONFIG_FS_POSIX_ACL
#error "portfs has ACLs on its nodes and needs CONFIG_FS_POSIX_ACL"
#endif

#ifndef HAVE_BIND_WITHOUT_CAPABILITY
#error "portfs needs BIND_NO_CAP_NET_BIND_SERVICE (Linux 5.13 has it)"
#endif

#if !defined(HAVE_DIRECT_CALLS) && !defined(HAVE_DIRECT_CALLS_MULTI)
#error "portfs needs direct calls for a struct ftrace_ops (Linux 5.15 has them)"
#endif

#ifndef HAVE_SHARED_FUNCTIONS
#error "portfs needs ops_func in struct ftrace_ops (Linux 6.0 has it)"
#endif

#ifndef HAVE_VFSUID
#error "portfs needs vfsuid_t and from_vfsuid() (Linux 6.0 has them)"
#endif

#ifndef HAVE_KEYED_TREE
#error "portfs needs get_tree_keyed() (Linux 5.5 has it)"
#endif

#ifdef __ASSEMBLER__

#ifndef HAVE_CALL_DEPTH
/* clang-format off */
.macro CALL_DEPTH_ACCOUNT
.endm
/* clang-format on */
#endif

#else /* __ASSEMBLER__ */

#include <linux/fs.h>
#include <linux/ftrace.h>
#include <linux/sched.h>

#ifndef TASK_FREEZABLE
#define TASK_FREEZABLE 0
#endif

#ifdef HAVE_ACL_OF_DENTRY
#define ACL_SUBJECT	  dentry
#define acl_inode(dentry) d_inode(dentry)
#else
#define ACL_SUBJECT	 inode
#define acl_inode(inode) (inode)
#define get_inode_acl	 get_acl
#endif

#ifdef HAVE_CREATE_WITHOUT_EXCLUSIVE
#define CREATE_MODE umode_t mode
#else
#define CREATE_MODE umode_t mode, bool exclusive
#endif

#ifndef HAVE_DIRECT_CALLS
/* A failure left its traces, and would be the answer to the next try. */
static inline int portfs_register_direct(struct ftrace_ops *ops,
					 unsigned long address)
{
	int error = register_ftrace_direct_multi(ops, address);

	if (error) {
		ops->func = NULL;
		ops->trampoline = 0;
	}
	return error;
}

#define register_ftrace_direct portfs_register_direct
#define unregister_ftrace_direct(ops, address, free_filters) \
	unregister_ftrace_direct_multi(ops, address)
#endif

#ifdef HAVE_SHARE_OF_ADDRESS
#define SHARE_ADDRESS unsigned long ip,
#else
#define SHARE_ADDRESS
#endif

#ifndef HAVE_FILLATTR_MASK
#define generic_fillattr(idmap, request_mask, inode, stat) \
	generic_fillattr(idmap, inode, stat)
#endif

#ifndef HAVE_INODE_CTIME
#define inode_set_ctime_to_ts(inode, ts) ((inode)->i_ctime = (ts))
#endif

#ifndef HAVE_INODE_TIMES
#define inode_set_atime_to_ts(inode, ts) ((inode)->i_atime = (ts))
#define inode_set_mtime_to_ts(inode, ts) ((inode)->i_mtime = (ts))
#define inode_get_mtime(inode)		 ((inode)->i_mtime)
#endif

#ifndef HAVE_INODE_STATE
#define inode_state_read_once(inode) READ_ONCE((inode)->i_state)
#endif

#ifndef HAVE_MNT_IDMAP
#define mnt_idmap     user_namespace
#define nop_mnt_idmap init_user_ns
#endif

#ifndef HAVE_NOP_ACL_HANDLERS
#define nop_posix_acl_access  posix_acl_access_xattr_handler
#define nop_posix_acl_default posix_acl_default_xattr_handler
#endif

#ifndef HAVE_PDE_DATA
#define pde_data PDE_DATA
#endif

#endif /* __ASSEMBLER__ */

#endif
