// SPDX-License-Identifier: GPL-2.0
/* A document of JSON on standard output, written as it comes. */
#include <stdint.h>
#include <stdio.h>

#include "json.h"
#include "text.h"

/* Deeper than any document of ours. */
#define DEPTH_MAX 8

/* Down to here each value has a line of its own, unless an object is one line. */
static unsigned int depth_lines = 2;

/**
 * struct level - an object or an array that is not closed yet
 * @kind: what opened it, { or [
 * @filled: it has a value
 */
static struct level {
	char kind;
	bool filled;
} levels[DEPTH_MAX + 1];

static unsigned int depth;

/* How many bytes @value begins with that stand for themselves. */
static size_t plain_length(const char *value)
{
	size_t length = 0;

	while (value[length] >= ' ' && value[length] <= '~' &&
	       value[length] != '"' && value[length] != '\\')
		length++;
	return length;
}

/* What is no character is U+FFFD, and what is not seen goes out by its number. */
static void print_string(const char *value)
{
	uint32_t character;
	size_t length;

	putchar('"');
	for (; *value; value += length ? length : 1) {
		length = plain_length(value);
		if (length) {
			fwrite(value, 1, length, stdout);
			continue;
		}
		length = text_character(value, &character);
		if (!length)
			fputs("\\ufffd", stdout);
		else if (character > 0xffff && text_is_hidden(character))
			printf("\\u%04x\\u%04x", 0xd7c0 + (character >> 10),
			       0xdc00 + (character & 0x3ff));
		else if (text_is_hidden(character))
			printf("\\u%04x", character);
		else if (character == '"' || character == '\\')
			printf("\\%c", character);
		else
			fwrite(value, 1, length, stdout);
	}
	putchar('"');
}

static void indent(void)
{
	printf("\n%*s", (int)depth * 2, "");
}

/* All that stands before a value. */
static void begin(const char *key)
{
	struct level *level = &levels[depth];

	if (depth && level->filled)
		putchar(',');
	if (depth && depth <= depth_lines)
		indent();
	else if (depth && level->filled)
		putchar(' ');
	level->filled = true;
	if (!key)
		return;
	print_string(key);
	fputs(": ", stdout);
}

/**
 * json_lines() - each object that follows is one line
 */
void json_lines(void)
{
	depth_lines = 0;
}

/**
 * json_open() - begin an object or an array
 * @kind: { or [
 * @key: its name in the object that it is in, else NULL
 */
void json_open(char kind, const char *key)
{
	begin(key);
	putchar(kind);
	levels[++depth] = (struct level){ .kind = kind };
}

/**
 * json_close() - end what was opened last
 */
void json_close(void)
{
	const struct level *level = &levels[depth--];

	if (level->filled && depth < depth_lines)
		indent();
	putchar(level->kind == '{' ? '}' : ']');
	if (!depth)
		putchar('\n');
}

/**
 * json_string() - write a string
 * @key: its name in the object that it is in, else NULL
 * @value: any bytes; NULL is null
 */
void json_string(const char *key, const char *value)
{
	if (!value) {
		json_null(key);
		return;
	}
	begin(key);
	print_string(value);
}

/**
 * json_number() - write a number
 * @key: its name in the object that it is in, else NULL
 * @value: the number
 */
void json_number(const char *key, long long value)
{
	begin(key);
	printf("%lld", value);
}

/**
 * json_boolean() - write true or false
 * @key: its name in the object that it is in, else NULL
 * @value: which
 */
void json_boolean(const char *key, bool value)
{
	begin(key);
	fputs(value ? "true" : "false", stdout);
}

/**
 * json_null() - write that a value is not there, or not known
 * @key: its name in the object that it is in, else NULL
 */
void json_null(const char *key)
{
	begin(key);
	fputs("null", stdout);
}
