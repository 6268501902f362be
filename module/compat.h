/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Older kernels made to look like the newest. The rest of the module reads as
 * for the newest one; no other file looks at the version of the kernel.
 *
 * Included by portfs.h, after the kernel's own headers, and by assembler.
 */
#ifndef PORTFS_COMPAT_H
#define PORTFS_COMPAT_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "portfs needs Linux 6.1 or newer"
#endif

#ifndef CONFIG_X86_64
#error "portfs has trampolines for x86-64 only"
#endif

#ifndef CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS
#error "portfs hooks bind by direct calls of ftrace and needs CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS"
#endif

#ifndef CONFIG_SYSCTL
#error "portfs keeps automatic ports off claims and needs CONFIG_SYSCTL"
#endif

#ifndef CONFIG_FS_POSIX_ACL
#error "portfs has ACLs on its nodes and needs CONFIG_FS_POSIX_ACL"
#endif

#ifdef __ASSEMBLER__

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
/* The mitigation that counts the depth of calls came later. */
.macro CALL_DEPTH_ACCOUNT
.endm
#endif

#else /* __ASSEMBLER__ */

#include <linux/fs.h>
#include <linux/ftrace.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define get_inode_acl get_acl

/* set_acl() was given the inode in place of the dentry. */
#define DEFINE_SET_ACL(name, set)                                              \
	static int name(struct user_namespace *idmap, struct inode *inode,     \
			struct posix_acl *acl, int type)                       \
	{                                                                      \
		return set(idmap, inode, acl, type);                           \
	}
#else
#define DEFINE_SET_ACL(name, set)                                              \
	static int name(struct mnt_idmap *idmap, struct dentry *dentry,        \
			struct posix_acl *acl, int type)                       \
	{                                                                      \
		return set(idmap, d_inode(dentry), acl, type);                 \
	}
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define nop_posix_acl_access  posix_acl_access_xattr_handler
#define nop_posix_acl_default posix_acl_default_xattr_handler
#define mnt_idmap	      user_namespace
#define nop_mnt_idmap	      init_user_ns
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
/* The direct calls of one address only had the name, and a failure left its traces. */
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

/* Who asks a direct call whether it shares a function was not said at first. */
static inline int portfs_share(struct ftrace_ops *ops, unsigned long ip,
			       enum ftrace_ops_cmd command)
{
	return 0;
}

static inline int portfs_share_unsaid(struct ftrace_ops *ops,
				      enum ftrace_ops_cmd command)
{
	return 0;
}

/* For ftrace_ops.ops_func: a live patch may have the function as well. */
#define ftrace_shares_function                                           \
	__builtin_choose_expr(                                           \
		__builtin_types_compatible_p(ftrace_ops_func_t,          \
					     typeof(&portfs_share)),     \
		portfs_share, portfs_share_unsaid)

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#define generic_fillattr(idmap, request_mask, inode, stat) \
	generic_fillattr(idmap, inode, stat)

/* Macros, because stable kernels carry some of these as functions. */
#define inode_set_ctime_to_ts(inode, ts) ((inode)->i_ctime = (ts))
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
#define inode_set_atime_to_ts(inode, ts) ((inode)->i_atime = (ts))
#define inode_set_mtime_to_ts(inode, ts) ((inode)->i_mtime = (ts))
#define inode_get_mtime(inode)		 ((inode)->i_mtime)
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
#define inode_state_read_once(inode) READ_ONCE((inode)->i_state)
#endif

/* create() was told whether the file must be new. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 3, 0)
#define CREATE_EXCLUSIVE , bool exclusive
#else
#define CREATE_EXCLUSIVE
#endif

#endif /* __ASSEMBLER__ */

#endif
