// SPDX-License-Identifier: GPL-2.0
/*
 * The tracepoints portfs:portfs_bind and portfs:portfs_change: what they say, of
 * whom, when they say nothing, and who may listen by which way.
 */
#define _GNU_SOURCE
#include <linux/perf_event.h>

#include "kselftest_harness.h"
#include "acl.h"
#include "bpf.h"

#define TRACING	"/sys/kernel/tracing"
#define PLACE	TRACING "/instances/portfs_test"
#define EVENTS	PLACE "/events/portfs"
#define PORT	80

static const struct road tcp = { .protocol = IPPROTO_TCP };
static const struct road udp = { .protocol = IPPROTO_UDP, .address = INET6 };

static unsigned int network(void)
{
	struct stat status;

	return stat("/proc/self/ns/net", &status) ? 0 : status.st_ino;
}

/* The next event of the kind that is on, without what ftrace says of it. */
static const char *event(int pipe)
{
	static char text[4096], *rest = text;
	char *line, *end;
	ssize_t length;

	if (!*rest) {
		length = read(pipe, text, sizeof(text) - 1);
		text[length > 0 ? length : 0] = '\0';
		rest = text;
	}
	end = strchrnul(rest, '\n');
	line = strstr(rest, ": portfs_");
	rest = *end ? end + 1 : end;
	*end = '\0';
	return line ? strstr(line + 1, ": ") + 2 : "nothing";
}

FIXTURE(trace) {
	int pipe;
};

FIXTURE_SETUP(trace)
{
	ASSERT_EQ(0, clean_view());
	ASSERT_EQ(0, claim(IPPROTO_TCP, PORT, ALICE, WEB, 0620));
	ASSERT_EQ(0, mkdir(PLACE, 0700));
	self->pipe = open(PLACE "/trace_pipe", O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->pipe);
}

FIXTURE_TEARDOWN(trace)
{
	write_file(PLACE "/current_tracer", "nop");
	write_file(EVENTS "/enable", "0");
	close(self->pipe);
	rmdir(PLACE);
	release(IPPROTO_TCP, PORT);
}

static const struct decision {
	const struct caller *who;
	const struct road *road;
	int error;
	const char *verdict;
	const char *address;
} decisions[] = {
	{ &alice, &tcp, 0, "granted", "::ffff:127.0.0.1" },
	{ &bob, &tcp, EACCES, "refused", "::ffff:127.0.0.1" },
	{ &capable, &tcp, 0, "capable", "::ffff:127.0.0.1" },
	{ &bob, &(const struct road){ .protocol = IPPROTO_TCP, .address = INET6 },
	  EACCES, "refused", "::1" },
};

TEST_F(trace, tells_each_decision_on_a_claimed_port)
{
	char wanted[512], words[128];
	const char *said;
	size_t i;

	ASSERT_EQ(0, write_file(EVENTS "/portfs_bind/enable", "1"));
	for (i = 0; i < ARRAY_SIZE(decisions); i++) {
		const struct decision *decision = &decisions[i];

		ASSERT_EQ(decision->error, bind_as(decision->who, decision->road, PORT));
		said = event(self->pipe);
		snprintf(wanted, sizeof(wanted),
			 "netns=%u proto=tcp address=%s port=80 uid=%u pid=",
			 network(), decision->address, decision->who->uid);
		EXPECT_EQ(0, strncmp(said, wanted, strlen(wanted)))
			TH_LOG("%s is not %s", said, wanted);
		snprintf(words, sizeof(words),
			 " verdict=%s error=%d owner=1001 group=1100 mode=0620 acl=0",
			 decision->verdict, -decision->error);
		EXPECT_NE(NULL, strstr(said, words))
			TH_LOG("%s has no %s", said, words);
	}
	ASSERT_EQ(0, claim(IPPROTO_UDP, 53, 0, 0, 0600));
	ASSERT_EQ(EACCES, bind_as(&bob, &udp, 53));
	EXPECT_NE(NULL, strstr(event(self->pipe),
			       "proto=udp address=::1 port=53 uid=1002"));
	ASSERT_EQ(0, set_acl(node_path(IPPROTO_UDP, 53),
			     "u::6,u:1002:6,g::0,m::6,o::0"));
	ASSERT_EQ(0, bind_as(&bob, &udp, 53));
	EXPECT_NE(NULL, strstr(event(self->pipe),
			       "verdict=granted error=0 owner=0 group=0 mode=0660 acl=1"));
	ASSERT_EQ(0, release(IPPROTO_UDP, 53));
}

