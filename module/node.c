// SPDX-License-Identifier: GPL-2.0
/*
 * A node: the view of a port's rule that an inode is. The table remembers; an
 * inode is brought up to date before each use.
 *
 * Copyright (C) 2026 The portfs authors
 */
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/xattr.h>
#include <net/ip.h>

#include "portfs.h"

#define PRIVATE_MODE 0600
#define PUBLIC_MODE  0666

/*
 * What the node of an unclaimed port shows: the kernel's own rule. It is also
 * what a claim starts from, but for the mode.
 */
static void unclaimed_rule(const struct inode *inode, struct portfs_rule *rule)
{
	struct super_block *sb = inode->i_sb;
	u16 port = portfs_port(portfs_node_index(inode));

	rule->uid = make_kuid(sb->s_user_ns, 0);
	rule->gid = make_kgid(sb->s_user_ns, 0);
	rule->acl = NULL;
	rule->count = NULL;
	rule->mode = PUBLIC_MODE;
	if (inet_port_requires_bind_service(portfs_sb_net(sb), port))
		rule->mode = PRIVATE_MODE;
	rule->changed = inode_get_mtime(d_inode(sb->s_root));
}

/*
 * Returns whether the port is claimed; the rule is what its node shows. Its ACL
 * is borrowed from the table: only who holds inode->i_rwsem, and so keeps
 * others from changing the rule, may look into it.
 */
static bool node_rule(const struct inode *inode, struct portfs_rule *rule)
{
	const struct portfs_rule *claimed;

	rcu_read_lock();
	claimed = portfs_table_rule(portfs_sb_net(inode->i_sb),
				    portfs_node_index(inode));
	if (claimed)
		*rule = *claimed;
	rcu_read_unlock();

	if (!claimed)
		unclaimed_rule(inode, rule);
	return claimed;
}

/*
 * Brings a node's attributes up to date with the table, and with the sysctl that
 * says which unclaimed ports are privileged. i_lock makes the refresh that
 * follows a change of the table the last one to write them.
 */
static void node_refresh(struct inode *inode)
{
	struct portfs_rule rule;

	spin_lock(&inode->i_lock);
	node_rule(inode, &rule);
	inode->i_uid = rule.uid;
	inode->i_gid = rule.gid;
	inode->i_mode = S_IFCHR | rule.mode;
	inode_set_atime_to_ts(inode, rule.changed);
	inode_set_mtime_to_ts(inode, rule.changed);
	inode_set_ctime_to_ts(inode, rule.changed);
	spin_unlock(&inode->i_lock);
}

static int node_permission(struct mnt_idmap *idmap, struct inode *inode,
			   int mask)
{
	node_refresh(inode);
	return generic_permission(idmap, inode, mask);
}

static int node_getattr(struct mnt_idmap *idmap, const struct path *path,
			struct kstat *stat, u32 request_mask,
			unsigned int query_flags)
{
	struct inode *inode = d_inode(path->dentry);

	node_refresh(inode);
	generic_fillattr(idmap, request_mask, inode, stat);
	return 0;
}

/*
 * The ACL comes from the table each time: an inode never caches it, see
 * portfs_node_init().
 */
static struct posix_acl *node_get_acl(struct inode *inode, int type, bool rcu)
{
	const struct portfs_rule *rule;
	struct posix_acl *acl = NULL;

	if (type != ACL_TYPE_ACCESS)
		return NULL;
	rcu_read_lock();
	do {
		rule = portfs_table_rule(portfs_sb_net(inode->i_sb),
					 portfs_node_index(inode));
		acl = rule ? rule->acl : NULL;
		/* Nobody's any more if the rule has just been replaced. */
	} while (acl && !rcu && !refcount_inc_not_zero(&acl->a_refcount));
	rcu_read_unlock();
	return acl;
}

static ssize_t node_listxattr(struct dentry *dentry, char *list, size_t size)
{
	static const char name[] = XATTR_NAME_POSIX_ACL_ACCESS;
	struct portfs_rule rule;

	node_rule(d_inode(dentry), &rule);
	if (!rule.acl)
		return 0;
	if (!size)
		return sizeof(name);
	if (size < sizeof(name))
		return -ERANGE;
	memcpy(list, name, sizeof(name));
	return sizeof(name);
}

/*
 * Puts a rule in the place of another, NULL for none, and tells so; i_rwsem
 * keeps the changes of a node, and what is told of them, in one order.
 */
