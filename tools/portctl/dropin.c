// SPDX-License-Identifier: GPL-2.0
/*
 * The drop-in of a service that was adopted: without it all is as before. Its first
 * line has the ports that were granted, for undoing it.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dropin.h"
#include "module.h"
#include "place.h"

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
