// SPDX-License-Identifier: GPL-2.0
/* portctl why: who decides on a bind, in their order, and what would let it pass. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "chain.h"
#include "command.h"
#include "confinement.h"
#include "counter.h"
#include "message.h"
#include "namespace.h"
#include "node.h"
#include "occupant.h"
#include "owner.h"
#include "policy.h"
#include "port.h"
#include "report.h"
#include "standing.h"
#include "subject.h"
#include "text.h"
#include "unclaimed.h"

static const char *const answers[] = {
	[PASSES] = "yes",
	[STOPS] = "no",
	[NOT_SEEN] = "not seen",
	[NOT_ASKED] = "not asked",
};

/* ---- what to do ---- */

/* A table of another network namespace is changed from within. */
static const char *command_of(const struct subject *subject,
			      const struct step *step)
{
	if (namespace_is_entered() && !strncmp(step->cure, "portctl ", 8))
		return format_text("nsenter --net=/proc/%d/ns/net %s",
				   subject->pid, step->cure);
	return step->cure;
}

/* A program that has failed to bind does not try again. */
static const char *last_command(const struct subject *subject)
{
	const char *service;

	if (!subject->is_main)
		return NULL;
	service = shell_word(subject->service);
	if (strcmp(unit_property(subject->unit, "ActiveState"), "failed"))
		return format_text("systemctl restart %s", service);
	return format_text("systemctl reset-failed %s && systemctl restart %s",
			   service, service);
}

/* What would let the bind pass, in the order in which it is to be typed. */
static size_t find_commands(const struct chain *chain,
			    const struct subject *subject,
			    const char *commands[CHAIN_STEPS + 1])
{
	const char *last = last_command(subject), *command;
	size_t i, count = 0;

	if (!chain_refusal(chain))
		return 0;
	for (i = 0; i < chain->count; i++) {
		if (!chain->steps[i].error || !chain->steps[i].cure)
			continue;
		command = command_of(subject, &chain->steps[i]);
		if (!last || strcmp(command, last))
			commands[count++] = command;
	}
	if (last)
		commands[count++] = last;
	return count;
}

/* ---- for people ---- */

/* When it was, by this host's clock and in its time zone. */
static void print_refusals(const struct counter *counter)
{
	time_t seconds = counter->last / 1000;
	char time[64] = "";
	struct tm parts;

	if (!counter->counted)
		return;
	printf("  refused %llu times since it was claimed", counter->refused);
	if (counter->last >= 0 && localtime_r(&seconds, &parts)) {
		strftime(time, sizeof(time), "%F %T", &parts);
		printf(", the last time %s, user ", time);
		text_print(stdout, user_name(counter->uid));
	}
	puts(" (/proc/net/portfs)");
}

static void print_step(const struct step *step)
{
	if (step->answer == NOT_ASKED)
		return;
	printf("  %-9s %-12s", answers[step->answer], step->name);
	text_print(stdout, step->text);
	if (step->source) {
		fputs(" (", stdout);
		text_print(stdout, step->source);
		putchar(')');
	}
	putchar('\n');
}

static void print_verdict(const struct chain *chain,
			  const struct subject *subject, unsigned int index)
{
	const struct step *refusal = chain_refusal(chain);

	printf("%s: %s for ", refusal ? "no" : "yes", ports_text(index, index));
	text_print(stdout, subject->name);
	if (refusal)
		printf(": %s (%s)\n", refusal->name,
		       error_name(refusal->error));
	else
		puts(chain_is_seen(chain) ? "" : ", as far as can be seen");
}

static void print_chain(const struct chain *chain,
			const struct subject *subject, unsigned int index,
			const struct counter *counter)
{
	const char *commands[CHAIN_STEPS + 1];
	size_t count = find_commands(chain, subject, commands), i;

	print_verdict(chain, subject, index);
	for (i = 0; i < chain->count; i++)
		print_step(&chain->steps[i]);
	if (counter)
		print_refusals(counter);
	if (count)
		puts("To let it bind:");
	for (i = 0; i < count; i++) {
		fputs("    ", stdout);
		text_print(stdout, commands[i]);
		putchar('\n');
	}
}

/* ---- JSON ---- */

static void report_step(const struct step *step)
{
	json_open('{', NULL);
	json_string("name", step->name);
	json_string("answer", answers[step->answer]);
	json_boolean("refuses", step->error);
	json_string("text", step->text);
	json_string("source", step->source);
	json_close();
}

static void report_refusals(const struct counter *counter)
{
	if (!counter || !counter->counted) {
		json_null("refused");
		json_null("last_refused");
		json_null("last_uid");
		return;
	}
	json_number("refused", counter->refused);
	if (counter->last < 0) {
		json_null("last_refused");
		json_null("last_uid");
		return;
	}
	json_number("last_refused", counter->last / 1000);
	json_number("last_uid", counter->uid);
}

