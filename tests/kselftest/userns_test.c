// SPDX-License-Identifier: GPL-2.0
/*
 * An unprivileged user in user and network namespaces of the own: root of that
 * table, over the ids that are mapped, and nobody outside.
 */
#define _GNU_SOURCE
#include "kselftest_harness.h"
#include "acl.h"
#include "log.h"

#define LOW	80
#define HIGH	8080
/* Alice's by its group as well. */
#define OWN	8081

/* Where the host's table was mounted before the user left. */
#define HOST	SCRATCH "/host"
#define HOST_READ_ONLY	SCRATCH "/host-ro"
#define NODE(port)	node_path(variant->protocol, port)
#define HOST_NODE(port)	node_at(HOST, variant->protocol, port)

/* Inside, 0 is alice, and the others up to here are nobody else outside. */
#define MAPPED_IDS	2000
#define ALL_MAPPED	"0 1001 1\n1 100000 1999\n"
#define NO_ROOT		"1 1001 1\n2 100000 1998\n"

static const char *node_at(const char *mount_point, int protocol,
			   unsigned int port)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s/%s/%u", mount_point,
		 protocol == IPPROTO_UDP ? "udp" : "tcp", port);
	return path;
}

static const char *process_file(pid_t process, const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", process, name);
	return path;
}

/*
 * A child that stays root outside. Each byte on its socket asks for something:
 * 'm' to map the ids of its parent, else what @answer says.
 */
struct outside {
	pid_t child;
	int socket;
};

struct question {
	char what;
	int protocol;
	unsigned int port;
	char text[64];
};

static void answer(struct question *question, const char *maps, pid_t inside)
{
	const char *path = node_path(question->protocol, question->port);
	int error = 0, fd;

	switch (question->what) {
	case 'm':
		error = write_file(process_file(inside, "uid_map"), maps) ?:
			write_file(process_file(inside, "gid_map"), maps);
		break;
	case 'e':
		/* The inner table, for the questions that follow. */
		fd = open(process_file(inside, "ns/net"), O_RDONLY);
		error = failure(setns(fd, CLONE_NEWNET)) ?:
			failure(mount("portfs", MOUNT_POINT, "portfs", 0,
				      NULL));
		break;
	case 'c':
		error = failure(chown(path, 0, -1));
		break;
	case 'a':
		error = set_acl(path, "u::6,u:0:6,g::0,m::6,o::0");
		break;
	case 'n':
		error = failure(chown(path, 100007, 100008));
		break;
	}
	if (question->what == 's')
		snprintf(question->text, sizeof(question->text), "%s",
			 shown(path));
	else
		snprintf(question->text, sizeof(question->text), "%d", error);
}

static int start_outside(struct outside *outside, const char *maps)
{
	struct question question;
	pid_t inside = getpid();
	int sockets[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets))
		return errno;
	outside->child = fork();
	if (outside->child < 0)
		return errno;
	if (!outside->child) {
		close(sockets[0]);
		/* What it mounts is for its own eyes. */
		unshare(CLONE_NEWNS);
		while (read(sockets[1], &question, sizeof(question)) ==
		       sizeof(question)) {
			answer(&question, maps, inside);
			if (write(sockets[1], &question, sizeof(question)) < 0)
				break;
		}
		_exit(0);
	}
	close(sockets[1]);
	outside->socket = sockets[0];
	return 0;
}

static const char *ask_outside(const struct outside *outside, char what,
			       int protocol, unsigned int port)
{
	static struct question question;

	question = (struct question){
		.what = what, .protocol = protocol, .port = port,
	};
	if (write(outside->socket, &question, sizeof(question)) < 0 ||
	    read(outside->socket, &question, sizeof(question)) < 0)
		return strerror(errno);
	return question.text;
}

/* Alice leaves: into a user namespace with all capabilities over it. */
static int leave_as_alice(const struct outside *outside, int namespaces)
{
	if (setgroups(0, NULL) || setresgid(ALICE, ALICE, ALICE) ||
	    setresuid(ALICE, ALICE, ALICE) ||
	    prctl(PR_SET_DUMPABLE, 1) || unshare(CLONE_NEWUSER | namespaces))
		return errno;
	return atoi(ask_outside(outside, 'm', 0, 0));
}

