// SPDX-License-Identifier: GPL-2.0
/*
 * The functions that the module hooks are traced and patched by others as well:
 * before the module is loaded, after it, one alone and several together. Either
 * both work, and every decision is right all the time, or who comes later is
 * refused and hears why. Each line "tracer:" of the output says which it was.
 */
#define _GNU_SOURCE
#include <poll.h>

#include "kselftest_harness.h"
#include "tracers.h"

#define STATS		"/proc/sys/kernel/bpf_stats_enabled"
#define PORT_RANGE	"/proc/sys/net/ipv4/ip_local_port_range"
#define RESERVED	"/proc/sys/net/ipv4/ip_local_reserved_ports"
#define SECOND		"/sys/devices/system/cpu/cpu1/online"

/* Long enough for any kernel; it ends what hangs, it decides nothing. */
#define PATIENCE	900

/* Claimed for alice, the low and the high one, and what the kernel may choose. */
#define LOW		81
#define HIGH		8081
#define CHOICE		20000
/* Nobody's. */
#define FREE_LOW	82
#define FREE_HIGH	8082

static const int protocols[] = { IPPROTO_TCP, IPPROTO_UDP };
static const enum address addresses[] = { INET, INET6 };
static const unsigned int ports[] = { LOW, HIGH, FREE_LOW, FREE_HIGH };
static const struct caller *const callers[] = { &alice, &bob, &root, &capable };

/* ---- decisions ---- */

static int right_answer(const struct caller *who, unsigned int port, bool claimed)
{
	if (who->bind_service)
		return 0;
	if (claimed && (port == LOW || port == HIGH))
		return who == &alice ? 0 : EACCES;
	return port < 1024 ? EACCES : 0;
}

struct question {
	const struct caller *who;
	bool claimed;
};

/* How many answers the caller gets that are not right. */
static int ask(const void *argument)
{
	const struct question *question = argument;
	int wrong = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(protocols) * ARRAY_SIZE(addresses) *
			ARRAY_SIZE(ports); i++) {
		unsigned int port = ports[i / 4];
		struct request request = {
			.road = &(struct road){ .protocol = protocols[i % 2],
						.address = addresses[i / 2 % 2] },
			.port = port,
		};
		int right = right_answer(question->who, port,
					 question->claimed);
		int fd = make_socket(request.road);
		int seen = bind_socket(fd, request.road->address, port);

		close(fd);
		if (seen == right)
			continue;
		ksft_print_msg("user %u, %s/%u by IPv%c: %d (%s), not %d\n",
			       question->who->uid, i % 2 ? "udp" : "tcp", port,
			       i / 2 % 2 ? '6' : '4', seen, strerror(seen),
			       right);
		wrong++;
	}
	fflush(NULL);
	return wrong;
}

/* The kernel chooses of two ports; one of them is claimed. */
static int wrong_choices(bool claimed)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t length = sizeof(address);
	char text[64] = "";
	int i, fd, wrong = 0;

	if (write_file(RESERVED, "20005") ||
	    read_file(RESERVED, text, sizeof(text)) || strcmp(text, "20005")) {
		ksft_print_msg("the reserved ports are '%s'\n", text);
		wrong++;
	}
	for (i = 0; i < 4 && claimed; i++) {
		fd = socket(AF_INET, i % 2 ? SOCK_DGRAM : SOCK_STREAM, 0);
		address.sin_port = 0;
		if (bind(fd, (void *)&address, length) ||
		    getsockname(fd, (void *)&address, &length) ||
		    ntohs(address.sin_port) != CHOICE + 1) {
			ksft_print_msg("port 0 is %u\n",
				       ntohs(address.sin_port));
			wrong++;
		}
		close(fd);
	}
	return wrong;
}

/* Everybody asks for everything: how many answers are wrong? */
static int wrong_decisions(bool claimed)
{
	int wrong = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(callers); i++) {
		struct question question = { callers[i], claimed };

		wrong += as_user(callers[i], ask, &question);
	}
	return wrong + wrong_choices(claimed);
}

/* ---- claims ---- */

