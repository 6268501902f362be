// SPDX-License-Identifier: GPL-2.0
/*
 * Who may bind: every kind of caller on every road to a port, low and high.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <sys/fsuid.h>

#include "kselftest_harness.h"
#include "lib.h"

#define THRESHOLD "/proc/sys/net/ipv4/ip_unprivileged_port_start"

FIXTURE(port) {
	char threshold[16];
};

FIXTURE_VARIANT(port) {
	struct road road;
	unsigned int port;
};

#define PORT_VARIANT(name, protocol_, address_, port_)			\
	FIXTURE_VARIANT_ADD(port, name) {				\
		.road = { .protocol = protocol_, .address = address_ },	\
		.port = port_,						\
	}

#define PORT_VARIANTS(name, protocol, address)		\
	PORT_VARIANT(name##_low, protocol, address, 81);	\
	PORT_VARIANT(name##_high, protocol, address, 8081)

PORT_VARIANTS(tcp_inet, IPPROTO_TCP, INET);
PORT_VARIANTS(tcp_inet6, IPPROTO_TCP, INET6);
PORT_VARIANTS(tcp_mapped, IPPROTO_TCP, MAPPED);
PORT_VARIANTS(tcp_unspec, IPPROTO_TCP, UNSPEC);
PORT_VARIANTS(udp_inet, IPPROTO_UDP, INET);
PORT_VARIANTS(udp_inet6, IPPROTO_UDP, INET6);
PORT_VARIANTS(udp_mapped, IPPROTO_UDP, MAPPED);
PORT_VARIANTS(udp_unspec, IPPROTO_UDP, UNSPEC);
PORT_VARIANTS(mptcp_inet, IPPROTO_MPTCP, INET);
PORT_VARIANTS(mptcp_inet6, IPPROTO_MPTCP, INET6);
PORT_VARIANTS(mptcp_mapped, IPPROTO_MPTCP, MAPPED);
PORT_VARIANTS(mptcp_unspec, IPPROTO_MPTCP, UNSPEC);

FIXTURE_SETUP(port)
{
	ASSERT_EQ(0, read_file(THRESHOLD, self->threshold,
			       sizeof(self->threshold)));
	ASSERT_STREQ("1024", self->threshold);
	ASSERT_FALSE(is_claimed(variant->road.protocol, variant->port));
}

FIXTURE_TEARDOWN(port)
{
	EXPECT_EQ(0, release(variant->road.protocol, variant->port));
	EXPECT_EQ(0, write_file(THRESHOLD, self->threshold));
}

#define EXPECT_BIND(expected, who) \
	EXPECT_EQ(expected, bind_as(who, &variant->road, variant->port))

#define CLAIM(uid, gid, mode)						\
	ASSERT_EQ(0, claim(variant->road.protocol, variant->port, uid,	\
			   gid, mode))

TEST_F(port, unclaimed_is_the_kernels)
{
	EXPECT_BIND(variant->port < 1024 ? EACCES : 0, &alice);
	EXPECT_BIND(0, &root);
	EXPECT_BIND(0, &capable);

	ASSERT_EQ(0, write_file(THRESHOLD, "0"));
	EXPECT_BIND(0, &alice);
	ASSERT_EQ(0, write_file(THRESHOLD, "9000"));
	EXPECT_BIND(EACCES, &alice);
}

TEST_F(port, owner)
{
	ASSERT_EQ(0, chown(node_path(variant->road.protocol, variant->port),
			   ALICE, -1));
	EXPECT_BIND(0, &alice);
	EXPECT_BIND(EACCES, &bob);
	EXPECT_BIND(0, &root);
	EXPECT_BIND(0, &capable);
}

TEST_F(port, owner_whatever_the_threshold)
{
	CLAIM(ALICE, 0, 0600);
	ASSERT_EQ(0, write_file(THRESHOLD, "0"));
	EXPECT_BIND(0, &alice);
	EXPECT_BIND(EACCES, &bob);
	ASSERT_EQ(0, write_file(THRESHOLD, "9000"));
	EXPECT_BIND(0, &alice);
	EXPECT_BIND(EACCES, &bob);
}

TEST_F(port, roots)
{
	ASSERT_EQ(0, chown(node_path(variant->road.protocol, variant->port),
			   0, -1));
	EXPECT_BIND(EACCES, &alice);
	EXPECT_BIND(0, &root);
	EXPECT_BIND(0, &capable);
}

TEST_F(port, owner_without_bit)
{
	const struct caller member = {
		.uid = ALICE, .gid = ALICE, .supplementary = WEB,
	};

	CLAIM(ALICE, WEB, 0066);
	EXPECT_BIND(EACCES, &alice);
	EXPECT_BIND(EACCES, &member);
	EXPECT_BIND(0, &bob);
	EXPECT_BIND(0, &root);
}

TEST_F(port, group)
{
	const struct caller primary = { .uid = BOB, .gid = WEB };
	const struct caller supplementary = {
		.uid = BOB, .gid = BOB, .supplementary = WEB,
	};

	CLAIM(ALICE, WEB, 0060);
	EXPECT_BIND(0, &primary);
	EXPECT_BIND(0, &supplementary);
	EXPECT_BIND(EACCES, &bob);
	EXPECT_BIND(EACCES, &alice);
	EXPECT_BIND(0, &root);
}

TEST_F(port, group_without_bit)
{
	const struct caller primary = { .uid = BOB, .gid = WEB };
	const struct caller supplementary = {
		.uid = BOB, .gid = BOB, .supplementary = WEB,
	};

	CLAIM(ALICE, WEB, 0606);
	EXPECT_BIND(EACCES, &primary);
	EXPECT_BIND(EACCES, &supplementary);
	EXPECT_BIND(0, &bob);
	EXPECT_BIND(0, &alice);
}

TEST_F(port, everybody)
{
	const struct caller nobody = { .uid = NOBODY, .gid = NOBODY };

	CLAIM(0, 0, 0666);
	EXPECT_BIND(0, &nobody);
	EXPECT_BIND(0, &alice);
	EXPECT_BIND(0, &root);
}

TEST_F(port, only_write_is_the_right)
{
	CLAIM(ALICE, WEB, 0555);
	EXPECT_BIND(EACCES, &alice);
	EXPECT_BIND(EACCES, &bob);
	CLAIM(ALICE, WEB, 0200);
	EXPECT_BIND(0, &alice);
}

TEST_F(port, no_mode_keeps_capability_out)
{
	CLAIM(ALICE, WEB, 0000);
	EXPECT_BIND(EACCES, &alice);
	EXPECT_BIND(0, &root);
	EXPECT_BIND(0, &capable);
}

TEST_F(port, sticky_bit_keeps_capability_out)
{
	const struct caller member = {
		.uid = BOB, .gid = BOB, .supplementary = WEB,
	};

	CLAIM(ALICE, WEB, 01600);
	EXPECT_BIND(0, &alice);
	EXPECT_BIND(EACCES, &member);
	EXPECT_BIND(EACCES, &root);
	EXPECT_BIND(EACCES, &capable);
	CLAIM(ALICE, WEB, 01660);
	EXPECT_BIND(0, &member);
	EXPECT_BIND(EACCES, &root);
	EXPECT_BIND(EACCES, &capable);
	/* Root is the user here, not the capability. */
	CLAIM(0, 0, 01600);
	EXPECT_BIND(0, &root);
	EXPECT_BIND(EACCES, &capable);
	CLAIM(0, 0, 01000);
	EXPECT_BIND(EACCES, &root);
	CLAIM(ALICE, 0, 01606);
	EXPECT_BIND(0, &bob);
	EXPECT_BIND(0, &capable);
	EXPECT_BIND(EACCES, &root);
	CLAIM(ALICE, WEB, 0600);
	EXPECT_BIND(0, &root);
	EXPECT_BIND(0, &capable);
}

