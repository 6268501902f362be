// SPDX-License-Identifier: GPL-2.0
/*
 * Everything at once on the same few ports, for a debug kernel's checkers to
 * watch, and with what must hold throughout. Each worker does a fixed number of
 * rounds and returns how many of them went wrong.
 */
#define _GNU_SOURCE
#include "kselftest_harness.h"
#include "acl.h"

/* Ports that change all the time, in both protocols, on both sides. */
#define LOW_POOL	100
#define HIGH_POOL	20000
#define POOL		8

/* Alice's throughout; the latter is among those that the kernel chooses from. */
#define KEPT		8080
#define KEPT_CHOICE	20015

#define ROUNDS		200
#define FEW_ROUNDS	8

struct worker {
	const char *name;
	int (*round)(unsigned int *seed);
	int rounds;
	/* Who it is; NULL for root with all capabilities. */
	const struct caller *who;
};

static int any_protocol(unsigned int *seed)
{
	static const int protocols[] = {
		IPPROTO_TCP, IPPROTO_UDP, IPPROTO_MPTCP,
	};

	return protocols[rand_r(seed) % ARRAY_SIZE(protocols)];
}

static unsigned int any_port(unsigned int *seed)
{
	unsigned int port = rand_r(seed) % POOL;

	return port + (rand_r(seed) % 2 ? LOW_POOL : HIGH_POOL);
}

static int bind_on(int protocol, enum address address, unsigned int port,
		   unsigned int *bound)
{
	const struct road road = { .protocol = protocol, .address = address };
	struct sockaddr_in6 name = {};
	socklen_t length = sizeof(name);
	int fd = make_socket(&road);
	int error;

	if (fd < 0)
		return errno;
	error = bind_socket(fd, address, port);
	if (!error)
		error = failure(getsockname(fd, (struct sockaddr *)&name,
					    &length));
	if (bound)
		*bound = ntohs(name.sin6_port);
	close(fd);
	return error;
}

static int change(unsigned int *seed)
{
	const char *path = node_path(any_protocol(seed), any_port(seed));
	int what = rand_r(seed) % 12;

	switch (what) {
	case 0:
		return failure(chown(path, ALICE, -1));
	case 1:
		return failure(chown(path, BOB, WEB));
	case 2:
		return failure(chown(path, 0, 0));
	case 3:
		return failure(chmod(path, 0666));
	case 4:
		return failure(chmod(path, rand_r(seed) & 07777));
	case 5:
		return set_acl(path, "u::6,u:1001:6,g::0,m::6,o::0");
	case 6:
		return set_acl(path, "u::6,u:1002:4,g::6,g:1100:6,m::7,o::4");
	case 7:
		return remove_acl(path);
	default:
		return failure(unlink(path));
	}
}

/* Whatever the ACL is just now, it is one, and so it is to those it names. */
static int look_at_acl(unsigned int *seed)
{
	const char *path = node_path(any_protocol(seed), any_port(seed));
	const char *acl = acl_of(path);
	int error = failure(access(path, W_OK));

	if (error && error != EACCES)
		return error;
	return strncmp(acl, "u::", 3) && strcmp(acl, strerror(ENODATA));
}

/* What is kept is listed once, in order. */
static int look(unsigned int *seed)
{
	struct dirent *entry;
	DIR *directory;
	int last = 0, kept = 0, wrong = 0, port;

	wrong += access(node_path(any_protocol(seed), any_port(seed)), F_OK);
	directory = opendir(rand_r(seed) % 2 ? MOUNT_POINT "/tcp" :
					       MOUNT_POINT "/udp");
	if (!directory)
		return 1;
	while ((entry = readdir(directory))) {
		if (entry->d_name[0] == '.')
			continue;
		port = atoi(entry->d_name);
		wrong += port <= last;
		kept += port == KEPT || port == KEPT_CHOICE;
		last = port;
	}
	closedir(directory);
	wrong += kept != 2;
	wrong += strcmp("1001:0 0600", shown(node_path(IPPROTO_TCP, KEPT)));
	return wrong;
}

