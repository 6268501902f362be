// SPDX-License-Identifier: GPL-2.0
/*
 * A cgroup's BPF programs: they rewrite the address before the rule is asked,
 * may refuse what it allows, and cannot allow what it refuses.
 */
#define _GNU_SOURCE
#include <linux/bpf.h>

#include "kselftest_harness.h"
#include "road.h"

#define CGROUP	"/sys/fs/cgroup/portfs-test"

/* What a program asks for in place of the port that it was asked for. */
#define ASKED	7000

/* What it returns: a bit to go on, and one that spares the kernel's check. */
enum verdict {
	DENY = 0,
	PASS = 1,
	GRANT = 3,
};

#define CODE(code_, dst, src, off_, imm_)				\
	((struct bpf_insn){						\
		.code = code_, .dst_reg = dst, .src_reg = src,		\
		.off = off_, .imm = imm_,				\
	})
#define MOVE(dst, imm)		CODE(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, imm)
#define COPY(dst, src)		CODE(BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0)
#define ADD(dst, imm)		CODE(BPF_ALU64 | BPF_ADD | BPF_K, dst, 0, 0, imm)
#define LOAD(dst, src, off)	CODE(BPF_LDX | BPF_MEM | BPF_W, dst, src, off, 0)
#define STORE(dst, off, src)	CODE(BPF_STX | BPF_MEM | BPF_W, dst, src, off, 0)
#define PUT(size, dst, off, imm) CODE(BPF_ST | BPF_MEM | (size), dst, 0, off, imm)
#define UNLESS(dst, imm, off)	CODE(BPF_JMP | BPF_JNE | BPF_K, dst, 0, off, imm)
#define IF(dst, imm, off)	CODE(BPF_JMP | BPF_JEQ | BPF_K, dst, 0, off, imm)
#define CALL(helper)		CODE(BPF_JMP | BPF_CALL, 0, 0, 0, helper)
#define EXIT			CODE(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

#define PORT_AT		((int)offsetof(struct bpf_sock_addr, user_port))

/* Loads a program and attaches it to CGROUP; 0 or an errno. */
static int attach(enum bpf_attach_type type, const struct bpf_insn *code,
		  size_t count)
{
	static char log[4096];
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
		.expected_attach_type = type,
		.insns = (unsigned long)code,
		.insn_cnt = count,
		.license = (unsigned long)"GPL",
		.log_buf = (unsigned long)log,
		.log_size = sizeof(log),
		.log_level = 1,
	};
	int program, cgroup, error;

	program = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	if (program < 0) {
		error = errno;
		ksft_print_msg("%s\n", log);
		return error;
	}
	cgroup = open(CGROUP, O_RDONLY | O_DIRECTORY);
	attr = (union bpf_attr){
		.target_fd = cgroup,
		.attach_bpf_fd = program,
		.attach_type = type,
	};
	error = failure((int)syscall(SYS_bpf, BPF_PROG_ATTACH, &attr,
				     sizeof(attr)));
	close(cgroup);
	close(program);
	return error;
}

FIXTURE(rewrite) {
	int protocol;
};

FIXTURE_VARIANT(rewrite) {
	struct road road;
	enum bpf_attach_type type;
	unsigned int port;
};

#define REWRITE(name, protocol_, address_, type_, port_)		\
	FIXTURE_VARIANT_ADD(rewrite, name) {				\
		.road = { .protocol = protocol_, .address = address_ },	\
		.type = type_,						\
		.port = port_,						\
	}
#define REWRITES(name, protocol, address, type)				\
	REWRITE(name##_low, protocol, address, type, 81);		\
	REWRITE(name##_high, protocol, address, type, 8081)

REWRITES(tcp4, IPPROTO_TCP, INET, BPF_CGROUP_INET4_BIND);
REWRITES(tcp6, IPPROTO_TCP, INET6, BPF_CGROUP_INET6_BIND);
REWRITES(udp4, IPPROTO_UDP, INET, BPF_CGROUP_INET4_BIND);
REWRITES(udp6, IPPROTO_UDP, INET6, BPF_CGROUP_INET6_BIND);
REWRITES(mptcp4, IPPROTO_MPTCP, INET, BPF_CGROUP_INET4_BIND);

static int enter_cgroup(void)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", getpid());
	if (mkdir(CGROUP, 0755) && errno != EEXIST)
		return errno;
	return write_file(CGROUP "/cgroup.procs", text);
}

/* Its programs go with it. */
static int leave_cgroup(void)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", getpid());
	return write_file("/sys/fs/cgroup/cgroup.procs", text) ?:
	       failure(rmdir(CGROUP));
}

