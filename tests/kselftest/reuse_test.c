// SPDX-License-Identifier: GPL-2.0
/*
 * Ports that somebody has: no option that lets sockets share a port, or take
 * one over, gives a stranger what the owner has. What the kernel alone would
 * say is seen on an unclaimed port.
 */
#define _GNU_SOURCE
#include <linux/tcp.h>

#include "kselftest_harness.h"
#include "road.h"

#define CLAIMED		8081
#define UNCLAIMED	8082
/* Of this one the kernel keeps others off for a while. */
#define WAITING		8083

FIXTURE(hijack) {
	int holder;
};

FIXTURE_VARIANT(hijack) {
	int domain;
	int type;
	/* What both sockets are given, and which addresses. */
	int option;
	const char *holder;
	const char *taker;
	bool listening;
	/* What the kernel says of another user, and of the same. */
	int stock;
	int own;
};

#define HIJACK(name, domain_, type_, option_, holder_, taker_, listening_,	\
	       stock_, own_)						\
	FIXTURE_VARIANT_ADD(hijack, name) {				\
		.domain = domain_,					\
		.type = type_,						\
		.option = option_,					\
		.holder = holder_,					\
		.taker = taker_,					\
		.listening = listening_,				\
		.stock = stock_,					\
		.own = own_,						\
	}

#define TCP	SOCK_STREAM
#define UDP	SOCK_DGRAM

/* Sharing by reuseport is for one user, by reuseaddr for all. */
HIJACK(tcp4_reuseport, AF_INET, TCP, SO_REUSEPORT, "127.0.0.1", "127.0.0.1",
	true, EADDRINUSE, 0);
HIJACK(tcp6_reuseport, AF_INET6, TCP, SO_REUSEPORT, "::1", "::1", true,
	EADDRINUSE, 0);
HIJACK(udp4_reuseport, AF_INET, UDP, SO_REUSEPORT, "127.0.0.1", "127.0.0.1",
	false, EADDRINUSE, 0);
HIJACK(udp6_reuseport, AF_INET6, UDP, SO_REUSEPORT, "::1", "::1", false,
	EADDRINUSE, 0);
HIJACK(tcp4_reuseport_wildcard, AF_INET, TCP, SO_REUSEPORT, "0.0.0.0",
	"127.0.0.1", true, EADDRINUSE, 0);
HIJACK(udp4_reuseport_wildcard, AF_INET, UDP, SO_REUSEPORT, "0.0.0.0",
	"127.0.0.1", false, EADDRINUSE, 0);
HIJACK(tcp6_reuseport_mapped, AF_INET6, TCP, SO_REUSEPORT, "::",
	"::ffff:127.0.0.1", true, EADDRINUSE, 0);
HIJACK(udp6_reuseport_mapped, AF_INET6, UDP, SO_REUSEPORT, "::",
	"::ffff:127.0.0.1", false, EADDRINUSE, 0);
HIJACK(tcp4_reuseaddr_listening, AF_INET, TCP, SO_REUSEADDR, "127.0.0.1",
	"127.0.0.1", true, EADDRINUSE, EADDRINUSE);
HIJACK(tcp4_reuseaddr_bound, AF_INET, TCP, SO_REUSEADDR, "127.0.0.1",
	"127.0.0.1", false, 0, 0);
HIJACK(tcp6_reuseaddr_bound, AF_INET6, TCP, SO_REUSEADDR, "::1", "::1", false,
	0, 0);
HIJACK(udp4_reuseaddr, AF_INET, UDP, SO_REUSEADDR, "127.0.0.1", "127.0.0.1",
	false, 0, 0);
HIJACK(udp6_reuseaddr, AF_INET6, UDP, SO_REUSEADDR, "::1", "::1", false, 0, 0);
HIJACK(udp4_reuseaddr_wildcard, AF_INET, UDP, SO_REUSEADDR, "0.0.0.0",
	"127.0.0.1", false, 0, 0);
HIJACK(udp6_reuseaddr_wildcard, AF_INET6, UDP, SO_REUSEADDR, "::", "::1",
	false, 0, 0);
