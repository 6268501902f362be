// SPDX-License-Identifier: GPL-2.0
/*
 * One user more or less in a rule; whom else it lets bind stays the same. Where
 * the mask has to give more than it did, it would wake entries that it silenced;
 * so these are first written as what they came to.
 */
#include <linux/posix_acl.h>
#include <stdlib.h>

#include "access.h"
#include "acl.h"
#include "rule.h"

#define READ_WRITE (ACL_READ | ACL_WRITE)

static unsigned int mask_of(const struct rule *rule)
{
	return rule->mode >> 3 & 7;
}

static void set_mask(struct rule *rule, unsigned int mask)
{
	rule->mode = (rule->mode & ~070) | mask << 3;
}

static bool is_of(const struct acl_entry *entry, unsigned int tag, id_t id)
{
	return entry->tag == tag && entry->id == id;
}

/*
 * The list without an entry, and with room for one entry more. Without any @bits
 * it was passed over: whom it names fell to all others, and has no entry then.
 */
static struct acl *copy_without(const struct rule *rule, unsigned int tag,
				id_t id, unsigned int bits)
{
	size_t count = rule->acl ? rule->acl->count : 1, i;
	struct acl *acl = acl_create(count + 1);

	acl->count = 0;
	if (!rule->acl)
		acl->entries[acl->count++] =
			(struct acl_entry){ .tag = ACL_GROUP_OBJ,
					    .bits = mask_of(rule) };
	for (i = 0; rule->acl && i < count; i++) {
		if (is_of(&rule->acl->entries[i], tag, id) ||
		    (!bits && rule->acl->entries[i].tag != ACL_GROUP_OBJ))
			continue;
		acl->entries[acl->count] = rule->acl->entries[i];
		acl->entries[acl->count++].bits &= bits;
	}
	return acl;
}

/* With a mask that is not empty, for else the list is passed over. */
static bool set_entry(struct rule *rule, unsigned int tag, id_t id,
		      unsigned int bits)
{
	unsigned int old = mask_of(rule);
	unsigned int mask = old | bits ? old | bits : ACL_READ;
	struct acl *acl = copy_without(rule, tag, id, mask == old ? 7 : old);

	acl->entries[acl->count++] =
		(struct acl_entry){ .tag = tag, .id = id, .bits = bits };
	if (acl->count > ACL_ENTRIES_MAX)
		return false;
	set_mask(rule, mask);
	rule->acl = acl_share(acl);
	return true;
}

static void remove_entry(struct rule *rule, uid_t uid)
{
	struct acl *acl = copy_without(rule, ACL_USER, uid, 7);

	if (acl->count > 1) {
		rule->acl = acl_share(acl);
		return;
	}
	/* Nobody is named any more: the mode says it all. */
	set_mask(rule, mask_of(rule) & acl->entries[0].bits);
	rule->acl = NULL;
	free(acl);
}

static bool names(const struct rule *rule, uid_t uid)
{
	size_t i;

	for (i = 0; rule->acl && i < rule->acl->count; i++) {
		if (is_of(&rule->acl->entries[i], ACL_USER, uid))
			return true;
	}
	return false;
}

/**
 * rule_allow() - let a user bind
 * @rule: the rule in force, and what it is then
 * @uid: the user
 *
 * Return: whether there was room in the list.
 */
bool rule_allow(struct rule *rule, uid_t uid)
{
	rule->claimed = true;
	if (uid != rule->uid)
		return set_entry(rule, ACL_USER, uid, READ_WRITE);
	rule->mode |= READ_WRITE << 6;
	return true;
}

/**
 * rule_allow_group() - let a group bind
 * @rule: the rule in force, and what it is then
 * @gid: the group, which is not the owning one
 *
 * Return: whether there was room in the list.
 */
bool rule_allow_group(struct rule *rule, gid_t gid)
{
	rule->claimed = true;
	return set_entry(rule, ACL_GROUP, gid, READ_WRITE);
}

/**
 * rule_deny() - let a user who is not the owner bind no more
 * @rule: the rule in force, and what it is then
 * @caller: the user
 *
 * The user's entry is taken out; one that gives nothing is put in where a group
 * or all others may bind.
 *
 * Return: whether the user may not bind any more.
 */
bool rule_deny(struct rule *rule, const struct caller *caller)
{
	const char *reason;

	if (names(rule, caller->uid))
		remove_entry(rule, caller->uid);
	if (!policy_may_bind(rule, caller, &reason))
		return true;
	rule->claimed = true;
	return set_entry(rule, ACL_USER, caller->uid, 0) &&
	       !policy_may_bind(rule, caller, &reason);
}
