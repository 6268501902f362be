// SPDX-License-Identifier: GPL-2.0
/*
 * Ways to a privileged port that were there before ports had owners, and what to
 * type instead: file capabilities, the sysctl, authbind and redirects.
 */
#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>

#include "authbind.h"
#include "capability.h"
#include "oldway.h"
#include "owner.h"
#include "place.h"
#include "redirect.h"
#include "service.h"
#include "sysctl.h"

/* ---- setcap ---- */

#define BIND_SERVICE (1ULL << CAP_NET_BIND_SERVICE)

static bool runs_file(const struct listener *listener, const void *data)
{
	return listener_runs(listener, data);
}

static void found_capability(const struct file_capability *file, void *data)
{
	char *words, *path = shell_word(file->path);
	struct file_capability rest = *file;
	struct host *host = data;
	struct holding holding = { 0 };
	struct finding *finding;

	if (!((file->permitted | file->inheritable) & BIND_SERVICE))
		goto free_path;
	words = capability_words(file);
	finding = finding_add(
		&host->findings, file->path, 0,
		"it has %s: anybody who may run it can bind every privileged port",
		words);
	free(words);
	rest.permitted &= ~BIND_SERVICE;
	rest.inheritable &= ~BIND_SERVICE;
	words = capability_words(&rest);
	if (!type_grants(finding, host, listener_user, runs_file, file->path)) {
		host_holding(host, &holding, runs_file, file->path);
		type_grant(finding, host, &holding);
	}
	if (*words)
		finding_type(finding, "setcap '%s' %s", words, path);
	else
		finding_type(finding, "setcap -r %s", path);
	finding_type(finding, "portctl save");
	free(words);
free_path:
	free(path);
}

static void omitted_file(const char *path, const char *why, void *data)
{
	struct host *host = data;

	findings_omit(&host->findings, "%s: %s", path, why);
}

/**
 * check_setcap() - programs that have the capability
 * @host: what is known, and where findings go
 */
void check_setcap(struct host *host)
{
	struct capability_search search = { found_capability, omitted_file,
					    host };

	capabilities_search(program_folders(), &search);
	findings_omit(&host->findings, OTHER_FOLDERS);
}

/* ---- the sysctl ---- */

static void omitted_sysctl(const char *path, void *data)
{
	struct host *host = data;

	findings_omit(&host->findings, "%s: %s", path, strerror(errno));
}

/* A file of a package, or of this boot, is left as it is; so is a line for more than this. */
static void type_raise(struct finding *finding, const struct sysctl *line)
{
	char *path = shell_word(line->file);
	const char *name = line->file + strlen(places.root);

	if (!line->is_glob && !strncmp(name, "/etc/", strlen("/etc/")))
		finding_type(finding, "sed -i '%us/^/# /' %s", line->line,
			     path);
	else
		finding_type(finding,
			     "echo '" START
			     " = 1024' >/etc/sysctl.d/zz-port-owner.conf");
	free(path);
}

static void check_sysctl_files(struct host *host)
{
	struct sysctls sysctls;
	const struct sysctl *line;
	struct finding *finding;
	unsigned int port;

	sysctls_read(&sysctls, START, omitted_sysctl, host);
	line = sysctls_port_line(&sysctls);
	if (!line || !sysctl_port(line, &port) || port >= 1024)
		return;
	/* Without it, one before it would decide. */
	for (line = sysctls.all; line < sysctls.all + sysctls.count; line++) {
		if (!sysctl_port(line, &port) || port >= 1024)
			continue;
		finding = finding_add(
			&host->findings, line->file, line->line,
			"at boot it gives all ports from %u on to everybody",
			port);
		type_raise(finding, line);
	}
}

/* What holds a port by the sysctl alone. */
static bool is_by_sysctl(const struct listener *listener, const void *data)
{
	const struct host *host = data;

	return listener->uid && listener->index % PORTS >= host->privileged &&
	       !(host->table && host->table->rules[listener->index].claimed);
}

/* Whoever it was that bound it. */
static uid_t socket_user(const struct listener *listener)
{
	return listener->uid;
}

/**
 * check_sysctl() - ports below 1024 that are everybody's
 * @host: what is known, and where findings go
 */
void check_sysctl(struct host *host)
{
	struct finding *finding;

	if (host->privileged < 1024) {
		finding = finding_add(
			&host->findings, NULL, 0,
			START
			" is %u: the first program to ask gets any unclaimed port from there to 1023",
			host->privileged);
		if (!type_grants(finding, host, socket_user, is_by_sysctl,
				 host))
			finding_type(finding, "portctl grant USER tcp/PORT");
		finding_type(finding, "sysctl -w " START "=1024");
		finding_type(finding, "portctl save");
	}
	check_sysctl_files(host);
}

/* ---- authbind ---- */

static char *authbind_ports(const struct authbind *grant)
{
	char *tcp = format_text("%s", ports_text(grant->first, grant->last));
	char *both = format_text("%s %s", tcp,
				 ports_text(PORTS + grant->first,
					    PORTS + grant->last));

	free(tcp);
	return both;
}

