// SPDX-License-Identifier: GPL-2.0
/*
 * Automatic ports: no road that lets the kernel choose ends on a claimed port,
 * and ip_local_reserved_ports is the administrator's throughout.
 */
#define _GNU_SOURCE
#include <linux/tcp.h>

#include "kselftest_harness.h"
#include "node.h"

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT	24
#endif
#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE	51
#endif

/* What the kernel chooses from, and the one port of it that is not claimed. */
#define FIRST	20000
#define LAST	20015
#define LEFT	20007

/* Of so many choices all the same one is no chance: 16^-9. */
#define ATTEMPTS	10

/* Where the servers listen: one for each attempt, as TIME_WAIT takes a pair. */
#define SERVERS	30000

enum choice {
	BIND,
	LISTEN,
	CONNECT,
	SENDTO,
	/* connect after a bind of an address only */
	NO_PORT,
	/* connect that may wait for the first data */
	FASTOPEN,
	/* bind and connect in a range of the socket's own */
	RANGE_BIND,
	RANGE_CONNECT,
};

FIXTURE(automatic) {
	int attempts;
};

FIXTURE_VARIANT(automatic) {
	enum choice choice;
	struct road road;
	/* The kernel's own when no port is left. */
	int error;
};

#define AUTOMATIC(name, choice_, protocol_, address_, error_)		\
	FIXTURE_VARIANT_ADD(automatic, name) {				\
		.choice = choice_,					\
		.road = { .protocol = protocol_, .address = address_ },	\
		.error = error_,					\
	}

