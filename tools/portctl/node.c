// SPDX-License-Identifier: GPL-2.0
/* The nodes: read them and change them. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "message.h"
#include "mount.h"
#include "namespace.h"
#include "node.h"
#include "place.h"
#include "port.h"
#include "rule.h"
#include "transition.h"
#include "xattr.h"

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
	int root;

	if (folders[0] >= 0)
		return DONE;
	if (!places.plain &&
	    (statfs(places.port, &found) || found.f_type != PORTFS_MAGIC))
		return why_missing();
	root = namespace_open();
	for (protocol = 0; protocol < PROTOCOLS; protocol++) {
		folders[protocol] = openat(root, protocol_names[protocol],
					   O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (root < 0 || folders[protocol] < 0)
			return fail(MISSING, "cannot open %s/%s: %s",
				    places.port, protocol_names[protocol],
				    strerror(errno));
	}
	close(root);
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
	while (status == DONE) {
		errno = 0;
		entry = readdir(directory);
		if (!entry) {
			if (errno)
				status = fail(FAILED, "cannot list %s/%s: %s",
					      places.port,
					      protocol_names[protocol],
					      strerror(errno));
			break;
		}
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

/*
 * May everybody bind this unclaimed port? A node shows what the kernel's own
 * rule is. A plain directory has none until there is one.
 */
static int prepare_claim(int folder, const char *name, bool *open)
{
	struct stat stat;
	int fd;

	if (places.plain) {
		fd = openat(folder, name,
			    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		return fd < 0 ? -1 : close(fd);
	}
	if (fstatat(folder, name, &stat, AT_SYMLINK_NOFOLLOW))
		return -1;
	*open = stat.st_mode & 0002;
	return 0;
}

static int take_step(unsigned int index, const char *name,
		     const struct step *step)
{
	int folder = folders[index / PORTS];
	int result;
	char *path;

	switch (step->kind) {
	case SET_MODE:
		return fchmodat(folder, name, step->mode, 0);
	case SET_OWNER:
		return fchownat(folder, name, step->uid, step->gid,
				AT_SYMLINK_NOFOLLOW);
	case SET_ACL:
		path = node_path(index);
		result = acl_write(path, step->acl, step->mode);
		free(path);
		return result;
	case RELEASE:
		return unlinkat(folder, name, 0) && errno != ENOENT ? -1 : 0;
	}
	return -1;
}

/* What a half of the steps have made becomes what was before, if it can. */
static void take_back(unsigned int index, const char *name,
		      const struct rule *old)
{
	struct rule half = { 0 };
	struct transition plan;
	int error = errno;
	unsigned int i;

	if (!read_node(index, name, &half)) {
		transition_plan(&plan, &half, old, false);
		for (i = 0; i < plan.count; i++)
			take_step(index, name, &plan.steps[i]);
	}
	errno = error;
}

static int change(unsigned int index, const struct rule *old,
		  const struct rule *new)
{
	struct transition plan;
	char name[sizeof("65535")];
	bool open = false;
	unsigned int i;

	snprintf(name, sizeof(name), "%u", index % PORTS);
	if (!old->claimed && new->claimed &&
	    prepare_claim(folders[index / PORTS], name, &open))
		return -1;
	transition_plan(&plan, old, new, open);
	for (i = 0; i < plan.count; i++) {
		if (take_step(index, name, &plan.steps[i])) {
			/* A plain directory has a node by now. */
			if (i || (places.plain && !old->claimed))
				take_back(index, name, old);
			return -1;
		}
	}
	return 0;
}

/**
 * node_change() - give a port another rule
 * @index: the port
 * @old: the rule that it has
 * @new: the rule that it gets; an unclaimed one releases it
 *
 * Return: DONE, or another status after a line that says why, with the port as
 * it was.
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
				 const struct table *new, bool claimed)
{
	unsigned int index, failures = 0;

	for (index = 0; index < INDICES; index++) {
		const struct rule *from = &old->rules[index];
		const struct rule *to = &new->rules[index];

		if (to->claimed != claimed || rule_equal(from, to))
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
 *
 * What is right already is not touched. All claims come before the first
 * release. A failure does not keep the others from being made, unless there are
 * many.
 *
 * Return: DONE, or FAILED after lines that say why.
 */
enum status nodes_change(const struct table *old, const struct table *new)
{
	unsigned int failures;

	failures = change_those(old, new, true);
	/* What could not be claimed is a reason to leave the rest held. */
	if (!failures)
		failures = change_those(old, new, false);
	return failures ? FAILED : DONE;
}
