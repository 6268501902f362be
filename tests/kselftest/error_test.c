// SPDX-License-Identifier: GPL-2.0
/*
 * All errors but EACCES are the kernel's own, in its own order. The kernel is
 * the oracle: a stranger gets from a claimed port what an unclaimed privileged
 * one answers, an owner what an unclaimed high one answers.
 */
#define _GNU_SOURCE
#include "kselftest_harness.h"
#include "lib.h"

enum {
	UNCLAIMED_LOW = 91,
	UNCLAIMED_HIGH = 8091,
};

/* A bind that is wrong in its address; the port is filled in. */
struct wrong {
	int domain;
	int type;
	int protocol;
	int family;
	const char *address;
	socklen_t length;
	bool bound;
	bool taken;
};

FIXTURE(error) {
	unsigned int low;
	unsigned int high;
};

FIXTURE_VARIANT(error) {
	struct wrong wrong;
	int stranger;
	int owner;
};

#define ERROR_VARIANT(name, stranger_, owner_, ...)	\
	FIXTURE_VARIANT_ADD(error, name) {		\
		.wrong = { __VA_ARGS__ },		\
		.stranger = stranger_,			\
		.owner = owner_,			\
	}

#define TCP4 .domain = AF_INET, .type = SOCK_STREAM, .protocol = IPPROTO_TCP
#define TCP6 .domain = AF_INET6, .type = SOCK_STREAM, .protocol = IPPROTO_TCP
#define UDP4 .domain = AF_INET, .type = SOCK_DGRAM, .protocol = IPPROTO_UDP
#define UDP6 .domain = AF_INET6, .type = SOCK_DGRAM, .protocol = IPPROTO_UDP
#define MPTCP4 .domain = AF_INET, .type = SOCK_STREAM, .protocol = IPPROTO_MPTCP

ERROR_VARIANT(tcp4_good, EACCES, 0, TCP4, .family = AF_INET,
	      .address = "127.0.0.1");
ERROR_VARIANT(tcp4_short, EINVAL, EINVAL, TCP4, .family = AF_INET,
	      .address = "127.0.0.1", .length = 8);
ERROR_VARIANT(udp4_short, EINVAL, EINVAL, UDP4, .family = AF_INET,
	      .address = "127.0.0.1", .length = 15);
ERROR_VARIANT(tcp6_short, EINVAL, EINVAL, TCP6, .family = AF_INET6,
	      .address = "::1", .length = 23);
ERROR_VARIANT(udp6_short, EINVAL, EINVAL, UDP6, .family = AF_INET6,
	      .address = "::1", .length = 16);
ERROR_VARIANT(tcp6_rfc2133, EACCES, 0, TCP6, .family = AF_INET6,
	      .address = "::1", .length = 24);
ERROR_VARIANT(tcp4_family, EAFNOSUPPORT, EAFNOSUPPORT, TCP4,
	      .family = AF_APPLETALK, .address = "127.0.0.1");
ERROR_VARIANT(tcp4_inet6, EAFNOSUPPORT, EAFNOSUPPORT, TCP4,
	      .family = AF_INET6, .address = "::1");
ERROR_VARIANT(tcp6_inet, EINVAL, EINVAL, TCP6, .family = AF_INET,
	      .address = "127.0.0.1");
ERROR_VARIANT(tcp6_unspec, EAFNOSUPPORT, EAFNOSUPPORT, TCP6,
	      .family = AF_UNSPEC, .address = "::", .length = 28);
ERROR_VARIANT(udp4_unspec_address, EAFNOSUPPORT, EAFNOSUPPORT, UDP4,
	      .family = AF_UNSPEC, .address = "127.0.0.1");
ERROR_VARIANT(udp4_unspec_any, EACCES, 0, UDP4, .family = AF_UNSPEC,
	      .address = "0.0.0.0");
ERROR_VARIANT(tcp4_foreign, EADDRNOTAVAIL, EADDRNOTAVAIL, TCP4,
	      .family = AF_INET, .address = "192.0.2.1");
ERROR_VARIANT(udp4_foreign, EADDRNOTAVAIL, EADDRNOTAVAIL, UDP4,
	      .family = AF_INET, .address = "192.0.2.1");
ERROR_VARIANT(mptcp4_foreign, EADDRNOTAVAIL, EADDRNOTAVAIL, MPTCP4,
	      .family = AF_INET, .address = "192.0.2.1");
ERROR_VARIANT(tcp6_foreign, EACCES, EADDRNOTAVAIL, TCP6, .family = AF_INET6,
	      .address = "2001:db8::1");
ERROR_VARIANT(udp6_foreign, EACCES, EADDRNOTAVAIL, UDP6, .family = AF_INET6,
	      .address = "2001:db8::1");
