// SPDX-License-Identifier: GPL-2.0
/*
 * Every way to call bind(2), on every kind of socket, with every option that
 * changes what it means: the rule decides on all of them. bind_test.c has the
 * rules in full.
 */
#define _GNU_SOURCE
#include <linux/tcp.h>

#include "kselftest_harness.h"
#include "road.h"

#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE	51
#endif
#ifndef IPPROTO_SMC
#define IPPROTO_SMC	256
#endif
#ifndef IPV6_FREEBIND
#define IPV6_FREEBIND	78
#endif
#define SMCPROTO_SMC	0
#define SMCPROTO_SMC6	1

struct option {
	int level;
	int name;
	int value;
};

FIXTURE(road) {
	int fd;
	int protocol;
	const char *node;
};

struct way {
	int (*call)(int fd, const struct sockaddr_storage *address,
		    socklen_t length);
	int domain;
	int type;
	int protocol;
	const char *address;
	unsigned int port;
	struct option option;
};

FIXTURE_VARIANT(road) {
	struct way way;
};

#define ROAD(name, call_, domain_, type_, protocol_, address_, port_, ...)	\
	FIXTURE_VARIANT_ADD(road, name) {				\
		.way = {						\
			.call = call_,					\
			.domain = domain_,				\
			.type = type_,					\
			.protocol = protocol_,				\
			.address = address_,				\
			.port = port_,					\
			.option = { __VA_ARGS__ },			\
		},							\
	}

#define PORTS(name, ...)						\
	PORTS_OF(name, __VA_ARGS__)
