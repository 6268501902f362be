/* SPDX-License-Identifier: GPL-2.0 */
/* host.c: what portctl doctor's checks look at, and who holds which ports. */
#ifndef PORTCTL_HOST_H
#define PORTCTL_HOST_H

#include "finding.h"
#include "rule.h"
#include "socket.h"
#include "unitfolder.h"

/**
 * struct promise - whom the commands that were typed so far give a port
 * @uid: the user, NO_USER if there is none or it is not known
 * @is_made: there is such a command
 * @is_shared: there are several, for different users
 */
struct promise {
	uid_t uid;
	bool is_made;
	bool is_shared;
};

#define NO_USER UINT32_MAX

/**
 * struct host - what is known of this host
 * @findings: what was found so far
 * @table: the rules, NULL if they can't be read
 * @promises: one for each port
 * @listeners: who listens
 * @units: systemd's unit files
 * @privileged: the first port that needs no privilege while unclaimed
 */
struct host {
	struct findings findings;
	const struct table *table;
	struct promise *promises;
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
 * @indices: those in @ports
 * @count: how many
 */
struct holding {
	char *ports;
	char *all;
	uid_t uid;
	bool has_uid;
	unsigned int *indices;
	size_t count;
};

void host_read(struct host *host);
bool host_gives(const struct host *host, unsigned int index, uid_t uid);
void host_holding(const struct host *host, struct holding *holding,
		  bool (*is_meant)(const struct listener *listener,
				   const void *data),
		  const void *data);
bool host_promise(struct host *host, unsigned int index, uid_t uid);
void type_grant(struct finding *finding, struct host *host,
		const struct holding *holding);
bool type_grants(struct finding *finding, struct host *host,
		 uid_t (*user)(const struct listener *listener),
		 bool (*is_meant)(const struct listener *listener,
				  const void *data),
		 const void *data);
void type_dropin(struct finding *finding, const struct unit_file *unit,
		 const char *lines);

#endif