FIXTURE_SETUP(rewrite)
{
	ASSERT_EQ(0, clean_view());
	ASSERT_EQ(0, enter_cgroup());
	ASSERT_EQ(0, claim(variant->road.protocol, variant->port, ALICE, WEB,
			   0660));
}

FIXTURE_TEARDOWN(rewrite)
{
	EXPECT_EQ(0, leave_cgroup());
}

/* The program of the test: @from becomes @to. */
static int attach_rewrite(enum bpf_attach_type type, unsigned int from,
			  unsigned int to, enum verdict verdict)
{
	const struct bpf_insn code[] = {
		LOAD(2, 1, PORT_AT),
		UNLESS(2, htons(from), 2),
		MOVE(2, htons(to)),
		STORE(1, PORT_AT, 2),
		MOVE(0, verdict),
		EXIT,
	};

	return attach(type, code, ARRAY_SIZE(code));
}

/* The port that a bind ended on, or a negative errno; as exit status 0..255. */
static int land(const void *argument)
{
	const struct request *request = argument;
	struct sockaddr_in6 name = {};
	socklen_t length = sizeof(name);
	int fd = make_socket(request->road);
	int error = bind_socket(fd, request->road->address, ASKED);

	if (error)
		return error;
	if (getsockname(fd, (struct sockaddr *)&name, &length))
		return 250;
	return ntohs(name.sin6_port) == request->port ? 0 : 251;
}

static const struct caller member = {
	.uid = 1003, .gid = 1003, .supplementary = WEB,
};

#define EXPECT_LAND(expected, who) do {				\
	const struct request request = {				\
		.road = &variant->road, .port = variant->port,		\
	};								\
									\
	EXPECT_CASE(expected, as_user(who, land, &request));		\
} while (0)

#define EXPECT_BIND(expected, who, port)	\
	EXPECT_CASE(expected, bind_as(who, &variant->road, port))

TEST_F(rewrite, to_a_claimed_port)
{
	ASSERT_EQ(0, attach_rewrite(variant->type, ASKED, variant->port,
				    PASS));
	EXPECT_LAND(0, &alice);
	EXPECT_LAND(0, &member);
	EXPECT_LAND(EACCES, &bob);
	EXPECT_LAND(0, &root);
	EXPECT_LAND(0, &capable);
	ASSERT_EQ(0, claim(variant->road.protocol, variant->port, ALICE, WEB,
			   01660));
	EXPECT_LAND(0, &alice);
	EXPECT_LAND(EACCES, &root);
	EXPECT_LAND(EACCES, &capable);
}

TEST_F(rewrite, from_a_claimed_port)
{
	ASSERT_EQ(0, attach_rewrite(variant->type, variant->port, ASKED,
				    PASS));
	EXPECT_BIND(0, &bob, variant->port);
	EXPECT_BIND(0, &alice, variant->port);
	/* Of the port that it ends on, the rule counts. */
	ASSERT_EQ(0, claim(variant->road.protocol, ASKED, BOB, 0, 0600));
	EXPECT_BIND(0, &bob, variant->port);
	EXPECT_BIND(EACCES, &alice, variant->port);
}

TEST_F(rewrite, denies_whom_the_rule_allows)
{
	ASSERT_EQ(0, attach_rewrite(variant->type, ASKED, ASKED, DENY));
	EXPECT_BIND(EPERM, &alice, variant->port);
	EXPECT_BIND(EPERM, &root, variant->port);
	EXPECT_BIND(EPERM, &bob, variant->port);
}

TEST_F(rewrite, grants_nobody_whom_the_rule_refuses)
{
	const unsigned int unclaimed = variant->port + 1;

	ASSERT_EQ(0, attach_rewrite(variant->type, ASKED, variant->port,
				    GRANT));
	EXPECT_BIND(EACCES, &bob, variant->port);
	EXPECT_LAND(EACCES, &bob);
	EXPECT_BIND(0, &alice, variant->port);
	EXPECT_LAND(0, &alice);
	/* That it grants at all. */
	EXPECT_BIND(0, &bob, unclaimed);
	ASSERT_EQ(0, claim(variant->road.protocol, variant->port, ALICE, 0,
			   01600));
	EXPECT_LAND(EACCES, &root);
}

