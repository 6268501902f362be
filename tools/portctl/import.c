// SPDX-License-Identifier: GPL-2.0
/* portctl import: what another way gives, as lines of a table file. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "authbind.h"
#include "carry.h"
#include "command.h"
#include "hint.h"
#include "importway.h"
#include "message.h"
#include "owner.h"
#include "place.h"
#include "port.h"
#include "unitimport.h"

/* ---- authbind ---- */

static void add_authbind(const struct authbind *grant, void *data)
{
	struct rule rule = rule_of(grant->uid, grant->gid, grant->mode);
	struct import *import = data;
	char line[16] = "";
	bool gives = grant->mode & 0066 || (grant->mode && grant->uid);
	bool right = true;
	enum protocol protocol;

	if (grant->line)
		snprintf(line, sizeof(line), ":%u", grant->line);
	if (grant->has_acl)
		leave(import, "the ACL of %s; 'getfacl' shows it", grant->file);
	if (*grant->address && gives && !grant->continues)
		leave(import,
		      "the address of %s%s: the rule is for all addresses, not for %s alone",
		      grant->file, line, grant->address);
	else if (!gives && *grant->address && !grant->line && !grant->has_acl)
		leave(import,
		      "%s: it refuses %s alone; no rule is for one address",
		      grant->file, grant->address);
	if (!gives)
		return;
	for (protocol = 0; protocol < PROTOCOLS; protocol++)
		right &= collect(import->collection,
				 protocol * PORTS + grant->first,
				 protocol * PORTS + grant->last, &rule, "%s%s",
				 grant->file, line);
	if (!right)
		leave(import,
		      "%s%s: its ports have too many users, or a file that refuses them to some",
		      grant->file, line);
}

static void leave_authbind(const char *file, unsigned int line, const char *why,
			   void *data)
{
	if (line)
		leave(data, "%s:%u: %s", file, line, why);
	else
		leave(data, "%s: %s", file, why);
}

static enum status import_authbind(struct import *import)
{
	struct authbind_search search = { add_authbind, leave_authbind,
					  import };
	char *folder = format_text("%s/etc/authbind", places.root);
	const char *path = import->path ? import->path : folder;
	enum status status = DONE;

	if (access(path, X_OK))
		status = fail(FAILED, "cannot read %s: %m", path);
	else if (!authbind_is_folder(path))
		status = fail(
			FAILED,
			"'%s' is not a folder of authbind's: it has no byport, byaddr or byuid",
			path);
	else
		authbind_read(path, &search);
	free(folder);
	return status;
}

/* ---- the command ---- */

#define NEEDS_SOCKETS (1U << OMITTED_SOCKETS | 1U << OMITTED_PROCESSES)

static const struct {
	const char *name;
	enum status (*run)(struct import *import);
	unsigned int needs; /* a bit for each kind of omissions */
} ways[] = {
	{ "authbind", import_authbind, 0 },
	{ "mac_portacl", import_portacl, 0 },
	{ "redirect", import_redirect, NEEDS_SOCKETS },
	{ "setcap", import_setcap, NEEDS_SOCKETS },
	{ "sysctl", import_sysctl, NEEDS_SOCKETS },
	{ "systemd", import_systemd, NEEDS_SOCKETS | 1U << OMITTED_UNITS },
};

/* Units are looked at one by one if one is named. */
static void leave_unseen(struct import *import, unsigned int needs)
{
	const struct omission *omission = import->host.findings.first_omission;

	if (import->path)
		needs &= ~(1U << OMITTED_UNITS);
	for (; omission; omission = omission->next) {
		if (needs >> omission->kind & 1)
			leave(import, "%s", omission->text);
	}
}

static enum status no_way(const char *word)
{
	struct hint hint;
	size_t i;

	hint_begin(&hint, word);
	for (i = 0; i < ARRAY_SIZE(ways); i++)
		hint_consider(&hint, ways[i].name);
	return fail(
		WRONG, "'%s' cannot be imported; %s", word,
		hint_words(
			&hint,
			"authbind, mac_portacl, redirect, setcap, sysctl and systemd can"));
}

/**
 * command_import() - print what another way gives as lines of a table file
 * @options: the way, and maybe a file
 *
 * Return: DONE, or FAILED if something cannot be carried over.
 */
enum status command_import(const struct options *options)
{
	struct import *import = allocate(sizeof(*import));
	enum status status;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		if (!strcmp(ways[i].name, options->arguments[0]))
			break;
	}
	if (i == ARRAY_SIZE(ways))
		return no_way(options->arguments[0]);
	import->collection = collection_create();
	import->path = options->count > 1 ? options->arguments[1] : NULL;
	host_read(&import->host);
	status = ways[i].run(import);
	if (status)
		return status;
	leave_unseen(import, ways[i].needs);
	if (!collection_write(import->collection))
		printf("# nothing of %s to carry over\n", ways[i].name);
	return import->incomplete ? FAILED : DONE;
}
