// SPDX-License-Identifier: GPL-2.0
/*
 * What keeps the module from being removed: mounts of portfs, as processes see
 * them; network namespaces with rules, as processes are in them or as a file, like
 * those of ip-netns(8), names them; and processes that have the counters open.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libmount/libmount.h>
#include <limits.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "holder.h"
#include "message.h"
#include "namespace.h"
#include "place.h"

/**
 * struct search - what was seen so far
 * @holders: what was found
 * @own: our network namespace
 * @mounts: the mounts that were seen, by their numbers
 * @mount_count: how many
 * @namespaces: the mount namespaces whose mounts were seen
 * @namespace_count: how many
 * @networks: the network namespaces that were looked into
 * @network_count: how many
 */
struct search {
	struct holders *holders;
	unsigned long own;
	unsigned long *mounts;
	size_t mount_count;
	unsigned long *namespaces;
	size_t namespace_count;
	unsigned long *networks;
	size_t network_count;
};

/* Whether it is the first time; then it is kept in mind. */
static bool is_new(unsigned long **seen, size_t *count, unsigned long number)
{
	size_t i;

	for (i = 0; i < *count; i++) {
		if ((*seen)[i] == number)
			return false;
	}
	*seen = reallocarray(*seen, *count + 1, sizeof(**seen));
	if (!*seen)
		out_of_memory();
	(*seen)[(*count)++] = number;
	return true;
}

static struct holder *add(struct search *search, enum holder_kind kind,
			  int process, pid_t pid, const char *path)
{
	struct holders *holders = search->holders;
	struct holder *holder;

	holders->all = reallocarray(holders->all, holders->count + 1,
				    sizeof(*holders->all));
	if (!holders->all)
		out_of_memory();
	holder = &holders->all[holders->count++];
	memset(holder, 0, sizeof(*holder));
	holder->kind = kind;
	holder->path = path ? format_text("%s", path) : NULL;
	holder->pid = pid;
	process_name(process, holder->process);
	return holder;
}

/* A namespace's number, as in net:[4026531840]; 0 if it can't be seen. */
static unsigned long namespace_number(int process, const char *name)
{
	char target[64];
	ssize_t length = readlinkat(process, name, target, sizeof(target) - 1);
	unsigned long number;

	target[length > 0 ? length : 0] = '\0';
	return sscanf(target, "%*[a-z]:[%lu]", &number) == 1 ? number : 0;
}

/* -1 if it can't be told. */
static int count_names(int folder)
{
	DIR *directory = folder < 0 ? NULL : fdopendir(folder);
	const struct dirent *entry;
	int count = 0;

	if (!directory)
		return -1;
	while (errno = 0, (entry = readdir(directory)))
		count += *entry->d_name != '.';
	if (errno)
		count = -1;
	closedir(directory);
	return count;
}

/* The rules of the namespace that we are in; -1 if it can't be told. */
static int count_rules(void)
{
	int mount = namespace_mount(), count = 0, names;
	enum protocol protocol;

	if (mount < 0)
		return -1;
	for (protocol = 0; count >= 0 && protocol < PROTOCOLS; protocol++) {
		names = count_names(openat(mount, protocol_names[protocol],
					   O_RDONLY | O_DIRECTORY | O_CLOEXEC));
		count = names < 0 ? -1 : count + names;
	}
	close(mount);
	return count;
}

/* -1 if it can't be told. */
static int count_rules_of(int network)
{
	int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), count = -1;

	if (own >= 0 && network >= 0 && !setns(network, CLONE_NEWNET)) {
		count = count_rules();
		/* Nothing may go on in another one. */
		if (setns(own, CLONE_NEWNET))
			exit(fail(FAILED,
				  "cannot return from a network namespace: %m"));
	}
	if (own >= 0)
		close(own);
	return count;
}

static void look_into(struct search *search, int process, pid_t pid,
		      unsigned long number, const char *path)
{
	char *name = format_text("root%s", path ? path : "");
	struct holder *holder;
	int network, count;

	if (number == search->own ||
	    !is_new(&search->networks, &search->network_count, number))
		goto free_name;
	network = openat(process, path ? name : "ns/net", O_RDONLY | O_CLOEXEC);
	count = count_rules_of(network);
	if (network >= 0)
		close(network);
	if (count < 0)
		search->holders->complete = false;
	if (count > 0) {
		holder = add(search, HOLDER_NAMESPACE, process, pid, path);
		holder->namespace = number;
		holder->rules = count;
	}
free_name:
	free(name);
}

