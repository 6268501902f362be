// SPDX-License-Identifier: GPL-2.0
/*
 * Landlock and the rule: both must allow. Landlock knows TCP only; what it does
 * not handle is the rule's alone.
 */
#define _GNU_SOURCE
#include <linux/landlock.h>

#include "kselftest_harness.h"
#include "road.h"

enum right {
	NO_RULESET,
	NOT_HANDLED,
	NO_PORT,
	OTHER_PORT,
	THIS_PORT,
	RIGHTS,
};

struct attempt {
	struct road road;
	unsigned int port;
	enum right right;
};

static int landlock_abi(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0,
		       LANDLOCK_CREATE_RULESET_VERSION);
}

static int restrict_self(enum right right, unsigned int port)
{
	const struct landlock_ruleset_attr handled = {
		.handled_access_net = right == NOT_HANDLED ?
				      LANDLOCK_ACCESS_NET_CONNECT_TCP :
				      LANDLOCK_ACCESS_NET_BIND_TCP,
	};
	const struct landlock_net_port_attr rule = {
		.allowed_access = LANDLOCK_ACCESS_NET_BIND_TCP,
		.port = right == THIS_PORT ? port : port + 1,
	};
	int ruleset;

	if (right == NO_RULESET)
		return 0;
	ruleset = syscall(SYS_landlock_create_ruleset, &handled,
			  sizeof(handled), 0);
	if (ruleset < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	if (right >= OTHER_PORT &&
	    syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_NET_PORT,
		    &rule, 0))
		return -1;
	return syscall(SYS_landlock_restrict_self, ruleset, 0);
}

static int attempt_bind(const void *argument)
{
	const struct attempt *attempt = argument;
	int fd;

	if (restrict_self(attempt->right, attempt->port))
		return 252;
	fd = make_socket(&attempt->road);
	return fd < 0 ? 253 : bind_socket(fd, attempt->road.address,
					  attempt->port);
}

FIXTURE(landlock) {
};

FIXTURE_VARIANT(landlock) {
	struct road road;
	unsigned int port;
};

#define PORT_VARIANT(name, protocol_, address_, port_)			\
	FIXTURE_VARIANT_ADD(landlock, name) {				\
		.road = { .protocol = protocol_, .address = address_ },	\
		.port = port_,						\
	}

#define PORT_VARIANTS(name, protocol, address)			\
	PORT_VARIANT(name##_low, protocol, address, 85);	\
	PORT_VARIANT(name##_high, protocol, address, 8085)

PORT_VARIANTS(tcp_inet, IPPROTO_TCP, INET);
PORT_VARIANTS(tcp_inet6, IPPROTO_TCP, INET6);
PORT_VARIANTS(tcp_mapped, IPPROTO_TCP, MAPPED);
PORT_VARIANTS(tcp_unspec, IPPROTO_TCP, UNSPEC);
PORT_VARIANTS(udp_inet, IPPROTO_UDP, INET);
PORT_VARIANTS(udp_inet6, IPPROTO_UDP, INET6);

FIXTURE_SETUP(landlock)
{
	ASSERT_EQ(0, clean_view());
	if (landlock_abi() < 4)
		SKIP(return, "this kernel's Landlock knows no ports");
}

FIXTURE_TEARDOWN(landlock)
{
}

/* @rule is what @who gets from the rule alone. */
#define EXPECT_BOTH(rule, who)						\
	for (enum right right = 0; right < RIGHTS; right++) {		\
		const struct attempt attempt = {			\
			variant->road, variant->port, right,		\
		};							\
		bool refused = variant->road.protocol == IPPROTO_TCP &&	\
			(right == NO_PORT || right == OTHER_PORT);	\
									\
		EXPECT_CASE(refused ? EACCES : (rule),			\
			    as_user(who, attempt_bind, &attempt));	\
	}

TEST_F(landlock, both_must_allow)
{
	const int protocol = variant->road.protocol;
	const int stock = variant->port < 1024 ? EACCES : 0;

	EXPECT_BOTH(stock, &alice);
	EXPECT_BOTH(0, &capable);
	ASSERT_EQ(0, claim(protocol, variant->port, ALICE, 0, 0600));
	EXPECT_BOTH(0, &alice);
	EXPECT_BOTH(EACCES, &bob);
	EXPECT_BOTH(0, &root);
	EXPECT_BOTH(0, &capable);
	ASSERT_EQ(0, claim(protocol, variant->port, ALICE, 0, 01600));
	EXPECT_BOTH(0, &alice);
	EXPECT_BOTH(EACCES, &root);
	EXPECT_BOTH(EACCES, &capable);
}

TEST_CASES_MAIN