/* A file that outlives rules, and changes them. */
static int hold(unsigned int *seed)
{
	int fd = open(node_path(any_protocol(seed), any_port(seed)), O_PATH);
	struct stat status;
	int wrong, i;

	if (fd < 0)
		return 1;
	wrong = failure(fchownat(fd, "", BOB, -1, AT_EMPTY_PATH));
	for (i = 0; i < 10; i++) {
		if (fstat(fd, &status) || !S_ISCHR(status.st_mode))
			wrong++;
	}
	close(fd);
	return wrong;
}

static int ask(unsigned int *seed, int expected)
{
	int protocol = any_protocol(seed);
	enum address address = rand_r(seed) % 3;
	int error;

	error = bind_on(protocol, address, any_port(seed), NULL);
	if (error && error != EACCES && error != EADDRINUSE)
		return error;
	error = bind_on(protocol, address, KEPT, NULL);
	if (!expected && error == EADDRINUSE)
		return 0;
	return error == expected ? 0 : 1000 + error;
}

static int ask_as_owner(unsigned int *seed)
{
	return ask(seed, 0);
}

static int ask_as_stranger(unsigned int *seed)
{
	return ask(seed, EACCES);
}

/* The kernel may find none, but never one that is kept. */
static int let_choose(unsigned int *seed)
{
	unsigned int port = 0;
	int error;

	error = bind_on(any_protocol(seed), rand_r(seed) % 3, 0, &port);
	if (error)
		return error != EADDRINUSE;
	return port < HIGH_POOL || port >= KEPT_CHOICE;
}

static int change_own(unsigned int *seed)
{
	const char *path = node_path(IPPROTO_UDP, KEPT_CHOICE);

	return failure(chmod(path, rand_r(seed) & 0700)) +
	       failure(chmod(path, 0600));
}

/* The only writer reads what it wrote. */
static int reserve(unsigned int *seed)
{
	static const char * const texts[] = {
		"20001", "20001-20003,20015", "1-65535", "20010,20012",
	};
	const char *text = texts[rand_r(seed) % ARRAY_SIZE(texts)];
	int wrong;

	wrong = write_file(RESERVED, text);
	wrong += !!strcmp(text, text_of(RESERVED));
	wrong += write_file(RESERVED, "20010-20012");
	wrong += !!strcmp("20010-20012", text_of(RESERVED));
	return wrong;
}

static int move_threshold(unsigned int *seed)
{
	return write_file(THRESHOLD, rand_r(seed) % 2 ? "0" : "1024");
}

static int mount_elsewhere(unsigned int *seed)
{
	char path[64];
	int wrong;

	snprintf(path, sizeof(path), SCRATCH "/%d", getpid());
	wrong = mount_at(path, rand_r(seed) % 2 ? MS_RDONLY : 0);
	wrong += !!strcmp("1001:0 0600", shown(node_path(IPPROTO_TCP, KEPT)));
	wrong += failure(umount(path));
	return wrong;
}

/* Namespaces come, have rules, and go, mounted or not. */
static int leave_a_namespace(unsigned int *seed)
{
	unsigned int port, choice = rand_r(seed);
	int wrong, status;
	pid_t child;

	child = fork();
	if (child < 0)
		return 1;
	if (!child) {
		wrong = new_world();
		for (port = 1; port < 10; port++)
			wrong += failure(chmod(node_path(IPPROTO_TCP, port),
					       0666));
		if (choice % 2)
			wrong += failure(umount(MOUNT_POINT));
		_exit(!!wrong);
	}
	return waitpid(child, &status, 0) != child || status;
}

static int shrink(unsigned int *seed)
{
	return write_file("/proc/sys/vm/drop_caches",
			  rand_r(seed) % 2 ? "2" : "3");
}

