// SPDX-License-Identifier: GPL-2.0
/*
 * Access control lists. A rule keeps those entries that its mode does not have,
 * as text: user:1001:-w-,group::---,group:100:rw-. The mask is the mode's group
 * digit, as ls(1) shows it; there is no list without group:: and none twice in
 * memory.
 */
#include <acl/libacl.h>
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/acl.h>

#include "portctl.h"

static void *shared;

static const char *share(char *text)
{
	char **kept = tsearch(text, &shared,
			      (int (*)(const void *, const void *))strcmp);

	if (!kept)
		out_of_memory();
	if (*kept != text)
		free(text);
	return *kept;
}

static const char *bits_text(unsigned int bits)
{
	static const char *const texts[] = { "---", "--x", "-w-", "-wx",
					     "r--", "r-x", "rw-", "rwx" };

	return texts[bits & 7];
}

static unsigned int entry_bits(acl_entry_t entry)
{
	acl_permset_t permissions;

	acl_get_permset(entry, &permissions);
	return (acl_get_perm(permissions, ACL_READ) ? 4 : 0) |
	       (acl_get_perm(permissions, ACL_WRITE) ? 2 : 0) |
	       (acl_get_perm(permissions, ACL_EXECUTE) ? 1 : 0);
}

static id_t entry_id(acl_entry_t entry)
{
	id_t *qualifier = acl_get_qualifier(entry);
	id_t id = *qualifier;

	acl_free(qualifier);
	return id;
}

/**
 * struct parts - a list taken apart
 * @text: the entries that a rule keeps
 * @size: how long @text is
 * @user: user::'s bits, or -1
 * @group: group::'s bits, or -1
 * @mask: mask::'s bits, or -1
 * @other: other::'s bits, or -1
 * @all: what any entry of the group class gives
 */
struct parts {
	char *text;
	size_t size;
	int user;
	int group;
	int mask;
	int other;
	unsigned int all;
};

/*
 * In the order that the kernel wants: users, group::, groups; by number. @group
 * is for a list without group::.
 */
static void take_apart(struct parts *parts, acl_t acl, unsigned int group)
{
	FILE *file = open_memstream(&parts->text, &parts->size);
	int which = ACL_FIRST_ENTRY;
	acl_entry_t entry;
	acl_tag_t tag;

	if (!file)
		out_of_memory();
	parts->user = -1;
	parts->group = -1;
	parts->mask = -1;
	parts->other = -1;
	parts->all = 0;
	for (; acl_get_entry(acl, which, &entry) == 1; which = ACL_NEXT_ENTRY) {
		unsigned int bits = entry_bits(entry);

		acl_get_tag_type(entry, &tag);
		if (tag == ACL_GROUP && parts->group < 0) {
			parts->group = group;
			fprintf(file, "group::%s,", bits_text(group));
		}
		switch (tag) {
		case ACL_USER_OBJ:
			parts->user = bits;
			break;
		case ACL_USER:
			fprintf(file, "user:%u:%s,", entry_id(entry),
				bits_text(bits));
			parts->all |= bits;
			break;
		case ACL_GROUP_OBJ:
			parts->group = bits;
			fprintf(file, "group::%s,", bits_text(bits));
			break;
		case ACL_GROUP:
			fprintf(file, "group:%u:%s,", entry_id(entry),
				bits_text(bits));
			parts->all |= bits;
			break;
		case ACL_MASK:
			parts->mask = bits;
			break;
		case ACL_OTHER:
			parts->other = bits;
			break;
		}
	}
	if (parts->group < 0) {
		parts->group = group;
		fprintf(file, "group::%s,", bits_text(group));
	}
	parts->all |= parts->group;
	fclose(file);
	parts->text[strlen(parts->text) - 1] = '\0';
}

