// SPDX-License-Identifier: GPL-2.0
/* What FreeBSD's mac_portacl, redirects, setcap and the sysctl give, for portctl import. */
#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capability.h"
#include "importway.h"
#include "message.h"
#include "owner.h"
#include "place.h"
#include "port.h"
#include "portacl.h"
#include "redirect.h"
#include "service.h"
#include "sysctl.h"

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

/**
 * import_portacl() - what FreeBSD's mac_portacl gives
 * @import: where it goes
 *
 * Return: DONE, or another status after a message.
 */
enum status import_portacl(struct import *import)
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

/* ---- redirects ---- */

static void leave_file(const char *path, const char *why, void *data)
{
	leave(data, "%s: %s", path, why);
}

/* One port of a redirect: whoever listens behind it is who is asked today. */
static void add_redirected(struct import *import,
			   const struct redirect *redirect, unsigned int index)
{
	const struct listeners *all = &import->host.listeners;
	unsigned int to = index / PORTS * PORTS + redirect->to;
	const struct listener *listener = listeners_of(all, to);
	const char *port = ports_text(index, index);
	struct rule rule;

	if (!listener)
		leave(import,
		      "%s, redirected to %u, where nobody listens now, so its user is not known: %s",
		      port, redirect->to, redirect->rule);
	for (; listener && listener < all->all + all->count &&
	       listener->index == to;
	     listener++) {
		/* One process may have a socket for each family. */
		if (listener->pid && listener > all->all &&
		    listener[-1].index == to &&
		    listener[-1].pid == listener->pid)
			continue;
		rule = rule_of(listener_user(listener), 0, 0600);
		if (!rule.uid)
			leave(import,
			      "%s, redirected to %u, where root listens, which needs no rule: %s",
			      port, redirect->to, redirect->rule);
		else if (listener_is_dynamic(&import->host, listener))
			leave(import,
			      "%s, redirected to %u, where %s listens, and systemd makes up its user: %s",
			      port, redirect->to, listener_process(listener),
			      redirect->rule);
		else if (!collect(import->collection, index, index, &rule,
				  "%s; %s listens on %u now", redirect->rule,
				  listener_process(listener), redirect->to))
			leave(import, "%s: %s has too many users",
			      redirect->rule, port);
	}
}

static void add_redirect(const struct redirect *redirect, void *data)
{
	struct import *import = data;
	bool has_others = false;
	unsigned int index;

	if (redirect->narrow)
		leave(import,
		      "%s of '%s': a rule is for all addresses, of IPv4 and of IPv6",
		      redirect->narrow, redirect->rule);
	for (index = redirect->from->first; index < redirect->from->end;
	     index++) {
		if (!redirect->from->has[index])
			continue;
		if (index % PORTS < 1024)
			add_redirected(import, redirect, index);
		else
			has_others = true;
	}
	if (has_others)
		leave(import, "'%s': ports from 1024 on need no privilege",
		      redirect->rule);
}

/**
 * import_redirect() - what the packet filter sends to another port of this host
 * @import: where it goes
 *
 * Return: DONE, or another status after a message.
 */
enum status import_redirect(struct import *import)
{
	const struct redirect_search search = { add_redirect, leave_file,
						import };

	if (import->path)
		return fail(
			WRONG,
			"import redirect takes no FILE: it asks iptables and nft");
	redirects_read(&search);
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

/**
 * import_setcap() - what programs with the capability have
 * @import: where it goes
 *
 * Return: DONE, or another status after a message.
 */
enum status import_setcap(struct import *import)
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

/**
 * import_sysctl() - what the sysctl gives
 * @import: where it goes
 *
 * Return: DONE, or another status after a message.
 */
enum status import_sysctl(struct import *import)
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
