/* SPDX-License-Identifier: GPL-2.0 */
/* owner.c: users and groups as words. */
#ifndef PORTCTL_OWNER_H
#define PORTCTL_OWNER_H

#include "account.h"
#include "message.h"

/**
 * struct owner - USER[:GROUP]
 * @uid: the user, if @has_uid
 * @gid: the group, if @has_gid
 * @has_uid: a user was given
 * @has_gid: a group was given
 */
struct owner {
	uid_t uid;
	gid_t gid;
	bool has_uid;
	bool has_gid;
};

bool owner_parse(struct owner *owner, const char *text,
		 struct mistake *mistake);
bool user_parse(uid_t *uid, const char *word, struct mistake *mistake);
bool login_parse(const struct account **login, const char *word,
		 struct mistake *mistake);
bool group_parse(gid_t *gid, const char *word, struct mistake *mistake);
const char *user_name(uid_t uid);
const char *group_name(gid_t gid);
const char *user_word(uid_t uid);
const char *group_word(gid_t gid);
extern bool numeric;

#endif
