// SPDX-License-Identifier: GPL-2.0
/* What the checks look at, read once, and the commands that several of them print. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "folder.h"
#include "host.h"
#include "module.h"
#include "mount.h"
#include "node.h"
#include "owner.h"
#include "place.h"
#include "port.h"
#include "unclaimed.h"
#include "unit.h"

/* A folder may be one of many units'. */
static void unit_omitted(const char *path, void *data)
{
	char *text = format_text("%s: %s", path, strerror(errno));
	struct host *host = data;
	const struct omission *omission = host->findings.first_omission;

	while (omission && strcmp(omission->text, text))
		omission = omission->next;
	if (!omission)
		findings_omit(&host->findings, "%s", text)->kind =
			OMITTED_UNITS;
	free(text);
}

/* What runs may be an instance that nothing at boot starts. */
static void read_units(struct host *host)
{
	const struct listener *listener = host->listeners.all;
	const struct listener *end = listener + host->listeners.count;
	char *name;

	unit_files_read(&host->units, unit_omitted, host);
	for (; listener < end; listener++) {
		name = listener->pid ? process_unit(listener->pid) : NULL;
		if (name)
			unit_files_add(&host->units, name, unit_omitted, host);
		free(name);
	}
}

/**
 * host_read() - find out what the checks look at
 * @host: the result; what could not be looked at is among its findings
 */
void host_read(struct host *host)
{
	struct table *table = table_create();

	*host = (struct host){ .findings.check = "host" };
	host->promises = allocate(INDICES * sizeof(*host->promises));
	host->privileged = privileged_ports();
	if ((places.plain || module_is_loaded()) && is_mounted() &&
	    !nodes_read(table, NULL))
		host->table = table;
	else
		findings_omit(&host->findings, "rules: there is no table at %s",
			      places.port);
	if (!listeners_read(&host->listeners))
		findings_omit(&host->findings, "sockets: %s", strerror(errno))
			->kind = OMITTED_SOCKETS;
	if (geteuid())
		findings_omit(&host->findings,
			      "processes of others: only root sees their files")
			->kind = OMITTED_PROCESSES;
	read_units(host);
}

/**
 * host_gives() - does a port's rule let a user bind it?
 * @host: what is known
 * @index: the port
 * @uid: the user, without any capability
 *
 * Return: whether it does; an unclaimed port has no rule.
 */
bool host_gives(const struct host *host, unsigned int index, uid_t uid)
{
	const struct rule *rule;
	struct caller caller;
	const char *reason;
	bool may;

	if (!host->table || !host->table->rules[index].claimed)
		return false;
	rule = &host->table->rules[index];
	caller_of_user(&caller, uid);
	caller.capable = false;
	may = policy_may_bind(rule, &caller, &reason);
	free(caller.groups);
	return may;
}

/**
 * host_promise() - note that a command gives a port to a user
 * @host: what is known
 * @index: the port
 * @uid: the user, or NO_USER
 *
 * Return: whether somebody else has it, by its rule or by a command that was typed
 * before: then portctl grant would take it away, and portctl allow does not.
 */
bool host_promise(struct host *host, unsigned int index, uid_t uid)
{
	struct promise *promise = &host->promises[index];

	if (!promise->is_made)
		promise->uid = uid;
	else if (promise->uid != uid)
		promise->is_shared = true;
	promise->is_made = true;
	return promise->is_shared ||
	       (host->table && host->table->rules[index].claimed);
}

static void add_index(struct holding *holding, unsigned int index)
{
	holding->indices = reallocarray(holding->indices, holding->count + 1,
					sizeof(*holding->indices));
	if (!holding->indices)
		out_of_memory();
	holding->indices[holding->count++] = index;
}

/**
 * host_holding() - find the privileged ports that somebody has
 * @host: what is known
 * @holding: the result; who has them may be known before, and root counts as nobody
 *	in particular, as do users whom systemd makes up
 * @is_meant: whether a socket is one of those that are asked about
 * @data: the caller's
 */
void host_holding(const struct host *host, struct holding *holding,
		  bool (*is_meant)(const struct listener *listener,
				   const void *data),
		  const void *data)
{
	const struct listener *listener = host->listeners.all;
	const struct listener *end = listener + host->listeners.count;
	unsigned int last = INDICES;
	size_t size, all_size;
	FILE *ports, *all;

	ports = open_memstream(&holding->ports, &size);
	all = open_memstream(&holding->all, &all_size);
	if (!ports || !all)
		out_of_memory();
	for (; listener < end; listener++) {
		if (listener->index % PORTS >= 1024 ||
		    listener->index == last || !is_meant(listener, data))
			continue;
		last = listener->index;
		if (!holding->has_uid && listener_user(listener) &&
		    !user_is_dynamic(listener_user(listener))) {
			holding->uid = listener_user(listener);
			holding->has_uid = true;
		}
		fprintf(all, "%s%s", ftell(all) ? " " : "",
			ports_text(last, last));
		if (!holding->has_uid ||
		    !host_gives(host, last, holding->uid)) {
			add_index(holding, last);
			fprintf(ports, "%s%s", ftell(ports) ? " " : "",
				ports_text(last, last));
		}
	}
	if (fclose(ports) || fclose(all))
		out_of_memory();
}