/* Which part of a single entry's text is wrong. */
static bool wrong_entry(struct mistake *mistake, size_t offset,
			const char *text)
{
	const char *colon = strchr(text, ':');
	const char *end = colon ? strchr(colon + 1, ':') : NULL;
	bool user = *text == 'u', group = *text == 'g';
	bool known = true;
	char *name;
	id_t id;

	if (end && end > colon + 1 && (user || group)) {
		name = format_text("%.*s", (int)(end - colon - 1), colon + 1);
		known = user ? user_find(name, &id) : group_find(name, &id);
		if (!known)
			unresolved(mistake, offset + (colon + 1 - text),
				   user ? "user" : "group", name);
		free(name);
	}
	if (known)
		mistaken(
			mistake, offset,
			"'%s' is no ACL entry; u:alice:rw, g:web:w, g::r and m::rw are",
			text);
	return false;
}

/* Has the list an entry for whom @entry is for? */
static bool has_entry(acl_t list, acl_entry_t entry)
{
	int which = ACL_FIRST_ENTRY;
	acl_tag_t tag, other_tag;
	acl_entry_t other;

	acl_get_tag_type(entry, &tag);
	for (; acl_get_entry(list, which, &other) == 1;
	     which = ACL_NEXT_ENTRY) {
		acl_get_tag_type(other, &other_tag);
		if (tag == other_tag &&
		    ((tag != ACL_USER && tag != ACL_GROUP) ||
		     entry_id(entry) == entry_id(other)))
			return true;
	}
	return false;
}

/* Add one entry's text to a list. */
static bool add_entry(acl_t *list, const char *text, size_t offset,
		      struct mistake *mistake)
{
	acl_t one = acl_from_text(text);
	acl_entry_t from, to;
	bool right = false;

	if (!one || acl_entries(one) != 1 ||
	    acl_get_entry(one, ACL_FIRST_ENTRY, &from) != 1)
		wrong_entry(mistake, offset, text);
	else if (has_entry(*list, from))
		mistaken(mistake, offset,
			 "'%s' is the second entry for the same one", text);
	else if (acl_create_entry(list, &to) || acl_copy_entry(to, from))
		mistaken(mistake, offset, "%s", strerror(errno));
	else
		right = true;
	if (one)
		acl_free(one);
	return right;
}

static bool agree(int bits, mode_t *mode, unsigned int shift, bool given,
		  const char *name, struct mistake *mistake)
{
	if (bits < 0)
		return true;
	if (given && (*mode >> shift & 7) != (unsigned int)bits)
		return mistaken(mistake, 0,
				"%s::%s is not what mode %04o says: %s", name,
				bits_text(bits), *mode,
				bits_text(*mode >> shift));
	*mode = (*mode & ~(7U << shift)) | (mode_t)bits << shift;
	return true;
}

/**
 * acl_parse() - read an access control list
 * @acl: the result, for a rule
 * @mode: the mode that it goes with
 * @mode_is_given: the list must agree with @mode; else it changes it
 * @text: as for setfacl(1); what is missing is taken from @mode, but group::
 *	is --- if the mode was given, and else the mask is all that any entry
 *	of the group class gives
 * @mistake: what is wrong with it
 *
 * Return: whether @text is right.
 */
bool acl_parse(const char **acl, mode_t *mode, bool mode_is_given,
	       const char *text, struct mistake *mistake)
{
	char *copy = format_text("%s", text);
	acl_t list = acl_init(4);
	struct parts parts;
	bool right = true;
	char *item = copy;
	char *comma;

	do {
		comma = strchr(item, ',');
		if (comma)
			*comma = '\0';
		right = add_entry(&list, item, item - copy, mistake);
		item = comma ? comma + 1 : NULL;
	} while (right && item);
	free(copy);
	if (right) {
		take_apart(&parts, list, mode_is_given ? 0 : *mode >> 3 & 7);
		if (parts.mask < 0 && !mode_is_given)
			parts.mask = parts.all;
		right = agree(parts.user, mode, 6, mode_is_given, "user",
			      mistake) &&
			agree(parts.mask, mode, 3, mode_is_given, "mask",
			      mistake) &&
			agree(parts.other, mode, 0, mode_is_given, "other",
			      mistake);
		if (right)
			*acl = share(parts.text);
		else
			free(parts.text);
	}
	acl_free(list);
	return right;
}

