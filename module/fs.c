// SPDX-License-Identifier: GPL-2.0
/*
 * The file system: mounts, directories and names. With node.c it is all that
 * knows the VFS.
 *
 * Inodes and dentries are made when a name is looked up and are the VFS's to
 * reclaim. Each network namespace has one superblock, so that any two mounts
 * show the same inodes.
 *
 * Copyright (C) 2026 The portfs authors
 */
#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/module.h>
#include <linux/posix_acl_xattr.h>
#include <linux/statfs.h>
#include <net/ip.h>

#include "portfs.h"

#define PORTFS_MAGIC 0x706f7274 /* "port" */

/* Inode numbers: the root, a directory for each protocol; then come nodes. */
#define INO_ROOT	1
#define INO_DIRECTORIES 2

#define DIRECTORY_MODE 0755

static const char *const protocol_names[PORTFS_PROTOCOLS] = {
	[PORTFS_TCP] = "tcp",
	[PORTFS_UDP] = "udp",
};

/* The first of the minors of the nodes, and the major, which the kernel chose. */
static dev_t first_device __ro_after_init;

static bool user_mounts = true;
module_param(user_mounts, bool, 0644);
MODULE_PARM_DESC(user_mounts,
		 "let users mount tables of network namespaces of their own");

static enum portfs_protocol directory_protocol(const struct inode *inode)
{
	return inode->i_ino - INO_DIRECTORIES;
}

/* A directory is root's, 0755, and stays so. */
static int directory_setattr(struct mnt_idmap *idmap, struct dentry *dentry,
			     struct iattr *attr)
{
	const struct inode *inode = d_inode(dentry);
	int error;

	error = setattr_prepare(idmap, dentry, attr);
	if (error)
		return error;
	if (attr->ia_valid & (ATTR_ATIME | ATTR_MTIME | ATTR_SIZE))
		return -EPERM;
	if ((attr->ia_valid & ATTR_UID &&
	     !vfsuid_eq(attr->ia_vfsuid, i_uid_into_vfsuid(idmap, inode))) ||
	    (attr->ia_valid & ATTR_GID &&
	     !vfsgid_eq(attr->ia_vfsgid, i_gid_into_vfsgid(idmap, inode))) ||
	    (attr->ia_valid & ATTR_MODE &&
	     (attr->ia_mode & S_IALLUGO) != DIRECTORY_MODE))
		return -EPERM;
	return 0;
}

/* Without it the VFS would say EACCES. */
static int directory_create(struct mnt_idmap *idmap, struct inode *directory,
			    struct dentry *dentry, CREATE_MODE)
{
	return -EPERM;
}

static int root_iterate(struct file *file, struct dir_context *context)
{
	u32 protocol;

	if (!dir_emit_dots(file, context))
		return 0;
	while (context->pos < 2 + PORTFS_PROTOCOLS) {
		protocol = context->pos - 2;
		if (!dir_emit(context, protocol_names[protocol],
			      strlen(protocol_names[protocol]),
			      INO_DIRECTORIES + protocol, DT_DIR))
			break;
		context->pos++;
	}
	return 0;
}

/* Port N is at position N + 1, after the dots at 0 and 1. */
static int directory_iterate(struct file *file, struct dir_context *context)
{
	const struct inode *inode = file_inode(file);
	struct net *net = portfs_sb_net(inode->i_sb);
	u32 first = portfs_index(directory_protocol(inode), 0);
	u32 end = first + PORTFS_PORTS;
	char name[sizeof("65535")];
	u32 index;
	int length;

	if (!dir_emit_dots(file, context))
		return 0;
	while (context->pos <= PORTFS_PORTS) {
		index = portfs_table_next(net, first + context->pos - 1, end);
		context->pos = index - first + 1;
		if (index == end)
			break;
		length = snprintf(name, sizeof(name), "%u", portfs_port(index));
		if (!dir_emit(context, name, length, PORTFS_INO_NODES + index,
			      DT_CHR))
			break;
		context->pos++;
	}
	return 0;
}

static const struct file_operations root_file_operations = {
	.read = generic_read_dir,
	.iterate_shared = root_iterate,
	.llseek = generic_file_llseek,
};

