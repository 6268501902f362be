// SPDX-License-Identifier: GPL-2.0
/*
 * A decision asks whether the caller has CAP_NET_BIND_SERVICE, a security module
 * may have that audited, and the audit log takes locks, which sleep on PREEMPT_RT:
 * beside a tracer as without one, nobody may be in atomic context then, and while
 * somebody sleeps there the module stays in memory.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <sched.h>

#include "kselftest_harness.h"
#include "tracers.h"

#define ENABLED	"/sys/module/apparmor/parameters/enabled"
#define PROFILES "/tmp/portfs-profiles"
#define CHANGE	"/proc/self/attr/apparmor/current"

#define PATIENCE	900
#define PORT		81
#define BINDS		300
#define RELOADS		3

/*
 * AppArmor keeps in mind what the last profile on a processor was told, so that
 * only those who take turns there are audited each time.
 */
static const char profiles[] =
	"abi <abi/4.0>,\n"
	"profile portfs-allowed {\n"
	"	file, network, signal,\n"
	"	audit capability net_bind_service,\n"
	"}\n"
	"profile portfs-denied {\n"
	"	file, network, signal,\n"
	"	audit deny capability net_bind_service,\n"
	"}\n";

/**
 * struct binder - a process that binds
 * @who: whose
 * @profile: which it is under
 * @error: what it should get
 * @urgent: it has a real-time priority and takes naps, so that it wakes up while
 *	another process of its processor holds a lock
 */
struct binder {
	const struct caller *who;
	const char *profile;
	int error;
	bool urgent;
};

/* The even ones are on one processor, the odd ones on the other. */
static const struct binder binders[] = {
	{ &root, "changeprofile portfs-allowed", 0, true },
	{ &root, "changeprofile portfs-allowed", 0, true },
	{ &root, "changeprofile portfs-denied", EACCES, true },
	{ &root, "changeprofile portfs-denied", EACCES, true },
	{ &root, "changeprofile portfs-allowed", 0, false },
	{ &root, "changeprofile portfs-denied", EACCES, false },
	{ &bob, "changeprofile portfs-allowed", EACCES, false },
	{ &alice, "changeprofile portfs-denied", 0, false },
};

static int bind_once(unsigned int turn)
{
	const struct road road = {
		.protocol = turn % 2 ? IPPROTO_UDP : IPPROTO_TCP,
		.address = turn / 2 % 2 ? INET6 : INET,
	};
	int fd = make_socket(&road);
	const int yes = 1;
	int error;

	error = setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) ?
			errno : bind_socket(fd, road.address, PORT);
	close(fd);
	return error;
}

static int take_place(const struct binder *binder, bool urgent)
{
	const struct sched_param priority = { .sched_priority = 1 };
	cpu_set_t processors;

	CPU_ZERO(&processors);
	CPU_SET((binder - binders) % sysconf(_SC_NPROCESSORS_ONLN), &processors);
	return sched_setaffinity(0, sizeof(processors), &processors) ||
	       (urgent && sched_setscheduler(0, SCHED_FIFO, &priority));
}

/* Binds so often, or, with a pipe, until it ends; how many went wrong? */
static int work(const struct binder *binder, int end)
{
	struct pollfd ended = { .fd = end };
	/* Whoever unloads has to have a turn, too. */
	bool urgent = binder->urgent && end < 0;
	int turn, error, wrong = 0;

	if (take_place(binder, urgent) || become(binder->who) || write_file(CHANGE, binder->profile))
		return 254;
	for (turn = 0; end < 0 ? turn < BINDS : !poll(&ended, 1, 0); turn++) {
		error = bind_once(turn);
		/* The others sleep rarely, but unloading waits until they do. */
		if (urgent || turn % 8 == 0)
			usleep(100);
		/* While there is no rule, the kernel's own answers hold. */
		if (error == binder->error || (end >= 0 && error == EACCES))
			continue;
		if (!wrong++)
			ksft_print_msg("user %u, %s, bind %d: %d, not %d\n",
				       binder->who->uid, binder->profile, turn,
				       error, binder->error);
	}
	fflush(NULL);
	return wrong < 250 ? wrong : 250;
}

FIXTURE(audited) {
	struct attached attached[2];
	pid_t children[ARRAY_SIZE(binders)];
	int log;
};

FIXTURE_VARIANT(audited) {
	/* Beside the hooks of bind, or nobody. */
	const struct tracer *tracer;
};

