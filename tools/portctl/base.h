/* SPDX-License-Identifier: GPL-2.0 */
/*
 * portctl, from the ground up; each file has a header, and uses what stands above
 * it here:
 *
 *	base text message place		the ground floor, which all stand on
 *	hint json interrupt		what is said, and when
 *	folder program			files of folders, and what other programs say
 *	account				what the name service says
 *	port owner acl rule mode	words to values and back
 *	unclaimed policy access		the kernel's own rule, and who may
 *	file config			table files: to read them
 *	lock boot comment replace saved	and to write them; what a boot left to do
 *	module mount namespace counter	the module, the mount, and what it counts
 *	transition xattr node		the nodes: the only files that change them
 *	event trace			what happens, from tracefs
 *	process socket holder unit	who listens, who uses the module, and for whom
 *	capability sysctl authline authbind portacl redirect	how others give ports
 *	unitfile unitname unitfolder socketbind	and how systemd does
 *	chain subject privilege		whose bind it is, and who decides on it:
 *	bpf probe security confinement	before the port is looked at,
 *	standing occupant		by its rule, and who has it
 *	option argument selection report	what commands have in common
 *	finding host service daemon	what doctor's checks have in common
 *	oldway unitway upkeep		the checks
 *	collection carry importway unitimport	what import and its like have
 *	change				what the changing ones have
 *	dropin exchange adoption	a service that is changed, with its ports
 *	command.h			the commands, which only main.c calls
 */
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

__attribute__((__noreturn__)) void out_of_memory(void);
void *allocate(size_t size);
__printf(1, 2) char *format_text(const char *format, ...);

#endif
