// SPDX-License-Identifier: GPL-2.0
/*
 * Each network namespace has its own table, which lives as long as it does.
 */
#define _GNU_SOURCE
#include "kselftest_harness.h"
#include "node.h"

#define LOW	80
#define HIGH	8080

/* Mounts of a new network namespace and of the one that the tests share. */
#define HERE	SCRATCH "/here"
#define THERE	MOUNT_POINT

static int current_network(void)
{
	return open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
}

static const char *node_in(const char *mount_point, int protocol,
			   unsigned int port)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s/%s/%u", mount_point,
		 protocol == IPPROTO_UDP ? "udp" : "tcp", port);
	return path;
}

static int bind_on(const struct caller *who, const struct road *road,
		   unsigned int port)
{
	int error = -1;
	int fd = make_socket(road);

	acting_as(who)
		error = bind_socket(fd, road->address, port);
	close(fd);
	return error;
}

/* It begins here, in the new one; there has no rules either. */
static int make_namespaces(int *here, int *there)
{
	int error = clean_view();

	if (error)
		return error;
	*there = current_network();
	error = new_network() ?: mount_at(HERE, 0);
	*here = current_network();
	return error;
}

/* What is the same for all kinds of sockets. */
FIXTURE(netns) {
	int here;
	int there;
};

FIXTURE_SETUP(netns)
{
	ASSERT_EQ(0, make_namespaces(&self->here, &self->there));
}

FIXTURE_TEARDOWN(netns)
{
	close(self->here);
	close(self->there);
}

static const struct road tcp = { .protocol = IPPROTO_TCP, .address = INET };

TEST_F(netns, new_one_is_empty)
{
	ASSERT_EQ(0, chown(node_in(HERE, IPPROTO_TCP, LOW), ALICE, -1));
	ASSERT_EQ(0, new_network());
	ASSERT_EQ(0, mount_at(SCRATCH "/new", 0));
	EXPECT_STREQ("", listing(SCRATCH "/new/tcp"));
	EXPECT_STREQ("", listing(SCRATCH "/new/udp"));
	EXPECT_STREQ("0:0 0600", shown(node_in(SCRATCH "/new", IPPROTO_TCP, LOW)));
	EXPECT_STREQ("1001:0 0600", shown(node_in(HERE, IPPROTO_TCP, LOW)));
}

TEST_F(netns, tables_are_apart)
{
	struct stat here, there;

	ASSERT_EQ(0, chown(node_in(HERE, IPPROTO_TCP, LOW), ALICE, -1));
	ASSERT_EQ(0, chown(node_in(THERE, IPPROTO_TCP, LOW), BOB, -1));
	ASSERT_EQ(0, chmod(node_in(THERE, IPPROTO_TCP, HIGH), 0640));
	EXPECT_STREQ("1001:0 0600", shown(node_in(HERE, IPPROTO_TCP, LOW)));
	EXPECT_STREQ("1002:0 0600", shown(node_in(THERE, IPPROTO_TCP, LOW)));
	EXPECT_STREQ("0:0 0666", shown(node_in(HERE, IPPROTO_TCP, HIGH)));
	ASSERT_EQ(0, stat(node_in(HERE, IPPROTO_TCP, LOW), &here));
	ASSERT_EQ(0, stat(node_in(THERE, IPPROTO_TCP, LOW), &there));
	EXPECT_NE(here.st_dev, there.st_dev);
	ASSERT_EQ(0, unlink(node_in(HERE, IPPROTO_TCP, LOW)));
	EXPECT_STREQ("1002:0 0600", shown(node_in(THERE, IPPROTO_TCP, LOW)));

	/* A mount shows its own, whoever looks from wherever. */
	ASSERT_EQ(0, setns(self->there, CLONE_NEWNET));
	EXPECT_STREQ("0:0 0600", shown(node_in(HERE, IPPROTO_TCP, LOW)));
	EXPECT_STREQ("1002:0 0600", shown(node_in(THERE, IPPROTO_TCP, LOW)));
}

