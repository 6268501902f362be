// SPDX-License-Identifier: GPL-2.0
/*
 * How systemd's services come to their ports: by a capability, by a start as root,
 * or before the ports have owners. systemd's own are left to it.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon.h"
#include "folder.h"
#include "owner.h"
#include "port.h"
#include "service.h"
#include "unitway.h"

/**
 * struct its - sockets of a unit
 * @host: what is known
 * @unit: the unit
 */
struct its {
	const struct host *host;
	const struct unit_file *unit;
};

static bool is_its(const struct listener *listener, const void *data)
{
	const struct its *its = data;

	return listener_unit(its->host, listener) == its->unit;
}

static void find_holding(const struct host *host, const struct unit_file *unit,
			 struct holding *holding)
{
	const char *user = service_user(unit);
	struct mistake mistake;
	uid_t uid;

	*holding = (struct holding){ 0 };
	if (user && *user && user_parse(&uid, user, &mistake)) {
		holding->has_uid = true;
		holding->uid = uid;
	}
	host_holding(host, holding, is_its, &(struct its){ host, unit });
}

static void type_restart(struct finding *finding, const char *name)
{
	char *word = shell_word(name);

	finding_type(finding, "systemctl restart %s", word);
	finding_type(finding, "portctl save");
	free(word);
}

static void found_capability(struct host *host, const struct unit_file *unit,
			     const struct setting *line)
{
	/* Of an empty set ~ makes all others, and it is empty after the first time. */
	char *lines = format_text(
		"[Service]\\n%s%s=~" SERVICE_CAPABILITY "\\n",
		strcmp(line->key, "AmbientCapabilities") ?
			"" :
			"AmbientCapabilities=" SERVICE_CAPABILITY "\\n",
		line->key);
	struct finding *finding;
	struct holding holding;

	find_holding(host, unit, &holding);
	/* Root, too, needs no capability for a port of its own. */
	if (!holding.has_uid && !service_user(unit)) {
		holding.has_uid = true;
		holding.uid = 0;
	}
	finding = finding_add(&host->findings, line->file, line->line,
			      "%s has " SERVICE_CAPABILITY
			      " by %s=: it may bind every privileged port",
			      unit->name, line->key);
	type_grant(finding, host, &holding);
	type_dropin(finding, unit, lines);
	type_restart(finding, unit->name);
	free(lines);
}

/**
 * check_ambient() - services that are given the capability
 * @host: what is known, and where findings go
 */
void check_ambient(struct host *host)
{
	const struct unit_file *unit = host->units.all;
	const struct unit_file *end = unit + host->units.count;
	const struct setting *line;

	for (; unit < end; unit++) {
		line = service_ambient(unit);
		if (line && service_is_used(host, unit))
			found_capability(host, unit, line);
	}
	findings_omit(&host->findings, OTHER_SERVICES);
}

/**
 * check_bounding() - services of root's that keep the capability by name
 * @host: what is known, and where findings go
 */
void check_bounding(struct host *host)
{
	const struct unit_file *unit = host->units.all;
	const struct unit_file *end = unit + host->units.count;
	const struct setting *line;

	for (; unit < end; unit++) {
		line = service_bounding(unit);
		if (line && !service_user(unit) && service_is_used(host, unit))
			found_capability(host, unit, line);
	}
}

/* ---- starts as root ---- */

static void found_known(struct host *host, const struct unit_file *unit,
			const struct listener *listener,
			const struct daemon *daemon,
			const struct holding *holding)
{
	struct finding *finding = finding_add(
		&host->findings, NULL, 0,
		"%s starts as root, and process %d (%s) of it has %s; it can run as %s from the start",
		unit->name, listener->pid, listener->process, holding->all,
		daemon->user);
	struct mistake mistake;
	bool is_others = false;
	uid_t uid;
	size_t i;

	for (i = 0;
	     i < holding->count && user_parse(&uid, daemon->user, &mistake);
	     i++)
		is_others |= !host_gives(host, holding->indices[i], uid) &&
			     host_promise(host, holding->indices[i], uid);
	if (is_others)
		finding_type(finding, "portctl allow %s %s", daemon->user,
			     holding->ports);
	finding_type(finding, "portctl adopt %s    # what that would do",
		     unit->name);
	finding_type(finding, "portctl adopt --apply %s", unit->name);
}

static void found_dropped(struct host *host, const struct unit_file *unit,
			  const struct listener *listener,
			  const struct holding *holding)
{
	char *user = shell_word(user_word(holding->uid));
	char *word = shell_word(unit->name);
	struct finding *finding;

	finding = finding_add(
		&host->findings, NULL, 0,
		"%s starts as root, and process %d (%s) of it, which runs as %s now, has %s; whether it needs root for more is not known",
		unit->name, listener->pid, listener->process, user,
		holding->all);
	type_grant(finding, host, holding);
	finding_type(
		finding,
		"systemctl edit %s    # [Service] User=%s, if all that it writes to can be that user's",
		word, user);
	type_restart(finding, unit->name);
	free(word);
	free(user);
}

static void look_at_service(struct host *host, const struct unit_file *unit,
			    const struct listener *listener)
{
	const struct daemon *daemon = daemon_find(unit->name);
	struct caller caller = { 0 };
	struct holding holding;
	bool is_there = process_caller(listener->pid, &caller);

	free(caller.groups);
	find_holding(host, unit, &holding);
	if (daemon)
		found_known(host, unit, listener, daemon, &holding);
	else if (is_there && caller.uid && holding.has_uid)
		found_dropped(host, unit, listener, &holding);
}

