// SPDX-License-Identifier: GPL-2.0
/*
 * A table file: lines of PROTO PORTS OWNER[:GROUP] MODE [ACL]. What is wrong
 * is said with its line and column. At boot, what is wrong leaves its own ports
 * to root alone, as far as they can be told.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "acl.h"
#include "file.h"
#include "message.h"
#include "owner.h"
#include "port.h"
#include "rule.h"

/* More than any sensible line: a list of all ACL entries that fit a node. */
#define LINE_MAX_BYTES 65536
#define MISTAKES_MAX   20

/* At boot, of what cannot be read. */
#define SO_UNKNOWN \
	"; it is not clear which ports are meant, so no port is released"

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
		"the ports are missing; a line is 'PROTO PORTS OWNER[:GROUP] MODE [ACL]'",
	[OWNER] = "the owner is missing; a user, or - to release",
	[MODE] = "the mode is missing, as in 600",
};

/* What a port has whose line is wrong, or names somebody unknown. */
static const struct rule root_only = { .claimed = true, .mode = 0600 };

/**
 * struct reader - a file that is being read
 * @name: what to call it
 * @line: the line that is being read, counted from 1
 * @mistakes: how many there were
 * @all: what to say of the first of them
 * @unresolved: how many lines wait for a name
 */
struct reader {
	const char *name;
	unsigned int line;
	unsigned int mistakes;
	struct message all[MISTAKES_MAX];
	unsigned int unresolved;
};

/* @more follows @text, which may quote its line. */
static void reader_mistake(struct reader *reader, size_t offset,
			   const char *text, const char *more)
{
	if (reader->mistakes++ >= MISTAKES_MAX)
		return;
	reader->all[reader->mistakes - 1] = (struct message){
		.line = reader->line,
		.column = offset + 1,
		.text = format_text("%s%s", text, more),
	};
}

/*
 * What says that this is no table at all: the mistakes before it follow from
 * that, and what was taken for its lines may be something else.
 */
