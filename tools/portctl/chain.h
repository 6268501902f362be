/* SPDX-License-Identifier: GPL-2.0 */
/* chain.c: what decides on a bind, one after the other. */
#ifndef PORTCTL_CHAIN_H
#define PORTCTL_CHAIN_H

#include "base.h"

/* In place of an errno: the program is ended. */
#define STEP_KILLS  (-1)
#define CHAIN_STEPS 20

enum answer {
	PASSES,
	STOPS,
	NOT_SEEN, /* it was not, or cannot be, looked at */
	NOT_ASKED, /* those before it have decided */
};

/**
 * struct step - one who may stop a bind
 * @name: who
 * @answer: whether it does
 * @error: what bind(2) returns then; 0 if it stops nothing by itself
 * @text: why, for people
 * @source: where that was read, or NULL
 * @cure: the command that would let the bind pass, or NULL
 */
struct step {
	const char *name;
	enum answer answer;
	int error;
	const char *text;
	const char *source;
	const char *cure;
};

/**
 * struct chain - all of them, in the order in which the kernel asks
 * @steps: the first to be asked comes first
 * @count: how many
 */
struct chain {
	struct step steps[CHAIN_STEPS];
	size_t count;
};

__printf(5, 6) struct step *chain_add(struct chain *chain, const char *name,
				      enum answer answer, const char *source,
				      const char *text, ...);
const struct step *chain_refusal(const struct chain *chain);
bool chain_is_seen(const struct chain *chain);
const char *error_name(int error);

#endif
