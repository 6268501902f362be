/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Loading modules, portfs among them, and what the kernel says of it.
 */
#ifndef PORTFS_TEST_LOADING_H
#define PORTFS_TEST_LOADING_H

#include <sys/mount.h>
#include <sys/utsname.h>

#include "lib.h"
#include "log.h"

/* Some things happen a moment later. The bound ends a test that fails. */
#define wait_until(condition) ({					\
	int _tries = 6000;						\
									\
	while (!(condition) && --_tries)				\
		usleep(10000);						\
	_tries ? 0 : ETIMEDOUT;						\
})

/* ---- any module: 0 or an errno ---- */

static inline int module_load(const char *path, const char *parameters)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	int error;

	if (file < 0)
		return errno;
	error = syscall(SYS_finit_module, file, parameters, 0) ? errno : 0;
	close(file);
	return error;
}

static inline int module_unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? errno : 0;
}

/* ---- portfs ---- */

/* @reason is what it had to say, if it was not loaded. */
static inline int portfs_load(char *reason, size_t size)
{
	int log = log_open();
	struct utsname system;
	char path[256];
	const char *line;
	int error;

	uname(&system);
	snprintf(path, sizeof(path), "/lib/modules/%s/updates/portfs.ko",
		 system.release);
	error = module_load(path, "");
	reason[0] = '\0';
	while (error && (line = log_find(log, "portfs: ")))
		snprintf(reason, size, "%s", line);
	close(log);
	return error;
}

/* References go a moment after their last holder. */
static inline int portfs_unload(void)
{
	if (access("/sys/module/portfs", F_OK))
		return 0;
	while (!umount(MOUNT_POINT))
		continue;
	return wait_until(!module_unload("portfs"));
}

static inline int portfs_mount(void)
{
	return mount("portfs", MOUNT_POINT, "portfs", 0, NULL) ? errno : 0;
}

#endif
