// SPDX-License-Identifier: GPL-2.0
/* portctl test: may a user bind a port, and why? */
#include "account.h"
#include "acl.h"
#include "command.h"
#include "message.h"
#include "node.h"
#include "owner.h"
#include "policy.h"
#include "port.h"
#include "report.h"
#include "rule.h"
#include "text.h"
#include "unclaimed.h"

/**
 * struct question - whom the question is about
 * @name: as it was asked
 * @caller: what the login makes of the user
 * @privileged: the first port that needs no privilege while unclaimed
 * @json: whether the answer is an object
 */
struct question {
	const char *name;
	struct caller caller;
	unsigned int privileged;
	bool json;
};

static void print_answer(const struct question *question, unsigned int index,
			 const struct rule *rule, bool may, const char *reason)
{
	printf("%s: %s is ", may ? "yes" : "no", ports_text(index, index));
	if (!rule->claimed) {
		printf("unclaimed, and %s\n", reason);
		return;
	}
	text_print(stdout, user_name(rule->uid));
	putchar(':');
	text_print(stdout, group_name(rule->gid));
	printf(" %04o", rule->mode);
	if (rule->acl) {
		putchar(' ');
		text_print(stdout, acl_words(rule->acl));
	}
	fputs(", and ", stdout);
	text_print(stdout, question->name);
	putchar(' ');
	text_print(stdout, reason);
	putchar('\n');
}

static void report_answer(unsigned int index, const struct rule *rule, bool may,
			  const char *reason)
{
	json_open('{', NULL);
	report_port(index);
	report_rule(rule);
	json_boolean("may_bind", may);
	json_string("reason", reason);
	json_close();
}

static const char *kernel_reason(unsigned int index, unsigned int privileged)
{
	if (index % PORTS >= privileged)
		return format_text(
			"the kernel's own rule lets anyone bind ports from %u on",
			privileged);
	return format_text(
		"the kernel's own rule keeps ports below %u for root",
		privileged);
}

static bool answer(const struct question *question, unsigned int index,
		   const struct rule *claim)
{
	struct rule rule = rule_in_force(claim, index, question->privileged);
	const char *reason;
	bool may = policy_may_bind(&rule, &question->caller, &reason);

	if (!rule.claimed)
		reason = kernel_reason(index, question->privileged);
	if (question->json)
		report_answer(index, &rule, may, reason);
	else
		print_answer(question, index, &rule, may, reason);
	return may;
}

/**
 * command_test() - may a user bind ports?
 * @options: USER PORT…
 *
 * Return: DONE if all of them, FAILED if not.
 */
enum status command_test(const struct options *options)
{
	struct question question = {
		.name = options->arguments[0],
		.privileged = privileged_ports(),
		.json = options->json,
	};
	struct table *table = table_create();
	static struct port_set set;
	const struct account *login;
	struct mistake mistake;
	enum status status;
	unsigned int index;
	bool may = true;

	if (!login_parse(&login, question.name, &mistake)) {
		if (!swapped(options))
			fail(WRONG, "%s", mistake.text);
		return WRONG;
	}
	caller_of_login(&question.caller, login);
	status = ports_of_arguments(&set, options, 1);
	if (!status)
		status = nodes_read(table, &set);
	if (status)
		return status == FAILED ? WRONG : status;
	if (question.json) {
		json_string("user", question.name);
		json_number("uid", login->id);
		json_open('[', "ports");
	}
	for (index = set.first; index < set.end; index++) {
		if (set.has[index] &&
		    !answer(&question, index, &table->rules[index]))
			may = false;
	}
	if (question.json)
		json_close();
	return may ? DONE : FAILED;
}
