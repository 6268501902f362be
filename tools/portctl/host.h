/* SPDX-License-Identifier: GPL-2.0 */
/* host.c: what portctl doctor's checks look at, and who holds which ports. */
#ifndef PORTCTL_HOST_H
#define PORTCTL_HOST_H

#include "finding.h"
#include "rule.h"
#include "socket.h"
#include "unitfile.h"

/**
 * struct host - what is known of this host
 * @findings: what was found so far
 * @table: the rules, NULL if they can't be read
 * @listeners: who listens
 * @units: systemd's unit files
 * @privileged: the first port that needs no privilege while unclaimed
 */
struct host {
	struct findings findings;
	const struct table *table;
	struct listeners listeners;
	struct unit_files units;
	unsigned int privileged;
};

/**
 * struct holding - privileged ports that somebody has now
 * @ports: words for them, as in "tcp/80 tcp/443"; NULL if there are none
 * @all: the words for those that a rule gives to @uid already, too
 * @uid: who has them, if @has_uid
 * @has_uid: it is known
 * @is_claimed: somebody else has the rule of one of @ports
 */
struct holding {
	char *ports;
	char *all;
	uid_t uid;
	bool has_uid;
	bool is_claimed;
};

void host_read(struct host *host);
bool host_gives(const struct host *host, unsigned int index, uid_t uid);
void host_holding(const struct host *host, struct holding *holding,
		  bool (*is_meant)(const struct listener *listener,
				   const void *data),
		  const void *data);
void type_grant(struct finding *finding, const struct holding *holding);
void type_dropin(struct finding *finding, const char *unit, const char *lines);

#endif
