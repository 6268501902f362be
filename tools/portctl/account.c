// SPDX-License-Identifier: GPL-2.0
/*
 * The name service: users and groups by name and by number. Each is asked for
 * once; a table names the same few a hundred thousand times.
 */
#include <errno.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "hint.h"
#include "place.h"

/* No group has more members than fit into this. */
#define ROOM_MAX (64U << 20)

static void *by_name, *by_id;

/* Only this host's own files are asked. */
static bool is_local;

static int compare_names(const void *a, const void *b)
{
	const struct account *x = a, *y = b;

	return x->kind != y->kind ? (int)x->kind - (int)y->kind :
				    strcmp(x->name, y->name);
}

static int compare_ids(const void *a, const void *b)
{
	const struct account *x = a, *y = b;

	if (x->kind != y->kind)
		return (int)x->kind - (int)y->kind;
	return (x->id > y->id) - (x->id < y->id);
}

static struct account *remember(void **tree, const struct account *entry,
				int (*compare)(const void *, const void *))
{
	struct account *copy = allocate(sizeof(*copy));
	struct account **kept;

	*copy = *entry;
	kept = tsearch(copy, tree, compare);
	if (!kept)
		out_of_memory();
	return *kept;
}

static int ask_user(struct account *entry, bool named, char *room, size_t size)
{
	struct passwd user, *found = NULL;
	int error;

	if (named)
		error = getpwnam_r(entry->name, &user, room, size, &found);
	else
		error = getpwuid_r(entry->id, &user, room, size, &found);
	if (!found)
		return error;
	if (!named)
		entry->name = format_text("%s", user.pw_name);
	entry->id = user.pw_uid;
	entry->login = user.pw_gid;
	entry->known = true;
	return 0;
}

static int ask_group(struct account *entry, bool named, char *room, size_t size)
{
	struct group group, *found = NULL;
	int error;

	if (named)
		error = getgrnam_r(entry->name, &group, room, size, &found);
	else
		error = getgrgid_r(entry->id, &group, room, size, &found);
	if (!found)
		return error;
	if (!named)
		entry->name = format_text("%s", group.gr_name);
	entry->id = group.gr_gid;
	entry->known = true;
	return 0;
}

/*
 * Is there a service in /etc/nsswitch.conf that may know a name which the files
 * do not? That of systemd knows none of digits, for which alone this is asked.
 */
static bool names_others(char *services)
{
	char *word, *rest;

	for (word = strtok_r(services, " \t\n", &rest); word && *word != '#';
	     word = strtok_r(NULL, " \t\n", &rest)) {
		/* [NOTFOUND=return] */
		if (*word == '[') {
			while (word && !strchr(word, ']'))
				word = strtok_r(NULL, " \t\n", &rest);
			if (!word)
				return false;
			continue;
		}
		if (strcmp(word, "files") && strcmp(word, "systemd"))
			return true;
	}
	return false;
}

/**
 * accounts_have_others() - may a service in the network know more names?
 * @kind: users or groups
 *
 * Return: whether so, by /etc/nsswitch.conf.
 */
bool accounts_have_others(enum account_kind kind)
{
	static const char *const databases[] = {
		[USER] = "passwd:",
		[GROUP] = "group:",
	};
	static bool has_others[ARRAY_SIZE(databases)], is_known;
	char *line = NULL, *path, *begin;
	size_t size = 0, i;
	FILE *file;

	if (is_known)
		return has_others[kind];
	is_known = true;
	path = format_text("%s/etc/nsswitch.conf", places.root);
	file = fopen(path, "re");
	free(path);
	while (file && getline(&line, &size, file) >= 0) {
		begin = line + strspn(line, " \t");
		for (i = 0; i < ARRAY_SIZE(databases); i++) {
			if (!strncmp(begin, databases[i], strlen(databases[i])))
				has_others[i] = names_others(
					begin + strlen(databases[i]));
		}
	}
	free(line);
	if (file)
		fclose(file);
	return has_others[kind];
}

/**
 * accounts_are_local() - look names up in this host's own files alone
 *
 * A service in the network is not there yet at boot, and to wait for it would
 * keep it from coming. Before the first look-up.
 */
void accounts_are_local(void)
{
	__nss_configure_lookup("passwd", "files");
	__nss_configure_lookup("group", "files");
	__nss_configure_lookup("services", "files");
	is_local = true;
}

/* A large group needs much room. */
static void ask(struct account *entry, bool named)
{
	size_t size = 1024;
	char *room;
	int error;

	do {
		size *= 4;
		room = allocate(size);
		error = entry->kind == USER ?
				ask_user(entry, named, room, size) :
				ask_group(entry, named, room, size);
		free(room);
	} while (error == ERANGE && size < ROOM_MAX);
	/* Some services say so when there is none. */
	if (error != ENOENT && error != ESRCH)
		entry->error = error;
	entry->elsewhere = !entry->known && is_local &&
			   accounts_have_others(entry->kind);
}

/* The name of an account on this machine that may have been meant. */
static void look_for_like(struct account *entry)
{
	FILE *file =
		fopen(entry->kind == USER ? "/etc/passwd" : "/etc/group", "re");
	const struct passwd *user;
	const struct group *group;
	struct hint hint;

	if (!file)
		return;
	hint_begin(&hint, entry->name);
	if (entry->kind == USER) {
		while ((user = fgetpwent(file)))
			hint_consider(&hint, user->pw_name);
	} else {
		while ((group = fgetgrent(file)))
			hint_consider(&hint, group->gr_name);
	}
	fclose(file);
	entry->like = format_text("%s", hint_words(&hint, ""));
}

/**
 * account_by_name() - ask for a user or a group by name
 * @kind: which of them
 * @name: its name
 *
 * Return: what is known of it, for as long as the program runs.
 */
const struct account *account_by_name(enum account_kind kind, const char *name)
{
	struct account wanted = { .kind = kind, .name = (char *)name };
	struct account **found = tfind(&wanted, &by_name, compare_names);

	if (found)
		return *found;
	wanted.name = format_text("%s", name);
	ask(&wanted, true);
	if (!wanted.known)
		look_for_like(&wanted);
	return remember(&by_name, &wanted, compare_names);
}

/**
 * account_by_id() - ask for a user or a group by number
 * @kind: which of them
 * @id: its number
 *
 * Return: what is known of it, for as long as the program runs; its @word is
 * the caller's to set.
 */
struct account *account_by_id(enum account_kind kind, id_t id)
{
	struct account wanted = { .kind = kind, .id = id };
	struct account **found = tfind(&wanted, &by_id, compare_ids);

	if (found)
		return *found;
	ask(&wanted, false);
	/* A service that answers for another one has not answered. */
	if (wanted.id != id) {
		wanted.id = id;
		wanted.known = false;
	}
	return remember(&by_id, &wanted, compare_ids);
}

/**
 * user_is_dynamic() - is a user one of those that systemd makes up?
 * @uid: the user
 *
 * Such a number is another service's later, systemd.exec(5).
 *
 * Return: whether so.
 */
bool user_is_dynamic(uid_t uid)
{
	return uid >= 61184 && uid <= 65519;
}
