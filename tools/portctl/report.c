// SPDX-License-Identifier: GPL-2.0
/*
 * The document of JSON that a command with -j prints: an object with a version,
 * what the command adds to it, and the errors. portctl(8) promises its form.
 */
#include "acl.h"
#include "message.h"
#include "owner.h"
#include "report.h"
#include "rule.h"

/* One more when a program that read the form before would be misled. */
#define REPORT_VERSION 1

static bool begun, opened, lines;

/**
 * report_begin() - there is to be a document; errors are kept for its end
 */
void report_begin(void)
{
	begun = true;
	messages_keep();
}

/**
 * report_open() - open the document, if there is to be one
 */
void report_open(void)
{
	if (!begun || opened)
		return;
	opened = true;
	json_open('{', NULL);
	json_number("version", REPORT_VERSION);
}

/**
 * report_lines() - there is to be an object for each event, each a line
 *
 * Errors, if any, are one more in the end.
 */
void report_lines(void)
{
	lines = true;
	json_lines();
}

/**
 * report_port() - say which port the object is about
 * @index: the port
 */
void report_port(unsigned int index)
{
	json_string("protocol", protocol_names[index / PORTS]);
	json_number("port", index % PORTS);
}

/**
 * report_rule() - say what the port's rule is
 * @rule: the rule in force
 */
void report_rule(const struct rule *rule)
{
	char mode[8];

	snprintf(mode, sizeof(mode), "%04o", rule->mode);
	json_boolean("claimed", rule->claimed);
	if (rule->claimed) {
		json_string("owner", user_name(rule->uid));
		json_number("uid", rule->uid);
		json_string("group", group_name(rule->gid));
		json_number("gid", rule->gid);
	} else {
		json_null("owner");
		json_null("uid");
		json_null("group");
		json_null("gid");
	}
	json_string("mode", mode);
	json_string("acl", rule->acl ? acl_words(rule->acl) : NULL);
}

static void report_error(const struct message *message)
{
	json_open('{', NULL);
	json_string("severity",
		    message->severity == ERROR ? "error" : "warning");
	json_string("text", message->text);
	json_string("file", message->file);
	if (message->file) {
		json_number("line", message->line);
		json_number("column", message->column);
	} else {
		json_null("line");
		json_null("column");
	}
	json_close();
}

/**
 * report_end() - add the errors and end the document, if there is one
 */
void report_end(void)
{
	const struct message *message;

	if (!begun || (lines && !messages_kept()))
		return;
	report_open();
	json_open('[', "errors");
	for (message = messages_kept(); message; message = message->next)
		report_error(message);
	json_close();
	json_close();
}