/* Has another one of them, or will he have it by a command that was typed before? */
static bool is_others(struct host *host, const struct authbind *grant)
{
	uid_t uid = grant->mode == 0600 ? grant->uid : NO_USER;
	bool others = false;
	unsigned int port;

	for (port = grant->first; port <= grant->last; port++) {
		others |= uid == NO_USER &&
			  (host->promises[port].is_made ||
			   host->promises[PORTS + port].is_made);
		others |= host_promise(host, port, uid);
		others |= host_promise(host, PORTS + port, uid);
	}
	return others;
}

static void type_authbind(struct finding *finding, struct host *host,
			  const struct authbind *grant, const char *ports)
{
	char *user = shell_word(user_word(grant->uid));
	char *group = shell_word(group_word(grant->gid));
	bool others = grant->mode && is_others(host, grant);

	if (grant->mode == 0600) {
		finding_type(finding, "portctl %s %s %s",
			     others ? "allow" : "grant", user, ports);
	} else if (grant->mode) {
		if (others)
			finding_type(
				finding,
				"# the next line replaces the rule that the port has by then");
		finding_type(finding, "portctl grant --mode %03o %s:%s %s",
			     grant->mode, user, group, ports);
	}
	free(group);
	free(user);
}

static void found_authbind(const struct authbind *grant, void *data)
{
	char *path = shell_word(grant->file), *ports = authbind_ports(grant);
	char *user = shell_word(user_word(grant->uid));
	char *group = shell_word(group_word(grant->gid));
	struct host *host = data;
	struct finding *finding;

	/* Root may without. */
	if (!(grant->mode & 0066) && !(grant->mode && grant->uid) &&
	    !grant->has_acl)
		goto free_words;
	finding = finding_add(&host->findings, grant->file, grant->line,
			      "authbind gives %s to %s%s%s", ports,
			      grant->mode & 0006 ? "everybody" : user,
			      grant->mode & 0060 ? " and group " : "",
			      grant->mode & 0060 ? group : "");
	if (*grant->address)
		finding_type(finding,
			     "# a rule is for all addresses, not for %s alone",
			     grant->address);
	type_authbind(finding, host, grant, ports);
	if (grant->has_acl)
		finding_type(
			finding,
			"getfacl %s    # portctl allow USER for each user named there",
			path);
	/* Without the file, authbind would read on. */
	if (grant->line)
		finding_type(finding, "sed -i '%us/^/# /' %s", grant->line,
			     path);
	else
		finding_type(finding, "chmod a-x %s", path);
	finding_type(finding, "portctl save");
free_words:
	free(group);
	free(user);
	free(ports);
	free(path);
}

static void omitted_authbind(const char *file, unsigned int line,
			     const char *why, void *data)
{
	struct host *host = data;

	if (line)
		findings_omit(&host->findings, "%s:%u: %s", file, line, why);
	else
		findings_omit(&host->findings, "%s: %s", file, why);
}

/**
 * check_authbind() - what authbind gives
 * @host: what is known, and where findings go
 */
void check_authbind(struct host *host)
{
	struct authbind_search search = { found_authbind, omitted_authbind,
					  host };
	char *folder = format_text("%s/etc/authbind", places.root);

	authbind_read(folder, &search);
	free(folder);
}

/* ---- redirects ---- */

static void found_redirect(const struct redirect *redirect, void *data)
{
	struct host *host = data;
	const struct port_set *from = redirect->from;
	const struct listener *listener = listeners_of(
		&host->listeners, from->first / PORTS * PORTS + redirect->to);
	/* Neither root nor whom systemd makes up is who is to have it. */
	uid_t uid = listener && !listener_is_dynamic(host, listener) ?
			    listener_user(listener) :
			    0;
	char *user = uid ? shell_word(user_word(uid)) : format_text("USER");
	struct finding *finding;
	bool is_others = false;
	unsigned int index;

	for (index = from->first; index < from->end; index++)
		is_others |= from->has[index] &&
			     host_promise(host, index, uid ? uid : NO_USER);
	finding = finding_add(
		&host->findings, NULL, 0,
		"%s is redirected to %u, which any user can bind first unless it has an owner: %s",
		redirect->ports, redirect->to, redirect->rule);
	finding_type(finding, "portctl %s %s %s", is_others ? "allow" : "grant",
		     user, redirect->ports);
	finding_type(finding, "# let the program listen on %s itself, then",
		     redirect->ports);
	finding_type(
		finding,
		"%s    # and delete it from the file that restores it at boot",
		redirect->remove);
	finding_type(finding, "portctl save");
	free(user);
}

/**
 * check_redirect() - privileged ports that the packet filter redirects
 * @host: what is known, and where findings go
 */
void check_redirect(struct host *host)
{
	struct redirect_search search = { found_redirect, omitted_file, host };

	redirects_read(&search);
}