TEST_F(port, released)
{
	CLAIM(ALICE, 0, 0600);
	EXPECT_BIND(EACCES, &bob);
	ASSERT_EQ(0, release(variant->road.protocol, variant->port));
	EXPECT_BIND(variant->port < 1024 ? EACCES : 0, &bob);
	EXPECT_BIND(variant->port < 1024 ? EACCES : 0, &alice);
}

TEST_F(port, changed)
{
	CLAIM(ALICE, 0, 0600);
	EXPECT_BIND(0, &alice);
	CLAIM(BOB, 0, 0600);
	EXPECT_BIND(EACCES, &alice);
	EXPECT_BIND(0, &bob);
}

TEST_F(port, other_ports_and_protocols)
{
	struct road other = variant->road;

	other.protocol = variant->road.protocol == IPPROTO_UDP ? IPPROTO_TCP :
								 IPPROTO_UDP;
	CLAIM(ALICE, 0, 0600);
	EXPECT_EQ(variant->port < 1024 ? EACCES : 0,
		  bind_as(&bob, &other, variant->port));
	EXPECT_EQ(variant->port < 1024 ? EACCES : 0,
		  bind_as(&alice, &other, variant->port));
	EXPECT_EQ(variant->port < 1024 ? EACCES : 0,
		  bind_as(&bob, &variant->road, variant->port + 1));
	EXPECT_EQ(variant->port < 1024 ? EACCES : 0,
		  bind_as(&alice, &variant->road, variant->port - 1));
}

