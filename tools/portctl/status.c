// SPDX-License-Identifier: GPL-2.0
/* portctl status: how things are. */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "module.h"

static const char *const hooks[] = { "__inet_bind", "__inet6_bind",
				     "proc_do_large_bitmap" };

/* Whether ftrace shows a hook; only root can see. */
static void print_hooks(void)
{
	FILE *file = fopen("/sys/kernel/tracing/enabled_functions", "re");
	unsigned int found = 0, i;
	char line[512], name[128];

	if (!file) {
		printf("hooks    %s\n",
		       module_is_loaded() ?
			       "taken when the module was loaded (only root can see them)" :
			       "none");
		return;
	}
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%127s", name) != 1)
			continue;
		for (i = 0; i < ARRAY_SIZE(hooks); i++) {
			if (!strcmp(name, hooks[i]) && strchr(line, 'I'))
				found |= 1U << i;
		}
	}
	fclose(file);
	printf("hooks   ");
	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		printf(" %s%s", hooks[i], found & 1U << i ? "" : " (missing)");
	putchar('\n');
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
 * Return: DONE, or MISSING if there is no module or no mount.
 */
enum status command_status(const struct options *options)
{
	struct table *table = table_create();
	enum status status;
	char *version;

	if (!places.plain) {
		version = read_line("/sys/module/portfs/version");
		printf("module   %s%s\n",
		       module_is_loaded() ? "loaded" : "not loaded",
		       version ? format_text(", version %s", version) : "");
		printf("mount    %s%s\n", is_mounted() ? "" : "not mounted at ",
		       places.port);
		print_hooks();
		fflush(stdout);
	}
	status = nodes_read(table, NULL);
	if (!status)
		print_rules(table);
	print_boot();
	return status;
}