static int own_root(void)
{
	return failure(setresgid(0, 0, 0)) ?: failure(setresuid(0, 0, 0));
}

/* ---- with a network namespace of her own ---- */

FIXTURE(userns) {
	struct outside outside;
	int socket;
	int alices_socket;
};

FIXTURE_VARIANT(userns) {
	int protocol;
	const char *directory;
};

FIXTURE_VARIANT_ADD(userns, tcp) {
	.protocol = IPPROTO_TCP,
	.directory = MOUNT_POINT "/tcp",
};

FIXTURE_VARIANT_ADD(userns, udp) {
	.protocol = IPPROTO_UDP,
	.directory = MOUNT_POINT "/udp",
};

/* The host's table has two rules: bob's and alice's. */
FIXTURE_SETUP(userns)
{
	const struct road road = {
		.protocol = variant->protocol, .address = INET,
	};

	ASSERT_EQ(0, clean_view());
	ASSERT_EQ(0, chown(NODE(HIGH), BOB, -1));
	ASSERT_EQ(0, chown(NODE(LOW), ALICE, -1));
	ASSERT_EQ(0, chown(NODE(OWN), ALICE, ALICE));
	ASSERT_EQ(0, mount_at(HOST, 0));
	ASSERT_EQ(0, mount_at(HOST_READ_ONLY, MS_RDONLY));
	ASSERT_EQ(0, start_outside(&self->outside, ALL_MAPPED));
	self->socket = make_socket(&road);
	self->alices_socket = make_socket(&road);
	ASSERT_EQ(0, leave_as_alice(&self->outside, CLONE_NEWNET |
				    CLONE_NEWNS));
	ASSERT_EQ(0, own_root());
	ASSERT_EQ(0, loopback_up());
	ASSERT_EQ(0, mount("portfs", MOUNT_POINT, "portfs", 0, NULL));
}

FIXTURE_TEARDOWN(userns)
{
	close(self->outside.socket);
	waitpid(self->outside.child, NULL, 0);
}

TEST_F(userns, owns_what_root_owns)
{
	EXPECT_STREQ("0:0 0755 directory", shown(MOUNT_POINT));
	EXPECT_STREQ("0:0 0755 directory", shown(variant->directory));
	EXPECT_STREQ("0:0 0600", shown(NODE(LOW)));
	EXPECT_STREQ("0:0 0666", shown(NODE(HIGH)));
	EXPECT_STREQ("", listing(variant->directory));
	EXPECT_EQ(0, failure(chown(NODE(LOW), 33, 34)));
	EXPECT_STREQ("33:34 0600", shown(NODE(LOW)));
	EXPECT_EQ(0, failure(chmod(NODE(HIGH), 0640)));
	EXPECT_EQ(0, set_acl(NODE(HIGH), "u::6,u:33:6,g::0,g:34:4,m::6,o::0"));
	EXPECT_STREQ("u::6,u:33:6,g::0,g:34:4,m::6,o::0", acl_of(NODE(HIGH)));
	EXPECT_STREQ("80 8080", listing(variant->directory));
	EXPECT_EQ(0, failure(unlink(NODE(LOW))));
	EXPECT_STREQ("8080", listing(variant->directory));
	/* Outside it is nobody's business. */
	EXPECT_STREQ("1002:0 0600", ask_outside(&self->outside, 's',
						variant->protocol, HIGH));
}

TEST_F(userns, decides_there)
{
	const struct caller www = { .uid = 33, .gid = 33 };
	const struct road road = {
		.protocol = variant->protocol, .address = INET,
	};

	EXPECT_EQ(EACCES, bind_as(&www, &road, LOW));
	EXPECT_EQ(0, bind_as(&root, &road, LOW));
	ASSERT_EQ(0, chown(NODE(LOW), 33, -1));
	ASSERT_EQ(0, chown(NODE(HIGH), 33, -1));
	EXPECT_EQ(0, bind_as(&www, &road, LOW));
	EXPECT_EQ(0, bind_as(&www, &road, HIGH));
	EXPECT_EQ(EACCES, bind_as(&bob, &road, LOW));
	EXPECT_EQ(EACCES, bind_as(&bob, &road, HIGH));
	EXPECT_EQ(0, bind_as(&root, &road, LOW));
	EXPECT_EQ(0, bind_as(&capable, &road, HIGH));
	ASSERT_EQ(0, chmod(NODE(HIGH), 01600));
	EXPECT_EQ(EACCES, bind_as(&root, &road, HIGH));
	EXPECT_EQ(EACCES, bind_as(&capable, &road, HIGH));
	EXPECT_EQ(0, bind_as(&www, &road, HIGH));
	ASSERT_EQ(0, set_acl(NODE(HIGH), "u::0,u:1002:6,g::0,m::6,o::0"));
	EXPECT_EQ(EACCES, bind_as(&www, &road, HIGH));
	EXPECT_EQ(0, bind_as(&bob, &road, HIGH));
}

