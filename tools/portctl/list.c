// SPDX-License-Identifier: GPL-2.0
/* portctl list: the table, for people, for scripts and as JSON. */
#include <errno.h>
#include <libsmartcols/libsmartcols.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "acl.h"
#include "config.h"
#include "file.h"
#include "hint.h"
#include "message.h"
#include "node.h"
#include "owner.h"
#include "port.h"
#include "report.h"
#include "rule.h"
#include "selection.h"
#include "socket.h"
#include "text.h"
#include "unclaimed.h"

/**
 * struct view - what there is to list
 * @table: the rules
 * @selection: which of them
 * @saved: the rules that the next boot restores; NULL if they can't be read
 * @listeners: who listens
 * @privileged: the first port that needs no privilege while unclaimed
 * @colour: whether to use colour
 * @collapse: whether equal neighbours are one line
 */
struct view {
	struct table *table;
	const struct selection *selection;
	const struct table *saved;
	struct listeners listeners;
	unsigned int privileged;
	bool colour;
	bool collapse;
};

/**
 * struct run - the ports of a line
 * @first: the first index
 * @last: the last one
 * @rule: their rule, or the kernel's own
 */
struct run {
	unsigned int first;
	unsigned int last;
	struct rule rule;
};

static bool is_saved(const struct view *view, unsigned int index)
{
	return view->saved && rule_equal(&view->table->rules[index],
					 &view->saved->rules[index]);
}

static bool is_listed(const struct view *view, unsigned int index)
{
	return selection_has(view->selection, index,
			     &view->table->rules[index]);
}

static struct rule shown_rule(const struct view *view, unsigned int index)
{
	return rule_in_force(&view->table->rules[index], index,
			     view->privileged);
}

/* The kernel's rule for unclaimed ports changes at a threshold. */
static bool same_line(const struct view *view, unsigned int a, unsigned int b)
{
	struct rule x = shown_rule(view, a), y = shown_rule(view, b);

	return b % PORTS && is_listed(view, b) && rule_equal(&x, &y) &&
	       is_saved(view, a) == is_saved(view, b) &&
	       !listeners_of(&view->listeners, a) &&
	       !listeners_of(&view->listeners, b);
}

/* The next line from @run->last on; false at the end. */
static bool next_run(const struct view *view, struct run *run)
{
	unsigned int index = run->last + 1;

	while (index < INDICES && !is_listed(view, index))
		index++;
	if (index >= INDICES)
		return false;
	run->first = index;
	run->rule = shown_rule(view, index);
	while (view->collapse && index + 1 < INDICES &&
	       same_line(view, run->first, index + 1))
		index++;
	run->last = index;
	return true;
}

#define NO_RUN (&(struct run){ .last = -1U })

/* One socket says it for all that look the same, or that tell less. */
static bool is_repeated(const struct listener *first,
			const struct listener *listener)
{
	const struct listener *other;

	for (other = first; other != listener; other++) {
		if (other->pid == listener->pid && other->uid == listener->uid)
			return true;
	}
	return false;
}

static bool tells_less(const struct listeners *listeners,
		       const struct listener *listener)
{
	const struct listener *other = listener + 1;

	for (; !listener->pid && other < listeners->all + listeners->count &&
	       other->index == listener->index;
	     other++) {
		if (other->pid && other->uid == listener->uid)
			return true;
	}
	return false;
}

/* The next socket of a port to show; begin with NULL. */
static const struct listener *next_listener(const struct view *view,
					    unsigned int index,
					    const struct listener *listener)
{
	const struct listeners *listeners = &view->listeners;
	const struct listener *first = listeners_of(listeners, index);

	listener = listener ? listener + 1 : first;
	while (listener && listener < listeners->all + listeners->count &&
	       listener->index == index) {
		if (!is_repeated(first, listener) &&
		    !tells_less(listeners, listener))
			return listener;
		listener++;
	}
	return NULL;
}

/* ---- columns ---- */

