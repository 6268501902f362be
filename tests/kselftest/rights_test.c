// SPDX-License-Identifier: GPL-2.0
/*
 * Who may change a node, and what nobody may do to the directories.
 */
#define _GNU_SOURCE
#include <sys/sysmacros.h>
#include <sys/time.h>

#include "kselftest_harness.h"
#include "node.h"

/* An unclaimed port, and what its node shows. */
#define HIGH		8080
#define HIGH_SHOWN	"0:0 0666"

FIXTURE(rights) {
	/* Nothing: the node is tcp/8080. */
};

/* The errno of each change of a rule of alice's and her group web's. */
FIXTURE_VARIANT(rights) {
	struct caller who;
	__u64 capabilities;
	/* Of the unclaimed node, which is root's, alice is a stranger. */
	bool owner;
	int chmod;
	int chgrp_primary;
	int chgrp_supplementary;
	int chgrp_foreign;
	int chown;
	int release;
};

#define RIGHT(capability)	(1ULL << (capability))
#define OWN			2001
#define FOREIGN			2002

FIXTURE_VARIANT_ADD(rights, owner) {
	.who = { .uid = ALICE, .gid = ALICE, .supplementary = OWN },
	.owner = true,
	.chgrp_foreign = EPERM,
	.chown = EPERM,
	.release = EACCES,
};

FIXTURE_VARIANT_ADD(rights, member) {
	.who = { .uid = BOB, .gid = WEB, .supplementary = OWN },
	.chmod = EPERM,
	.chgrp_primary = EPERM,
	.chgrp_supplementary = EPERM,
	.chgrp_foreign = EPERM,
	.chown = EPERM,
	.release = EACCES,
};

FIXTURE_VARIANT_ADD(rights, stranger) {
	.who = { .uid = BOB, .gid = BOB, .supplementary = OWN },
	.chmod = EPERM,
	.chgrp_primary = EPERM,
	.chgrp_supplementary = EPERM,
	.chgrp_foreign = EPERM,
	.chown = EPERM,
	.release = EACCES,
};

FIXTURE_VARIANT_ADD(rights, cap_chown) {
	.who = { .uid = BOB, .gid = BOB, .supplementary = OWN },
	.capabilities = RIGHT(CAP_CHOWN),
	.chmod = EPERM,
	.release = EACCES,
};

FIXTURE_VARIANT_ADD(rights, cap_fowner) {
	.who = { .uid = BOB, .gid = BOB, .supplementary = OWN },
	.capabilities = RIGHT(CAP_FOWNER),
	.chgrp_primary = EPERM,
	.chgrp_supplementary = EPERM,
	.chgrp_foreign = EPERM,
	.chown = EPERM,
	.release = EACCES,
};

/* What they may do as to binding says nothing about the rule. */
FIXTURE_VARIANT_ADD(rights, cap_net) {
	.who = { .uid = BOB, .gid = BOB, .supplementary = OWN },
	.capabilities = RIGHT(CAP_NET_BIND_SERVICE) | RIGHT(CAP_NET_ADMIN),
	.chmod = EPERM,
	.chgrp_primary = EPERM,
	.chgrp_supplementary = EPERM,
	.chgrp_foreign = EPERM,
	.chown = EPERM,
	.release = EACCES,
};

/* The right to write in root's directory. */
FIXTURE_VARIANT_ADD(rights, cap_dac_override) {
	.who = { .uid = BOB, .gid = BOB, .supplementary = OWN },
	.capabilities = RIGHT(CAP_DAC_OVERRIDE),
	.chmod = EPERM,
	.chgrp_primary = EPERM,
	.chgrp_supplementary = EPERM,
	.chgrp_foreign = EPERM,
	.chown = EPERM,
};

FIXTURE_VARIANT_ADD(rights, root) {
	.capabilities = ~0ULL >> (63 - CAP_LAST_CAP),
};

FIXTURE_SETUP(rights)
{
	ASSERT_EQ(0, clean_view());
}

FIXTURE_TEARDOWN(rights)
{
}

#define RULE	"1001:1100 0600"

TEST_F(rights, claimed)
{
	const char *path = node_path(IPPROTO_TCP, HIGH);
	int error = -1;

#define EXPECT_CHANGE(expected, change, result) do {			\
	ASSERT_EQ(0, claim(IPPROTO_TCP, HIGH, ALICE, WEB, 0600));	\
	acting_with(&variant->who, variant->capabilities)		\
		error = failure(change);				\
	EXPECT_EQ(expected, error);					\
	EXPECT_STREQ((expected) ? RULE : (result), shown(path));	\
} while (0)

	EXPECT_CHANGE(variant->chmod, chmod(path, 0666), "1001:1100 0666");
	EXPECT_CHANGE(variant->chmod, chmod(path, 0600), RULE);
	EXPECT_CHANGE(variant->chgrp_supplementary, chown(path, -1, OWN),
		      "1001:2001 0600");
	EXPECT_CHANGE(variant->chgrp_foreign, chown(path, -1, FOREIGN),
		      "1001:2002 0600");
	EXPECT_CHANGE(variant->chown, chown(path, BOB, -1), "1002:1100 0600");
	EXPECT_CHANGE(variant->chown, chown(path, 0, -1), "0:1100 0600");
	EXPECT_CHANGE(variant->release, unlink(path), HIGH_SHOWN);

	ASSERT_EQ(0, claim(IPPROTO_TCP, HIGH, ALICE, 0, 0600));
	acting_with(&variant->who, variant->capabilities)
		error = failure(chown(path, -1, variant->who.gid));
	EXPECT_EQ(variant->chgrp_primary, error);
}