/* Beside each other, without an option. */
HIJACK(tcp4_other_address, AF_INET, TCP, 0, "127.0.0.1", "127.0.0.2", true, 0,
	0);
HIJACK(udp4_other_address, AF_INET, UDP, 0, "127.0.0.1", "127.0.0.2", false, 0,
	0);
HIJACK(tcp6_other_family, AF_INET6, TCP, 0, "::1", "::ffff:127.0.0.1", true, 0,
	0);
HIJACK(udp6_other_family, AF_INET6, UDP, 0, "::1", "::ffff:127.0.0.1", false,
	0, 0);

struct attempt {
	int domain;
	int type;
	int option;
	const char *address;
	unsigned int port;
	bool listening;
	/* Stays, and says so on this pipe. */
	int ready;
};

/* The socket or a negative errno. */
static int have(const struct attempt *this)
{
	struct sockaddr_storage storage = {};
	struct sockaddr_in6 *six = (void *)&storage;
	struct sockaddr_in *four = (void *)&storage;
	bool is_six = this->domain == AF_INET6;
	const int yes = 1;
	int fd = socket(this->domain, this->type, 0);

	storage.ss_family = this->domain;
	four->sin_port = htons(this->port);
	inet_pton(this->domain, this->address, is_six ?
		  (void *)&six->sin6_addr : (void *)&four->sin_addr);
	if (fd < 0 ||
	    (this->option && setsockopt(fd, SOL_SOCKET, this->option, &yes,
					sizeof(yes))) ||
	    bind(fd, (void *)&storage, is_six ? sizeof(*six) :
						sizeof(*four)) ||
	    (this->listening && listen(fd, 1)))
		return -errno;
	return fd;
}

static int try(const void *argument)
{
	int fd = have(argument);

	return fd < 0 ? -fd : 0;
}

/* A child of alice's that has the port until its standard input ends. */
static int hold(struct attempt *this, int *end)
{
	int up[2], down[2], error = -1;
	pid_t child;

	if (pipe(up) || pipe(down))
		return errno;
	child = fork();
	if (!child) {
		close(down[1]);
		error = become(&alice) ?: try(this);
		if (write(up[1], &error, sizeof(error)) < 0 ||
		    read(down[0], &error, 1))
			_exit(1);
		_exit(0);
	}
	close(up[1]);
	close(down[0]);
	*end = down[1];
	if (read(up[0], &error, sizeof(error)) != sizeof(error))
		error = EPIPE;
	close(up[0]);
	return error;
}

/* Those who hold see the end of their pipes; their ports are free then. */
static void let_go(int one, int other)
{
	close(one);
	close(other);
	while (wait(NULL) > 0)
		continue;
}

FIXTURE_SETUP(hijack)
{
	ASSERT_EQ(0, clean_view());
}

FIXTURE_TEARDOWN(hijack)
{
}

TEST_F(hijack, owner_keeps_it)
{
	struct attempt this = {
		.domain = variant->domain,
		.type = variant->type,
		.option = variant->option,
	};
	const int protocol = variant->type == TCP ? IPPROTO_TCP : IPPROTO_UDP;
	int claimed, unclaimed;

	ASSERT_EQ(0, claim(protocol, CLAIMED, ALICE, WEB, 0660));
	this.address = variant->holder;
	this.listening = variant->listening;
	this.port = CLAIMED;
	ASSERT_EQ(0, hold(&this, &claimed));
	this.port = UNCLAIMED;
	ASSERT_EQ(0, hold(&this, &unclaimed));

	this.address = variant->taker;
	this.listening = false;
	EXPECT_CASE(variant->stock, as_user(&bob, try, &this));
	EXPECT_CASE(variant->own, as_user(&alice, try, &this));
	this.port = CLAIMED;
	EXPECT_CASE(EACCES, as_user(&bob, try, &this));
	EXPECT_CASE(variant->own, as_user(&alice, try, &this));
	/* Those who may, too, share only what the kernel lets them. */
	EXPECT_CASE(variant->stock, as_user(&capable, try, &this));
	EXPECT_CASE(variant->stock, as_user(&root, try, &this));
	EXPECT_CASE(variant->stock,
		    as_user(&(struct caller){ .uid = BOB, .gid = WEB }, try,
			    &this));
	ASSERT_EQ(0, chmod(node_path(protocol, CLAIMED), 01600));
	EXPECT_CASE(EACCES, as_user(&root, try, &this));
	EXPECT_CASE(EACCES, as_user(&capable, try, &this));
	EXPECT_CASE(variant->own, as_user(&alice, try, &this));
	let_go(claimed, unclaimed);
}

