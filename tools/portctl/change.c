// SPDX-License-Identifier: GPL-2.0
/* The commands that change the table: grant, release, restore, sync. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "portctl.h"

/* In the lines of a file: what is, with a minus, and what would be. */
static void print_difference(const struct table *from, const struct table *to)
{
	unsigned int first, last;

	for (first = 0; first < INDICES; first = last + 1) {
		const struct rule *old = &from->rules[first];
		const struct rule *new = &to->rules[first];

		last = first;
		if (rule_equal(old, new))
			continue;
		while ((last + 1) % PORTS &&
		       rule_equal(old, &from->rules[last + 1]) &&
		       rule_equal(new, &to->rules[last + 1]))
			last++;
		if (old->claimed) {
			putchar('-');
			rule_write(stdout, first, last, old);
		}
		if (new->claimed) {
			putchar('+');
			rule_write(stdout, first, last, new);
		}
	}
}

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

/* For the second pass, and for people to see. */
static enum status mark_unresolved(const struct source *source)
{
	char *folder = format_text("%s/run/portctl", places.root);
	int fd;

	if (!source->unresolved) {
		unlink(places.unresolved);
		rmdir(folder);
		return DONE;
	}
	mkdir(folder, 0755);
	fd = open(places.unresolved, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return fail(FAILED, "cannot write %s: %s", places.unresolved,
			    strerror(errno));
	close(fd);
	return DONE;
}

static enum status apply(const struct options *options, bool all)
{
	struct table *old = table_create();
	struct source source;
	enum status status;

	source_init(&source, options->boot);
	status = source_read(&source,
			     options->count ? options->arguments[0] : NULL);
	if (!status)
		status = nodes_read(old, NULL);
	if (status)
		return status;
	if (options->dry_run) {
		print_difference(old, source.table);
		return DONE;
	}
	status = nodes_change(old, source.table, all);
	if (!status && options->boot)
		status = mark_unresolved(&source);
	return status;
}

/**
 * command_restore() - make the whole table what a file says
 * @options: [FILE|-]
 *
 * Return: the status to exit with.
 */
enum status command_restore(const struct options *options)
{
	return apply(options, true);
}

/**
 * command_sync() - change only what differs from a file
 * @options: [FILE|-]
 *
 * Return: the status to exit with.
 */
enum status command_sync(const struct options *options)
{
	return apply(options, false);
}

/**
 * command_diff() - compare the table with a file
 * @options: [FILE|-]
 *
 * Return: DONE if they are the same, FAILED if they differ.
 */
enum status command_diff(const struct options *options)
{
	struct table *table = table_create();
	struct source source;
	enum status status;
	unsigned int index;

	source_init(&source, false);
	status = source_read(&source,
			     options->count ? options->arguments[0] : NULL);
	if (!status)
		status = nodes_read(table, NULL);
	if (status)
		return status == FAILED ? WRONG : status;
	print_difference(source.table, table);
	for (index = 0; index < INDICES; index++) {
		if (!rule_equal(&table->rules[index],
				&source.table->rules[index]))
			return FAILED;
	}
	return DONE;
}

/**
 * command_save() - keep the table for the next boot
 * @options: [FILE|-], where the whole table goes instead
 *
 * Return: the status to exit with.
 */
enum status command_save(const struct options *options)
{
	struct table *table = table_create();
	enum status status = nodes_read(table, NULL);

	if (status)
		return status;
	if (options->dry_run) {
		struct source source;

		source_init(&source, true);
		status = source_read(
			&source, options->count ? options->arguments[0] : NULL);
		if (!status)
			print_difference(source.table, table);
		return status;
	}
	return options->count ? config_save_to(options->arguments[0], table) :
				config_save(table);
}

/**
 * command_check() - say what is wrong with table files
 * @options: [FILE|-]
 *
 * Return: the status to exit with.
 */
enum status command_check(const struct options *options)
{
	struct source source;

	source_init(&source, false);
	return source_read(&source,
			   options->count ? options->arguments[0] : NULL);
}
