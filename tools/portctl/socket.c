// SPDX-License-Identifier: GPL-2.0
/* Who listens: sockets from the kernel's socket diagnostics, their processes from /proc. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <limits.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "place.h"
#include "socket.h"

/* In <linux/mptcp.h> and newer C libraries. */
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/* From Linux 6.8 on: bound, and neither connected nor listening. */
#define BOUND_INACTIVE 13

/**
 * struct dump - one question to the kernel, and where the answers go
 * @listeners: all that were found
 * @protocol: of the ports
 * @port: the one that is asked for, 0 for all
 */
struct dump {
	struct listeners *listeners;
	enum protocol protocol;
	unsigned int port;
};

static int find_v6only(const struct nlattr *attribute, void *data)
{
	if (mnl_attr_get_type(attribute) == INET_DIAG_SKV6ONLY)
		*(bool *)data = mnl_attr_get_u8(attribute);
	return MNL_CB_OK;
}

static int add_socket(const struct nlmsghdr *header, void *data)
{
	const struct inet_diag_msg *message = mnl_nlmsg_get_payload(header);
	struct dump *dump = data;
	struct listeners *listeners = dump->listeners;
	struct listener *listener;

	/* Not every protocol's part of the kernel looks at the port. */
	if (dump->port && dump->port != ntohs(message->id.idiag_sport))
		return MNL_CB_OK;
	if (!(listeners->count & (listeners->count + 1))) {
		listeners->all = reallocarray(listeners->all,
					      2 * (listeners->count + 1),
					      sizeof(*listeners->all));
		if (!listeners->all)
			return MNL_CB_ERROR;
	}
	listener = &listeners->all[listeners->count++];
	memset(listener, 0, sizeof(*listener));
	listener->index =
		dump->protocol * PORTS + ntohs(message->id.idiag_sport);
	listener->uid = message->idiag_uid;
	listener->inode = message->idiag_inode;
	listener->family = message->idiag_family;
	listener->is_idle = message->idiag_state == TCP_LISTEN ||
			    message->idiag_state == TCP_CLOSE ||
			    message->idiag_state == BOUND_INACTIVE;
	memcpy(listener->address, message->id.idiag_src,
	       sizeof(listener->address));
	mnl_attr_parse(header, sizeof(*message), find_v6only,
		       &listener->v6only);
	return MNL_CB_OK;
}

static bool ask(struct mnl_socket *socket, struct dump *dump, int family,
		unsigned int protocol, unsigned int states)
{
	static unsigned int sequence;
	char buffer[MNL_SOCKET_BUFFER_SIZE];
	struct inet_diag_req_v2 *request;
	struct nlmsghdr *header;
	ssize_t length;
	int more = 1;

	header = mnl_nlmsg_put_header(buffer);
	header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	header->nlmsg_seq = ++sequence;
	request = mnl_nlmsg_put_extra_header(header, sizeof(*request));
	request->sdiag_family = family;
	request->sdiag_protocol = protocol;
	request->idiag_states = states;
	request->id.idiag_sport = htons(dump->port);
	/* Its number does not fit the header. */
	if (protocol == IPPROTO_MPTCP)
		mnl_attr_put_u32(header, INET_DIAG_REQ_PROTOCOL, protocol);
	if (mnl_socket_sendto(socket, header, header->nlmsg_len) < 0)
		return false;
	while (more > 0) {
		length = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));
		if (length < 0)
			return false;
		more = mnl_cb_run(buffer, length, sequence, 0, add_socket,
				  dump);
		/* A kernel without the protocol. */
		if (more < 0 && (errno == ENOENT || errno == EINVAL))
			return true;
	}
	return more == 0;
}

static int compare_inodes(const void *a, const void *b)
{
	const struct listener *x = a, *y = b;

	return (x->inode > y->inode) - (x->inode < y->inode);
}

static int compare_listeners(const void *a, const void *b)
{
	const struct listener *x = a, *y = b;

	if (x->index != y->index)
		return (x->index > y->index) - (x->index < y->index);
	if (x->pid != y->pid)
		return (x->pid > y->pid) - (x->pid < y->pid);
	return compare_inodes(a, b);
}

/* The process with the lowest number speaks for all that share a socket. */
static void find_sockets(int process, pid_t pid, void *data)
{
	int fds = openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fds < 0 ? NULL : fdopendir(fds);
	struct listeners *listeners = data;
	struct listener wanted, *found;
	const struct dirent *entry;
	char target[64];
	ssize_t length;

	while (directory && (entry = readdir(directory))) {
		length = readlinkat(dirfd(directory), entry->d_name, target,
				    sizeof(target) - 1);
		if (length < 0)
			continue;
		target[length] = '\0';
		if (sscanf(target, "socket:[%lu]", &wanted.inode) != 1)
			continue;
		found = bsearch(&wanted, listeners->all, listeners->count,
				sizeof(wanted), compare_inodes);
		if (found && (!found->pid || found->pid > pid)) {
			found->pid = pid;
			process_name(process, found->process);
		}
	}
	if (directory)
		closedir(directory);
}

/**
 * struct question - which sockets are asked for
 * @number: of the protocol, for the kernel
 * @protocol: of the ports
 * @states: a bit for each state that receives on a port
 * @all_states: a bit for each state that takes a port away from others
 */
