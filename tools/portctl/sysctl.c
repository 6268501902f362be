// SPDX-License-Identifier: GPL-2.0
/* What the files of sysctl.d(5), and /etc/sysctl.conf, set. */
#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "folder.h"
#include "place.h"
#include "sysctl.h"

static const char *const folders[] = {
	"/etc/sysctl.d",
	"/run/sysctl.d",
	"/usr/local/lib/sysctl.d",
	"/usr/lib/sysctl.d",
};

static char *trimmed(char *text)
{
	size_t length;

	text += strspn(text, " \t");
	length = strlen(text);
	while (length && isspace((unsigned char)text[length - 1]))
		text[--length] = '\0';
	return text;
}

/* Its path: where a dot comes before any slash, they stand for each other. */
static char *path_of(char *name)
{
	char *part = name + strcspn(name, "./");

	if (*part != '.')
		return name;
	for (; *part; part++) {
		if (*part == '.' || *part == '/')
			*part = *part == '.' ? '/' : '.';
	}
	return name;
}

static void add_line(struct sysctls *sysctls, const struct sysctl *line)
{
	sysctls->all = reallocarray(sysctls->all, sysctls->count + 1,
				    sizeof(*sysctls->all));
	if (!sysctls->all)
		out_of_memory();
	sysctls->all[sysctls->count++] = *line;
}

static void read_line(struct sysctls *sysctls, const char *variable, char *text,
		      const char *path, unsigned int number)
{
	char *key = trimmed(text), *value = strchr(key, '=');
	struct sysctl line = { .line = number };
	/* With a minus, a failure is none. */
	bool has_minus = *key == '-';

	if (*key == '#' || *key == ';' || (!value && !has_minus))
		return;
	if (value)
		*value++ = '\0';
	key = path_of(trimmed(key + has_minus));
	line.is_glob = strpbrk(key, "*?[");
	if (line.is_glob ? !value || fnmatch(key, variable, FNM_PATHNAME) :
			   strcmp(key, variable))
		return;
	line.file = format_text("%s", path);
	line.value = value ? format_text("%s", trimmed(value)) : NULL;
	add_line(sysctls, &line);
}

/**
 * sysctls_read_file() - add the lines of a file that set a variable
 * @sysctls: those of the files before it
 * @name: the variable, with dots
 * @path: the file
 *
 * Return: whether the file could be read; if not, errno says why.
 */
bool sysctls_read_file(struct sysctls *sysctls, const char *name,
		       const char *path)
{
	FILE *file = fopen(path, "re");
	char *variable, *text = NULL;
	unsigned int line = 0;
	size_t size = 0;
	bool right;

	if (!file)
		return false;
	variable = path_of(format_text("%s", name));
	while (getline(&text, &size, file) >= 0)
		read_line(sysctls, variable, text, path, ++line);
	right = !ferror(file);
	free(variable);
	free(text);
	fclose(file);
	return right;
}

static bool is_same(const char *path, const char *other)
{
	char first[PATH_MAX], second[PATH_MAX];

	return realpath(path, first) && realpath(other, second) &&
	       !strcmp(first, second);
}

/**
 * sysctls_read() - find all lines that set a variable at boot
 * @sysctls: the result
 * @name: the variable, with dots
 * @omitted: called for each file or folder that could not be read, errno says why
 * @data: the caller's
 */
void sysctls_read(struct sysctls *sysctls, const char *name,
		  void (*omitted)(const char *path, void *data), void *data)
{
	char *last = format_text("%s/etc/sysctl.conf", places.root);
	struct paths paths = { 0 };
	char *folder;
	size_t i;

	*sysctls = (struct sysctls){ 0 };
	for (i = 0; i < ARRAY_SIZE(folders); i++) {
		folder = format_text("%s%s", places.root, folders[i]);
		if (!paths_add(&paths, folder, ".conf"))
			omitted(folder, data);
		free(folder);
	}
	paths_sort(&paths);
	for (i = 0; i < paths.count; i++) {
		/* A link to it may be among them. */
		if (is_disabled(paths.all[i]) || is_same(paths.all[i], last))
			continue;
		if (!sysctls_read_file(sysctls, name, paths.all[i]))
			omitted(paths.all[i], data);
	}
	if (!sysctls_read_file(sysctls, name, last) && errno != ENOENT)
		omitted(last, data);
	paths_free(&paths);
	free(last);
}

/**
 * sysctl_port() - the port that the kernel sees in a value
 * @line: the line that sets it
 * @port: the result
 *
 * Octal and hexadecimal numbers are some, and what comes after a blank is nothing.
 *
 * Return: whether the kernel takes it.
 */
bool sysctl_port(const struct sysctl *line, unsigned int *port)
{
	unsigned long number;
	char *end;

	/* A binary number is one for some libraries of C, and not for it. */
	if (!line->value || !isdigit((unsigned char)*line->value) ||
	    strspn(line->value + 1, "bB"))
		return false;
	number = strtoul(line->value, &end, 0);
	*port = number;
	return number <= PORT_MAX && (!*end || *end == ' ' || *end == '\t');
}

/**
 * sysctls_port_line() - the line that decides
 * @sysctls: all lines
 *
 * Return: the last one that the kernel takes; one with a wildcard only if no line
 * has the name itself. NULL if there is none.
 */
const struct sysctl *sysctls_port_line(const struct sysctls *sysctls)
{
	const struct sysctl *last = NULL, *last_glob = NULL, *line;
	bool is_named = false;
	unsigned int port;

	for (line = sysctls->all; line < sysctls->all + sysctls->count;
	     line++) {
		is_named |= !line->is_glob;
		if (!sysctl_port(line, &port))
			continue;
		if (line->is_glob)
			last_glob = line;
		else
			last = line;
	}
	return is_named ? last : last_glob;
}
