// SPDX-License-Identifier: GPL-2.0
/* portctl list: the table, for people, for scripts and as JSON. */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hint.h"
#include "selection.h"

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
	struct rule rule = view->table->rules[index];

	if (!rule.claimed && index % PORTS)
		rule.mode = index % PORTS < view->privileged ? 0600 : 0666;
	return rule;
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

static bool is_strange(const struct rule *rule, const struct listener *listener)
{
	return rule->claimed && listener->uid != rule->uid;
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

	free(text);
	text = NULL;
	file = open_memstream(&text, &size);
	if (!file)
		out_of_memory();
	while ((listener = next_listener(view, run->first, listener))) {
		bool strange = is_strange(&run->rule, listener);

		fprintf(file, "%s%s", ftell(file) ? ", " : "",
			strange ? "!" : "");
		if (listener->pid)
			fprintf(file, "%s[%d] ", listener->process,
				listener->pid);
		fputs(user_name(listener->uid), file);
	}
	if (!ftell(file))
		fputs("-", file);
	fclose(file);
	return text;
}

static const struct column {
	const char *name;
	const char *(*cell)(const struct view *view, const struct run *run);
} columns[] = {
	{ "PORT", port_cell },
	{ "OWNER", owner_cell },
	{ "GROUP", group_cell },
	{ "MODE", mode_cell },
	{ "ACL", acl_cell },
	{ "SAVED", saved_cell },
	{ "LISTENERS", listeners_cell },
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

static void print_cell(const struct view *view, const char *text, int width,
		       bool last, const char *colour)
{
	if (!view->colour)
		colour = NULL;
	if (last)
		printf("%s%s%s\n", colour ? colour : "", text,
		       colour ? "\033[0m" : "");
	else
		printf("%s%-*s%s  ", colour ? colour : "", width, text,
		       colour ? "\033[0m" : "");
}

static const char *cell_colour(const struct column *column, const char *text)
{
	if (column->cell == saved_cell && strcmp(text, "yes"))
		return "\033[33m";
	if (column->cell == listeners_cell && strchr(text, '!'))
		return "\033[31m";
	return NULL;
}

static void print_table(const struct view *view,
			const struct column *const *chosen, size_t count,
			bool header)
{
	int widths[COLUMNS] = { 0 };
	struct run run;
	size_t i;

	for (run = *NO_RUN; next_run(view, &run);) {
		for (i = 0; i + 1 < count; i++) {
			int width = strlen(chosen[i]->cell(view, &run));

			if (width > widths[i])
				widths[i] = width;
		}
	}
	for (i = 0; header && i < count; i++) {
		if (widths[i] < (int)strlen(chosen[i]->name))
			widths[i] = strlen(chosen[i]->name);
		print_cell(view, chosen[i]->name, widths[i], i + 1 == count,
			   "\033[1m");
	}
	for (run = *NO_RUN; next_run(view, &run);) {
		for (i = 0; i < count; i++) {
			const char *text = chosen[i]->cell(view, &run);

			print_cell(view, text, widths[i], i + 1 == count,
				   cell_colour(chosen[i], text));
		}
	}
}

/* ---- JSON ---- */

static void add(struct json_object *object, const char *key,
		struct json_object *value)
{
	json_object_object_add(object, key, value);
}

static struct json_object *listeners_object(const struct view *view,
					    const struct run *run)
{
	struct json_object *array = json_object_new_array();
	const struct listener *listener = NULL;
	struct json_object *object;

	while ((listener = next_listener(view, run->first, listener))) {
		object = json_object_new_object();
		add(object, "process",
		    listener->pid ? json_object_new_string(listener->process) :
				    NULL);
		add(object, "pid",
		    listener->pid ? json_object_new_int(listener->pid) : NULL);
		add(object, "user",
		    json_object_new_string(user_name(listener->uid)));
		add(object, "uid", json_object_new_int64(listener->uid));
		add(object, "is_owner",
		    json_object_new_boolean(run->rule.claimed &&
					    !is_strange(&run->rule, listener)));
		json_object_array_add(array, object);
	}
	return array;
}

static struct json_object *run_object(const struct view *view,
				      const struct run *run)
{
	struct json_object *object = json_object_new_object();
	const struct rule *rule = &run->rule;

	add(object, "protocol",
	    json_object_new_string(protocol_names[run->first / PORTS]));
	add(object, "port", json_object_new_int(run->first % PORTS));
	add(object, "claimed", json_object_new_boolean(rule->claimed));
	add(object, "owner",
	    rule->claimed ? json_object_new_string(user_name(rule->uid)) :
			    NULL);
	add(object, "uid",
	    rule->claimed ? json_object_new_int64(rule->uid) : NULL);
	add(object, "group",
	    rule->claimed ? json_object_new_string(group_name(rule->gid)) :
			    NULL);
	add(object, "gid",
	    rule->claimed ? json_object_new_int64(rule->gid) : NULL);
	add(object, "mode", json_object_new_string(mode_cell(view, run)));
	add(object, "acl",
	    rule->acl ? json_object_new_string(acl_words(rule->acl)) : NULL);
	add(object, "saved",
	    view->saved ? json_object_new_boolean(is_saved(view, run->first)) :
			  NULL);
	add(object, "listeners", listeners_object(view, run));
	return object;
}

/* One object at a time: a full table would take a hundred megabytes. */
static void print_json(const struct view *view)
{
	const char *separator = "[";
	struct json_object *object;
	struct run run;

	for (run = *NO_RUN; next_run(view, &run); separator = ",\n ") {
		object = run_object(view, &run);
		printf("%s%s", separator,
		       json_object_to_json_string_ext(
			       object, JSON_C_TO_STRING_PLAIN |
					       JSON_C_TO_STRING_NOSLASHESCAPE));
		json_object_put(object);
	}
	puts(*separator == '[' ? "[]" : "]");
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
		print_json(&view);
	else
		print_table(&view, chosen, count, !options->no_header);
	return DONE;
}