#define AUTOMATICS(name, choice, protocol, error)			\
	AUTOMATIC(name##_inet, choice, protocol, INET, error);		\
	AUTOMATIC(name##_inet6, choice, protocol, INET6, error)

AUTOMATICS(tcp_bind, BIND, IPPROTO_TCP, EADDRINUSE);
AUTOMATICS(tcp_listen, LISTEN, IPPROTO_TCP, EADDRINUSE);
AUTOMATICS(tcp_connect, CONNECT, IPPROTO_TCP, EADDRNOTAVAIL);
AUTOMATICS(tcp_sendto, SENDTO, IPPROTO_TCP, EADDRNOTAVAIL);
AUTOMATICS(tcp_no_port, NO_PORT, IPPROTO_TCP, EADDRNOTAVAIL);
AUTOMATICS(tcp_fastopen, FASTOPEN, IPPROTO_TCP, EADDRNOTAVAIL);
AUTOMATICS(tcp_range_bind, RANGE_BIND, IPPROTO_TCP, EADDRINUSE);
AUTOMATICS(tcp_range_connect, RANGE_CONNECT, IPPROTO_TCP, EADDRNOTAVAIL);
AUTOMATICS(udp_bind, BIND, IPPROTO_UDP, EADDRINUSE);
AUTOMATICS(udp_connect, CONNECT, IPPROTO_UDP, EAGAIN);
AUTOMATICS(udp_sendto, SENDTO, IPPROTO_UDP, EAGAIN);
AUTOMATICS(udp_no_port, NO_PORT, IPPROTO_UDP, EAGAIN);
AUTOMATICS(udp_range_bind, RANGE_BIND, IPPROTO_UDP, EADDRINUSE);
AUTOMATICS(udp_range_connect, RANGE_CONNECT, IPPROTO_UDP, EAGAIN);
AUTOMATICS(mptcp_bind, BIND, IPPROTO_MPTCP, EADDRINUSE);
AUTOMATICS(mptcp_listen, LISTEN, IPPROTO_MPTCP, EADDRINUSE);
AUTOMATICS(mptcp_connect, CONNECT, IPPROTO_MPTCP, EADDRNOTAVAIL);
AUTOMATICS(mptcp_no_port, NO_PORT, IPPROTO_MPTCP, EADDRNOTAVAIL);
AUTOMATICS(mptcp_range_bind, RANGE_BIND, IPPROTO_MPTCP, EADDRINUSE);
AUTOMATICS(mptcp_range_connect, RANGE_CONNECT, IPPROTO_MPTCP, EADDRNOTAVAIL);

static bool is_range(enum choice choice)
{
	return choice == RANGE_BIND || choice == RANGE_CONNECT;
}

/* The option of the socket's that the road needs; 0 or an errno. */
static int set_option(int fd, enum choice choice)
{
	const uint32_t range = LAST << 16 | FIRST;
	const int yes = 1;

	if (choice == NO_PORT)
		return failure(setsockopt(fd, IPPROTO_IP,
					  IP_BIND_ADDRESS_NO_PORT, &yes,
					  sizeof(yes)));
	if (choice == FASTOPEN)
		return failure(setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT,
					  &yes, sizeof(yes)));
	if (is_range(choice))
		return failure(setsockopt(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE,
					  &range, sizeof(range)));
	return 0;
}

static int chosen_port(int fd)
{
	struct sockaddr_in6 address = {};
	socklen_t length = sizeof(address);

	if (getsockname(fd, (struct sockaddr *)&address, &length))
		return -errno;
	return ntohs(address.sin6_port);
}

static int make_server(const struct road *road, unsigned int port)
{
	int fd = make_socket(road);

	if (fd < 0 || bind_socket(fd, road->address, port) ||
	    (road->protocol != IPPROTO_UDP && listen(fd, 1))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Let the kernel choose a port for @fd; 0, an errno or -1. */
static int let_choose(int fd, enum choice choice, const struct road *road,
		      unsigned int server)
{
	struct sockaddr_storage peer;
	socklen_t length = make_address(road->address, server, &peer);
	int error;

	switch (choice) {
	case BIND:
	case RANGE_BIND:
		return bind_socket(fd, road->address, 0);
	case LISTEN:
		return failure(listen(fd, 1));
	case SENDTO:
		return failure(sendto(fd, "x", 1, road->protocol == IPPROTO_UDP ?
						  0 : MSG_FASTOPEN,
				      (struct sockaddr *)&peer, length));
	case NO_PORT:
		error = bind_socket(fd, road->address, 0);
		if (error)
			return error;
		/* It has none yet: else this were the road of BIND. */
		if (chosen_port(fd))
			return -1;
		break;
	default:
		break;
	}
	return failure(connect(fd, (struct sockaddr *)&peer, length));
}

/* The port that the kernel chooses, or a negative errno. */
static int automatic_port(enum choice choice, const struct road *road,
			  int attempt)
{
	unsigned int port = SERVERS + attempt;
	int server, fd, error, chosen;

	server = make_server(road, port);
	fd = make_socket(road);
	if (server < 0 || fd < 0)
		return -EPROTO;
	error = set_option(fd, choice) ?: let_choose(fd, choice, road, port);
	chosen = error ? -error : chosen_port(fd);
	close(fd);
	close(server);
	return chosen;
}

static int claim_all_but(int protocol, unsigned int left)
{
	unsigned int port;
	int error = 0;

	for (port = FIRST; port <= LAST && !error; port++)
		if (port != left)
			error = failure(chown(node_path(protocol, port),
					      NOBODY, -1));
	return error;
}

FIXTURE_SETUP(automatic)
{
	int fd, error;

	ASSERT_EQ(0, new_world());
	ASSERT_EQ(0, write_file(PORT_RANGE, is_range(variant->choice) ?
					    "19000 21000" : "20000 20015"));
	fd = make_socket(&variant->road);
	ASSERT_LE(0, fd);
	error = set_option(fd, variant->choice);
	close(fd);
	if (error == ENOPROTOOPT || error == EOPNOTSUPP)
		SKIP(return, "this kernel's %s has no such option",
		     variant->road.protocol == IPPROTO_MPTCP ? "MPTCP" : "IP");
	ASSERT_EQ(0, error);
}

FIXTURE_TEARDOWN(automatic)
{
}

/* How many attempts end on LEFT; the others end in the range as well. */
static int count_left(struct __test_metadata *_metadata, enum choice choice,
		      const struct road *road, int *attempts)
{
	int attempt, port, left = 0;

	for (attempt = 0; attempt < ATTEMPTS; attempt++) {
		port = automatic_port(choice, road, (*attempts)++);
		EXPECT_LE(FIRST, port);
		EXPECT_GE(LAST, port);
		left += port == LEFT;
	}
	return left;
}

#define COUNT_LEFT()	count_left(_metadata, variant->choice,		\
				   &variant->road, &self->attempts)

#define EXPECT_NONE_LEFT()						\
	EXPECT_EQ(-variant->error,					\
		  automatic_port(variant->choice, &variant->road,	\
				 self->attempts++))

/* One test, because a network namespace for each takes its time. */
TEST_F_TIMEOUT(automatic, never_a_claimed_one, PATIENCE)
{
	unsigned int port;
	int fd, left = -1;

	ASSERT_EQ(0, claim_all_but(variant->road.protocol, LEFT));
	fd = make_server(&variant->road, LEFT);
	ASSERT_LE(0, fd);
	EXPECT_NONE_LEFT();
	close(fd);
	EXPECT_EQ(ATTEMPTS, COUNT_LEFT());

	ASSERT_EQ(0, chown(node_path(variant->road.protocol, LEFT), NOBODY,
			   -1));
	EXPECT_NONE_LEFT();
	ASSERT_EQ(0, release(variant->road.protocol, LEFT));
	EXPECT_EQ(ATTEMPTS, COUNT_LEFT());

	/* Whatever the administrator reserves. */
	ASSERT_EQ(0, write_file(RESERVED, "20000,20005-20006,65535"));
	EXPECT_EQ(ATTEMPTS, COUNT_LEFT());
	ASSERT_EQ(0, write_file(RESERVED, "\n"));
	EXPECT_EQ(ATTEMPTS, COUNT_LEFT());
	ASSERT_EQ(0, write_file(RESERVED, "20007"));
	EXPECT_NONE_LEFT();
	ASSERT_EQ(0, write_file(RESERVED, "\n"));

	/* Who may bind it does not get it by chance. */
	for (port = FIRST; port <= LAST; port++)
		if (port != LEFT)
			ASSERT_EQ(0, claim(variant->road.protocol, port, ALICE,
					   0, 0666));
	acting_as(&alice)
		left = COUNT_LEFT();
	EXPECT_EQ(ATTEMPTS, left);

	/* It could have got others. */
	for (port = FIRST; port <= LAST; port++)
		ASSERT_EQ(0, release(variant->road.protocol, port));
	EXPECT_GT(ATTEMPTS, COUNT_LEFT());
}

/* ---- the sysctl ---- */

FIXTURE(reserved) {
	/* Nothing: a world of the test's own. */
};

FIXTURE_SETUP(reserved)
{
	ASSERT_EQ(0, new_world());
	ASSERT_EQ(0, write_file(PORT_RANGE, "20000 20015"));
	ASSERT_STREQ("", text_of(RESERVED));
}

FIXTURE_TEARDOWN(reserved)
{
}

static bool ever_chosen(int protocol, int wanted)
{
	const struct road road = { .protocol = protocol, .address = INET };
	int held[LAST - FIRST + 1], count = 0, port = 0;

	/* Each that is held leaves fewer, until all were had. */
	while (count < (int)ARRAY_SIZE(held) && port != wanted) {
		held[count] = make_socket(&road);
		if (bind_socket(held[count], INET, 0)) {
			close(held[count]);
			break;
		}
		port = chosen_port(held[count++]);
	}
	while (count)
		close(held[--count]);
	return port == wanted;
}

TEST_F(reserved, reads_as_written)
{
	static const char * const texts[] = {
		"20003", "1", "65535", "1-65535", "20001-20003,30000", "",
		"1,3,5,7,9", "0", "80,443,8080-8090",
	};
	size_t i;

	ASSERT_EQ(0, chown(node_path(IPPROTO_TCP, 20003), NOBODY, -1));
	ASSERT_EQ(0, chown(node_path(IPPROTO_UDP, 20004), NOBODY, -1));
	ASSERT_EQ(0, chown(node_path(IPPROTO_UDP, 65535), NOBODY, -1));
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		/* An empty write(2) would not reach it. */
		ASSERT_EQ(0, write_file(RESERVED, *texts[i] ? texts[i] : "\n"));
		EXPECT_STREQ(texts[i], text_of(RESERVED));
	}
	ASSERT_EQ(0, write_file(RESERVED, "9,7,8,20003-20004\n"));
	EXPECT_STREQ("7-9,20003-20004", text_of(RESERVED));
}

TEST_F(reserved, claims_do_not_show)
{
	ASSERT_EQ(0, write_file(RESERVED, "20001,20005-20007"));
	ASSERT_EQ(0, chown(node_path(IPPROTO_TCP, 20003), NOBODY, -1));
	EXPECT_STREQ("20001,20005-20007", text_of(RESERVED));
	ASSERT_EQ(0, chown(node_path(IPPROTO_UDP, 20006), NOBODY, -1));
	EXPECT_STREQ("20001,20005-20007", text_of(RESERVED));
	ASSERT_EQ(0, release(IPPROTO_UDP, 20006));
	EXPECT_STREQ("20001,20005-20007", text_of(RESERVED));
	ASSERT_EQ(0, release(IPPROTO_TCP, 20003));
	EXPECT_STREQ("20001,20005-20007", text_of(RESERVED));
}

TEST_F(reserved, entries_survive)
{
	static const int protocols[] = { IPPROTO_TCP, IPPROTO_UDP };
	size_t i;

	ASSERT_EQ(0, write_file(RESERVED, "20001,20006"));
	/* One that is both, and ones that are either. */
	ASSERT_EQ(0, chown(node_path(IPPROTO_TCP, 20006), NOBODY, -1));
	ASSERT_EQ(0, chown(node_path(IPPROTO_UDP, 20006), NOBODY, -1));
	ASSERT_EQ(0, chown(node_path(IPPROTO_TCP, 20009), NOBODY, -1));
	for (i = 0; i < ARRAY_SIZE(protocols); i++) {
		EXPECT_FALSE(ever_chosen(protocols[i], 20001));
		EXPECT_FALSE(ever_chosen(protocols[i], 20006));
	}
	EXPECT_FALSE(ever_chosen(IPPROTO_TCP, 20009));
	ASSERT_EQ(0, release(IPPROTO_TCP, 20006));
	ASSERT_EQ(0, release(IPPROTO_UDP, 20006));
	ASSERT_EQ(0, release(IPPROTO_TCP, 20009));
	EXPECT_STREQ("20001,20006", text_of(RESERVED));
	for (i = 0; i < ARRAY_SIZE(protocols); i++) {
		EXPECT_FALSE(ever_chosen(protocols[i], 20001));
		EXPECT_FALSE(ever_chosen(protocols[i], 20006));
		EXPECT_TRUE(ever_chosen(protocols[i], 20009));
	}
	ASSERT_EQ(0, write_file(RESERVED, "\n"));
	EXPECT_TRUE(ever_chosen(IPPROTO_TCP, 20001));
	EXPECT_TRUE(ever_chosen(IPPROTO_TCP, 20006));
}

TEST_F(reserved, entry_given_up_while_claimed)
{
	ASSERT_EQ(0, write_file(RESERVED, "20001,20006"));
	ASSERT_EQ(0, chown(node_path(IPPROTO_TCP, 20006), NOBODY, -1));
	ASSERT_EQ(0, write_file(RESERVED, "20001"));
	EXPECT_FALSE(ever_chosen(IPPROTO_TCP, 20006));
	ASSERT_EQ(0, release(IPPROTO_TCP, 20006));
	EXPECT_TRUE(ever_chosen(IPPROTO_TCP, 20006));
	EXPECT_FALSE(ever_chosen(IPPROTO_TCP, 20001));
	EXPECT_STREQ("20001", text_of(RESERVED));
}

TEST_F(reserved, entry_made_while_claimed)
{
	ASSERT_EQ(0, chown(node_path(IPPROTO_TCP, 20006), NOBODY, -1));
	ASSERT_EQ(0, write_file(RESERVED, "20001,20006"));
	ASSERT_EQ(0, release(IPPROTO_TCP, 20006));
	EXPECT_FALSE(ever_chosen(IPPROTO_TCP, 20006));
	EXPECT_FALSE(ever_chosen(IPPROTO_TCP, 20001));
	EXPECT_STREQ("20001,20006", text_of(RESERVED));
	ASSERT_EQ(0, write_file(RESERVED, "\n"));
	EXPECT_TRUE(ever_chosen(IPPROTO_TCP, 20006));
	EXPECT_STREQ("", text_of(RESERVED));
}

/* A second write(2) to the same file adds, in every kernel. */
TEST_F(reserved, appending_writes)
{
	int fd;

	ASSERT_EQ(0, chown(node_path(IPPROTO_TCP, 20006), NOBODY, -1));
	ASSERT_EQ(0, write_file(RESERVED, "20001"));
	fd = open(RESERVED, O_WRONLY);
	ASSERT_LE(0, fd);
	EXPECT_EQ(6, write(fd, "20002\n", 6));
	EXPECT_STREQ("20002", text_of(RESERVED));
	EXPECT_EQ(6, write(fd, "20004\n", 6));
	EXPECT_STREQ("20002,20004", text_of(RESERVED));
	close(fd);
	EXPECT_FALSE(ever_chosen(IPPROTO_TCP, 20002));
	EXPECT_FALSE(ever_chosen(IPPROTO_TCP, 20004));
	EXPECT_FALSE(ever_chosen(IPPROTO_TCP, 20006));
	EXPECT_TRUE(ever_chosen(IPPROTO_TCP, 20001));
	ASSERT_EQ(0, release(IPPROTO_TCP, 20006));
	EXPECT_STREQ("20002,20004", text_of(RESERVED));
	EXPECT_TRUE(ever_chosen(IPPROTO_TCP, 20006));
	EXPECT_FALSE(ever_chosen(IPPROTO_TCP, 20004));
}

/* The same without a claim is the kernel's; it is what a claim must not change. */
TEST_F(reserved, appending_across_the_first_claim)
{
	int fd = open(RESERVED, O_WRONLY);

	ASSERT_LE(0, fd);
	EXPECT_EQ(6, write(fd, "20002\n", 6));
	ASSERT_EQ(0, chown(node_path(IPPROTO_TCP, 20006), NOBODY, -1));
	EXPECT_EQ(6, write(fd, "20004\n", 6));
	EXPECT_STREQ("20002,20004", text_of(RESERVED));
	ASSERT_EQ(0, release(IPPROTO_TCP, 20006));
	EXPECT_EQ(6, write(fd, "20008\n", 6));
	EXPECT_STREQ("20002,20004,20008", text_of(RESERVED));
	close(fd);
	EXPECT_FALSE(ever_chosen(IPPROTO_TCP, 20004));
	EXPECT_TRUE(ever_chosen(IPPROTO_TCP, 20006));
}

TEST_F(reserved, wrong_input_changes_nothing)
{
	static const char * const texts[] = {
		"x", "20001,x", "65536", "20008,70000", "20009-20002", "-1",
		"20008-", "20001 - 20003", "20008;20009",
	};
	size_t i;

	ASSERT_EQ(0, write_file(RESERVED, "20001,20005-20007"));
	ASSERT_EQ(0, chown(node_path(IPPROTO_TCP, 20003), NOBODY, -1));
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		EXPECT_EQ(EINVAL, write_file(RESERVED, texts[i]))
			TH_LOG("text number %zu", i);
		EXPECT_STREQ("20001,20005-20007", text_of(RESERVED));
	}
	EXPECT_FALSE(ever_chosen(IPPROTO_TCP, 20003));
	EXPECT_FALSE(ever_chosen(IPPROTO_TCP, 20001));
	EXPECT_TRUE(ever_chosen(IPPROTO_TCP, 20008));
	ASSERT_EQ(0, release(IPPROTO_TCP, 20003));
	EXPECT_STREQ("20001,20005-20007", text_of(RESERVED));
	EXPECT_TRUE(ever_chosen(IPPROTO_TCP, 20003));
}

