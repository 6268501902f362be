// SPDX-License-Identifier: GPL-2.0
/* portctl import systemd: the ports of services that have the capability for all. */
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "owner.h"
#include "port.h"
#include "service.h"
#include "unitimport.h"

static bool is_of_unit(const struct import *import,
		       const struct listener *socket, const void *data)
{
	const struct unit_file *unit = listener_unit(&import->host, socket);

	/* One that was named is read once more, and is not the host's. */
	return unit &&
	       !strcmp(unit->name, ((const struct unit_file *)data)->name);
}

/* tcp:80, 80-90, ipv4:udp:53; false if it is no list of ports. */
static bool add_allowed(struct import *import, const struct setting *line,
			const char *word, uid_t uid)
{
	struct rule rule = rule_of(uid, 0, 0600);
	struct mistake mistake;
	static struct port_set set;
	unsigned int index;

	if (!strncmp(word, "ipv4:", 5) || !strncmp(word, "ipv6:", 5)) {
		leave(import, "%s:%u: %.4s alone; the rule is for both",
		      line->file, line->line, word);
		word += 5;
	}
	ports_clear(&set);
	if (!ports_parse(&set, word, &mistake))
		return false;
	for (index = set.first; index < set.end; index++) {
		if (set.has[index])
			collect(import->collection, index, index, &rule,
				"%s:%u", line->file, line->line);
	}
	return true;
}

static unsigned int add_lines(struct import *import,
			      const struct unit_file *unit, uid_t uid)
{
	const struct setting *line = unit->settings;
	unsigned int count = 0;

	for (; line < unit->settings + unit->count; line++) {
		if (!setting_is(line, "Service", "SocketBindAllow") ||
		    !*line->value)
			continue;
		if (add_allowed(import, line, line->value, uid))
			count++;
		else
			leave(import, "%s:%u: '%s' names no ports", line->file,
			      line->line, line->value);
	}
	return count;
}

/* A unit that gives its user the capability, or ports by name. */
static void add_unit(struct import *import, const struct unit_file *unit)
{
	const struct setting *line = service_ambient(unit);
	const char *user = service_user(unit);
	struct mistake mistake;
	unsigned int count;
	char *source;
	uid_t uid;

	if (!user ||
	    (!line && !unit_file_last(unit, "Service", "SocketBindAllow")))
		return;
	if (!*user || !user_parse(&uid, user, &mistake)) {
		leave(import, "%s: %s", unit->name,
		      *user ? mistake.text : "systemd makes up its user");
		return;
	}
	count = add_lines(import, unit, uid);
	if (!line)
		return;
	source = format_text("%s:%u", line->file, line->line);
	count += add_sockets(import, is_of_unit, unit, source);
	if (!count)
		leave(import,
		      "%s: it gives every port, and which of them %s binds is not known while it does not run",
		      source, user);
	free(source);
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
	struct unit_file one;

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
	return DONE;
}
