// SPDX-License-Identifier: GPL-2.0
/* portctl diff, and what a dry run shows. */
#include "command.h"
#include "config.h"
#include "file.h"
#include "node.h"
#include "policy.h"
#include "report.h"
#include "rule.h"
#include "unclaimed.h"

/**
 * print_difference() - what differs, in the lines of a file
 * @from: the rules that get a minus
 * @to: the rules that get a plus
 */
void print_difference(const struct table *from, const struct table *to)
{
	unsigned int first, last;

	for (first = 0; first < INDICES; first = last + 1) {
		const struct rule *old = &from->rules[first];
		const struct rule *new = &to->rules[first];

		last = first;
		if (rule_equal(old, new))
			continue;
		while ((last + 1) % PORTS &&
		       rule_equal(old, &from->rules[last + 1]) &&
		       rule_equal(new, &to->rules[last + 1]))
			last++;
		if (old->claimed) {
			putchar('-');
			rule_write(stdout, first, last, old);
		}
		if (new->claimed) {
			putchar('+');
			rule_write(stdout, first, last, new);
		}
	}
}

/* One object a port, with what the files and what the table say of it. */
static void report_differences(const struct table *files,
			       const struct table *table)
{
	static const char *const keys[] = { "files", "table" };
	const struct table *const both[] = { files, table };
	unsigned int privileged = privileged_ports(), index, i;
	struct rule rule;

	json_open('[', "differences");
	for (index = 0; index < INDICES; index++) {
		if (rule_equal(&files->rules[index], &table->rules[index]))
			continue;
		json_open('{', NULL);
		report_port(index);
		for (i = 0; i < 2; i++) {
			rule = rule_in_force(&both[i]->rules[index], index,
					     privileged);
			json_open('{', keys[i]);
			report_rule(&rule);
			json_close();
		}
		json_close();
	}
	json_close();
}

/**
 * command_diff() - compare the table with a file
 * @options: [FILE|-]
 *
 * Return: DONE if they are the same, FAILED if they differ.
 */
enum status command_diff(const struct options *options)
{
	struct table *table = table_create();
	struct source source;
	enum status status;
	unsigned int index;

	source_init(&source, false);
	status = source_read(&source,
			     options->count ? options->arguments[0] : NULL);
	if (!status)
		status = nodes_read(table, NULL);
	if (status)
		return status == FAILED ? WRONG : status;
	if (options->json)
		report_differences(source.table, table);
	else
		print_difference(source.table, table);
	for (index = 0; index < INDICES; index++) {
		if (!rule_equal(&table->rules[index],
				&source.table->rules[index]))
			return FAILED;
	}
	return DONE;
}