TEST_F(reserved, is_roots_to_write)
{
	char text[32];

	ASSERT_EQ(0, write_file(RESERVED, "20001"));
	ASSERT_EQ(0, chown(node_path(IPPROTO_TCP, 20003), ALICE, -1));
	acting_as(&alice) {
		EXPECT_EQ(EACCES, write_file(RESERVED, "20002"));
		EXPECT_EQ(0, read_file(RESERVED, text, sizeof(text)));
		EXPECT_STREQ("20001", text);
	}
	EXPECT_STREQ("20001", text_of(RESERVED));
}

FIXTURE(order) {
	/* Nothing: a world of the test's own. */
};

/* A port that both protocols claim, released in either order. */
FIXTURE_VARIANT(order) {
	int first;
	int second;
	const char *reserved;
};

#define ORDER(name, first_, second_, reserved_)				\
	FIXTURE_VARIANT_ADD(order, name) {				\
		.first = first_,					\
		.second = second_,					\
		.reserved = reserved_,					\
	}

ORDER(tcp_first, IPPROTO_TCP, IPPROTO_UDP, "");
ORDER(udp_first, IPPROTO_UDP, IPPROTO_TCP, "");
ORDER(tcp_first_reserved, IPPROTO_TCP, IPPROTO_UDP, "20006");
ORDER(udp_first_reserved, IPPROTO_UDP, IPPROTO_TCP, "20006");

