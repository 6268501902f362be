// SPDX-License-Identifier: GPL-2.0
/* portctl status: how things are. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "boot.h"
#include "command.h"
#include "config.h"
#include "holder.h"
#include "message.h"
#include "module.h"
#include "mount.h"
#include "node.h"
#include "place.h"
#include "port.h"
#include "report.h"
#include "rule.h"
#include "text.h"

/**
 * struct state - how things are
 * @json: whether to say so in JSON
 * @table: the rules; NULL if they can't be read
 * @holders: what keeps the module loaded, besides our own rules
 */
struct state {
	bool json;
	struct table *table;
	struct holders holders;
};

static void state_module(const struct state *state)
{
	char *path = format_text("%s/sys/module/portfs/version", places.root);
	char *version = read_line(path);

	free(path);
	if (state->json) {
		json_open('{', "module");
		json_boolean("loaded", module_is_loaded());
		json_string("version", version);
		json_close();
		json_open('{', "mount");
		json_string("path", places.port);
		json_boolean("mounted", is_mounted());
		json_close();
	} else {
		printf("module   %s%s%s\n",
		       module_is_loaded() ? "loaded" : "not loaded",
		       version ? ", version " : "", version ? version : "");
		printf("mount    %s%s\n", is_mounted() ? "" : "not mounted at ",
		       places.port);
	}
	free(version);
}

/* Each hook has a file with a word: alive or dead. */
static enum status state_hook(const struct state *state, const char *folder,
			      const char *name, bool is_first)
{
	char *path = format_text("%s/%s", folder, name);
	char *word = read_line(path);
	enum status status = DONE;

	free(path);
	if (state->json) {
		json_open('{', NULL);
		json_string("name", name);
		json_string("state", word);
		json_close();
	} else {
		printf("%s %s %s", is_first ? "hooks   " : ",", name,
		       word ? word : "unknown");
	}
	if (!word || strcmp(word, "alive"))
		status = FAILED;
	free(word);
	return status;
}

static int is_visible(const struct dirent *entry)
{
	return *entry->d_name != '.';
}

static enum status state_hooks(const struct state *state)
{
	char *folder = format_text("%s/sys/module/portfs/hooks", places.root);
	struct dirent **names = NULL;
	int count = scandir(folder, &names, is_visible, alphasort), i;
	enum status status = DONE;

	if (state->json)
		json_open('[', "hooks");
	for (i = 0; i < count; i++) {
		if (state_hook(state, folder, names[i]->d_name, !i))
			status = FAILED;
		free(names[i]);
	}
	if (state->json)
		json_close();
	else
		puts(count > 0 ? "" : "hooks    none");
	free(names);
	free(folder);
	if (status)
		fail(status,
		     "a hook is dead, so portfs does not guard all ports; the kernel log (dmesg) says more. Run 'portctl save' and reboot");
	return status;
}

static void count_rules(const struct table *table,
			unsigned int counts[PROTOCOLS])
{
	unsigned int index;

	memset(counts, 0, PROTOCOLS * sizeof(*counts));
	for (index = 0; index < INDICES; index++)
		counts[index / PORTS] += table->rules[index].claimed;
}

static void state_rules(const struct state *state)
{
	unsigned int counts[PROTOCOLS];
	int unsaved = config_differences(state->table);

	count_rules(state->table, counts);
	if (state->json) {
		json_open('{', "rules");
		json_number("tcp", counts[TCP]);
		json_number("udp", counts[UDP]);
		json_close();
		if (unsaved < 0)
			json_null("unsaved");
		else
			json_number("unsaved", unsaved);
		return;
	}
	printf("rules    %u tcp, %u udp\n", counts[TCP], counts[UDP]);
	if (unsaved < 0)
		printf("saved    unknown: the table files have mistakes\n");
	else if (unsaved)
		printf("saved    no: %d port%s differ%s; 'portctl diff' shows them, 'portctl save' keeps them\n",
		       unsaved, unsaved == 1 ? "" : "s",
		       unsaved == 1 ? "s" : "");
	else
		printf("saved    yes\n");
}

