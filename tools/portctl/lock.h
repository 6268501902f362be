/* SPDX-License-Identifier: GPL-2.0 */
/* lock.c: one at a time. */
#ifndef PORTCTL_LOCK_H
#define PORTCTL_LOCK_H

#include "base.h"

enum status table_lock(void);

#endif
