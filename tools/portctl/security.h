/* SPDX-License-Identifier: GPL-2.0 */
/* security.c: what security modules say of a bind. */
#ifndef PORTCTL_SECURITY_H
#define PORTCTL_SECURITY_H

#include "probe.h"
#include "subject.h"

enum answer security_judge(struct chain *chain, const struct subject *subject,
			   const struct probe *probe, unsigned int index);

#endif