static int set_claims(int (*change)(int protocol, unsigned int port))
{
	return change(IPPROTO_TCP, LOW) ?: change(IPPROTO_UDP, LOW) ?:
	       change(IPPROTO_TCP, HIGH) ?: change(IPPROTO_UDP, HIGH) ?:
	       change(IPPROTO_TCP, CHOICE);
}

static int claim_for_alice(int protocol, unsigned int port)
{
	return claim(protocol, port, ALICE, 0, 0600);
}

/* ---- a stranger who never stops asking ---- */

struct stranger {
	pid_t process;
	int end;
};

static int ask_until(int end)
{
	struct pollfd ended = { .fd = end };
	int error, wrong = 0, asked;

	for (asked = 0; poll(&ended, 1, 0) == 0; asked++) {
		struct road road = { .protocol = protocols[asked % 2],
				     .address = addresses[asked / 2 % 2] };
		int fd = make_socket(&road);

		error = bind_socket(fd, road.address, HIGH);
		close(fd);
		if (error != EACCES && wrong++ < 5)
			ksft_print_msg("the stranger's bind %d: %d (%s)\n",
				       asked, error, strerror(error));
	}
	fflush(NULL);
	return wrong || !asked;
}

static int stranger_comes(struct stranger *stranger)
{
	int ends[2], fd;

	if (pipe2(ends, O_CLOEXEC))
		return errno;
	fflush(NULL);
	stranger->process = fork();
	if (stranger->process < 0)
		return errno;
	if (!stranger->process) {
		/* What the tracers hold open is the test's alone. */
		for (fd = 3; fd < 256; fd++)
			if (fd != ends[0])
				close(fd);
		_exit(become(&bob) ? 254 : ask_until(ends[0]));
	}
	close(ends[0]);
	stranger->end = ends[1];
	return 0;
}

/* Was every answer right? */
static int stranger_goes(struct stranger *stranger)
{
	int status;

	close(stranger->end);
	if (waitpid(stranger->process, &status, 0) != stranger->process)
		return errno;
	return status;
}

/* ---- the fixture ---- */

#define MOST 8

FIXTURE(tracer) {
	struct attached attached[MOST];
	int count;
	struct stranger stranger;
};

FIXTURE_VARIANT(tracer) {
	/* NULL: all there are. */
	const char *function;
	const struct tracer *tracers[MOST];
	/* To attach is to patch every function of the kernel's. */
	bool patches_all;
};

#define AT(name, where, ...)						\
	FIXTURE_VARIANT_ADD(tracer, name) {				\
		.function = where,					\
		.tracers = { __VA_ARGS__ },				\
	}

