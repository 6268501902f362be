// SPDX-License-Identifier: GPL-2.0
/*
 * Whatever users and groups are called: what portctl writes for one is read as
 * that one, alone, in a line and in an ACL. Nasty names, and random ones.
 */
#include <linux/posix_acl.h>

#include "accounts.h"
#include "tables.h"

#define RANDOM_NAMES 3000

static unsigned int failures;

static void wrong(const char *what, size_t i, const char *word)
{
	failures++;
	printf("%s: %u, called '%s', is written '%s'\n", what, accounts_id(i),
	       accounts_name(i), word);
}

static void check_words(size_t i)
{
	struct mistake mistake;
	id_t id = accounts_id(i), back;
	const char *word = user_word(id);
	const char *p;

	for (p = word; *p; p++) {
		if ((unsigned char)*p <= ' ' || *p == 0x7f || *p == ',' ||
		    *p == ':')
			wrong("a character that ends a word", i, word);
	}
	if (!*word || !strcmp(word, "-") || *word == '#')
		wrong("no owner", i, word);
	if (!user_parse(&back, word, &mistake) || back != id)
		wrong("another user", i, word);
	word = group_word(id);
	if (!group_parse(&back, word, &mistake) || back != id)
		wrong("another group", i, word);
}

static const struct acl *list_of(id_t id)
{
	struct acl *acl = acl_create(3);

	acl->entries[0] = (struct acl_entry){ ACL_USER, id, 2 };
	acl->entries[1] = (struct acl_entry){ ACL_GROUP_OBJ, 0, 4 };
	acl->entries[2] = (struct acl_entry){ ACL_GROUP, id, 6 };
	return acl_share(acl);
}

static void check_lines(void)
{
	struct table *table = table_create();
	size_t i, port = 1;

	for (i = 0; i < accounts_count() && port < PORTS; i++, port++) {
		id_t id = accounts_id(i);

		table->rules[port] = (struct rule){
			.claimed = true,
			.mode = 0660,
			.uid = id,
			.gid = id,
			.acl = i % 2 ? list_of(id) : NULL,
		};
	}
	if (!reads_back_table(table))
		failures++;
	free(table);
}

/* As many long names as an ACL takes make a line that is not too long. */
static void check_long(void)
{
	struct table *table = table_create();
	struct acl *acl = acl_create(ACL_ENTRIES_MAX);
	char name[1000];
	size_t i;

	memset(name, ' ', sizeof(name));
	accounts_add(name, sizeof(name), 99999);
	acl->entries[0] = (struct acl_entry){ ACL_GROUP_OBJ, 0, 4 };
	for (i = 1; i < acl->count; i++) {
		name[0] = 'a' + i / 26;
		name[1] = 'a' + i % 26;
		accounts_add(name, 250, 100000 + i);
		acl->entries[i] =
			(struct acl_entry){ ACL_USER, 100000 + i, 2 };
	}
	table->rules[80] = (struct rule){
		.claimed = true,
		.mode = 0660,
		.uid = 99999,
		.gid = 100001,
		.acl = acl_share(acl),
	};
	if (!reads_back_table(table))
		failures++;
	free(table);
}

/* From what is special in one place or another. */
static void add_random(void)
{
	static const char letters[] = "\\\\\\\\0123456789+-#:, \tabAB\n\302\233\377";
	char name[12];
	unsigned int n;
	size_t length, i;

	srandom(1);
	for (n = 0; n < RANDOM_NAMES; n++) {
		length = random() / 8 % sizeof(name);
		for (i = 0; i < length; i++)
			name[i] = letters[random() / 8 % (sizeof(letters) - 1)];
		accounts_add(name, length, random() / 8 % 5000);
	}
}

static bool is_wrong(const char *word)
{
	struct mistake mistake;
	id_t id;

	return !user_parse(&id, word, &mistake) && *mistake.text;
}

int main(void)
{
	static const char *const no_users[] = {
		"",	  "+",	    "+x",	  "+4294967295", "-2", "0x10",
		"+010",	  "00",	    "nobodyhere", "down",	 "+-1",
		"\\000x", "1e3",    "4294967297", "99999999999999999999999",
		"1003 ",  "\\101",
	};
	struct mistake mistake;
	size_t i;
	id_t id;

	accounts_add_nasty();
	for (i = 0; i < ARRAY_SIZE(no_users); i++) {
		if (is_wrong(no_users[i]))
			continue;
		printf("'%s' is taken for a user\n", no_users[i]);
		failures++;
	}
	if (!user_parse(&id, "1002", &mistake) || id != 1003 ||
	    !user_parse(&id, "+1002", &mistake) || id != 1002 ||
	    !user_parse(&id, "DOM\\101x", &mistake) || id != 19 ||
	    !user_parse(&id, "DOM\\\\101x", &mistake) || id != 18 ||
	    !user_parse(&id, "domain\\040users", &mistake) || id != 25) {
		printf("a name means another user\n");
		failures++;
	}
	user_parse(&id, "down", &mistake);
	if (!mistake.unresolved || !strstr(mistake.text, "Connection refused")) {
		printf("an outage: %s\n", mistake.text);
		failures++;
	}
	add_random();
	for (i = 0; i < accounts_count(); i++)
		check_words(i);
	check_lines();
	check_long();
	printf("%zu names, %u failures\n", accounts_count(), failures);
	return failures ? 1 : 0;
}
