/* SPDX-License-Identifier: GPL-2.0 */
/* transition.c: the steps from one rule of a port to another. */
#ifndef PORTCTL_TRANSITION_H
#define PORTCTL_TRANSITION_H

#include "acl.h"
#include "rule.h"

enum step_kind {
	SET_MODE,
	SET_OWNER,
	SET_ACL,
	RELEASE,
};

/**
 * struct step - one system call on a node; nobody sees the middle of it
 * @kind: chmod, chown, setxattr of an ACL, or unlink
 * @mode: SET_MODE: all of it; SET_ACL: the lowest nine bits
 * @uid: SET_OWNER: the owner
 * @gid: SET_OWNER: the group
 * @acl: SET_ACL: the list, NULL for none
 */
struct step {
	enum step_kind kind;
	mode_t mode;
	uid_t uid;
	gid_t gid;
	const struct acl *acl;
};

#define STEPS_MAX 5

/**
 * struct transition - the steps, in their order
 * @steps: the steps
 * @count: how many
 */
struct transition {
	struct step steps[STEPS_MAX];
	unsigned int count;
};

void transition_plan(struct transition *plan, const struct rule *from,
		     const struct rule *to, bool open);

#endif