#define PORTS_OF(name, way, domain, type, protocol, address, ...)	\
	ROAD(name##_low, way, domain, type, protocol, address, 81,	\
	     ##__VA_ARGS__);						\
	ROAD(name##_high, way, domain, type, protocol, address, 8081,	\
	     ##__VA_ARGS__)

#define TCP4	AF_INET, SOCK_STREAM, IPPROTO_TCP
#define TCP6	AF_INET6, SOCK_STREAM, IPPROTO_TCP
#define UDP4	AF_INET, SOCK_DGRAM, IPPROTO_UDP
#define UDP6	AF_INET6, SOCK_DGRAM, IPPROTO_UDP
#define MPTCP4	AF_INET, SOCK_STREAM, IPPROTO_MPTCP
#define MPTCP6	AF_INET6, SOCK_STREAM, IPPROTO_MPTCP

#define ROADS4(name, way, address, ...)					\
	PORTS(name##_tcp4, way, TCP4, address, ##__VA_ARGS__);		\
	PORTS(name##_udp4, way, UDP4, address, ##__VA_ARGS__);		\
	PORTS(name##_mptcp4, way, MPTCP4, address, ##__VA_ARGS__)
#define ROADS6(name, way, address, ...)					\
	PORTS(name##_tcp6, way, TCP6, address, ##__VA_ARGS__);		\
	PORTS(name##_udp6, way, UDP6, address, ##__VA_ARGS__);		\
	PORTS(name##_mptcp6, way, MPTCP6, address, ##__VA_ARGS__)
#define ROADS(name, way, ...)						\
	ROADS4(name, way, "127.0.0.1", ##__VA_ARGS__);			\
	ROADS6(name, way, "::1", ##__VA_ARGS__)

/* Addresses */
ROADS4(wildcard, way_bind, "0.0.0.0");
ROADS6(wildcard, way_bind, "::");
ROADS6(mapped_wildcard, way_bind, "::ffff:0.0.0.0");
ROADS4(another, way_bind, "127.0.0.2");
PORTS(broadcast_udp4, way_bind, UDP4, "255.255.255.255");
PORTS(multicast_udp4, way_bind, UDP4, "224.0.0.251");
PORTS(multicast_udp6, way_bind, UDP6, "ff02::fb");

/* Calls */
ROADS(io_uring, way_ring);
ROADS(io_uring_async, way_ring_async);
ROADS(io_uring_polled, way_ring_polled);
#ifdef __x86_64__
ROADS(call32, way_call32);
ROADS(socketcall32, way_socketcall32);
#endif

/* Options, set by root, who then hands the socket on */
ROADS(reuseaddr, way_bind, SOL_SOCKET, SO_REUSEADDR, 1);
ROADS(reuseport, way_bind, SOL_SOCKET, SO_REUSEPORT, 1);
ROADS(bindtodevice, way_bind, SOL_SOCKET, SO_BINDTOIFINDEX, 1);
ROADS(mark, way_bind, SOL_SOCKET, SO_MARK, 1);
ROADS4(freebind, way_bind, "192.0.2.1", IPPROTO_IP, IP_FREEBIND, 1);
ROADS6(freebind, way_bind, "2001:db8::1", IPPROTO_IPV6, IPV6_FREEBIND, 1);
ROADS4(transparent, way_bind, "192.0.2.1", IPPROTO_IP, IP_TRANSPARENT, 1);
ROADS6(transparent, way_bind, "2001:db8::1", IPPROTO_IPV6, IPV6_TRANSPARENT,
	1);
ROADS(no_port, way_bind, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
ROADS(port_range, way_bind, IPPROTO_IP, IP_LOCAL_PORT_RANGE,
	20015 << 16 | 20000);
ROADS6(v6only, way_bind, "::", IPPROTO_IPV6, IPV6_V6ONLY, 1);
PORTS(repair_tcp4, way_bind, TCP4, "127.0.0.1", IPPROTO_TCP, TCP_REPAIR, 1);
PORTS(repair_tcp6, way_bind, TCP6, "::1", IPPROTO_TCP, TCP_REPAIR, 1);
PORTS(fastopen_tcp4, way_bind, TCP4, "127.0.0.1", IPPROTO_TCP,
	TCP_FASTOPEN_CONNECT, 1);
PORTS(fastopen_tcp6, way_bind, TCP6, "::1", IPPROTO_TCP, TCP_FASTOPEN_CONNECT,
	1);

/* Sockets with a TCP socket inside */
PORTS(af_smc4, way_bind, AF_SMC, SOCK_STREAM, SMCPROTO_SMC, "127.0.0.1");
PORTS(af_smc6, way_bind, AF_SMC, SOCK_STREAM, SMCPROTO_SMC6, "::1");
PORTS(ipproto_smc4, way_bind, AF_INET, SOCK_STREAM, IPPROTO_SMC, "127.0.0.1");
PORTS(ipproto_smc6, way_bind, AF_INET6, SOCK_STREAM, IPPROTO_SMC, "::1");

static socklen_t parse_address(const char *text, unsigned int port,
			       struct sockaddr_storage *storage)
{
	struct sockaddr_in6 *six = (void *)storage;
	struct sockaddr_in *four = (void *)storage;

	memset(storage, 0, sizeof(*storage));
	if (strchr(text, ':')) {
		six->sin6_family = AF_INET6;
		six->sin6_port = htons(port);
		inet_pton(AF_INET6, text, &six->sin6_addr);
		if (IN6_IS_ADDR_LINKLOCAL(&six->sin6_addr) ||
		    IN6_IS_ADDR_MC_LINKLOCAL(&six->sin6_addr))
			six->sin6_scope_id = 1;
		return sizeof(*six);
	}
	four->sin_family = AF_INET;
	four->sin_port = htons(port);
	inet_pton(AF_INET, text, &four->sin_addr);
	return sizeof(*four);
}

static int way_socket(const struct way *way)
{
	const struct option *option = &way->option;
	int fd = socket(way->domain, way->type, way->protocol);

	if (fd < 0)
		return -errno;
	if (option->name && setsockopt(fd, option->level, option->name,
				       &option->value, sizeof(option->value)))
		return -errno;
	return fd;
}

struct attempt {
	const struct way *way;
	int fd;
};

static int attempt(const void *argument)
{
	const struct attempt *this = argument;
	struct sockaddr_storage address;
	socklen_t length = parse_address(this->way->address, this->way->port,
					 &address);

	return this->way->call(this->fd, &address, length);
}

static int take(const struct way *way, const struct caller *who)
{
	struct attempt this = { .way = way };
	int error;

	this.fd = way_socket(way);
	if (this.fd < 0)
		return 252;
	error = as_user(who, attempt, &this);
	close(this.fd);
	return error;
}

/* Kernels have not all of them. */
static bool is_missing(int error)
{
	return error == EAFNOSUPPORT || error == EPROTONOSUPPORT ||
	       error == ESOCKTNOSUPPORT || error == ENOPROTOOPT ||
	       error == EOPNOTSUPP;
}

FIXTURE_SETUP(road)
{
	int error;

	self->protocol = variant->way.type == SOCK_DGRAM ? IPPROTO_UDP :
							   IPPROTO_TCP;
	ASSERT_EQ(0, clean_view());
	self->fd = way_socket(&variant->way);
	if (self->fd < 0 && is_missing(-self->fd))
		SKIP(return, "this kernel has no such socket or option");
	ASSERT_LE(0, self->fd);
	close(self->fd);
	if (variant->way.call == way_ring ||
	    variant->way.call == way_ring_async ||
	    variant->way.call == way_ring_polled) {
		error = take(&variant->way, &root);
		if (error == EINVAL)
			SKIP(return, "this kernel's io_uring does not bind");
		ASSERT_EQ(0, error);
	}
}

FIXTURE_TEARDOWN(road)
{
}

#define EXPECT_TAKE(expected, who)	\
	EXPECT_CASE(expected, take(&variant->way, who))

TEST_F(road, rule_decides)
{
	const unsigned int port = variant->way.port;
	const int stock = port < 1024 ? EACCES : 0;
	const struct caller member = {
		.uid = 1003, .gid = 1003, .supplementary = WEB,
	};

	EXPECT_TAKE(stock, &alice);
	EXPECT_TAKE(stock, &bob);
	EXPECT_TAKE(0, &root);
	EXPECT_TAKE(0, &capable);

	ASSERT_EQ(0, claim(self->protocol, port, ALICE, WEB, 0660));
	EXPECT_TAKE(0, &alice);
	EXPECT_TAKE(EACCES, &bob);
	EXPECT_TAKE(0, &member);
	EXPECT_TAKE(0, &root);
	EXPECT_TAKE(0, &capable);

	ASSERT_EQ(0, claim(self->protocol, port, ALICE, WEB, 01600));
	EXPECT_TAKE(0, &alice);
	EXPECT_TAKE(EACCES, &bob);
	EXPECT_TAKE(EACCES, &member);
	EXPECT_TAKE(EACCES, &root);
	EXPECT_TAKE(EACCES, &capable);

	ASSERT_EQ(0, claim(self->protocol, port, 0, 0, 0666));
	EXPECT_TAKE(0, &bob);

	ASSERT_EQ(0, release(self->protocol, port));
	EXPECT_TAKE(stock, &alice);
	EXPECT_TAKE(stock, &bob);
}

TEST_CASES_MAIN