static const struct file_operations directory_file_operations = {
	.read = generic_read_dir,
	.iterate_shared = directory_iterate,
	.llseek = generic_file_llseek,
};

static const struct inode_operations root_inode_operations;
static const struct inode_operations directory_inode_operations;

static void directory_init(struct inode *inode)
{
	bool root = inode->i_ino == INO_ROOT;
	struct timespec64 now = current_time(inode);

	inode->i_mode = S_IFDIR | DIRECTORY_MODE;
	inode->i_uid = make_kuid(inode->i_sb->s_user_ns, 0);
	inode->i_gid = make_kgid(inode->i_sb->s_user_ns, 0);
	inode_set_atime_to_ts(inode, now);
	inode_set_mtime_to_ts(inode, now);
	inode_set_ctime_to_ts(inode, now);
	set_nlink(inode, root ? 2 + PORTFS_PROTOCOLS : 2);
	cache_no_acl(inode);
	inode->i_op = root ? &root_inode_operations :
			     &directory_inode_operations;
	inode->i_fop = root ? &root_file_operations :
			      &directory_file_operations;
}

static struct inode *portfs_inode(struct super_block *sb, unsigned long number)
{
	struct inode *inode;

	inode = iget_locked(sb, number);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	if (!(inode_state_read_once(inode) & I_NEW))
		return inode;
	if (number < PORTFS_INO_NODES)
		directory_init(inode);
	else
		portfs_node_init(inode, MAJOR(first_device));
	unlock_new_inode(inode);
	return inode;
}

/* Canonical decimal from 1 to 65535; returns 0 for any other name. */
static u16 parse_port(const struct qstr *name)
{
	u32 port = 0;
	u32 i;

	if (name->len > strlen("65535") || name->name[0] == '0')
		return 0;
	for (i = 0; i < name->len; i++) {
		if (name->name[i] < '0' || name->name[i] > '9')
			return 0;
		port = port * 10 + name->name[i] - '0';
	}
	return port <= PORTFS_PORT_MAX ? port : 0;
}

static struct dentry *directory_lookup(struct inode *directory,
				       struct dentry *dentry,
				       unsigned int flags)
{
	u16 port = parse_port(&dentry->d_name);
	struct inode *inode = NULL;
	u32 index;

	if (port) {
		index = portfs_index(directory_protocol(directory), port);
		inode = portfs_inode(directory->i_sb, PORTFS_INO_NODES + index);
	}
	return d_splice_alias(inode, dentry);
}

static struct dentry *root_lookup(struct inode *directory,
				  struct dentry *dentry, unsigned int flags)
{
	struct inode *inode = NULL;
	u32 protocol;

	for (protocol = 0; protocol < PORTFS_PROTOCOLS; protocol++) {
		if (!strcmp(dentry->d_name.name, protocol_names[protocol]))
			inode = portfs_inode(directory->i_sb,
					     INO_DIRECTORIES + protocol);
	}
	return d_splice_alias(inode, dentry);
}

/*
 * The node is there after its release as before; only its attributes change. So
 * the inode keeps its link, and the dentry is dropped before the VFS can make
 * it a negative one.
 */
static int directory_unlink(struct inode *directory, struct dentry *dentry)
{
	portfs_node_release(d_inode(dentry));
	d_drop(dentry);
	return 0;
}

static const struct inode_operations root_inode_operations = {
	.lookup = root_lookup,
	.create = directory_create,
	.setattr = directory_setattr,
};

static const struct inode_operations directory_inode_operations = {
	.lookup = directory_lookup,
	.create = directory_create,
	.unlink = directory_unlink,
	.setattr = directory_setattr,
};

static const struct xattr_handler *xattr_handlers[] = {
	&nop_posix_acl_access,
	&nop_posix_acl_default,
	NULL,
};

static const struct super_operations super_operations = {
	.statfs = simple_statfs,
};

