// SPDX-License-Identifier: GPL-2.0
/* What came of the binds to claimed ports: /proc/net/portfs, parsed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "counter.h"
#include "place.h"

/* What the first line begins with; columns that are added come after these. */
static const char head[] =
	"proto port granted capable refused last_refused last_uid";

/* The end of the number at @text, which is @limit at most; NULL if it is none. */
static const char *number(const char *text, unsigned long long limit,
			  unsigned long long *value)
{
	char *end;

	if (*text < '0' || *text > '9')
		return NULL;
	errno = 0;
	*value = strtoull(text, &end, 10);
	return errno || *value > limit ? NULL : end;
}

/* The same where a blank or the line's end follows, after that. */
static const char *word(const char *text, unsigned long long limit,
			unsigned long long *value)
{
	const char *end = number(text, limit, value);

	return !end || (*end && *end != ' ') ? NULL : end + (*end == ' ');
}

/* What was refused last, as SECONDS.MMM UID or - -. */
static bool parse_last(struct counter *counter, const char *text)
{
	unsigned long long seconds, fraction, uid;
	const char *point;

	counter->last = -1;
	counter->uid = -1;
	if (*text == '-')
		return !strcmp(text, "- -") || !strncmp(text, "- - ", 4);
	point = number(text, INT64_MAX / 1000 - 1, &seconds);
	if (!point || *point != '.' || strcspn(point + 1, " ") != 3)
		return false;
	text = word(point + 1, 999, &fraction);
	if (!text || !word(text, UINT32_MAX - 1, &uid))
		return false;
	counter->last = seconds * 1000 + fraction;
	counter->uid = uid;
	return true;
}

static bool parse_counter(struct counter *counter, const char *text)
{
	counter->counted = true;
	return (text = word(text, UINT64_MAX, &counter->granted)) &&
	       (text = word(text, UINT64_MAX, &counter->capable)) &&
	       (text = word(text, UINT64_MAX, &counter->refused)) &&
	       parse_last(counter, text);
}

static bool parse_line(struct counters *counters, const char *text)
{
	unsigned long long port;
	unsigned int protocol;

	if (!strncmp(text, "all - ", 6))
		return parse_counter(&counters->all, text + 6);
	for (protocol = 0; protocol < PROTOCOLS; protocol++) {
		const char *name = protocol_names[protocol];
		size_t length = strlen(name);

		if (strncmp(text, name, length) || text[length] != ' ')
			continue;
		text = word(text + length + 1, PORT_MAX, &port);
		return text &&
		       parse_counter(&counters->ports[protocol * PORTS + port],
				     text);
	}
	return false;
}

static bool parse_file(struct counters *counters, FILE *file)
{
	char *line = NULL;
	size_t size = 0, lines = 0;
	bool right = true;

	while (right && getline(&line, &size, file) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		if (lines++)
			right = parse_line(counters, line);
		else
			right = !strncmp(line, head, strlen(head)) &&
				(!line[strlen(head)] ||
				 line[strlen(head)] == ' ');
	}
	free(line);
	if (ferror(file))
		return false;
	if (!right || !counters->all.counted) {
		errno = EBADMSG;
		return false;
	}
	return true;
}

/**
 * counters_read() - read the counters of the own network namespace
 *
 * They are for root only, and there once portfs has been mounted.
 *
 * Return: the counters, which the caller frees, or NULL with errno: EBADMSG if
 * they are not as they should be.
 */
struct counters *counters_read(void)
{
	char *path = format_text("%s/proc/net/portfs", places.root);
	FILE *file = fopen(path, "re");
	struct counters *counters;
	int error;

	free(path);
	if (!file)
		return NULL;
	counters = allocate(sizeof(*counters));
	error = parse_file(counters, file) ? 0 : errno;
	fclose(file);
	if (!error)
		return counters;
	free(counters);
	errno = error;
	return NULL;
}