static const struct worker workers[] = {
	{ "change", change, ROUNDS, NULL },
	{ "change", change, ROUNDS, NULL },
	{ "look", look, ROUNDS / 2, NULL },
	{ "look", look, ROUNDS / 2, &bob },
	{ "look at ACL", look_at_acl, ROUNDS * 2, &alice },
	{ "look at ACL", look_at_acl, ROUNDS * 2, &bob },
	{ "hold", hold, ROUNDS, NULL },
	{ "ask", ask_as_owner, ROUNDS, &alice },
	{ "ask", ask_as_stranger, ROUNDS, &bob },
	{ "ask", ask_as_owner, ROUNDS, &root },
	{ "let choose", let_choose, ROUNDS, &bob },
	{ "let choose", let_choose, ROUNDS, &alice },
	{ "change own", change_own, ROUNDS, &alice },
	{ "reserve", reserve, ROUNDS / 2, NULL },
	{ "move threshold", move_threshold, ROUNDS / 2, NULL },
	{ "mount elsewhere", mount_elsewhere, ROUNDS / 4, NULL },
	{ "leave a namespace", leave_a_namespace, FEW_ROUNDS, NULL },
	{ "leave a namespace", leave_a_namespace, FEW_ROUNDS, NULL },
	{ "shrink", shrink, FEW_ROUNDS, NULL },
};

static int work(const struct worker *worker, unsigned int seed)
{
	int round, wrong, wrongs = 0;

	if (worker->who && become(worker->who))
		return 254;
	for (round = 0; round < worker->rounds; round++) {
		wrong = worker->round(&seed);
		if (wrong && !wrongs++)
			ksft_print_msg("'%s', round %d: %d\n", worker->name,
				       round, wrong);
	}
	return wrongs < 250 ? wrongs : 250;
}

/* All of them at once; each must end with no round gone wrong. */
static void run_workers(struct __test_metadata *_metadata,
			const struct worker *workers, size_t count,
			unsigned int seed)
{
	pid_t children[32];
	size_t i;
	int status;

	ASSERT_LE(count, ARRAY_SIZE(children));
	fflush(NULL);
	for (i = 0; i < count; i++) {
		children[i] = fork();
		ASSERT_LE(0, children[i]);
		if (!children[i])
			_exit(work(&workers[i], seed + i));
	}
	for (i = 0; i < count; i++) {
		ASSERT_EQ(children[i], waitpid(children[i], &status, 0));
		EXPECT_EQ(0, status)
			TH_LOG("'%s': status %x", workers[i].name, status);
	}
}

static void release_pool(struct __test_metadata *_metadata, int protocol)
{
	unsigned int port;

	for (port = 0; port < POOL; port++) {
		EXPECT_EQ(0, release(protocol, LOW_POOL + port));
		EXPECT_EQ(0, release(protocol, HIGH_POOL + port));
	}
}

FIXTURE(stress) {
	/* Nothing: a world of the test's own. */
};

FIXTURE_VARIANT(stress) {
	unsigned int seed;
};

FIXTURE_VARIANT_ADD(stress, once) {
	.seed = 1,
};

FIXTURE_VARIANT_ADD(stress, again) {
	.seed = 1000,
};

FIXTURE_SETUP(stress)
{
	ASSERT_EQ(IDLE, references_at_last());
	ASSERT_EQ(0, new_world());
	ASSERT_EQ(0, write_file(PORT_RANGE, "20000 20015"));
	ASSERT_EQ(0, chown(node_path(IPPROTO_TCP, KEPT), ALICE, -1));
	ASSERT_EQ(0, chown(node_path(IPPROTO_UDP, KEPT), ALICE, -1));
	ASSERT_EQ(0, chown(node_path(IPPROTO_TCP, KEPT_CHOICE), ALICE, -1));
	ASSERT_EQ(0, chown(node_path(IPPROTO_UDP, KEPT_CHOICE), ALICE, -1));
}

