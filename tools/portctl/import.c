// SPDX-License-Identifier: GPL-2.0
/* portctl import: what another way gives, as lines of a table file. */
#include <errno.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "authbind.h"
#include "capability.h"
#include "collection.h"
#include "command.h"
#include "hint.h"
#include "host.h"
#include "message.h"
#include "owner.h"
#include "place.h"
#include "port.h"
#include "portacl.h"
#include "service.h"
#include "sysctl.h"

/**
 * struct import - what is carried over
 * @collection: the rules
 * @host: what listens, and the units
 * @path: the file that was named, or NULL
 * @incomplete: something cannot be carried over, and was said
 * @threshold: the lowest port that the sysctl gives to everybody
 */
struct import {
	struct collection *collection;
	struct host host;
	const char *path;
	bool incomplete;
	unsigned int threshold;
};

__printf(2, 3) static void leave(struct import *import, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		out_of_memory();
	va_end(arguments);
	warn("not carried over: %s", text);
	free(text);
	import->incomplete = true;
}

static struct rule rule_of(uid_t uid, gid_t gid, mode_t mode)
{
	return (struct rule){
		.claimed = true, .uid = uid, .gid = gid, .mode = mode
	};
}

/* The ports below @end that sockets of @is_meant have, for who has them now. */
static unsigned int add_sockets(struct import *import,
				bool (*is_meant)(const struct import *import,
						 const struct listener *socket,
						 const void *data),
				const void *data, const char *source)
{
	const struct listener *listener = import->host.listeners.all;
	const struct listener *end = listener + import->host.listeners.count;
	unsigned int count = 0;
	struct rule rule;

	for (; listener < end; listener++) {
		if (listener->index % PORTS >= 1024 ||
		    !is_meant(import, listener, data))
			continue;
		rule = rule_of(listener_user(listener), 0, 0600);
		collect(import->collection, listener->index, listener->index,
			&rule, "%s; %s listens now", source,
			listener->pid ? listener->process : "somebody");
		count++;
	}
	return count;
}

/* ---- authbind ---- */

static void add_authbind(const struct authbind *grant, void *data)
{
	struct rule rule = rule_of(grant->uid, grant->gid, grant->mode);
	struct import *import = data;
	char line[16] = "";
	enum protocol protocol;

	if (grant->line)
		snprintf(line, sizeof(line), ":%u", grant->line);
	if (grant->has_acl)
		leave(import, "the ACL of %s; 'getfacl' shows it", grant->file);
	if (*grant->address)
		leave(import,
		      "the address of %s%s: the rule is for all addresses, not for %s alone",
		      grant->file, line, grant->address);
	if (!(grant->mode & 0066) && !(grant->mode && grant->uid))
		return;
	for (protocol = 0; protocol < PROTOCOLS; protocol++) {
		if (!collect(import->collection,
			     protocol * PORTS + grant->first,
			     protocol * PORTS + grant->last, &rule, "%s%s",
			     grant->file, line))
			leave(import, "%s%s: its ports have too many users",
			      grant->file, line);
	}
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
	else
		authbind_read(path, &search);
	free(folder);
	return status;
}

/* ---- mac_portacl ---- */

static void add_portacl(struct import *import, const struct portacls *acls,
			const struct portacl *acl)
{
	struct rule rule = acl->is_group ? rule_of(0, acl->id, 0060) :
					   rule_of(acl->id, 0, 0600);
	enum account_kind kind = acl->is_group ? GROUP : USER;

	if (!acls->suser_exempt.value)
		rule.mode |= 01000;
	if (!account_by_id(kind, acl->id)->known)
		leave(import,
		      "the name of %s %u of line %u: nobody has this number here",
		      acl->is_group ? "group" : "user", acl->id, acl->line);
	if ((long)(acl->index % PORTS) > acls->port_high.value)
		leave(import,
		      "%s:%u: %s is above port_high (%ld), so everybody may bind it on FreeBSD; here only those whom its rules name may",
		      acls->path, acl->line, ports_text(acl->index, acl->index),
		      acls->port_high.value);
	if (!collect(import->collection, acl->index, acl->index, &rule, "%s:%u",
		     import->path, acl->line))
		leave(import, "line %u: its port has too many users",
		      acl->line);
}

/* There, the ports from 0 to port_high without a rule are root's; here, those to 1023. */
static void leave_other_ports(struct import *import,
			      const struct portacls *acls)
{
	long high = acls->port_high.value;

	if (high >= 1024)
		leave(import,
		      "%s:%u: the ports 1024 to %ld that no rule names are root's on FreeBSD, but everybody's here",
		      acls->path, acls->port_high.line,
		      high < PORT_MAX ? high : PORT_MAX);
	else if (high < 1023)
		leave(import,
		      "%s:%u: the ports %ld to 1023 that no rule names may be everybody's on FreeBSD, but are root's here",
		      acls->path, acls->port_high.line,
		      high > 0 ? high + 1 : 1);
}

static enum status import_portacl(struct import *import)
{
	struct portacls acls;
	enum status status;
	size_t i;

