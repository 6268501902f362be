// SPDX-License-Identifier: GPL-2.0
/* See accounts.h. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "accounts.h"
#include "base.h"

struct entry {
	char *name;
	id_t id;
};

static struct entry *entries;
static size_t count, room;

void accounts_add(const char *name, size_t length, id_t id)
{
	if (count == room) {
		room = room ? 2 * room : 64;
		entries = reallocarray(entries, room, sizeof(*entries));
		if (!entries)
			abort();
	}
	entries[count].name = strndup(name, length);
	entries[count++].id = id;
}

/* Each is a trap for somebody who reads or writes it. */
void accounts_add_nasty(void)
{
	static const struct {
		const char *name;
		id_t id;
	} nasty[] = {
		{ "root", 0 },
		{ "alice", 1001 },
		{ "web", 33 },
		{ "1002", 1003 },
		{ "1003", 1002 },
		{ "010", 7 },
		{ "0", 9 },
		{ "4294967295", 10 },
		{ "4294967296", 11 },
		{ "+12", 13 },
		{ "12", 14 },
		{ "-", 15 },
		{ "-1", 16 },
		{ "#17", 17 },
		{ "DOM\\101x", 18 },
		{ "DOMAx", 19 },
		{ "DOM\\alice", 20 },
		{ "DOM\\\\bob", 21 },
		{ "DOM\\", 22 },
		{ "DOM\\\\", 23 },
		{ "DOM\\134x", 24 },
		{ "domain users", 25 },
		{ " ", 26 },
		{ "a:b", 27 },
		{ "a,b", 28 },
		{ "a\tb\nc\rd", 29 },
		{ "\033[31m", 30 },
		{ "\302\233x", 31 },
		{ "\233x", 32 },
		{ "j\303\274rgen", 34 },
		{ "a\\:b", 35 },
		{ "a\\ b", 36 },
		{ "", 37 },
		{ "u:", 38 },
		{ "tcp", 39 },
		{ "same", 40 },
		{ "other", 40 },
		{ "same", 41 },
		{ "42", 42 },
		{ "u\\+43", 43 },
		{ "a\\#", 44 },
		{ "\\", 45 },
		{ "\\0", 46 },
		{ "\\\\\\", 47 },
		{ "\\000", 48 },
		{ "\\0601", 49 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(nasty); i++)
		accounts_add(nasty[i].name, strlen(nasty[i].name), nasty[i].id);
}

size_t accounts_count(void)
{
	return count;
}

const char *accounts_name(size_t i)
{
	return entries[i].name;
}

id_t accounts_id(size_t i)
{
	return entries[i].id;
}

/* The first one, as a name service does. */
static const struct entry *find(const char *name, id_t id)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (name ? !strcmp(entries[i].name, name) :
			   entries[i].id == id)
			return &entries[i];
	}
	return NULL;
}

static int user(const struct entry *entry, struct passwd *user, char *buffer,
		size_t size, struct passwd **result)
{
	*result = NULL;
	if (!entry)
		return 0;
	if (strlen(entry->name) >= size)
		return ERANGE;
	memset(user, 0, sizeof(*user));
	user->pw_name = memcpy(buffer, entry->name, strlen(entry->name) + 1);
	user->pw_uid = entry->id;
	user->pw_gid = entry->id + 1;
	*result = user;
	return 0;
}

static int group(const struct entry *entry, struct group *group, char *buffer,
		 size_t size, struct group **result)
{
	*result = NULL;
	if (!entry)
		return 0;
	if (strlen(entry->name) >= size)
		return ERANGE;
	memset(group, 0, sizeof(*group));
	group->gr_name = memcpy(buffer, entry->name, strlen(entry->name) + 1);
	group->gr_gid = entry->id;
	*result = group;
	return 0;
}

int getpwnam_r(const char *name, struct passwd *found, char *buffer,
	       size_t size, struct passwd **result)
{
	*result = NULL;
	if (!strcmp(name, "down"))
		return ECONNREFUSED;
	return user(find(name, 0), found, buffer, size, result);
}

int getpwuid_r(uid_t uid, struct passwd *found, char *buffer, size_t size,
	       struct passwd **result)
{
	return user(find(NULL, uid), found, buffer, size, result);
}

int getgrnam_r(const char *name, struct group *found, char *buffer, size_t size,
	       struct group **result)
{
	*result = NULL;
	if (!strcmp(name, "down"))
		return ECONNREFUSED;
	return group(find(name, 0), found, buffer, size, result);
}

int getgrgid_r(gid_t gid, struct group *found, char *buffer, size_t size,
	       struct group **result)
{
	return group(find(NULL, gid), found, buffer, size, result);
}
