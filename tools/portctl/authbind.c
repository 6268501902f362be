// SPDX-License-Identifier: GPL-2.0
/*
 * The files of authbind(1): byport/PORT and byaddr/ADDRESS,PORT, whose execute bits
 * say who may bind, and byuid/UID with lines of ADDRESSES,PORTS. From 512 on the name
 * of a file has an exclamation mark.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "authbind.h"
#include "authline.h"

/* Those that a name without a mark does not give. */
#define MARKED_FIRST 512
#define MARKED_LAST  1023

#define UID_MAX (UINT32_MAX - 1)

/* In the order in which authbind looks. */
enum folder {
	BYPORT,
	BYADDR,
	BYUID,
	FOLDERS
};

static const char *const folder_names[] = {
	[BYPORT] = "byport",
	[BYADDR] = "byaddr",
	[BYUID] = "byuid",
};

static const char passed_over[] =
	"authbind passes it over: the names for ports from 512 to 1023 begin with a !, those for lower ones do not, and higher ones need no right";
static const char not_searched[] =
	"not everybody may search it, and authbind refuses those who may not, whatever its files say";

/* The ports that have a file in byport, which is read first: nothing else is asked. */
static bool decided[MARKED_LAST + 1];

/* Which ports the user's file that is read gives at all addresses of IPv4, and of IPv6. */
static bool everywhere[2][MARKED_LAST + 1];

static bool has_acl(const char *path)
{
	return getxattr(path, "system.posix_acl_access", NULL, 0) > 0;
}

/* A number in a name is the one that authbind would write. */
static bool parse_name(unsigned int *number, const char *digits,
		       unsigned int max)
{
	unsigned long value = strtoul(digits, NULL, 10);
	char written[24];

	snprintf(written, sizeof(written), "%lu", value);
	*number = value;
	return value <= max && !strcmp(written, digits);
}

/* Who has an execute bit of the file has the write bit of the node. */
static void add_rights(struct authbind *grant, const struct stat *status)
{
	grant->uid = status->st_uid;
	grant->mode = (status->st_mode & 0100 ? 0600 : 0) |
		      (status->st_mode & 0010 ? 0060 : 0) |
		      (status->st_mode & 0001 ? 0006 : 0);
	/* The mode has the ACL's mask, and not whom it refuses. */
	grant->has_acl = status->st_mode & 0011 && has_acl(grant->file);
	if (grant->has_acl)
		grant->mode &= ~0066;
	grant->gid = grant->mode & 0066 ? status->st_gid : 0;
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

/*
 * Does authbind ask for this name of a file for an address? If that has another
 * one, with a comma and as short as can be, it asks for that first.
 */
static const char *check_address(const char *path, const char *name,
				 const char *address, const char *port)
{
	int family = strchr(address, ':') ? AF_INET6 : AF_INET;
	char shortest[INET6_ADDRSTRLEN], longest[INET6_ADDRSTRLEN];
	int before = strlen(path) - strlen(name) + (*name == '!');
	const char *why = "authbind writes its address in another way";
	char *first, *second;
	uint16_t words[8] = { 0 };
	struct stat status;

	if (inet_pton(family, address, words) != 1)
		return "its name has no address";
	inet_ntop(family, words, shortest, sizeof(shortest));
	snprintf(longest, sizeof(longest), "%x:%x:%x:%x:%x:%x:%x:%x",
		 ntohs(words[0]), ntohs(words[1]), ntohs(words[2]),
		 ntohs(words[3]), ntohs(words[4]), ntohs(words[5]),
		 ntohs(words[6]), ntohs(words[7]));
	first = format_text("%.*s%s,%s", before, path, shortest, port);
	if (family == AF_INET)
		second = format_text("%.*s%s:%s", before, path, shortest, port);
	else
		second = format_text("%.*s%s,%s", before, path, longest, port);
	if (!strcmp(path, first))
		why = NULL;
	else if (!strcmp(path, second))
		why = stat(first, &status) && errno == ENOENT ?
			      NULL :
			      "authbind asks for the address's other file first";
	free(second);
	free(first);
	return why;
}

/* @name is PORT, or ADDRESS,PORT or ADDRESS:PORT. */
static void read_permission(const char *path, const char *name,
			    bool has_address,
			    const struct authbind_search *search)
{
	bool marked = *name == '!';
	struct authbind grant = { .file = path, .address = "" };
	const char *port = name + marked, *why = NULL;
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
		why = check_address(path, name, address, port);
	}
	if (!parse_name(&grant.first, port, PORT_MAX))
		why = "its name has no port as authbind writes it";
	grant.last = grant.first;
	if (!why && !clamp(&grant, marked))
		why = passed_over;
	if (!why && stat(path, &status)) {
		why = strerror(errno);
		decided[grant.first] |= !has_address && errno != ENOENT;
	}
	if (why) {
		search->omitted(path, 0, why, search->data);
	} else {
		add_rights(&grant, &status);
		if (!has_address || !decided[grant.first])
			search->found(&grant, search->data);
		decided[grant.first] |= !has_address;
	}
	free(address);
}

