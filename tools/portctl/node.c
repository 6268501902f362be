// SPDX-License-Identifier: GPL-2.0
/*
 * The nodes: read them and change them; the only file that does. Between the
 * old and the new rule a node never gives more than both of them, and an
 * unclaimed port is private from the first step on.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "portctl.h"

#define PORTFS_MAGIC 0x706f7274
#define MODE_BITS    07777
#define FAILURES_MAX 10

static int folders[PROTOCOLS] = { -1, -1 };

/**
 * nodes_open() - find the mounted table
 *
 * Return: DONE, or MISSING after a line that says what to do.
 */
enum status nodes_open(void)
{
	unsigned int protocol;
	struct statfs found;
	char *path;

	if (folders[0] >= 0)
		return DONE;
	if (!places.plain &&
	    (statfs(places.port, &found) || found.f_type != PORTFS_MAGIC))
		return why_missing();
	for (protocol = 0; protocol < PROTOCOLS; protocol++) {
		path = format_text("%s/%s", places.port,
				   protocol_names[protocol]);
		folders[protocol] =
			open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (folders[protocol] < 0)
			return fail(MISSING, "cannot open %s: %s", path,
				    strerror(errno));
		free(path);
	}
	return DONE;
}

/* The number that a node's name is, or 0. */
static unsigned int node_number(const char *name)
{
	unsigned int number = 0;
	const char *p;

	if (*name == '0')
		return 0;
	for (p = name; *p >= '0' && *p <= '9' && number <= PORT_MAX; p++)
		number = number * 10 + *p - '0';
	return *p || number > PORT_MAX ? 0 : number;
}

/* The path goes by the folder that is open, so that both show one mount. */
static char *node_path(unsigned int index)
{
	return format_text("/proc/self/fd/%d/%u", folders[index / PORTS],
			   index % PORTS);
}

static enum status read_node(unsigned int index, const char *name,
			     struct rule *rule)
{
	enum status status;
	struct stat stat;
	char *path;

	if (fstatat(folders[index / PORTS], name, &stat, AT_SYMLINK_NOFOLLOW)) {
		/* Released since it was listed. */
		if (errno == ENOENT)
			return DONE;
		return fail(FAILED, "cannot read %s: %s",
			    ports_text(index, index), strerror(errno));
	}
	rule->claimed = true;
	rule->mode = stat.st_mode & MODE_BITS;
	rule->uid = stat.st_uid;
	rule->gid = stat.st_gid;
	path = node_path(index);
	status = acl_read(path, &rule->acl);
	free(path);
	return status;
}

static enum status read_folder(struct table *table, unsigned int protocol,
			       const struct port_set *only)
{
	int copy = openat(folders[protocol], ".",
			  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = copy < 0 ? NULL : fdopendir(copy);
	enum status status = DONE;
	const struct dirent *entry;
	unsigned int number, index;

	if (!directory)
		return fail(FAILED, "cannot list %s/%s: %s", places.port,
			    protocol_names[protocol], strerror(errno));
	while (status == DONE && (entry = readdir(directory))) {
		number = node_number(entry->d_name);
		index = protocol * PORTS + number;
		if (number && (!only || only->has[index]))
			status = read_node(index, entry->d_name,
					   &table->rules[index]);
	}
	closedir(directory);
	return status;
}

/**
 * nodes_read() - read the table
 * @table: what it is read into
 * @only: the ports to read, or NULL for all
 *
 * Return: DONE, or another status after a line that says why.
 */
enum status nodes_read(struct table *table, const struct port_set *only)
{
	enum status status = nodes_open();
	unsigned int protocol;

	for (protocol = 0; !status && protocol < PROTOCOLS; protocol++)
		status = read_folder(table, protocol, only);
	return status;
}

/* A plain directory has no node until there is one. */
static int create_plain(int folder, const char *name)
{
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			0);

	return fd < 0 ? -1 : close(fd);
}

static int tighten(int folder, const char *name, const struct rule *old,
		   const struct rule *new)
{
	mode_t mode = old->mode & new->mode & MODE_BITS;

	if (old->uid == new->uid && old->gid == new->gid && !old->acl)
		return 0;
	/* The mask silences all named entries. */
	if (old->acl)
		mode &= ~070;
	if (mode == old->mode)
		return 0;
	return fchmodat(folder, name, mode, 0);
}

static int set_mode(int folder, const char *name, unsigned int index,
		    const struct rule *old, const struct rule *new)
{
	int result = 0;
	char *path;

	if (old->acl || new->acl) {
		path = node_path(index);
		result = acl_write(path, new->acl, new->mode);
		free(path);
		if (result || !(new->mode & 07000))
			return result;
	}
	return fchmodat(folder, name, new->mode, 0);
}

static int change(unsigned int index, const struct rule *old,
		  const struct rule *new)
{
	int folder = folders[index / PORTS];
	char name[sizeof("65535")];

	snprintf(name, sizeof(name), "%u", index % PORTS);
	if (!new->claimed)
		return unlinkat(folder, name, 0) && errno != ENOENT ? -1 : 0;
	if (old->claimed && tighten(folder, name, old, new))
		return -1;
	if (!old->claimed && places.plain && create_plain(folder, name))
		return -1;
	if (!old->claimed || old->uid != new->uid || old->gid != new->gid) {
		if (fchownat(folder, name, new->uid, new->gid,
			     AT_SYMLINK_NOFOLLOW))
			return -1;
	}
	return set_mode(folder, name, index, old, new);
}

/**
 * node_change() - give a port another rule
 * @index: the port
 * @old: the rule that it has
 * @new: the rule that it gets; an unclaimed one releases it
 *
 * Return: DONE, or another status after a line that says why.
 */
enum status node_change(unsigned int index, const struct rule *old,
			const struct rule *new)
{
	if (!change(index, old, new))
		return DONE;
	return fail(FAILED, "cannot change %s: %s%s", ports_text(index, index),
		    strerror(errno),
		    errno == EPERM ? " (this needs root)" : "");
}

/* One pass over all ports; only those which are claimed afterwards, or not. */
static unsigned int change_those(const struct table *old,
				 const struct table *new, bool claimed,
				 bool all)
{
	unsigned int index, failures = 0;

	for (index = 0; index < INDICES; index++) {
		const struct rule *from = &old->rules[index];
		const struct rule *to = &new->rules[index];

		if (to->claimed != claimed || (!from->claimed && !claimed) ||
		    (!all && rule_equal(from, to)))
			continue;
		if (node_change(index, from, to) && ++failures == FAILURES_MAX)
			break;
	}
	return failures;
}

/**
 * nodes_change() - make one table out of another
 * @old: the one that is
 * @new: the one that is to be
 * @all: write rules that stay as they are, too
 *
 * All claims come before the first release. A failure does not keep the others
 * from being made, unless there are many.
 *
 * Return: DONE, or FAILED after lines that say why.
 */
enum status nodes_change(const struct table *old, const struct table *new,
			 bool all)
{
	unsigned int failures;

	failures = change_those(old, new, true, all);
	/* What could not be claimed is a reason to leave the rest held. */
	if (!failures)
		failures = change_those(old, new, false, all);
	return failures ? FAILED : DONE;
}
