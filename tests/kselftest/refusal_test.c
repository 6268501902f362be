// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel log says of refusals: a line that nobody forges, for each user
 * as many as for any other, and the number of those that were left out.
 */
#define _GNU_SOURCE
#include <sys/fsuid.h>

#include "kselftest_harness.h"
#include "log.h"
#include "node.h"

#define PORT	80

/* So many lines in a period; a test may go on for many periods. */
#define LINES	10
/* What is left out of a set of buckets that are all taken has no user. */
#define NO_USER	4294967295U

/* Each test has users of its own, whom no other has had refused. */
#define NAMED	2000
#define DATAGRAM 2500
#define LOUD	3000
#define QUIET	3001
#define MANY	4000
#define CROWD	5000
#define MAKER	6000
#define SUBORDINATE 100000

/**
 * struct told - what the log said of some users
 * @lines: how many lines there were for one refusal each
 * @missed: how many refusals were left out
 */
struct told {
	unsigned int lines;
	unsigned int missed;
};

static bool between(unsigned int uid, unsigned int first, unsigned int last)
{
	return uid >= first && uid <= last;
}

static void listen_to(int log, unsigned int first, unsigned int last,
		      struct told *told)
{
	unsigned int uid, missed;
	const char *line;

	while ((line = log_find(log, "portfs: refused "))) {
		if (sscanf(line, "portfs: refused missed=%u uid=%u", &missed,
			   &uid) == 2)
			told->missed += between(uid, first, last) ||
						uid == NO_USER ? missed : 0;
		else if (sscanf(line, "portfs: refused proto=tcp port=80 uid=%u",
				&uid) == 1)
			told->lines += between(uid, first, last);
	}
}

/* In the end each refusal is a line or one of those that were left out. */
static struct told account(int log, unsigned int first, unsigned int last,
			   unsigned int refusals)
{
	struct told told = {};

	while (told.lines + told.missed < refusals) {
		listen_to(log, first, last, &told);
		usleep(10000);
	}
	return told;
}

/* The sticky bit of the rule makes root's capability nothing. */
static int refused(uid_t uid)
{
	static int fd = -1;
	int error;

	if (fd < 0)
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setfsuid(uid);
	error = bind_socket(fd, INET, PORT);
	setfsuid(0);
	return error;
}

FIXTURE(refusal) {
	int log;
};

FIXTURE_SETUP(refusal)
{
	ASSERT_EQ(0, clean_view());
	ASSERT_EQ(0, claim(IPPROTO_TCP, PORT, ALICE, ALICE, 01600));
	self->log = log_open();
	ASSERT_LE(0, self->log);
}

FIXTURE_TEARDOWN(refusal)
{
	release(IPPROTO_TCP, PORT);
	close(self->log);
}

/* Whatever a program is called, its line is this one and no other. */
static const struct name {
	const char *name;
	const char *shown;
} names[] = {
	{ "python3", "python3" },
	{ "my daemon", "my daemon" },
	{ "", "" },
	{ "\nportfs: refus", "\\x0aportfs: refus" },
	{ "a\" port=22 \"", "a\\x22 port=22 \\x22" },
	{ "\\x0a", "\\x5cx0a" },
	{ "\x1b[2J\r\x7f", "\\x1b[2J\\x0d\\x7f" },
	{ "\xc3\xa9\xff", "\\xc3\\xa9\\xff" },
	{ "\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"",
	  "\\x22\\x22\\x22\\x22\\x22\\x22\\x22\\x22\\x22\\x22\\x22\\x22\\x22\\x22\\x22" },
};

TEST_F(refusal, names_the_program_last_and_escaped)
{
	char line[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(line, sizeof(line),
			 "portfs: refused proto=tcp port=80 uid=%zu pid=%d comm=\"%s\"",
			 NAMED + i, getpid(), names[i].shown);
		ASSERT_EQ(0, prctl(PR_SET_NAME, names[i].name));
		EXPECT_EQ(EACCES, refused(NAMED + i));
		EXPECT_STREQ(line, log_find(self->log, "portfs: ") ?: "");
		EXPECT_EQ(NULL, log_find(self->log, "portfs: "));
	}
}