static int node_replace(struct inode *inode, const struct portfs_rule *rule)
{
	struct net *net = portfs_sb_net(inode->i_sb);
	u32 index = portfs_node_index(inode);
	struct portfs_rule old;
	bool claimed;
	int error = 0;

	claimed = node_rule(inode, &old);
	/* It is told of when the table has let go of it. */
	posix_acl_dup(old.acl);
	/* A claim is a promise; none is made that cannot be kept. */
	if (rule)
		error = portfs_guard_check();
	if (!error && rule)
		error = portfs_table_set(net, index, rule);
	else if (!error)
		portfs_table_release(net, index);
	if (!error)
		node_refresh(inode);
	portfs_report_change(net, index, claimed ? &old : NULL, rule, error);
	posix_acl_release(old.acl);
	return error;
}

static int node_change(struct inode *inode, struct portfs_rule *rule)
{
	rule->changed = current_time(inode);
	return node_replace(inode, rule);
}

/*
 * An ACL says all, so it claims with the mode that it implies. The VFS has
 * checked that it is one, that its ids are mapped, and the caller's right.
 */
static int node_set_acl(struct mnt_idmap *idmap, struct ACL_SUBJECT *subject,
			struct posix_acl *acl, int type)
{
	struct inode *inode = acl_inode(subject);
	struct portfs_rule rule;
	umode_t mode;
	int error;

	lockdep_assert_held_write(&inode->i_rwsem);
	node_refresh(inode);
	node_rule(inode, &rule);
	if (!acl && !rule.acl)
		return 0;
	if (acl && acl->a_count > PORTFS_ACL_ENTRIES)
		return -ENOSPC;
	if (acl) {
		error = posix_acl_update_mode(idmap, inode, &mode, &acl);
		if (error)
			return error;
		rule.mode = mode & S_IALLUGO;
	}
	/* The caller's ACL is charged to nobody. */
	rule.acl = posix_acl_clone(acl, GFP_KERNEL_ACCOUNT);
	if (acl && !rule.acl)
		return -ENOMEM;
	error = node_change(inode, &rule);
	posix_acl_release(rule.acl);
	return error;
}

static int node_setattr(struct mnt_idmap *idmap, struct dentry *dentry,
			struct iattr *attr)
{
	struct inode *inode = d_inode(dentry);
	struct portfs_rule rule;
	int error;

	lockdep_assert_held_write(&inode->i_rwsem);
	node_refresh(inode);
	error = setattr_prepare(idmap, dentry, attr);
	if (error)
		return error;
	/* A node's times are those of its rule. */
	if (attr->ia_valid & (ATTR_ATIME | ATTR_MTIME | ATTR_SIZE))
		return -EPERM;
	if (!(attr->ia_valid & (ATTR_UID | ATTR_GID | ATTR_MODE)))
		return 0;

	if (!node_rule(inode, &rule))
		rule.mode = PRIVATE_MODE;
	if (attr->ia_valid & ATTR_UID)
		rule.uid = from_vfsuid(idmap, inode->i_sb->s_user_ns,
				       attr->ia_vfsuid);
	if (attr->ia_valid & ATTR_GID)
		rule.gid = from_vfsgid(idmap, inode->i_sb->s_user_ns,
				       attr->ia_vfsgid);
	posix_acl_dup(rule.acl);
	if (attr->ia_valid & ATTR_MODE) {
		rule.mode = attr->ia_mode & S_IALLUGO;
		if (rule.acl)
			error = __posix_acl_chmod(&rule.acl, GFP_KERNEL_ACCOUNT,
						  rule.mode);
	}
	if (!error)
		error = node_change(inode, &rule);
	posix_acl_release(rule.acl);
	return error;
}

static const struct inode_operations node_inode_operations = {
	.permission = node_permission,
	.getattr = node_getattr,
	.setattr = node_setattr,
	.listxattr = node_listxattr,
	.get_inode_acl = node_get_acl,
	.set_acl = node_set_acl,
};

/* There is no device to open, and none to ask modprobe for. */
static int node_open(struct inode *inode, struct file *file)
{
	return -ENXIO;
}

static const struct file_operations node_file_operations = {
	.owner = THIS_MODULE,
	.open = node_open,
};

/**
 * portfs_node_init() - make a new inode a node
 * @inode: the inode, whose number says which port it is; the caller still
 *	holds it back from others (I_NEW)
 * @major: the major number that nodes show
 */
void portfs_node_init(struct inode *inode, unsigned int major)
{
	init_special_inode(inode, S_IFCHR,
			   MKDEV(major, portfs_node_index(inode)));
	inode->i_op = &node_inode_operations;
	inode->i_fop = &node_file_operations;
	inode->i_acl = ACL_DONT_CACHE;
	node_refresh(inode);
}

/**
 * portfs_node_release() - make a node's port unclaimed
 * @inode: the node; it stays one
 *
 * Context: Process context, sleeps; under i_rwsem of @inode.
 */
void portfs_node_release(struct inode *inode)
{
	node_replace(inode, NULL);
}
