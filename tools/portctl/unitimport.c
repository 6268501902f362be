// SPDX-License-Identifier: GPL-2.0
/* portctl import systemd: the ports of services that have the capability for all. */
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "folder.h"
#include "message.h"
#include "owner.h"
#include "port.h"
#include "service.h"
#include "socketbind.h"
#include "unitimport.h"
#include "unitname.h"

/* Its own, or an instance's; one that was named need not be the host's. */
static bool is_its(const struct import *import, const struct listener *socket,
		   const struct unit_file *unit)
{
	const struct unit_file *other = listener_unit(&import->host, socket);
	const char *at = strchr(unit->name, '@');

	return other &&
	       (!strcmp(other->name, unit->name) ||
		(unit_is_template(unit) &&
		 !strncmp(other->name, unit->name, at + 1 - unit->name) &&
		 ends_with(other->name, at + 1)));
}

static bool passes(const struct unit_file *unit, unsigned int index)
{
	return socket_bind_passes(unit, index, 4) ||
	       socket_bind_passes(unit, index, 6);
}

static bool is_of_unit(const struct import *import,
		       const struct listener *socket, const void *data)
{
	return is_its(import, socket, data) && passes(data, socket->index);
}

/* It came to them otherwise: from before the setting, or from a socket unit. */
static void leave_refused(struct import *import, const struct unit_file *unit)
{
	const struct listener *socket = import->host.listeners.all;
	const struct listener *end = socket + import->host.listeners.count;

	for (; socket < end; socket++) {
		if (socket->index % PORTS < 1024 &&
		    !passes(unit, socket->index) &&
		    is_its(import, socket, unit))
			leave(import,
			      "%s has %s now, which SocketBindDeny= refuses",
			      unit->name,
			      ports_text(socket->index, socket->index));
	}
}

static void add_allowed(const struct setting *line, unsigned int index,
			void *data)
{
	struct import *import = data;
	const struct rule rule = rule_of(import->uid, 0, 0600);

	if (!collect(import->collection, index, index, &rule, "%s:%u",
		     line->file, line->line))
		leave(import, "%s:%u: %s has too many users", line->file,
		      line->line, ports_text(index, index));
}

static void leave_line(const struct setting *line, const char *why, void *data)
{
	leave(data, "%s:%u: %s", line->file, line->line, why);
}

/* The line that gives it a network namespace of its own, or NULL. */
static const struct setting *own_network(const struct unit_file *unit)
{
	const struct setting *line =
		unit_file_last(unit, "Service", "PrivateNetwork");

	if (line && *line->value && !setting_is_false(line))
		return line;
	line = unit_file_last(unit, "Service", "NetworkNamespacePath");
	return line && *line->value ? line : NULL;
}

/* A unit that gives its user the capability. */
static void add_unit(struct import *import, const struct unit_file *unit)
{
	const struct socket_bind_search search = { add_allowed, leave_line,
						   import };
	const struct setting *line = service_ambient(unit), *network;
	const char *user = service_user(unit);
	struct mistake mistake;
	bool has_more;
	char *source;

	if (unit->unread) {
		/* Of all units it is said in the end. */
		if (import->path)
			leave(import, "%s", unit->unread);
		return;
	}
	if (!user || !line)
		return;
	if (*user && !user_parse(&import->uid, user, &mistake)) {
		if (strchr(user, '%'))
			leave(import, "%s: only systemd knows which user %s is",
			      unit->name, user);
		else
			leave(import, "%s: %s", unit->name, mistake.text);
		return;
	}
	if (!*user || user_is_dynamic(import->uid)) {
		leave(import, "%s: systemd makes up its user", unit->name);
		return;
	}
	network = own_network(unit);
	if (network) {
		leave(import, "%s:%u: the ports of %s are not the host's",
		      network->file, network->line, unit->name);
		return;
	}
	source = format_text("%s:%u", line->file, line->line);
	has_more = socket_bind_visit(unit, import->host.privileged, &search);
	if (!add_sockets(import, is_of_unit, unit, source) && has_more)
		leave(import,
		      "%s: it gives every port; which of them %s binds is known only while the service listens on them",
		      source, user);
	leave_refused(import, unit);
	free(source);
}

/* The host's that have this file; a template itself only if it has no instance. */
static bool add_units_of(struct import *import, const char *path)
{
	const struct unit_file *unit = import->host.units.all;
	const struct unit_file *end = unit + import->host.units.count;
	unsigned int count = 0;

	while (end-- > unit) {
		char *own = realpath(end->path, NULL);

		if (own && !strcmp(own, path) &&
		    !(count && unit_is_template(end))) {
			add_unit(import, end);
			count++;
		}
		free(own);
	}
	return count;
}

/**
 * import_systemd() - carry over what systemd's services have
 * @import: what is carried over; a unit may be named
 *
 * Return: DONE, or FAILED if the unit cannot be read.
 */
enum status import_systemd(struct import *import)
{
	const struct unit_file *unit = import->host.units.all;
	const struct unit_file *end = unit + import->host.units.count;
	char *path = import->path ? realpath(import->path, NULL) : NULL;
	struct unit_file one;

	if (path && add_units_of(import, path)) {
		free(path);
		return DONE;
	}
	free(path);
	if (import->path) {
		if (!unit_file_read(&one, import->path))
			return fail(FAILED, "cannot read %s: %m", import->path);
		add_unit(import, &one);
		return DONE;
	}
	for (; unit < end; unit++) {
		if (service_is_used(&import->host, unit))
			add_unit(import, unit);
	}
	warn("not looked at: " OTHER_SERVICES);
	return DONE;
}
