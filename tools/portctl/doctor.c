// SPDX-License-Identifier: GPL-2.0
/* portctl doctor: what still goes the old ways, and what is wrong with the rules. */
#include "command.h"
#include "host.h"
#include "oldway.h"
#include "report.h"
#include "text.h"
#include "unitway.h"
#include "upkeep.h"

/**
 * struct check - one thing to look for
 * @name: what it is called in the output
 * @run: looks for it, changes nothing
 */
struct check {
	const char *name;
	void (*run)(struct host *host);
};

static const struct check checks[] = {
	{ "module", check_module },	{ "table", check_table },
	{ "boot", check_boot },		{ "order", check_order },
	{ "sockets", check_sockets },	{ "setcap", check_setcap },
	{ "sysctl", check_sysctl },	{ "authbind", check_authbind },
	{ "redirect", check_redirect }, { "ambient", check_ambient },
	{ "bounding", check_bounding }, { "root", check_root },
};

static void print_finding(const struct finding *finding)
{
	size_t i;

	printf("%s: ", finding->check);
	if (finding->file) {
		text_print(stdout, finding->file);
		if (finding->line)
			printf(":%u", finding->line);
		fputs(": ", stdout);
	}
	text_print(stdout, finding->text);
	putchar('\n');
	for (i = 0; i < finding->count; i++) {
		fputs("    ", stdout);
		text_print(stdout, finding->commands[i]);
		putchar('\n');
	}
}

static void print_findings(const struct findings *findings)
{
	const struct finding *finding;
	const struct omission *omission;

	for (finding = findings->first; finding; finding = finding->next)
		print_finding(finding);
	if (!findings->first)
		puts("nothing to fix");
	for (omission = findings->first_omission; omission;
	     omission = omission->next) {
		printf("not looked at, %s: ", omission->check);
		text_print(stdout, omission->text);
		putchar('\n');
	}
}

static void report_finding(const struct finding *finding)
{
	size_t i;

	json_open('{', NULL);
	json_string("check", finding->check);
	json_string("text", finding->text);
	json_string("file", finding->file);
	if (finding->line)
		json_number("line", finding->line);
	else
		json_null("line");
	json_open('[', "commands");
	for (i = 0; i < finding->count; i++)
		json_string(NULL, finding->commands[i]);
	json_close();
	json_close();
}

static void report_findings(const struct findings *findings)
{
	const struct finding *finding;
	const struct omission *omission;

	json_open('[', "findings");
	for (finding = findings->first; finding; finding = finding->next)
		report_finding(finding);
	json_close();
	json_open('[', "not_looked_at");
	for (omission = findings->first_omission; omission;
	     omission = omission->next) {
		json_open('{', NULL);
		json_string("check", omission->check);
		json_string("text", omission->text);
		json_close();
	}
	json_close();
}

/**
 * command_doctor() - say what to mend on this host, and what to type
 * @options: whether as JSON
 *
 * Return: DONE if there is nothing, FAILED if there is something.
 */
enum status command_doctor(const struct options *options)
{
	struct host host;
	size_t i;

	host_read(&host);
	for (i = 0; i < ARRAY_SIZE(checks); i++) {
		host.findings.check = checks[i].name;
		checks[i].run(&host);
	}
	if (options->json)
		report_findings(&host.findings);
	else
		print_findings(&host.findings);
	return host.findings.first ? FAILED : DONE;
}
