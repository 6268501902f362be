// SPDX-License-Identifier: GPL-2.0
/*
 * portctl metrics: what there is to count, as Prometheus reads it from the node
 * exporter's folder of text files. No user is named: whoever can reach the
 * exporter sees it.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "config.h"
#include "counter.h"
#include "message.h"
#include "module.h"
#include "mount.h"
#include "namespace.h"
#include "node.h"
#include "place.h"
#include "replace.h"

/* What @text says of all samples that follow. */
static void family(FILE *file, const char *name, const char *type,
		   const char *text)
{
	fprintf(file, "# HELP portfs_%s %s\n# TYPE portfs_%s %s\n", name, text,
		name, type);
}

static void gauge(FILE *file, const char *name, const char *text, int value)
{
	family(file, name, "gauge", text);
	fprintf(file, "portfs_%s %d\n", name, value);
}

/* Each hook has a file with a word: alive or dead. */
static void write_hooks(FILE *file)
{
	char *pattern =
		format_text("%s/sys/module/portfs/hooks/*", places.root);
	glob_t paths = { 0 };
	size_t i;

	family(file, "hook_alive", "gauge",
	       "Whether the hook of a kernel function fires.");
	glob(pattern, 0, NULL, &paths);
	for (i = 0; i < paths.gl_pathc; i++) {
		char *word = read_line(paths.gl_pathv[i]);

		fprintf(file, "portfs_hook_alive{function=\"%s\"} %d\n",
			strrchr(paths.gl_pathv[i], '/') + 1,
			word && !strcmp(word, "alive"));
		free(word);
	}
	globfree(&paths);
	free(pattern);
}

static void write_rules(FILE *file, const struct table *table)
{
	unsigned int counts[PROTOCOLS] = { 0 };
	unsigned int protocol, index;
	int unsaved = namespace_is_foreign() ? -1 : config_differences(table);

	for (index = 0; index < INDICES; index++)
		counts[index / PORTS] += table->rules[index].claimed;
	family(file, "claimed_ports", "gauge", "How many ports have an owner.");
	for (protocol = 0; protocol < PROTOCOLS; protocol++)
		fprintf(file, "portfs_claimed_ports{proto=\"%s\"} %u\n",
			protocol_names[protocol], counts[protocol]);
	if (unsaved >= 0)
		gauge(file, "unsaved_ports",
		      "How many ports the next boot would restore otherwise.",
		      unsaved);
}

static void write_binds(FILE *file, const char *name, const char *labels,
			const struct counter *counter)
{
	fprintf(file,
		"portfs_%s{%sverdict=\"granted\"} %llu\n"
		"portfs_%s{%sverdict=\"capable\"} %llu\n"
		"portfs_%s{%sverdict=\"refused\"} %llu\n",
		name, labels, counter->granted, name, labels, counter->capable,
		name, labels, counter->refused);
}

static void write_ports(FILE *file, const struct counters *counters)
{
	const struct counter *counter;
	unsigned int index;
	char labels[64];

	family(file, "port_binds_total", "counter",
	       "Binds to a claimed port: granted by its rule, by CAP_NET_BIND_SERVICE (capable), or refused.");
	for (index = 0; index < INDICES; index++) {
		snprintf(labels, sizeof(labels), "proto=\"%s\",port=\"%u\",",
			 protocol_names[index / PORTS], index % PORTS);
		if (counters->ports[index].counted)
			write_binds(file, "port_binds_total", labels,
				    &counters->ports[index]);
	}
	family(file, "port_last_refusal_timestamp_seconds", "gauge",
	       "When a bind to a claimed port was last refused.");
	for (index = 0; index < INDICES; index++) {
		counter = &counters->ports[index];
		if (counter->counted && counter->last >= 0)
			fprintf(file,
				"portfs_port_last_refusal_timestamp_seconds{proto=\"%s\",port=\"%u\"} %lld.%03lld\n",
				protocol_names[index / PORTS], index % PORTS,
				counter->last / 1000, counter->last % 1000);
	}
}

static const char *why_unread(int error)
{
	switch (error) {
	case ENOENT:
		return "this module is older than portctl";
	case EBADMSG:
		return "it has a form that this portctl does not know";
	default:
		return strerror(error);
	}
}

static enum status write_counters(FILE *file)
{
	struct counters *counters = counters_read();

	if (!counters)
		return fail(FAILED, "cannot read %s/proc/net/portfs: %s",
			    places.root, why_unread(errno));
	family(file, "binds_total", "counter",
	       "Binds to all claimed ports, with those released since.");
	write_binds(file, "binds_total", "", &counters->all);
	write_ports(file, counters);
	free(counters);
	return DONE;
}

/* Without the module, or a mount, that is all there is to say. */
static enum status write_metrics(FILE *file)
{
	bool is_loaded = places.plain || module_is_loaded();
	struct table *table;
	enum status status;

	gauge(file, "loaded", "Whether the kernel module is loaded.",
	      is_loaded);
	gauge(file, "mounted", "Whether the table is mounted.", is_mounted());
	if (!is_loaded || !is_mounted())
		return DONE;
	write_hooks(file);
	table = table_create();
	status = nodes_read(table, NULL);
	if (status)
		return status;
	write_rules(file, table);
	return write_counters(file);
}

/* The exporter tells how old the file is, by which one sees that all is well. */
static enum status write_file(const char *path, const char *text, size_t size)
{
	enum status status = file_replace(path, text, size, false);

	if (!status && utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW))
		status = fail(FAILED, "cannot write %s: %s", path,
			      strerror(errno));
	return status;
}

/**
 * command_metrics() - write what there is to count, as Prometheus reads it
 * @options: [FILE|-]
 *
 * Return: the status to exit with; nothing is written unless it is DONE.
 */
enum status command_metrics(const struct options *options)
{
	enum status status;
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		out_of_memory();
	status = write_metrics(file);
	if (fclose(file))
		out_of_memory();
	if (!status && options->count && strcmp(options->arguments[0], "-"))
		status = write_file(options->arguments[0], text, size);
	else if (!status)
		fwrite(text, 1, size, stdout);
	free(text);
	return status;
}