static int portfs_fill_super(struct super_block *sb, struct fs_context *context)
{
	struct inode *root;
	int error;

	/* Ids that are not mapped could not be changed, nor anything released. */
	if (!uid_valid(make_kuid(sb->s_user_ns, 0)) ||
	    !gid_valid(make_kgid(sb->s_user_ns, 0))) {
		/* Without a log of the caller's it would go to the host's. */
		if (context->log.log)
			errorf(context,
			       "portfs: user and group 0 are not mapped");
		return -EINVAL;
	}

	sb->s_magic = PORTFS_MAGIC;
	sb->s_op = &super_operations;
	sb->s_maxbytes = MAX_LFS_FILESIZE;
	sb->s_time_gran = 1;
	sb->s_xattr = xattr_handlers;
	sb->s_flags |= SB_POSIXACL;
	sb->s_iflags |= SB_I_NOEXEC;

	error = portfs_count_show(portfs_sb_net(sb));
	if (error)
		return error;
	root = portfs_inode(sb, INO_ROOT);
	if (IS_ERR(root))
		return PTR_ERR(root);
	sb->s_root = d_make_root(root);
	return sb->s_root ? 0 : -ENOMEM;
}

/*
 * Read-only is a mount's own affair: mount(2) sets it on the mount as well. On
 * the superblock it would hold for every mount of the namespace's table.
 */
static void ignore_read_only(struct fs_context *context)
{
	context->sb_flags &= ~SB_RDONLY;
}

static int portfs_get_tree(struct fs_context *context)
{
	ignore_read_only(context);
	return get_tree_keyed(context, portfs_fill_super,
			      get_net(context->net_ns));
}

static int portfs_reconfigure(struct fs_context *context)
{
	ignore_read_only(context);
	return 0;
}

static void portfs_free_context(struct fs_context *context)
{
	if (context->s_fs_info)
		put_net(context->s_fs_info);
}

static const struct fs_context_operations context_operations = {
	.free = portfs_free_context,
	.get_tree = portfs_get_tree,
	.reconfigure = portfs_reconfigure,
};

/*
 * The table belongs to whoever the network namespace belongs to: the VFS asks
 * for CAP_SYS_ADMIN over that user namespace, whichever the caller is in, and
 * the ids of its nodes are those that are mapped there.
 */
static int portfs_init_fs_context(struct fs_context *context)
{
	if (context->purpose == FS_CONTEXT_FOR_RECONFIGURE) {
		/* Before the VFS bars the other mounts for a moment. */
		ignore_read_only(context);
		context->sb_flags_mask &= ~SB_RDONLY;
	} else if (!user_mounts && context->net_ns->user_ns != &init_user_ns) {
		return -EPERM;
	}
	put_user_ns(context->user_ns);
	context->user_ns = get_user_ns(context->net_ns->user_ns);
	context->ops = &context_operations;
	return 0;
}

/* A mount keeps its network namespace, and so its table, alive. */
static void portfs_kill_sb(struct super_block *sb)
{
	struct net *net = portfs_sb_net(sb);

	kill_anon_super(sb);
	put_net(net);
}

static struct file_system_type portfs_type = {
	.owner = THIS_MODULE,
	.name = "portfs",
	.init_fs_context = portfs_init_fs_context,
	.kill_sb = portfs_kill_sb,
	.fs_flags = FS_USERNS_MOUNT,
};

/**
 * portfs_fs_setup() - let the file system be mounted
 *
 * Return: 0 or a negative errno.
 */
int __init portfs_fs_setup(void)
{
	int error;

	error = alloc_chrdev_region(&first_device, 0, PORTFS_INDICES, "portfs");
	if (error) {
		pr_err("no major number for the nodes (error %d)\n", error);
		return error;
	}
	error = register_filesystem(&portfs_type);
	if (error) {
		pr_err("cannot register the file system (error %d)\n", error);
		unregister_chrdev_region(first_device, PORTFS_INDICES);
	}
	return error;
}

/**
 * portfs_fs_teardown() - undo portfs_fs_setup()
 *
 * No mount is left: each holds a reference to the module.
 */
void portfs_fs_teardown(void)
{
	unregister_filesystem(&portfs_type);
	unregister_chrdev_region(first_device, PORTFS_INDICES);
}