TEST_F(trace, says_nothing_of_others)
{
	ASSERT_EQ(0, write_file(EVENTS "/portfs_bind/enable", "1"));
	ASSERT_EQ(EACCES, bind_as(&bob, &tcp, 81));
	ASSERT_EQ(0, bind_as(&bob, &tcp, 8080));
	ASSERT_EQ(0, bind_as(&bob, &tcp, 0));
	EXPECT_STREQ("nothing", event(self->pipe));
	ASSERT_EQ(0, write_file(EVENTS "/portfs_bind/enable", "0"));
	ASSERT_EQ(EACCES, bind_as(&bob, &tcp, PORT));
	EXPECT_STREQ("nothing", event(self->pipe));
}

TEST_F(trace, tells_each_change)
{
	const char *path = node_path(IPPROTO_TCP, 25);
	const char *said;

#define EXPECT_EVENT(words)						\
	do {								\
		said = event(self->pipe);				\
		EXPECT_NE(NULL, strstr(said, words))			\
			TH_LOG("%s has no %s", said, words);		\
	} while (0)

	ASSERT_EQ(0, write_file(EVENTS "/portfs_change/enable", "1"));
	ASSERT_EQ(0, chown(path, ALICE, WEB));
	EXPECT_EVENT(" proto=tcp port=25 uid=0 pid=");
	ASSERT_EQ(0, chmod(path, 0620));
	EXPECT_EVENT(" action=change old_owner=1001 old_group=1100 old_mode=0600 old_acl=0 owner=1001 group=1100 mode=0620 acl=0");
	ASSERT_EQ(0, set_acl(path, "u::6,u:1002:6,g::0,m::6,o::0"));
	EXPECT_EVENT(" old_acl=0 owner=1001 group=1100 mode=0660 acl=5");
	ASSERT_EQ(0, unlink(path));
	EXPECT_EVENT(" action=release old_owner=1001 old_group=1100 old_mode=0660 old_acl=5 owner=0 group=0 mode=0000 acl=0");
	/* A port that is unclaimed is not released again. */
	ASSERT_EQ(0, unlink(path));
	EXPECT_STREQ("nothing", event(self->pipe));
	ASSERT_EQ(0, chmod(path, 0606));
	EXPECT_EVENT(" action=claim old_owner=0 old_group=0 old_mode=0000 old_acl=0 owner=0 group=0 mode=0606 acl=0");
	ASSERT_EQ(0, unlink(path));
}

/* The function tracer on all that the module has, and below its trampolines. */
TEST_F(trace, beside_the_function_tracer)
{
	/* While somebody reads, the tracer stays as it is. */
	close(self->pipe);
	self->pipe = -1;
	ASSERT_EQ(0, write_file(PLACE "/set_ftrace_filter", "*:mod:portfs"));
	ASSERT_EQ(0, write_file(PLACE "/current_tracer", "function"));
	ASSERT_EQ(0, write_file(EVENTS "/enable", "1"));
	EXPECT_EQ(EACCES, bind_as(&bob, &tcp, PORT));
	EXPECT_EQ(0, bind_as(&alice, &tcp, PORT));
	EXPECT_EQ(0, chmod(node_path(IPPROTO_TCP, PORT), 0666));
	EXPECT_EQ(0, bind_as(&bob, &tcp, PORT));
}

/* BPF and perf hold the module, and see what there is to see. */
TEST_F(trace, to_bpf_and_perf)
{
	struct perf_event_attr event = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(event),
		.sample_period = 1,
	};
	union bpf_attr attr = { .raw_tracepoint.name = (unsigned long)"portfs_bind" };
	unsigned long long count = 0;
	char id[16], before[16], after[16];
	int program, link, perf;

	ASSERT_EQ(0, read_file(REFERENCES, before, sizeof(before)));
	program = bpf_load(BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0);
	ASSERT_LE(0, program);
	attr.raw_tracepoint.prog_fd = program;
	link = bpf(BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr));
	ASSERT_LE(0, link);
	ASSERT_EQ(0, read_file(REFERENCES, after, sizeof(after)));
	EXPECT_STRNE(before, after);
	ASSERT_EQ(0, read_file(TRACING "/events/portfs/portfs_bind/id", id,
			       sizeof(id)));
	event.config = atoi(id);
	perf = syscall(SYS_perf_event_open, &event, 0, -1, -1,
		       PERF_FLAG_FD_CLOEXEC);
	ASSERT_LE(0, perf);
	EXPECT_EQ(0, request_port(&(const struct request){ &tcp, PORT }));
	EXPECT_EQ(sizeof(count), read(perf, &count, sizeof(count)));
	EXPECT_EQ(1, count);
	EXPECT_EQ(EACCES, bind_as(&bob, &tcp, PORT));
	close(perf);
	close(link);
	close(program);
}

TEST_NETWORK_MAIN
