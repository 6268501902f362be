// SPDX-License-Identifier: GPL-2.0
/* portctl allow, portctl deny and revoke: one user more or less at some ports. */
#include <string.h>

#include "access.h"
#include "account.h"
#include "change.h"
#include "message.h"
#include "owner.h"
#include "port.h"
#include "rule.h"
#include "unclaimed.h"

/* What is done to the rule of a port; DONE, or a status after a line. */
typedef enum status (*edit)(struct rule *rule, unsigned int index,
			    const struct caller *caller);

static enum status edit_ports(const struct options *options,
			      const struct account *login, edit edit)
{
	struct table *old = table_create(), *new = table_create();
	unsigned int index, privileged = privileged_ports();
	static struct port_set set;
	struct caller caller;
	enum status status;

	status = ports_of_arguments(&set, options, 1);
	if (!status)
		status = change_read(old, &set, options);
	if (status)
		return status;
	*new = *old;
	caller_of_login(&caller, login);
	for (index = set.first; index < set.end; index++) {
		struct rule rule;

		if (!set.has[index])
			continue;
		rule = rule_in_force(&old->rules[index], index, privileged);
		status = edit(&rule, index, &caller);
		if (status)
			return status;
		if (rule.claimed || old->rules[index].claimed)
			new->rules[index] = rule;
	}
	return change_make(old, new, &set, options);
}

static enum status find_user(const struct options *options,
			     const struct account **login)
{
	struct mistake mistake;

	if (login_parse(login, options->arguments[0], &mistake))
		return DONE;
	if (!swapped(options))
		fail(WRONG, "%s", mistake.text);
	return WRONG;
}

static enum status allow(struct rule *rule, unsigned int index,
			 const struct caller *caller)
{
	if (rule_allow(rule, caller->uid))
		return DONE;
	return fail(FAILED, "%s has as many ACL entries as a port takes",
		    ports_text(index, index));
}

static enum status deny(struct rule *rule, unsigned int index,
			const struct caller *caller)
{
	const char *user = user_name(caller->uid);

	if (rule->claimed && caller->uid == rule->uid)
		return fail(FAILED, "%s owns %s: 'portctl %s' %s", user,
			    ports_text(index, index),
			    caller->uid ? "revoke" : "grant",
			    caller->uid ? "takes it away" :
					  "gives it to another");
	if (rule_deny(rule, caller))
		return DONE;
	if (caller->capable)
		return fail(
			FAILED,
			"%s may bind %s whatever its ACL says, unless the sticky bit is set, as in 'portctl grant -m 1600'",
			user, ports_text(index, index));
	return fail(FAILED, "%s has as many ACL entries as a port takes",
		    ports_text(index, index));
}

/* An owner's port is root's then, with whom else it lets bind. */
static enum status take(struct rule *rule, unsigned int index,
			const struct caller *caller)
{
	if (!rule->claimed || caller->uid != rule->uid || !caller->uid)
		return deny(rule, index, caller);
	if (!(rule->mode & 0077) && !rule->acl &&
	    index % PORTS < privileged_ports()) {
		*rule = (struct rule){ 0 };
		return DONE;
	}
	rule->uid = 0;
	return deny(rule, index, caller);
}

/**
 * command_allow() - let a user bind ports, besides those who may
 * @options: USER PORT…
 *
 * Return: the status to exit with.
 */
enum status command_allow(const struct options *options)
{
	const struct account *login;
	enum status status = find_user(options, &login);

	return status ? status : edit_ports(options, login, allow);
}

/**
 * command_deny() - let a user bind ports no more; others still may
 * @options: USER PORT…
 *
 * Return: the status to exit with.
 */
enum status command_deny(const struct options *options)
{
	const struct account *login;
	enum status status = find_user(options, &login);

	return status ? status : edit_ports(options, login, deny);
}

/**
 * command_revoke() - take ports from a user, or release them
 * @options: USER PORT…, or PORT…
 *
 * Return: the status to exit with.
 */
enum status command_revoke(const struct options *options)
{
	const char *word = options->arguments[0];
	static struct port_set set;
	struct mistake no_user, no_port;
	bool port = ports_parse(&set, word, &no_port);
	bool number = *word && !word[strspn(word, "0123456789")];
	const struct account *login;
	bool user = !number && login_parse(&login, word, &no_user);

	if (port && swapped(options))
		return WRONG;
	if (number && options->count > 1)
		return fail(
			WRONG,
			"'%s' can be a user and a port: 'portctl revoke +%s %s' or 'portctl release %s %s' says which",
			word, word, options->arguments[1], word,
			options->arguments[1]);
	if (!user)
		return port ? command_release(options) :
			      fail(WRONG, "%s",
				   options->count > 1 ? no_user.text :
							no_port.text);
	if (options->count < 2 && !port)
		return fail(
			WRONG,
			"the ports are missing; 'portctl list --owner %s' lists them",
			user_word(login->id));
	if (options->count < 2)
		return command_release(options);
	if (port)
		return fail(
			WRONG,
			"'%s' is a user and a service: 'portctl revoke +%u' or 'portctl release' says which",
			word, login->id);
	return edit_ports(options, login, take);
}
