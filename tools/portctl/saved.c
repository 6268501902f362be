// SPDX-License-Identifier: GPL-2.0
/* The file that save writes: what differs from the other files. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boot.h"
#include "comment.h"
#include "config.h"
#include "file.h"
#include "folder.h"
#include "message.h"
#include "place.h"
#include "port.h"
#include "replace.h"
#include "rule.h"
#include "saved.h"
#include "text.h"

#define SAVED_NAME "90-saved.conf"
#define HEADER \
	"# By 'portctl save', which writes it anew; put lines of your own into another file.\n"

/* A port whose owner was unknown at boot is root's now; that is not to save. */
static enum status check_unresolved(const struct source *old,
				    const struct table *table)
{
	static const struct rule root_only = { .claimed = true, .mode = 0600 };
	const struct origin *origin;
	unsigned int index;

	for (index = 0; index < INDICES; index++) {
		origin = &old->origins[index];
		if (origin->unresolved &&
		    rule_equal(&table->rules[index], &root_only))
			return fail(
				FAILED,
				"not saved: the owner of %s in %s, line %u, does not exist now, and saving would forget it",
				ports_text(index, index), origin->file,
				origin->line);
	}
	return DONE;
}

/* What a boot left to root alone is not what anybody wants at the next one. */
static enum status check_boot(const struct table *table)
{
	static const struct rule root_only = { .claimed = true, .mode = 0600 };
	static struct port_set waiting;
	char *mistakes = boot_mistakes();
	unsigned int index;

	if (mistakes) {
		free(mistakes);
		return fail(
			FAILED,
			"not saved: mistakes in the files have left ports to root, as 'portctl status' shows; fix them, run 'portctl sync', then save");
	}
	boot_waiting(&waiting);
	for (index = waiting.first; index < waiting.end; index++) {
		if (waiting.has[index] &&
		    rule_equal(&table->rules[index], &root_only))
			return fail(
				FAILED,
				"not saved: %s is root's until its owner's name is known; 'portctl sync --late' looks again",
				ports_text(index, index));
	}
	return DONE;
}

/* The file's comments stay. A dry run shows what it would have then. */
static enum status write_text(FILE *file, const char *path, const char *header,
			      char **text, bool dry_run)
{
	enum status status;
	char *whole;
	size_t size;

	if (fclose(file))
		out_of_memory();
	file = open_memstream(&whole, &size);
	if (!file)
		out_of_memory();
	comments_write(file, path, header, *text);
	free(*text);
	if (fclose(file))
		out_of_memory();
	status = file_replace(path, whole, size, dry_run);
	if (!status && dry_run)
		text_write(stdout, whole);
	free(whole);
	return status;
}

/**
 * config_save() - write the file that makes a table out of the other files
 * @table: the table, read after table_lock()
 * @dry_run: write it to standard output, and leave the file as it is
 *
 * Return: DONE, or another status with nothing written.
 */
enum status config_save(const struct table *table, bool dry_run)
{
	unsigned int first, last;
	struct source others, old;
	enum status status;
	char *text;
	size_t size;
	FILE *file;

	source_init(&others, false);
	status = config_read(&others, places.saved);
	if (status)
		return status;
	source_init(&old, true);
	if (!access(places.saved, F_OK) && !is_disabled(places.saved)) {
		status = file_read(&old, places.saved);
		if (!status)
			status = check_unresolved(&old, table);
		if (status)
			return status;
	}
	status = check_boot(table);
	if (status)
		return status;

	file = open_memstream(&text, &size);
	if (!file)
		out_of_memory();
	fputs(HEADER, file);
	for (first = 0; first < INDICES; first = last + 1) {
		const struct rule *rule = &table->rules[first];
		const struct origin *origin = &others.origins[first];

		last = first;
		if (rule_equal(rule, &others.table->rules[first]))
			continue;
		if (origin->file &&
		    strcmp(strrchr(origin->file, '/') + 1, SAVED_NAME) > 0) {
			fclose(file);
			free(text);
			return fail(
				FAILED,
				"not saved: %s, line %u, comes after " SAVED_NAME
				" and overrides it for %s",
				origin->file, origin->line,
				ports_text(first, first));
		}
		while ((last + 1) % PORTS &&
		       rule_equal(rule, &table->rules[last + 1]) &&
		       !rule_equal(rule, &others.table->rules[last + 1]) &&
		       others.origins[last + 1].file == origin->file)
			last++;
		rule_write(file, first, last, rule);
	}
	return write_text(file, places.saved, HEADER, &text, dry_run);
}

static bool has_claims(const struct table *table)
{
	unsigned int index = 0;

	while (index < INDICES && !table->rules[index].claimed)
		index++;
	return index < INDICES;
}

/**
 * config_save_to() - write a whole table
 * @path: a file, or - for standard output
 * @table: the table
 * @dry_run: write what the file would have to standard output instead
 *
 * Return: DONE, or another status with the file as it was.
 */
enum status config_save_to(const char *path, const struct table *table,
			   bool dry_run)
{
	char *text;
	size_t size;
	FILE *file;

	if (!strcmp(path, "-")) {
		/* 'restore -' takes nothing at all for a failure of this. */
		if (!has_claims(table))
			puts("# no port is claimed");
		table_write(stdout, table);
		return DONE;
	}
	file = open_memstream(&text, &size);
	if (!file)
		out_of_memory();
	table_write(file, table);
	return write_text(file, path, NULL, &text, dry_run);
}
