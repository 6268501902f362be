// SPDX-License-Identifier: GPL-2.0
/* portctl check: what is wrong with table files. */
#include "command.h"
#include "config.h"
#include "file.h"

/**
 * command_check() - say what is wrong with table files
 * @options: [FILE|-]
 *
 * Return: the status to exit with.
 */
enum status command_check(const struct options *options)
{
	struct source source;

	source_init(&source, false);
	return source_read(&source,
			   options->count ? options->arguments[0] : NULL);
}
