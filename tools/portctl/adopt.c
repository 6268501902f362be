// SPDX-License-Identifier: GPL-2.0
/* portctl adopt: rules for what listens now, and services that start as root no more. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adoption.h"
#include "collection.h"
#include "command.h"
#include "daemon.h"
#include "lock.h"
#include "message.h"
#include "owner.h"
#include "place.h"
#include "service.h"
#include "text.h"

/* Ports that the kernel hands out; @low is above @high if it cannot be read. */
static void automatic_range(unsigned int *low, unsigned int *high)
{
	char *path = format_text("%s/proc/sys/net/ipv4/ip_local_port_range",
				 places.root);
	FILE *file = fopen(path, "re");

	if (!file || fscanf(file, "%u %u", low, high) != 2) {
		*low = 32768;
		*high = 60999;
	}
	if (file)
		fclose(file);
	free(path);
}

static void leave_out(const struct listener *listener, const char *why)
{
	printf("# %s not proposed: ",
	       ports_text(listener->index, listener->index));
	text_print(stdout, listener->pid ? listener->process : "its holder");
	fputs(" is ", stdout);
	text_print(stdout, user_name(listener_user(listener)));
	printf("'s; %s\n", why);
}

static void propose(const struct host *host, struct collection *collection,
		    const struct listener *listener, unsigned int low,
		    unsigned int high)
{
	const struct unit_file *unit = listener_unit(host, listener);
	struct rule rule = { .claimed = true, .mode = 0600 };
	unsigned int port = listener->index % PORTS;

	rule.uid = listener_user(listener);
	if (unit && !service_user(unit) && daemon_find(unit->name))
		leave_out(listener,
			  format_text("use 'portctl adopt %s'", unit->name));
	else if (!rule.uid)
		leave_out(listener, "root needs no rule");
	else if (listener_is_dynamic(host, listener))
		leave_out(listener, "systemd makes up its user");
	else if (port >= low && port <= high)
		leave_out(listener,
			  "the kernel may have chosen this port for it");
	else if (!collect(collection, listener->index, listener->index, &rule,
			  "%s listens now%s%s", listener_process(listener),
			  unit ? ", of " : "", unit ? unit->name : ""))
		leave_out(listener, "the port has too many users");
}

/* That only root sees whose processes are has been said. */
static bool say_omissions(const struct host *host)
{
	const struct omission *omission = host->findings.first_omission;
	bool found = false;

	for (; omission; omission = omission->next) {
		if (omission->kind == OMITTED_SOCKETS ||
		    omission->kind == OMITTED_UNITS)
			warn("not looked at: %s", omission->text);
		found |= omission->kind != OMITTED;
	}
	return found;
}

/* A file to review: nothing is changed. */
static enum status propose_all(const struct host *host)
{
	struct collection *collection = collection_create();
	const struct listener *listener = host->listeners.all;
	const struct listener *end = listener + host->listeners.count;
	unsigned int low, high;

	automatic_range(&low, &high);
	if (geteuid())
		warn("only root sees who has which socket; the users here are those who created the sockets");
	for (; listener < end; listener++) {
		if (host->table && host->table->rules[listener->index].claimed)
			continue;
		if (listener > host->listeners.all &&
		    listener->index == listener[-1].index &&
		    listener->pid == listener[-1].pid)
			continue;
		propose(host, collection, listener, low, high);
	}
	if (!collection_write(collection))
		puts("# nothing to propose");
	return say_omissions(host) ? FAILED : DONE;
}

/**
 * command_adopt() - propose rules, or let a service start as its own user
 * @options: nothing, or a service and whether to do it or undo it
 *
 * Return: the status to exit with.
 */
enum status command_adopt(const struct options *options)
{
	struct adoption adoption;
	struct host host;
	enum status status;

	if (options->apply && options->undo)
		return fail(WRONG, "use either --apply or --undo");
	if (!options->count && (options->apply || options->undo))
		return fail(WRONG,
			    "%s needs a service, as in: portctl adopt %s nginx",
			    options->apply ? "--apply" : "--undo",
			    options->apply ? "--apply" : "--undo");
	if (options->count && options->undo)
		return adoption_undo(options);
	if (options->apply) {
		/* What is read now is what is changed. */
		status = table_lock();
		if (status)
			return status;
	}
	host_read(&host);
	if (!options->count)
		return propose_all(&host);
	status = adoption_plan(&adoption, &host, options->arguments[0]);
	if (status)
		return status;
	if (options->apply)
		return adoption_apply(&adoption);
	adoption_print(&adoption);
	return DONE;
}
