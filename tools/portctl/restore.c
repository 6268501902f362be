// SPDX-License-Identifier: GPL-2.0
/* portctl restore, portctl sync: the whole table, out of files. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"

/* For the second pass, and for people to see. */
static enum status mark_unresolved(const struct source *source)
{
	char *folder = format_text("%s/run/portctl", places.root);
	int fd;

	if (!source->unresolved) {
		unlink(places.unresolved);
		rmdir(folder);
		return DONE;
	}
	mkdir(folder, 0755);
	fd = open(places.unresolved, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return fail(FAILED, "cannot write %s: %s", places.unresolved,
			    strerror(errno));
	close(fd);
	return DONE;
}

static enum status apply(const struct options *options)
{
	struct table *old = table_create();
	struct source source;
	enum status status;

	source_init(&source, options->boot);
	status = source_read(&source,
			     options->count ? options->arguments[0] : NULL);
	if (!status)
		status = nodes_read(old, NULL);
	if (status)
		return status;
	if (options->dry_run) {
		print_difference(old, source.table);
		return DONE;
	}
	status = nodes_change(old, source.table);
	if (!status && options->boot)
		status = mark_unresolved(&source);
	return status;
}

/**
 * command_restore() - make the whole table what a file says
 * @options: [FILE|-]
 *
 * Return: the status to exit with.
 */
enum status command_restore(const struct options *options)
{
	return apply(options);
}

/**
 * command_sync() - the same; restore leaves alone what is right already
 * @options: [FILE|-]
 *
 * Return: the status to exit with.
 */
enum status command_sync(const struct options *options)
{
	return apply(options);
}