static void state_boot(const struct state *state)
{
	static struct port_set waiting;
	char *mistakes = boot_mistakes();
	unsigned int index;
	char *line, *rest;

	boot_waiting(&waiting);
	if (state->json)
		json_open('[', "wrong");
	for (line = mistakes ? strtok_r(mistakes, "\n", &rest) : NULL; line;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (state->json) {
			json_string(NULL, line);
			continue;
		}
		fputs("wrong    ", stdout);
		text_print(stdout, line);
		putchar('\n');
	}
	free(mistakes);
	if (!state->json) {
		if (waiting.end)
			printf("waiting  ports wait for their owners' names; 'portctl sync --late' looks again\n");
		return;
	}
	json_close();
	json_open('[', "waiting");
	for (index = waiting.first; index < waiting.end; index++) {
		if (!waiting.has[index])
			continue;
		json_open('{', NULL);
		report_port(index);
		json_close();
	}
	json_close();
}

static void report_holder(const struct holder *holder)
{
	static const char *const kinds[] = {
		[HOLDER_MOUNT] = "mount",
		[HOLDER_NAMESPACE] = "namespace",
		[HOLDER_COUNTERS] = "counters",
	};

	json_open('{', NULL);
	json_string("kind", kinds[holder->kind]);
	json_string("path", holder->path);
	if (holder->kind == HOLDER_NAMESPACE) {
		json_number("namespace", holder->namespace);
		json_number("rules", holder->rules);
	} else {
		json_null("namespace");
		json_null("rules");
	}
	json_number("pid", holder->pid);
	json_string("process", holder->process);
	json_close();
}

static void print_holder(const struct holder *holder)
{
	if (holder->kind == HOLDER_COUNTERS) {
		printf("in use   by process %d (", holder->pid);
		text_print(stdout, holder->process);
		puts("), which has /proc/net/portfs open");
		return;
	}
	if (holder->kind == HOLDER_NAMESPACE)
		printf("in use   by %u rule%s of the network namespace ",
		       holder->rules, holder->rules == 1 ? "" : "s");
	else
		fputs("in use   by the mount ", stdout);
	if (holder->path)
		text_print(stdout, holder->path);
	else
		printf("%lu", holder->namespace);
	printf(", seen by process %d (", holder->pid);
	text_print(stdout, holder->process);
	puts(")");
}

/* Who keeps the module from being removed. */
static void state_holders(const struct state *state)
{
	const struct holders *holders = &state->holders;
	unsigned int counts[PROTOCOLS] = { 0 };
	size_t i;

	if (state->json) {
		json_open('[', "holders");
		for (i = 0; i < holders->count; i++)
			report_holder(&holders->all[i]);
		json_close();
		json_boolean("all_holders", holders->complete);
		return;
	}
	if (state->table)
		count_rules(state->table, counts);
	if (counts[TCP] + counts[UDP])
		printf("in use   by the rules of this network namespace\n");
	for (i = 0; i < holders->count; i++)
		print_holder(&holders->all[i]);
	if (!holders->complete)
		printf("in use   perhaps by more: not all processes can be looked into\n");
}

/**
 * command_status() - say how things are
 * @options: none
 *
 * Return: DONE, FAILED if a hook is dead, MISSING if there is no module or no mount.
 */
enum status command_status(const struct options *options)
{
	struct table *table = table_create();
	struct state state = { .json = options->json };
	enum status hooks = DONE, status;

	/* A stand-in may have a module, too. */
	if (!places.plain || module_is_loaded()) {
		state_module(&state);
		hooks = state_hooks(&state);
		fflush(stdout);
	}
	status = nodes_read(table, NULL);
	if (!status) {
		state.table = table;
		state_rules(&state);
	}
	state_boot(&state);
	if (module_is_loaded()) {
		if (!holders_read(&state.holders))
			warn("cannot see what keeps the module loaded: %m");
		state_holders(&state);
	}
	return status ? status : hooks;
}
