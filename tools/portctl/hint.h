/* SPDX-License-Identifier: GPL-2.0 */
/* Which word somebody may have meant. */
#ifndef PORTCTL_HINT_H
#define PORTCTL_HINT_H

#define HINT_MAX 64

/**
 * struct hint - the right word that is nearest to a wrong one
 * @word: what was written
 * @best: what is nearest so far, "" if nothing is near
 * @distance: how many letters are wrong then
 */
struct hint {
	const char *word;
	char best[HINT_MAX];
	unsigned int distance;
};

void hint_begin(struct hint *hint, const char *word);
void hint_consider(struct hint *hint, const char *candidate);
const char *hint_words(const struct hint *hint, const char *otherwise);

#endif
