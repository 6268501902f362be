/* SPDX-License-Identifier: GPL-2.0 */
/* collection.c: rules from elsewhere, each with its source. */
#ifndef PORTCTL_COLLECTION_H
#define PORTCTL_COLLECTION_H

#include "rule.h"

/**
 * struct collection - rules, and where they come from
 * @table: the rules
 * @sources: by index; what is said of a rule, NULL if there is none
 */
struct collection {
	struct table *table;
	char *sources[INDICES];
};

struct collection *collection_create(void);
__printf(5, 6) bool collect(struct collection *collection, unsigned int first,
			    unsigned int last, const struct rule *rule,
			    const char *format, ...);
unsigned int collection_write(const struct collection *collection);

#endif
