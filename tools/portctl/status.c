// SPDX-License-Identifier: GPL-2.0
/* portctl status: how things are. */
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "module.h"

/* Each hook of the module and whether it fires; whether all do. */
static bool print_hooks(void)
{
	glob_t files = { 0 };
	bool alive = true;
	char *state;
	size_t i;

	printf("hooks   ");
	if (glob("/sys/module/portfs/hooks/*", 0, NULL, &files))
		printf(" none");
	for (i = 0; i < files.gl_pathc; i++) {
		state = read_line(files.gl_pathv[i]);
		printf(" %s", strrchr(files.gl_pathv[i], '/') + 1);
		if (!state || strcmp(state, "alive")) {
			printf(" (%s: rules do not hold)",
			       state ? state : "unknown");
			alive = false;
		}
		free(state);
	}
	globfree(&files);
	putchar('\n');
	return alive;
}

static void print_rules(const struct table *table)
{
	unsigned int counts[PROTOCOLS] = { 0 };
	struct source saved;
	unsigned int index, unsaved = 0;

	source_init(&saved, true);
	for (index = 0; index < INDICES; index++)
		counts[index / PORTS] += table->rules[index].claimed;
	printf("rules    %u tcp, %u udp\n", counts[TCP], counts[UDP]);
	if (config_read(&saved, NULL)) {
		printf("saved    unknown: the table files have mistakes\n");
		return;
	}
	for (index = 0; index < INDICES; index++)
		unsaved += !rule_equal(&table->rules[index],
				       &saved.table->rules[index]);
	if (unsaved)
		printf("saved    no: %u port%s differ%s; 'portctl diff' shows them, 'portctl save' keeps them\n",
		       unsaved, unsaved == 1 ? "" : "s",
		       unsaved == 1 ? "s" : "");
	else
		printf("saved    yes\n");
}

static void print_boot(void)
{
	static struct port_set waiting;
	char *mistakes = boot_mistakes();
	char *line, *rest;

	boot_waiting(&waiting);
	for (line = mistakes ? strtok_r(mistakes, "\n", &rest) : NULL; line;
	     line = strtok_r(NULL, "\n", &rest))
		printf("wrong    %s\n", line);
	free(mistakes);
	if (waiting.end)
		printf("waiting  ports wait for their owners' names; 'portctl sync --late' looks again\n");
}

/**
 * command_status() - say how things are
 * @options: none
 *
 * Return: DONE, FAILED if a hook is dead, or MISSING if there is no module or no
 * mount.
 */
enum status command_status(const struct options *options)
{
	struct table *table = table_create();
	enum status status;
	bool alive = true;
	char *version;

	if (!places.plain) {
		version = read_line("/sys/module/portfs/version");
		printf("module   %s%s\n",
		       module_is_loaded() ? "loaded" : "not loaded",
		       version ? format_text(", version %s", version) : "");
		printf("mount    %s%s\n", is_mounted() ? "" : "not mounted at ",
		       places.port);
		alive = print_hooks();
		fflush(stdout);
	}
	status = nodes_read(table, NULL);
	if (!status)
		print_rules(table);
	print_boot();
	return status || alive ? status : FAILED;
}