TEST_F(port, bound_before_the_claim)
{
	int type = 0;
	socklen_t length = sizeof(type);
	int fd = make_socket(&variant->road);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, bind_socket(fd, variant->road.address, variant->port));
	CLAIM(ALICE, 0, 0600);
	EXPECT_EQ(0, getsockopt(fd, SOL_SOCKET, SO_ERROR, &type, &length));
	/* It still has the port: its owner finds it in use. */
	EXPECT_BIND(EADDRINUSE, &alice);
	close(fd);
	EXPECT_BIND(0, &alice);
}

static int bind_with_fsuid(const void *argument)
{
	setfsuid(ALICE);
	return request_port(argument);
}

/* The user of a file system access decides, as for files. */
TEST_F(port, fsuid)
{
	const struct request request = {
		.road = &variant->road, .port = variant->port,
	};
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {};
	pid_t child;
	int status;

	CLAIM(ALICE, 0, 0600);
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		data[0].effective = data[0].permitted = 1U << CAP_SETUID;
		if (setgroups(0, NULL) || setresgid(BOB, BOB, BOB) ||
		    prctl(PR_SET_KEEPCAPS, 1) || setresuid(BOB, BOB, BOB) ||
		    syscall(SYS_capset, &header, data))
			_exit(254);
		if (request_port(&request) != EACCES)
			_exit(252);
		_exit(bind_with_fsuid(&request));
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_TRUE(WIFEXITED(status));
	EXPECT_EQ(0, WEXITSTATUS(status));
}

static int bind_in_user_namespace(const void *argument)
{
	/* All capabilities, but over a namespace that does not own the net. */
	if (unshare(CLONE_NEWUSER))
		return 252;
	return request_port(argument);
}

TEST_F(port, capability_over_another_namespace)
{
	const struct request request = {
		.road = &variant->road, .port = variant->port,
	};

	CLAIM(ALICE, 0, 0600);
	EXPECT_EQ(EACCES, as_user(&bob, bind_in_user_namespace, &request));
}

/* A user namespace takes no user's port away: ids are the host's. */
TEST_F(port, owner_in_a_user_namespace)
{
	const struct request request = {
		.road = &variant->road, .port = variant->port,
	};

	CLAIM(ALICE, 0, 0600);
	EXPECT_EQ(0, as_user(&alice, bind_in_user_namespace, &request));
}

TEST_HARNESS_MAIN