TEST_F(userns, unmapped_ids_are_refused)
{
	EXPECT_EQ(EINVAL, failure(chown(NODE(HIGH), MAPPED_IDS, -1)));
	EXPECT_EQ(EINVAL, failure(chown(NODE(HIGH), -1, MAPPED_IDS)));
	EXPECT_EQ(EINVAL, set_acl(NODE(HIGH),
				  "u::6,u:2000:6,g::0,m::6,o::0"));
	EXPECT_EQ(EINVAL, set_acl(NODE(HIGH),
				  "u::6,g::0,g:2000:6,m::6,o::0"));
	EXPECT_STREQ("", listing(variant->directory));
	EXPECT_EQ(0, failure(chown(NODE(HIGH), MAPPED_IDS - 1, 1)));
}

/* What the host's root brings in that is not mapped shows as nobody's. */
TEST_F(userns, as_the_host_sees_it)
{
	ASSERT_EQ(0, chown(NODE(HIGH), 33, 0));
	ASSERT_STREQ("0", ask_outside(&self->outside, 'e', 0, 0));
	EXPECT_STREQ("100032:1001 0600",
		     ask_outside(&self->outside, 's', variant->protocol, HIGH));
	EXPECT_STREQ("1001:1001 0600",
		     ask_outside(&self->outside, 's', variant->protocol, LOW));
	EXPECT_EQ(EINVAL, atoi(ask_outside(&self->outside, 'a',
					   variant->protocol, HIGH)));
	EXPECT_STREQ("33:0 0600", shown(NODE(HIGH)));
	EXPECT_STREQ("0", ask_outside(&self->outside, 'n', variant->protocol,
				      LOW));
	EXPECT_STREQ("8:9 0600", shown(NODE(LOW)));
	EXPECT_STREQ("0", ask_outside(&self->outside, 'c', variant->protocol,
				      LOW));
	EXPECT_STREQ("65534:9 0600", shown(NODE(LOW)));
	EXPECT_EQ(0, failure(unlink(NODE(LOW))));
	EXPECT_STREQ("0:0 0600", shown(NODE(LOW)));
}

TEST_F(userns, hosts_table_is_out_of_reach)
{
	char path[64];

	EXPECT_STREQ("65534:65534 0755 directory", shown(HOST));
	EXPECT_STREQ("65534:65534 0600", shown(HOST_NODE(HIGH)));
	EXPECT_EQ(EPERM, failure(chown(HOST_NODE(HIGH), 0, -1)));
	EXPECT_EQ(EPERM, failure(chown(HOST_NODE(443), 0, 0)));
	EXPECT_EQ(EPERM, failure(chmod(HOST_NODE(HIGH), 0666)));
	EXPECT_EQ(EPERM, failure(chmod(HOST_NODE(443), 0666)));
	EXPECT_EQ(EPERM, set_acl(HOST_NODE(HIGH),
				 "u::6,u:0:6,g::0,m::6,o::0"));
	EXPECT_EQ(EACCES, failure(unlink(HOST_NODE(HIGH))));
	EXPECT_EQ(EACCES, failure(unlink(HOST_NODE(443))));
	/* Hers is hers, with what an owner may. */
	EXPECT_STREQ("0:65534 0600", shown(HOST_NODE(LOW)));
	EXPECT_EQ(EPERM, failure(chown(HOST_NODE(LOW), 33, -1)));
	EXPECT_EQ(EACCES, failure(unlink(HOST_NODE(LOW))));
	/* A mount that she was given stays as it is. */
	snprintf(path, sizeof(path), "%s",
		 node_at(HOST_READ_ONLY, variant->protocol, LOW));
	EXPECT_EQ(EROFS, failure(chmod(path, 0666)));
	EXPECT_EQ(EPERM, failure(mount(NULL, HOST_READ_ONLY, NULL,
				       MS_REMOUNT | MS_BIND, NULL)));
	EXPECT_EQ(EPERM, failure(mount(NULL, HOST_READ_ONLY, NULL, MS_REMOUNT,
				       NULL)));
	EXPECT_STREQ("1002:0 0600", ask_outside(&self->outside, 's',
						variant->protocol, HIGH));
	EXPECT_STREQ("1001:0 0600", ask_outside(&self->outside, 's',
						variant->protocol, LOW));
	EXPECT_STREQ("0:0 0600", ask_outside(&self->outside, 's',
					     variant->protocol, 443));
}

