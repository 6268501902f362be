// SPDX-License-Identifier: GPL-2.0
/*
 * Rules from elsewhere, each with its source. Where several are about one port, all
 * to whom any of them gives it have it.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "collection.h"
#include "text.h"

/**
 * collection_create() - begin to collect
 *
 * Return: a collection without rules.
 */
struct collection *collection_create(void)
{
	struct collection *collection = allocate(sizeof(*collection));

	collection->table = table_create();
	return collection;
}

/* Is somebody refused what more have than he? Root needs no bit. */
static bool refuses(const struct rule *rule)
{
	bool owner = !rule->uid || rule->mode & 0200;
	bool group = rule->mode & 0020;
	bool others = rule->mode & 0002;

	return (group && !owner) || (others && !(owner && group));
}

static bool lets_all(const struct rule *rule)
{
	return rule->mode & 0002 && !refuses(rule);
}

/*
 * What @more gives, besides what @rule gives already. A user whom one refuses and
 * a circle that the other lets have no rule that is right for both, but everybody.
 */
static bool join(struct rule *rule, const struct rule *more)
{
	bool right = true;

	if (!rule->claimed || rule_equal(rule, more)) {
		*rule = *more;
		return true;
	}
	if (lets_all(rule) || lets_all(more)) {
		rule->mode |= more->mode | 0666;
		rule->acl = NULL;
		return true;
	}
	if (refuses(rule) || refuses(more))
		return false;
	if (more->mode & 0200)
		right = rule_allow(rule, more->uid);
	if (more->mode & 0020 &&
	    !(rule->gid == more->gid && !rule->acl && rule->mode & 0020))
		right = right && rule_allow_group(rule, more->gid);
	rule->mode |= more->mode & 01000;
	return right;
}

/* Is @source one of those in @sources? */
static bool has_source(const char *sources, const char *source)
{
	size_t length = strlen(source);
	const char *found = sources;

	for (; (found = strstr(found, source)); found++) {
		if ((found == sources || !strncmp(found - 2, "; ", 2)) &&
		    (!found[length] || !strncmp(found + length, "; ", 2)))
			return true;
	}
	return false;
}

static void add_source(struct collection *collection, unsigned int index,
		       const char *source)
{
	char *old = collection->sources[index];

	if (old && has_source(old, source))
		return;
	collection->sources[index] = old ? format_text("%s; %s", old, source) :
					   format_text("%s", source);
	free(old);
}

/**
 * collect() - add a rule for some ports to those that they have
 * @collection: all rules
 * @first: the first index
 * @last: the last one, of the same protocol
 * @rule: the rule; it may bind whom either it or the one before lets
 * @format: where it comes from
 *
 * Return: whether there is a rule for all of them; if not, some are left out.
 */
bool collect(struct collection *collection, unsigned int first,
	     unsigned int last, const struct rule *rule, const char *format,
	     ...)
{
	char *source, *shown;
	unsigned int index;
	va_list arguments;
	bool right = true;

	va_start(arguments, format);
	if (vasprintf(&source, format, arguments) < 0)
		out_of_memory();
	va_end(arguments);
	/* A newline in a name would end the comment. */
	shown = text_shown(source);
	for (index = first; index <= last; index++) {
		if (join(&collection->table->rules[index], rule))
			add_source(collection, index, shown);
		else
			right = false;
	}
	free(shown);
	free(source);
	return right;
}

static bool is_alike(const struct collection *collection, unsigned int a,
		     unsigned int b)
{
	return b % PORTS && collection->sources[b] &&
	       rule_equal(&collection->table->rules[a],
			  &collection->table->rules[b]) &&
	       !strcmp(collection->sources[a], collection->sources[b]);
}

/**
 * collection_write() - print the rules as lines of a table file
 * @collection: the rules; the source of each is a comment before it
 *
 * Return: how many lines there are for ports.
 */
unsigned int collection_write(const struct collection *collection)
{
	unsigned int first, last, count = 0;

	for (first = 0; first < INDICES; first = last + 1) {
		last = first;
		if (!collection->table->rules[first].claimed)
			continue;
		while (is_alike(collection, first, last + 1))
			last++;
		printf("# %s\n", collection->sources[first]);
		rule_write(stdout, first, last,
			   &collection->table->rules[first]);
		count++;
	}
	return count;
}