TEST_F(netns, unclaimed_shows_its_own_threshold)
{
	ASSERT_EQ(0, write_file(THRESHOLD, "0"));
	EXPECT_STREQ("0:0 0666", shown(node_in(HERE, IPPROTO_TCP, LOW)));
	EXPECT_STREQ("0:0 0600", shown(node_in(THERE, IPPROTO_TCP, LOW)));
}

TEST_F(netns, mount_keeps_the_rules)
{
	ASSERT_EQ(0, chown(node_in(HERE, IPPROTO_TCP, LOW), ALICE, -1));
	ASSERT_EQ(0, setns(self->there, CLONE_NEWNET));
	ASSERT_EQ(0, close(self->here));
	self->here = -1;
	/* Time to die for namespaces that nothing keeps. */
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_EQ(0, setns(self->there, CLONE_NEWNET));

	EXPECT_STREQ("1001:0 0600", shown(node_in(HERE, IPPROTO_TCP, LOW)));
	ASSERT_EQ(0, chown(node_in(HERE, IPPROTO_TCP, HIGH), BOB, -1));
	EXPECT_STREQ("1002:0 0600", shown(node_in(HERE, IPPROTO_TCP, HIGH)));
	ASSERT_EQ(0, unlink(node_in(HERE, IPPROTO_TCP, LOW)));
	EXPECT_STREQ("0:0 0600", shown(node_in(HERE, IPPROTO_TCP, LOW)));
	EXPECT_LT(IDLE + 1, references());

	ASSERT_EQ(0, umount(HERE));
	ASSERT_EQ(0, umount(THERE));
	EXPECT_EQ(IDLE, references_at_last());
}

/* Through any reference to a namespace its rules are found again. */
TEST_F(netns, rules_stay_without_a_mount)
{
	ASSERT_EQ(0, chown(node_in(HERE, IPPROTO_TCP, HIGH), ALICE, -1));
	ASSERT_EQ(0, umount(HERE));
	ASSERT_EQ(0, setns(self->there, CLONE_NEWNET));
	EXPECT_EQ(0, bind_on(&bob, &tcp, HIGH));
	ASSERT_EQ(0, setns(self->here, CLONE_NEWNET));
	EXPECT_EQ(EACCES, bind_on(&bob, &tcp, HIGH));
	ASSERT_EQ(0, mount_at(HERE, 0));
	EXPECT_STREQ("1001:0 0600", shown(node_in(HERE, IPPROTO_TCP, HIGH)));
}

TEST_F(netns, sysctl_and_automatic_ports_are_apart)
{
	ASSERT_EQ(0, write_file(PORT_RANGE, "20000 20000"));
	ASSERT_EQ(0, write_file(RESERVED, "20001"));
	ASSERT_EQ(0, chown(node_in(HERE, IPPROTO_TCP, 20000), ALICE, -1));
	EXPECT_NE(0, bind_on(&root, &tcp, 0));
	ASSERT_EQ(0, setns(self->there, CLONE_NEWNET));
	ASSERT_EQ(0, write_file(PORT_RANGE, "20000 20000"));
	EXPECT_STREQ("", text_of(RESERVED));
	EXPECT_EQ(0, bind_on(&root, &tcp, 0));
	ASSERT_EQ(0, write_file(RESERVED, "20002"));
	ASSERT_EQ(0, setns(self->here, CLONE_NEWNET));
	EXPECT_STREQ("20001", text_of(RESERVED));
}

