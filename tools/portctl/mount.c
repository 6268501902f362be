// SPDX-License-Identifier: GPL-2.0
/* The module and the mount: are they there, and if not, why. */
#include <errno.h>
#include <libkmod.h>
#include <libmount/libmount.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "command.h"

/**
 * read_line() - the first line of a small file
 * @path: the file
 *
 * Return: the line without its end, or NULL.
 */
char *read_line(const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	if (!file)
		return NULL;
	length = getline(&line, &size, file);
	fclose(file);
	if (length < 0) {
		free(line);
		return NULL;
	}
	line[strcspn(line, "\n")] = '\0';
	return line;
}

/**
 * is_loaded() - is the module there?
 *
 * Return: whether it is.
 */
bool is_loaded(void)
{
	return !access("/sys/module/portfs", F_OK);
}

/**
 * is_mounted() - is the table where it belongs?
 *
 * Return: whether portfs is what is mounted there last.
 */
bool is_mounted(void)
{
	struct libmnt_table *mounts =
		mnt_new_table_from_file("/proc/self/mountinfo");
	struct libmnt_fs *mount = NULL;
	const char *type;
	bool mounted;

	if (mounts)
		mount = mnt_table_find_target(mounts, places.port,
					      MNT_ITER_BACKWARD);
	type = mount ? mnt_fs_get_fstype(mount) : NULL;
	mounted = type && !strcmp(type, "portfs");
	mnt_unref_table(mounts);
	return mounted;
}

static bool is_locked_down(void)
{
	char *line = read_line("/sys/kernel/security/lockdown");
	bool locked = line && !strstr(line, "[none]");

	free(line);
	return locked;
}

/* The character device of the I/O ports, or something else that is no folder. */
static bool is_taken(struct stat *stat)
{
	return !lstat(places.port, stat) && !S_ISDIR(stat->st_mode);
}

/* Find the module's file; 0 and a list, or an error. */
static int look_up(struct kmod_ctx *kmod, struct kmod_list **list)
{
	*list = NULL;
	if (!kmod)
		return -ENOMEM;
	return kmod_module_new_from_lookup(kmod, "portfs", list);
}

static bool is_installed(void)
{
	struct kmod_ctx *kmod = kmod_new(NULL, NULL);
	struct kmod_list *list;
	bool installed = !look_up(kmod, &list) && list;

	kmod_module_unref_list(list);
	kmod_unref(kmod);
	return installed;
}

static enum status not_installed(void)
{
	struct utsname name;

	uname(&name);
	return fail(
		MISSING,
		"the module portfs is not installed for kernel %s: 'dkms autoinstall' builds it, or 'make install' in its source",
		name.release);
}

static enum status not_signed(void)
{
	return fail(
		MISSING,
		"the kernel is locked down and takes no module that is not signed with an enrolled key: 'mokutil --import /var/lib/dkms/mok.pub', reboot and enrol it");
}

/**
 * why_missing() - say why there is no table
 *
 * Return: MISSING.
 */
enum status why_missing(void)
{
	struct stat stat;

	if (!is_loaded()) {
		if (!is_installed())
			return not_installed();
		if (is_locked_down())
			return not_signed();
		return fail(
			MISSING,
			"the module portfs is not loaded: 'portctl mount' loads and mounts it");
	}
	if (is_taken(&stat)) {
		if (S_ISCHR(stat.st_mode) && stat.st_rdev == makedev(1, 4))
			return fail(
				MISSING,
				"%s is the kernel's device for I/O ports: 'portctl mount' moves it to /dev/ioport and mounts portfs there",
				places.port);
		return fail(
			MISSING,
			"%s is no directory: move it away, then 'portctl mount'",
			places.port);
	}
	return fail(MISSING,
		    "portfs is not mounted at %s: 'portctl mount' mounts it",
		    places.port);
}

static enum status insert(void)
{
	struct kmod_ctx *kmod = kmod_new(NULL, NULL);
	struct kmod_list *list;
	int error = look_up(kmod, &list);

	if (!error && list) {
		struct kmod_module *module = kmod_module_get_module(list);

		error = kmod_module_probe_insert_module(module, 0, NULL, NULL,
							NULL, NULL);
		kmod_module_unref(module);
	} else {
		error = -ENOENT;
	}
	kmod_module_unref_list(list);
	kmod_unref(kmod);
	switch (error) {
	case 0:
		return DONE;
	case -ENOENT:
		return not_installed();
	case -EKEYREJECTED:
	case -ENOKEY:
		return not_signed();
	case -EPERM:
		if (!geteuid())
			return not_signed();
		return fail(MISSING,
			    "cannot load the module portfs: this needs root");
	default:
		return fail(
			MISSING,
			"cannot load the module portfs: %s; the kernel log (dmesg) says more",
			strerror(-error));
	}
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
	if (!is_loaded())
		status = insert();
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