TEST_F(rights, unclaimed)
{
	const char *path = node_path(IPPROTO_TCP, HIGH);
	int error = -1;

#define EXPECT_CLAIM(expected_, change, result) do {			\
	int expected = variant->owner ? EPERM : (expected_);		\
									\
	acting_with(&variant->who, variant->capabilities)		\
		error = failure(change);				\
	EXPECT_EQ(expected, error);					\
	EXPECT_STREQ(expected ? HIGH_SHOWN : (result), shown(path));	\
	EXPECT_STREQ(expected ? "" : "8080",				\
		     listing(MOUNT_POINT "/tcp"));			\
	ASSERT_EQ(0, release(IPPROTO_TCP, HIGH));			\
} while (0)

	EXPECT_CLAIM(variant->chmod, chmod(path, 0666), "0:0 0666");
	EXPECT_CLAIM(variant->chmod, chmod(path, 0600), "0:0 0600");
	EXPECT_CLAIM(variant->chgrp_supplementary, chown(path, -1, OWN),
		     "0:2001 0600");
	EXPECT_CLAIM(variant->chgrp_foreign, chown(path, -1, FOREIGN),
		     "0:2002 0600");
	EXPECT_CLAIM(variant->chown, chown(path, variant->who.uid, -1),
		     variant->who.uid ? "1002:0 0600" : "0:0 0600");

	acting_with(&variant->who, variant->capabilities)
		error = failure(unlink(path));
	EXPECT_EQ(variant->release, error);
	EXPECT_STREQ("", listing(MOUNT_POINT "/tcp"));
}

FIXTURE(directory) {
	/* Nothing: the path is the variant's. */
};

FIXTURE_VARIANT(directory) {
	const char *path;
	const char *entries;
	int links;
};

FIXTURE_VARIANT_ADD(directory, root) {
	.path = MOUNT_POINT,
	.entries = "tcp udp",
	.links = 4,
};

FIXTURE_VARIANT_ADD(directory, tcp) {
	.path = MOUNT_POINT "/tcp",
	.entries = "",
	.links = 2,
};

FIXTURE_VARIANT_ADD(directory, udp) {
	.path = MOUNT_POINT "/udp",
	.entries = "",
	.links = 2,
};

FIXTURE_SETUP(directory)
{
	ASSERT_EQ(0, clean_view());
}

FIXTURE_TEARDOWN(directory)
{
	EXPECT_STREQ("0:0 0755 directory", shown(variant->path));
	EXPECT_STREQ(variant->entries, listing(variant->path));
}

TEST_F(directory, is_roots)
{
	struct stat status;

	ASSERT_EQ(0, stat(variant->path, &status));
	EXPECT_STREQ("0:0 0755 directory", shown(variant->path));
	EXPECT_EQ(variant->links, (int)status.st_nlink);
	acting_as(&bob) {
		EXPECT_STREQ(variant->entries, listing(variant->path));
		EXPECT_EQ(EACCES, failure(access(variant->path, W_OK)));
	}
}

TEST_F(directory, stays_so)
{
	static const struct timeval epoch[2];
	const char *path = variant->path;

	EXPECT_EQ(EPERM, failure(chown(path, ALICE, -1)));
	EXPECT_EQ(EPERM, failure(chown(path, -1, WEB)));
	EXPECT_EQ(EPERM, failure(chown(path, ALICE, WEB)));
	EXPECT_EQ(EPERM, failure(chown(path, 0, WEB)));
	EXPECT_EQ(EPERM, failure(chmod(path, 0777)));
	EXPECT_EQ(EPERM, failure(chmod(path, 01755)));
	EXPECT_EQ(EPERM, failure(chmod(path, 02755)));
	EXPECT_EQ(EPERM, failure(chmod(path, 0)));
	EXPECT_EQ(EPERM, failure(utimes(path, epoch)));
	EXPECT_EQ(EPERM, failure(utimes(path, NULL)));
	acting_as(&bob) {
		EXPECT_EQ(EPERM, failure(chown(path, BOB, -1)));
		EXPECT_EQ(EPERM, failure(chmod(path, 0755)));
	}
}

