// SPDX-License-Identifier: GPL-2.0
/*
 * The steps from one rule of a port to another. After each of them a node lets
 * nobody bind whom both rules refuse, and refuses nobody whom both let bind.
 *
 * One setxattr sets mode and ACL at once, but not the sticky bit; one chown sets
 * user and group at once, but keeps mode and ACL. So where user or group change
 * and the rest, too, a bridge stands while they do: an ACL that means the same
 * before and after, because it names both owners and both groups.
 *
 * The one exception is the owner's class, for which an ACL has one entry only:
 * if just one of two owners may write, he may have to wait for the last step.
 */
#include <linux/posix_acl.h>
#include <stdlib.h>

#include "acl.h"
#include "rule.h"
#include "transition.h"

#define STICKY 01000
#define SET_ID 06000
#define OWNER  0200
#define MASK   0020
#define OTHERS 0002
#define WRITE  (OWNER | MASK | OTHERS)

static void set_mode(struct transition *plan, mode_t mode)
{
	plan->steps[plan->count++] = (struct step){
		.kind = SET_MODE,
		.mode = mode,
	};
}

static void set_owner(struct transition *plan, const struct rule *rule)
{
	plan->steps[plan->count++] = (struct step){
		.kind = SET_OWNER,
		.uid = rule->uid,
		.gid = rule->gid,
	};
}

static void set_acl(struct transition *plan, const struct acl *acl, mode_t mode)
{
	plan->steps[plan->count++] = (struct step){
		.kind = SET_ACL,
		.acl = acl,
		.mode = mode & 0777,
	};
}

/* The list, unless its mask is empty: the kernel does not look at it then. */
static const struct acl *list_of(const struct rule *rule)
{
	return rule->mode & 0070 ? rule->acl : NULL;
}

/* Does a rule say the same of a user, whatever groups he is in, and what? */
static bool names_user(const struct rule *rule, uid_t uid, bool *may)
{
	const struct acl_entry *entry;

	if (uid == rule->uid) {
		*may = rule->mode & OWNER;
		return true;
	}
	entry = acl_find(list_of(rule), ACL_USER, uid);
	*may = entry && entry->bits & ACL_WRITE && rule->mode & MASK;
	return entry;
}

/* The same for a group's members, of those who are not named. */
static bool names_group(const struct rule *rule, gid_t gid, bool *may)
{
	const struct acl *acl = list_of(rule);
	const struct acl_entry *named = acl_find(acl, ACL_GROUP, gid);
	unsigned int bits = named ? named->bits : 0;

	if (gid == rule->gid)
		bits |= acl ? acl_find(acl, ACL_GROUP_OBJ, 0)->bits : ACL_WRITE;
	*may = bits & ACL_WRITE && rule->mode & MASK;
	return named || gid == rule->gid;
}

/* Does a rule let a user bind, whatever groups he is in? */
static bool always_lets(const struct rule *rule, uid_t uid)
{
	const struct acl *acl = list_of(rule);
	bool may;
	size_t i;

	if (names_user(rule, uid, &may))
		return may;
	for (i = 0; acl && i < acl->count; i++) {
		if (acl->entries[i].tag != ACL_USER &&
		    !(acl->entries[i].bits & ACL_WRITE))
			return false;
	}
	return rule->mode & MASK && rule->mode & OTHERS;
}

/* The owner's bit while the owner changes. */
static bool bridge_owner(const struct rule *from, const struct rule *to)
{
	bool before = from->mode & OWNER, after = to->mode & OWNER;

	if (before == after || from->uid == to->uid)
		return before && after;
	return before ? always_lets(from, to->uid) : always_lets(to, from->uid);
}

/* What the old rule says of those whom it names, and else the new one. */
static void bridge_entry(struct acl *acl, const struct rule *from,
			 const struct rule *to, unsigned int tag, id_t id)
{
	bool (*names)(const struct rule *, id_t, bool *) =
		tag == ACL_USER ? names_user : names_group;
	bool may;

	if (!names(from, id, &may))
		names(to, id, &may);
	acl->entries[acl->count++] = (struct acl_entry){
		.tag = tag,
		.id = id,
		.bits = may ? ACL_WRITE : 0,
	};
}

