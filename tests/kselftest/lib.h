/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the programs share: claims, callers and the ways to ask for a port.
 * Helpers return 0 or an errno, so that a test compares with what it expects.
 */
#ifndef PORTFS_TEST_LIB_H
#define PORTFS_TEST_LIB_H

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOUNT_POINT "/dev/port"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

enum {
	ALICE = 1001,
	BOB = 1002,
	WEB = 1100,
	NOBODY = 65534,
};

enum address {
	INET,
	INET6,
	MAPPED,
	UNSPEC,
};

/* How a port is asked for: IPPROTO_TCP, _UDP or _MPTCP, and which address. */
struct road {
	int protocol;
	enum address address;
};

/* Who asks: no group but those given, no capability unless @bind_service. */
struct caller {
	uid_t uid;
	gid_t gid;
	gid_t supplementary;
	bool bind_service;
};

static const struct caller root = { .bind_service = true };
static const struct caller alice = { .uid = ALICE, .gid = ALICE };
static const struct caller bob = { .uid = BOB, .gid = BOB };
static const struct caller capable = {
	.uid = BOB,
	.gid = BOB,
	.bind_service = true,
};

static inline const char *node_path(int protocol, unsigned int port)
{
	static char path[64];

	snprintf(path, sizeof(path), MOUNT_POINT "/%s/%u",
		 protocol == IPPROTO_UDP ? "udp" : "tcp", port);
	return path;
}

static inline int claim(int protocol, unsigned int port, uid_t uid, gid_t gid,
			mode_t mode)
{
	const char *path = node_path(protocol, port);

	return chown(path, uid, gid) || chmod(path, mode) ? errno : 0;
}

static inline int release(int protocol, unsigned int port)
{
	return unlink(node_path(protocol, port)) ? errno : 0;
}

static inline bool is_claimed(int protocol, unsigned int port)
{
	DIR *directory = opendir(protocol == IPPROTO_UDP ? MOUNT_POINT "/udp" :
							   MOUNT_POINT "/tcp");
	struct dirent *entry;
	bool found = false;

	while (directory && (entry = readdir(directory)))
		found |= (unsigned int)atoi(entry->d_name) == port;
	if (directory)
		closedir(directory);
	return found;
}

static inline int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC);
	int error;

	if (fd < 0)
		return errno;
	error = write(fd, text, strlen(text)) < 0 ? errno : 0;
	close(fd);
	return error;
}

static inline int read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t length;

	if (fd < 0)
		return errno;
	length = read(fd, text, size - 1);
	close(fd);
	if (length < 0)
		return EIO;
	while (length && text[length - 1] == '\n')
		length--;
	text[length] = '\0';
	return 0;
}

static inline socklen_t make_address(enum address kind, unsigned int port,
				     struct sockaddr_storage *storage)
{
	struct sockaddr_in6 *six = (void *)storage;
	struct sockaddr_in *four = (void *)storage;

	memset(storage, 0, sizeof(*storage));
	switch (kind) {
	case INET6:
	case MAPPED:
		six->sin6_family = AF_INET6;
		six->sin6_port = htons(port);
		inet_pton(AF_INET6, kind == INET6 ? "::1" : "::ffff:127.0.0.1",
			  &six->sin6_addr);
		return sizeof(*six);
	case INET:
		four->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		/* fall through */
	default:
		four->sin_family = kind == UNSPEC ? AF_UNSPEC : AF_INET;
		four->sin_port = htons(port);
		return sizeof(*four);
	}
}

static inline int make_socket(const struct road *road)
{
	bool six = road->address == INET6 || road->address == MAPPED;

	return socket(six ? AF_INET6 : AF_INET,
		      road->protocol == IPPROTO_UDP ? SOCK_DGRAM : SOCK_STREAM,
		      road->protocol);
}

static inline int bind_socket(int fd, enum address kind, unsigned int port)
{
	struct sockaddr_storage storage;
	socklen_t length = make_address(kind, port, &storage);

	return bind(fd, (struct sockaddr *)&storage, length) ? errno : 0;
}

/* Gives up all that root has; only a child of the test may call it. */
static inline int become(const struct caller *who)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {};

	if (who->bind_service)
		data[0].effective = data[0].permitted =
			1U << CAP_NET_BIND_SERVICE;
	if (setgroups(who->supplementary ? 1 : 0, &who->supplementary) ||
	    setresgid(who->gid, who->gid, who->gid) ||
	    prctl(PR_SET_KEEPCAPS, 1) ||
	    setresuid(who->uid, who->uid, who->uid) ||
	    syscall(SYS_capset, &header, data))
		return errno;
	return 0;
}

struct errand {
	const struct caller *who;
	int (*function)(const void *argument);
	const void *argument;
};

static inline int run_errand(void *argument)
{
	const struct errand *errand = argument;

	_exit(become(errand->who) ? 254 : errand->function(errand->argument));
}

/*
 * Runs @function as @who in a child; returns what it returns, 255 if it died. The child has
 * the caller's memory, as after vfork(2): to copy it takes most of the time of some tests.
 */
static inline int as_user(const struct caller *who,
			  int (*function)(const void *), const void *argument)
{
	const size_t size = 256 * 1024;
	struct errand errand = {
		.who = who, .function = function, .argument = argument,
	};
	char *stack = mmap(NULL, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	pid_t child;
	int status;

	if (stack == MAP_FAILED)
		return 255;
	child = clone(run_errand, stack + size,
		      CLONE_VM | CLONE_VFORK | SIGCHLD, &errand);
	if (child < 0 || waitpid(child, &status, 0) != child ||
	    !WIFEXITED(status))
		status = 255 << 8;
	munmap(stack, size);
	return WEXITSTATUS(status);
}

struct request {
	const struct road *road;
	unsigned int port;
};

static inline int request_port(const void *argument)
{
	const struct request *request = argument;
	int fd = make_socket(request->road);

	if (fd < 0)
		return 253;
	return bind_socket(fd, request->road->address, request->port);
}

/* May @who bind @port on @road? 0 or the errno of bind(2). */
static inline int bind_as(const struct caller *who, const struct road *road,
			  unsigned int port)
{
	struct request request = { .road = road, .port = port };

	return as_user(who, request_port, &request);
}

#endif
