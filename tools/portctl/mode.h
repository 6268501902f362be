/* SPDX-License-Identifier: GPL-2.0 */
/* Modes as chmod(1) takes them. */
#ifndef PORTCTL_MODE_H
#define PORTCTL_MODE_H

#include "message.h"

bool mode_change(mode_t *mode, const char *text, struct mistake *mistake);

#endif
