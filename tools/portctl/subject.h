/* SPDX-License-Identifier: GPL-2.0 */
/* subject.c: whose bind a question is about. */
#ifndef PORTCTL_SUBJECT_H
#define PORTCTL_SUBJECT_H

#include "chain.h"
#include "message.h"
#include "policy.h"
#include "unit.h"

/**
 * struct subject - whose bind a question is about
 * @name: for people
 * @is_known: who it is when it binds, as far as @caller says
 * @caller: its user and groups; @caller.capable is not to be used
 * @pid: the process, 0 if the question is not about one
 * @is_self: it is portctl itself
 * @service: the service of systemd's that it is, or belongs to, or NULL
 * @is_main: the process is what @service runs, and would be started anew with it
 * @is_spared: it is a service that does not run, and ExecStart=+ spares its program
 *	what the settings take away
 * @unit: what systemd says of the unit, a service or not; NULL if there is none, or
 *	it does not say
 * @capable: whether it has CAP_NET_BIND_SERVICE over the network namespace
 * @capable_text: why, for people
 * @capable_source: where that was read
 */
struct subject {
	const char *name;
	bool is_known;
	struct caller caller;
	pid_t pid;
	bool is_self;
	const char *service;
	bool is_main;
	bool is_spared;
	const struct unit *unit;
	enum answer capable;
	const char *capable_text;
	const char *capable_source;
};

bool subject_parse(struct subject *subject, const char *word,
		   struct mistake *mistake);
bool has_word(const char *words, const char *word);

#endif
