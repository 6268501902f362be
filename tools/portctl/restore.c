// SPDX-License-Identifier: GPL-2.0
/* portctl restore, portctl sync: the whole table, out of files. */
#include <stdlib.h>

#include "account.h"
#include "boot.h"
#include "command.h"
#include "config.h"
#include "file.h"
#include "interrupt.h"
#include "lock.h"
#include "message.h"
#include "namespace.h"
#include "node.h"
#include "port.h"
#include "rule.h"

static const struct rule root_only = { .claimed = true, .mode = 0600 };

static bool *waiting_ports(const struct source *source)
{
	bool *waiting = allocate(INDICES * sizeof(*waiting));
	unsigned int index;

	for (index = 0; index < INDICES; index++)
		waiting[index] = source->origins[index].unresolved;
	return waiting;
}

/* For the second pass and for people; the table is right, so nothing is left. */
static enum status forget(void)
{
	bool *none = allocate(INDICES * sizeof(*none));
	enum status status = boot_keep_waiting(none);

	free(none);
	return status ? status : boot_keep_mistakes("");
}

/* What is claimed may be so by what could not be read. */
static void keep_claims(struct table *new, const struct table *old)
{
	unsigned int index;

	for (index = 0; index < INDICES; index++) {
		if (!new->rules[index].claimed)
			new->rules[index] = old->rules[index];
	}
}

/*
 * What a pipe brings may come from one who holds the lock. A table that cannot be
 * locked is restored nevertheless; @locked is what to exit with then.
 */
static enum status read_source(struct source *source,
			       const struct options *options,
			       enum status *locked)
{
	const char *path = options->count ? options->arguments[0] : NULL;
	enum status status;

	*locked = DONE;
	if (!options->dry_run && !path)
		*locked = table_lock();
	status = source_read(source, path);
	if (!options->dry_run && path)
		*locked = table_lock();
	return status;
}

static void obey(enum status status)
{
	interrupts_obey(status ? "not all of the table is changed" :
				 "the table is changed");
}

/* One line for a run of ports that differ from the files in the same way. */
static void say_kept(const struct table *files, const struct table *table)
{
	unsigned int first, last;

	for (first = 0; first < INDICES; first = last + 1) {
		const struct rule *wanted = &files->rules[first];

		last = first;
		if (rule_equal(wanted, &table->rules[first]))
			continue;
		while ((last + 1) % PORTS &&
		       rule_equal(wanted, &files->rules[last + 1]) &&
		       rule_equal(&table->rules[first],
				  &table->rules[last + 1]))
			last++;
		warn("%s keeps its rule, %s; 'portctl diff' shows it, 'portctl sync' changes it",
		     ports_text(first, last),
		     wanted->claimed ? "though the files have another one" :
				       "though no file has it");
	}
}

/* Nothing that is claimed is changed: what is not saved may be in use. */
static enum status apply_unclaimed(const struct options *options)
{
	const char *path = options->count ? options->arguments[0] : NULL;
	struct table *old = table_create(), *new = table_create();
	enum status locked, status;
	struct source source;
	unsigned int index;

	source_init(&source, false);
	status = read_source(&source, options, &locked);
	if (!status)
		status = nodes_read(old, NULL);
	if (!status && !path)
		status = namespace_check_files();
	if (status)
		return status;
	*new = *source.table;
	for (index = 0; index < INDICES; index++) {
		if (old->rules[index].claimed)
			new->rules[index] = old->rules[index];
	}
	print_difference(old, new);
	say_kept(source.table, new);
	if (options->dry_run)
		return DONE;
	interrupts_hold();
	status = nodes_change(old, new);
	obey(status);
	return status ? status : locked;
}

static enum status apply(const struct options *options)
{
	const char *path = options->count ? options->arguments[0] : NULL;
	struct table *old = table_create();
	enum status locked, status;
	struct source source;

