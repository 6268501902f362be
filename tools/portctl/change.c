// SPDX-License-Identifier: GPL-2.0
/*
 * From the table that is to the one that somebody asked for: all of it, or
 * nothing, and what that means for others is said.
 */
#include <stdlib.h>
#include <unistd.h>

#include "acl.h"
#include "boot.h"
#include "change.h"
#include "config.h"
#include "file.h"
#include "interrupt.h"
#include "lock.h"
#include "message.h"
#include "namespace.h"
#include "node.h"
#include "owner.h"
#include "place.h"
#include "port.h"
#include "rule.h"
#include "saved.h"
#include "unclaimed.h"

/* Of each kind of news; a table that is flushed has a hundred thousand. */
#define NEWS_MAX 10

static void say_unsaved(void)
{
	if (isatty(STDERR_FILENO))
		fputs("not saved yet: 'portctl save' keeps it for the next boot\n",
		      stderr);
}

/**
 * change_read() - read what is to be changed
 * @table: what it is read into
 * @set: the ports
 * @options: with --save, the whole table is read
 *
 * Return: DONE, or another status after a line that says why; also if it could
 * not be saved after the change.
 */
enum status change_read(struct table *table, const struct port_set *set,
			const struct options *options)
{
	struct source source;
	enum status status = DONE;

	/* The steps from one rule to another are for the rule that was read. */
	if (!options->dry_run)
		status = table_lock();
	if (status)
		return status;
	if (options->save && !options->dry_run) {
		source_init(&source, false);
		status = config_read(&source, places.saved);
		if (status)
			return status;
	}
	status = nodes_read(table, options->save ? NULL : set);
	return !status && options->save ? namespace_check_files() : status;
}

/* Back from @new, which was made up to @end, to @old. */
static enum status undo(const struct table *old, const struct table *new,
			unsigned int end)
{
	unsigned int index, undone = 0, left = 0;

	for (index = 0; index < end; index++) {
		if (rule_equal(&old->rules[index], &new->rules[index]))
			continue;
		if (node_change(index, &new->rules[index], &old->rules[index]))
			left++;
		else
			undone++;
	}
	if (left)
		fail(FAILED,
		     "%u port%s changed and could not be changed back, as said above",
		     left, left == 1 ? " is" : "s are");
	else if (undone)
		fail(FAILED,
		     "all ports that were changed have been changed back");
	return FAILED;
}

/* The last port for which the same is to be said as for @first. */
static unsigned int end_of_news(const struct table *old,
				const struct table *new, unsigned int first)
{
	unsigned int last = first;

	while ((last + 1) % PORTS &&
	       rule_equal(&old->rules[first], &old->rules[last + 1]) &&
	       rule_equal(&new->rules[first], &new->rules[last + 1]))
		last++;
	return last;
}

static bool say_displaced(unsigned int first, unsigned int last,
			  const struct rule *old, const struct rule *new)
{
	if (!old->claimed || !new->claimed || old->uid == new->uid)
		return false;
	warn("%s belonged to %s until now: %s:%s %04o%s%s",
	     ports_text(first, last), user_name(old->uid), user_name(old->uid),
	     group_name(old->gid), old->mode, old->acl ? " " : "",
	     old->acl ? acl_words(old->acl) : "");
	return true;
}

static bool say_lost_acl(unsigned int first, unsigned int last,
			 const struct rule *old, const struct rule *new)
{
	if (!old->acl || !new->claimed || new->acl)
		return false;
	warn("%s had an ACL until now: %s", ports_text(first, last),
	     acl_words(old->acl));
	return true;
}

static bool say_open(unsigned int first, unsigned int last,
		     const struct rule *old, const struct rule *new)
{
	unsigned int privileged = privileged_ports();

	if (!old->claimed || new->claimed || last % PORTS < privileged)
		return false;
	if (first % PORTS < privileged)
		first = first / PORTS * PORTS + privileged;
	warn("anybody may bind %s now: unclaimed ports from %u up are open to all",
	     ports_text(first, last), privileged);
	return true;
}

/* What a change means for others, in a few lines. */
static void say_news(const struct table *old, const struct table *new)
{
	unsigned int first, last, news = 0;

	for (first = 0; first < INDICES && news <= NEWS_MAX; first = last + 1) {
		const struct rule *from = &old->rules[first];
		const struct rule *to = &new->rules[first];

		last = end_of_news(old, new, first);
		if (rule_equal(from, to))
			continue;
		if (news == NEWS_MAX) {
			warn("and so on for more ports");
			return;
		}
		news += say_displaced(first, last, from, to) ||
			say_lost_acl(first, last, from, to) ||
			say_open(first, last, from, to);
	}
}

/**
 * change_look_up() - look up the names that a table is saved with
 * @table: the table
 *
 * While signals still end the program: the name service may hang.
 */
void change_look_up(const struct table *table)
{
	unsigned int first;
	const struct rule *rule;

	for (first = 0; first < INDICES; first = table_run(table, first) + 1) {
		rule = &table->rules[first];
		if (!rule->claimed)
			continue;
		user_word(rule->uid);
		group_word(rule->gid);
		if (rule->acl)
			acl_words(rule->acl);
	}
}

/**
 * change_make() - make one table out of another, or leave it alone
 * @old: the one that is
 * @new: the one that is to be
 * @set: the ports that were named: none of them waits for a name any longer
 * @options: --dry-run only shows it, --save saves the new one
 *
 * Return: DONE, or FAILED after a line that says why.
 */
enum status change_make(const struct table *old, const struct table *new,
			const struct port_set *set,
			const struct options *options)
{
	enum status status = DONE;
	bool changed = false;
	unsigned int index;

	if (options->dry_run) {
		print_difference(old, new);
		return DONE;
	}
	if (options->save)
		change_look_up(new);
	interrupts_hold();
	for (index = 0; index < INDICES; index++) {
		if (rule_equal(&old->rules[index], &new->rules[index]))
			continue;
		if (node_change(index, &old->rules[index],
				&new->rules[index])) {
			status = undo(old, new, index);
			interrupts_obey("the command has failed");
			return status;
		}
		changed = true;
	}
	if (!namespace_is_foreign() && boot_stop_waiting(set))
		status = FAILED;
	/* Whatever is wrong with the files by now, the table is changed. */
	if (options->save && config_save(new, false))
		status = FAILED;
	interrupts_obey("the table is changed%s",
			options->save && !status ? " and saved" : "");
	if (changed)
		say_news(old, new);
	if (changed && !options->save)
		say_unsaved();
	return status;
}

/**
 * change_put_back() - make the table that was before change_make()
 * @old: that table
 * @new: the one that was made out of it
 * @set: the ports that may differ
 *
 * What somebody else has changed since stays, and no file is written.
 *
 * Return: DONE, or another status after a line that says why.
 */
enum status change_put_back(const struct table *old, const struct table *new,
			    const struct port_set *set)
{
	struct table *now = table_create(), *then = table_create();
	enum status status = nodes_read(now, set);
	unsigned int index;

	*then = *now;
	for (index = set->first; index < set->end; index++) {
		if (set->has[index] &&
		    rule_equal(&now->rules[index], &new->rules[index]))
			then->rules[index] = old->rules[index];
	}
	if (!status)
		status = nodes_change(now, then);
	free(now);
	free(then);
	return status;
}