/**
 * check_root() - services that start as root only to bind
 * @host: what is known, and where findings go
 *
 * Those of which it is known, and those whose process has dropped root since.
 */
void check_root(struct host *host)
{
	const struct listener *listener = host->listeners.all;
	const struct listener *end = listener + host->listeners.count;
	const struct unit_file *unit, **seen;
	size_t count = 0, i;

	seen = allocate((host->listeners.count + 1) * sizeof(*seen));
	for (; listener < end; listener++) {
		unit = listener->index % PORTS < 1024 ?
			       listener_unit(host, listener) :
			       NULL;
		if (!unit || unit->unread || service_user(unit) ||
		    !service_is_used(host, unit))
			continue;
		for (i = 0; i < count && seen[i] != unit; i++)
			;
		if (i < count)
			continue;
		seen[count++] = unit;
		look_at_service(host, unit, listener);
	}
	free(seen);
	if (geteuid())
		findings_omit(&host->findings,
			      "services: only root sees who has which socket");
	else
		findings_omit(
			&host->findings,
			"services that stay root while they hold a port, except the known ones: %s",
			daemon_names());
}

/* ---- the order at boot ---- */

/* What comes after one of these comes after the restore. */
static bool is_after_restore(const struct unit_file *unit)
{
	static const char *const later[] = {
		"portctl-restore.service", "portctl.target",
		"sysinit.target",	   "basic.target",
		"sockets.target",	   "network-pre.target",
		"network.target",	   "network-online.target",
	};
	const struct setting *line = unit->settings;
	char *copy, *word, *rest;
	bool found = false;
	size_t i;

	for (; line < unit->settings + unit->count; line++) {
		if (!setting_is(line, "Unit", "After"))
			continue;
		copy = format_text("%s", line->value);
		for (word = strtok_r(copy, " \t", &rest); word;
		     word = strtok_r(NULL, " \t", &rest)) {
			for (i = 0; i < ARRAY_SIZE(later); i++)
				found |= !strcmp(word, later[i]);
		}
		free(copy);
	}
	return found;
}

static bool is_before(const struct unit_file *unit, const char *name)
{
	const struct setting *line;
	char *copy, *word, *rest;
	bool found = false;

	if (!unit)
		return false;
	for (line = unit->settings; line < unit->settings + unit->count;
	     line++) {
		if (!setting_is(line, "Unit", "Before"))
			continue;
		copy = format_text("%s", line->value);
		for (word = strtok_r(copy, " \t", &rest); word;
		     word = strtok_r(NULL, " \t", &rest))
			found |= !strcmp(word, name);
		free(copy);
	}
	return found;
}

/* The first claimed port that a socket unit listens on, or that a service has now. */
static const struct setting *listens(const struct host *host,
				     const struct unit_file *unit,
				     unsigned int *index)
{
	const struct setting *line = unit->settings;

	for (; line < unit->settings + unit->count; line++) {
		const char *colon = strrchr(line->value, ':');
		enum protocol protocol =
			setting_is(line, "Socket", "ListenDatagram") ? UDP :
								       TCP;
		unsigned long port;

		if (protocol == TCP &&
		    !setting_is(line, "Socket", "ListenStream"))
			continue;
		port = strtoul(colon ? colon + 1 : line->value, NULL, 10);
		if (*line->value == '/' || *line->value == '@' || !port ||
		    port > PORT_MAX)
			continue;
		*index = protocol * PORTS + port;
		if (host->table->rules[*index].claimed)
			return line;
	}
	return NULL;
}

static bool has_claimed(const struct host *host, const struct unit_file *unit,
			unsigned int *index)
{
	size_t i;

	for (i = 0; i < host->listeners.count; i++) {
		*index = host->listeners.all[i].index;
		if (host->table->rules[*index].claimed &&
		    listener_unit(host, &host->listeners.all[i]) == unit)
			return true;
	}
	return false;
}

/**
 * check_order() - units that bind a port before it has its owner
 * @host: what is known, and where findings go
 */
void check_order(struct host *host)
{
	const struct unit_file *restore =
		unit_files_find(&host->units, "portctl-restore.service");
	const struct unit_file *unit = host->units.all;
	const struct unit_file *end = unit + host->units.count;
	const struct setting *line;
	struct finding *finding;
	unsigned int index;

	for (; host->table && unit < end; unit++) {
		if (!setting_is_false(unit_file_last(unit, "Unit",
						     "DefaultDependencies")) ||
		    is_after_restore(unit) || is_before(restore, unit->name) ||
		    !strncmp(unit->name, "systemd-", strlen("systemd-")))
			continue;
		line = listens(host, unit, &index);
		if (line ? !unit_is_wanted(unit) :
			   !has_claimed(host, unit, &index))
			continue;
		finding = finding_add(
			&host->findings, line ? line->file : NULL,
			line ? line->line : 0,
			"%s binds %s and may start before the port has its owner",
			unit->name, ports_text(index, index));
		type_dropin(finding, unit,
			    "[Unit]\\nAfter=portctl-restore.service\\n");
	}
}