static void no_table(struct source *source, struct reader *reader,
		     size_t offset, const char *text)
{
	unsigned int index, i;

	source->unknown = true;
	for (i = 0; i < reader->mistakes && i < MISTAKES_MAX; i++)
		free((char *)reader->all[i].text);
	reader->mistakes = 0;
	reader_mistake(
		reader, offset, text,
		source->tolerant ?
			"; the ports before it are root's alone, the rest is not read, and no port is released" :
			"");
	for (index = 0; source->tolerant && index < INDICES; index++) {
		if (source->origins[index].file == reader->name)
			source->table->rules[index] = root_only;
	}
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

/* A mistake in a word, at its place in the line. */
static bool in_word(struct mistake *mistake, const char *word, const char *line)
{
	mistake->offset += word - line;
	return false;
}

/*
 * A name that is unknown is a mistake of its own kind: it may be known later,
 * so all that is behind it has to be right.
 */
static bool parse_rule(struct rule *rule, char **words, int count,
		       const char *line, struct mistake *mistake)
{
	struct mistake later = { 0 };
	struct owner owner;
	bool right;

	memset(rule, 0, sizeof(*rule));
	if (!strcmp(words[OWNER], "-")) {
		if (count > OWNER + 1)
			return mistaken(
				mistake, words[MODE] - line,
				"nothing may follow the - that releases a port");
		return true;
	}
	rule->claimed = true;
	right = owner_parse(&owner, words[OWNER], mistake);
	if (!right)
		in_word(mistake, words[OWNER], line);
	if (!right && !mistake->unresolved)
		return false;
	rule->uid = owner.uid;
	rule->gid = owner.gid;
	if (count <= MODE)
		return mistaken(mistake,
				words[OWNER] + strlen(words[OWNER]) - line,
				"%s", missing_field[MODE]);
	if (!mode_parse(&rule->mode, words[MODE], &later)) {
		*mistake = later;
		return in_word(mistake, words[MODE], line);
	}
	if (count > ACL &&
	    !acl_parse(&rule->acl, &rule->mode, true, words[ACL], &later)) {
		if (!right && later.unresolved)
			return false;
		*mistake = later;
		return in_word(mistake, words[ACL], line);
	}
	return right;
}

/* The protocol of a line, as a bit, or 0. */
static unsigned int parse_protocol(const char *word)
{
	unsigned int protocol;

	for (protocol = 0; protocol < PROTOCOLS; protocol++) {
		if (!strcmp(word, protocol_names[protocol]))
			return 1U << protocol;
	}
	return 0;
}

static bool parse_words(struct source *source, char **words, int count,
			const char *line, const struct reader *reader,
			struct mistake *mistake)
{
	static struct port_set set;
	unsigned int protocols = parse_protocol(words[PROTO]);
	struct rule rule;

	/*
	 * Not quoted: who may have any file checked shall not read it so, and
	 * hardly another file has lines that begin with a protocol.
	 */
	if (!protocols)
		return mistaken(mistake, words[PROTO] - line,
				"a line begins with tcp or udp");
	if (count <= OWNER)
		return mistaken(mistake,
				words[count - 1] + strlen(words[count - 1]) -
					line,
				"%s", missing_field[count]);
	ports_clear(&set);
	if (!ports_parse_list(&set, protocols, words[PORT], mistake))
		return in_word(mistake, words[PORT], line);
	if (count > FIELDS)
		return mistaken(
			mistake, words[FIELDS] - line,
			"'%.40s' is one word too many; a line is 'PROTO PORTS OWNER[:GROUP] MODE [ACL]'",
			words[FIELDS]);
	if (!parse_rule(&rule, words, count, line, mistake))
		return false;
	set_rule(source, &set, &rule, reader, false);
	return true;
}

/*
 * Leave to root the ports of a line that is wrong. Without a protocol they are
 * of both; a port that is none is left out.
 *
 * Return: what to say of that.
 */
static const char *close_ports(struct source *source, char **words, int count,
			       const struct reader *reader, bool is_unresolved)
{
	static struct port_set set;
	unsigned int protocols = parse_protocol(words[PROTO]);
	bool all = protocols;
	struct mistake mistake;
	char *item, *rest;

	ports_clear(&set);
	for (item = count > PORT ? strtok_r(words[PORT], ",", &rest) : NULL;
	     item; item = strtok_r(NULL, ",", &rest)) {
		if (!ports_parse_list(&set, protocols ?: ALL_PROTOCOLS, item,
				      &mistake)) {
			all = false;
			source->unknown = true;
		}
	}
	set_rule(source, &set, &root_only, reader, is_unresolved);
	if (is_unresolved)
		return "; the line's ports are root's alone until the name is known";
	if (!set.end) {
		source->unknown = true;
		return SO_UNKNOWN;
	}
	return all ? "; the line's ports are root's alone until this is fixed" :
		     "; those of the line's ports that are clear are root's alone until this is fixed";
}

static void parse_line(struct source *source, char *line, struct reader *reader)
{
	struct mistake mistake = { 0 };
	const char *then = "";
	char *words[FIELDS + 1];
	int count = split(line, words);
	bool waits;
	char *text;

	if (!count || parse_words(source, words, count, line, reader, &mistake))
		return;
	waits = mistake.unresolved && source->tolerant;
	if (source->tolerant)
		then = close_ports(source, words, count, reader, waits);
	if (!waits) {
		reader_mistake(reader, mistake.offset, mistake.text, then);
		return;
	}
	source->unresolved++;
	if (reader->unresolved++ >= MISTAKES_MAX)
		return;
	text = format_text("%s%s", mistake.text, then);
	complain(WARNING, reader->name, reader->line, mistake.offset + 1, text);
	free(text);
}

/* Returns the length of the next line, without its end, or -1. */
static ssize_t next_line(struct source *source, FILE *file, char *line,
			 struct reader *reader)
{
	size_t length = 0;
	int byte = 0;

	reader->line++;
	while ((byte = getc_unlocked(file)) != EOF && byte != '\n') {
		if (length == LINE_MAX_BYTES) {
			no_table(source, reader, length,
				 "the line is too long to be one of a table");
			return -1;
		}
		if (byte == '\0') {
			no_table(source, reader, length,
				 "a NUL byte: this is not text");
			return -1;
		}
		line[length++] = byte;
	}
	if (ferror(file)) {
		no_table(source, reader, length, strerror(errno));
		return -1;
	}
	/* A program that has failed writes nothing to a pipe, or half a line. */
	if (byte == EOF && file == stdin && (length || reader->line == 1)) {
		source->unknown = true;
		reader_mistake(
			reader, length,
			length ?
				"standard input ends in the middle of a line; the last line must end with a newline, too" :
				"standard input is empty; a comment alone makes an empty table",
			"");
		return -1;
	}
	line[length] = '\0';
	return byte == EOF && !length ? -1 : (ssize_t)length;
}

/* At boot all lines count; else one that is wrong is enough. */
static void read_lines(struct source *source, FILE *file, struct reader *reader)
{
	char *line = allocate(LINE_MAX_BYTES + 1);

	while ((source->tolerant || reader->mistakes <= MISTAKES_MAX) &&
	       next_line(source, file, line, reader) >= 0)
		parse_line(source, line, reader);
	free(line);
}

static enum status report(struct reader *reader)
{
	unsigned int i;

	for (i = 0; i < reader->mistakes && i < MISTAKES_MAX; i++) {
		const struct message *mistake = &reader->all[i];

		complain(ERROR, reader->name, mistake->line, mistake->column,
			 mistake->text);
		free((char *)mistake->text);
	}
	if (reader->mistakes > MISTAKES_MAX)
		fail(WRONG, "%s has more mistakes; is it a table file?",
		     reader->name);
	if (reader->unresolved > MISTAKES_MAX)
		warn("%s has %u more lines with such names", reader->name,
		     reader->unresolved - MISTAKES_MAX);
	return reader->mistakes ? WRONG : DONE;
}

static FILE *open_regular(struct source *source, const char *path)
{
	const char *then = source->tolerant ? SO_UNKNOWN : "";
	struct stat stat;
	FILE *file;
	int fd;

	/* Not to wait for somebody to write to a FIFO. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &stat)) {
		fail(FAILED, "cannot read %s: %s%s", path, strerror(errno),
		     then);
		if (fd >= 0)
			close(fd);
		source->unknown = true;
		return NULL;
	}
	if (!S_ISREG(stat.st_mode)) {
		fail(FAILED,
		     "%s is %s; a table is a file, or - for standard input%s",
		     path,
		     S_ISDIR(stat.st_mode) ? "a directory" :
					     "not a regular file",
		     then);
		close(fd);
		source->unknown = true;
		return NULL;
	}
	file = fdopen(fd, "r");
	if (!file)
		out_of_memory();
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
	FILE *file = stdin;

	if (!strcmp(path, "-"))
		reader.name = "stdin";
	else
		file = open_regular(source, path);
	if (!file)
		return FAILED;
	read_lines(source, file, &reader);
	if (file != stdin)
		fclose(file);
	return report(&reader);
}
