// SPDX-License-Identifier: GPL-2.0
/*
 * Users and groups as words, on the command line, in files and in ACLs alike: a
 * name, or else a decimal number, which a + before it makes surely one. In a
 * name \ooo is the byte with that octal number and \\ a backslash; any other
 * backslash stands for itself.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "message.h"
#include "owner.h"
#include "text.h"

#define ID_MAX (UINT32_MAX - 1)

/* No login is longer; a longer one is written as a number. */
#define NAME_BYTES_MAX 256

/* Show numbers, as -N asks for. */
bool numeric;

static const char *const kind_names[] = {
	[USER] = "user",
	[GROUP] = "group",
};

/* Is there an escaped byte at @text? */
static bool is_escape(const char *text)
{
	return text[0] == '\\' && text[1] >= '0' && text[1] <= '3' &&
	       text[2] >= '0' && text[2] <= '7' && text[3] >= '0' &&
	       text[3] <= '7';
}

/* The name that a word stands for, or NULL if it has an escaped NUL. */
static char *unescape(const char *word)
{
	char *name = allocate(strlen(word) + 1);
	char *end = name;

	for (; *word; end++) {
		if (is_escape(word)) {
			*end = (word[1] - '0') << 6 | (word[2] - '0') << 3 |
			       (word[3] - '0');
			word += 4;
			if (!*end) {
				free(name);
				return NULL;
			}
			continue;
		}
		*end = *word++;
		if (*end == '\\' && *word == '\\')
			word++;
	}
	return name;
}

/* What would not be read as a part of a name, or not be seen. */
static bool needs_escape(const char *name, const char *p)
{
	unsigned char byte = *p;

	if (byte <= ' ' || byte >= 0x7f || strchr(":,", byte))
		return true;
	/* A number, a release and a comment begin with these. */
	return p == name && strchr("+-#", byte);
}

static char *escape(const char *name)
{
	char *word = allocate(4 * strlen(name) + 1);
	char *end = word;
	uint32_t character;
	bool is_doubled;
	size_t length;
	const char *p;

	for (p = name; *p; p++) {
		length = text_character(p, &character);
		if (length > 1 && !text_is_hidden(character)) {
			end = mempcpy(end, p, length);
			p += length - 1;
			continue;
		}
		/* What follows may be escaped, here or by text_write(). */
		is_doubled = *p == '\\' && (p[1] == '\\' || !p[1] ||
					    (p[1] >= '0' && p[1] <= '7') ||
					    needs_escape(name, p + 1));

		if (is_doubled)
			end = stpcpy(end, "\\\\");
		else if (needs_escape(name, p))
			end += sprintf(end, "\\%03o", (unsigned char)*p);
		else
			*end++ = *p;
	}
	return word;
}

static bool is_number(const char *word)
{
	return *word && !word[strspn(word, "0123456789")];
}

static bool parse_number(id_t *id, enum account_kind kind, const char *digits,
			 struct mistake *mistake)
{
	const char *first = digits + strspn(digits, "0");
	unsigned long long value;

	if (!*first && first != digits)
		first--;
	/* What is longer is more than the largest, and may not fit. */
	value = strlen(first) > 10 ? ID_MAX + 1ULL : strtoull(first, NULL, 10);
	if (value > ID_MAX)
		return mistaken(mistake, 0,
				"there is no %s '%s'; numbers are 0 to %u",
				kind_names[kind], digits, ID_MAX);
	if (first != digits)
		return mistaken(mistake, 0, "%s %s is written %s",
				kind_names[kind], digits, first);
	*id = value;
	return true;
}

/*
 * A number needs no answer of the name service. @account is what it knows of the
 * name, NULL for a number.
 */
static bool parse_word(id_t *id, enum account_kind kind, const char *word,
		       const struct account **account, struct mistake *mistake)
{
	const struct account *found;
	char *name;

	*account = NULL;
	if (*word == '+' && is_number(word + 1))
		return parse_number(id, kind, word + 1, mistake);
	name = *word && *word != '+' ? unescape(word) : NULL;
	if (!name)
		return mistaken(mistake, 0,
				"'%s' is not a %s; a name is, or a number",
				word, kind_names[kind]);
	found = account_by_name(kind, name);
	free(name);
	if (found->known) {
		*id = found->id;
		*account = found;
		return true;
	}
	/* A number only if nobody has that name; not if nobody can tell. */
	if (is_number(word) && !found->error && !found->elsewhere)
		return parse_number(id, kind, word, mistake);
	if (found->error)
		mistaken(mistake, 0, "cannot ask for %s '%s': %s%s%s",
			 kind_names[kind], word, strerror(found->error),
			 is_number(word) ? "; the number is written +" : "",
			 is_number(word) ? word : "");
	else if (is_number(word))
		mistaken(
			mistake, 0,
			"'%s' may be the name of a %s that is not known yet; the number is written +%s",
			word, kind_names[kind], word);
	else
		mistaken(mistake, 0, "there is no %s '%s'%s%s",
			 kind_names[kind], word,
			 found->like && *found->like ? "; " : "",
			 found->like ? found->like : "");
	mistake->unresolved = true;
	return false;
}