/* Rules are of the namespace, not of an interface or of who is in it. */
TEST_F(netns, moving_an_interface_changes_nothing)
{
	char command[128];

	ASSERT_EQ(0, chown(node_in(HERE, IPPROTO_TCP, HIGH), ALICE, -1));
	ASSERT_EQ(0, chown(node_in(THERE, IPPROTO_TCP, HIGH), BOB, -1));
	ASSERT_EQ(0, system("ip link add moved type dummy"));
	snprintf(command, sizeof(command),
		 "ip link set moved netns /proc/%d/fd/%d", getpid(),
		 self->there);
	ASSERT_EQ(0, system(command));
	EXPECT_NE(0, system("ip link show moved >/dev/null 2>&1"));
	EXPECT_STREQ("1001:0 0600", shown(node_in(HERE, IPPROTO_TCP, HIGH)));
	EXPECT_EQ(0, bind_on(&alice, &tcp, HIGH));
	EXPECT_EQ(EACCES, bind_on(&bob, &tcp, HIGH));
	ASSERT_EQ(0, setns(self->there, CLONE_NEWNET));
	ASSERT_EQ(0, system("ip link show moved >/dev/null"));
	EXPECT_STREQ("1002:0 0600", shown(node_in(THERE, IPPROTO_TCP, HIGH)));
	EXPECT_EQ(0, bind_on(&bob, &tcp, HIGH));
	EXPECT_EQ(EACCES, bind_on(&alice, &tcp, HIGH));
	ASSERT_EQ(0, system("ip link delete moved"));
}

FIXTURE(road) {
	int here;
	int there;
};

FIXTURE_VARIANT(road) {
	struct road road;
};

#define ROAD(name, protocol_, address_)					\
	FIXTURE_VARIANT_ADD(road, name) {				\
		.road = { .protocol = protocol_, .address = address_ },	\
	}

ROAD(tcp_inet, IPPROTO_TCP, INET);
ROAD(tcp_inet6, IPPROTO_TCP, INET6);
ROAD(udp_inet, IPPROTO_UDP, INET);
ROAD(udp_inet6, IPPROTO_UDP, INET6);
ROAD(mptcp_inet, IPPROTO_MPTCP, INET);
ROAD(mptcp_inet6, IPPROTO_MPTCP, INET6);

FIXTURE_SETUP(road)
{
	ASSERT_EQ(0, make_namespaces(&self->here, &self->there));
}

FIXTURE_TEARDOWN(road)
{
	close(self->here);
	close(self->there);
}

#define ROAD_NODE(mount_point, port)	\
	node_in(mount_point, variant->road.protocol, port)
#define BIND(who, port)	bind_on(who, &variant->road, port)

TEST_F(road, rule_here_says_nothing_there)
{
	ASSERT_EQ(0, chown(ROAD_NODE(HERE, LOW), ALICE, -1));
	ASSERT_EQ(0, chown(ROAD_NODE(HERE, HIGH), ALICE, -1));
	EXPECT_EQ(0, BIND(&alice, LOW));
	EXPECT_EQ(0, BIND(&alice, HIGH));
	EXPECT_EQ(EACCES, BIND(&bob, LOW));
	EXPECT_EQ(EACCES, BIND(&bob, HIGH));
	ASSERT_EQ(0, setns(self->there, CLONE_NEWNET));
	EXPECT_EQ(EACCES, BIND(&alice, LOW));
	EXPECT_EQ(0, BIND(&alice, HIGH));
	EXPECT_EQ(EACCES, BIND(&bob, LOW));
	EXPECT_EQ(0, BIND(&bob, HIGH));
}

