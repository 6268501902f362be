// SPDX-License-Identifier: GPL-2.0
/* What the files of sysctl.d(5), and /etc/sysctl.conf, set. */
#include <ctype.h>
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

/* Dots and slashes part the words of a name. */
static bool is_name(const char *text, const char *name)
{
	for (; *text && *name; text++, name++) {
		if (*text != *name && !(*text == '/' && *name == '.'))
			return false;
	}
	return !*text && !*name;
}

/**
 * sysctl_file_visit() - go through the lines of a file that set a variable
 * @path: the file
 * @name: the variable, with dots
 * @visit: called for each
 * @data: the caller's
 *
 * Return: whether the file could be read; if not, errno says why.
 */
bool sysctl_file_visit(const char *path, const char *name,
		       void (*visit)(const struct sysctl *line, void *data),
		       void *data)
{
	struct sysctl line = { .file = path };
	FILE *file = fopen(path, "re");
	char *text = NULL, *key, *value;
	size_t size = 0;
	bool right;

	if (!file)
		return false;
	while (getline(&text, &size, file) >= 0) {
		line.line++;
		key = trimmed(text);
		/* With a minus, a failure is none. */
		key += *key == '-';
		value = strchr(key, '=');
		if (*key == '#' || *key == ';' || !value)
			continue;
		*value++ = '\0';
		line.value = trimmed(value);
		if (is_name(trimmed(key), name))
			visit(&line, data);
	}
	right = !ferror(file);
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
 * sysctls_visit() - go through all lines that set a variable at boot
 * @name: the variable, with dots
 * @visit: called for each, in the order in which they count
 * @omitted: called for each file or folder that could not be read, errno says why
 * @data: the caller's
 */
void sysctls_visit(const char *name,
		   void (*visit)(const struct sysctl *line, void *data),
		   void (*omitted)(const char *path, void *data), void *data)
{
	char *last = format_text("%s/etc/sysctl.conf", places.root);
	struct paths paths = { 0 };
	char *folder;
	size_t i;

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
		if (!sysctl_file_visit(paths.all[i], name, visit, data))
			omitted(paths.all[i], data);
	}
	if (realpath(last, NULL) && !sysctl_file_visit(last, name, visit, data))
		omitted(last, data);
	paths_free(&paths);
	free(last);
}
