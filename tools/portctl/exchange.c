// SPDX-License-Identifier: GPL-2.0
/*
 * Rules, the file that save writes and a service's drop-in, changed as one: what they
 * were is remembered, and put back if not all can be done. Without a table, the files
 * alone are changed.
 */
#include <unistd.h>

#include "change.h"
#include "config.h"
#include "dropin.h"
#include "exchange.h"
#include "lock.h"
#include "mount.h"
#include "place.h"
#include "saved.h"

static const struct options saving = { .save = true };

/* What the files say is what the next boot restores. */
static enum status read_files(struct table *table)
{
	enum status status = table_lock();
	struct source source;

	if (status)
		return status;
	source_init(&source, false);
	status = config_read(&source, NULL);
	*table = *source.table;
	return status;
}

/**
 * exchange_read() - remember how all is, before anything is changed
 * @exchange: its service and its ports are known
 * @dropin: the path of its drop-in
 *
 * Return: DONE, or another status after a line that says why; also if what is to be
 * saved could not be.
 */
enum status exchange_read(struct exchange *exchange, const char *dropin)
{
	enum status status;

	exchange->old = table_create();
	exchange->new = table_create();
	exchange->has_table = is_mounted();
	exchange->had_folder = !access(places.folders[0], F_OK);
	status = exchange->has_table ?
			 change_read(exchange->old, exchange->ports, &saving) :
			 read_files(exchange->old);
	if (!status)
		status = file_replace(places.saved, "", 0, true);
	if (!status)
		status = content_read(&exchange->saved, places.saved);
	if (!status)
		status = content_read(&exchange->dropin, dropin);
	*exchange->new = *exchange->old;
	return status;
}

/**
 * exchange_rules() - change the rules, and save them
 * @exchange: the rules before and after
 *
 * Return: DONE, or another status after a line that says why; then exchange_undo() is
 * to be called.
 */
enum status exchange_rules(const struct exchange *exchange)
{
	return exchange->has_table ? change_make(exchange->old, exchange->new,
						 exchange->ports, &saving) :
				     config_save(exchange->new, false);
}

/**
 * exchange_undo() - put all back as it was
 * @exchange: what exchange_read() found
 *
 * Return: DONE, or another status after a line that says why.
 */
enum status exchange_undo(const struct exchange *exchange)
{
	enum status status = DONE;

	if (exchange->has_table)
		status = change_put_back(exchange->old, exchange->new,
					 exchange->ports);
	if (content_restore(&exchange->saved))
		status = FAILED;
	if (content_restore(&exchange->dropin))
		status = FAILED;
	if (!exchange->had_folder)
		rmdir(places.folders[0]);
	if (exchange->has_made_folder)
		dropin_remove_folder(exchange->daemon);
	return status;
}