struct question {
	unsigned int number;
	enum protocol protocol;
	unsigned int states;
	unsigned int all_states;
};

static const struct question questions[] = {
	{ IPPROTO_TCP, TCP, 1 << TCP_LISTEN,
	  ~(1U << TCP_SYN_RECV | 1U << TCP_CLOSE) },
	{ IPPROTO_MPTCP, TCP, 1 << TCP_LISTEN, 1 << TCP_LISTEN },
	{ IPPROTO_UDP, UDP, 1 << TCP_CLOSE,
	  1 << TCP_CLOSE | 1 << TCP_ESTABLISHED },
};

/* The sockets of a port in any state, or of all ports that receive. */
static bool ask_all(struct listeners *listeners, unsigned int index)
{
	static const int families[] = { AF_INET, AF_INET6 };
	struct mnl_socket *socket;
	bool right = true;
	int error;
	size_t i, j;

	socket = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	if (!socket)
		return false;
	for (i = 0; i < ARRAY_SIZE(questions); i++) {
		const struct question *question = &questions[i];

		if (index && index / PORTS != question->protocol)
			continue;
		for (j = 0; right && j < 2; j++)
			right = ask(socket,
				    &(struct dump){ listeners,
						    question->protocol,
						    index % PORTS },
				    families[j], question->number,
				    index ? question->all_states :
					    question->states);
	}
	error = errno;
	mnl_socket_close(socket);
	errno = error;
	return right;
}

static bool read_sockets(struct listeners *listeners, unsigned int index)
{
	bool right;
	int error;

	memset(listeners, 0, sizeof(*listeners));
	right = ask_all(listeners, index);
	error = errno;
	if (listeners->count) {
		qsort(listeners->all, listeners->count, sizeof(*listeners->all),
		      compare_inodes);
		if (!processes_visit("/proc", find_sockets, listeners)) {
			right = false;
			error = errno;
		}
		qsort(listeners->all, listeners->count, sizeof(*listeners->all),
		      compare_listeners);
	}
	errno = error;
	return right;
}

/**
 * listeners_read() - find all sockets that receive on a port
 * @listeners: the result
 *
 * TCP and MPTCP sockets that listen, UDP sockets that are not connected.
 *
 * Return: whether the kernel said so; if not, errno says why.
 */
bool listeners_read(struct listeners *listeners)
{
	return read_sockets(listeners, 0);
}

/**
 * listeners_read_port() - find all sockets that have a port
 * @listeners: the result
 * @index: the port
 *
 * Those that are connected, too, and those that only wait for their end. Before
 * Linux 6.8 the kernel does not tell of one that is bound and nothing more.
 *
 * Return: as listeners_read().
 */
bool listeners_read_port(struct listeners *listeners, unsigned int index)
{
	return read_sockets(listeners, index);
}

/**
 * listeners_of() - the sockets of a port
 * @listeners: all sockets
 * @index: the port
 *
 * Return: the first of them; the others follow it while their index is the
 * same. NULL if there is none.
 */
const struct listener *listeners_of(const struct listeners *listeners,
				    unsigned int index)
{
	size_t low = 0, high = listeners->count, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (listeners->all[middle].index < index)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == listeners->count || listeners->all[low].index != index)
		return NULL;
	return &listeners->all[low];
}

/**
 * listener_may_bind() - would a rule let the holder of a socket bind its port?
 * @listener: the socket
 * @rule: the rule in force
 *
 * It is about what the process may, if the socket is its own, and else about what
 * the socket's user may.
 *
 * Return: whether it would.
 */
bool listener_may_bind(const struct listener *listener, const struct rule *rule)
{
	struct caller caller = { 0 };
	const char *reason;
	bool may;

	if (!listener->pid || !process_caller(listener->pid, &caller) ||
	    caller.uid != listener->uid) {
		free(caller.groups);
		caller_of_user(&caller, listener->uid);
	}
	may = policy_may_bind(rule, &caller, &reason);
	free(caller.groups);
	return may;
}

/**
 * listener_process() - what has a socket, in a comment
 * @listener: the socket
 *
 * Return: the process's name, if it can be seen.
 */
const char *listener_process(const struct listener *listener)
{
	return listener->pid ? listener->process : "somebody";
}

/**
 * listener_user() - who has a socket now
 * @listener: the socket
 *
 * A process that dropped root has a user of its own, whatever its socket has.
 *
 * Return: the process's user if it can be seen, else the socket's.
 */
uid_t listener_user(const struct listener *listener)
{
	struct caller caller = { 0 };
	uid_t uid = listener->uid;

	if (listener->pid && process_caller(listener->pid, &caller))
		uid = caller.uid;
	free(caller.groups);
	return uid;
}

/**
 * listener_runs() - does a socket's process run a program?
 * @listener: the socket
 * @program: the program's path
 *
 * One that was upgraded meanwhile still runs.
 *
 * Return: whether it can be seen to do so.
 */
bool listener_runs(const struct listener *listener, const char *program)
{
	char target[PATH_MAX];
	char *path = format_text("%s/proc/%d/exe", places.root, listener->pid);
	ssize_t length = readlink(path, target, sizeof(target) - 1);
	size_t part = strlen(program);

	free(path);
	target[length > 0 ? length : 0] = '\0';
	return listener->pid && !strncmp(target, program, part) &&
	       (!target[part] || !strcmp(target + part, " (deleted)"));
}
