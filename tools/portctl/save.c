// SPDX-License-Identifier: GPL-2.0
/* portctl save: the table for the next boot. */
#include <string.h>

#include "command.h"
#include "lock.h"
#include "namespace.h"
#include "node.h"
#include "rule.h"
#include "saved.h"

/**
 * command_save() - keep the table for the next boot
 * @options: [FILE|-], where the whole table goes instead
 *
 * Return: the status to exit with.
 */
enum status command_save(const struct options *options)
{
	struct table *table = table_create();
	bool to_output = options->count && !strcmp(options->arguments[0], "-");
	enum status status = DONE;

	/* Who reads the output may be one who waits for the lock. */
	if (!options->dry_run && !to_output)
		status = table_lock();
	if (!status)
		status = nodes_read(table, NULL);
	if (status)
		return status;
	if (options->count)
		return config_save_to(options->arguments[0], table,
				      options->dry_run);
	status = namespace_check_files();
	return status ? status : config_save(table, options->dry_run);
}