/* Those whom @list names: all, or those whom @from does not. */
static void bridge_list(struct acl *acl, const struct rule *from,
			const struct rule *to, const struct acl *list, bool all)
{
	bool may;
	size_t i;

	for (i = 0; list && i < list->count; i++) {
		unsigned int tag = list->entries[i].tag;
		id_t id = list->entries[i].id;

		/* The owners and their groups are there already. */
		if (tag == ACL_GROUP_OBJ ||
		    (tag == ACL_USER && (id == from->uid || id == to->uid)) ||
		    (tag == ACL_GROUP && (id == from->gid || id == to->gid)))
			continue;
		if (all || !(tag == ACL_USER ? names_user(from, id, &may) :
					       names_group(from, id, &may)))
			bridge_entry(acl, from, to, tag, id);
	}
}

static void set_bridge(struct transition *plan, const struct rule *from,
		       const struct rule *to)
{
	mode_t owner = bridge_owner(from, to) ? OWNER : 0;
	mode_t others = from->mode & to->mode & OTHERS;
	const struct acl *first = list_of(from), *second = list_of(to);
	struct acl *acl = acl_create((first ? first->count : 0) +
				     (second ? second->count : 0) + 5);

	acl->count = 0;
	acl->entries[acl->count++].tag = ACL_GROUP_OBJ;
	bridge_entry(acl, from, to, ACL_USER, from->uid);
	if (to->uid != from->uid)
		bridge_entry(acl, from, to, ACL_USER, to->uid);
	bridge_entry(acl, from, to, ACL_GROUP, from->gid);
	if (to->gid != from->gid)
		bridge_entry(acl, from, to, ACL_GROUP, to->gid);
	bridge_list(acl, from, to, first, true);
	bridge_list(acl, from, to, second, false);
	if (acl->count > ACL_ENTRIES_MAX) {
		/* No port takes so many. Refuse all, then. */
		free(acl);
		set_acl(plan, NULL, owner);
		return;
	}
	set_acl(plan, acl_share(acl), owner | MASK | others);
}

/* An unclaimed port shows what the kernel's own rule is, as root's. */
static void plan_claim(struct transition *plan, const struct rule *to,
		       bool open)
{
	bool private = !to->acl && !(to->mode & (MASK | OTHERS));

	if (to->uid || to->gid) {
		/* A chown that claims lets the new owner bind, and only him. */
		if (!(to->mode & OWNER) || (open && !private))
			set_mode(plan, open ? 0666 : 0);
		set_owner(plan, to);
		if (!to->acl && to->mode == 0600 && plan->count == 1)
			return;
	}
	if (to->acl)
		set_acl(plan, to->acl, to->mode);
	if (!to->acl || to->mode & (STICKY | SET_ID))
		set_mode(plan, to->mode);
}

static void plan_change(struct transition *plan, const struct rule *from,
			const struct rule *to)
{
	bool moves = from->uid != to->uid || from->gid != to->gid;
	/* Does chown alone make the new rule, but for what nobody looks at? */
	bool like = from->acl == to->acl &&
		    !((from->mode ^ to->mode) & (from->acl ? 0777 : WRITE));
	mode_t mode = from->mode;

	if (!moves && from->acl == to->acl) {
		if (mode != to->mode)
			set_mode(plan, to->mode);
		return;
	}
	/* It goes first and comes last: without it more may bind. */
	if (mode & ~to->mode & STICKY) {
		mode &= ~STICKY;
		set_mode(plan, mode);
	}
	if (moves && !like)
		set_bridge(plan, from, to);
	if (moves)
		set_owner(plan, to);
	if (!like) {
		set_acl(plan, to->acl, to->mode);
		mode = (mode & ~0777U) | (to->mode & 0777);
	}
	/* A chown takes the set-id bits away, not always both. */
	if (mode != to->mode || (moves && mode & SET_ID))
		set_mode(plan, to->mode);
}

/**
 * transition_plan() - find the steps from one rule to another
 * @plan: the steps; none if the rules are the same
 * @from: the rule that a port has
 * @to: the rule that it gets; an unclaimed one releases it
 * @open: if @from is unclaimed: everybody may bind it, not only root
 */
void transition_plan(struct transition *plan, const struct rule *from,
		     const struct rule *to, bool open)
{
	plan->count = 0;
	if (rule_equal(from, to))
		return;
	if (!to->claimed)
		plan->steps[plan->count++].kind = RELEASE;
	else if (!from->claimed)
		plan_claim(plan, to, open);
	else
		plan_change(plan, from, to);
}
