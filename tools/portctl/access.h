/* SPDX-License-Identifier: GPL-2.0 */
/* access.c: one user more or less in a rule. */
#ifndef PORTCTL_ACCESS_H
#define PORTCTL_ACCESS_H

#include "policy.h"

bool rule_allow(struct rule *rule, uid_t uid);
bool rule_allow_group(struct rule *rule, gid_t gid);
bool rule_deny(struct rule *rule, const struct caller *caller);

#endif
