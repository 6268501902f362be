// SPDX-License-Identifier: GPL-2.0
/* What systemd says of units, what it is told, and which one a process is in. */
#include <stdlib.h>
#include <string.h>

#include "folder.h"
#include "place.h"
#include "program.h"
#include "unit.h"

static void add_line(struct unit *unit, const char *line)
{
	unit->lines = reallocarray(unit->lines, unit->count + 1,
				   sizeof(*unit->lines));
	if (!unit->lines)
		out_of_memory();
	unit->lines[unit->count++] = format_text("%s", line);
}

/* A block of lines for each unit, and an empty one between two. */
static void read_units(struct units *units, FILE *file)
{
	bool is_between = true;
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, file) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!*line) {
			is_between = true;
			continue;
		}
		if (is_between) {
			units->all = reallocarray(units->all, units->count + 1,
						  sizeof(*units->all));
			if (!units->all)
				out_of_memory();
			units->all[units->count++] = (struct unit){ 0 };
		}
		is_between = false;
		add_line(&units->all[units->count - 1], line);
	}
	free(line);
}

/**
 * units_read() - ask systemd for properties of units
 * @units: the result
 * @properties: their names, with commas between them; Id is a unit's name,
 *	LoadState is "not-found" for one that does not exist
 * @names: names of units, or patterns for those that are loaded; the last is NULL
 *
 * Of the system's manager, by systemctl(1): it starts nothing and waits for
 * nothing. With PORTCTL_ROOT the program there is asked, if there is any.
 *
 * Return: whether systemd answered.
 */
bool units_read(struct units *units, const char *properties,
		const char *const *names)
{
	size_t count = 0;
	char **words;
	bool answered = false;
	FILE *output;
	pid_t pid;

	*units = (struct units){ 0 };
	while (names[count])
		count++;
	words = allocate((count + 5) * sizeof(*words));
	words[0] = format_text("%s/usr/bin/systemctl", places.root);
	words[1] = "show";
	words[2] = format_text("--property=%s", properties);
	words[3] = "--";
	memcpy(words + 4, names, count * sizeof(*words));
	output = program_open(words, &pid);
	if (output) {
		read_units(units, output);
		answered = program_close(output, pid);
	}
	free(words[0]);
	free(words[2]);
	free(words);
	return answered;
}

/**
 * unit_tell() - let systemd do something, and wait until it has
 * @verb: what, one of systemctl(1)'s
 * @name: the unit, or NULL
 *
 * Return: whether it has done it.
 */
bool unit_tell(const char *verb, const char *name)
{
	char *words[4] = { NULL };
	char *line = NULL;
	size_t size = 0;
	bool right = false;
	FILE *output;
	pid_t pid;

	words[0] = format_text("%s/usr/bin/systemctl", places.root);
	words[1] = (char *)verb;
	words[2] = (char *)name;
	output = program_open(words, &pid);
	if (output) {
		while (getline(&line, &size, output) >= 0)
			;
		right = program_close(output, pid);
	}
	free(line);
	free(words[0]);
	return right;
}

/**
 * unit_value() - one of the values of a property
 * @unit: the unit
 * @name: the property, one that was asked for
 * @n: which, counted from 0; systemctl(1) has a line for each value of a list of
 *	several parts
 *
 * Return: its value as systemctl(1) prints it; NULL if there is none.
 */
const char *unit_value(const struct unit *unit, const char *name, size_t n)
{
	size_t length = strlen(name), i;

	for (i = 0; i < unit->count; i++) {
		if (!strncmp(unit->lines[i], name, length) &&
		    unit->lines[i][length] == '=' && !n--)
			return unit->lines[i] + length + 1;
	}
	return NULL;
}

/**
 * unit_property() - one of the properties that were asked for
 * @unit: the unit
 * @name: the property
 *
 * Return: its value as systemctl(1) prints it; "" if it is not there.
 */
const char *unit_property(const struct unit *unit, const char *name)
{
	const char *value = unit_value(unit, name, 0);

	return value ? value : "";
}

/**
 * process_cgroup() - the control group that a process is in
 * @pid: the process
 *
 * Return: its path below the root of the one hierarchy (cgroup v2), or NULL if
 * it cannot be seen.
 */
char *process_cgroup(pid_t pid)
{
	char *path = format_text("%s/proc/%d/cgroup", places.root, pid);
	FILE *file = fopen(path, "re");
	char *line = NULL, *found = NULL;
	size_t size = 0;

	free(path);
	while (file && !found && getline(&line, &size, file) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "0::/", 4))
			found = format_text("%s", line + 3);
	}
	free(line);
	if (file)
		fclose(file);
	return found;
}

/**
 * process_unit() - the unit of the system's manager that a process belongs to
 * @pid: the process
 *
 * What a user's own manager starts belongs to user@UID.service.
 *
 * Return: its name, or NULL if there is none or it cannot be seen.
 */
char *process_unit(pid_t pid)
{
	char *group = process_cgroup(pid), *rest, *name, *unit = NULL;

	if (!group)
		return NULL;
	/* Slices lie in each other, and the first that is none is the unit. */
	for (name = strtok_r(group, "/", &rest); name && !unit;
	     name = strtok_r(NULL, "/", &rest)) {
		if (ends_with(name, ".slice"))
			continue;
		/* What could be mistaken for a file of the kernel's. */
		if (*name == '_')
			name++;
		if (!ends_with(name, ".service") &&
		    !ends_with(name, ".scope") && !ends_with(name, ".socket") &&
		    !ends_with(name, ".mount") && !ends_with(name, ".swap"))
			break;
		unit = format_text("%s", name);
	}
	free(group);
	return unit;
}
