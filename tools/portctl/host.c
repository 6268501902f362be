// SPDX-License-Identifier: GPL-2.0
/* What the checks look at, read once, and the commands that several of them print. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host.h"
#include "module.h"
#include "mount.h"
#include "node.h"
#include "owner.h"
#include "place.h"
#include "port.h"
#include "unclaimed.h"

static void unit_omitted(const char *path, void *data)
{
	struct host *host = data;

	findings_omit(&host->findings, "%s: %s", path, strerror(errno));
}

/**
 * host_read() - find out what the checks look at
 * @host: the result; what could not be looked at is among its findings
 */
void host_read(struct host *host)
{
	struct table *table = table_create();

	*host = (struct host){ .findings.check = "host" };
	host->privileged = privileged_ports();
	if ((places.plain || module_is_loaded()) && is_mounted() &&
	    !nodes_read(table, NULL))
		host->table = table;
	else
		findings_omit(&host->findings, "rules: there is no table at %s",
			      places.port);
	if (!listeners_read(&host->listeners))
		findings_omit(&host->findings, "sockets: %s", strerror(errno));
	if (geteuid())
		findings_omit(
			&host->findings,
			"processes of others: only root sees their files");
	unit_files_read(&host->units, unit_omitted, host);
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
 * host_holding() - find the privileged ports that somebody has
 * @host: what is known
 * @holding: the result; who has them may be known before, and root counts as nobody
 *	in particular
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
		if (!holding->has_uid && listener_user(listener)) {
			holding->uid = listener_user(listener);
			holding->has_uid = true;
		}
		fprintf(all, "%s%s", ftell(all) ? " " : "",
			ports_text(last, last));
		if (!holding->has_uid ||
		    !host_gives(host, last, holding->uid)) {
			holding->is_claimed |= host->table &&
					       host->table->rules[last].claimed;
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
 * @holding: who that is; what is not known is in capitals
 */
void type_grant(struct finding *finding, const struct holding *holding)
{
	char *user = holding->has_uid ? shell_word(user_word(holding->uid)) :
					format_text("USER");

	if (!*holding->all)
		finding_type(finding, "portctl grant %s tcp/PORT", user);
	else if (*holding->ports)
		finding_type(finding, "portctl %s %s %s",
			     holding->is_claimed ? "allow" : "grant", user,
			     holding->ports);
	free(user);
}

/**
 * type_dropin() - add lines to a unit, behind all others that it has
 * @finding: what it is about
 * @unit: the unit's name
 * @lines: the lines, each with \n after it
 */
void type_dropin(struct finding *finding, const char *unit, const char *lines)
{
	char *folder = format_text("/etc/systemd/system/%s.d", unit);
	char *word = shell_word(folder);

	finding_type(finding, "mkdir -p %s", word);
	finding_type(finding, "printf '%s' >>%s/zz-port-owner.conf", lines,
		     word);
	finding_type(finding, "systemctl daemon-reload");
	free(word);
	free(folder);
}