ERROR_VARIANT(tcp6_mapped_foreign, EACCES, EADDRNOTAVAIL, TCP6,
	      .family = AF_INET6, .address = "::ffff:192.0.2.1");
ERROR_VARIANT(tcp6_multicast, EINVAL, EINVAL, TCP6, .family = AF_INET6,
	      .address = "ff02::1");
ERROR_VARIANT(udp4_multicast, EACCES, 0, UDP4, .family = AF_INET,
	      .address = "224.0.0.251");
ERROR_VARIANT(tcp4_bound, EACCES, EINVAL, TCP4, .family = AF_INET,
	      .address = "127.0.0.1", .bound = true);
ERROR_VARIANT(udp6_bound, EACCES, EINVAL, UDP6, .family = AF_INET6,
	      .address = "::1", .bound = true);
ERROR_VARIANT(tcp4_taken, EACCES, EADDRINUSE, TCP4, .family = AF_INET,
	      .address = "127.0.0.1", .taken = true);
ERROR_VARIANT(udp6_taken, EACCES, EADDRINUSE, UDP6, .family = AF_INET6,
	      .address = "::1", .taken = true);
ERROR_VARIANT(mptcp4_taken, EACCES, EADDRINUSE, MPTCP4, .family = AF_INET,
	      .address = "127.0.0.1", .taken = true);

FIXTURE_SETUP(error)
{
	self->low = 90;
	self->high = 8090;
	ASSERT_EQ(0, claim(variant->wrong.protocol, self->low, ALICE, 0, 0600));
	ASSERT_EQ(0, claim(variant->wrong.protocol, self->high, ALICE, 0,
			   0600));
}

FIXTURE_TEARDOWN(error)
{
	EXPECT_EQ(0, release(variant->wrong.protocol, self->low));
	EXPECT_EQ(0, release(variant->wrong.protocol, self->high));
}

struct attempt {
	const struct wrong *wrong;
	unsigned int port;
};

static int attempt(const void *argument)
{
	const struct attempt *this = argument;
	const struct wrong *wrong = this->wrong;
	struct sockaddr_storage storage = {};
	struct sockaddr_in6 *six = (void *)&storage;
	struct sockaddr_in *four = (void *)&storage;
	socklen_t length = wrong->length;
	int fd;

	fd = socket(wrong->domain, wrong->type, wrong->protocol);
	if (fd < 0)
		return 253;
	if (strchr(wrong->address, ':')) {
		six->sin6_port = htons(this->port);
		inet_pton(AF_INET6, wrong->address, &six->sin6_addr);
	} else {
		four->sin_port = htons(this->port);
		inet_pton(AF_INET, wrong->address, &four->sin_addr);
	}
	storage.ss_family = wrong->family;
	if (!length)
		length = strchr(wrong->address, ':') ? sizeof(*six) :
						       sizeof(*four);
	if (wrong->bound && bind_socket(fd, wrong->domain == AF_INET6 ? INET6 :
									INET,
					0))
		return 252;
	return bind(fd, (struct sockaddr *)&storage, length) ? errno : 0;
}

static int answer(const struct caller *who, const struct wrong *wrong,
		  unsigned int port)
{
	const struct attempt this = { .wrong = wrong, .port = port };
	const struct road road = {
		.protocol = wrong->protocol,
		.address = wrong->domain == AF_INET6 ? INET6 : INET,
	};
	int holder = -1;
	int error;

	if (wrong->taken) {
		holder = make_socket(&road);
		if (bind_socket(holder, road.address, port))
			return 251;
	}
	error = as_user(who, attempt, &this);
	if (holder >= 0)
		close(holder);
	return error;
}

TEST_F(error, stranger)
{
	EXPECT_EQ(variant->stranger,
		  answer(&bob, &variant->wrong, UNCLAIMED_LOW));
	EXPECT_EQ(variant->stranger, answer(&bob, &variant->wrong, self->low));
	EXPECT_EQ(variant->stranger, answer(&bob, &variant->wrong, self->high));
}

TEST_F(error, owner)
{
	EXPECT_EQ(variant->owner,
		  answer(&alice, &variant->wrong, UNCLAIMED_HIGH));
	EXPECT_EQ(variant->owner, answer(&alice, &variant->wrong, self->low));
	EXPECT_EQ(variant->owner, answer(&alice, &variant->wrong, self->high));
}

TEST_F(error, capability)
{
	EXPECT_EQ(variant->owner,
		  answer(&capable, &variant->wrong, UNCLAIMED_LOW));
	EXPECT_EQ(variant->owner, answer(&capable, &variant->wrong, self->low));
	EXPECT_EQ(variant->owner,
		  answer(&capable, &variant->wrong, self->high));
}

TEST_HARNESS_MAIN
