// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/portfs: what came of the binds to each claimed port, and for whom it
 * is to read.
 */
#define _GNU_SOURCE
#include <time.h>

#include "kselftest_harness.h"
#include "acl.h"

#define COUNTS	"/proc/net/portfs"
#define HEAD	"proto port granted capable refused last_refused last_uid\n"

#define PORT	80
#define OTHER	25
/* As many neighbours as take several reads, with a gap after each. */
#define FIRST	10000
#define MANY	3000

static const struct road tcp = { .protocol = IPPROTO_TCP };
static const struct road udp = { .protocol = IPPROTO_UDP, .address = INET6 };

/* The whole file, however long; NULL if it cannot be read. */
static char *counts(void)
{
	static char text[1 << 20];
	int fd = open(COUNTS, O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t some;

	if (fd < 0)
		return NULL;
	while ((some = read(fd, text + length, sizeof(text) - 1 - length)) > 0)
		length += some;
	close(fd);
	text[length] = '\0';
	return some ? NULL : text;
}

/* The line of a port, or of all, without its first two words; "" if none. */
static const char *line_of(const char *port)
{
	static char lines[4][128];
	static unsigned int turn;
	char *line = lines[turn++ % 4];
	const char *text = counts();
	char words[32];

	snprintf(words, sizeof(words), "\n%s ", port);
	text = text ? strstr(text, words) : NULL;
	snprintf(line, sizeof(lines[0]), "%.*s",
		 text ? (int)strcspn(text + strlen(words), "\n") : 0,
		 text ? text + strlen(words) : "");
	return line;
}

struct counted {
	unsigned long long granted, capable, refused;
	double last;
	unsigned int uid;
};

static struct counted counted(const char *port)
{
	struct counted it = {};

	if (sscanf(line_of(port), "%llu %llu %llu %lf %u", &it.granted,
		   &it.capable, &it.refused, &it.last, &it.uid) < 3)
		it.granted = it.capable = it.refused = -1;
	return it;
}

#define EXPECT_COUNTED(port, g, c, r) do {				\
	const struct counted it = counted(port);			\
									\
	EXPECT_EQ((unsigned long long)(g), it.granted);			\
	EXPECT_EQ((unsigned long long)(c), it.capable);			\
	EXPECT_EQ((unsigned long long)(r), it.refused);			\
} while (0)

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_REALTIME, &time);
	return time.tv_sec + time.tv_nsec / 1000000 / 1000.0;
}

FIXTURE(count) {
	struct counted before;
};

FIXTURE_SETUP(count)
{
	ASSERT_EQ(0, clean_view());
	ASSERT_EQ(0, claim(IPPROTO_TCP, PORT, ALICE, WEB, 0620));
	self->before = counted("all -");
}

FIXTURE_TEARDOWN(count)
{
	release(IPPROTO_TCP, PORT);
}

TEST_F(count, begins_at_nothing)
{
	const char *text = counts();

	ASSERT_NE(NULL, text);
	EXPECT_EQ(0, strncmp(text, HEAD "all - ", strlen(HEAD "all - ")))
		TH_LOG("%s", text);
	EXPECT_STREQ("0 0 0 - -", line_of("tcp 80"));
	EXPECT_STREQ("", line_of("udp 80"));
	EXPECT_STREQ("", line_of("tcp 25"));
}

TEST_F(count, each_verdict)
{
	struct counted it;
	double before, after;
	int i;

	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, bind_as(&alice, &tcp, PORT));
	ASSERT_EQ(0, bind_as(&root, &tcp, PORT));
	ASSERT_EQ(0, bind_as(&capable, &tcp, PORT));
	EXPECT_STREQ("3 2 0 - -", line_of("tcp 80"));
	before = now();
	for (i = 0; i < 4; i++)
		ASSERT_EQ(EACCES, bind_as(&bob, &tcp, PORT));
	after = now();
	EXPECT_COUNTED("tcp 80", 3, 2, 4);
	it = counted("tcp 80");
	EXPECT_LE(before, it.last + 0.0005);
	EXPECT_GE(after, it.last - 0.0005);
	EXPECT_EQ(BOB, it.uid);
	/* Those who follow leave no trace of who was refused last. */
	ASSERT_EQ(0, bind_as(&alice, &tcp, PORT));
	EXPECT_EQ(BOB, counted("tcp 80").uid);
	EXPECT_COUNTED("all -", self->before.granted + 4,
		       self->before.capable + 2, self->before.refused + 4);
	EXPECT_EQ(BOB, counted("all -").uid);
}

TEST_F(count, each_port_of_each_protocol)
{
	ASSERT_EQ(0, claim(IPPROTO_UDP, PORT, BOB, BOB, 0600));
	ASSERT_EQ(0, bind_as(&bob, &udp, PORT));
	ASSERT_EQ(EACCES, bind_as(&alice, &udp, PORT));
	EXPECT_STREQ("0 0 0 - -", line_of("tcp 80"));
	EXPECT_COUNTED("udp 80", 1, 0, 1);
	EXPECT_EQ(ALICE, counted("udp 80").uid);
	ASSERT_EQ(0, release(IPPROTO_UDP, PORT));
}

