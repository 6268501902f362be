// SPDX-License-Identifier: GPL-2.0
/*
 * Access control lists, and the words of setfacl(1) for them. A rule keeps those
 * entries that its mode does not have, in the kernel's order. The mask is the
 * mode's group digit, as ls(1) shows it; there is no list without group:: and
 * none twice in memory.
 */
#include <linux/posix_acl.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "acl.h"
#include "message.h"
#include "owner.h"

/* Half of the longest line that a file may have. */
#define WORDS_MAX 32768

/**
 * struct written_entry - an entry, and where it is written
 * @entry: the entry
 * @offset: in the list's text
 */
struct written_entry {
	struct acl_entry entry;
	size_t offset;
};

static void *shared;

static int compare_lists(const void *a, const void *b)
{
	const struct acl *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? -1 : 1;
	return memcmp(x->entries, y->entries, x->count * sizeof(x->entries[0]));
}

/* The kernel's order: users, group::, groups; by number. */
static int compare_entries(const void *a, const void *b)
{
	const struct acl_entry *x = a, *y = b;

	if (x->tag != y->tag)
		return x->tag < y->tag ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

/**
 * acl_create() - a list of so many entries
 * @count: how many
 *
 * Return: the list, for acl_share().
 */
struct acl *acl_create(size_t count)
{
	struct acl *acl =
		allocate(sizeof(*acl) + count * sizeof(acl->entries[0]));

	acl->count = count;
	return acl;
}

/**
 * acl_share() - the one object that a list is
 * @acl: the list, in any order; it is given away
 *
 * Return: the list that all equal ones share, for as long as the program runs.
 */
const struct acl *acl_share(struct acl *acl)
{
	struct acl **kept;

	qsort(acl->entries, acl->count, sizeof(acl->entries[0]),
	      compare_entries);
	kept = tsearch(acl, &shared, compare_lists);
	if (!kept)
		out_of_memory();
	if (*kept != acl)
		free(acl);
	return *kept;
}

/**
 * acl_find() - look for an entry
 * @acl: the list, or NULL
 * @tag: as in struct acl_entry
 * @id: as well
 *
 * Return: the entry, or NULL if there is none.
 */
const struct acl_entry *acl_find(const struct acl *acl, unsigned int tag,
				 id_t id)
{
	const struct acl_entry key = { .tag = tag, .id = id };

	if (!acl)
		return NULL;
	return bsearch(&key, acl->entries, acl->count, sizeof(key),
		       compare_entries);
}

static const char *bits_text(unsigned int bits)
{
	static const char *const texts[] = { "---", "--x", "-w-", "-wx",
					     "r--", "r-x", "rw-", "rwx" };

	return texts[bits & 7];
}

static bool parse_bits(unsigned int *bits, const char *text)
{
	if (*text >= '0' && *text <= '7' && !text[1]) {
		*bits = *text - '0';
		return true;
	}
	if (!*text || strlen(text) > 3 || text[strspn(text, "rwx-")])
		return false;
	*bits = (strchr(text, 'r') ? ACL_READ : 0) |
		(strchr(text, 'w') ? ACL_WRITE : 0) |
		(strchr(text, 'x') ? ACL_EXECUTE : 0);
	return true;
}

static unsigned int parse_tag(const char *word, bool is_named)
{
	if (!strcmp(word, "u") || !strcmp(word, "user"))
		return is_named ? ACL_USER : ACL_USER_OBJ;
	if (!strcmp(word, "g") || !strcmp(word, "group"))
		return is_named ? ACL_GROUP : ACL_GROUP_OBJ;
	if (!is_named && (!strcmp(word, "m") || !strcmp(word, "mask")))
		return ACL_MASK;
	if (!is_named && (!strcmp(word, "o") || !strcmp(word, "other")))
		return ACL_OTHER;
	return 0;
}

static bool parse_entry(struct acl_entry *entry, const char *text,
			struct mistake *mistake)
{
	char *item = format_text("%s", text);
	char *name = strchr(item, ':');
	char *bits = name ? strchr(name + 1, ':') : NULL;
	bool right = true;

	if (name)
		*name++ = '\0';
	if (bits)
		*bits++ = '\0';
	else
		/* The mask and the others have no name to leave out. */
		bits = name && strchr("mo", *item) ? name : NULL;
	memset(entry, 0, sizeof(*entry));
	if (bits && parse_bits(&entry->bits, bits))
		entry->tag = parse_tag(item, name != bits && *name);
	if (!entry->tag)
		right = mistaken(
			mistake, 0,
			"'%s' is not an ACL entry; u:alice:rw, g:web:w, g::r and m::rw are",
			text);
	else if (entry->tag == ACL_USER)
		right = user_parse(&entry->id, name, mistake);
	else if (entry->tag == ACL_GROUP)
		right = group_parse(&entry->id, name, mistake);
	if (!right && entry->tag)
		mistake->offset += name - item;
	free(item);
	return right;
}

static int compare_written(const void *a, const void *b)
{
	const struct written_entry *x = a, *y = b;
	int order = compare_entries(&x->entry, &y->entry);

	return order ? order :
		       (x->offset > y->offset) - (x->offset < y->offset);
}

/* Cuts @text at its commas; returns how many entries it has, 0 for a mistake. */
static size_t parse_entries(struct written_entry *entries, char *text,
			    struct mistake *mistake)
{
	char *item = text, *comma;
	size_t i, count = 0;

	do {
		struct written_entry *new = &entries[count++];

		comma = strchr(item, ',');
		if (comma)
			*comma = '\0';
		new->offset = item - text;
		if (!parse_entry(&new->entry, item, mistake)) {
			mistake->offset += new->offset;
			return 0;
		}
		item = comma ? comma + 1 : NULL;
	} while (item);

	qsort(entries, count, sizeof(*entries), compare_written);
	for (i = 1; i < count; i++) {
		if (compare_entries(&entries[i - 1].entry, &entries[i].entry))
			continue;
		mistaken(
			mistake, entries[i].offset,
			"'%s' is a second entry for the same user, group, mask or other",
			text + entries[i].offset);
		return 0;
	}
	return count;
}

/**
 * struct base - what a list says that a mode can say, too
 * @user: user::'s bits, or -1
 * @group: group::'s bits, or -1
 * @mask: mask::'s bits, or -1
 * @other: other::'s bits, or -1
 */
struct base {
	int user;
	int group;
	int mask;
	int other;
};

/* What a rule keeps goes to @list, which has room for all. */
static struct base take_apart(struct acl *list,
			      const struct written_entry *entries, size_t count)
{
	struct base base = { -1, -1, -1, -1 };
	size_t i;

	list->count = 0;
	for (i = 0; i < count; i++) {
		const struct acl_entry *entry = &entries[i].entry;

		switch (entry->tag) {
		case ACL_USER_OBJ:
			base.user = entry->bits;
			continue;
		case ACL_MASK:
			base.mask = entry->bits;
			continue;
		case ACL_OTHER:
			base.other = entry->bits;
			continue;
		case ACL_GROUP_OBJ:
			base.group = entry->bits;
			break;
		}
		list->entries[list->count++] = *entry;
	}
	return base;
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
bool acl_parse(const struct acl **acl, mode_t *mode, bool mode_is_given,
	       const char *text, struct mistake *mistake)
{
	char *copy = format_text("%s", text);
	/* An entry has two bytes at least, and a comma. */
	size_t count, room = strlen(text) / 3 + 1;
	struct written_entry *entries = allocate(room * sizeof(*entries));
	struct acl *list = acl_create(room + 1);
	unsigned int all = 0;
	struct base base;
	bool right;
	size_t i;

	count = parse_entries(entries, copy, mistake);
	right = count;
	base = take_apart(list, entries, count);
	if (base.group < 0)
		list->entries[list->count++] = (struct acl_entry){
			.tag = ACL_GROUP_OBJ,
			.bits = mode_is_given ? 0 : *mode >> 3 & 7,
		};
	for (i = 0; i < list->count; i++)
		all |= list->entries[i].bits;
	if (base.mask < 0 && !mode_is_given)
		base.mask = all;
	right = right &&
		agree(base.user, mode, 6, mode_is_given, "user", mistake) &&
		agree(base.mask, mode, 3, mode_is_given, "mask", mistake) &&
		agree(base.other, mode, 0, mode_is_given, "other", mistake);
	if (right && list->count > ACL_ENTRIES_MAX)
		right = mistaken(mistake, 0,
				 "%zu ACL entries; a port takes %d at most",
				 list->count, ACL_ENTRIES_MAX);
	if (right)
		*acl = acl_share(list);
	else
		free(list);
	free(entries);
	free(copy);
	return right;
}

static const char *entry_name(const struct acl_entry *entry, bool by_number)
{
	static char number[sizeof("+4294967295")];
	bool is_user = entry->tag == ACL_USER;

	if (entry->tag == ACL_GROUP_OBJ)
		return "";
	if (by_number) {
		snprintf(number, sizeof(number), "+%u", entry->id);
		return number;
	}
	if (numeric)
		return is_user ? user_name(entry->id) : group_name(entry->id);
	return is_user ? user_word(entry->id) : group_word(entry->id);
}

static char *write_words(const struct acl *acl, size_t *size, bool by_number)
{
	char *words;
	FILE *file = open_memstream(&words, size);
	size_t i;

	if (!file)
		out_of_memory();
	for (i = 0; i < acl->count; i++) {
		const struct acl_entry *entry = &acl->entries[i];

		fprintf(file, "%s%c:%s:%s", i ? "," : "",
			entry->tag == ACL_USER ? 'u' : 'g',
			entry_name(entry, by_number), bits_text(entry->bits));
	}
	if (fclose(file))
		out_of_memory();
	return words;
}

/**
 * acl_words() - a list as people write it
 * @acl: a rule's list
 *
 * Return: its text, which acl_parse() reads, until the next call.
 */
const char *acl_words(const struct acl *acl)
{
	static char *words;
	size_t size;

	free(words);
	words = write_words(acl, &size, false);
	/* Many long names do not fit into the line of a file. */
	if (size > WORDS_MAX) {
		free(words);
		words = write_words(acl, &size, true);
	}
	return words;
}
