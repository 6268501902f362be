// SPDX-License-Identifier: GPL-2.0
/*
 * One at a time reads the table in order to change it or to save it. Only root
 * can open the file that is locked: nobody else can hold it.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lock.h"
#include "message.h"
#include "place.h"

/**
 * table_lock() - wait until nobody else changes or saves the table
 *
 * Until the program ends. It comes before the table is read: what was read
 * earlier may be old. Whoever is not root goes without; he cannot change more
 * than his own ports, and cannot write where it counts.
 *
 * Return: DONE, or FAILED after a line that says why.
 */
enum status table_lock(void)
{
	static int lock = -1;
	char *folder = format_text("%s/run", places.root);
	char *path = format_text("%s/portctl.lock", folder);

	if (lock >= 0 || geteuid())
		return DONE;
	if (mkdir(folder, 0755) && errno != EEXIST)
		return fail(FAILED, "cannot make %s: %s", folder,
			    strerror(errno));
	lock = open(path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	while (lock >= 0 && flock(lock, LOCK_EX)) {
		if (errno != EINTR)
			return fail(FAILED, "cannot lock %s: %s", path,
				    strerror(errno));
	}
	if (lock < 0)
		return fail(FAILED, "cannot open %s: %s", path,
			    strerror(errno));
	return DONE;
}