/* What the kernel finds wrong with an address is no refusal of the rule's. */
static int bind_elsewhere(const void *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(0xc0000201),
		.sin_port = htons(*(const int *)port),
	};

	return failure(bind(socket(AF_INET, SOCK_STREAM, 0), (void *)&address,
			    sizeof(address)));
}

TEST_F(count, nothing_else)
{
	const int port = PORT;
	const char *all = line_of("all -");

	ASSERT_EQ(EADDRNOTAVAIL, as_user(&bob, bind_elsewhere, &port));
	ASSERT_EQ(EACCES, bind_as(&bob, &tcp, OTHER));
	ASSERT_EQ(0, bind_as(&bob, &tcp, 8080));
	ASSERT_EQ(0, bind_as(&bob, &tcp, 0));
	EXPECT_STREQ("0 0 0 - -", line_of("tcp 80"));
	EXPECT_STREQ(all, line_of("all -"));
}

TEST_F(count, outlives_a_change_of_the_rule)
{
	const char *path = node_path(IPPROTO_TCP, PORT);
	const char *line;

	ASSERT_EQ(0, bind_as(&alice, &tcp, PORT));
	ASSERT_EQ(EACCES, bind_as(&bob, &tcp, PORT));
	line = line_of("tcp 80");
	ASSERT_EQ(0, chmod(path, 01600));
	EXPECT_STREQ(line, line_of("tcp 80"));
	ASSERT_EQ(0, chown(path, BOB, -1));
	EXPECT_STREQ(line, line_of("tcp 80"));
	ASSERT_EQ(0, set_acl(path, "u::6,u:1001:6,g::0,m::6,o::0"));
	EXPECT_STREQ(line, line_of("tcp 80"));
	ASSERT_EQ(0, remove_acl(path));
	EXPECT_STREQ(line, line_of("tcp 80"));
	ASSERT_EQ(EACCES, bind_as(&alice, &tcp, PORT));
	EXPECT_COUNTED("tcp 80", 1, 0, 2);
}

TEST_F(count, ends_with_the_release)
{
	const char *all;

	ASSERT_EQ(0, claim(IPPROTO_TCP, OTHER, ALICE, ALICE, 0600));
	ASSERT_EQ(0, bind_as(&alice, &tcp, OTHER));
	ASSERT_EQ(EACCES, bind_as(&bob, &tcp, OTHER));
	all = line_of("all -");
	ASSERT_EQ(0, release(IPPROTO_TCP, OTHER));
	EXPECT_STREQ("", line_of("tcp 25"));
	EXPECT_STREQ(all, line_of("all -"));
	ASSERT_EQ(0, claim(IPPROTO_TCP, OTHER, ALICE, ALICE, 0600));
	EXPECT_STREQ("0 0 0 - -", line_of("tcp 25"));
	/* The table is freed and made anew; the namespace remembers. */
	ASSERT_EQ(0, release(IPPROTO_TCP, OTHER));
	ASSERT_EQ(0, release(IPPROTO_TCP, PORT));
	EXPECT_STREQ(all, line_of("all -"));
	ASSERT_EQ(0, claim(IPPROTO_TCP, PORT, ALICE, ALICE, 0600));
	EXPECT_STREQ(all, line_of("all -"));
}

/* Each @argument times, with a socket of its own for each. */
static int bind_often(const void *argument)
{
	int times = *(const int *)argument, denied = 0, fd;

	while (times--) {
		fd = make_socket(&tcp);
		denied += bind_socket(fd, INET, PORT) == EACCES;
		close(fd);
	}
	return !!denied;
}

TEST_F_TIMEOUT(count, each_of_many_at_once, PATIENCE)
{
	const struct caller *const callers[] = {
		&alice, &bob, &alice, &bob, &capable,
	};
	const int times = 500;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(callers); i++) {
		if (!fork())
			_exit(as_user(callers[i], bind_often, &times));
	}
	/* The rule changes all the while, and lets the same bind. */
	for (i = 0; i < 500; i++)
		ASSERT_EQ(0, chmod(node_path(IPPROTO_TCP, PORT),
				   i % 2 ? 0620 : 0600));
	while (wait(NULL) > 0)
		;
	EXPECT_COUNTED("tcp 80", 2 * times, times, 2 * times);
}

/* Ports that stay are each there once and in order, whatever others do. */
TEST_F_TIMEOUT(count, whole_while_ports_come_and_go, PATIENCE)
{
	unsigned int port, lines, last;
	pid_t changer;
	char *line;
	int i;

	for (port = FIRST; port < FIRST + 2 * MANY; port += 2)
		ASSERT_EQ(0, claim(IPPROTO_UDP, port, ALICE, ALICE, 0600));
	changer = fork();
	for (port = FIRST + 1; !changer; port += 2) {
		if (port > FIRST + 2 * MANY)
			port = FIRST + 1;
		if (claim(IPPROTO_UDP, port, BOB, BOB, 0600) ||
		    release(IPPROTO_UDP, port))
			_exit(1);
	}
	for (i = 0; i < 20; i++) {
		line = counts();
		ASSERT_NE(NULL, line);
		for (lines = last = 0; (line = strstr(line, "\nudp ")); line++) {
			port = atoi(line + strlen("\nudp "));
			ASSERT_LT(last, port);
			last = port;
			lines += !(port % 2);
		}
		ASSERT_EQ(MANY, lines);
	}
	kill(changer, SIGKILL);
	ASSERT_EQ(changer, waitpid(changer, &i, 0));
	EXPECT_TRUE(WIFSIGNALED(i));
	ASSERT_EQ(0, release_all(MOUNT_POINT "/udp"));
}

