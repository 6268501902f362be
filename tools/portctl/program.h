/* SPDX-License-Identifier: GPL-2.0 */
/* program.c: what another program prints. */
#ifndef PORTCTL_PROGRAM_H
#define PORTCTL_PROGRAM_H

#include "base.h"

FILE *program_open(char *const *words, pid_t *pid);
bool program_close(FILE *output, pid_t pid);

#endif
