/* SPDX-License-Identifier: GPL-2.0 */
/* confinement.c: what stops a bind before the port is looked at. */
#ifndef PORTCTL_CONFINEMENT_H
#define PORTCTL_CONFINEMENT_H

#include "subject.h"

/**
 * struct confinement - what those before the rule mean for those after them
 * @capability: whether a security module leaves a capability to who has it
 * @spares: a program of the control group's may spare the kernel's own check
 */
struct confinement {
	enum answer capability;
	bool spares;
};

struct confinement confinement_judge(struct chain *chain,
				     const struct subject *subject,
				     unsigned int index);
void confinement_judge_after(struct chain *chain,
			     const struct subject *subject);

#endif
