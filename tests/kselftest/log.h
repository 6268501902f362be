/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel log, from the moment at which it is opened.
 */
#ifndef PORTFS_TEST_LOG_H
#define PORTFS_TEST_LOG_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static inline int log_open(void)
{
	int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	lseek(log, 0, SEEK_END);
	return log;
}

/* /dev/kmsg has what is not printable as \xHH; here it is what it was. */
static inline void log_unescape(char *text)
{
	unsigned int byte;
	char *to = text;

	for (; *text; text++, to++) {
		*to = *text;
		if (sscanf(text, "\\x%2x", &byte) == 1) {
			*to = byte;
			text += 3;
		}
	}
	*to = '\0';
}

/* The next line with @text in it, without its time; or NULL. */
static inline const char *log_find(int log, const char *text)
{
	static char record[8192];
	ssize_t length;
	char *line;

	/* What was written over before it could be read is EPIPE. */
	while ((length = read(log, record, sizeof(record) - 1)) > 0 ||
	       errno == EPIPE) {
		record[length > 0 ? length : 0] = '\0';
		record[strcspn(record, "\n")] = '\0';
		line = strchr(record, ';');
		if (!line)
			continue;
		log_unescape(++line);
		if (strstr(line, text))
			return line;
	}
	return NULL;
}

#endif
