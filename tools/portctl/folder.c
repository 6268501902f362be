// SPDX-License-Identifier: GPL-2.0
/*
 * Folders of which the first one that has a file of a name masks the others, as
 * for sysctl.d(5), systemd.unit(5) and portctl.d(5).
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "folder.h"

/**
 * last_part() - the name of a file
 * @path: its path, with a slash in it
 *
 * Return: what stands behind the last slash.
 */
const char *last_part(const char *path)
{
	return strrchr(path, '/') + 1;
}

/**
 * ends_with() - does a word end so?
 * @word: the word
 * @end: its end
 *
 * Return: whether it does, with something before it.
 */
bool ends_with(const char *word, const char *end)
{
	size_t length = strlen(word), other = strlen(end);

	return length > other && !strcmp(word + length - other, end);
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

static int compare_last_parts(const void *a, const void *b)
{
	return strcmp(last_part(*(char *const *)a),
		      last_part(*(char *const *)b));
}

static bool is_masked(const struct paths *paths, const char *name)
{
	size_t i;

	for (i = 0; i < paths->count; i++) {
		if (!strcmp(last_part(paths->all[i]), name))
			return true;
	}
	return false;
}

/**
 * paths_add() - add the files of a folder that are not masked
 * @paths: those of the folders before it
 * @folder: the folder; if there is none, it has no files
 * @end: what their names end with
 *
 * Return: whether the folder could be read to its end; if not, errno says why.
 */
bool paths_add(struct paths *paths, const char *folder, const char *end)
{
	DIR *directory = opendir(folder);
	const struct dirent *entry;
	int error;

	if (!directory)
		return errno == ENOENT;
	while ((errno = 0, entry = readdir(directory))) {
		if (entry->d_name[0] == '.' || !ends_with(entry->d_name, end) ||
		    is_masked(paths, entry->d_name))
			continue;
		paths->all = reallocarray(paths->all, paths->count + 1,
					  sizeof(*paths->all));
		if (!paths->all)
			out_of_memory();
		paths->all[paths->count++] =
			format_text("%s/%s", folder, entry->d_name);
	}
	error = errno;
	closedir(directory);
	errno = error;
	return !error;
}

/**
 * paths_sort() - bring files into the order in which they count
 * @paths: the files, which are sorted by their names
 */
void paths_sort(struct paths *paths)
{
	if (paths->count)
		qsort(paths->all, paths->count, sizeof(*paths->all),
		      compare_last_parts);
}

/**
 * paths_free() - forget them
 * @paths: the files
 */
void paths_free(struct paths *paths)
{
	size_t i;

	for (i = 0; i < paths->count; i++)
		free(paths->all[i]);
	free(paths->all);
	*paths = (struct paths){ 0 };
}
