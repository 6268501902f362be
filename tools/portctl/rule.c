// SPDX-License-Identifier: GPL-2.0
/* Rules and tables: compare them, and write them as the lines of a file. */
#include <stdlib.h>
#include <string.h>

#include "acl.h"
#include "message.h"
#include "owner.h"
#include "rule.h"
#include "text.h"

/**
 * table_create() - a table without rules
 *
 * Return: the table.
 */
struct table *table_create(void)
{
	return allocate(sizeof(struct table));
}

/**
 * rule_equal() - are two rules the same?
 * @a: one
 * @b: the other
 *
 * Return: whether they are.
 */
bool rule_equal(const struct rule *a, const struct rule *b)
{
	return a->claimed == b->claimed && a->mode == b->mode &&
	       a->uid == b->uid && a->gid == b->gid && a->acl == b->acl;
}

/**
 * table_run() - how far a rule goes
 * @table: the table
 * @first: an index
 *
 * Return: the last index, of the same protocol, up to which all ports have the
 * rule that @first has.
 */
unsigned int table_run(const struct table *table, unsigned int first)
{
	unsigned int last = first;

	while ((last + 1) % PORTS &&
	       rule_equal(&table->rules[first], &table->rules[last + 1]))
		last++;
	return last;
}

/**
 * mode_parse() - read an octal mode
 * @mode: the result
 * @text: as for chmod(1), in numbers
 * @mistake: what is wrong with it
 *
 * Return: whether @text is right.
 */
bool mode_parse(mode_t *mode, const char *text, struct mistake *mistake)
{
	size_t length = strspn(text, "01234567");

	if (text[length] || length < 3 || length > 4)
		return mistaken(
			mistake, 0,
			"'%s' is not a mode; three or four octal digits are, as in 660",
			text);
	*mode = strtoul(text, NULL, 8);
	return true;
}

/**
 * rule_write() - write a line of a table file
 * @file: where
 * @first: the first index that the rule is for
 * @last: the last one, of the same protocol
 * @rule: the rule; an unclaimed port's releases
 */
void rule_write(FILE *file, unsigned int first, unsigned int last,
		const struct rule *rule)
{
	fprintf(file, "%s %u", protocol_names[first / PORTS], first % PORTS);
	if (last != first)
		fprintf(file, "-%u", last % PORTS);
	if (!rule->claimed) {
		fputs(" -\n", file);
		return;
	}
	fputc(' ', file);
	text_write(file, user_word(rule->uid));
	if (rule->gid) {
		fputc(':', file);
		text_write(file, group_word(rule->gid));
	}
	fprintf(file, " %04o", rule->mode);
	if (rule->acl) {
		fputc(' ', file);
		text_write(file, acl_words(rule->acl));
	}
	fputc('\n', file);
}

/**
 * table_write() - write all rules as lines of a table file
 * @file: where
 * @table: the rules
 */
void table_write(FILE *file, const struct table *table)
{
	unsigned int first, last;

	for (first = 0; first < INDICES; first = last + 1) {
		last = table_run(table, first);
		if (table->rules[first].claimed)
			rule_write(file, first, last, &table->rules[first]);
	}
}
