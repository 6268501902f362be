/* SPDX-License-Identifier: GPL-2.0 */
/* interrupt.c: signals wait while something is changed that shall be whole. */
#ifndef PORTCTL_INTERRUPT_H
#define PORTCTL_INTERRUPT_H

#include "base.h"

void interrupts_hold(void);
__printf(1, 2) void interrupts_obey(const char *format, ...);

#endif