TEST_F(count, is_for_reading)
{
	EXPECT_EQ(EACCES, failure(open(COUNTS, O_WRONLY)));
	EXPECT_EQ(EACCES, failure(open(COUNTS, O_RDWR)));
	EXPECT_STREQ("0:0 0400 neither", shown(COUNTS));
	EXPECT_NE(0, failure(unlink(COUNTS)));
}

/* ---- who may read it ---- */

static int read_counts(const void *unused)
{
	(void)unused;
	return failure(open(COUNTS, O_RDONLY));
}

TEST_F(count, is_not_for_others)
{
	EXPECT_EQ(EACCES, as_user(&alice, read_counts, NULL));
	EXPECT_EQ(EACCES, as_user(&capable, read_counts, NULL));
}

static int become_root_inside(int more)
{
	if (prctl(PR_SET_DUMPABLE, 1) || unshare(CLONE_NEWUSER | more) ||
	    write_file("/proc/self/setgroups", "deny") ||
	    write_file("/proc/self/uid_map", "0 1001 1") ||
	    write_file("/proc/self/gid_map", "0 1001 1"))
		return 253;
	return 0;
}

static int read_from_user_namespace(const void *unused)
{
	return become_root_inside(0) ?: read_counts(unused);
}

TEST_F(count, is_not_for_root_of_a_user_namespace)
{
	EXPECT_EQ(EACCES, as_user(&alice, read_from_user_namespace, NULL));
}

/* As any user may, without anybody's help. */
static int count_inside(const void *unused)
{
	(void)unused;
	if (become_root_inside(CLONE_NEWNET | CLONE_NEWNS) || loopback_up())
		return 100;
	if (failure(open(COUNTS, O_RDONLY)) != ENOENT)
		return 101;
	if (mount("portfs", MOUNT_POINT, "portfs", 0, NULL) ||
	    strcmp(HEAD "all - 0 0 0 - -\n", counts()) ||
	    chmod(node_path(IPPROTO_TCP, OTHER), 01000))
		return 102;
	if (try_bind(IPPROTO_TCP, OTHER) != EACCES ||
	    counted("tcp 25").refused != 1 || counted("tcp 25").uid != 0)
		return 103;
	/* The host's port is unclaimed here. */
	return try_bind(IPPROTO_TCP, PORT) || *line_of("tcp 80") ? 104 : 0;
}

TEST_F(count, is_each_namespaces_own)
{
	char all[128];

	/* The child has lines of its own where the next calls put theirs. */
	snprintf(all, sizeof(all), "%s", line_of("all -"));
	EXPECT_EQ(0, as_user(&alice, count_inside, NULL));
	EXPECT_STREQ(all, line_of("all -"));
	EXPECT_STREQ("", line_of("tcp 25"));
}

/* An id that is not mapped where it is read shows as nobody's. */
TEST_F(count, shows_ids_as_the_reader_has_them)
{
	int ready[2], go[2];
	char path[64], byte = 0;
	pid_t inside;

	ASSERT_EQ(0, pipe(ready));
	ASSERT_EQ(0, pipe(go));
	inside = fork();
	if (!inside) {
		if (become(&alice) ||
		    become_root_inside(CLONE_NEWNET | CLONE_NEWNS) ||
		    mount("portfs", MOUNT_POINT, "portfs", 0, NULL) ||
		    chmod(node_path(IPPROTO_TCP, OTHER), 01000) ||
		    write(ready[1], &byte, 1) != 1 || read(go[0], &byte, 1) != 1)
			_exit(1);
		_exit(counted("tcp 25").uid == NOBODY ? 0 : 2);
	}
	ASSERT_EQ(1, read(ready[0], &byte, 1));
	snprintf(path, sizeof(path), "/proc/%d/ns/net", inside);
	ASSERT_EQ(0, setns(open(path, O_RDONLY), CLONE_NEWNET));
	EXPECT_EQ(EACCES, bind_as(&bob, &tcp, OTHER));
	/* The host's root sees all, by the host's ids. */
	EXPECT_EQ(BOB, counted("tcp 25").uid);
	EXPECT_STREQ("1001:1001 0400 neither", shown(COUNTS));
	ASSERT_EQ(1, write(go[1], &byte, 1));
	ASSERT_EQ(inside, waitpid(inside, &go[0], 0));
	EXPECT_EQ(0, WEXITSTATUS(go[0]));
}

TEST_NETWORK_MAIN
