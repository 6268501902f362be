// SPDX-License-Identifier: GPL-2.0
/* Did you mean …? The word that a wrong one is the fewest slips away from. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "hint.h"

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* Letters left out, put in, mistaken, or two of them exchanged. */
static unsigned int slips(const char *a, const char *b)
{
	unsigned int rows[3][HINT_MAX + 1];
	size_t i, j, width = strlen(b);

	for (j = 0; j <= width; j++)
		rows[0][j] = j;
	for (i = 1; a[i - 1]; i++) {
		unsigned int *row = rows[i % 3];
		const unsigned int *above = rows[(i + 2) % 3];
		const unsigned int *top = rows[(i + 1) % 3];

		row[0] = i;
		for (j = 1; j <= width; j++) {
			int x = tolower((unsigned char)a[i - 1]);
			int y = tolower((unsigned char)b[j - 1]);

			row[j] = least(above[j - 1] + (x != y),
				       least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 &&
			    x == tolower((unsigned char)b[j - 2]) &&
			    y == tolower((unsigned char)a[i - 2]))
				row[j] = least(row[j], top[j - 2] + 1);
		}
	}
	return rows[(i - 1) % 3][width];
}

/**
 * hint_begin() - begin to look for what may have been meant
 * @hint: what is found
 * @word: what was written
 */
void hint_begin(struct hint *hint, const char *word)
{
	size_t length = strlen(word);

	hint->word = word;
	hint->best[0] = '\0';
	/* One more than is still alike: a third of the word. */
	hint->distance = length < 3 ? 1 : length < 6 ? 2 : 3;
	if (length == 2)
		hint->distance = 2;
}

/**
 * hint_consider() - this would be right
 * @hint: what was found so far
 * @candidate: a word that would be right
 */
void hint_consider(struct hint *hint, const char *candidate)
{
	size_t length = strlen(hint->word);
	unsigned int distance;

	if (!length || length >= HINT_MAX || !*candidate ||
	    strlen(candidate) >= HINT_MAX)
		return;
	distance = slips(hint->word, candidate);
	/* Who stops in the middle of a word means that word. */
	if (length >= 3 && distance > 1 &&
	    !strncasecmp(hint->word, candidate, length))
		distance = 1;
	if (distance >= hint->distance || distance >= strlen(candidate))
		return;
	hint->distance = distance;
	snprintf(hint->best, sizeof(hint->best), "%s", candidate);
}

/**
 * hint_words() - the end of a sentence about a wrong word
 * @hint: what was found
 * @otherwise: the end if nothing was
 *
 * Return: the end, until the next call.
 */
const char *hint_words(const struct hint *hint, const char *otherwise)
{
	static char text[HINT_MAX + sizeof("did you mean ''?")];

	if (!hint->best[0])
		return otherwise;
	snprintf(text, sizeof(text), "did you mean '%s'?", hint->best);
	return text;
}