FIXTURE_VARIANT_ADD(audited, alone) {};
FIXTURE_VARIANT_ADD(audited, beside_function) { .tracer = &function };
FIXTURE_VARIANT_ADD(audited, beside_kprobe) { .tracer = &kprobe };
FIXTURE_VARIANT_ADD(audited, beside_kretprobe) { .tracer = &kretprobe };
FIXTURE_VARIANT_ADD(audited, beside_patch) { .tracer = &hold };

static int set_claims(int (*change)(int protocol, unsigned int port))
{
	return change(IPPROTO_TCP, PORT) ?: change(IPPROTO_UDP, PORT);
}

static int claim_for_alice(int protocol, unsigned int port)
{
	return claim(protocol, port, ALICE, 0, 0600);
}

FIXTURE_SETUP(audited)
{
	static const char *const functions[] = { "__inet_bind", "__inet6_bind" };
	char enabled[8] = "";
	size_t i;

	if (read_file(ENABLED, enabled, sizeof(enabled)) || enabled[0] != 'Y')
		SKIP(return, "no AppArmor, which audits capabilities");
	if (system("command -v apparmor_parser >/dev/null"))
		SKIP(return, "no apparmor_parser to load a profile");
	tracefs_forget();
	ASSERT_LE(0, open(PROFILES, O_CREAT | O_WRONLY, 0600));
	ASSERT_EQ(0, write_file(PROFILES, profiles));
	ASSERT_EQ(0, system("apparmor_parser -K -r " PROFILES));
	ASSERT_EQ(0, set_claims(claim_for_alice));
	for (i = 0; i < ARRAY_SIZE(functions) && variant->tracer; i++) {
		self->attached[i].tracer = variant->tracer;
		self->attached[i].function = functions[i];
		/* There is one of some kinds. */
		if (variant->tracer != &hold || !i)
			ASSERT_EQ(0, variant->tracer->attach(&self->attached[i]));
	}
	self->log = log_open();
}

FIXTURE_TEARDOWN(audited)
{
	char reason[256];
	size_t i;

	for (i = 0; i < 2 && variant->tracer; i++)
		if (variant->tracer != &hold || !i)
			EXPECT_EQ(0, variant->tracer->detach(&self->attached[i]));
	if (access("/sys/module/portfs", F_OK))
		EXPECT_EQ(0, portfs_load(reason, sizeof(reason)))
			TH_LOG("%s", reason);
	if (access(MOUNT_POINT "/tcp", F_OK))
		EXPECT_EQ(0, portfs_mount());
	set_claims(release);
	EXPECT_EQ(0, system("apparmor_parser -R " PROFILES));
}

/* @ends: of a pipe, by whose end they know theirs, or NULL. */
static int come(pid_t *children, const int *ends)
{
	size_t i;

	fflush(NULL);
	for (i = 0; i < ARRAY_SIZE(binders); i++) {
		children[i] = fork();
		if (children[i] < 0)
			return errno;
		if (children[i])
			continue;
		if (ends)
			close(ends[1]);
		_exit(work(&binders[i], ends ? ends[0] : -1));
	}
	return 0;
}

/* How many of them had a wrong answer? */
static int go(const pid_t *children)
{
	int status, wrong = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(binders); i++)
		wrong += waitpid(children[i], &status, 0) != children[i] ||
			 status;
	return wrong;
}

/* They were audited, and never where nobody may sleep. */
static void look_at_log(struct __test_metadata *_metadata, int log)
{
	int all = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	EXPECT_NE(NULL, log_find(all, "profile=\"portfs-"));
	close(all);
	EXPECT_EQ(NULL, log_find(log, "BUG: "));
}

TEST_F_TIMEOUT(audited, decided_where_it_may_sleep, PATIENCE)
{
	ASSERT_EQ(0, come(self->children, NULL));
	EXPECT_EQ(0, go(self->children));
	look_at_log(_metadata, self->log);
}

TEST_F_TIMEOUT(audited, unloaded_below_it, PATIENCE)
{
	char reason[256];
	int i, ends[2];

	ASSERT_EQ(0, pipe(ends));
	ASSERT_EQ(0, come(self->children, ends));
	for (i = 0; i < RELOADS; i++) {
		usleep(200000);
		ASSERT_EQ(0, set_claims(release));
		ASSERT_EQ(0, portfs_unload());
		ASSERT_EQ(0, portfs_load(reason, sizeof(reason)))
			TH_LOG("%s", reason);
		ASSERT_EQ(0, portfs_mount());
		ASSERT_EQ(0, set_claims(claim_for_alice));
	}
	close(ends[1]);
	EXPECT_EQ(0, go(self->children));
	look_at_log(_metadata, self->log);
}

TEST_HARNESS_MAIN