/* In the moment between two servers. */
TEST(time_wait)
{
	const struct road road = { .protocol = IPPROTO_TCP, .address = INET };
	struct attempt this = {
		.domain = AF_INET, .type = TCP, .option = SO_REUSEADDR,
		.address = "127.0.0.1", .port = WAITING,
	};
	struct sockaddr_storage address;
	socklen_t length = make_address(INET, WAITING, &address);
	const int yes = 1;
	int server, client, accepted;

	ASSERT_EQ(0, clean_view());
	ASSERT_EQ(0, claim(IPPROTO_TCP, WAITING, ALICE, 0, 0600));
	server = make_socket(&road);
	ASSERT_EQ(0, setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &yes,
				sizeof(yes)));
	ASSERT_EQ(0, bind_socket(server, INET, WAITING));
	ASSERT_EQ(0, listen(server, 1));
	client = make_socket(&road);
	ASSERT_EQ(0, connect(client, (void *)&address, length));
	accepted = accept(server, NULL, NULL);
	ASSERT_LE(0, accepted);
	/* The side that closes first waits. */
	close(accepted);
	close(client);
	close(server);
	EXPECT_CASE(EACCES, as_user(&bob, try, &this));
	EXPECT_CASE(0, as_user(&alice, try, &this));
	this.option = 0;
	EXPECT_CASE(EACCES, as_user(&bob, try, &this));
	EXPECT_CASE(EADDRINUSE, as_user(&alice, try, &this));
}

/* A socket that may bind anything does so for nobody else. */
TEST(repair_mode_takes_no_port_in_use)
{
	const struct road road = { .protocol = IPPROTO_TCP, .address = INET };
	struct attempt this = {
		.domain = AF_INET, .type = TCP, .address = "127.0.0.1",
		.port = CLAIMED, .listening = true,
	};
	const int yes = 1;
	int fd, held, error = -1;

	ASSERT_EQ(0, clean_view());
	ASSERT_EQ(0, claim(IPPROTO_TCP, CLAIMED, ALICE, 0, 0600));
	ASSERT_EQ(0, hold(&this, &held));
	fd = make_socket(&road);
	ASSERT_EQ(0, setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &yes,
				sizeof(yes)));
	acting_with(&bob, 1ULL << CAP_NET_ADMIN)
		error = bind_socket(fd, INET, CLAIMED);
	EXPECT_CASE(EACCES, error);
	/* It is what forces the port open, for those who may have it. */
	acting_as(&alice)
		error = bind_socket(fd, INET, CLAIMED);
	EXPECT_CASE(0, error);
	let_go(fd, held);
}

/* Once bound, a socket keeps its port through connect(AF_UNSPEC). */
TEST(disconnected_sockets)
{
	const struct sockaddr unspec = { .sa_family = AF_UNSPEC };
	const struct road road = { .protocol = IPPROTO_UDP, .address = INET };
	int fd, error = -1;

	ASSERT_EQ(0, clean_view());
	ASSERT_EQ(0, claim(IPPROTO_UDP, CLAIMED, ALICE, 0, 0600));
	fd = make_socket(&road);
	acting_as(&alice)
		error = bind_socket(fd, INET, CLAIMED);
	ASSERT_EQ(0, error);
	acting_as(&bob)
		error = failure(connect(fd, &unspec, sizeof(unspec)));
	EXPECT_CASE(0, error);
	/* It is bound: the kernel's own error, after ours. */
	acting_as(&bob)
		error = bind_socket(fd, INET, CLAIMED);
	EXPECT_CASE(EACCES, error);
	acting_as(&alice)
		error = bind_socket(fd, INET, CLAIMED);
	EXPECT_CASE(EINVAL, error);
	close(fd);
}

TEST_CASES_MAIN