#define AT_EACH(name, ...)						\
	AT(name##_inet_bind, "__inet_bind", __VA_ARGS__);		\
	AT(name##_inet6_bind, "__inet6_bind", __VA_ARGS__);		\
	AT(name##_large_bitmap, "proc_do_large_bitmap", __VA_ARGS__)

AT_EACH(fentry, &fentry);
AT_EACH(fexit, &fexit);
AT_EACH(fentry_fexit, &fentry, &fexit);
AT_EACH(fexit_fentry, &fexit, &fentry);
AT_EACH(kprobe_multi, &kprobe_multi);
AT_EACH(kretprobe_multi, &kretprobe_multi);
AT_EACH(patch, &patch);
AT_EACH(hold, &hold);
AT_EACH(kprobe, &kprobe);
AT_EACH(kretprobe, &kretprobe);
AT_EACH(fprobe, &fprobe);
AT_EACH(fprobe_return, &fprobe_return);
AT_EACH(function, &function);
AT_EACH(graph, &graph);
AT_EACH(perf_kprobe, &perf_kprobe);
AT_EACH(perf_kretprobe, &perf_kretprobe);
AT_EACH(probes, &kprobe, &kretprobe, &perf_kprobe, &perf_kretprobe);
AT_EACH(all, &function, &kprobe, &perf_kprobe, &kretprobe, &graph);
AT_EACH(all_and_bpf, &graph, &kretprobe, &fentry, &kprobe, &function, &fexit);
AT_EACH(all_and_patch, &kprobe, &patch, &function, &graph);

#define AT_ALL(name, where, only)					\
	FIXTURE_VARIANT_ADD(tracer, name) {				\
		.function = where,					\
		.tracers = { only },					\
		.patches_all = true,					\
	}

AT_ALL(perf_function, "__inet_bind", &perf_function);
AT_ALL(everything_function, NULL, &function);
AT_ALL(everything_graph, NULL, &graph);

static void report(const struct attached *at, const char *when,
		   const char *outcome)
{
	ksft_print_msg("tracer: %s, %s, %s: %s\n", at->tracer->name,
		       at->function ?: "everywhere", when, outcome);
	fflush(NULL);
}

static int detach(struct attached *at)
{
	while (at->open)
		close(at->files[--at->open]);
	return at->tracer->detach(at);
}

/* Who came first goes first. */
static int detach_first(struct attached *attached, int *count)
{
	int error = detach(attached);

	memmove(attached, attached + 1, --*count * sizeof(*attached));
	return error;
}

/* Whatever a test left that ended before its end. */
static void forget_all(void)
{
	tracefs_forget();
	if (!access(LIVE_PATCH, F_OK))
		patch_detach(NULL);
	if (!access("/sys/module/hold", F_OK))
		hold_detach(NULL);
}

FIXTURE_SETUP(tracer)
{
	int i;

	for (i = 0; i < MOST && variant->tracers[i]; i++)
		if (variant->tracers[i]->missing &&
		    variant->tracers[i]->missing())
			SKIP(return, "%s", variant->tracers[i]->missing());
	forget_all();
	ASSERT_EQ(0, portfs_unload());
	if (!access(STATS, F_OK))
		ASSERT_EQ(0, write_file(STATS, "1"));
	ASSERT_EQ(0, write_file(PORT_RANGE, "20000 20001"));
	/*
	 * An emulated processor may still run what another has just patched: a
	 * breakpoint that the kernel no longer knows of.
	 */
	if (variant->patches_all && !access(SECOND, F_OK))
		ASSERT_EQ(0, write_file(SECOND, "0"));
}

FIXTURE_TEARDOWN(tracer)
{
	char reason[256];

	while (self->count)
		detach_first(self->attached, &self->count);
	forget_all();
	if (variant->patches_all && !access(SECOND, F_OK))
		EXPECT_EQ(0, write_file(SECOND, "1"));
	write_file(PORT_RANGE, "32768 60999");
	write_file(RESERVED, "");
	if (access("/sys/module/portfs", F_OK))
		EXPECT_EQ(0, portfs_load(reason, sizeof(reason)))
			TH_LOG("%s", reason);
	if (access(MOUNT_POINT "/tcp", F_OK))
		EXPECT_EQ(0, portfs_mount());
	set_claims(release);
}

#define ATTACH(tracer_) ({						\
	struct attached *at = &self->attached[self->count++];		\
									\
	*at = (struct attached){ .tracer = tracer_,			\
				 .function = variant->function };	\
	at->tracer->attach(at);						\
})

#define DETACH_FIRST() EXPECT_EQ(0, detach_first(self->attached, &self->count))
#define DETACH_LAST() EXPECT_EQ(0, detach(&self->attached[--self->count]))

/* Decisions are right, and all who are attached were called meanwhile. */
#define EXPECT_RIGHT(claimed) do {					\
	long calls[MOST];						\
	int n;								\
									\
	for (n = 0; n < self->count; n++)				\
		calls[n] = self->attached[n].tracer->calls(&self->attached[n]); \
	EXPECT_EQ(0, wrong_decisions(claimed));				\
	for (n = 0; n < self->count; n++) {				\
		struct attached *at = &self->attached[n];		\
									\
		EXPECT_LT(at->tracer == &graph ? 0 : calls[n],		\
			  at->tracer->calls(at))			\
			TH_LOG("%s was not called", at->tracer->name);	\
	}								\
} while (0)