/* ---- IPv4, TCP and UDP only ---- */

FIXTURE(four) {
	/* Nothing: a cgroup. */
};

FIXTURE_VARIANT(four) {
	struct road road;
	unsigned int port;
};

#define FOUR(name, protocol_, port_)					\
	FIXTURE_VARIANT_ADD(four, name) {				\
		.road = { .protocol = protocol_, .address = INET },	\
		.port = port_,						\
	}

FOUR(tcp_low, IPPROTO_TCP, 81);
FOUR(tcp_high, IPPROTO_TCP, 8081);
FOUR(udp_low, IPPROTO_UDP, 81);
FOUR(udp_high, IPPROTO_UDP, 8081);

FIXTURE_SETUP(four)
{
	ASSERT_EQ(0, clean_view());
	ASSERT_EQ(0, enter_cgroup());
	ASSERT_EQ(0, claim(variant->road.protocol, variant->port, ALICE, WEB,
			   0660));
}

FIXTURE_TEARDOWN(four)
{
	EXPECT_EQ(0, leave_cgroup());
}

/* An address that the kernel would have refused. */
TEST_F(four, address)
{
	const struct bpf_insn code[] = {
		MOVE(2, htonl(INADDR_LOOPBACK)),
		STORE(1, (int)offsetof(struct bpf_sock_addr, user_ip4), 2),
		MOVE(0, PASS),
		EXIT,
	};

	ASSERT_EQ(0, attach(BPF_CGROUP_INET4_BIND, code, ARRAY_SIZE(code)));
	EXPECT_BIND(EACCES, &bob, variant->port);
	EXPECT_BIND(0, &alice, variant->port);
}

/* bpf_bind() binds while connecting. */

#define SERVER	30000
#define ADDRESS	(-16)

static int attach_bind_on_connect(unsigned int port)
{
	const struct bpf_insn code[] = {
		PUT(BPF_DW, 10, ADDRESS, 0),
		PUT(BPF_DW, 10, ADDRESS + 8, 0),
		PUT(BPF_H, 10, ADDRESS, AF_INET),
		PUT(BPF_H, 10, ADDRESS + 2, htons(port)),
		PUT(BPF_W, 10, ADDRESS + 4, htonl(INADDR_LOOPBACK)),
		COPY(2, 10),
		ADD(2, ADDRESS),
		MOVE(3, sizeof(struct sockaddr_in)),
		CALL(BPF_FUNC_bind),
		COPY(6, 0),
		MOVE(0, PASS),
		IF(6, 0, 1),
		MOVE(0, DENY),
		EXIT,
	};

	return attach(BPF_CGROUP_INET4_CONNECT, code, ARRAY_SIZE(code));
}

static int connect_from(const void *argument)
{
	const struct request *request = argument;
	struct sockaddr_storage server;
	struct sockaddr_in name;
	socklen_t length = make_address(INET, SERVER, &server);
	struct linger no_time_wait = { .l_onoff = 1 };
	int fd = make_socket(request->road);

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &no_time_wait,
		   sizeof(no_time_wait));
	if (connect(fd, (struct sockaddr *)&server, length))
		return errno;
	length = sizeof(name);
	if (getsockname(fd, (struct sockaddr *)&name, &length))
		return 250;
	return ntohs(name.sin_port) == request->port ? 0 : 251;
}

TEST_F(four, binds_on_connect)
{
	const struct request request = {
		.road = &variant->road, .port = variant->port,
	};
	int server;

	server = make_socket(&variant->road);
	ASSERT_EQ(0, bind_socket(server, INET, SERVER));
	if (variant->road.protocol == IPPROTO_TCP)
		ASSERT_EQ(0, listen(server, 8));
	ASSERT_EQ(0, attach_bind_on_connect(variant->port));
	EXPECT_CASE(0, as_user(&alice, connect_from, &request));
	EXPECT_CASE(EPERM, as_user(&bob, connect_from, &request));
	EXPECT_CASE(0, as_user(&root, connect_from, &request));
	EXPECT_CASE(0, as_user(&capable, connect_from, &request));
	ASSERT_EQ(0, claim(variant->road.protocol, variant->port, ALICE, 0,
			   01600));
	EXPECT_CASE(0, as_user(&alice, connect_from, &request));
	EXPECT_CASE(EPERM, as_user(&root, connect_from, &request));
	close(server);
}

TEST_CASES_MAIN
