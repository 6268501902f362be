/* SPDX-License-Identifier: GPL-2.0 */
/* bpf.c: the programs of control groups. */
#ifndef PORTCTL_BPF_H
#define PORTCTL_BPF_H

#include "base.h"

/**
 * struct group_programs - BPF programs that judge the binds of a control group
 * @ours: how many of those that are asked before the port's rule are systemd's,
 *	for SocketBindAllow= and SocketBindDeny= of this very group
 * @others: the names of all others of these, with commas between them
 * @strangers: among @others is one that is not systemd's
 * @after: how many are asked when the port has been taken
 */
struct group_programs {
	unsigned int ours;
	const char *others;
	bool strangers;
	unsigned int after;
};

bool group_programs_read(struct group_programs *programs, const char *group);

#endif