/*
 * As with files: what is hers, by user and by group, she gives to ids that are
 * subordinate to hers, from a namespace that maps both.
 */
TEST_F(userns, own_nodes_go_to_subordinate_ids)
{
	EXPECT_EQ(EPERM, failure(chown(HOST_NODE(LOW), 33, -1)));
	EXPECT_EQ(0, failure(chown(HOST_NODE(OWN), 33, 44)));
	EXPECT_STREQ("100032:100043 0600", ask_outside(&self->outside, 's',
						       variant->protocol, OWN));
	EXPECT_EQ(EINVAL, failure(chown(HOST_NODE(OWN), MAPPED_IDS, -1)));
	EXPECT_EQ(EACCES, failure(unlink(HOST_NODE(OWN))));
	/* They are hers, so it comes back. */
	EXPECT_EQ(0, failure(chown(HOST_NODE(OWN), 0, 0)));
	EXPECT_STREQ("1001:1001 0600", ask_outside(&self->outside, 's',
						   variant->protocol, OWN));
}

/* All capabilities inside, and a socket of the host's. */
TEST_F(userns, sockets_of_the_hosts)
{
	EXPECT_EQ(EACCES, bind_socket(self->socket, INET, HIGH));
	EXPECT_EQ(EACCES, bind_socket(self->socket, INET, 443));
	/* Ids are the host's: she owns that one wherever she is. */
	EXPECT_EQ(0, bind_socket(self->alices_socket, INET, LOW));
}

TEST_F(userns, nodes_do_not_open)
{
	EXPECT_EQ(EACCES, failure(open(NODE(HIGH), O_RDWR)));
	EXPECT_EQ(EACCES, failure(open(NODE(HIGH), O_RDONLY)));
	EXPECT_LE(0, open(NODE(HIGH), O_PATH | O_CLOEXEC));
}

/* The reserved ports are the namespace's as well. */
TEST_F(userns, automatic_ports)
{
	const struct road road = {
		.protocol = variant->protocol, .address = INET,
	};
	int fd = make_socket(&road);

	ASSERT_EQ(0, write_file(PORT_RANGE, "20000 20000"));
	ASSERT_EQ(0, chown(NODE(20000), 33, -1));
	EXPECT_EQ(EADDRINUSE, bind_socket(fd, INET, 0));
	ASSERT_EQ(0, unlink(NODE(20000)));
	EXPECT_EQ(0, bind_socket(fd, INET, 0));
	close(fd);
}

/* ---- without one, or without root ---- */

/* mount(2) by the steps that it has become. */
static int mount_by_steps(void)
{
	int fd = syscall(SYS_fsopen, "portfs", 0);
	int error;

	if (fd < 0)
		return errno;
	/* FSCONFIG_CMD_CREATE */
	error = failure(syscall(SYS_fsconfig, fd, 6, NULL, NULL, 0));
	close(fd);
	return error;
}

FIXTURE(refused) {
	struct outside outside;
	int log;
};

FIXTURE_VARIANT(refused) {
	const char *maps;
	int namespaces;
	/* What she leaves for next. */
	int next;
	int error;
};

FIXTURE_VARIANT_ADD(refused, hosts_network) {
	.maps = ALL_MAPPED,
	.namespaces = CLONE_NEWNS,
	.error = EPERM,
};

/* Of a network namespace, one user namespace is the owner. */
FIXTURE_VARIANT_ADD(refused, network_of_her_parent) {
	.maps = ALL_MAPPED,
	.namespaces = CLONE_NEWNET,
	.next = CLONE_NEWUSER | CLONE_NEWNS,
	.error = EPERM,
};

