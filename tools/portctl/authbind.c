// SPDX-License-Identifier: GPL-2.0
/*
 * The files of authbind(1): byport/PORT and byaddr/ADDRESS,PORT, whose execute bits
 * say who may bind, and byuid/UID with lines of ADDRESSES,PORTS. From 512 on the name
 * of a file has an exclamation mark.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "authbind.h"

/* Those that a name without a mark does not give. */
#define MARKED_FIRST 512
#define MARKED_LAST  1023

static const char passed_over[] =
	"authbind passes it over: the names for ports from 512 to 1023 begin with a !, those for lower ones do not, and higher ones need no right";

/* The ports that have a file in byport, which is read first: nothing else is asked. */
static bool decided[MARKED_LAST + 1];

static bool parse_port(unsigned int *port, const char *text, const char **end)
{
	char *rest;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*port = strtoul(text, &rest, 10);
	*end = rest;
	return !errno && *port >= 1 && *port <= PORT_MAX;
}

/* Who has an execute bit of the file has the write bit of the node. */
static void add_rights(struct authbind *grant, const struct stat *status)
{
	grant->uid = status->st_uid;
	grant->mode = (status->st_mode & 0100 ? 0600 : 0) |
		      (status->st_mode & 0010 ? 0060 : 0) |
		      (status->st_mode & 0001 ? 0006 : 0);
	/* The mode has the ACL's mask there, not what the group has. */
	grant->has_acl =
		status->st_mode & 0010 &&
		lgetxattr(grant->file, "system.posix_acl_access", NULL, 0) > 0;
	if (grant->has_acl)
		grant->mode &= ~0060;
	grant->gid = grant->mode & 0060 ? status->st_gid : 0;
}

/* What of a range authbind gives by a file whose name has a mark, or has none. */
static bool clamp(struct authbind *grant, bool marked)
{
	unsigned int first = marked ? MARKED_FIRST : 1;
	unsigned int last = marked ? MARKED_LAST : MARKED_FIRST - 1;

	if (grant->first < first)
		grant->first = first;
	if (grant->last > last)
		grant->last = last;
	return grant->first <= grant->last;
}

/* @name is PORT, or ADDRESS,PORT or ADDRESS:PORT. */
static void read_permission(const char *path, const char *name,
			    bool has_address,
			    const struct authbind_search *search)
{
	bool marked = *name == '!';
	struct authbind grant = { .file = path, .address = "" };
	const char *port = name + marked, *end;
	char *address = NULL;
	struct stat status;

	if (has_address) {
		port = strrchr(port, ',');
		port = port ? port : strrchr(name, ':');
		if (!port) {
			search->omitted(path, 0, "its name is not ADDRESS,PORT",
					search->data);
			return;
		}
		address = format_text("%.*s", (int)(port - name - marked),
				      name + marked);
		grant.address = address;
		port++;
	}
	if (stat(path, &status)) {
		search->omitted(path, 0, strerror(errno), search->data);
	} else if (!parse_port(&grant.first, port, &end) || *end ||
		   !parse_port(&grant.last, port, &end)) {
		search->omitted(path, 0, "its name has no port", search->data);
	} else if (!clamp(&grant, marked)) {
		search->omitted(path, 0, passed_over, search->data);
	} else {
		add_rights(&grant, &status);
		if (!has_address || !decided[grant.first])
			search->found(&grant, search->data);
		decided[grant.first] |= !has_address;
	}
	free(address);
}

/* Are all addresses of the host meant? */
static bool is_everywhere(const char *address)
{
	return !strcmp(address, "0.0.0.0/0") || !strcmp(address, "::/0");
}

/* ADDRESSES,MIN[-MAX] or ADDRESS4/LENGTH:MIN,MAX */
static bool parse_line(struct authbind *grant, char *line)
{
	char *colon = strrchr(line, ':'), *comma = strchr(line, ',');
	const char *rest;
	char separator = '-';
	char *ports;

	if (!comma)
		return false;
	ports = comma;
	/* An address of IPv6 has colons of its own, before its comma. */
	if (colon && strchr(line, '.') && strchr(line, '/') && colon < comma) {
		ports = colon;
		separator = ',';
	}
	if (!parse_port(&grant->first, ports + 1, &rest))
		return false;
	grant->last = grant->first;
	if (*rest == separator && !parse_port(&grant->last, rest + 1, &rest))
		return false;
	if (*rest || grant->last < grant->first)
		return false;
	*ports = '\0';
	grant->address = is_everywhere(line) ? "" : line;
	return true;
}

/* What of a range is asked of byuid at all. */
static void find_undecided(const struct authbind *grant,
			   const struct authbind_search *search)
{
	struct authbind part = *grant;

	for (; part.first <= grant->last; part.first = part.last + 1) {
		part.last = part.first;
		if (decided[part.first])
			continue;
		while (part.last < grant->last && !decided[part.last + 1])
			part.last++;
		search->found(&part, search->data);
	}
}

static void read_user(const char *path, const char *name,
		      const struct authbind_search *search)
{
	struct authbind grant = { .file = path, .mode = 0600 };
	bool marked = *name == '!';
	FILE *file = fopen(path, "re");
	char *line = NULL, *end;
	size_t size = 0;

	grant.uid = strtoul(name + marked, &end, 10);
	if (!file || end == name + marked || *end) {
		search->omitted(path, 0,
				file ? "its name is not a user's number" :
				       strerror(errno),
				search->data);
		goto close_file;
	}
	while (getline(&line, &size, file) >= 0) {
		grant.line++;
		line[strcspn(line, "\n")] = '\0';
		if (!line[strspn(line, " \t")] || *line == '#')
			continue;
		if (!parse_line(&grant, line))
			search->omitted(path, grant.line,
					"authbind does not understand it",
					search->data);
		else if (!clamp(&grant, marked))
			search->omitted(path, grant.line, passed_over,
					search->data);
		else
			find_undecided(&grant, search);
	}
close_file:
	free(line);
	if (file)
		fclose(file);
}

static int is_visible(const struct dirent *entry)
{
	return *entry->d_name != '.';
}

/**
 * authbind_read() - go through what authbind gives to users
 * @folder: /etc/authbind
 * @search: whom to tell
 */
void authbind_read(const char *folder, const struct authbind_search *search)
{
	static const char *const parts[] = { "byport", "byaddr", "byuid" };
	struct dirent **names;
	char *part, *path;
	int count, j;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		part = format_text("%s/%s", folder, parts[i]);
		count = scandir(part, &names, is_visible, versionsort);
		if (count < 0 && errno != ENOENT)
			search->omitted(part, 0, strerror(errno), search->data);
		for (j = 0; j < count; j++) {
			path = format_text("%s/%s", part, names[j]->d_name);
			if (i == 2)
				read_user(path, names[j]->d_name, search);
			else
				read_permission(path, names[j]->d_name, i == 1,
						search);
			free(path);
			free(names[j]);
		}
		if (count >= 0)
			free(names);
		free(part);
	}
}