static const char *port_cell(const struct view *view, const struct run *run)
{
	return ports_text(run->first, run->last);
}

static const char *owner_cell(const struct view *view, const struct run *run)
{
	return run->rule.claimed ? user_name(run->rule.uid) : "-";
}

static const char *group_cell(const struct view *view, const struct run *run)
{
	return run->rule.claimed ? group_name(run->rule.gid) : "-";
}

static const char *mode_cell(const struct view *view, const struct run *run)
{
	static char text[8];

	snprintf(text, sizeof(text), "%04o", run->rule.mode);
	return text;
}

static const char *acl_cell(const struct view *view, const struct run *run)
{
	return run->rule.acl ? acl_words(run->rule.acl) : "-";
}

static const char *saved_cell(const struct view *view, const struct run *run)
{
	if (!view->saved)
		return "?";
	return is_saved(view, run->first) ? "yes" : "no";
}

static const char *listeners_cell(const struct view *view,
				  const struct run *run)
{
	const struct listener *listener = NULL;
	static char *text;
	static size_t size;
	FILE *file;

	if (!listeners_of(&view->listeners, run->first))
		return "-";
	free(text);
	text = NULL;
	file = open_memstream(&text, &size);
	if (!file)
		out_of_memory();
	while ((listener = next_listener(view, run->first, listener))) {
		bool stranger = run->rule.claimed &&
				!listener_may_bind(listener, &run->rule);

		fprintf(file, "%s%s", ftell(file) ? ", " : "",
			stranger ? "!" : "");
		if (listener->pid)
			fprintf(file, "%s[%d] ", listener->process,
				listener->pid);
		fputs(user_name(listener->uid), file);
	}
	fclose(file);
	return text;
}

/**
 * struct column - a column
 * @name: what stands above it
 * @cell: the text of a line, until the next call
 * @flags: SCOLS_FL_TRUNC if it is cut where the terminal is too narrow
 */
struct column {
	const char *name;
	const char *(*cell)(const struct view *view, const struct run *run);
	int flags;
};

static const struct column columns[] = {
	{ "PORT", port_cell },
	{ "OWNER", owner_cell },
	{ "GROUP", group_cell },
	{ "MODE", mode_cell },
	{ "ACL", acl_cell, SCOLS_FL_TRUNC },
	{ "SAVED", saved_cell },
	{ "LISTENERS", listeners_cell, SCOLS_FL_TRUNC },
};

#define COLUMNS ARRAY_SIZE(columns)

static enum status no_column(const char *name)
{
	struct hint hint;
	size_t i;

	hint_begin(&hint, name);
	for (i = 0; i < COLUMNS; i++)
		hint_consider(&hint, columns[i].name);
	return fail(
		WRONG, "-o: there is no column '%s'; %s", name,
		hint_words(
			&hint,
			"port, owner, group, mode, acl, saved and listeners are"));
}

static enum status choose_columns(const char *text,
				  const struct column **chosen, size_t *count)
{
	char *copy, *name, *save;
	size_t i;

	*count = 0;
	if (!text) {
		for (; *count < COLUMNS; ++*count)
			chosen[*count] = &columns[*count];
		return DONE;
	}
	copy = format_text("%s", text);
	for (name = strtok_r(copy, ",", &save); name;
	     name = strtok_r(NULL, ",", &save)) {
		for (i = 0; i < COLUMNS; i++) {
			if (!strcasecmp(name, columns[i].name))
				break;
		}
		if (i == COLUMNS)
			return no_column(name);
		if (*count == COLUMNS)
			return fail(WRONG, "-o: too many columns at '%s'",
				    name);
		chosen[(*count)++] = &columns[i];
	}
	free(copy);
	return *count ? DONE : no_column(text);
}

static const char *cell_colour(const struct column *column, const char *text)
{
	if (column->cell == saved_cell && strcmp(text, "yes"))
		return "\033[33m";
	if (column->cell == listeners_cell && strchr(text, '!'))
		return "\033[31m";
	return NULL;
}

