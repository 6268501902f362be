// SPDX-License-Identifier: GPL-2.0
/*
 * Which ports to list: PORT…, tcp or udp, users. A port is listed if each kind
 * of word that was given has it; without a PORT, if it is claimed, too.
 */
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "owner.h"
#include "port.h"
#include "rule.h"
#include "selection.h"

static void add_owner(struct selection *selection, uid_t uid)
{
	selection->owners = reallocarray(selection->owners,
					 selection->count + 1,
					 sizeof(*selection->owners));
	if (!selection->owners)
		out_of_memory();
	selection->owners[selection->count++] = uid;
}

static enum status parse_word(struct selection *selection, const char *word)
{
	unsigned int protocol = protocol_find(word, strlen(word));
	struct mistake mistake, no_user;
	struct owner owner;

	if (protocol) {
		selection->protocols |= protocol;
	} else if (!strcmp(word, "all")) {
		/* All that is claimed, as without a word. */
	} else if (ports_parse(&selection->ports, word, &mistake)) {
		selection->has_ports = true;
	} else if (!owner_parse(&owner, word, &no_user)) {
		return fail(WRONG, "%s",
			    strstr(no_user.text, "did you mean") ?
				    no_user.text :
				    mistake.text);
	} else if (owner.has_uid && !owner.has_gid) {
		add_owner(selection, owner.uid);
	} else {
		return fail(WRONG, "%s", mistake.text);
	}
	return DONE;
}

/**
 * selection_parse() - read the words that say what to list
 * @selection: the result, empty before
 * @options: the command line
 *
 * A word that is a port, or a service, is no user; --owner says it for sure.
 *
 * Return: DONE, or WRONG after a line that says why.
 */
enum status selection_parse(struct selection *selection,
			    const struct options *options)
{
	struct mistake mistake;
	struct owner owner;
	enum status status;
	int i;

	if (options->owner) {
		if (!owner_parse(&owner, options->owner, &mistake))
			return fail(WRONG, "--owner: %s", mistake.text);
		if (owner.has_gid || !owner.has_uid)
			return fail(
				WRONG,
				"--owner: '%s' names a group; a user is wanted",
				options->owner);
		add_owner(selection, owner.uid);
	}
	for (i = 0; i < options->count; i++) {
		status = parse_word(selection, options->arguments[i]);
		if (status)
			return status;
	}
	return DONE;
}

static bool has_owner(const struct selection *selection, uid_t uid)
{
	size_t i;

	for (i = 0; i < selection->count; i++) {
		if (selection->owners[i] == uid)
			return true;
	}
	return false;
}

/**
 * selection_has() - is a port to be listed?
 * @selection: what is
 * @index: the port
 * @rule: its rule
 *
 * Return: whether it is.
 */
bool selection_has(const struct selection *selection, unsigned int index,
		   const struct rule *rule)
{
	if (selection->has_ports ? !selection->ports.has[index] :
				   !rule->claimed)
		return false;
	if (selection->protocols &&
	    !(selection->protocols & 1U << index / PORTS))
		return false;
	return !selection->count ||
	       (rule->claimed && has_owner(selection, rule->uid));
}
