// SPDX-License-Identifier: GPL-2.0
/*
 * The comments of a table file that is written anew. One before a line, or at
 * its end, stays with the ports of that line; if they have no line any more, it
 * stays where the line was. What a blank line parts from the first line stays at
 * the top.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "comment.h"
#include "message.h"
#include "port.h"

/* What is longer is no table file. */
#define LINE_MAX_BYTES 65536
#define FILE_MAX_BYTES (64 << 20)

/**
 * struct comment - a line that is kept, or the end of one
 * @text: from the # on, or nothing
 * @index: the first port of the line that it is for
 * @number: the order in the file
 * @at_end: of that line
 */
struct comment {
	char *text;
	unsigned int index;
	size_t number;
	bool at_end;
};

/**
 * struct comments - those of a file
 * @all: in the order of their ports
 * @count: how many
 * @room: for how many there is memory
 * @waiting: the first of those that are for the next line
 * @has_line: there was a line that is no comment
 */
struct comments {
	struct comment *all;
	size_t count;
	size_t room;
	size_t waiting;
	bool has_line;
};

static void add(struct comments *comments, const char *text, unsigned int index,
		bool at_end)
{
	if (comments->count == comments->room) {
		comments->room = comments->room ? 2 * comments->room : 64;
		comments->all = reallocarray(comments->all, comments->room,
					     sizeof(*comments->all));
		if (!comments->all)
			out_of_memory();
	}
	comments->all[comments->count] = (struct comment){
		.text = format_text("%s", text),
		.index = index,
		.number = comments->count,
		.at_end = at_end,
	};
	comments->count++;
}

static void free_comments(struct comments *comments)
{
	while (comments->count)
		free(comments->all[--comments->count].text);
	free(comments->all);
	memset(comments, 0, sizeof(*comments));
}

static int compare(const void *a, const void *b)
{
	const struct comment *x = a, *y = b;

	if (x->index != y->index)
		return x->index < y->index ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

/* The comment of a line: a # at the beginning of a word; or its end. */
static char *find_comment(char *line)
{
	char *p = line;

	while (*(p += strspn(p, " \t\r")) && *p != '#')
		p += strcspn(p, " \t\r");
	return p;
}

/* Which ports a line is about: the lowest and the highest. */
static bool find_ports(const char *line, unsigned int *first,
		       unsigned int *last)
{
	static struct port_set set;
	struct mistake mistake;
	char protocol[8], *ports = NULL;
	unsigned int i;

	if (sscanf(line, " %7s %ms", protocol, &ports) != 2)
		return false;
	ports_clear(&set);
	for (i = 0; i < PROTOCOLS; i++) {
		if (!strcmp(protocol, protocol_names[i]) &&
		    !ports_parse_list(&set, 1U << i, ports, &mistake))
			ports_clear(&set);
	}
	free(ports);
	if (!set.end)
		return false;
	*first = set.first;
	*last = set.end - 1;
	return true;
}

static void give_to(struct comments *comments, unsigned int index)
{
	for (; comments->waiting < comments->count; comments->waiting++)
		comments->all[comments->waiting].index = index;
}

/* Returns false if this is no line of a table. */
static bool read_line(struct comments *comments, char *line)
{
	char *comment = find_comment(line);
	unsigned int first, last;

	if (comment == line + strspn(line, " \t\r")) {
		add(comments, comment, INDICES, false);
		if (!*comment && !comments->has_line)
			give_to(comments, 0);
		return true;
	}
	if (!find_ports(line, &first, &last))
		return false;
	comments->has_line = true;
	give_to(comments, first);
	if (*comment)
		add(comments, comment, first, true);
	comments->waiting = comments->count;
	return true;
}

/* None if it cannot be read, or is no table file. */
static void read_comments(struct comments *comments, const char *path,
			  const char *header)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK |
				    O_NOCTTY);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	char *line = allocate(LINE_MAX_BYTES + 2), *end;
	struct stat stat;
	bool right;

	right = file && !fstat(fd, &stat) && S_ISREG(stat.st_mode) &&
		stat.st_size <= FILE_MAX_BYTES;
	while (right && fgets(line, LINE_MAX_BYTES + 2, file)) {
		if (header && !strcmp(line, header))
			continue;
		end = strchr(line, '\n');
		right = end || feof(file);
		if (end)
			*end = '\0';
		right = right && read_line(comments, line);
	}
	if (!right)
		free_comments(comments);
	else if (comments->count)
		qsort(comments->all, comments->count, sizeof(*comments->all),
		      compare);
	if (file)
		fclose(file);
	else if (fd >= 0)
		close(fd);
	free(line);
}

/* One line of the new text, behind what stood before it. */
static size_t write_line(FILE *file, const struct comments *comments,
			 size_t next, const char *line)
{
	const char *at_end = NULL;
	unsigned int first, last;

	if (!find_ports(line, &first, &last)) {
		fprintf(file, "%s\n", line);
		return next;
	}
	for (; next < comments->count; next++) {
		const struct comment *comment = &comments->all[next];

		if (comment->index > last)
			break;
		if (comment->at_end && comment->index >= first && !at_end)
			at_end = comment->text;
		else
			fprintf(file, "%s\n", comment->text);
	}
	fprintf(file, "%s%s%s\n", line, at_end ? " " : "",
		at_end ? at_end : "");
	return next;
}

/**
 * comments_write() - write a table file's new text with its old comments
 * @file: where
 * @old: the path of the old file, which need not be there
 * @header: a line that the new text begins with, or NULL; it is not kept twice
 * @text: the new text; it is cut at its lines
 */
void comments_write(FILE *file, const char *old, const char *header, char *text)
{
	struct comments comments = { 0 };
	size_t next = 0;
	char *line;

	read_comments(&comments, old, header);
	while ((line = strsep(&text, "\n")) && text)
		next = write_line(file, &comments, next, line);
	for (; next < comments.count; next++)
		fprintf(file, "%s\n", comments.all[next].text);
	free_comments(&comments);
}
