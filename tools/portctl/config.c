// SPDX-License-Identifier: GPL-2.0
/* The folders of table files: which files count, and in which order. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "file.h"
#include "message.h"
#include "place.h"
#include "rule.h"

/**
 * struct names - the files that count
 * @paths: their paths, sorted by the last part
 * @count: how many
 */
struct names {
	char **paths;
	size_t count;
};

static const char *last_part(const char *path)
{
	return strrchr(path, '/') + 1;
}

static int compare_last_parts(const void *a, const void *b)
{
	return strcmp(last_part(*(char *const *)a),
		      last_part(*(char *const *)b));
}

static bool is_masked(const struct names *names, const char *name)
{
	size_t i;

	for (i = 0; i < names->count; i++) {
		if (!strcmp(last_part(names->paths[i]), name))
			return true;
	}
	return false;
}

static enum status cannot_read(struct source *source, const char *folder)
{
	source->unknown = true;
	return fail(
		FAILED, "cannot read %s: %s%s", folder, strerror(errno),
		source->tolerant ?
			"; its files do not count, and no port is released" :
			"");
}

static enum status add_folder(struct source *source, struct names *names,
			      const char *folder)
{
	DIR *directory = opendir(folder);
	enum status status = DONE;
	const struct dirent *entry;
	size_t length;

	if (!directory)
		return errno == ENOENT ? DONE : cannot_read(source, folder);
	while ((errno = 0, entry = readdir(directory))) {
		length = strlen(entry->d_name);
		if (entry->d_name[0] == '.' || length < strlen(".conf") ||
		    strcmp(entry->d_name + length - strlen(".conf"), ".conf") ||
		    is_masked(names, entry->d_name))
			continue;
		names->paths = reallocarray(names->paths, names->count + 1,
					    sizeof(*names->paths));
		if (!names->paths)
			out_of_memory();
		names->paths[names->count++] =
			format_text("%s/%s", folder, entry->d_name);
	}
	if (errno)
		status = cannot_read(source, folder);
	closedir(directory);
	return status;
}

/**
 * is_disabled() - is a file masked by a link?
 * @path: the file
 *
 * Return: whether it is a link to /dev/null.
 */
bool is_disabled(const char *path)
{
	char target[PATH_MAX];

	return realpath(path, target) && !strcmp(target, "/dev/null");
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
	struct names names = { 0 };
	enum status status = DONE, one;
	size_t i;

	for (i = 0; places.folders[i]; i++) {
		one = add_folder(source, &names, places.folders[i]);
		if (one)
			status = one;
	}
	if (names.count)
		qsort(names.paths, names.count, sizeof(*names.paths),
		      compare_last_parts);
	for (i = 0; i < names.count; i++) {
		if (is_disabled(names.paths[i]) ||
		    (without &&
		     !strcmp(last_part(names.paths[i]), last_part(without))))
			continue;
		one = file_read(source, names.paths[i]);
		if (one)
			status = one;
	}
	for (i = 0; i < names.count; i++)
		free(names.paths[i]);
	free(names.paths);
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
