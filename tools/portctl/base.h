/* SPDX-License-Identifier: GPL-2.0 */
/* The ground floor, which every file of portctl stands on. */
#ifndef PORTCTL_BASE_H
#define PORTCTL_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define __printf(string, first) \
	__attribute__((__format__(__printf__, string, first)))

#define PORT_MAX 65535
#define PORTS	 (PORT_MAX + 1)

enum protocol {
	TCP,
	UDP,
	PROTOCOLS,
};

/* A port of a protocol is protocol * PORTS + port, as in the kernel. */
#define INDICES	      (PROTOCOLS * PORTS)
#define ALL_PROTOCOLS ((1U << PROTOCOLS) - 1)

extern const char *const protocol_names[PROTOCOLS];

/* What portctl exits with. */
enum status {
	DONE,
	FAILED,
	WRONG, /* usage or syntax */
	MISSING, /* no module, or no mount */
};

/* One line on stderr; returns @status, for the caller to pass on. */
__printf(2, 3) enum status fail(enum status status, const char *format, ...);
__printf(1, 2) void warn(const char *format, ...);
__attribute__((__noreturn__)) void out_of_memory(void);
void *allocate(size_t size);
__printf(1, 2) char *format_text(const char *format, ...);

/**
 * struct mistake - what is wrong with a piece of text, and where
 * @offset: of the wrong part in the text
 * @unresolved: it is right but for the name of a user or a group
 * @text: what is wrong, and what would be right
 */
struct mistake {
	size_t offset;
	bool unresolved;
	char text[400];
};

/* Always false, for the caller to return. */
__printf(3, 4) bool mistaken(struct mistake *mistake, size_t offset,
			     const char *format, ...);

#endif
