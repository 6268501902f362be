// SPDX-License-Identifier: GPL-2.0
/* portctl grant, portctl release and flush: the rules of some ports. */
#include <string.h>

#include "acl.h"
#include "change.h"
#include "message.h"
#include "mode.h"
#include "owner.h"
#include "port.h"
#include "rule.h"

/* The whole set gets one rule. */
static struct table *with_rule(const struct table *old,
			       const struct port_set *set,
			       const struct rule *rule)
{
	struct table *new = table_create();
	unsigned int index;

	*new = *old;
	for (index = set->first; index < set->end; index++) {
		if (set->has[index])
			new->rules[index] = *rule;
	}
	return new;
}

static enum status make(const struct port_set *set, const struct rule *rule,
			const struct options *options)
{
	struct table *old = table_create();
	enum status status = change_read(old, set, options);

	return status ? status :
			change_make(old, with_rule(old, set, rule), set,
				    options);
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
	if (options->mode && !mode_change(&rule->mode, options->mode, &mistake))
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
	return status ? status : make(&set, &rule, options);
}

static const struct rule unclaimed;

/**
 * command_release() - make ports unclaimed
 * @options: PORT…, or all
 *
 * Return: the status to exit with.
 */
enum status command_release(const struct options *options)
{
	static struct port_set set;
	enum status status;

	if (options->count == 1 && !strcmp(options->arguments[0], "all"))
		return command_flush(options);
	status = ports_of_arguments(&set, options, 0);
	return status ? status : make(&set, &unclaimed, options);
}

/**
 * command_flush() - make all ports unclaimed
 * @options: none
 *
 * Return: the status to exit with.
 */
enum status command_flush(const struct options *options)
{
	static struct port_set set;

	ports_add_all(&set);
	return make(&set, &unclaimed, options);
}
