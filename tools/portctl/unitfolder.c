// SPDX-License-Identifier: GPL-2.0
/* systemd's units: which files and names they have, as systemd.unit(5) has it. */
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "place.h"
#include "unitfolder.h"
#include "unitname.h"

/**
 * struct reading - what is told while units are read
 * @omitted: called for what could not be read, errno says why
 * @data: for it
 */
struct reading {
	void (*omitted)(const char *path, void *data);
	void *data;
};

/* Some have only drop-ins of generators. */
static const char *const folders[] = {
	"/etc/systemd/system.control", "/run/systemd/system.control",
	"/run/systemd/transient",      "/run/systemd/generator.early",
	"/etc/systemd/system",	       "/run/systemd/system",
	"/run/systemd/generator",      "/usr/local/lib/systemd/system",
	"/usr/lib/systemd/system",     "/run/systemd/generator.late",
};

/* .wants, .requires and .upholds */
#define WANTING "*.[wru]*s"

static void omit(struct unit_file *unit, const char *path,
		 const struct reading *reading)
{
	if (!unit->unread)
		unit->unread = format_text("%s: %s", path, strerror(errno));
	if (reading)
		reading->omitted(path, reading->data);
}

/* A name's own drop-ins hide its template's, and those the ones of what it begins with. */
static void add_dropins(struct paths *paths, struct unit_file *unit,
			const char *folder, const char *name,
			const struct reading *reading)
{
	char *path = format_text("%s/%s.d", folder, name);
	char *others[2];
	size_t i;

	others[0] = unit_name_template(name);
	others[1] = unit_name_prefix(name);
	if (!paths_add(paths, path, ".conf"))
		omit(unit, path, reading);
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		if (others[i])
			add_dropins(paths, unit, folder, others[i], reading);
		free(others[i]);
	}
	free(path);
}

/* Those of all names of a unit, and last those of all units of its type. */
static void read_dropins(struct unit_file *unit, char *const *where,
			 size_t count, const struct reading *reading)
{
	struct paths paths = { 0 };
	char *path;
	size_t i, j;

	for (i = 0; i <= unit->alias_count; i++) {
		for (j = 0; j < count; j++)
			add_dropins(&paths, unit, where[j],
				    i ? unit->aliases[i - 1] : unit->name,
				    reading);
	}
	for (j = 0; j < count; j++) {
		path = format_text("%s/%s.d", where[j],
				   strrchr(unit->name, '.') + 1);
		if (!paths_add(&paths, path, ".conf"))
			omit(unit, path, reading);
		free(path);
	}
	paths_sort(&paths);
	for (i = 0; i < paths.count; i++) {
		if (!is_disabled(paths.all[i]) &&
		    !unit_file_add(unit, paths.all[i]))
			omit(unit, paths.all[i], reading);
	}
	unit->dropins = paths;
}

/* Whether there is such a unit; its drop-ins make none. */
static bool read_unit(struct unit_file *unit, char *const *where, size_t count,
		      const struct reading *reading)
{
	if (unit->unread)
		return true;
	if (unit_file_add(unit, unit->path)) {
		read_dropins(unit, where, count, reading);
		return true;
	}
	if (errno == ENOENT)
		return false;
	omit(unit, unit->path, reading);
	return true;
}

static char *const *host_folders(void)
{
	static char *all[ARRAY_SIZE(folders)];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(folders) && !all[i]; i++)
		all[i] = format_text("%s%s", places.root, folders[i]);
	return all;
}

/* A file without anything in it masks as well. */
static bool is_masked(const char *path)
{
	struct stat status;

	return is_disabled(path) || (!stat(path, &status) && !status.st_size &&
				     S_ISREG(status.st_mode));
}

/**
 * unit_has_name() - is it one of a unit's names?
 * @unit: the unit
 * @name: the name
 *
 * Return: whether so.
 */
bool unit_has_name(const struct unit_file *unit, const char *name)
{
	size_t i;

	for (i = 0; i < unit->alias_count; i++) {
		if (!strcmp(unit->aliases[i], name))
			return true;
	}
	return !strcmp(unit->name, name);
}

static struct unit_file *find_exactly(const struct unit_files *units,
				      const char *name)
{
	size_t i;

	for (i = 0; i < units->count; i++) {
		if (unit_has_name(&units->all[i], name))
			return &units->all[i];
	}
	return NULL;
}