/**
 * type_grant() - give the ports to who has them
 * @finding: what it is about
 * @host: what is known
 * @holding: who that is; what is not known is in capitals
 */
void type_grant(struct finding *finding, struct host *host,
		const struct holding *holding)
{
	char *user = holding->has_uid ? shell_word(user_word(holding->uid)) :
					format_text("USER");
	bool is_others = false;
	size_t i;

	for (i = 0; i < holding->count; i++)
		is_others |=
			host_promise(host, holding->indices[i],
				     holding->has_uid ? holding->uid : NO_USER);
	if (!*holding->all)
		finding_type(finding, "portctl grant %s tcp/PORT", user);
	else if (*holding->ports)
		finding_type(finding, "portctl %s %s %s",
			     is_others ? "allow" : "grant", user,
			     holding->ports);
	free(user);
}

/**
 * struct users - a user's sockets among those that are meant
 * @user: whose a socket is
 * @is_meant: which those are
 * @data: for it
 * @uid: the user
 */
struct users {
	uid_t (*user)(const struct listener *listener);
	bool (*is_meant)(const struct listener *listener, const void *data);
	const void *data;
	uid_t uid;
};

static bool is_users(const struct listener *listener, const void *data)
{
	const struct users *users = data;

	return users->user(listener) == users->uid &&
	       users->is_meant(listener, users->data);
}

/**
 * type_grants() - give the ports to those who have them, each his own
 * @finding: what it is about
 * @host: what is known
 * @user: whose a socket is: listener_user(), or as the caller sees it
 * @is_meant: whether a socket is one of those that are asked about
 * @data: the caller's
 *
 * Return: whether anybody but root has one.
 */
bool type_grants(struct finding *finding, struct host *host,
		 uid_t (*user)(const struct listener *listener),
		 bool (*is_meant)(const struct listener *listener,
				  const void *data),
		 const void *data)
{
	const struct listener *all = host->listeners.all;
	uid_t *seen = allocate((host->listeners.count + 1) * sizeof(*seen));
	struct users users = { user, is_meant, data, 0 };
	size_t count = 0, i, j;

	for (i = 0; i < host->listeners.count; i++) {
		struct holding holding = { 0 };

		users.uid = user(&all[i]);
		if (!users.uid || all[i].index % PORTS >= 1024 ||
		    !is_meant(&all[i], data))
			continue;
		for (j = 0; j < count && seen[j] != users.uid; j++)
			;
		if (j < count)
			continue;
		seen[count++] = users.uid;
		holding.uid = users.uid;
		holding.has_uid = !user_is_dynamic(users.uid);
		host_holding(host, &holding, is_users, &users);
		type_grant(finding, host, &holding);
	}
	free(seen);
	return count;
}

/* Of the unit's own; it sorts behind all others that the unit has. */
static char *dropin_of(const struct unit_file *unit)
{
	static const char end[] = "port-owner.conf";
	const struct paths *paths = &unit->dropins;
	const char *last = paths->count ? paths->all[paths->count - 1] : "/";
	const char *name = last_part(last);
	char *folder = format_text("/etc/systemd/system/%s.d", unit->name);
	char *path = format_text("%s%s/%s", places.root, folder, name);
	bool is_own = !strcmp(path, last) && ends_with(name, end);

	free(path);
	if (is_own)
		path = format_text("%s/%s", folder, name);
	else if (strcmp(name, "zz-port-owner.conf") < 0)
		path = format_text("%s/zz-%s", folder, end);
	else
		path = format_text("%s/%.*s_%s", folder,
				   (int)(strlen(name) - strlen(".conf")), name,
				   end);
	free(folder);
	return path;
}

/**
 * type_dropin() - add lines to a unit, behind all others that it has
 * @finding: what it is about
 * @unit: the unit
 * @lines: the lines, each with \n after it
 */
void type_dropin(struct finding *finding, const struct unit_file *unit,
		 const char *lines)
{
	char *path = dropin_of(unit);
	char *folder =
		format_text("%.*s", (int)(last_part(path) - 1 - path), path);
	char *folder_word = shell_word(folder), *path_word = shell_word(path);

	finding_type(finding, "mkdir -p %s", folder_word);
	finding_type(finding, "printf '%s' >>%s", lines, path_word);
	finding_type(finding, "systemctl daemon-reload");
	free(folder_word);
	free(path_word);
	free(folder);
	free(path);
}
