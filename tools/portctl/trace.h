/* SPDX-License-Identifier: GPL-2.0 */
/* trace.c: an instance of tracefs that has the module's events. */
#ifndef PORTCTL_TRACE_H
#define PORTCTL_TRACE_H

#include "base.h"

enum status trace_begin(unsigned long netns, int *pipe);
bool trace_is_on(void);
void trace_stop(void);
void trace_end(void);

#endif
