// SPDX-License-Identifier: GPL-2.0
/*
 * A table file: lines of PROTO PORTS OWNER[:GROUP] MODE [ACL]. What is wrong
 * is said with its line and column; a file with many mistakes is not a table
 * file and gets one line for all of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "portctl.h"

/* More than any sensible line: a list of all ACL entries that fit a node. */
#define LINE_MAX_BYTES 65536
#define MISTAKES_MAX   20

/* What a line has; the ports and the owner may be lists of words, never two. */
enum field {
	PROTO,
	PORT,
	OWNER,
	MODE,
	ACL,
	FIELDS
};

static const char *const missing_field[] = {
	[PORT] =
		"the ports are missing; 'PROTO PORTS OWNER[:GROUP] MODE [ACL]' is a line",
	[OWNER] = "the owner is missing; a user, or - to release",
	[MODE] = "the mode is missing, as in 600",
};

/**
 * struct reader - a file that is being read
 * @name: what to call it
 * @line: the line that is being read, counted from 1
 * @mistakes: how many there were
 * @all: what to say of them
 */
struct reader {
	const char *name;
	unsigned int line;
	unsigned int mistakes;
	struct message all[MISTAKES_MAX];
};

static void reader_mistake(struct reader *reader, size_t offset,
			   const char *text)
{
	reader->all[reader->mistakes++] = (struct message){
		.line = reader->line,
		.column = offset + 1,
		.text = format_text("%s", text),
	};
}

/* What says that this is no table at all; the mistakes before it follow from that. */
static void reader_no_table(struct reader *reader, size_t offset,
			    const char *text)
{
	while (reader->mistakes)
		free((char *)reader->all[--reader->mistakes].text);
	reader_mistake(reader, offset, text);
}

static void set_rule(struct source *source, const struct port_set *set,
		     const struct rule *rule, const struct reader *reader,
		     bool is_unresolved)
{
	unsigned int index;

	for (index = set->first; index < set->end; index++) {
		if (!set->has[index])
			continue;
		source->table->rules[index] = *rule;
		source->origins[index] = (struct origin){
			.file = reader->name,
			.line = reader->line,
			.unresolved = is_unresolved,
		};
	}
}

/* Split a line at blanks; returns how many words, one more than fit at most. */
static int split(char *line, char **words)
{
	int count = 0;
	char *word;

	while ((word = strtok(count ? NULL : line, " \t\r"))) {
		if (*word == '#')
			break;
		if (count > FIELDS)
			break;
		words[count++] = word;
	}
	return count;
}

static bool parse_rule(struct rule *rule, char **words, int count,
		       const char *line, struct mistake *mistake)
{
	struct owner owner;
	const char *at = words[OWNER];
	bool right;

	memset(rule, 0, sizeof(*rule));
	if (!strcmp(words[OWNER], "-")) {
		if (count > OWNER + 1)
			return mistaken(
				mistake, words[MODE] - line,
				"nothing follows the - that releases a port");
		return true;
	}
	rule->claimed = true;
	right = owner_parse(&owner, words[OWNER], mistake);
	rule->uid = owner.uid;
	rule->gid = owner.gid;
	if (right && count <= MODE)
		return mistaken(mistake,
				words[OWNER] + strlen(words[OWNER]) - line,
				"%s", missing_field[MODE]);
	if (right) {
		at = words[MODE];
		right = mode_parse(&rule->mode, at, mistake);
	}
	if (right && count > ACL) {
		at = words[ACL];
		right = acl_parse(&rule->acl, &rule->mode, true, at, mistake);
	}
	if (!right)
		mistake->offset += at - line;
	return right;
}

static bool parse_line(struct source *source, char *line, struct reader *reader,
		       struct mistake *mistake)
{
	static struct port_set set;
	char *words[FIELDS + 1];
	unsigned int protocol;
	struct rule rule;
	int count = split(line, words);