static void add_alias(struct unit_file *unit, char *name)
{
	unit->aliases = reallocarray(unit->aliases, unit->alias_count + 1,
				     sizeof(*unit->aliases));
	if (!unit->aliases)
		out_of_memory();
	unit->aliases[unit->alias_count++] = name;
}

/* Whether units are in the folder of a file. */
static bool is_in_folders(const char *path)
{
	char *folder = format_text("%.*s", (int)(last_part(path) - path), path);
	char place[PATH_MAX], other[PATH_MAX];
	bool found = false;
	size_t i;

	if (!realpath(folder, place))
		*place = '\0';
	for (i = 0; !found && i < ARRAY_SIZE(folders); i++)
		found = realpath(host_folders()[i], other) &&
			!strncmp(place, other, strlen(other)) &&
			strchr("/", place[strlen(other)]);
	free(folder);
	return found;
}

/* Of one kind, so that one can have the other's name as well. */
static bool are_alike(const char *name, const char *other)
{
	char *templates[2];
	bool alike;

	templates[0] = unit_name_template(name);
	templates[1] = unit_name_template(other);
	alike = !templates[0] == !templates[1];
	free(templates[0]);
	free(templates[1]);
	return alike && ends_with(other, strrchr(name, '.')) &&
	       strcmp(name, other);
}

/* The name that a link itself has in it, or NULL: a link to elsewhere is a unit's file. */
static char *link_target(const struct unit_file *unit)
{
	int start = last_part(unit->path) - unit->path;
	char target[PATH_MAX], *path, *name = NULL;
	ssize_t length = readlink(unit->path, target, sizeof(target) - 1);

	if (length < 0)
		return NULL;
	target[length] = '\0';
	path = format_text("%.*s%s", *target == '/' ? 0 : start, unit->path,
			   target);
	if (are_alike(unit->name, last_part(path)) && is_in_folders(path))
		name = format_text("%s", last_part(path));
	free(path);
	return name;
}

/* Make a link one of the names of the unit that it leads to, if there is one. */
static void follow_links(const struct unit_files *units, struct unit_file *unit,
			 const struct reading *reading)
{
	struct unit_file *other = unit;
	size_t count = 0;
	char *name;

	while (other && count <= units->count && (name = link_target(other))) {
		other = find_exactly(units, name);
		free(name);
		count++;
	}
	if (count > units->count) {
		errno = ELOOP;
		omit(unit, unit->path, reading);
	} else if (other != unit) {
		unit->is_other = true;
		if (other)
			add_alias(other, format_text("%s", unit->name));
	}
}

/* Of what is wanted: links name instances, which seldom have files of their own. */
static void add_wanted(struct unit_files *units, const struct reading *reading)
{
	char *pattern, *name;
	glob_t files;
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(folders); i++) {
		pattern =
			format_text("%s/" WANTING "/*@?*.*", host_folders()[i]);
		if (!glob(pattern, GLOB_NOESCAPE, NULL, &files)) {
			for (j = 0; j < files.gl_pathc; j++)
				unit_files_add(units,
					       last_part(files.gl_pathv[j]),
					       reading->omitted, reading->data);
			globfree(&files);
		}
		free(pattern);
	}
	for (i = 0; i < units->count; i++) {
		name = unit_starts(&units->all[i]);
		if (name && !unit_is_template(&units->all[i]))
			unit_files_add(units, name, reading->omitted,
				       reading->data);
		free(name);
	}
}

/**
 * unit_files_read() - read all services and sockets that the host has files of
 * @units: the result
 * @omitted: called for what could not be read, errno says why
 * @data: the caller's
 *
 * What is masked is left out. Instances are there if something at boot starts them.
 */
void unit_files_read(struct unit_files *units,
		     void (*omitted)(const char *path, void *data), void *data)
{
	static const char *const ends[] = { ".service", ".socket" };
	const struct reading reading = { omitted, data };
	char *const *where = host_folders();
	struct paths paths = { 0 };
	size_t i, count = 0;

	*units = (struct unit_files){ 0 };
	for (i = 0; i < ARRAY_SIZE(folders) * ARRAY_SIZE(ends); i++) {
		if (!paths_add(&paths, where[i / 2], ends[i % 2]) && i % 2)
			omitted(where[i / 2], data);
	}
	paths_sort(&paths);
	units->all = allocate((paths.count + 1) * sizeof(*units->all));
	for (i = 0; i < paths.count; i++) {
		units->all[units->count++] = (struct unit_file){
			.name = last_part(paths.all[i]),
			.path = paths.all[i],
		};
	}
	for (i = 0; i < units->count; i++)
		follow_links(units, &units->all[i], &reading);
	for (i = 0; i < units->count; i++) {
		if (!units->all[i].is_other && !is_masked(units->all[i].path) &&
		    read_unit(&units->all[i], where, ARRAY_SIZE(folders),
			      &reading))
			units->all[count++] = units->all[i];
	}
	units->count = count;
	/* The units have the paths now. */
	free(paths.all);
	add_wanted(units, &reading);
}

