/* SPDX-License-Identifier: GPL-2.0 */
/* adoption.c: a service that starts as root to bind, made one that does not. */
#ifndef PORTCTL_ADOPTION_H
#define PORTCTL_ADOPTION_H

#include "command.h"
#include "daemon.h"
#include "host.h"

/**
 * struct adoption - what has to be done
 * @daemon: what is known of the service
 * @uid: who it is to run as
 * @ports: the ports that it has now
 * @words: the same as words
 */
struct adoption {
	const struct daemon *daemon;
	uid_t uid;
	struct port_set ports;
	char *words;
};

enum status adoption_plan(struct adoption *adoption, const struct host *host,
			  const char *word);
void adoption_print(const struct adoption *adoption);
enum status adoption_apply(const struct adoption *adoption);
enum status adoption_undo(const struct options *options);

#endif
