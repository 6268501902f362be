// SPDX-License-Identifier: GPL-2.0
/* portctl grant, portctl release: the rules of some ports. */
#include <unistd.h>

#include "command.h"

static void hint(void)
{
	if (isatty(STDERR_FILENO))
		fputs("not saved yet: 'portctl save' keeps it for the next boot\n",
		      stderr);
}

/* What grant and release have in common. */
static enum status change(const struct port_set *set, const struct rule *rule,
			  const struct options *options)
{
	struct table *old = table_create(), *new;
	enum status status = nodes_read(old, options->save ? NULL : set);
	unsigned int index;
	bool changed = false;

	if (status)
		return status;
	new = table_create();
	*new = *old;
	for (index = set->first; index < set->end; index++) {
		if (set->has[index])
			new->rules[index] = *rule;
	}
	if (options->dry_run) {
		print_difference(old, new);
		return DONE;
	}
	for (index = set->first; index < set->end; index++) {
		if (rule_equal(&old->rules[index], &new->rules[index]))
			continue;
		status = node_change(index, &old->rules[index],
				     &new->rules[index]);
		if (status)
			return status;
		changed = true;
	}
	if (options->save)
		return config_save(new);
	if (changed)
		hint();
	return DONE;
}

static enum status grant_rule(struct rule *rule, const struct options *options)
{
	struct mistake mistake = { 0 };
	struct owner owner;

	if (!owner_parse(&owner, options->arguments[0], &mistake)) {
		if (!swapped(options))
			fail(WRONG, "%s", mistake.text);
		return WRONG;
	}
	rule->claimed = true;
	rule->uid = owner.uid;
	rule->gid = owner.gid;
	/* Whoever names a group means it to have the port. */
	rule->mode = (owner.has_uid || !owner.has_gid ? 0600 : 0000) |
		     (owner.has_gid ? 0060 : 0);
	if (options->mode && !mode_parse(&rule->mode, options->mode, &mistake))
		return fail(WRONG, "-m: %s", mistake.text);
	if (options->acl && !acl_parse(&rule->acl, &rule->mode, options->mode,
				       options->acl, &mistake))
		return fail(WRONG, "-a: %s", mistake.text);
	return DONE;
}

/**
 * command_grant() - give ports to a user
 * @options: USER[:GROUP] PORT…
 *
 * Return: the status to exit with.
 */
enum status command_grant(const struct options *options)
{
	static struct port_set set;
	struct rule rule = { 0 };
	enum status status;

	status = grant_rule(&rule, options);
	if (!status)
		status = ports_of_arguments(&set, options, 1);
	return status ? status : change(&set, &rule, options);
}

/**
 * command_release() - make ports unclaimed
 * @options: PORT…
 *
 * Return: the status to exit with.
 */
enum status command_release(const struct options *options)
{
	static const struct rule none;
	static struct port_set set;
	enum status status;

	status = ports_of_arguments(&set, options, 0);
	return status ? status : change(&set, &none, options);
}