	if (!count)
		return true;
	for (protocol = 0; protocol < PROTOCOLS; protocol++) {
		if (!strcmp(words[PROTO], protocol_names[protocol]))
			break;
	}
	if (protocol == PROTOCOLS)
		return mistaken(mistake, words[PROTO] - line,
				"'%.40s' is no protocol; tcp and udp are",
				words[PROTO]);
	if (count <= OWNER)
		return mistaken(mistake,
				words[count - 1] + strlen(words[count - 1]) -
					line,
				"%s", missing_field[count]);
	ports_clear(&set);
	if (!ports_parse_list(&set, 1U << protocol, words[PORT], mistake)) {
		mistake->offset += words[PORT] - line;
		return false;
	}
	if (count > FIELDS)
		return mistaken(
			mistake, words[FIELDS] - line,
			"'%.40s' is one word too many; 'PROTO PORTS OWNER[:GROUP] MODE [ACL]' is a line",
			words[FIELDS]);
	if (parse_rule(&rule, words, count, line, mistake)) {
		set_rule(source, &set, &rule, reader, false);
		return true;
	}
	if (!mistake->unresolved)
		return false;
	/* Nobody but root, until the name is known. */
	rule = (struct rule){ .claimed = true, .mode = 0600 };
	set_rule(source, &set, &rule, reader, true);
	return false;
}

/* Returns the length of the next line, without its end, or -1. */
static ssize_t next_line(FILE *file, char *line, struct reader *reader,
			 bool *stop)
{
	size_t length = 0;
	int byte = 0;

	reader->line++;
	while ((byte = getc_unlocked(file)) != EOF && byte != '\n') {
		if (length == LINE_MAX_BYTES) {
			reader_no_table(
				reader, length,
				"the line is too long to be one of a table");
			*stop = true;
			return -1;
		}
		if (byte == '\0') {
			reader_no_table(reader, length,
					"a NUL byte: this is no text");
			*stop = true;
			return -1;
		}
		line[length++] = byte;
	}
	line[length] = '\0';
	return byte == EOF && !length ? -1 : (ssize_t)length;
}

static void read_lines(struct source *source, FILE *file, struct reader *reader)
{
	char *line = allocate(LINE_MAX_BYTES + 1);
	struct mistake mistake = { 0 };
	bool stop = false;
	char *words;

	while (!stop && next_line(file, line, reader, &stop) >= 0) {
		if (parse_line(source, line, reader, &mistake))
			continue;
		if (mistake.unresolved && source->tolerant) {
			source->unresolved++;
			words = format_text("%s; root only until there is",
					    mistake.text);
			complain(WARNING, reader->name, reader->line,
				 mistake.offset + 1, words);
			free(words);
			continue;
		}
		reader_mistake(reader, mistake.offset, mistake.text);
		stop = reader->mistakes >= MISTAKES_MAX;
	}
	if (ferror(file))
		reader_no_table(reader, 0, strerror(errno));
	free(line);
}

/* Many mistakes are one: this is no table. */
static enum status report(struct reader *reader)
{
	unsigned int i;

	for (i = 0; i < reader->mistakes; i++) {
		const struct message *mistake = &reader->all[i];

		if (!i || reader->mistakes < MISTAKES_MAX)
			complain(ERROR, reader->name, mistake->line,
				 mistake->column, mistake->text);
		free((char *)mistake->text);
	}
	return reader->mistakes ? WRONG : DONE;
}

static FILE *open_regular(const char *path, enum status *status)
{
	struct stat stat;
	FILE *file;
	int fd;

	/* Not to wait for somebody to write to a FIFO. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &stat)) {
		*status = fail(FAILED, "cannot read %s: %s", path,
			       strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	if (!S_ISREG(stat.st_mode)) {
		*status = fail(
			FAILED,
			"%s is %s; a table is a file, or - for standard input",
			path,
			S_ISDIR(stat.st_mode) ? "a directory" :
						"no regular file");
		close(fd);
		return NULL;
	}
	file = fdopen(fd, "r");
	if (!file)
		*status = fail(FAILED, "cannot read %s: %s", path,
			       strerror(errno));
	return file;
}

/**
 * file_read() - read a table file over what is known already
 * @source: the lines of the file are added to it, the last for a port wins
 * @path: the file, - for standard input
 *
 * Return: DONE, or another status after a line for each mistake.
 */
enum status file_read(struct source *source, const char *path)
{
	struct reader reader = { .name = format_text("%s", path) };
	enum status status = FAILED;
	FILE *file = stdin;

	if (!strcmp(path, "-"))
		reader.name = "stdin";
	else
		file = open_regular(path, &status);
	if (!file)
		return status;
	read_lines(source, file, &reader);
	if (file != stdin)
		fclose(file);
	return report(&reader);
}
