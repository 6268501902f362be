/* SPDX-License-Identifier: GPL-2.0 */
/* rule.c: rules and tables. */
#ifndef PORTCTL_RULE_H
#define PORTCTL_RULE_H

#include "acl.h"

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

#endif