FIXTURE_TEARDOWN(stress)
{
}

TEST_F_TIMEOUT(stress, all_at_once, PATIENCE)
{
	int i;

	run_workers(_metadata, workers, ARRAY_SIZE(workers), variant->seed);

	release_pool(_metadata, IPPROTO_TCP);
	release_pool(_metadata, IPPROTO_UDP);
	EXPECT_STREQ("8080 20015", listing(MOUNT_POINT "/tcp"));
	EXPECT_STREQ("8080 20015", listing(MOUNT_POINT "/udp"));
	EXPECT_STREQ("20010-20012", text_of(RESERVED));
	ASSERT_EQ(0, write_file(RESERVED, "20001-20015"));
	for (i = 0; i < 4; i++) {
		unsigned int port = 0;

		EXPECT_EQ(0, bind_on(IPPROTO_TCP, INET, 0, &port));
		EXPECT_EQ(HIGH_POOL, (int)port);
	}
	acting_as(&bob)
		EXPECT_EQ(EACCES, try_bind(IPPROTO_TCP, KEPT));
	ASSERT_EQ(0, release(IPPROTO_TCP, KEPT));
	ASSERT_EQ(0, release(IPPROTO_UDP, KEPT));
	ASSERT_EQ(0, release(IPPROTO_TCP, KEPT_CHOICE));
	ASSERT_EQ(0, release(IPPROTO_UDP, KEPT_CHOICE));
	ASSERT_EQ(0, umount(MOUNT_POINT));
	EXPECT_EQ(IDLE, references_at_last());
}

/* The first claim makes a table and the last release frees it: all the time. */
static int flicker(unsigned int *seed)
{
	const char *path = node_path(IPPROTO_TCP, KEPT);

	return failure(rand_r(seed) % 2 ? chown(path, ALICE, -1) :
					  unlink(path));
}

/* Either the rule or the kernel's own answers. */
static int ask_flickering(unsigned int *seed)
{
	int error = bind_on(IPPROTO_TCP, rand_r(seed) % 3, KEPT, NULL);

	return error && error != EACCES && error != EADDRINUSE;
}

static int list_flickering(unsigned int *seed)
{
	const char *text = listing(MOUNT_POINT "/tcp");

	(void)seed;
	return strcmp(text, "") && strcmp(text, "8080");
}

static const struct worker flickerers[] = {
	{ "flicker", flicker, ROUNDS * 2, NULL },
	{ "flicker", flicker, ROUNDS * 2, NULL },
	{ "ask", ask_flickering, ROUNDS * 2, &bob },
	{ "ask", ask_flickering, ROUNDS * 2, &alice },
	{ "list", list_flickering, ROUNDS * 2, NULL },
	{ "reserve", reserve, ROUNDS / 2, NULL },
};

TEST_F_TIMEOUT(stress, table_comes_and_goes, PATIENCE)
{
	ASSERT_EQ(0, release(IPPROTO_TCP, KEPT));
	ASSERT_EQ(0, release(IPPROTO_UDP, KEPT));
	ASSERT_EQ(0, release(IPPROTO_TCP, KEPT_CHOICE));
	ASSERT_EQ(0, release(IPPROTO_UDP, KEPT_CHOICE));
	run_workers(_metadata, flickerers, ARRAY_SIZE(flickerers), variant->seed);
	ASSERT_EQ(0, release(IPPROTO_TCP, KEPT));
	EXPECT_STREQ("", listing(MOUNT_POINT "/tcp"));
	EXPECT_STREQ("20010-20012", text_of(RESERVED));
	acting_as(&bob)
		EXPECT_EQ(0, try_bind(IPPROTO_TCP, KEPT));
	ASSERT_EQ(0, umount(MOUNT_POINT));
	EXPECT_EQ(IDLE, references_at_last());
}

TEST_HARNESS_MAIN