static void report_chain(const struct chain *chain,
			 const struct subject *subject,
			 const struct port_view *port,
			 const struct counter *counter)
{
	const struct step *refusal = chain_refusal(chain);
	const char *commands[CHAIN_STEPS + 1];
	size_t count = find_commands(chain, subject, commands), i;

	json_open('{', NULL);
	report_port(port->index);
	report_rule(&port->rule);
	json_boolean("may_bind", !refusal);
	json_boolean("all_seen", chain_is_seen(chain));
	json_string("refused_by", refusal ? refusal->name : NULL);
	json_string("error", refusal ? error_name(refusal->error) : NULL);
	json_open('[', "steps");
	for (i = 0; i < chain->count; i++)
		report_step(&chain->steps[i]);
	json_close();
	report_refusals(counter);
	json_open('[', "commands");
	for (i = 0; i < count; i++)
		json_string(NULL, commands[i]);
	json_close();
	json_close();
}

static void report_subject(const struct subject *subject)
{
	json_string("subject", subject->name);
	if (subject->is_known)
		json_number("uid", subject->caller.uid);
	else
		json_null("uid");
	if (subject->pid)
		json_number("pid", subject->pid);
	else
		json_null("pid");
	json_string("service", subject->service);
}

/* ---- the question ---- */

/* @counters: NULL where they cannot be read, as by who is not root. */
static bool judge(const struct subject *subject, const struct port_view *port,
		  const struct counters *counters, bool json)
{
	const struct counter *counter =
		counters ? &counters->ports[port->index] : NULL;
	struct confinement confinement;
	struct chain chain = { 0 };

	confinement = confinement_judge(&chain, subject, port->index);
	standing_judge(&chain, subject, port, &confinement);
	occupant_judge(&chain, subject, port->index);
	confinement_judge_after(&chain, subject);
	if (json)
		report_chain(&chain, subject, port, counter);
	else
		print_chain(&chain, subject, port->index, counter);
	return !chain_refusal(&chain);
}

/* One port number, of one protocol or of both. */
static enum status parse_port(struct port_set *set, const char *word)
{
	struct mistake mistake;
	unsigned int index, port = 0;

	if (!ports_parse(set, word, &mistake))
		return fail(WRONG, "%s", mistake.text);
	for (index = set->first; index < set->end; index++) {
		if (!set->has[index])
			continue;
		if (port && port != index % PORTS)
			return fail(WRONG,
				    "'%s' is more than one port; ask for each",
				    word);
		port = index % PORTS;
	}
	return DONE;
}

/* Whose bind it is, and in whose network namespace. */
static enum status find_subject(struct subject *subject, const char *word)
{
	struct mistake mistake;

	if (!subject_parse(subject, word, &mistake))
		return fail(WRONG, "%s", mistake.text);
	if (subject->pid && !subject->is_self && !namespace_enter(subject->pid))
		return fail(
			WRONG,
			"cannot look into the network namespace of process %d: %s",
			subject->pid, strerror(errno));
	if (!subject->pid && subject->unit &&
	    (!strcmp(unit_property(subject->unit, "PrivateNetwork"), "yes") ||
	     *unit_property(subject->unit, "NetworkNamespacePath")))
		return fail(
			WRONG,
			"%s has a network namespace of its own, and a table of its own, while it runs: ask again when it is running",
			subject->service);
	return DONE;
}

/**
 * command_why() - why can't it bind?
 * @options: PORT, and USER, PID or SERVICE
 *
 * Return: DONE if nothing that can be seen refuses it, FAILED if something does.
 */
enum status command_why(const struct options *options)
{
	struct table *table = table_create();
	const struct counters *counters;
	static struct port_set set;
	struct subject subject;
	struct port_view port;
	enum status status;
	bool may = true;

	status = parse_port(&set, options->arguments[0]);
	if (!status)
		status = find_subject(&subject, options->count > 1 ?
							options->arguments[1] :
							NULL);
	if (!status)
		status = nodes_read(table, &set);
	if (status)
		return status == FAILED ? WRONG : status;
	port.privileged = privileged_ports();
	counters = counters_read();
	if (options->json) {
		report_subject(&subject);
		json_open('[', "ports");
	}
	for (port.index = set.first; port.index < set.end; port.index++) {
		if (!set.has[port.index])
			continue;
		port.rule = rule_in_force(&table->rules[port.index], port.index,
					  port.privileged);
		may &= judge(&subject, &port, counters, options->json);
	}
	if (options->json)
		json_close();
	return may ? DONE : FAILED;
}
