/* SPDX-License-Identifier: GPL-2.0 */
/* standing.c: what the port's rule and the kernel's own say of a bind. */
#ifndef PORTCTL_STANDING_H
#define PORTCTL_STANDING_H

#include "confinement.h"
#include "subject.h"

/**
 * struct port_view - a port, as a bind meets it
 * @index: the port
 * @rule: the rule in force
 * @privileged: privileged_ports()
 */
struct port_view {
	unsigned int index;
	struct rule rule;
	unsigned int privileged;
};

void standing_judge(struct chain *chain, const struct subject *subject,
		    const struct port_view *port,
		    const struct confinement *confinement);

#endif