static void add_mounts(struct search *search, int process, pid_t pid)
{
	char *path = format_text("%s/proc/%d/mountinfo", places.root, pid);
	struct libmnt_table *mounts = mnt_new_table_from_file(path);
	struct libmnt_iter *iterator = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *mount;
	const char *type;
	unsigned long number;

	free(path);
	while (mounts && iterator &&
	       !mnt_table_next_fs(mounts, iterator, &mount)) {
		type = mnt_fs_get_fstype(mount);
		if (!type)
			continue;
		if (!strcmp(type, "portfs")) {
			if (is_new(&search->mounts, &search->mount_count,
				   mnt_fs_get_id(mount)))
				add(search, HOLDER_MOUNT, process, pid,
				    mnt_fs_get_target(mount));
		} else if (!strcmp(type, "nsfs") &&
			   sscanf(mnt_fs_get_root(mount), "net:[%lu]",
				  &number) == 1) {
			look_into(search, process, pid, number,
				  mnt_fs_get_target(mount));
		}
	}
	mnt_free_iter(iterator);
	mnt_unref_table(mounts);
}

/* Named namespaces come before the processes in them: a name says more. */
static void visit_mounts(int process, pid_t pid, void *data)
{
	unsigned long number = namespace_number(process, "ns/mnt");
	struct search *search = data;

	/* Not to be told, or not yet seen. */
	if (!number ||
	    is_new(&search->namespaces, &search->namespace_count, number))
		add_mounts(search, process, pid);
}

static void visit_network(int process, pid_t pid, void *data)
{
	unsigned long number = namespace_number(process, "ns/net");
	struct search *search = data;

	if (number)
		look_into(search, process, pid, number, NULL);
	else
		search->holders->complete = false;
}

/* The counters of whichever network namespace; a file of that name elsewhere is none. */
static bool is_counters(int files, const char *name, char path[PATH_MAX])
{
	static const char counters[] = "/net/portfs";
	ssize_t length = readlinkat(files, name, path, PATH_MAX - 1);
	struct statfs type = { 0 };
	const char *last;
	int fd;

	path[length > 0 ? length : 0] = '\0';
	last = strstr(path, counters);
	while (last && strstr(last + 1, counters))
		last = strstr(last + 1, counters);
	if (!last || (last[strlen(counters)] && last[strlen(counters)] != ' '))
		return false;
	fd = openat(files, name, O_PATH | O_CLOEXEC);
	if (fd >= 0 && fstatfs(fd, &type))
		type.f_type = 0;
	if (fd >= 0)
		close(fd);
	return places.plain || type.f_type == PROC_SUPER_MAGIC;
}

/* What portctl was started with open is its parent's. */
static void visit_files(int process, pid_t pid, void *data)
{
	struct search *search = data;
	const struct dirent *entry;
	char path[PATH_MAX];
	DIR *files = NULL;
	int fd;

	if (pid == getpid())
		return;
	fd = openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		files = fdopendir(fd);
	if (!files) {
		/* One that has ended meanwhile has nothing open. */
		if (errno != ENOENT && errno != ESRCH)
			search->holders->complete = false;
		return;
	}
	while ((entry = readdir(files))) {
		if (!is_counters(dirfd(files), entry->d_name, path))
			continue;
		add(search, HOLDER_COUNTERS, process, pid, path);
		break;
	}
	closedir(files);
}

/**
 * holders_read() - find what keeps the module from being removed
 * @holders: the result, without our own namespace's rules
 *
 * Return: whether /proc could be read; if not, errno says why.
 */
bool holders_read(struct holders *holders)
{
	struct search search = { .holders = holders };
	char *path = format_text("%s/proc", places.root);
	bool right;
	int self;

	*holders = (struct holders){ .complete = true };
	self = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (self >= 0) {
		search.own = namespace_number(self, "ns/net");
		close(self);
	}
	right = processes_visit(path, visit_mounts, &search) &&
		processes_visit(path, visit_network, &search) &&
		processes_visit(path, visit_files, &search);
	free(path);
	free(search.mounts);
	free(search.namespaces);
	free(search.networks);
	return right;
}
