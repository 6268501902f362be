/* SPDX-License-Identifier: GPL-2.0 */
/* policy.c: one decision, the module's own: a rule and a caller make yes or no. */
#ifndef PORTCTL_POLICY_H
#define PORTCTL_POLICY_H

#include "account.h"
#include "rule.h"

/**
 * struct caller - whose bind(2) is judged
 * @uid: the user
 * @groups: all groups that the user is in
 * @count: how many
 * @capable: whether CAP_NET_BIND_SERVICE is there
 */
struct caller {
	uid_t uid;
	gid_t *groups;
	int count;
	bool capable;
};

void caller_of_login(struct caller *caller, const struct account *login);
void caller_of_user(struct caller *caller, uid_t uid);
struct rule rule_in_force(const struct rule *rule, unsigned int index,
			  unsigned int privileged);
bool policy_may_bind(const struct rule *rule, const struct caller *caller,
		     const char **reason);

#endif
