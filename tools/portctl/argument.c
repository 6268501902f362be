// SPDX-License-Identifier: GPL-2.0
/* What the commands that are given ports have in common. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "message.h"
#include "owner.h"
#include "port.h"

/* The same words with the last one, the user, first. */
static void say_in_order(const struct options *options)
{
	char *words = format_text("%s", options->arguments[options->count - 1]);
	int i;

	for (i = 0; i + 1 < options->count; i++) {
		char *more = format_text("%s %s", words, options->arguments[i]);

		free(words);
		words = more;
	}
	fail(WRONG,
	     "the user comes before the ports; did you mean: portctl %s %s",
	     options->command, words);
	free(words);
}

/**
 * swapped() - did somebody write the ports before the user?
 * @options: the command line of a command that wants USER PORT…
 *
 * Return: whether so, after a line with the right command.
 */
bool swapped(const struct options *options)
{
	static struct port_set set;
	char **arguments = options->arguments;
	int last = options->count - 1, i;
	struct mistake mistake;
	struct owner owner;

	if (last < 1 || ports_parse(&set, arguments[last], &mistake))
		return false;
	/* A user whom nobody knows, but only where no other word is one. */
	if (!owner_parse(&owner, arguments[last], &mistake) &&
	    (strchr(arguments[last], '/') ||
	     owner_parse(&owner, arguments[0], &mistake)))
		return false;
	for (i = 0; i < last; i++) {
		if (!ports_parse(&set, arguments[i], &mistake))
			return false;
	}
	say_in_order(options);
	return true;
}

/* A protocol in words of its own, as files have it: tcp 80. */
static bool is_protocol(const char *word, const char *next)
{
	if (!protocol_find(word, strlen(word)))
		return false;
	if (next && isdigit((unsigned char)*next))
		fail(WRONG, "'%s' is not a port; did you mean: %s/%s", word,
		     word, next);
	else
		fail(WRONG,
		     "'%s' is not a port; %s/80 is one, and %s/1-%d are all of them",
		     word, word, word, PORT_MAX);
	return true;
}

/**
 * ports_of_arguments() - the ports that the command line names
 * @set: what they are added to
 * @options: the command line
 * @first: the first argument that is a PORT
 *
 * Return: DONE, or WRONG after a line that says why.
 */
enum status ports_of_arguments(struct port_set *set,
			       const struct options *options, int first)
{
	struct mistake mistake;
	int i;

	for (i = first; i < options->count; i++) {
		const char *word = options->arguments[i];

		if (ports_parse(set, word, &mistake))
			continue;
		if (!(first && swapped(options)) &&
		    !is_protocol(word, i + 1 < options->count ?
					       options->arguments[i + 1] :
					       NULL))
			fail(WRONG, "%s", mistake.text);
		return WRONG;
	}
	return DONE;
}
