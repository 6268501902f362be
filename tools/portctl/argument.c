// SPDX-License-Identifier: GPL-2.0
/* What the commands that are given ports have in common. */
#include "command.h"

/**
 * swapped() - did somebody write the port before the user?
 * @options: the command line of a command that wants USER PORT
 *
 * Return: whether so, after a line with the right command.
 */
bool swapped(const struct options *options)
{
	static struct port_set set;
	char **arguments = options->arguments;
	struct mistake mistake;
	struct owner owner;

	if (options->count != 2 || !ports_parse(&set, arguments[0], &mistake) ||
	    !owner_parse(&owner, arguments[1], &mistake))
		return false;
	fail(WRONG, "'%s' is a port; did you mean: portctl %s %s %s",
	     arguments[0], options->command, arguments[1], arguments[0]);
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
		if (ports_parse(set, options->arguments[i], &mistake))
			continue;
		if (!first || !swapped(options))
			fail(WRONG, "%s", mistake.text);
		return WRONG;
	}
	return DONE;
}
