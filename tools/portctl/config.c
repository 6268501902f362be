// SPDX-License-Identifier: GPL-2.0
/*
 * The folders of table files: which files count, in which order, and the one
 * that save writes.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "portctl.h"

#define SAVED_NAME "90-saved.conf"

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

static enum status cannot_read(const struct source *source, const char *folder)
{
	return fail(FAILED, "cannot read %s: %s%s", folder, strerror(errno),
		    source->tolerant ? "; its files do not count" : "");
}

static enum status add_folder(const struct source *source, struct names *names,
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

static bool is_disabled(const char *path)
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
 * @without: the path of one to leave out, or NULL
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
		    (without && !strcmp(names.paths[i], without)))
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

static enum status cannot_write(const char *path)
{
	return fail(FAILED, "cannot write %s: %s", path, strerror(errno));
}

static bool write_all(int fd, const char *text, size_t size)
{
	ssize_t written;

	while (size) {
		written = write(fd, text, size);
		if (written < 0)
			return false;
		text += written;
		size -= written;
	}
	return true;
}

static bool has_content(int folder, const char *name, const char *text,
			size_t size)
{
	int fd = openat(folder, name,
			O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat stat;
	bool same = false;
	char *old;

	if (fd < 0)
		return false;
	if (!fstat(fd, &stat) && S_ISREG(stat.st_mode) &&
	    (size_t)stat.st_size == size) {
		old = allocate(size + 1);
		same = read(fd, old, size) == (ssize_t)size &&
		       !memcmp(old, text, size);
		free(old);
	}
	close(fd);
	return same;
}

/*
 * The new content goes to a file beside the old one, to the disk, and then into
 * the old one's place. One saver at a time, so the file beside has one name and
 * what a killed saver left of it is written over.
 */
static enum status replace(int folder, const char *name, const char *path,
			   const char *text, size_t size)
{
	char *temporary = format_text(".%s.new", name);
	enum status status = DONE;
	int fd;

	fd = openat(folder, temporary,
		    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
		    0644);
	if (fd < 0) {
		status = cannot_write(path);
	} else if (!write_all(fd, text, size) || fchmod(fd, 0644) ||
		   fsync(fd) || renameat(folder, temporary, folder, name)) {
		status = cannot_write(path);
		unlinkat(folder, temporary, 0);
	} else if (fsync(folder)) {
		status = cannot_write(path);
	}
	if (fd >= 0)
		close(fd);
	free(temporary);
	return status;
}

static enum status write_file(const char *path, const char *text, size_t size)
{
	const char *slash = strrchr(path, '/');
	char *parent =
		slash ? format_text("%.*s", (int)(slash - path + 1), path) :
			format_text(".");
	const char *name = slash ? slash + 1 : path;
	enum status status = DONE;
	struct stat stat;
	int folder;

	if (path == places.saved && mkdir(places.folders[0], 0755) &&
	    errno != EEXIST)
		return cannot_write(path);
	folder = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(parent);
	if (folder < 0 || flock(folder, LOCK_EX)) {
		status = cannot_write(path);
	} else if (!*name ||
		   (!fstatat(folder, name, &stat, AT_SYMLINK_NOFOLLOW) &&
		    !S_ISREG(stat.st_mode))) {
		status = fail(
			FAILED,
			"%s is no regular file; name a file, or - for standard output",
			path);
	} else if (!has_content(folder, name, text, size)) {
		status = replace(folder, name, path, text, size);
	}
	if (folder >= 0)
		close(folder);
	return status;
}

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

static enum status write_text(FILE *file, const char *path, char **text,
			      size_t *size)
{
	enum status status = DONE;

	if (fclose(file))
		return fail(FAILED, "%s", strerror(errno));
	status = write_file(path, *text, *size);
	free(*text);
	return status;
}

/**
 * config_save() - write the file that makes a table out of the other files
 * @table: the table
 *
 * Return: DONE, or another status with nothing written.
 */
enum status config_save(const struct table *table)
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

	file = open_memstream(&text, &size);
	if (!file)
		return fail(FAILED, "%s", strerror(errno));
	fputs("# By 'portctl save', which writes it anew; put lines of your own into another file.\n",
	      file);
	for (first = 0; first < INDICES; first = last + 1) {
		const struct rule *rule = &table->rules[first];
		const struct origin *origin = &others.origins[first];

		last = first;
		if (rule_equal(rule, &others.table->rules[first]))
			continue;
		if (origin->file &&
		    strcmp(last_part(origin->file), SAVED_NAME) > 0) {
			fclose(file);
			free(text);
			return fail(
				FAILED,
				"not saved: %s, line %u, comes after " SAVED_NAME
				" and says otherwise of %s",
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
	return write_text(file, places.saved, &text, &size);
}

/**
 * config_save_to() - write a whole table
 * @path: a file, or - for standard output
 * @table: the table
 *
 * Return: DONE, or another status with the file as it was.
 */
enum status config_save_to(const char *path, const struct table *table)
{
	char *text;
	size_t size;
	FILE *file;

	if (!strcmp(path, "-")) {
		table_write(stdout, table);
		return DONE;
	}
	file = open_memstream(&text, &size);
	if (!file)
		return fail(FAILED, "%s", strerror(errno));
	table_write(file, table);
	return write_text(file, path, &text, &size);
}