TEST_F(directory, takes_a_change_that_changes_nothing)
{
	EXPECT_EQ(0, failure(chown(variant->path, 0, 0)));
	EXPECT_EQ(0, failure(chown(variant->path, 0, -1)));
	EXPECT_EQ(0, failure(chown(variant->path, -1, 0)));
	EXPECT_EQ(0, failure(chown(variant->path, -1, -1)));
	EXPECT_EQ(0, failure(chmod(variant->path, 0755)));
}

TEST_F(directory, takes_no_entries)
{
	static const char * const names[] = {
		"new", "0", "080", "65536", "tcp6",
	};
	char path[64];
	size_t i;

	close(open(SCRATCH "/file", O_CREAT | O_WRONLY, 0600));
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", variant->path, names[i]);
		EXPECT_EQ(EPERM, failure(mkdir(path, 0755)));
		EXPECT_EQ(EPERM, failure(open(path, O_CREAT | O_RDWR, 0600)));
		EXPECT_EQ(EPERM, failure(open(path, O_CREAT | O_EXCL | O_WRONLY,
					      0600)));
		EXPECT_EQ(EPERM, failure(mknod(path, S_IFREG | 0600, 0)));
		EXPECT_EQ(EPERM, failure(mknod(path, S_IFIFO | 0600, 0)));
		EXPECT_EQ(EPERM, failure(mknod(path, S_IFCHR | 0600,
					       makedev(1, 3))));
		EXPECT_EQ(EPERM, failure(symlink("/dev/null", path)));
		EXPECT_EQ(EPERM, failure(link(MOUNT_POINT "/tcp/80", path)));
		EXPECT_EQ(EXDEV, failure(link(SCRATCH "/file", path)));
		EXPECT_EQ(EPERM, failure(rename(MOUNT_POINT "/tcp/80", path)));
		EXPECT_EQ(EXDEV, failure(rename(SCRATCH "/file", path)));
		acting_as(&bob)
			EXPECT_EQ(EACCES, failure(mkdir(path, 0755)));
		EXPECT_EQ(ENOENT, failure(access(path, F_OK)));
	}
	EXPECT_EQ(EOPNOTSUPP, failure(open(variant->path, O_TMPFILE | O_RDWR,
					   0600)));
}

TEST(nothing_is_renamed_or_removed)
{
	ASSERT_EQ(0, clean_view());
	ASSERT_EQ(0, chown(MOUNT_POINT "/tcp/80", ALICE, -1));
	ASSERT_EQ(0, chdir(MOUNT_POINT "/tcp"));
	EXPECT_EQ(EPERM, failure(rename("80", "81")));
	EXPECT_EQ(EPERM, failure(rename("80", "new")));
	EXPECT_EQ(EPERM, failure(rename("80", "../udp/80")));
	EXPECT_EQ(EPERM, failure(rename("80", "../80")));
	EXPECT_EQ(EPERM, failure(renameat2(AT_FDCWD, "80", AT_FDCWD, "81",
					   RENAME_EXCHANGE)));
	EXPECT_EQ(EEXIST, failure(renameat2(AT_FDCWD, "80", AT_FDCWD, "81",
					    RENAME_NOREPLACE)));
	EXPECT_EQ(EPERM, failure(rename("../tcp", "../new")));
	EXPECT_EQ(EPERM, failure(renameat2(AT_FDCWD, "../tcp", AT_FDCWD,
					   "../udp", RENAME_EXCHANGE)));
	EXPECT_EQ(EXDEV, failure(rename("80", SCRATCH "/80")));
	EXPECT_EQ(EEXIST, failure(link("80", "81")));
	EXPECT_EQ(EEXIST, failure(symlink("80", "81")));
	EXPECT_EQ(EEXIST, failure(mkdir("81", 0755)));
	EXPECT_EQ(EEXIST, failure(mknod("81", S_IFCHR | 0600, makedev(1, 3))));
	EXPECT_EQ(ENOTDIR, failure(rmdir("80")));
	EXPECT_EQ(EPERM, failure(rmdir("../tcp")));
	EXPECT_EQ(EPERM, failure(rmdir("../udp")));
	EXPECT_EQ(EISDIR, failure(unlink("../tcp")));
	EXPECT_EQ(ENOTDIR, failure(access("80/1", F_OK)));
	EXPECT_STREQ("80", listing("."));
	EXPECT_STREQ("tcp udp", listing(".."));
	EXPECT_STREQ("1001:0 0600", shown("80"));
	EXPECT_STREQ("0:0 0600", shown("81"));
}

TEST(root_has_two_names)
{
	static const char * const names[] = {
		"TCP", "tc", "tcpp", "tcp6", "sctp", "udplite", "80", "0",
	};
	char path[64];
	size_t i;

	ASSERT_EQ(0, clean_view());
	EXPECT_STREQ("tcp udp", listing(MOUNT_POINT));
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), MOUNT_POINT "/%s", names[i]);
		EXPECT_EQ(ENOENT, failure(access(path, F_OK)))
			TH_LOG("name '%s'", names[i]);
	}
}

TEST_NETWORK_MAIN