/**
 * acl_next() - take the next entry off a rule's list
 * @acl: what is left of the list; NULL when nothing is
 * @kind: 'u' or 'g'
 * @id: whose entry, -1 for the port's own group
 * @bits: read, write, execute as 4, 2, 1, not masked
 *
 * Return: whether there was one.
 */
bool acl_next(const char **acl, char *kind, long *id, unsigned int *bits)
{
	const char *p = *acl;
	char *end;

	if (!p)
		return false;
	*kind = *p;
	p = strchr(p, ':') + 1;
	*id = *p == ':' ? -1 : (long)strtoul(p, &end, 10);
	p = strchr(p, ':') + 1;
	*bits = (p[0] == 'r' ? 4 : 0) | (p[1] == 'w' ? 2 : 0) |
		(p[2] == 'x' ? 1 : 0);
	*acl = p[3] ? p + 4 : NULL;
	return true;
}

/**
 * acl_words() - a list as people write it
 * @acl: a rule's list
 *
 * Return: its text, which acl_parse() reads, until the next call.
 */
const char *acl_words(const char *acl)
{
	static char *words;
	static size_t size;
	unsigned int bits;
	const char *name;
	FILE *file;
	char kind;
	long id;

	free(words);
	words = NULL;
	file = open_memstream(&words, &size);
	if (!file)
		out_of_memory();
	while (acl_next(&acl, &kind, &id, &bits)) {
		name = "";
		if (id >= 0 && numeric)
			name = kind == 'u' ? user_name(id) : group_name(id);
		else if (id >= 0)
			name = kind == 'u' ? user_word(id) : group_word(id);
		/* libacl takes no + before a number, and names come first. */
		if (*name == '+')
			name++;
		fprintf(file, "%s%c:%s:%s", ftell(file) ? "," : "", kind, name,
			bits_text(bits));
	}
	fclose(file);
	return words;
}

/**
 * acl_read() - read a node's list
 * @path: the node
 * @acl: the list, or NULL if the mode says all
 *
 * Return: DONE, or another status after a line that says why.
 */
enum status acl_read(const char *path, const char **acl)
{
	struct parts parts;
	acl_t list;

	*acl = NULL;
	switch (acl_extended_file_nofollow(path)) {
	case 0:
		return DONE;
	case -1:
		if (errno == EOPNOTSUPP)
			return DONE;
		return fail(FAILED, "cannot read the ACL of %s: %s", path,
			    strerror(errno));
	}
	list = acl_get_file(path, ACL_TYPE_ACCESS);
	if (!list)
		return fail(FAILED, "cannot read the ACL of %s: %s", path,
			    strerror(errno));
	take_apart(&parts, list, 0);
	acl_free(list);
	*acl = share(parts.text);
	return DONE;
}

/**
 * acl_write() - set a node's list and mode in one step
 * @path: the node
 * @acl: the list, or NULL for none
 * @mode: the mode; only its lowest nine bits are set
 *
 * Return: 0 or -1 with errno.
 */
int acl_write(const char *path, const char *acl, mode_t mode)
{
	char *text = format_text(acl ? "user::%s,%s,mask::%s,other::%s" :
				       "user::%s%.0s,group::%s,other::%s",
				 bits_text(mode >> 6), acl ? acl : "",
				 bits_text(mode >> 3), bits_text(mode));
	acl_t list = acl_from_text(text);
	int result = -1;

	if (list) {
		result = acl_set_file(path, ACL_TYPE_ACCESS, list);
		acl_free(list);
	}
	free(text);
	return result;
}
