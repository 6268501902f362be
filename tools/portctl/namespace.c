// SPDX-License-Identifier: GPL-2.0
/*
 * The table of the network namespace that portctl runs in. What is mounted at
 * /dev/port may be another's: 'ip netns exec' inherits it. A file system is one
 * device, however often it is mounted, and there is one for each namespace.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "message.h"
#include "namespace.h"
#include "place.h"

static bool is_foreign, is_entered;

/**
 * namespace_mount() - mount the table of the network namespace that we are in
 *
 * The mount is seen by nobody else and gone when it is closed.
 *
 * Return: its folder, or -1 with errno.
 */
int namespace_mount(void)
{
	int context = syscall(SYS_fsopen, "portfs", FSOPEN_CLOEXEC);
	int mount = -1;

	if (context < 0)
		return -1;
	if (!syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		mount = syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
	close(context);
	return mount;
}

/**
 * namespace_open() - open the own namespace's table
 *
 * Who may not mount, gets the one at the mount point.
 *
 * Return: its folder, or -1 with errno.
 */
int namespace_open(void)
{
	int folder = open(places.port, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int own = places.plain || folder < 0 ? -1 : namespace_mount();
	struct stat there, here;

	if (own < 0)
		return folder;
	if (fstat(folder, &there) || fstat(own, &here) ||
	    there.st_dev == here.st_dev) {
		close(own);
		return folder;
	}
	close(folder);
	is_foreign = true;
	if (!is_entered)
		warn("%s is another network namespace's table; portctl uses the table of its own namespace",
		     places.port);
	return own;
}

/**
 * namespace_enter() - go into a process's network namespace
 * @pid: the process
 *
 * Before the table is opened, for good: from then on it is about that one.
 *
 * Return: whether we are in it; if not, errno says why.
 */
bool namespace_enter(pid_t pid)
{
	char *path = format_text("%s/proc/%d/ns/net", places.root, pid);
	int theirs = open(path, O_RDONLY | O_CLOEXEC);
	int ours = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	struct stat there, here;
	bool right = theirs >= 0 && ours >= 0 && !fstat(theirs, &there) &&
		     !fstat(ours, &here);

	free(path);
	if (right && there.st_ino != here.st_ino) {
		is_entered = true;
		right = !setns(theirs, CLONE_NEWNET);
	}
	if (theirs >= 0)
		close(theirs);
	if (ours >= 0)
		close(ours);
	return right;
}

/**
 * namespace_is_entered() - are we in another's network namespace?
 *
 * Return: whether namespace_enter() went into one.
 */
bool namespace_is_entered(void)
{
	return is_entered;
}

/**
 * namespace_is_foreign() - is the mounted table another namespace's?
 *
 * To be asked when the table is open.
 *
 * Return: whether so.
 */
bool namespace_is_foreign(void)
{
	return is_foreign;
}

/**
 * namespace_check_files() - are the table files those of the own namespace?
 *
 * To be asked when the table is open. 'ip netns exec NAME' puts
 * /etc/netns/NAME/portctl.d, if it exists, in the place of /etc/portctl.d.
 *
 * Return: DONE, or FAILED after a line that says what to do.
 */
enum status namespace_check_files(void)
{
	struct statx status;

	if (!is_foreign ||
	    (!statx(AT_FDCWD, places.folders[0], 0, 0, &status) &&
	     status.stx_attributes & STATX_ATTR_MOUNT_ROOT))
		return DONE;
	return fail(
		FAILED,
		"%s does not belong to this network namespace: name a FILE, or make /etc/netns/NAME/portctl.d for 'ip netns exec NAME'",
		places.folders[0]);
}
