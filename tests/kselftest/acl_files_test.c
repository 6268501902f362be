// SPDX-License-Identifier: GPL-2.0
/*
 * ACLs as files have them: the kernel's own decision for a file with the same
 * owner, group and ACL is what bind(2) and access(2) must say of a port, and
 * the tools for files save and restore a table.
 */
#define _GNU_SOURCE
#include <sys/sysmacros.h>

#include "kselftest_harness.h"
#include "acl.h"

#define PORT	8080
#define OWN	2000

FIXTURE(files) {
	/* Nothing: a file and a node. */
};

FIXTURE_VARIANT(files) {
	int protocol;
};

FIXTURE_VARIANT_ADD(files, tcp) {
	.protocol = IPPROTO_TCP,
};

FIXTURE_VARIANT_ADD(files, udp) {
	.protocol = IPPROTO_UDP,
};

#define FILE_PATH	SCRATCH "/file"
#define NODE		node_path(variant->protocol, PORT)

FIXTURE_SETUP(files)
{
	ASSERT_EQ(0, clean_view());
	ASSERT_EQ(0, mknod(FILE_PATH, S_IFCHR | 0600, makedev(1, 3)));
	ASSERT_EQ(0, chown(FILE_PATH, ALICE, OWN));
}

FIXTURE_TEARDOWN(files)
{
}

static const struct caller callers[] = {
	{ .uid = ALICE, .gid = ALICE },
	{ .uid = ALICE, .gid = OWN, .supplementary = WEB },
	{ .uid = BOB, .gid = BOB },
	{ .uid = BOB, .gid = WEB },
	{ .uid = BOB, .gid = OWN },
	{ .uid = 1003, .gid = 1003 },
	{ .uid = 1003, .gid = 1003, .supplementary = WEB },
	{ .uid = 1003, .gid = OWN },
	{ .uid = 1003, .gid = OWN, .supplementary = WEB },
};

struct totals {
	int cases;
	int granted;
};

static void compare(struct __test_metadata *_metadata, int protocol,
		    const char *acl, struct totals *totals)
{
	const char *node = node_path(protocol, PORT);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(callers); i++) {
		int file = -1, shown = -1, bound = -1;

		acting_as(&callers[i]) {
			file = failure(access(FILE_PATH, W_OK));
			shown = failure(access(node, W_OK));
			bound = try_bind(protocol, PORT);
		}
		EXPECT_EQ(file, shown)
			TH_LOG("access: '%s', caller %zu", acl, i);
		EXPECT_EQ(file, bound)
			TH_LOG("bind: '%s', caller %zu", acl, i);
		totals->cases++;
		totals->granted += !bound;
	}
}

/* The text of the nth ACL; false after the last. */
static bool nth_acl(int n, char *text, size_t size)
{
	static const char * const owner[] = { "6", "4" };
	static const char * const user[] = {
		"", ",u:1002:6", ",u:1002:4", ",u:1002:0,u:1003:2",
	};
	static const char * const group[] = { "0", "2", "4" };
	static const char * const named[] = {
		"", ",g:1100:6", ",g:1100:4", ",g:1002:6,g:1100:0",
	};
	static const char * const mask[] = { "0", "2", "4", "7" };
	static const char * const other[] = { "0", "6" };
	int o, u, g, r, m, e;

	o = n % 2, n /= 2;
	u = n % 4, n /= 4;
	g = n % 3, n /= 3;
	r = n % 4, n /= 4;
	m = n % 4, n /= 4;
	e = n % 2, n /= 2;
	snprintf(text, size, "u::%s%s,g::%s%s,m::%s,o::%s", owner[o], user[u],
		 group[g], named[r], mask[m], other[e]);
	return !n;
}

TEST_F_TIMEOUT(files, decide_alike, PATIENCE)
{
	struct totals totals = {};
	char acl[128];
	int n;

	ASSERT_EQ(0, chown(NODE, ALICE, OWN));
	for (n = 0; nth_acl(n, acl, sizeof(acl)); n++) {
		ASSERT_EQ(0, set_acl(FILE_PATH, acl));
		ASSERT_EQ(0, set_acl(NODE, acl));
		ASSERT_STREQ(acl_of(FILE_PATH), acl);
		ASSERT_STREQ(acl, acl_of(NODE));
		compare(_metadata, variant->protocol, acl, &totals);
	}
	ksft_print_msg("%d ACLs, %d cases, %d granted\n", n, totals.cases,
		       totals.granted);
	EXPECT_LT(totals.cases / 5, totals.granted);
	EXPECT_GT(totals.cases * 4 / 5, totals.granted);
}

