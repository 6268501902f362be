// SPDX-License-Identifier: GPL-2.0
/* What decides on a bind, one after the other, and what that comes to. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "chain.h"

/**
 * chain_add() - the next one that is asked
 * @chain: those before it
 * @name: who it is
 * @answer: what it says
 * @source: where that was read
 * @text: why, for people, a format
 *
 * Return: the new step, for what else there is to say of it.
 */
struct step *chain_add(struct chain *chain, const char *name,
		       enum answer answer, const char *source, const char *text,
		       ...)
{
	struct step *step = &chain->steps[chain->count];
	va_list arguments;
	char *words;

	if (chain->count == CHAIN_STEPS)
		abort();
	chain->count++;
	va_start(arguments, text);
	if (vasprintf(&words, text, arguments) < 0)
		out_of_memory();
	va_end(arguments);
	*step = (struct step){
		.name = name,
		.answer = answer,
		.source = source,
		.text = words,
	};
	return step;
}

/**
 * chain_refusal() - who refuses the bind
 * @chain: all who are asked
 *
 * Return: the first that does, or NULL.
 */
const struct step *chain_refusal(const struct chain *chain)
{
	size_t i;

	for (i = 0; i < chain->count; i++) {
		if (chain->steps[i].answer == STOPS && chain->steps[i].error)
			return &chain->steps[i];
	}
	return NULL;
}

/**
 * chain_is_seen() - was everything looked at?
 * @chain: all who are asked
 *
 * Return: whether so.
 */
bool chain_is_seen(const struct chain *chain)
{
	size_t i;

	for (i = 0; i < chain->count; i++) {
		if (chain->steps[i].answer == NOT_SEEN)
			return false;
	}
	return true;
}

/**
 * error_name() - what to call the end of a refused bind
 * @error: of a step
 *
 * Return: as EACCES.
 */
const char *error_name(int error)
{
	const char *name = error > 0 ? strerrorname_np(error) : NULL;

	if (error == STEP_KILLS)
		return "SIGSYS";
	return name ? name : "an error";
}