/* Has the user all ports that are asked for here at all addresses of both families? */
static bool has_both(const struct authbind *grant)
{
	unsigned int port;

	for (port = grant->first; port <= grant->last; port++) {
		if (!decided[port] &&
		    !(everywhere[0][port] && everywhere[1][port]))
			return false;
	}
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
		part.continues = true;
	}
}

static bool is_comment(const char *text)
{
	text += strspn(text, BLANKS);
	return !*text || *text == '#';
}

static void found_line(struct authbind *grant, const struct authline *line,
		       const struct authbind_search *search)
{
	grant->address = line->address;
	if (line->is_everywhere && has_both(grant))
		grant->address = "";
	else if (line->is_everywhere)
		grant->address = line->is_ipv6 ? "IPv6" : "IPv4";
	find_undecided(grant, search);
}

/* Without @search only what is given everywhere is noted. */
static void read_lines(FILE *file, struct authbind grant, bool marked,
		       const struct authbind_search *search)
{
	struct authline line;
	const char *why;
	char *text = NULL;
	size_t size = 0;
	ssize_t length;

	while ((length = getline(&text, &size, file)) >= 0) {
		grant.line++;
		if (is_comment(text))
			continue;
		why = NULL;
		if (!authline_parse(&line, text, length))
			why = "authbind does not understand it";
		grant.first = line.first;
		grant.last = line.last;
		if (!why && !clamp(&grant, marked))
			why = passed_over;
		if (search && why)
			search->omitted(grant.file, grant.line, why,
					search->data);
		else if (search)
			found_line(&grant, &line, search);
		else if (!why && line.is_everywhere)
			memset(&everywhere[line.is_ipv6][grant.first], true,
			       grant.last - grant.first + 1);
	}
	free(text);
}

/* A pipe would be waited for. */
static FILE *open_regular(const char *path, const char **why)
{
	int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat status;

	if (file < 0 || fstat(file, &status))
		*why = strerror(errno);
	else if (!S_ISREG(status.st_mode))
		*why = "it is not a regular file";
	else
		return fdopen(file, "r");
	if (file >= 0)
		close(file);
	return NULL;
}

static void read_user(const char *path, const char *name,
		      const struct authbind_search *search)
{
	struct authbind grant = { .file = path, .mode = 0600 };
	bool marked = *name == '!';
	const char *why = NULL;
	FILE *file = NULL;

	if (!parse_name(&grant.uid, name + marked, UID_MAX))
		why = "its name is not a user's number as authbind writes it";
	else
		file = open_regular(path, &why);
	if (file) {
		memset(everywhere, 0, sizeof(everywhere));
		read_lines(file, grant, marked, NULL);
		rewind(file);
		read_lines(file, grant, marked, search);
		if (ferror(file))
			why = strerror(errno);
		fclose(file);
	}
	if (why)
		search->omitted(path, 0, why, search->data);
}

static int is_visible(const struct dirent *entry)
{
	return *entry->d_name != '.';
}

/*
 * Can everybody search the folder? authbind looks there as who asks; it is all
 * the same to it if the folder is not there.
 */
static const char *check_folder(const char *path)
{
	struct stat status;

	if (stat(path, &status))
		return errno == ENOENT ? NULL : strerror(errno);
	if ((status.st_mode & 0111) != 0111 || has_acl(path))
		return not_searched;
	return NULL;
}

/* Is nothing in the way of what authbind reads after this folder? */
static bool read_folder(const char *path, enum folder folder,
			const struct authbind_search *search)
{
	/* As root it reads the last one. */
	const char *why = folder == BYUID ? NULL : check_folder(path);
	struct dirent **names;
	int count = -1, i;
	char *file;

	if (!why)
		count = scandir(path, &names, is_visible, versionsort);
	if (!why && count < 0 && errno != ENOENT)
		why = strerror(errno);
	if (why)
		search->omitted(path, 0, why, search->data);
	for (i = 0; i < count; i++) {
		file = format_text("%s/%s", path, names[i]->d_name);
		if (folder == BYUID)
			read_user(file, names[i]->d_name, search);
		else
			read_permission(file, names[i]->d_name,
					folder == BYADDR, search);
		free(file);
		free(names[i]);
	}
	if (count >= 0)
		free(names);
	return !why;
}

/**
 * authbind_read() - go through what authbind gives to users
 * @path: /etc/authbind
 * @search: whom to tell
 */
void authbind_read(const char *path, const struct authbind_search *search)
{
	const char *why = check_folder(path);
	enum folder folder;
	bool right = !why;
	char *part;

	if (why)
		search->omitted(path, 0, why, search->data);
	for (folder = 0; right && folder < FOLDERS; folder++) {
		part = format_text("%s/%s", path, folder_names[folder]);
		right = read_folder(part, folder, search);
		free(part);
	}
}

/**
 * authbind_is_folder() - has a folder what authbind looks for?
 * @path: the folder
 *
 * Return: whether it has any of authbind's folders.
 */
bool authbind_is_folder(const char *path)
{
	enum folder folder;
	struct stat status;
	bool found = false;
	char *part;

	for (folder = 0; folder < FOLDERS; folder++) {
		part = format_text("%s/%s", path, folder_names[folder]);
		found |= !lstat(part, &status);
		free(part);
	}
	return found;
}
