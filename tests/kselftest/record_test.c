// SPDX-License-Identifier: GPL-2.0
/*
 * What the audit log has of refusals and of changes of rules, when auditing is
 * on: read as it is sent to those who listen.
 */
#define _GNU_SOURCE
#include <linux/audit.h>
#include <linux/netlink.h>

#include "kselftest_harness.h"
#include "acl.h"

#define PORT	80
#define OTHER	25

static const struct road tcp = { .protocol = IPPROTO_TCP };

static int switch_audit(int socket, int on)
{
	struct {
		struct nlmsghdr head;
		struct audit_status status;
	} message = {
		.head = {
			.nlmsg_len = sizeof(message),
			.nlmsg_type = AUDIT_SET,
			.nlmsg_flags = NLM_F_REQUEST,
		},
		.status = { .mask = AUDIT_STATUS_ENABLED, .enabled = on },
	};

	return failure(send(socket, &message, sizeof(message), 0));
}

/* The next record of a module's; it comes by way of a thread of the kernel's. */
static const char *record(int socket)
{
	static struct {
		struct nlmsghdr head;
		char text[9000];
	} message;
	ssize_t length;

	do {
		length = recv(socket, &message, sizeof(message) - 1, 0);
		if (length < (ssize_t)sizeof(message.head))
			return "nothing";
		((char *)&message)[length] = '\0';
	} while (message.head.nlmsg_type != AUDIT_KERNEL_OTHER);
	return message.text;
}

#define EXPECT_SAID(said, words)					\
	EXPECT_NE(NULL, strstr(said, words)) TH_LOG("'%s' has no '%s'", said, words)

FIXTURE(record) {
	int socket;
};

FIXTURE_SETUP(record)
{
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = 1 << (AUDIT_NLGRP_READLOG - 1),
	};

	self->socket = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
	if (self->socket < 0)
		SKIP(return, "a kernel without audit");
	ASSERT_EQ(0, bind(self->socket, (void *)&address, sizeof(address)));
	ASSERT_EQ(0, claim(IPPROTO_TCP, PORT, ALICE, WEB, 0620));
	ASSERT_EQ(0, switch_audit(self->socket, 1));
}

FIXTURE_TEARDOWN(record)
{
	switch_audit(self->socket, 0);
	close(self->socket);
	release(IPPROTO_TCP, OTHER);
	release(IPPROTO_TCP, PORT);
}

/*
 * Audit writes a name that is not plain in hexadecimal. Nobody else is refused as
 * this user, so the limit has not been reached by what other tests did.
 */
TEST_F(record, of_a_refusal)
{
	const struct caller carol = { .uid = 1077, .gid = 1077 };
	const char *said;

	ASSERT_EQ(0, prctl(PR_SET_NAME, "\nres=1"));
	ASSERT_EQ(EACCES, bind_as(&carol, &tcp, PORT));
	said = record(self->socket);
	EXPECT_SAID(said, ": module=portfs op=bind netns=");
	EXPECT_SAID(said, " proto=6 lport=80 ");
	EXPECT_SAID(said, " auid=");
	EXPECT_SAID(said, " uid=1077 ");
	EXPECT_SAID(said, " ses=");
	EXPECT_SAID(said, " comm=0A7265733D31 ");
	EXPECT_SAID(said, " res=0");
}

/* The first record is that of what comes after. */
TEST_F(record, of_nothing_else)
{
	ASSERT_EQ(0, bind_as(&alice, &tcp, PORT));
	ASSERT_EQ(0, bind_as(&capable, &tcp, PORT));
	ASSERT_EQ(EACCES, bind_as(&bob, &tcp, PORT + 1));
	ASSERT_EQ(0, switch_audit(self->socket, 0));
	ASSERT_EQ(EACCES, bind_as(&bob, &tcp, PORT));
	ASSERT_EQ(0, chmod(node_path(IPPROTO_TCP, PORT), 0600));
	ASSERT_EQ(0, switch_audit(self->socket, 1));
	ASSERT_EQ(0, chmod(node_path(IPPROTO_TCP, PORT), 0640));
	EXPECT_SAID(record(self->socket), "old=1001:1100:0600 new=1001:1100:0640 ");
}

TEST_F(record, of_each_change)
{
	const char *path = node_path(IPPROTO_TCP, OTHER);
	const char *said;

	ASSERT_EQ(0, chown(path, ALICE, WEB));
	said = record(self->socket);
	EXPECT_SAID(said, ": module=portfs op=change netns=");
	EXPECT_SAID(said, " proto=6 lport=25 old=unclaimed new=1001:1100:0600 ");
	EXPECT_SAID(said, " uid=0 ");
	EXPECT_SAID(said, " res=1");
	EXPECT_SAID(said, " exe=");
	ASSERT_EQ(0, set_acl(path, "u::6,u:1002:6,g::0,g:1100:4,m::6,o::0"));
	said = record(self->socket);
	EXPECT_SAID(said,
		    " old=1001:1100:0600 new=1001:1100:0660,u::6,u:1002:6,g::0,g:1100:4,m::6,o::0 ");
	EXPECT_SAID(said, " uid=0 res=1");
	/* Both may be long, and auditd does not read what is longer than one of them. */
	EXPECT_EQ(NULL, strstr(said, " exe="));
	said = record(self->socket);
	EXPECT_SAID(said, ": module=portfs op=change-by netns=");
	EXPECT_SAID(said, " proto=6 lport=25 ");
	EXPECT_SAID(said, " exe=");
	ASSERT_EQ(0, unlink(path));
	EXPECT_SAID(record(self->socket),
		    " old=1001:1100:0660,u::6,u:1002:6,g::0,g:1100:4,m::6,o::0 new=unclaimed ");
}

/* As any user may, without anybody's help. */
static int elsewhere(const void *unused)
{
	(void)unused;
	if (prctl(PR_SET_DUMPABLE, 1) ||
	    unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS) ||
	    write_file("/proc/self/setgroups", "deny") ||
	    write_file("/proc/self/uid_map", "0 1001 1") ||
	    write_file("/proc/self/gid_map", "0 1001 1") ||
	    mount("portfs", MOUNT_POINT, "portfs", 0, NULL) ||
	    chmod(node_path(IPPROTO_TCP, PORT), 01000))
		return 253;
	return request_port(&(const struct request){ &tcp, PORT });
}

TEST_F(record, of_nothing_in_users_own_namespaces)
{
	ASSERT_EQ(EACCES, as_user(&alice, elsewhere, NULL));
	ASSERT_EQ(0, chmod(node_path(IPPROTO_TCP, PORT), 0640));
	EXPECT_SAID(record(self->socket), "old=1001:1100:0620 new=1001:1100:0640 ");
}

TEST_HARNESS_MAIN
