// SPDX-License-Identifier: GPL-2.0
/* What a service's files and its sockets say of how it comes to its ports. */
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "capability.h"
#include "folder.h"
#include "service.h"
#include "unit.h"
#include "unitname.h"

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
 * Return: the user's name or number, as it is written there if only systemd knows
 * what % stands for in it; "" if systemd makes one up, NULL for root.
 */
const char *service_user(const struct unit_file *unit)
{
	const struct setting *user = unit_file_last(unit, "Service", "User");
	const struct setting *dynamic =
		unit_file_last(unit, "Service", "DynamicUser");
	const char *name;

	if (user && *user->value) {
		name = unit_name_expand(unit->name, user->value);
		if (!name)
			name = user->value;
		return strcmp(name, "root") && strcmp(name, "0") ? name : NULL;
	}
	return dynamic && !setting_is_false(dynamic) ? "" : NULL;
}

/**
 * listener_is_dynamic() - did systemd make up the user who has a socket?
 * @host: what is known
 * @listener: the socket
 *
 * Return: whether so.
 */
bool listener_is_dynamic(const struct host *host,
			 const struct listener *listener)
{
	const struct unit_file *unit = listener_unit(host, listener);
	const char *user = unit ? service_user(unit) : NULL;

	return (user && !*user) || user_is_dynamic(listener_user(listener));
}

static bool has_wanted_socket(const struct host *host,
			      const struct unit_file *unit)
{
	const struct unit_file *socket = host->units.all;
	const struct unit_file *end = socket + host->units.count;
	bool found = false;
	char *name;

	for (; !found && socket < end; socket++) {
		name = unit_starts(socket);
		found = name && unit_has_name(unit, name) &&
			unit_is_wanted(socket);
		free(name);
	}
	return found;
}

/**
 * service_is_used() - is it a service that is started at boot, or listens now?
 * @host: what is known
 * @unit: its files
 *
 * A socket unit that is started at boot may start it. systemd's own are left to it.
 *
 * Return: whether so.
 */
bool service_is_used(const struct host *host, const struct unit_file *unit)
{
	size_t i;

	if (!strncmp(unit->name, "systemd-", strlen("systemd-")) ||
	    !ends_with(unit->name, ".service"))
		return false;
	if (unit_is_wanted(unit) || has_wanted_socket(host, unit))
		return true;
	for (i = 0; i < host->listeners.count; i++) {
		if (listener_unit(host, &host->listeners.all[i]) == unit)
			return true;
	}
	return false;
}

/* A bit for each; what is none is passed over, as systemd does. */
static uint64_t capabilities_of(const char *words)
{
	char *copy = format_text("%s", words), *word, *rest;
	uint64_t set = 0;
	size_t length;
	int number;

	for (word = strtok_r(copy, " \t", &rest); word;
	     word = strtok_r(NULL, " \t", &rest)) {
		length = strlen(word);
		if (length > 1 && strchr("\"'", *word) &&
		    word[length - 1] == *word) {
			word[length - 1] = '\0';
			word++;
		}
		number = capability_number(word);
		if (number >= 0)
			set |= 1ULL << number;
	}
	free(copy);
	return set;
}

/* The set that is left, and the last line that has CAP_NET_BIND_SERVICE in it, or NULL. */
static uint64_t read_set(const struct unit_file *unit, const char *key,
			 uint64_t initial, const struct setting **found)
{
	const uint64_t bit = 1ULL << CAP_NET_BIND_SERVICE;
	const struct setting *line;
	uint64_t set = initial, sum;
	bool had, inverts;

	*found = NULL;
	for (line = unit->settings; line < unit->settings + unit->count;
	     line++) {
		if (!setting_is(line, "Service", key))
			continue;
		had = set & bit;
		inverts = *line->value == '~';
		sum = capabilities_of(line->value + inverts);
		/* ~ makes all others of what was not set before. */
		if (!sum || set == initial)
			set = inverts ? ~sum : sum;
		else
			set = inverts ? set & ~sum : set | sum;
		if (!(set & bit) || set == initial)
			*found = NULL;
		else if (inverts ? !had : sum & bit)
			*found = line;
	}
	return set;
}

/**
 * service_ambient() - is a service that is no root's given CAP_NET_BIND_SERVICE?
 * @unit: its files
 *
 * It is not in force outside of the bounding set, nor over the host's ports in a
 * user namespace of the service's own.
 *
 * Return: the line that gives it, or NULL.
 */
const struct setting *service_ambient(const struct unit_file *unit)
{
	const struct setting *users =
		unit_file_last(unit, "Service", "PrivateUsers");
	const struct setting *line, *bounding;
	uint64_t bounds =
		read_set(unit, "CapabilityBoundingSet", UINT64_MAX, &bounding);

	if (users && *users->value && !setting_is_false(users))
		return NULL;
	read_set(unit, "AmbientCapabilities", 0, &line);
	return bounds >> CAP_NET_BIND_SERVICE & 1 ? line : NULL;
}

/**
 * service_bounding() - does a service of root's keep CAP_NET_BIND_SERVICE by name?
 * @unit: its files
 *
 * Return: the line of CapabilityBoundingSet= that keeps it, or NULL.
 */
const struct setting *service_bounding(const struct unit_file *unit)
{
	const struct setting *line;

	read_set(unit, "CapabilityBoundingSet", UINT64_MAX, &line);
	return line;
}