/**
 * unit_files_add() - read an instance, if there is a template for it
 * @units: the units, which may move
 * @name: the instance
 * @omitted: as for unit_files_read()
 * @data: the caller's
 */
void unit_files_add(struct unit_files *units, const char *name,
		    void (*omitted)(const char *path, void *data), void *data)
{
	const struct reading reading = { omitted, data };
	char *template = unit_name_template(name), *path;
	const struct unit_file *found =
		template ? find_exactly(units, template) : NULL;
	struct unit_file unit = { 0 };
	bool is_there = !found || find_exactly(units, name);
	struct stat status;
	size_t i;

	/* One that has a file, and is not among them, is masked. */
	for (i = 0; !is_there && i < ARRAY_SIZE(folders); i++) {
		path = format_text("%s/%s", host_folders()[i], name);
		is_there = !lstat(path, &status);
		free(path);
	}
	if (!is_there) {
		unit.name = format_text("%s", name);
		unit.path = found->path;
		for (i = 0; i <= found->alias_count; i++) {
			path = unit_name_instance(
				i ? found->aliases[i - 1] : found->name, name);
			if (strcmp(path, name))
				add_alias(&unit, path);
		}
	}
	free(template);
	if (is_there ||
	    !read_unit(&unit, host_folders(), ARRAY_SIZE(folders), &reading))
		return;
	units->all =
		reallocarray(units->all, units->count + 1, sizeof(*units->all));
	if (!units->all)
		out_of_memory();
	units->all[units->count++] = unit;
}

/**
 * unit_file_read() - read a unit that need not be one of the host's
 * @unit: the result
 * @path: its file; drop-ins are looked for beside it
 *
 * Return: whether it could be read; if not, errno says why.
 */
bool unit_file_read(struct unit_file *unit, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? format_text("%.*s", (int)(slash - path), path) :
			       format_text(".");

	*unit = (struct unit_file){
		.name = format_text("%s", slash ? slash + 1 : path),
		.path = format_text("%s", path),
	};
	if (!unit_file_add(unit, path))
		return false;
	if (strchr(unit->name, '.'))
		read_dropins(unit, &folder, 1, NULL);
	free(folder);
	return true;
}

/**
 * unit_files_find() - find a unit
 * @units: all of them
 * @name: one of its names; an instance that was not read is its template
 *
 * Return: the unit, or NULL.
 */
const struct unit_file *unit_files_find(const struct unit_files *units,
					const char *name)
{
	const struct unit_file *found = find_exactly(units, name);
	char *template = found ? NULL : unit_name_template(name);

	if (template)
		found = find_exactly(units, template);
	free(template);
	return found;
}

/**
 * unit_name_is_wanted() - does something at boot start a unit?
 * @name: the unit
 *
 * Return: whether a target or another unit has a link to it.
 */
bool unit_name_is_wanted(const char *name)
{
	bool found = false;
	char *pattern;
	glob_t files;
	size_t i;

	for (i = 0; !found && i < ARRAY_SIZE(folders); i++) {
		pattern = format_text("%s/" WANTING "/%s", host_folders()[i],
				      name);
		found = !glob(pattern, GLOB_NOSORT | GLOB_NOESCAPE, NULL,
			      &files);
		globfree(&files);
		free(pattern);
	}
	return found;
}

/**
 * unit_is_wanted() - does something at boot start a unit, by any of its names?
 * @unit: the unit; of a template only instances are started
 *
 * Return: whether so.
 */
bool unit_is_wanted(const struct unit_file *unit)
{
	bool found = unit_name_is_wanted(unit->name);
	size_t i;

	for (i = 0; !found && i < unit->alias_count; i++)
		found = unit_name_is_wanted(unit->aliases[i]);
	return found;
}