#define BEGIN() do {							\
	ASSERT_EQ(0, portfs_mount());					\
	ASSERT_EQ(0, set_claims(claim_for_alice));			\
	ASSERT_EQ(0, stranger_comes(&self->stranger));			\
	EXPECT_RIGHT(true);						\
} while (0)

#define END() do {							\
	EXPECT_EQ(0, stranger_goes(&self->stranger));			\
	ASSERT_EQ(0, set_claims(release));				\
	ASSERT_EQ(0, portfs_unload());						\
	EXPECT_RIGHT(false);						\
} while (0)

/* Only who wants the function for itself may be refused, and hears that. */
static bool may_be_refused(const struct attached *at, int error)
{
	return at->tracer->exclusive && (error == EBUSY || error == EINVAL);
}

/* Attaches to a function of a module that is loaded. */
#define ATTACH_LATE(tracer_) do {					\
	int error = ATTACH(tracer_);					\
	struct attached *at = &self->attached[self->count - 1];		\
									\
	if (error) {							\
		EXPECT_TRUE(may_be_refused(at, error))			\
			TH_LOG("%s: %s", at->tracer->name, strerror(error)); \
		report(at, "after the module", strerror(error));	\
		while (at->open)					\
			close(at->files[--at->open]);			\
		self->count--;						\
	}								\
	EXPECT_RIGHT(true);						\
	if (!error)							\
		report(at, "after the module", "both work");		\
} while (0)

/* Loads the module on top of all who are attached, or without them. */
#define LOAD() ({							\
	char reason[256], blamed[64];					\
	int n, error = portfs_load(reason, sizeof(reason));			\
	bool exclusive = false;						\
									\
	snprintf(blamed, sizeof(blamed), "cannot hook %s:",		\
		 variant->function ?: "");				\
	for (n = 0; n < self->count; n++) {				\
		const struct attached *at = &self->attached[n];		\
									\
		exclusive |= at->tracer->exclusive;			\
		if (!error || at->tracer->exclusive)			\
			report(at, "before the module",			\
			       error ? reason : "both work");		\
	}								\
	if (error) {							\
		EXPECT_TRUE(exclusive);					\
		EXPECT_EQ(EBUSY, error);				\
		EXPECT_NE(NULL, strstr(reason, blamed))		\
			TH_LOG("%s", reason);				\
		EXPECT_RIGHT(false);					\
		while (self->count)					\
			DETACH_LAST();				\
		ASSERT_EQ(0, portfs_load(reason, sizeof(reason)))		\
			TH_LOG("%s", reason);				\
	}								\
	error;								\
})

TEST_F_TIMEOUT(tracer, before_and_after, PATIENCE)
{
	int i;

	for (i = 0; i < MOST && variant->tracers[i]; i++)
		ASSERT_EQ(0, ATTACH(variant->tracers[i]))
			TH_LOG("%s", variant->tracers[i]->name);
	EXPECT_RIGHT(false);
	LOAD();
	BEGIN();
	while (self->count) {
		DETACH_FIRST();
		EXPECT_RIGHT(true);
	}

	for (i = 0; i < MOST && variant->tracers[i]; i++)
		ATTACH_LATE(variant->tracers[i]);
	while (self->count > 1) {
		DETACH_LAST();
		EXPECT_RIGHT(true);
	}
	/* The module goes below the last. */
	END();
	while (self->count) {
		DETACH_LAST();
		EXPECT_RIGHT(false);
	}
}

/* The first comes before the module, the others after; it goes before them. */
TEST_F_TIMEOUT(tracer, around, PATIENCE)
{
	int i;

	if (!variant->tracers[1])
		SKIP(return, "one alone, as in before_and_after");
	ASSERT_EQ(0, ATTACH(variant->tracers[0]));
	LOAD();
	BEGIN();
	for (i = 1; i < MOST && variant->tracers[i]; i++)
		ATTACH_LATE(variant->tracers[i]);
	END();
	while (self->count) {
		DETACH_FIRST();
		EXPECT_RIGHT(false);
	}
}

TEST_HARNESS_MAIN
