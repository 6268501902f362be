// SPDX-License-Identifier: GPL-2.0
/* The folders of table files: which files count, and in which order. */
#include <errno.h>
#include <string.h>

#include "config.h"
#include "file.h"
#include "folder.h"
#include "message.h"
#include "place.h"
#include "rule.h"

static enum status cannot_read(struct source *source, const char *folder)
{
	source->unknown = true;
	return fail(
		FAILED, "cannot read %s: %s%s", folder, strerror(errno),
		source->tolerant ?
			"; its files do not count, and no port is released" :
			"");
}

/**
 * source_init() - begin to read files
 * @source: what they are read into
 * @tolerant: as at boot: what is wrong leaves its ports to root, the rest counts
 */
void source_init(struct source *source, bool tolerant)
{
	memset(source, 0, sizeof(*source));
	source->table = table_create();
	source->origins = allocate(INDICES * sizeof(*source->origins));
	source->tolerant = tolerant;
}

/**
 * config_read() - read the files of all folders
 * @source: what they are read into
 * @without: the path of one to leave out, whichever folder has it, or NULL
 *
 * A file masks those of the same name in later folders, a link to /dev/null
 * masks and is not read.
 *
 * Return: DONE, or another status after a line for each mistake in any file.
 */
enum status config_read(struct source *source, const char *without)
{
	struct paths files = { 0 };
	enum status status = DONE, one;
	size_t i;

	for (i = 0; places.folders[i]; i++) {
		if (!paths_add(&files, places.folders[i], ".conf"))
			status = cannot_read(source, places.folders[i]);
	}
	paths_sort(&files);
	for (i = 0; i < files.count; i++) {
		if (is_disabled(files.all[i]) ||
		    (without &&
		     !strcmp(last_part(files.all[i]), last_part(without))))
			continue;
		one = file_read(source, files.all[i]);
		if (one)
			status = one;
	}
	paths_free(&files);
	return status;
}

/**
 * config_differences() - compare a table with the files of all folders
 * @table: the rules
 *
 * Return: how many ports the next boot would restore otherwise; -1 after a line
 * for each mistake in the files.
 */
int config_differences(const struct table *table)
{
	struct source saved;
	unsigned int index;
	int count = 0;

	source_init(&saved, true);
	if (config_read(&saved, NULL))
		return -1;
	for (index = 0; index < INDICES; index++)
		count += !rule_equal(&table->rules[index],
				     &saved.table->rules[index]);
	return count;
}

/**
 * source_read() - read what a command was given
 * @source: what it is read into
 * @path: a file, - for standard input, NULL for the files of all folders
 *
 * Return: DONE, or another status after a line for each mistake.
 */
enum status source_read(struct source *source, const char *path)
{
	return path ? file_read(source, path) : config_read(source, NULL);
}
