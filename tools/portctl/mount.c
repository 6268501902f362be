// SPDX-License-Identifier: GPL-2.0
/* The mount of the table: is it there, and if not, why. */
#include <errno.h>
#include <libmount/libmount.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "command.h"
#include "message.h"
#include "module.h"
#include "mount.h"
#include "place.h"

/**
 * is_mounted() - is the table where it belongs?
 *
 * Return: whether portfs is what is mounted there last, or a stand-in is there.
 */
bool is_mounted(void)
{
	struct libmnt_fs *mount = NULL;
	struct libmnt_table *mounts;
	const char *type;
	bool mounted;

	if (places.plain)
		return !access(places.port, F_OK);
	mounts = mnt_new_table_from_file("/proc/self/mountinfo");
	if (mounts)
		mount = mnt_table_find_target(mounts, places.port,
					      MNT_ITER_BACKWARD);
	type = mount ? mnt_fs_get_fstype(mount) : NULL;
	mounted = type && !strcmp(type, "portfs");
	mnt_unref_table(mounts);
	return mounted;
}

/* The character device of the I/O ports, or something else that is no folder. */
static bool is_taken(struct stat *stat)
{
	return !lstat(places.port, stat) && !S_ISDIR(stat->st_mode);
}

/**
 * why_missing() - say why there is no table
 *
 * Return: MISSING.
 */
enum status why_missing(void)
{
	struct stat stat;

	if (!module_is_loaded())
		return module_why_missing();
	if (is_taken(&stat)) {
		if (S_ISCHR(stat.st_mode) && stat.st_rdev == makedev(1, 4))
			return fail(
				MISSING,
				"%s is the kernel's device for I/O ports: 'portctl mount' moves it to /dev/ioport and mounts portfs there",
				places.port);
		return fail(
			MISSING,
			"%s is not a directory: move it away, then 'portctl mount'",
			places.port);
	}
	return fail(MISSING,
		    "portfs is not mounted at %s: 'portctl mount' mounts it",
		    places.port);
}

/* What libmount says of a mount or an unmount that failed. */
static enum status mount_failure(struct libmnt_context *context, int result)
{
	char text[BUFSIZ] = "";

	if (mnt_context_helper_executed(context))
		return FAILED; /* It has said why. */
	mnt_context_get_excode(context, result, text, sizeof(text));
	return fail(FAILED, "%s: %s", places.port,
		    *text ? text : "the mount failed");
}

/**
 * command_mount() - load the module and mount the table
 * @options: none
 *
 * Return: the status to exit with.
 */
enum status command_mount(const struct options *options)
{
	struct libmnt_context *context;
	enum status status = DONE;
	int result;

	if (is_mounted())
		return DONE;
	if (options->dry_run) {
		printf("mount -t portfs portfs %s\n", places.port);
		return DONE;
	}
	if (!module_is_loaded())
		status = module_insert();
	if (status)
		return status;
	context = mnt_new_context();
	if (!context)
		return fail(FAILED, "%s", strerror(ENOMEM));
	mnt_context_set_source(context, "portfs");
	mnt_context_set_target(context, places.port);
	mnt_context_set_fstype(context, "portfs");
	result = mnt_context_mount(context);
	if (result || !mnt_context_get_status(context))
		status = mount_failure(context, result);
	mnt_free_context(context);
	return status;
}

/**
 * command_umount() - unmount the table, which goes on to hold
 * @options: none
 *
 * Return: the status to exit with.
 */
enum status command_umount(const struct options *options)
{
	struct libmnt_context *context;
	enum status status = DONE;
	int result;

	if (!is_mounted())
		return fail(MISSING, "portfs is not mounted at %s",
			    places.port);
	if (options->dry_run) {
		printf("umount %s\n", places.port);
		return DONE;
	}
	context = mnt_new_context();
	if (!context)
		return fail(FAILED, "%s", strerror(ENOMEM));
	mnt_context_set_target(context, places.port);
	result = mnt_context_umount(context);
	if (result || !mnt_context_get_status(context))
		status = mount_failure(context, result);
	mnt_free_context(context);
	return status;
}