static void add_line(const struct view *view, struct libscols_table *output,
		     const struct column *const *chosen, size_t count,
		     const struct run *run)
{
	struct libscols_line *line = scols_table_new_line(output, NULL);
	const char *text;
	size_t i;

	for (i = 0; i < count; i++) {
		text = chosen[i]->cell(view, run);
		if (!line || scols_line_refer_data(line, i, text_shown(text)) ||
		    scols_cell_set_color(scols_line_get_cell(line, i),
					 cell_colour(chosen[i], text)))
			out_of_memory();
	}
}

/* libsmartcols knows how wide characters are. */
static void print_table(const struct view *view,
			const struct column *const *chosen, size_t count,
			bool header)
{
	struct libscols_table *output = scols_new_table();
	struct libscols_column *column;
	struct run run;
	size_t i;

	if (!output || scols_table_set_column_separator(output, "  "))
		out_of_memory();
	scols_table_enable_noheadings(output, !header);
	/* What is hidden is so already. */
	scols_table_enable_noencoding(output, true);
	scols_table_enable_colors(output, view->colour);
	for (i = 0; i < count; i++) {
		column = scols_table_new_column(output, chosen[i]->name, 0,
						chosen[i]->flags);
		if (!column ||
		    scols_cell_set_color(scols_column_get_header(column),
					 "\033[1m"))
			out_of_memory();
	}
	for (run = *NO_RUN; next_run(view, &run);)
		add_line(view, output, chosen, count, &run);
	/* libsmartcols prints nothing then, not even what stands above. */
	if (scols_table_is_empty(output) && isatty(STDOUT_FILENO))
		puts("no claimed ports");
	if (scols_print_table(output))
		out_of_memory();
	scols_unref_table(output);
}

/* ---- JSON ---- */

static void report_listeners(const struct view *view, const struct run *run)
{
	const struct listener *listener = NULL;

	json_open('[', "listeners");
	while ((listener = next_listener(view, run->first, listener))) {
		json_open('{', NULL);
		if (listener->pid) {
			json_string("process", listener->process);
			json_number("pid", listener->pid);
		} else {
			json_null("process");
			json_null("pid");
		}
		json_string("user", user_name(listener->uid));
		json_number("uid", listener->uid);
		json_boolean("is_owner",
			     run->rule.claimed &&
				     listener->uid == run->rule.uid);
		json_boolean("may_bind",
			     listener_may_bind(listener, &run->rule));
		json_close();
	}
	json_close();
}

static void report_ports(const struct view *view)
{
	struct run run;

	json_open('[', "ports");
	for (run = *NO_RUN; next_run(view, &run);) {
		json_open('{', NULL);
		report_port(run.first);
		report_rule(&run.rule);
		if (view->saved)
			json_boolean("saved", is_saved(view, run.first));
		else
			json_null("saved");
		report_listeners(view, &run);
		json_close();
	}
	json_close();
}

/**
 * command_list() - list ports
 * @options: PORT, tcp, udp or USER…, or none for all claimed ports
 *
 * Return: the status to exit with.
 */
enum status command_list(const struct options *options)
{
	const struct column *chosen[COLUMNS];
	static struct selection selection;
	struct source saved;
	struct view view = {
		.selection = &selection,
		.table = table_create(),
		.privileged = privileged_ports(),
		.colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR"),
		.collapse = !options->json,
	};
	enum status status;
	size_t count;

	status = choose_columns(options->columns, chosen, &count);
	if (!status)
		status = selection_parse(&selection, options);
	if (!status)
		status = nodes_read(view.table, selection.has_ports ?
							&selection.ports :
							NULL);
	if (status)
		return status;
	source_init(&saved, true);
	if (!config_read(&saved, NULL))
		view.saved = saved.table;
	if (!listeners_read(&view.listeners))
		warn("cannot see who listens: %s", strerror(errno));
	if (options->json)
		report_ports(&view);
	else
		print_table(&view, chosen, count, !options->no_header);
	return DONE;
}