TEST_F(refusal, of_udp_is_told_as_well)
{
	const struct road road = { .protocol = IPPROTO_UDP, .address = INET6 };
	const struct caller stranger = { .uid = DATAGRAM, .gid = DATAGRAM };

	ASSERT_EQ(0, claim(IPPROTO_UDP, 53, ALICE, ALICE, 0600));
	EXPECT_EQ(EACCES, bind_as(&stranger, &road, 53));
	EXPECT_NE(NULL, log_find(self->log,
				 "portfs: refused proto=udp port=53 uid=2500 "));
	EXPECT_EQ(0, bind_as(&alice, &road, 53));
	EXPECT_EQ(0, bind_as(&root, &road, 53));
	EXPECT_EQ(NULL, log_find(self->log, "portfs: refused proto="));
	EXPECT_EQ(0, release(IPPROTO_UDP, 53));
}

/* One who is refused all the time hides nobody else, and each of his counts. */
TEST_F_TIMEOUT(refusal, of_one_hides_no_other, PATIENCE)
{
	unsigned int i, quiet = 0;
	struct told told;
	int other = log_open();

	for (i = 0; i < 400; i++) {
		ASSERT_EQ(EACCES, refused(LOUD));
		if (i % 100 == 99)
			ASSERT_EQ(EACCES, refused(QUIET + i / 100));
	}
	told = account(self->log, LOUD, LOUD, 400);
	EXPECT_EQ(400, told.lines + told.missed);
	/* Few periods pass even on the slowest machine. */
	EXPECT_GT(200, told.lines);
	while (log_find(other, "portfs: refused proto=tcp port=80 uid=300"))
		quiet++;
	EXPECT_EQ(told.lines + 4, quiet);
	close(other);
}

/* As many users as a machine may have: each is told of. */
TEST_F_TIMEOUT(refusal, of_each_of_many_is_told, PATIENCE)
{
	struct told told;
	unsigned int i;

	for (i = 0; i < 100; i++)
		ASSERT_EQ(EACCES, refused(MANY + i));
	told = account(self->log, MANY, MANY + 99, 100);
	EXPECT_EQ(100, told.lines);
	EXPECT_EQ(0, told.missed);
}

static int be_many(int mapped)
{
	unsigned int i;
	char byte;

	if (read(mapped, &byte, 1) != 1)
		return 253;
	for (i = 1; i <= 200; i++)
		if (refused(i) != EACCES)
			return 252;
	return 0;
}

/* Subordinate ids are as good as free: whoever made their namespace answers. */
TEST_F_TIMEOUT(refusal, of_subordinate_ids_is_their_makers, PATIENCE)
{
	const struct caller maker = { .uid = MAKER, .gid = MAKER };
	int made[2], mapped[2], status;
	int other = log_open();
	bool makers = false;
	char path[64], byte;
	const char *line;
	struct told told;
	pid_t child;

	ASSERT_EQ(0, pipe(made) || pipe(mapped));
	child = fork();
	if (!child) {
		if (become(&maker) || prctl(PR_SET_DUMPABLE, 1) ||
		    unshare(CLONE_NEWUSER) || write(made[1], "", 1) != 1)
			_exit(254);
		_exit(be_many(mapped[0]));
	}
	ASSERT_EQ(1, read(made[0], &byte, 1));
	snprintf(path, sizeof(path), "/proc/%d/uid_map", child);
	ASSERT_EQ(0, write_file(path, "0 100000 1000"));
	ASSERT_EQ(1, write(mapped[1], "", 1));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	ASSERT_EQ(0, status);

	/* The lines name who it was, the number who answers for it. */
	told = account(self->log, MAKER, SUBORDINATE + 999, 200);
	EXPECT_EQ(200, told.lines + told.missed);
	EXPECT_GT(100, told.lines);
	while ((line = log_find(other, "portfs: refused missed=")))
		makers |= !!strstr(line, "uid=6000");
	EXPECT_TRUE(makers);
	close(other);
}

/* More than there is place for: bounded, and none is forgotten. */
TEST_F_TIMEOUT(refusal, of_a_crowd_is_bounded, PATIENCE)
{
	struct told told;
	unsigned int i;

	for (i = 0; i < 3000; i++)
		ASSERT_EQ(EACCES, refused(CROWD + i % 1000));
	told = account(self->log, CROWD, CROWD + 999, 3000);
	EXPECT_EQ(3000, told.lines + told.missed);
	EXPECT_NE(0, told.missed);
	/* For the other tests: a period without them. */
	for (i = 0; i <= LINES; i++)
		ASSERT_EQ(EACCES, refused(LOUD));
	account(self->log, LOUD, LOUD, LINES + 1);
}

TEST_NETWORK_MAIN
