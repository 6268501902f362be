/* SPDX-License-Identifier: GPL-2.0 */
/* mount.c: is it mounted, and if not, why. */
#ifndef PORTCTL_MOUNT_H
#define PORTCTL_MOUNT_H

#include "base.h"

bool is_mounted(void);
enum status why_missing(void);

#endif
