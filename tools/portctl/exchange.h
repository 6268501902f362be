/* SPDX-License-Identifier: GPL-2.0 */
/* exchange.c: rules, the file that save writes and a drop-in, changed as one. */
#ifndef PORTCTL_EXCHANGE_H
#define PORTCTL_EXCHANGE_H

#include "daemon.h"
#include "port.h"
#include "replace.h"
#include "rule.h"

/**
 * struct exchange - what is changed as one, and what it was before
 * @daemon: the service
 * @ports: those whose rules are changed
 * @old: the rules before
 * @new: the rules after
 * @has_table: there is one; if not, the files alone are changed
 * @saved: the file that save writes, as it was before
 * @dropin: the drop-in, as it was before
 * @had_folder: the folder of table files was there
 * @has_made_folder: the drop-in's folder was not there
 */
struct exchange {
	const struct daemon *daemon;
	const struct port_set *ports;
	struct table *old;
	struct table *new;
	bool has_table;
	struct content saved;
	struct content dropin;
	bool had_folder;
	bool has_made_folder;
};

enum status exchange_read(struct exchange *exchange, const char *dropin);
enum status exchange_rules(const struct exchange *exchange);
enum status exchange_undo(const struct exchange *exchange);

#endif
