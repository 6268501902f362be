// SPDX-License-Identifier: GPL-2.0
/*
 * The rules of FreeBSD's mac_portacl(4): uid:80:tcp:80,gid:1001:udp:53, alone or as
 * sysctl.conf(5) has them.
 */
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "port.h"
#include "portacl.h"

#define PREFIX "security.mac.portacl."
#define BLANKS " \t\"'\r\n"

/**
 * struct portacl_reader - a file that is being read
 * @acls: what it sets so far
 * @line: the line that is being read, counted from 1
 * @text: the line
 * @status: WRONG if there was a mistake
 */
struct portacl_reader {
	struct portacls *acls;
	unsigned int line;
	const char *text;
	enum status status;
};

static void mistake_at(struct portacl_reader *reader, const char *place,
		       const char *text)
{
	reader->status = WRONG;
	complain(ERROR, reader->acls->path, reader->line,
		 place - reader->text + 1, text);
}

static void add_rule(struct portacls *acls, const struct portacl *rule)
{
	acls->all =
		reallocarray(acls->all, acls->count + 1, sizeof(*acls->all));
	if (!acls->all)
		out_of_memory();
	acls->all[acls->count++] = *rule;
}

static bool parse_number(unsigned long *number, const char *text, size_t length,
			 unsigned long maximum)
{
	char *end;

	if (!length || strspn(text, "0123456789") < length || length > 10)
		return false;
	*number = strtoul(text, &end, 10);
	return end == text + length && *number <= maximum;
}

/* @length bytes: uid:ID:tcp:PORT */
static void read_rule(struct portacl_reader *reader, const char *text,
		      size_t length)
{
	const char *words[4] = { text };
	struct portacl rule = { .line = reader->line };
	unsigned long id, port;
	unsigned int protocol;
	size_t lengths[4], i;

	for (i = 0; i < 4; i++) {
		const char *colon =
			memchr(words[i], ':', text + length - words[i]);

		lengths[i] =
			(colon && i < 3 ? colon : text + length) - words[i];
		if (i < 3 && !colon) {
			mistake_at(
				reader, text,
				"not a rule; uid:80:tcp:80 and gid:80:udp:53 are");
			return;
		}
		if (i < 3)
			words[i + 1] = colon + 1;
	}
	rule.is_group = lengths[0] == 3 && !strncmp(words[0], "gid", 3);
	protocol = protocol_find(words[2], lengths[2]);
	if (!rule.is_group && (lengths[0] != 3 || strncmp(words[0], "uid", 3)))
		mistake_at(reader, words[0], "neither uid nor gid");
	else if (!parse_number(&id, words[1], lengths[1], 4294967294))
		mistake_at(reader, words[1],
			   "not the number of a user or group");
	else if (!protocol)
		mistake_at(reader, words[2], "neither tcp nor udp");
	else if (!parse_number(&port, words[3], lengths[3], PORT_MAX) || !port)
		mistake_at(reader, words[3], "not a port; 1 to 65535 are");
	else {
		rule.id = id;
		rule.index = (protocol == 1U << UDP ? PORTS : 0) + port;
		add_rule(reader->acls, &rule);
	}
}

static void read_rules(struct portacl_reader *reader, const char *text)
{
	size_t length, word, rest;

	reader->acls->is_set = true;
	for (;; text += length + 1) {
		text += strspn(text, BLANKS);
		length = strcspn(text, ",");
		word = strcspn(text, BLANKS ",");
		rest = word + strspn(text + word, BLANKS);
		if (rest < length)
			mistake_at(reader, text + rest,
				   "a comma comes before the next rule");
		else if (word)
			read_rule(reader, text, word);
		if (!text[length])
			return;
	}
}

/* As C has it: 0x50 is 80. */
static void read_number(struct portacl_reader *reader, const char *text,
			struct portacl_number *number)
{
	char *word, *end, *words;
	size_t length;

	text += strspn(text, BLANKS);
	length = strlen(text);
	while (length && strchr(BLANKS, text[length - 1]))
		length--;
	word = format_text("%.*s", (int)length, text);
	number->value = strtol(word, &end, 0);
	number->line = reader->line;
	if (!length || *end) {
		words = format_text("'%s' is not a number", word);
		mistake_at(reader, text, words);
		free(words);
	}
	free(word);
}

/* What a line sets a variable to; NULL if it is not about it. */
static const char *value_of(const char *line, const char *name)
{
	size_t length = strlen(name);

	if (strncmp(line, PREFIX, strlen(PREFIX)) ||
	    strncmp(line + strlen(PREFIX), name, length))
		return NULL;
	line += strlen(PREFIX) + length;
	line += strspn(line, " \t");
	return *line == '=' || *line == ':' ? line + 1 : NULL;
}

static void read_line(struct portacl_reader *reader, const char *line)
{
	struct portacls *acls = reader->acls;
	const char *value;

	value = value_of(line, "rules");
	if (value) {
		/* They replace those of lines before. */
		acls->count = 0;
		read_rules(reader, value);
	} else if (!strncmp(line, "uid:", 4) || !strncmp(line, "gid:", 4)) {
		read_rules(reader, line);
	}
	value = value_of(line, "enabled");
	if (value)
		read_number(reader, value, &acls->enabled);
	value = value_of(line, "suser_exempt");
	if (value)
		read_number(reader, value, &acls->suser_exempt);
	value = value_of(line, "port_high");
	if (value)
		read_number(reader, value, &acls->port_high);
}

/**
 * portacl_read() - read what a file sets
 * @acls: the result
 * @path: the file, - for standard input
 *
 * Return: DONE, or another status after a line for each mistake.
 */
enum status portacl_read(struct portacls *acls, const char *path)
{
	FILE *file = strcmp(path, "-") ? fopen(path, "re") : stdin;
	struct portacl_reader reader = { .acls = acls };
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	*acls = (struct portacls){ .path = file == stdin ? "stdin" : path,
				   .enabled.value = 1,
				   .suser_exempt.value = 1,
				   .port_high.value = 1023 };
	if (!file)
		return fail(FAILED, "cannot read %s: %m", path);
	while ((length = getline(&line, &size, file)) >= 0) {
		reader.line++;
		reader.text = line;
		if (strlen(line) < (size_t)length) {
			mistake_at(&reader, line + strlen(line),
				   "a zero byte; the file must be text");
			continue;
		}
		line[strcspn(line, "#")] = '\0';
		read_line(&reader, line + strspn(line, " \t"));
	}
	if (ferror(file))
		reader.status = fail(FAILED, "cannot read %s: %m", path);
	else if (!reader.status && !acls->is_set)
		reader.status = fail(FAILED, "%s: no line sets " PREFIX "rules",
				     acls->path);
	free(line);
	if (file != stdin)
		fclose(file);
	return reader.status;
}
