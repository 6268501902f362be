// SPDX-License-Identifier: GPL-2.0
/*
 * Users and groups: names to numbers and back. Each is asked for once; a table
 * names the same few a hundred thousand times.
 */
#include <ctype.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "portctl.h"

/* Show numbers, as -N asks for. */
bool numeric;

enum kind {
	USER,
	GROUP
};

/* An answer of the name service; @known is false for "there is none". */
struct account {
	enum kind kind;
	const char *name;
	id_t id;
	bool known;
	const char *word;
};

static void *by_name, *by_id;

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
	copy->name = format_text("%s", entry->name ? entry->name : "");
	kept = tsearch(copy, tree, compare);
	if (!kept)
		out_of_memory();
	return *kept;
}

static bool ask_for_id(struct account *entry)
{
	const struct passwd *user;
	const struct group *group;

	if (entry->kind == USER) {
		user = getpwnam(entry->name);
		if (user)
			entry->id = user->pw_uid;
		return user;
	}
	group = getgrnam(entry->name);
	if (group)
		entry->id = group->gr_gid;
	return group;
}

/* A number, with or without a + before it; -1 is no user and no group. */
static bool parse_id(id_t *id, const char *text)
{
	unsigned long long value;
	char *end;

	if (*text == '+')
		text++;
	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	value = strtoull(text, &end, 10);
	if (*end || errno || value >= (id_t)-1)
		return false;
	*id = value;
	return true;
}

static bool find(enum kind kind, const char *name, id_t *id)
{
	struct account wanted = { .kind = kind, .name = name };
	struct account **found = tfind(&wanted, &by_name, compare_names);

	if (!found) {
		wanted.known = (*name != '+' && ask_for_id(&wanted)) ||
			       parse_id(&wanted.id, name);
		remember(&by_name, &wanted, compare_names);
		*id = wanted.id;
		return wanted.known;
	}
	*id = (*found)->id;
	return (*found)->known;
}

/**
 * user_find() - the number of a user
 * @name: a name, or else a number; with + before it, surely a number
 * @uid: the number
 *
 * Return: whether there is such a user.
 */
bool user_find(const char *name, uid_t *uid)
{
	return find(USER, name, uid);
}

/**
 * group_find() - the number of a group
 * @name: a name, or else a number; with + before it, surely a number
 * @gid: the number
 *
 * Return: whether there is such a group.
 */
bool group_find(const char *name, gid_t *gid)
{
	return find(GROUP, name, gid);
}

static const char *ask_for_name(enum kind kind, id_t id)
{
	const struct passwd *user;
	const struct group *group;

	if (kind == USER) {
		user = getpwuid(id);
		return user ? user->pw_name : NULL;
	}
	group = getgrgid(id);
	return group ? group->gr_name : NULL;
}

/* A name that reads back, from a file and from a command line. */
static bool is_plain(const char *name)
{
	const char *p;

	if (!*name || strchr("-+#:", *name))
		return false;
	for (p = name; *p; p++) {
		if (!isalnum((unsigned char)*p) && !strchr("_.-@$\\+", *p) &&
		    !(*p & 0x80))
			return false;
	}
	return true;
}

static const struct account *entry_of(enum kind kind, id_t id)
{
	struct account wanted = { .kind = kind, .id = id };
	struct account **found = tfind(&wanted, &by_id, compare_ids);
	struct account *entry;
	id_t back;

	if (found)
		return *found;
	wanted.name = ask_for_name(kind, id);
	wanted.known = wanted.name;
	entry = remember(&by_id, &wanted, compare_ids);
	if (!entry->known)
		entry->name = format_text("%u", id);
	if (entry->known && is_plain(entry->name) &&
	    find(kind, entry->name, &back) && back == id) {
		entry->word = entry->name;
	} else {
		char *number = format_text("+%u", id);

		/* Without the +, unless somebody is called like the number. */
		entry->word = number;
		if (find(kind, number + 1, &back) && back == id)
			entry->word = number + 1;
	}
	return entry;
}

static const char *shown(enum kind kind, id_t id)
{
	static char numbers[4][sizeof("4294967295")];
	static unsigned int next;

	if (!numeric)
		return entry_of(kind, id)->name;
	next = (next + 1) % 4;
	snprintf(numbers[next], sizeof(numbers[next]), "%u", id);
	return numbers[next];
}

/**
 * user_name() - what to show for a user
 * @uid: the user
 *
 * Return: the name, or the number if there is none or numbers are wanted.
 */
const char *user_name(uid_t uid)
{
	return shown(USER, uid);
}

/**
 * group_name() - what to show for a group
 * @gid: the group
 *
 * Return: the name, or the number if there is none or numbers are wanted.
 */
const char *group_name(gid_t gid)
{
	return shown(GROUP, gid);
}

/**
 * user_word() - what to write for a user so that user_find() reads it back
 * @uid: the user
 *
 * Return: a name if it reads back, else the number.
 */
const char *user_word(uid_t uid)
{
	return entry_of(USER, uid)->word;
}

/**
 * group_word() - what to write for a group so that group_find() reads it back
 * @gid: the group
 *
 * Return: a name if it reads back, else the number.
 */
const char *group_word(gid_t gid)
{
	return entry_of(GROUP, gid)->word;
}

/**
 * unresolved() - say that a name is unknown
 * @mistake: what is wrong
 * @offset: where the name is
 * @kind: user or group
 * @name: the name
 *
 * Return: false.
 */
bool unresolved(struct mistake *mistake, size_t offset, const char *kind,
		const char *name)
{
	mistaken(mistake, offset, "there is no %s '%s'", kind, name);
	mistake->unresolved = true;
	return false;
}

static bool login_group(struct owner *owner, struct mistake *mistake,
			const char *name)
{
	const struct passwd *user = getpwuid(owner->uid);

	if (!user)
		return mistaken(
			mistake, 0,
			"user %s has no login group; name one behind the colon",
			name);
	owner->gid = user->pw_gid;
	return true;
}

/**
 * owner_parse() - read USER, USER:GROUP, :GROUP or USER: (its login group)
 * @owner: the result
 * @text: as for chown(1)
 * @mistake: what is wrong with it
 *
 * Return: whether @text is right.
 */
bool owner_parse(struct owner *owner, const char *text, struct mistake *mistake)
{
	char *user = format_text("%s", text);
	char *group = strchr(user, ':');
	bool right = true;

	if (group)
		*group++ = '\0';
	memset(owner, 0, sizeof(*owner));
	owner->has_uid = *user;
	owner->has_gid = group;
	if (!*user && (!group || !*group))
		right = mistaken(mistake, 0, "an owner is missing");
	else if (*user && !user_find(user, &owner->uid))
		right = unresolved(mistake, 0, "user", user);
	else if (group && *group && !group_find(group, &owner->gid))
		right = unresolved(mistake, group - user, "group", group);
	else if (group && !*group)
		right = login_group(owner, mistake, user);
	free(user);
	return right;
}
