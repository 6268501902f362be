/* SPDX-License-Identifier: GPL-2.0 */
/* occupant.c: who has a port now. */
#ifndef PORTCTL_OCCUPANT_H
#define PORTCTL_OCCUPANT_H

#include "socket.h"
#include "subject.h"

void occupant_judge(struct chain *chain, const struct subject *subject,
		    unsigned int index);
char *occupant_cure(const struct listener *listener);

#endif
