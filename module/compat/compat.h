/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Older kernels made to look like the newest. The rest of the module reads as
 * for the newest one; no other file looks at the version of the kernel.
 *
 * Included by portfs.h, after the kernel's own headers.
 */
#ifndef PORTFS_COMPAT_H
#define PORTFS_COMPAT_H

#include <linux/fs.h>
#include <linux/ftrace.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "portfs needs Linux 6.1 or newer"
#endif

#ifndef CONFIG_X86_64
#error "portfs knows how to set an argument of a hooked function on x86-64 only"
#endif

#ifndef CONFIG_DYNAMIC_FTRACE_WITH_ARGS
#error "portfs hooks bind by ftrace and needs CONFIG_DYNAMIC_FTRACE_WITH_ARGS"
#endif

#ifndef CONFIG_SYSCTL
#error "portfs keeps automatic ports off claims and needs CONFIG_SYSCTL"
#endif

#ifndef CONFIG_FS_POSIX_ACL
#error "portfs has ACLs on its nodes and needs CONFIG_FS_POSIX_ACL"
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define get_inode_acl get_acl

/* set_acl() was given the inode in place of the dentry. */
#define set_acl_dentry	     inode
#define set_acl_inode(inode) (inode)
#else
#define set_acl_dentry	      dentry
#define set_acl_inode(dentry) d_inode(dentry)
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define ftrace_regs_get_argument(fregs, n) \
	regs_get_kernel_argument(&(fregs)->regs, n)
#define ftrace_regs_set_instruction_pointer(fregs, ip) \
	ftrace_instruction_pointer_set(fregs, ip)
#endif

/* Probed, not compared: stable kernels carry it as well. */
#ifndef arch_ftrace_regs
#define arch_ftrace_regs(fregs) (fregs)
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define nop_posix_acl_access  posix_acl_access_xattr_handler
#define nop_posix_acl_default posix_acl_default_xattr_handler
#define mnt_idmap	      user_namespace
#define nop_mnt_idmap	      init_user_ns
#endif

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

/**
 * ftrace_regs_set_flags_argument() - change the 4th argument of a hooked call
 * @fregs: the registers of the call
 * @value: the new value
 *
 * The kernel has a getter for arguments, but no setter. The fourth argument
 * travels in rcx (System V ABI), which the ftrace trampoline restores.
 */
static inline void ftrace_regs_set_flags_argument(struct ftrace_regs *fregs,
						  unsigned long value)
{
	arch_ftrace_regs(fregs)->regs.cx = value;
}

#endif
