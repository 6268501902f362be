/* SPDX-License-Identifier: GPL-2.0 */
/*
 * portctl - what its files share, from the ground up: a file uses what stands
 * above it here.
 *
 *	base.c text.c message.c place.c	the ground floor
 *	account.c			what the name service says
 *	port.c owner.c acl.c rule.c	words to values and back
 *	unclaimed.c			the kernel's own rule
 *	file.c config.c			table files: to read them
 *	lock.c comment.c replace.c saved.c	and to write them
 *	boot.c				what a boot left to do
 *	module.c mount.c		the module and the mount
 *	transition.c			the steps from rule to rule
 *	xattr.c node.c			the nodes: the only files that change them
 *	socket.c			who listens
 *	command.h			the commands
 */
#ifndef PORTCTL_H
#define PORTCTL_H

#include "message.h"

/* place.c */

/**
 * struct places - where things are
 * @root: what stands before all of them, "" as a rule
 * @port: the mount point
 * @folders: of table files, the one that masks all others first
 * @saved: the file that save writes
 * @plain: @port is an ordinary directory, as tests use it
 */
struct places {
	const char *root;
	const char *port;
	const char *folders[5];
	const char *saved;
	bool plain;
};

extern struct places places;

void places_init(void);

/* port.c */

/**
 * struct port_set - some ports
 * @has: by index
 * @first: the lowest index that it has
 * @end: one more than the highest, 0 if it has none
 */
struct port_set {
	bool has[INDICES];
	unsigned int first;
	unsigned int end;
};

void ports_clear(struct port_set *set);
void ports_add_all(struct port_set *set);
unsigned int protocol_find(const char *word, size_t length);
bool ports_parse(struct port_set *set, const char *text,
		 struct mistake *mistake);
bool ports_parse_list(struct port_set *set, unsigned int protocols,
		      const char *text, struct mistake *mistake);
const char *ports_text(unsigned int first, unsigned int last);

/* account.c */

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

/* owner.c */

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

/* acl.c */

/* A port takes 256, with user::, mask:: and other::. */
#define ACL_ENTRIES_MAX (256 - 3)

/**
 * struct acl_entry - what an access control list gives to somebody
 * @tag: ACL_USER, ACL_GROUP_OBJ (the owning group) or ACL_GROUP of
 *	<linux/posix_acl.h>
 * @id: the user or the group, 0 for the owning group
 * @bits: read, write, execute as 4, 2, 1, not masked
 */
struct acl_entry {
	unsigned int tag;
	id_t id;
	unsigned int bits;
};

/**
 * struct acl - an access control list, without what a mode can say
 * @count: how many entries
 * @entries: users, the owning group, groups; each by number
 */
struct acl {
	size_t count;
	struct acl_entry entries[];
};

struct acl *acl_create(size_t count);
const struct acl *acl_share(struct acl *acl);
const struct acl_entry *acl_find(const struct acl *acl, unsigned int tag,
				 id_t id);
bool acl_parse(const struct acl **acl, mode_t *mode, bool mode_is_given,
	       const char *text, struct mistake *mistake);
const char *acl_words(const struct acl *acl);

/* unclaimed.c */
unsigned int privileged_ports(void);

/* xattr.c */
enum status acl_read(const char *path, const struct acl **acl);
int acl_write(const char *path, const struct acl *acl, mode_t mode);

/* rule.c */

/**
 * struct rule - who may bind a port
 * @claimed: there is a rule; if not, all else is zero
 * @mode: permission bits and the sticky bit
 * @uid: the owner
 * @gid: the group
 * @acl: the entries that @mode does not have, NULL without any; equal ones
 *	are the same object (acl_share())
 */
struct rule {
	bool claimed;
	mode_t mode;
	uid_t uid;
	gid_t gid;
	const struct acl *acl;
};

/**
 * struct table - the rules of all ports
 * @rules: by index
 */
struct table {
	struct rule rules[INDICES];
};

struct table *table_create(void);
bool rule_equal(const struct rule *a, const struct rule *b);
unsigned int table_run(const struct table *table, unsigned int first);
bool mode_parse(mode_t *mode, const char *text, struct mistake *mistake);
void rule_write(FILE *file, unsigned int first, unsigned int last,
		const struct rule *rule);
void table_write(FILE *file, const struct table *table);

/* file.c */

/**
 * struct origin - the line that decided on a port
 * @file: its file's name, NULL if there is none
 * @line: counted from 1
 * @unresolved: it names an owner that does not exist
 */
struct origin {
	const char *file;
	unsigned int line;
	bool unresolved;
};

/**
 * struct source - a table that was read from files, and how
 * @table: the rules
 * @origins: by index
 * @tolerant: as at boot: what is wrong, or waits for a name, leaves its ports
 *	to root alone, and all else counts
 * @unresolved: how many lines wait for a name
 * @unknown: something was not read, and which ports it is about is not known
 */
struct source {
	struct table *table;
	struct origin *origins;
	bool tolerant;
	unsigned int unresolved;
	bool unknown;
};

enum status file_read(struct source *source, const char *path);

/* config.c */
void source_init(struct source *source, bool tolerant);
enum status config_read(struct source *source, const char *without);
enum status source_read(struct source *source, const char *path);
bool is_disabled(const char *path);

/* lock.c */
enum status table_lock(void);

/* saved.c */
enum status config_save(const struct table *table, bool dry_run);
enum status config_save_to(const char *path, const struct table *table,
			   bool dry_run);

/* boot.c */
enum status boot_keep_waiting(const bool *waiting);
void boot_waiting(struct port_set *set);
enum status boot_stop_waiting(const struct port_set *set);
enum status boot_keep_mistakes(const char *text);
char *boot_mistakes(void);

/* node.c */
enum status nodes_open(void);
enum status nodes_read(struct table *table, const struct port_set *only);
enum status node_change(unsigned int index, const struct rule *old,
			const struct rule *new);
enum status nodes_change(const struct table *old, const struct table *new);

/* mount.c */
bool is_mounted(void);
enum status why_missing(void);

#endif