	if (!import->path)
		return fail(
			WRONG,
			"mac_portacl is FreeBSD's: name a copy of its /etc/sysctl.conf, as in: portctl import mac_portacl FILE");
	status = portacl_read(&acls, import->path);
	if (status)
		return status;
	if (!acls.enabled.value) {
		if (acls.count)
			leave(import,
			      "%s:%u: security.mac.portacl.enabled is 0, so FreeBSD does not ask the rules",
			      acls.path, acls.enabled.line);
		return DONE;
	}
	leave_other_ports(import, &acls);
	for (i = 0; i < acls.count; i++)
		add_portacl(import, &acls, &acls.all[i]);
	return DONE;
}

/* ---- setcap ---- */

static bool runs(const struct import *import, const struct listener *socket,
		 const void *data)
{
	return listener_runs(socket, data);
}

static void add_capability(const struct file_capability *file, void *data)
{
	struct import *import = data;
	unsigned int count;

	if (!((file->permitted | file->inheritable) >> CAP_NET_BIND_SERVICE &
	      1))
		return;
	count = add_sockets(import, runs, file->path, file->path);
	if (geteuid())
		leave(import,
		      "%s: only root sees all processes, so its users and its ports may not all be known",
		      file->path);
	else if (!count)
		leave(import,
		      "%s: it holds no privileged port now, so its user and its ports are not known",
		      file->path);
}

static void leave_file(const char *path, const char *why, void *data)
{
	leave(data, "%s: %s", path, why);
}

static enum status import_setcap(struct import *import)
{
	struct capability_search search = { add_capability, leave_file,
					    import };
	/* Links are not followed there, and what runs has no other name. */
	char *path = import->path ? realpath(import->path, NULL) : NULL;
	const char *const paths[] = { path, NULL };

	if (import->path && !path)
		return fail(FAILED, "cannot read %s: %m", import->path);
	capabilities_search(path ? paths : program_folders(), &search);
	if (!path)
		warn("not looked at: " OTHER_FOLDERS);
	free(path);
	return DONE;
}

/* ---- sysctl ---- */

/* Whoever is first may have any of them: only who has one now is known. */
static void leave_others(struct import *import, const char *source,
			 unsigned int port)
{
	if (port >= import->threshold)
		return;
	import->threshold = port;
	leave(import,
	      "%s gives the ports %u to 1023 to everybody; only those in use now are carried over, each for its user",
	      source, port);
}

static void add_sysctls(struct import *import, const struct sysctls *sysctls)
{
	const struct sysctl *line;
	unsigned int port;
	char *source;

	for (line = sysctls->all; line < sysctls->all + sysctls->count;
	     line++) {
		if (line->value && !sysctl_port(line, &port))
			leave(import,
			      "%s:%u: '%s' is not a number from 0 to 65535",
			      line->file, line->line, line->value);
	}
	line = sysctls_port_line(sysctls);
	if (!line || !sysctl_port(line, &port))
		return;
	source = format_text("%s:%u", line->file, line->line);
	leave_others(import, source, port);
	free(source);
}

static void leave_path(const char *path, void *data)
{
	leave(data, "%s: %s", path, strerror(errno));
}

static bool is_open(const struct import *import, const struct listener *socket,
		    const void *data)
{
	return socket->uid && socket->index % PORTS >= import->threshold;
}

static enum status import_sysctl(struct import *import)
{
	struct sysctls sysctls = { 0 };

	import->threshold = 1024;
	if (import->path) {
		if (!sysctls_read_file(&sysctls, START, import->path))
			return fail(FAILED, "cannot read %s: %m", import->path);
		add_sysctls(import, &sysctls);
	} else {
		sysctls_read(&sysctls, START, leave_path, import);
		add_sysctls(import, &sysctls);
		leave_others(import, START, import->host.privileged);
	}
	add_sockets(import, is_open, NULL, START);
	return DONE;
}

/* ---- systemd ---- */

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
		if (strcmp(line->key, "SocketBindAllow") || !*line->value)
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
	const struct setting *line =
		service_capability(unit, "AmbientCapabilities");
	const char *user = service_user(unit);
	struct mistake mistake;
	unsigned int count;
	char *source;
	uid_t uid;

	if (!user || (!line && !unit_file_last(unit, "SocketBindAllow")))
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
		      "%s: it gives every port; which of them %s binds is known only while the service listens on them",
		      source, user);
	free(source);
}

static enum status import_systemd(struct import *import)
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

/* ---- the command ---- */

static const struct {
	const char *name;
	enum status (*run)(struct import *import);
} ways[] = {
	{ "authbind", import_authbind }, { "mac_portacl", import_portacl },
	{ "setcap", import_setcap },	 { "sysctl", import_sysctl },
	{ "systemd", import_systemd },
};

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
			"authbind, mac_portacl, setcap, sysctl and systemd can"));
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
	if (!collection_write(import->collection))
		printf("# nothing of %s to carry over\n", ways[i].name);
	return import->incomplete ? FAILED : DONE;
}
