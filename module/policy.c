// SPDX-License-Identifier: GPL-2.0
/*
 * One decision: a rule and the caller's credentials make allow or refuse.
 *
 * Copyright (C) 2026 The portfs authors
 */
#include <linux/cred.h>
#include <linux/stat.h>

#include "portfs.h"

/*
 * What posix_acl_permission() says, which is not exported: a named user, else
 * all groups that the caller is in, else everybody. The mask, which limits all
 * but the last, is the mode's group bits. Entries are in this order.
 *
 * Not inlined: the registers that it needs would cost every bind.
 */
static noinline bool acl_gives_write(const struct portfs_rule *rule)
{
	const struct posix_acl_entry *entry, *end;
	bool mask = rule->mode & 0020;
	bool member = false;
	kgid_t gid;

	FOREACH_ACL_ENTRY(entry, rule->acl, end) {
		switch (entry->e_tag) {
		case ACL_USER:
			if (uid_eq(current_fsuid(), entry->e_uid))
				return mask && entry->e_perm & ACL_WRITE;
			break;
		case ACL_GROUP_OBJ:
		case ACL_GROUP:
			gid = entry->e_tag == ACL_GROUP ? entry->e_gid :
							  rule->gid;
			if (!in_group_p(gid))
				break;
			if (entry->e_perm & ACL_WRITE)
				return mask;
			member = true;
			break;
		}
	}
	return !member && rule->mode & 0002;
}

/*
 * The classes are exclusive, as for files: an owner whose bit is off is
 * refused even if the group's or everybody's is on. As for files, too, an ACL
 * with an empty mask is not consulted.
 */
static bool rule_gives_write(const struct portfs_rule *rule)
{
	if (uid_eq(current_fsuid(), rule->uid))
		return rule->mode & 0200;
	if (rule->acl && rule->mode & 0070)
		return acl_gives_write(rule);
	if (in_group_p(rule->gid))
		return rule->mode & 0020;
	return rule->mode & 0002;
}

/**
 * portfs_policy_bind() - may the current task bind a port?
 * @rule: the port's
 *
 * Context: Any in which current is the caller; does not sleep. Inside
 * rcu_read_lock(), by which @rule was found.
 * Return: the verdict; where it is PORTFS_CAPABLE, the caller asks for
 * CAP_NET_BIND_SERVICE over the user namespace that owns the network namespace,
 * outside of RCU.
 */
notrace enum portfs_verdict portfs_policy_bind(const struct portfs_rule *rule)
{
	if (rule_gives_write(rule))
		return PORTFS_ALLOW;
	/* The sticky bit binds root and the capable to the rule. */
	return rule->mode & S_ISVTX ? PORTFS_REFUSE : PORTFS_CAPABLE;
}