	source_init(&source, false);
	status = read_source(&source, options, &locked);
	if (!status)
		status = nodes_read(old, NULL);
	if (status)
		return status;
	if (!path)
		status = namespace_check_files();
	if (status)
		return status;
	if (options->dry_run) {
		print_difference(old, source.table);
		return DONE;
	}
	interrupts_hold();
	status = nodes_change(old, source.table);
	if (!status && !path)
		status = forget();
	obey(status);
	return status ? status : locked;
}

/*
 * What is wrong leaves its own ports to root, and so does a name that nobody
 * knows yet; all else is applied. The first is a failure, said at the end, the
 * second is for a second pass.
 */
static enum status apply_at_boot(const struct options *options)
{
	struct table *old = table_create();
	enum status wrong, locked, status;
	struct source source;
	bool *waiting;
	char *said;
	size_t size;
	FILE *file = open_memstream(&said, &size);

	if (!file)
		out_of_memory();
	messages_copy(file);
	accounts_are_local();
	source_init(&source, true);
	wrong = read_source(&source, options, &locked);
	status = nodes_read(old, NULL);
	if (status)
		return status;
	if (source.unknown)
		keep_claims(source.table, old);
	if (!options->count)
		status = namespace_check_files();
	if (status)
		return status;
	if (options->dry_run) {
		print_difference(old, source.table);
		return wrong;
	}
	interrupts_hold();
	status = nodes_change(old, source.table);
	messages_copy(NULL);
	if (fclose(file))
		out_of_memory();
	waiting = waiting_ports(&source);
	/* The second pass is for the files of the folders. */
	if (!options->count &&
	    (boot_keep_waiting(waiting) || boot_keep_mistakes(said)))
		status = FAILED;
	obey(status);
	free(waiting);
	free(said);
	/* Not WRONG, which says that nothing was changed. */
	return status || wrong || locked ? FAILED : DONE;
}

/*
 * The second pass: the ports that wait for a name, and of them those that are
 * as the first pass left them. What was granted or released since, stays, and
 * a port that the files do not give to anybody waits while they have mistakes.
 */
static enum status apply_late(const struct options *options)
{
	static struct port_set set;
	struct table *old = table_create(), *new = table_create();
	bool *waiting = allocate(INDICES * sizeof(*waiting));
	enum status locked, status, wrong;
	const struct rule *rule;
	struct source source;
	unsigned int index;
	bool wrong_files;

	source_init(&source, true);
	wrong = read_source(&source, options, &locked) ? FAILED : DONE;
	wrong_files = wrong;
	boot_waiting(&set);
	status = nodes_read(old, NULL);
	if (status)
		return status;
	*new = *old;
	for (index = set.first; index < set.end; index++) {
		if (!set.has[index] ||
		    !rule_equal(&old->rules[index], &root_only))
			continue;
		rule = &source.table->rules[index];
		waiting[index] =
			source.origins[index].unresolved ||
			(wrong_files &&
			 (!rule->claimed || rule_equal(rule, &root_only)));
		if (waiting[index])
			wrong = FAILED;
		else
			new->rules[index] = *rule;
	}
	status = namespace_check_files();
	if (status)
		return status;
	if (options->dry_run) {
		print_difference(old, new);
		return wrong;
	}
	interrupts_hold();
	status = nodes_change(old, new);
	if (!status)
		status = boot_keep_waiting(waiting);
	obey(status);
	free(waiting);
	if (!status)
		status = wrong;
	return status ? status : locked;
}

/**
 * command_restore() - make the whole table what a file says
 * @options: [FILE|-]
 *
 * Return: the status to exit with.
 */
enum status command_restore(const struct options *options)
{
	return options->boot ? apply_at_boot(options) : apply(options);
}

/**
 * command_sync() - the same as restore, or a part of it
 * @options: [FILE|-]
 *
 * Return: the status to exit with.
 */
enum status command_sync(const struct options *options)
{
	if (options->late && options->count)
		return fail(WRONG, "sync --late takes no FILE");
	if (options->keep && (options->late || options->boot))
		return fail(WRONG,
			    "sync --keep takes neither --boot nor --late");
	if (options->keep)
		return apply_unclaimed(options);
	return options->late ? apply_late(options) : command_restore(options);
}
