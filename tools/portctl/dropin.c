// SPDX-License-Identifier: GPL-2.0
/*
 * The drop-in of a service that was adopted: without it all is as before. Its first
 * line has the ports that were granted, for undoing it.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dropin.h"
#include "folder.h"
#include "message.h"
#include "module.h"
#include "place.h"
#include "service.h"

#define FIRST_LINE "# portctl adopt: "

/*
 * The first comes behind the others of a unit, and nothing else writes one of this
 * name. The second was its name once, and is that of the one that doctor says to
 * append to.
 */
static const char *const names[] = {
	"zzz-portctl-adopt.conf",
	"zz-port-owner.conf",
};

/**
 * dropin_folder() - the folder of a service's drop-ins
 * @daemon: the service
 *
 * Return: its path, the caller's to free.
 */
char *dropin_folder(const struct daemon *daemon)
{
	return format_text("%s/etc/systemd/system/%s.d", places.root,
			   daemon->service);
}

/**
 * dropin_remove_folder() - remove that folder, unless others have files in it
 * @daemon: the service
 */
void dropin_remove_folder(const struct daemon *daemon)
{
	char *folder = dropin_folder(daemon);

	rmdir(folder);
	free(folder);
}

static char *path_of(const struct daemon *daemon, const char *name)
{
	return format_text("%s/etc/systemd/system/%s.d/%s", places.root,
			   daemon->service, name);
}

/**
 * dropin_path() - where the drop-in of a service belongs
 * @daemon: the service
 *
 * Return: its path, the caller's to free.
 */
char *dropin_path(const struct daemon *daemon)
{
	return path_of(daemon, names[0]);
}

/**
 * dropin_text() - what the drop-in of a service has
 * @daemon: the service
 * @words: the ports that are granted
 *
 * Return: the text, the caller's to free.
 */
char *dropin_text(const struct daemon *daemon, const char *words)
{
	return format_text(FIRST_LINE "%s\n%s", words, daemon->lines);
}

/**
 * dropin_find() - find the drop-in that was written for a service
 * @daemon: the service
 * @words: the ports that were granted, the caller's to free
 *
 * Return: its path, the caller's to free, or NULL if there is none.
 */
char *dropin_find(const struct daemon *daemon, char **words)
{
	char *path, *line;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		path = path_of(daemon, names[i]);
		line = read_line(path);
		if (line && !strncmp(line, FIRST_LINE, strlen(FIRST_LINE))) {
			*words = format_text("%s", line + strlen(FIRST_LINE));
			free(line);
			return path;
		}
		free(line);
		free(path);
	}
	return NULL;
}

/* There must be none yet, neither portctl's nor anybody else's. */
static enum status check_name(const struct daemon *daemon,
			      const struct unit_file *unit)
{
	char *words, *found = dropin_find(daemon, &words);
	const struct paths *paths = &unit->dropins;
	size_t i;

	if (found)
		return fail(
			FAILED,
			"%s starts as root, though %s is there: 'portctl adopt --undo %s' first",
			daemon->service, found, daemon->service);
	for (i = 0; i < paths->count; i++) {
		if (!strcmp(last_part(paths->all[i]), names[0]))
			return fail(
				FAILED,
				"%s is there, and not portctl's: move it away first",
				paths->all[i]);
	}
	return DONE;
}

/* It must have the last word. */
static enum status check_lines(const struct daemon *daemon,
			       const struct unit_file *unit)
{
	char *path = dropin_path(daemon);
	const struct unit_file with = unit_file_with(unit, path, daemon->lines);
	const struct setting *ambient = service_ambient(&with);
	const char *user = service_user(&with);

	free(path);
	if (!user || strcmp(user, daemon->user))
		return fail(
			FAILED,
			"%s would not start as %s, for %s says otherwise; nothing is changed",
			daemon->service, daemon->user,
			unit_file_last(&with, "Service", "User")->file);
	if (ambient)
		return fail(FAILED,
			    "%s would still have " SERVICE_CAPABILITY
			    ", for %s gives it; nothing is changed",
			    daemon->service, ambient->file);
	return DONE;
}

/**
 * dropin_check() - would a drop-in do what it is for?
 * @daemon: the service
 * @unit: its files
 *
 * Return: DONE, or FAILED after a line that says why not.
 */
enum status dropin_check(const struct daemon *daemon,
			 const struct unit_file *unit)
{
	enum status status = check_name(daemon, unit);

	return status ? status : check_lines(daemon, unit);
}