/* The same changes to both leave the same behind. */
TEST_F(files, change_alike)
{
	static const mode_t modes[] = {
		0600, 0660, 0640, 0606, 0000, 0777, 0020, 01660, 04755, 02770,
	};
	static const char * const acls[] = {
		"u::6,g::4,o::0", "u::6,u:1002:6,g::4,m::6,o::0",
		"u::4,g::6,m::4,o::2", "u::7,u:0:7,g::0,g:0:7,m::7,o::0",
	};
	struct totals totals = {};
	size_t acl, mode;
	int keep;

	ASSERT_EQ(0, chown(NODE, ALICE, OWN));
	for (keep = 0; keep < 2; keep++) {
		for (acl = 0; acl < ARRAY_SIZE(acls); acl++) {
			for (mode = 0; mode < ARRAY_SIZE(modes); mode++) {
				ASSERT_EQ(0, set_acl(FILE_PATH, acls[acl]));
				ASSERT_EQ(0, set_acl(NODE, acls[acl]));
				ASSERT_EQ(0, chmod(FILE_PATH, modes[mode]));
				ASSERT_EQ(0, chmod(NODE, modes[mode]));
				if (!keep) {
					ASSERT_EQ(0, remove_acl(FILE_PATH));
					ASSERT_EQ(0, remove_acl(NODE));
				}
				ASSERT_EQ(0, chown(FILE_PATH, ALICE, OWN));
				ASSERT_EQ(0, chown(NODE, ALICE, OWN));
				EXPECT_STREQ(shown(FILE_PATH), shown(NODE));
				EXPECT_STREQ(acl_of(FILE_PATH), acl_of(NODE));
				compare(_metadata, variant->protocol,
					acls[acl], &totals);
			}
		}
	}
	ksft_print_msg("%d cases\n", totals.cases);
}

/* A member of no such group loses the set-group-ID bit, by chmod or setfacl. */
TEST_F(files, set_group_id_bit)
{
	ASSERT_EQ(0, chown(NODE, ALICE, OWN));
	ASSERT_EQ(0, chmod(NODE, 02770));
	acting_as(&alice)
		EXPECT_EQ(0, set_acl(NODE, "u::7,u:1002:6,g::7,m::7,o::0"));
	EXPECT_STREQ("1001:2000 0770", shown(NODE));
	ASSERT_EQ(0, chmod(NODE, 02770));
	acting_as(&callers[1])
		EXPECT_EQ(0, set_acl(NODE, "u::7,u:1002:6,g::7,m::7,o::0"));
	EXPECT_STREQ("1001:2000 2770", shown(NODE));
}

/* In the table's directory; the status of the command. */
static int run(const char *command)
{
	return chdir(MOUNT_POINT) ? -1 : system(command);
}

#define SAVE(name)	"getfacl -R . >" SCRATCH "/" name
#define RESTORE		"setfacl --restore=" SCRATCH "/saved"
#define SAME		"cmp " SCRATCH "/saved " SCRATCH "/again"

TEST_F(files, tools_save_and_restore)
{
	ASSERT_EQ(0, run("setfacl -m u:alice:rw,g:web:rw tcp/80 udp/53"));
	ASSERT_EQ(0, run("setfacl -m u:1234:w,m::rw tcp/8080"));
	ASSERT_EQ(0, run("setfacl -m g::rw,o::- udp/8080"));
	ASSERT_EQ(0, run("chown bob:web tcp/443 tcp/8443"));
	ASSERT_EQ(0, run("chmod 1620 tcp/443"));
	ASSERT_EQ(0, run("chown alice tcp/8444; chmod 664 tcp/8444"));
	ASSERT_EQ(0, run("setfacl -m u:bob:rw tcp/8444"));
	ASSERT_EQ(0, run(SAVE("saved")));
	EXPECT_STREQ("80 443 8080 8443 8444", listing(MOUNT_POINT "/tcp"));
	EXPECT_STREQ("53 8080", listing(MOUNT_POINT "/udp"));
	EXPECT_STREQ("1002:1100 1620", shown(MOUNT_POINT "/tcp/443"));
	EXPECT_STREQ("u::6,u:1001:6,g::0,g:1100:6,m::6,o::0",
		     acl_of(MOUNT_POINT "/tcp/80"));

	/* Over itself, over other rules, and over none. */
	ASSERT_EQ(0, run(RESTORE));
	ASSERT_EQ(0, run(SAVE("again")));
	ASSERT_EQ(0, run(SAME));
	ASSERT_EQ(0, run("setfacl -b tcp/80 && chmod 600 tcp/8080"));
	ASSERT_EQ(0, run("chown root:root tcp/443 && chmod 777 udp/53"));
	ASSERT_EQ(0, run(SAVE("again")));
	ASSERT_NE(0, run(SAME " >/dev/null"));
	ASSERT_EQ(0, run(RESTORE));
	ASSERT_EQ(0, run(SAVE("again")));
	ASSERT_EQ(0, run(SAME));
	ASSERT_EQ(0, release_all(MOUNT_POINT "/tcp"));
	ASSERT_EQ(0, release_all(MOUNT_POINT "/udp"));
	ASSERT_EQ(0, run(RESTORE));
	ASSERT_EQ(0, run(SAVE("again")));
	ASSERT_EQ(0, run(SAME));
	acting_as(&bob)
		EXPECT_EQ(0, try_bind(IPPROTO_TCP, 8444));
}

/* Restoring an owner makes private; the mode it had shown before is not set. */
TEST_F(files, tools_see_no_change_on_a_public_port)
{
	ASSERT_EQ(0, run("chmod 666 tcp/8080 && chown alice tcp/8080"));
	ASSERT_EQ(0, run(SAVE("saved")));
	ASSERT_EQ(0, run("rm tcp/8080"));
	ASSERT_EQ(0, run(RESTORE));
	EXPECT_STREQ("1001:0 0600", shown(MOUNT_POINT "/tcp/8080"));
}

TEST_NETWORK_MAIN
