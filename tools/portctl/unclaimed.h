/* SPDX-License-Identifier: GPL-2.0 */
/* unclaimed.c: the kernel's own rule. */
#ifndef PORTCTL_UNCLAIMED_H
#define PORTCTL_UNCLAIMED_H

unsigned int privileged_ports(void);

#endif
