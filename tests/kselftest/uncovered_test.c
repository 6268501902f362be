// SPDX-License-Identifier: GPL-2.0
/*
 * What is not covered: sockets of other protocols get from a port that is
 * claimed for TCP and UDP exactly what they get without a claim.
 */
#define _GNU_SOURCE
#include "kselftest_harness.h"
#include "road.h"

#ifndef IPPROTO_UDPLITE
#define IPPROTO_UDPLITE	136
#endif
#define SOCK_DCCP_	6
#define IPPROTO_DCCP_	33

FIXTURE(other) {
	struct sockaddr_storage address;
	socklen_t length;
};

FIXTURE_VARIANT(other) {
	int domain;
	int type;
	int protocol;
	unsigned int port;
	/* What the kernel says to those without a capability. */
	int error;
};

#define OTHER(name, domain_, type_, protocol_, error_)			\
	OTHER_PORT(name##_low, domain_, type_, protocol_, 81, error_);	\
	OTHER_PORT(name##_high, domain_, type_, protocol_, 8081, 0)
#define OTHER_PORT(name, domain_, type_, protocol_, port_, error_)	\
	FIXTURE_VARIANT_ADD(other, name) {				\
		.domain = domain_,					\
		.type = type_,						\
		.protocol = protocol_,					\
		.port = port_,						\
		.error = error_,					\
	}

OTHER(sctp4, AF_INET, SOCK_STREAM, IPPROTO_SCTP, EACCES);
OTHER(sctp6, AF_INET6, SOCK_STREAM, IPPROTO_SCTP, EACCES);
OTHER(sctp4_many, AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP, EACCES);
OTHER(sctp6_many, AF_INET6, SOCK_SEQPACKET, IPPROTO_SCTP, EACCES);
OTHER(udplite4, AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE, EACCES);
OTHER(udplite6, AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE, EACCES);
OTHER(dccp4, AF_INET, SOCK_DCCP_, IPPROTO_DCCP_, EACCES);
OTHER(dccp6, AF_INET6, SOCK_DCCP_, IPPROTO_DCCP_, EACCES);
/* No ports: what is in the address is not looked at. */
OTHER(raw_tcp4, AF_INET, SOCK_RAW, IPPROTO_TCP, 0);
OTHER(raw_tcp6, AF_INET6, SOCK_RAW, IPPROTO_TCP, 0);
OTHER(raw_udp4, AF_INET, SOCK_RAW, IPPROTO_UDP, 0);
OTHER(raw_udp6, AF_INET6, SOCK_RAW, IPPROTO_UDP, 0);
/* An identifier in the place of a port, which root alone need not be asked. */
OTHER(ping4, AF_INET, SOCK_DGRAM, IPPROTO_ICMP, 0);
OTHER(ping6, AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6, 0);

FIXTURE_SETUP(other)
{
	int fd;

	ASSERT_EQ(0, clean_view());
	ASSERT_EQ(0, write_file("/proc/sys/net/ipv4/ping_group_range",
				"0 65535"));
	fd = socket(variant->domain, variant->type, variant->protocol);
	if (fd < 0)
		SKIP(return, "this kernel has no such socket");
	close(fd);
	self->length = make_address(variant->domain == AF_INET ? INET : INET6,
				    variant->port, &self->address);
}

FIXTURE_TEARDOWN(other)
{
}

struct attempt {
	int fd;
	const struct sockaddr_storage *address;
	socklen_t length;
};

static int attempt(const void *argument)
{
	const struct attempt *this = argument;

	return failure(bind(this->fd, (struct sockaddr *)this->address,
			    this->length));
}

#define TAKE(who) ({							\
	struct attempt this = {						\
		.fd = socket(variant->domain, variant->type,		\
			     variant->protocol),			\
		.address = &self->address,				\
		.length = self->length,					\
	};								\
	int error = this.fd < 0 ? 253 : as_user(who, attempt, &this);	\
									\
	close(this.fd);							\
	error;								\
})

#define EXPECT_STOCK() do {						\
	EXPECT_CASE(variant->error, TAKE(&alice));			\
	EXPECT_CASE(variant->error, TAKE(&bob));			\
	EXPECT_CASE(0, TAKE(&root));					\
	EXPECT_CASE(0, TAKE(&capable));					\
} while (0)

TEST_F(other, as_without_a_claim)
{
	static const mode_t modes[] = { 0600, 0666, 0000, 01600, 01000 };
	size_t i;

	EXPECT_STOCK();
	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		ASSERT_EQ(0, claim(IPPROTO_TCP, variant->port, ALICE, 0,
				   modes[i]));
		ASSERT_EQ(0, claim(IPPROTO_UDP, variant->port, ALICE, 0,
				   modes[i]));
		EXPECT_STOCK();
	}
}

/* Neither do they keep those off who may have the port. */
TEST_F(other, beside_a_claim)
{
	const struct road tcp = { .protocol = IPPROTO_TCP, .address = INET };
	const struct road udp = { .protocol = IPPROTO_UDP, .address = INET };
	int fd = socket(variant->domain, variant->type, variant->protocol);

	ASSERT_EQ(0, claim(IPPROTO_TCP, variant->port, ALICE, 0, 0600));
	ASSERT_EQ(0, claim(IPPROTO_UDP, variant->port, ALICE, 0, 0600));
	ASSERT_EQ(0, bind(fd, (struct sockaddr *)&self->address,
			  self->length));
	EXPECT_CASE(0, bind_as(&alice, &tcp, variant->port));
	EXPECT_CASE(0, bind_as(&alice, &udp, variant->port));
	EXPECT_CASE(EACCES, bind_as(&bob, &tcp, variant->port));
	EXPECT_CASE(EACCES, bind_as(&bob, &udp, variant->port));
	close(fd);
}

TEST_CASES_MAIN
