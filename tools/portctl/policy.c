// SPDX-License-Identifier: GPL-2.0
/* One decision: a rule and the caller's credentials make yes or no, and why. */
#include <grp.h>
#include <linux/posix_acl.h>
#include <stdlib.h>

#include "account.h"
#include "acl.h"
#include "owner.h"
#include "policy.h"
#include "rule.h"

/**
 * caller_of_login() - what a login makes of a user
 * @caller: the answer; its groups are to be freed
 * @login: which of the user's logins; a number without any has no groups
 */
void caller_of_login(struct caller *caller, const struct account *login)
{
	int room = 16;

	*caller = (struct caller){ .uid = login->id, .capable = !login->id };
	if (!login->known)
		return;
	/* There may be more of them each time that it is asked. */
	do {
		free(caller->groups);
		room *= 2;
		caller->groups = allocate(room * sizeof(gid_t));
		caller->count = room;
	} while (getgrouplist(login->name, login->login, caller->groups,
			      &caller->count) < 0);
}

/**
 * caller_of_user() - what the first of a user's logins makes of that user
 * @caller: the answer; its groups are to be freed
 * @uid: the user
 */
void caller_of_user(struct caller *caller, uid_t uid)
{
	caller_of_login(caller, account_by_id(USER, uid));
}

static bool in_group(const struct caller *caller, gid_t gid)
{
	int i;

	for (i = 0; i < caller->count; i++) {
		if (caller->groups[i] == gid)
			return true;
	}
	return false;
}

/* By the list: 1 or 0 and whose entry it is, or -1 if no entry is meant. */
static int ask_list(const struct rule *rule, const struct caller *caller,
		    const char **reason)
{
	const struct acl_entry *entry = rule->acl->entries;
	const struct acl_entry *end = entry + rule->acl->count;
	unsigned int mask = rule->mode >> 3;
	int answer = -1;

	for (; entry < end; entry++) {
		bool write = entry->bits & mask & ACL_WRITE;
		bool owning = entry->tag == ACL_GROUP_OBJ;
		gid_t gid = owning ? rule->gid : entry->id;

		if (entry->tag == ACL_USER && entry->id == caller->uid) {
			*reason = "has an entry in its ACL";
			return write;
		}
		if (entry->tag == ACL_USER || !in_group(caller, gid))
			continue;
		if (answer < write) {
			answer = write;
			*reason = format_text(
				owning ? "is in its group %s" :
					 "is in group %s of its ACL",
				group_name(gid));
		}
	}
	return answer;
}

static bool ask_rule(const struct rule *rule, const struct caller *caller,
		     const char **reason)
{
	int answer;

	if (caller->uid == rule->uid) {
		*reason = "is its owner";
		return rule->mode & 0200;
	}
	/* As for files, an empty mask has the list passed over. */
	if (rule->acl && rule->mode & 0070) {
		answer = ask_list(rule, caller, reason);
		if (answer >= 0)
			return answer;
	} else if (in_group(caller, rule->gid)) {
		*reason = format_text("is in its group %s",
				      group_name(rule->gid));
		return rule->mode & 0020;
	}
	*reason = "is neither its owner nor in its group";
	return rule->mode & 0002;
}

/**
 * rule_in_force() - the rule that a bind meets
 * @rule: the port's, maybe none
 * @index: the port
 * @privileged: privileged_ports()
 *
 * Return: the rule itself, or if there is none, the kernel's own in the same form.
 */
struct rule rule_in_force(const struct rule *rule, unsigned int index,
			  unsigned int privileged)
{
	struct rule own = *rule;

	if (!own.claimed)
		own.mode = index % PORTS < privileged ? 0600 : 0666;
	return own;
}

/**
 * policy_may_bind() - does a rule let a caller bind its port?
 * @rule: the rule in force
 * @caller: who asks
 * @reason: what the caller has to do with the rule
 *
 * Return: whether it does.
 */
bool policy_may_bind(const struct rule *rule, const struct caller *caller,
		     const char **reason)
{
	if (ask_rule(rule, caller, reason))
		return true;
	if (!caller->capable || rule->mode & 01000)
		return false;
	*reason =
		"has CAP_NET_BIND_SERVICE, which no rule without the sticky bit refuses";
	return true;
}
