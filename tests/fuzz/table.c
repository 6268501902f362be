// SPDX-License-Identifier: GPL-2.0
/*
 * The parsers, for libFuzzer or for driver.c: a table file as a whole, and its
 * words each by itself. Besides not to crash: a mistake has a text, and a place
 * within its word; what is right is written so that it is read as the same.
 */
#include "accounts.h"
#include "tables.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define check(condition)                                              \
	do {                                                          \
		if (!(condition)) {                                   \
			fprintf(stdout, "failed: %s\n", #condition);  \
			abort();                                      \
		}                                                     \
	} while (0)

static void check_mistake(const struct mistake *mistake, const char *word)
{
	check(*mistake->text);
	check(mistake->offset <= strlen(word));
}

static void check_owner(const char *word)
{
	struct mistake mistake = { 0 };
	struct owner owner;
	id_t id;

	if (!owner_parse(&owner, word, &mistake)) {
		check_mistake(&mistake, word);
		return;
	}
	check(owner.uid != (uid_t)-1 && owner.gid != (gid_t)-1);
	check(!owner.has_uid ||
	      (user_parse(&id, user_word(owner.uid), &mistake) &&
	       id == owner.uid));
	check(!owner.has_gid ||
	      (group_parse(&id, group_word(owner.gid), &mistake) &&
	       id == owner.gid));
}

static void check_acl(const char *word)
{
	struct mistake mistake = { 0 };
	const struct acl *acl, *back;
	mode_t mode = 0600, other;

	if (!acl_parse(&acl, &mode, false, word, &mistake)) {
		check_mistake(&mistake, word);
		return;
	}
	other = mode;
	check(acl->count <= ACL_ENTRIES_MAX);
	check(acl_parse(&back, &other, true, acl_words(acl), &mistake));
	check(back == acl && other == mode);
}

static void check_words(char *text)
{
	static struct port_set set;
	struct mistake mistake = { 0 };
	unsigned int count = 0;
	char *word, *rest;
	mode_t mode;

	for (word = strtok_r(text, " \t\r\n", &rest); word && count++ < 20;
	     word = strtok_r(NULL, " \t\r\n", &rest)) {
		ports_clear(&set);
		if (!ports_parse(&set, word, &mistake))
			check_mistake(&mistake, word);
		if (!mode_parse(&mode, word, &mistake))
			check_mistake(&mistake, word);
		check_owner(word);
		check_acl(word);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source source;
	char *text;

	if (!accounts_count()) {
		places_init();
		accounts_add_nasty();
	}
	if (read_text(&source, (const char *)data, size) == DONE)
		check(reads_back_table(source.table));
	source_free(&source);
	text = format_text("%.*s", (int)size, (const char *)data);
	check_words(text);
	free(text);
	return 0;
}
