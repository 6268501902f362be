/* SPDX-License-Identifier: GPL-2.0 */
/* privilege.c: who has CAP_NET_BIND_SERVICE. */
#ifndef PORTCTL_PRIVILEGE_H
#define PORTCTL_PRIVILEGE_H

#include "subject.h"

void capability_of_process(struct subject *subject);
void capability_of_service(struct subject *subject);

#endif