/**
 * user_parse() - read a user
 * @uid: the result
 * @word: a name or a number
 * @mistake: what is wrong with it
 *
 * Return: whether there is such a user.
 */
bool user_parse(uid_t *uid, const char *word, struct mistake *mistake)
{
	const struct account *account;

	return parse_word(uid, USER, word, &account, mistake);
}

/**
 * login_parse() - read a user, of whose several logins one may be meant
 * @login: the result, for as long as the program runs: the login that @word
 *	names, or the first one of a number, which need not have any
 * @word: a name or a number
 * @mistake: what is wrong with it
 *
 * Return: whether there is such a user.
 */
bool login_parse(const struct account **login, const char *word,
		 struct mistake *mistake)
{
	uid_t uid;

	if (!parse_word(&uid, USER, word, login, mistake))
		return false;
	if (!*login)
		*login = account_by_id(USER, uid);
	return true;
}

/**
 * group_parse() - read a group
 * @gid: the result
 * @word: a name or a number
 * @mistake: what is wrong with it
 *
 * Return: whether there is such a group.
 */
bool group_parse(gid_t *gid, const char *word, struct mistake *mistake)
{
	const struct account *account;

	return parse_word(gid, GROUP, word, &account, mistake);
}

/* Two names may be one user and have two groups: that of the name is meant. */
static bool login_group(struct owner *owner, const struct account *account,
			const char *word, struct mistake *mistake)
{
	if (!account)
		account = account_by_id(USER, owner->uid);
	if (!account->known)
		return mistaken(
			mistake, 0,
			"user %s has no login group; name one after the colon",
			word);
	owner->gid = account->login;
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
	const struct account *account = NULL;
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
	if (right && *user)
		right = parse_word(&owner->uid, USER, user, &account, mistake);
	if (right && group && *group) {
		right = group_parse(&owner->gid, group, mistake);
		if (!right)
			mistake->offset += group - user;
	} else if (right && group) {
		right = login_group(owner, account, user, mistake);
	}
	free(user);
	return right;
}

static const char *shown(enum account_kind kind, id_t id)
{
	static char numbers[4][sizeof("4294967295")];
	static unsigned int next;
	const struct account *account;

	if (!numeric) {
		account = account_by_id(kind, id);
		if (account->known)
			return account->name;
	}
	next = (next + 1) % ARRAY_SIZE(numbers);
	snprintf(numbers[next], sizeof(numbers[next]), "%u", id);
	return numbers[next];
}

/**
 * user_name() - what to show for a user
 * @uid: the user
 *
 * Return: the name, or the number if there is none or numbers are wanted; a
 * number until three more are asked for.
 */
const char *user_name(uid_t uid)
{
	return shown(USER, uid);
}

/**
 * group_name() - what to show for a group
 * @gid: the group
 *
 * Return: as user_name().
 */
const char *group_name(gid_t gid)
{
	return shown(GROUP, gid);
}

/* Does a word mean this number? */
static bool reads_back(enum account_kind kind, const char *word, id_t id)
{
	const struct account *account;
	struct mistake mistake;
	id_t back;

	return parse_word(&back, kind, word, &account, &mistake) && back == id;
}

static const char *written(enum account_kind kind, id_t id)
{
	struct account *account = account_by_id(kind, id);
	char *word;

	if (account->word)
		return account->word;
	/* A name of digits would be a number where it is unknown. */
	if (account->known && !is_number(account->name) && *account->name &&
	    strlen(account->name) <= NAME_BYTES_MAX) {
		word = escape(account->name);
		if (reads_back(kind, word, id))
			account->word = word;
		else
			free(word);
	}
	if (!account->word) {
		word = format_text("+%u", id);
		/*
		 * Without the +, unless somebody is called like the number, or
		 * may be as far as a boot can tell.
		 */
		account->word = word + (!accounts_have_others(kind) &&
					reads_back(kind, word + 1, id));
	}
	return account->word;
}

/**
 * user_word() - what to write for a user so that user_parse() reads it back
 * @uid: the user
 *
 * Return: the name if it reads back, else the number.
 */
const char *user_word(uid_t uid)
{
	return written(USER, uid);
}

/**
 * group_word() - what to write for a group so that group_parse() reads it back
 * @gid: the group
 *
 * Return: the name if it reads back, else the number.
 */
const char *group_word(gid_t gid)
{
	return written(GROUP, gid);
}