FIXTURE_SETUP(order)
{
	ASSERT_EQ(0, new_world());
	ASSERT_EQ(0, write_file(PORT_RANGE, "20000 20015"));
	ASSERT_EQ(0, write_file(RESERVED, *variant->reserved ?
					  variant->reserved : "\n"));
}

FIXTURE_TEARDOWN(order)
{
	EXPECT_STREQ(variant->reserved, text_of(RESERVED));
}

TEST_F(order, of_releases)
{
	bool reserved = *variant->reserved;

	ASSERT_EQ(0, chown(node_path(IPPROTO_TCP, 20006), NOBODY, -1));
	ASSERT_EQ(0, chown(node_path(IPPROTO_UDP, 20006), NOBODY, -1));
	EXPECT_FALSE(ever_chosen(variant->first, 20006));
	EXPECT_FALSE(ever_chosen(variant->second, 20006));
	ASSERT_EQ(0, release(variant->first, 20006));
	EXPECT_FALSE(ever_chosen(variant->second, 20006));
	ASSERT_EQ(0, release(variant->second, 20006));
	EXPECT_EQ(!reserved, ever_chosen(variant->first, 20006));
	EXPECT_EQ(!reserved, ever_chosen(variant->second, 20006));
}

/* Another claim stays, so that the table does. */
TEST_F(order, of_releases_beside_a_claim)
{
	bool reserved = *variant->reserved;

	ASSERT_EQ(0, chown(node_path(IPPROTO_TCP, 1), NOBODY, -1));
	ASSERT_EQ(0, chown(node_path(IPPROTO_TCP, 20006), NOBODY, -1));
	ASSERT_EQ(0, chown(node_path(IPPROTO_UDP, 20006), NOBODY, -1));
	ASSERT_EQ(0, release(variant->first, 20006));
	EXPECT_FALSE(ever_chosen(variant->second, 20006));
	ASSERT_EQ(0, release(variant->second, 20006));
	EXPECT_EQ(!reserved, ever_chosen(variant->first, 20006));
	EXPECT_EQ(!reserved, ever_chosen(variant->second, 20006));
}

TEST_HARNESS_MAIN
