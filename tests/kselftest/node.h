/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of nodes and namespaces share: a world of their own, acting as
 * another user for a few statements, and nodes and listings as text, so that a
 * test compares them with what ls(1) should show.
 */
#ifndef PORTFS_TEST_NODE_H
#define PORTFS_TEST_NODE_H

#include <dirent.h>
#include <linux/if.h>
#include <linux/types.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>

#include "lib.h"

#define THRESHOLD	"/proc/sys/net/ipv4/ip_unprivileged_port_start"
#define PORT_RANGE	"/proc/sys/net/ipv4/ip_local_port_range"
#define RESERVED	"/proc/sys/net/ipv4/ip_local_reserved_ports"
#define REFERENCES	"/sys/module/portfs/refcnt"

/* A file system of the test's own, gone with its mount namespace. */
#define SCRATCH		"/mnt"

/* Long enough for any kernel; it ends what hangs, it decides nothing. */
#define PATIENCE	300

/* The errno of a system call, 0 if it succeeded. */
#define failure(call)	((call) < 0 ? errno : 0)

static inline int loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int error;

	if (fd < 0)
		return errno;
	request.ifr_flags = IFF_UP;
	error = failure(ioctl(fd, SIOCSIFFLAGS, &request));
	close(fd);
	return error;
}

/* A network namespace of the test's own; mounts stay as they are. */
static inline int new_network(void)
{
	return unshare(CLONE_NEWNET) ? errno : loopback_up();
}

/*
 * A mount namespace with the current network namespace's table at MOUNT_POINT.
 * It ends with the test, however that ends.
 */
static inline int new_view(void)
{
	if (unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("scratch", SCRATCH, "tmpfs", 0, NULL) ||
	    mount("portfs", MOUNT_POINT, "portfs", 0, NULL))
		return errno;
	return 0;
}

/* The same with a network namespace of the test's own, which takes longer. */
static inline int new_world(void)
{
	return new_network() ?: new_view();
}

static inline int release_all(const char *path)
{
	struct dirent *entry;
	DIR *directory;
	int error = 0;

	directory = opendir(path);
	if (!directory)
		return errno;
	while (!error && (entry = readdir(directory)))
		if (entry->d_name[0] != '.')
			error = failure(unlinkat(dirfd(directory),
						 entry->d_name, 0));
	closedir(directory);
	return error;
}

/* A new view of the program's network namespace, as if that were new. */
static inline int clean_view(void)
{
	return new_view() ?:
	       release_all(MOUNT_POINT "/tcp") ?:
	       release_all(MOUNT_POINT "/udp") ?:
	       write_file(THRESHOLD, "1024");
}

/* For programs whose tests share a network namespace: see clean_view(). */
#define TEST_NETWORK_MAIN						\
	int main(int argc, char **argv)					\
	{								\
		int error = new_network();				\
									\
		if (error)						\
			ksft_exit_fail_msg("no network: %d\n", error);	\
		return test_harness_run(argc, argv);			\
	}

/* A mount of the current network namespace's table at a new directory. */
static inline int mount_at(const char *path, unsigned long flags)
{
	if (mkdir(path, 0755) && errno != EEXIST)
		return errno;
	return failure(mount("portfs", path, "portfs", flags, NULL));
}

static inline void act_as(const struct caller *who, __u64 capabilities)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (setgroups(who->supplementary ? 1 : 0, &who->supplementary) ||
	    setresgid(who->gid, who->gid, 0) ||
	    setresuid(who->uid, who->uid, 0) ||
	    syscall(SYS_capget, &header, data))
		abort();
	if (who->bind_service)
		capabilities |= 1U << CAP_NET_BIND_SERVICE;
	data[0].effective = capabilities;
	data[1].effective = capabilities >> 32;
	if (syscall(SYS_capset, &header, data))
		abort();
}

static inline void act_as_root(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (setresuid(0, 0, 0) || syscall(SYS_capget, &header, data))
		abort();
	data[0].effective = data[0].permitted;
	data[1].effective = data[1].permitted;
	if (syscall(SYS_capset, &header, data) || setresgid(0, 0, 0) ||
	    setgroups(0, NULL))
		abort();
}

/*
 * The statement that follows is done as @who, with real and effective ids and
 * with no capabilities but the caller's and those given. Leave it by its end.
 */
#define acting_with(who, capabilities)					\
	for (int _acting = (act_as(who, capabilities), 1); _acting;	\
	     _acting = (act_as_root(), 0))

#define acting_as(who)	acting_with(who, 0)

static inline const char *describe(const struct stat *status)
{
	static char text[4][64];
	static unsigned int turn;
	char *this = text[turn++ % 4];

	snprintf(this, sizeof(text[0]), "%u:%u %04o%s", status->st_uid,
		 status->st_gid, status->st_mode & 07777,
		 S_ISCHR(status->st_mode) ? "" :
		 S_ISDIR(status->st_mode) ? " directory" : " neither");
	return this;
}

/* "owner:group mode" of a path, or why not. */
static inline const char *shown(const char *path)
{
	struct stat status;

	return lstat(path, &status) ? strerror(errno) : describe(&status);
}

static inline const char *shown_fd(int fd)
{
	struct stat status;

	return fstat(fd, &status) ? strerror(errno) : describe(&status);
}

/* The names in a directory but for the dots, in the order in which they come. */
static inline const char *listing(const char *path)
{
	static char text[4096];
	size_t length = 0;
	struct dirent *entry;
	DIR *directory;

	directory = opendir(path);
	if (!directory)
		return strerror(errno);
	text[0] = '\0';
	while ((errno = 0, entry = readdir(directory)) &&
	       length < sizeof(text)) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		length += snprintf(text + length, sizeof(text) - length, "%s%s",
				   length ? " " : "", entry->d_name);
	}
	closedir(directory);
	return entry ? "too long" : errno ? strerror(errno) : text;
}

static inline const char *text_of(const char *path)
{
	static char text[4096];
	int error = read_file(path, text, sizeof(text));

	return error ? strerror(error) : text;
}

static inline int references(void)
{
	return atoi(text_of(REFERENCES));
}

/* The superblock at MOUNT_POINT, with no rule in its namespace. */
#define IDLE	1

/*
 * Namespaces die some time after their last process. The bound is there to end
 * a test that fails.
 */
static inline int references_at_last(void)
{
	int tries;

	for (tries = 0; tries < 1000 && references() != IDLE; tries++)
		usleep(10000);
	return references();
}

/* May the current process bind? 0 or an errno. */
static inline int try_bind(int protocol, unsigned int port)
{
	const struct road road = { .protocol = protocol, .address = INET };
	int fd = make_socket(&road);
	int error;

	if (fd < 0)
		return errno;
	error = bind_socket(fd, road.address, port);
	close(fd);
	return error;
}

#endif
