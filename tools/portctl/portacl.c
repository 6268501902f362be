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

#define RULES "security.mac.portacl.rules"
#define SUSER "security.mac.portacl.suser_exempt"

/**
 * struct portacl_reader - a file that is being read
 * @path: the file
 * @line: the line that is being read, counted from 1
 * @text: the line
 * @status: WRONG if there was a mistake
 * @found: called for each rule
 * @data: for it
 */
struct portacl_reader {
	const char *path;
	unsigned int line;
	const char *text;
	enum status status;
	void (*found)(const struct portacl *rule, void *data);
	void *data;
};

static void mistake_at(struct portacl_reader *reader, const char *place,
		       const char *text)
{
	reader->status = WRONG;
	complain(ERROR, reader->path, reader->line, place - reader->text + 1,
		 text);
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
		reader->found(&rule, reader->data);
	}
}

static void read_rules(struct portacl_reader *reader, const char *text)
{
	size_t length, word, rest;

	for (;; text += length + 1) {
		text += strspn(text, " \t\"'");
		length = strcspn(text, ",");
		word = strcspn(text, " \t\"'\r\n,");
		rest = word + strspn(text + word, " \t\"'\r\n");
		if (rest < length)
			mistake_at(reader, text + rest,
				   "a comma comes before the next rule");
		else if (word)
			read_rule(reader, text, word);
		if (!text[length])
			return;
	}
}

/**
 * portacl_read() - read the rules of a file
 * @path: the file, - for standard input
 * @found: called for each rule
 * @binds_root: whether root is bound by them, too
 * @data: for @found
 *
 * Return: DONE, or another status after a line for each mistake.
 */
enum status portacl_read(const char *path,
			 void (*found)(const struct portacl *rule, void *data),
			 bool *binds_root, void *data)
{
	struct portacl_reader reader = { .path = path,
					 .found = found,
					 .data = data };
	FILE *file = strcmp(path, "-") ? fopen(path, "re") : stdin;
	char *line = NULL, *text;
	size_t size = 0, length;

	*binds_root = false;
	if (!file)
		return fail(FAILED, "cannot read %s: %m", path);
	if (file == stdin)
		reader.path = "stdin";
	while (getline(&line, &size, file) >= 0) {
		reader.line++;
		reader.text = line;
		line[strcspn(line, "#")] = '\0';
		text = line + strspn(line, " \t");
		length = strcspn(text, " \t=");
		if (length == strlen(RULES) && !strncmp(text, RULES, length))
			read_rules(&reader,
				   text + length +
					   strspn(text + length, " \t="));
		else if (length == strlen(SUSER) &&
			 !strncmp(text, SUSER, length))
			*binds_root = text[length + strspn(text + length,
							   " \t=\"'")] == '0';
		else if (!strncmp(text, "uid:", 4) || !strncmp(text, "gid:", 4))
			read_rules(&reader, text);
	}
	if (ferror(file))
		reader.status = fail(FAILED, "cannot read %s: %m", path);
	free(line);
	if (file != stdin)
		fclose(file);
	return reader.status;
}
