/* SPDX-License-Identifier: GPL-2.0 */
/* process.c: what /proc says of processes. */
#ifndef PORTCTL_PROCESS_H
#define PORTCTL_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "policy.h"

/* As long as the kernel lets it be, and a zero. */
#define PROCESS_NAME_SIZE 16

bool processes_visit(const char *path,
		     void (*visit)(int process, pid_t pid, void *data),
		     void *data);
void process_name(int process, char name[PROCESS_NAME_SIZE]);
char *process_field(const char *proc, pid_t pid, const char *name);
bool process_caller_at(const char *proc, pid_t pid, struct caller *caller);
bool process_caller(pid_t pid, struct caller *caller);

#endif
