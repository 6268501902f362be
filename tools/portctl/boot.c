// SPDX-License-Identifier: GPL-2.0
/*
 * What a boot left to do, under /run: the ports that wait for a name, for the
 * second pass, and what was wrong with the files, for people.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot.h"
#include "message.h"
#include "place.h"
#include "port.h"

static char *state_path(const char *name)
{
	return format_text("%s/run/portctl/%s", places.root, name);
}

static enum status cannot_keep(const char *path)
{
	return fail(FAILED, "cannot write %s: %s", path, strerror(errno));
}

/* An empty text is no file. */
static enum status keep(const char *name, const char *text)
{
	char *path = state_path(name);
	char *folder = state_path("");
	enum status status = DONE;
	FILE *file;

	if (!*text) {
		unlink(path);
		rmdir(folder);
	} else {
		mkdir(folder, 0755);
		file = fopen(path, "we");
		if (!file)
			status = cannot_keep(path);
		else if ((fputs(text, file) < 0) | (fclose(file) != 0))
			status = cannot_keep(path);
	}
	free(folder);
	free(path);
	return status;
}

static char *kept(const char *name)
{
	char *path = state_path(name);
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	free(path);
	if (!file)
		return NULL;
	if (getdelim(&text, &size, '\0', file) < 0) {
		free(text);
		text = NULL;
	}
	fclose(file);
	return text;
}

/**
 * boot_keep_waiting() - remember which ports wait for a name
 * @waiting: the ports, by index
 *
 * Return: DONE, or FAILED after a line that says why.
 */
enum status boot_keep_waiting(const bool *waiting)
{
	unsigned int first, last;
	enum status status;
	char *text;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		out_of_memory();
	for (first = 0; first < INDICES; first = last + 1) {
		last = first;
		if (!waiting[first])
			continue;
		while ((last + 1) % PORTS && waiting[last + 1])
			last++;
		fprintf(file, "%s\n", ports_text(first, last));
	}
	if (fclose(file))
		out_of_memory();
	status = keep("unresolved", text);
	free(text);
	return status;
}

/**
 * boot_waiting() - which ports wait for a name
 * @set: they are added to it
 */
void boot_waiting(struct port_set *set)
{
	char *text = kept("unresolved");
	struct mistake mistake;
	char *line, *rest;

	for (line = text ? strtok_r(text, "\n", &rest) : NULL; line;
	     line = strtok_r(NULL, "\n", &rest))
		ports_parse(set, line, &mistake);
	free(text);
}

/**
 * boot_stop_waiting() - somebody has decided over ports that wait for a name
 * @set: the ports; the others go on waiting
 *
 * Under table_lock().
 *
 * Return: DONE, or FAILED after a line that says why.
 */
enum status boot_stop_waiting(const struct port_set *set)
{
	static struct port_set waiting;
	bool found = false;
	unsigned int index;

	boot_waiting(&waiting);
	for (index = waiting.first; index < waiting.end; index++) {
		if (!waiting.has[index] || !set->has[index])
			continue;
		waiting.has[index] = false;
		found = true;
	}
	return found ? boot_keep_waiting(waiting.has) : DONE;
}

/**
 * boot_keep_mistakes() - remember what was wrong
 * @text: lines, or nothing
 *
 * Return: DONE, or FAILED after a line that says why.
 */
enum status boot_keep_mistakes(const char *text)
{
	return keep("mistakes", text);
}

/**
 * boot_mistakes() - what was wrong with the files when they were restored last
 *
 * Return: lines for people, or NULL; the caller's to free.
 */
char *boot_mistakes(void)
{
	return kept("mistakes");
}