FIXTURE_VARIANT_ADD(refused, no_root) {
	.maps = NO_ROOT,
	.namespaces = CLONE_NEWNET | CLONE_NEWNS,
	.error = EINVAL,
};

FIXTURE_VARIANT_ADD(refused, no_ids) {
	.maps = "5 1001 1",
	.namespaces = CLONE_NEWNET | CLONE_NEWNS,
	.error = EINVAL,
};

FIXTURE_SETUP(refused)
{
	self->log = log_open();
	ASSERT_LE(0, self->log);
	ASSERT_EQ(0, clean_view());
	ASSERT_EQ(0, start_outside(&self->outside, variant->maps));
	ASSERT_EQ(0, leave_as_alice(&self->outside, variant->namespaces));
	if (variant->next)
		ASSERT_EQ(0, unshare(variant->next));
}

FIXTURE_TEARDOWN(refused)
{
	close(self->log);
	close(self->outside.socket);
	waitpid(self->outside.child, NULL, 0);
}

TEST_F(refused, mount)
{
	EXPECT_EQ(variant->error, failure(mount("portfs", SCRATCH, "portfs", 0,
						NULL)));
	EXPECT_EQ(variant->error, mount_by_steps());
	EXPECT_EQ(variant->error, failure(mount("portfs", SCRATCH, "portfs",
						MS_RDONLY, NULL)));
	/* She could fill the host's log so. */
	EXPECT_EQ(NULL, log_find(self->log, "not mapped"));
}

/* ---- what is left ---- */

/* As any user may, without anybody's help. */
static int leave_alone(void)
{
	return failure(prctl(PR_SET_DUMPABLE, 1)) ?:
	       failure(unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS)) ?:
	       write_file("/proc/self/setgroups", "deny") ?:
	       write_file("/proc/self/uid_map", "0 1001 1") ?:
	       write_file("/proc/self/gid_map", "0 1001 1") ?:
	       failure(mount("portfs", SCRATCH, "portfs", 0, NULL));
}

static int claim_and_leave(const void *unused)
{
	unsigned int port;

	(void)unused;
	if (leave_alone())
		return 253;
	for (port = 1; port <= 20; port++) {
		if (chown(node_at(SCRATCH, IPPROTO_TCP, port), 0, 0) ||
		    set_acl(node_at(SCRATCH, IPPROTO_UDP, port),
			    "u::6,u:0:6,g::0,m::6,o::0"))
			return 252;
	}
	return umount(SCRATCH) ? 251 : 0;
}

TEST(namespaces_that_die_free_their_rules)
{
	int i;

	for (i = 0; i < 8; i++)
		EXPECT_EQ(0, as_user(&alice, claim_and_leave, NULL));
	EXPECT_EQ(IDLE, references_at_last());
}

#define UNLOGGED	31337
#define LOGGED		31338

static int be_refused(const void *unused)
{
	(void)unused;
	if (leave_alone() ||
	    chmod(node_at(SCRATCH, IPPROTO_TCP, UNLOGGED), 01000))
		return 253;
	return try_bind(IPPROTO_TCP, UNLOGGED);
}

/* What users make of their own namespaces does not fill the host's log. */
TEST(refusals_there_are_not_in_the_hosts_log)
{
	/* Of whom nobody else's refusals have been told. */
	const struct caller carol = { .uid = 1077, .gid = 1077 };
	const struct road road = { .protocol = IPPROTO_TCP };
	int log = log_open();

	ASSERT_LE(0, log);
	ASSERT_EQ(0, clean_view());
	ASSERT_EQ(0, claim(IPPROTO_TCP, LOGGED, 0, 0, 0600));
	EXPECT_EQ(EACCES, as_user(&alice, be_refused, NULL));
	EXPECT_EQ(EACCES, bind_as(&carol, &road, LOGGED));
	EXPECT_EQ(0, release(IPPROTO_TCP, LOGGED));
	/* The first line is that of the second refusal. */
	EXPECT_NE(NULL, strstr(log_find(log, "portfs: refused") ?: "",
			       " port=31338 "));
	close(log);
}

TEST_NETWORK_MAIN
