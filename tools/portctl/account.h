/* SPDX-License-Identifier: GPL-2.0 */
/* account.c: what the name service says. */
#ifndef PORTCTL_ACCOUNT_H
#define PORTCTL_ACCOUNT_H

#include "base.h"

enum account_kind {
	USER,
	GROUP
};

/**
 * struct account - what the name service says of a user or a group
 * @kind: which of them it is
 * @name: its name; NULL if it was asked for by number and is unknown
 * @id: its number
 * @login: a user's login group
 * @known: there is one; if not, @id or @name is what was asked for
 * @error: the errno of a service that could not answer
 * @elsewhere: it is unknown, and a service that was not asked may know it
 * @word: what to write for it, once that is known
 * @like: if it was asked for by name and is unknown: the words about another
 *	one that may be meant, or NULL or ""
 */
struct account {
	enum account_kind kind;
	char *name;
	id_t id;
	gid_t login;
	bool known;
	int error;
	bool elsewhere;
	const char *word;
	const char *like;
};

void accounts_are_local(void);
bool accounts_have_others(enum account_kind kind);
const struct account *account_by_name(enum account_kind kind, const char *name);
struct account *account_by_id(enum account_kind kind, id_t id);
bool user_is_dynamic(uid_t uid);

#endif
