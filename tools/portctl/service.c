// SPDX-License-Identifier: GPL-2.0
/* What a service's files and its sockets say of how it comes to its ports. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "folder.h"
#include "service.h"
#include "unit.h"

/**
 * listener_unit() - the unit that a socket's process belongs to
 * @host: what is known
 * @listener: the socket
 *
 * Return: its files, or NULL if there are none.
 */
const struct unit_file *listener_unit(const struct host *host,
				      const struct listener *listener)
{
	char *name = listener->pid ? process_unit(listener->pid) : NULL;
	const struct unit_file *unit =
		name ? unit_files_find(&host->units, name) : NULL;

	free(name);
	return unit;
}

/**
 * service_user() - who a service starts as
 * @unit: its files
 *
 * Return: the user's name or number, "" if systemd makes one up, NULL for root.
 */
const char *service_user(const struct unit_file *unit)
{
	const struct setting *user = unit_file_last(unit, "Service", "User");
	const struct setting *dynamic =
		unit_file_last(unit, "Service", "DynamicUser");

	if (user && *user->value)
		return strcmp(user->value, "root") && strcmp(user->value, "0") ?
			       user->value :
			       NULL;
	return dynamic && !setting_is_false(dynamic) ? "" : NULL;
}

/**
 * service_is_used() - is it a service that is started at boot, or listens now?
 * @host: what is known
 * @unit: its files
 *
 * systemd's own are left to it.
 *
 * Return: whether so.
 */
bool service_is_used(const struct host *host, const struct unit_file *unit)
{
	size_t i;

	if (!strncmp(unit->name, "systemd-", strlen("systemd-")) ||
	    !ends_with(unit->name, ".service"))
		return false;
	if (unit_is_wanted(unit))
		return true;
	for (i = 0; i < host->listeners.count; i++) {
		if (listener_unit(host, &host->listeners.all[i]) == unit)
			return true;
	}
	return false;
}

static bool names_capability(const char *words)
{
	char *copy = format_text("%s", words), *word, *rest;
	bool found = false;

	for (word = strtok_r(copy, " \t", &rest); word;
	     word = strtok_r(NULL, " \t", &rest))
		found |= !strcasecmp(word, SERVICE_CAPABILITY);
	free(copy);
	return found;
}

/**
 * service_capability() - does a service have CAP_NET_BIND_SERVICE by name?
 * @unit: its files
 * @key: the set of capabilities, such as AmbientCapabilities
 *
 * Return: the line that gives it, or NULL.
 */
const struct setting *service_capability(const struct unit_file *unit,
					 const char *key)
{
	const struct setting *line, *found = NULL;

	for (line = unit->settings; line < unit->settings + unit->count;
	     line++) {
		if (!setting_is(line, "Service", key))
			continue;
		if (!*line->value)
			found = NULL;
		else if (*line->value != '~' && names_capability(line->value))
			found = line;
		else if (*line->value == '~' &&
			 names_capability(line->value + 1))
			found = NULL;
	}
	return found;
}