TEST_F(road, socket_stays_where_it_was_made)
{
	int low, high, error = -1;

	ASSERT_EQ(0, chown(ROAD_NODE(HERE, LOW), ALICE, -1));
	ASSERT_EQ(0, chown(ROAD_NODE(HERE, HIGH), ALICE, -1));
	ASSERT_EQ(0, chown(ROAD_NODE(THERE, LOW), BOB, -1));
	ASSERT_EQ(0, chown(ROAD_NODE(THERE, HIGH), BOB, -1));
	low = make_socket(&variant->road);
	high = make_socket(&variant->road);
	ASSERT_EQ(0, setns(self->there, CLONE_NEWNET));
	acting_as(&bob)
		error = bind_socket(low, variant->road.address, LOW);
	EXPECT_EQ(EACCES, error);
	acting_as(&bob)
		error = bind_socket(high, variant->road.address, HIGH);
	EXPECT_EQ(EACCES, error);
	acting_as(&alice)
		error = bind_socket(low, variant->road.address, LOW);
	EXPECT_EQ(0, error);
	acting_as(&alice)
		error = bind_socket(high, variant->road.address, HIGH);
	EXPECT_EQ(0, error);
	EXPECT_EQ(0, BIND(&bob, LOW));
	EXPECT_EQ(EACCES, BIND(&alice, HIGH));
	close(low);
	close(high);
}

/* A socket outlives all else of its namespace, and so do the rules for it. */
TEST_F(road, socket_keeps_the_rules)
{
	int refused, granted, error = -1;

	ASSERT_EQ(0, chown(ROAD_NODE(HERE, LOW), ALICE, -1));
	ASSERT_EQ(0, chown(ROAD_NODE(HERE, HIGH), ALICE, -1));
	refused = make_socket(&variant->road);
	granted = make_socket(&variant->road);
	ASSERT_EQ(0, setns(self->there, CLONE_NEWNET));
	ASSERT_EQ(0, umount(HERE));
	ASSERT_EQ(0, close(self->here));
	self->here = -1;
	acting_as(&bob)
		error = bind_socket(refused, variant->road.address, HIGH);
	EXPECT_EQ(EACCES, error);
	acting_as(&alice)
		error = bind_socket(granted, variant->road.address, LOW);
	EXPECT_EQ(0, error);
	close(refused);
	close(granted);
	ASSERT_EQ(0, umount(THERE));
	EXPECT_EQ(IDLE, references_at_last());
}

#define NAMESPACES	16
#define RULES		20

static int claim_and_leave(bool unmounted)
{
	unsigned int port;
	int error;

	error = new_world();
	for (port = 1; port <= RULES && !error; port++)
		error = failure(chown(node_path(IPPROTO_TCP, port * 3000),
				      ALICE, -1)) ?:
			failure(chmod(node_path(IPPROTO_UDP, port), 0666));
	if (!error && unmounted)
		error = failure(umount(MOUNT_POINT));
	return error;
}

TEST(namespaces_that_die_free_their_rules)
{
	int i, status;
	pid_t child;

	for (i = 0; i < NAMESPACES; i++) {
		child = fork();
		ASSERT_LE(0, child);
		if (!child)
			_exit(claim_and_leave(i % 2));
		ASSERT_EQ(child, waitpid(child, &status, 0));
		ASSERT_TRUE(WIFEXITED(status));
		ASSERT_EQ(0, WEXITSTATUS(status));
	}
	EXPECT_EQ(IDLE, references_at_last());
}

/* That they count at all: else the tests above could not fail. */
TEST(rules_and_mounts_are_references)
{
	int mounted, claimed;

	ASSERT_EQ(IDLE, references_at_last());
	ASSERT_EQ(0, new_world());
	mounted = references();
	EXPECT_LT(IDLE, mounted);
	ASSERT_EQ(0, chown(node_path(IPPROTO_TCP, LOW), ALICE, -1));
	claimed = references();
	EXPECT_LT(mounted, claimed);
	ASSERT_EQ(0, chown(node_path(IPPROTO_UDP, LOW), ALICE, -1));
	ASSERT_EQ(0, unlink(node_path(IPPROTO_TCP, LOW)));
	EXPECT_EQ(claimed, references());
	ASSERT_EQ(0, unlink(node_path(IPPROTO_UDP, LOW)));
	EXPECT_EQ(mounted, references());
	ASSERT_EQ(0, umount(MOUNT_POINT));
	EXPECT_EQ(IDLE, references_at_last());
}

TEST_NETWORK_MAIN
