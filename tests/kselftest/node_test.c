// SPDX-License-Identifier: GPL-2.0
/*
 * Nodes: their names and attributes, listings, claims and releases.
 */
#define _GNU_SOURCE
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <time.h>

#include "kselftest_harness.h"
#include "node.h"

/* Two unclaimed ports, on either side of the kernel's threshold. */
#define LOW		80
#define HIGH		8080
#define LOW_SHOWN	"0:0 0600"
#define HIGH_SHOWN	"0:0 0666"

#define NODE(port)	node_path(variant->protocol, port)

FIXTURE(node) {
	char directory[32];
	int fd;
};

FIXTURE_VARIANT(node) {
	int protocol;
	const char *name;
	const char *other;
	unsigned int first_minor;
};

FIXTURE_VARIANT_ADD(node, tcp) {
	.protocol = IPPROTO_TCP,
	.name = "tcp",
	.other = MOUNT_POINT "/udp",
	.first_minor = 0,
};

FIXTURE_VARIANT_ADD(node, udp) {
	.protocol = IPPROTO_UDP,
	.name = "udp",
	.other = MOUNT_POINT "/tcp",
	.first_minor = 65536,
};

FIXTURE_SETUP(node)
{
	ASSERT_EQ(0, clean_view());
	snprintf(self->directory, sizeof(self->directory), MOUNT_POINT "/%s",
		 variant->name);
	self->fd = open(self->directory, O_RDONLY | O_DIRECTORY);
	ASSERT_LE(0, self->fd);
	ASSERT_STREQ("", listing(self->directory));
}

FIXTURE_TEARDOWN(node)
{
	close(self->fd);
}

/* ---- names and nodes ---- */

static int portfs_major(void)
{
	FILE *file = fopen("/proc/devices", "r");
	char line[128], name[64];
	int major, found = -1;

	while (file && fgets(line, sizeof(line), file)) {
		if (!strncmp(line, "Block", 5))
			break;
		if (sscanf(line, "%d %63s", &major, name) == 2 &&
		    !strcmp(name, "portfs"))
			found = major;
	}
	if (file)
		fclose(file);
	return found;
}

TEST_F(node, names_that_exist)
{
	static const unsigned int ports[] = {
		1, 9, 10, 80, 99, 100, 1023, 1024, 9999, 10000, 65534, 65535,
	};
	int major = portfs_major();
	struct stat status;
	size_t i;

	ASSERT_LT(0, major);
	for (i = 0; i < ARRAY_SIZE(ports); i++) {
		ASSERT_EQ(0, lstat(NODE(ports[i]), &status));
		EXPECT_TRUE(S_ISCHR(status.st_mode));
		EXPECT_EQ(major, (int)major(status.st_rdev));
		EXPECT_EQ(variant->first_minor + ports[i],
			  minor(status.st_rdev));
		EXPECT_EQ(1, (int)status.st_nlink);
		EXPECT_EQ(0, (int)status.st_size);
	}
}

TEST_F(node, names_that_do_not_exist)
{
	static const char * const names[] = {
		"0", "00", "080", "00080", "+80", "-1", "-80", " 80", "80 ",
		"80x", "x80", "0x50", "8.0", "8,0", "80\n", "65536", "65537",
		"65616", "70000", "99999", "100000", "131072", "131152",
		"4294967296", "4294967376", "18446744073709551696", "1e2",
		"tcp", "udp", ":", "/80x", "\xd9\xa8\xd9\xa0",
	};
	struct stat status;
	char path[128];
	size_t i;

	EXPECT_EQ(ENOENT, failure(fstatat(self->fd, "", &status, 0)));
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", self->directory,
			 names[i]);
		EXPECT_EQ(ENOENT, failure(lstat(path, &status)))
			TH_LOG("name '%s'", names[i]);
		EXPECT_EQ(ENOENT, failure(chown(path, ALICE, -1)));
		EXPECT_EQ(ENOENT, failure(unlink(path)));
	}
	EXPECT_STREQ("", listing(self->directory));
}

TEST_F(node, each_has_an_inode_of_its_own)
{
	struct stat one, two, again;

	ASSERT_EQ(0, lstat(NODE(LOW), &one));
	ASSERT_EQ(0, lstat(NODE(HIGH), &two));
	ASSERT_EQ(0, lstat(NODE(LOW), &again));
	EXPECT_NE(one.st_ino, two.st_ino);
	EXPECT_EQ(one.st_ino, again.st_ino);
	EXPECT_EQ(one.st_dev, two.st_dev);
	ASSERT_EQ(0, chown(NODE(LOW), ALICE, -1));
	ASSERT_EQ(0, lstat(NODE(LOW), &again));
	EXPECT_EQ(one.st_ino, again.st_ino);
}

TEST_F(node, unclaimed_shows_the_threshold)
{
	EXPECT_STREQ("0:0 0600", shown(NODE(1)));
	EXPECT_STREQ("0:0 0600", shown(NODE(1023)));
	EXPECT_STREQ("0:0 0666", shown(NODE(1024)));
	EXPECT_STREQ("0:0 0666", shown(NODE(65535)));
	ASSERT_EQ(0, write_file(THRESHOLD, "80"));
	EXPECT_STREQ("0:0 0600", shown(NODE(79)));
	EXPECT_STREQ("0:0 0666", shown(NODE(80)));
	ASSERT_EQ(0, write_file(THRESHOLD, "0"));
	EXPECT_STREQ("0:0 0666", shown(NODE(1)));
	ASSERT_EQ(0, write_file(THRESHOLD, "30000"));
	EXPECT_STREQ("0:0 0600", shown(NODE(29999)));
	EXPECT_STREQ("0:0 0666", shown(NODE(30000)));
}

TEST_F(node, open_inode_follows_the_threshold)
{
	int low = open(NODE(LOW), O_PATH);
	int high = open(NODE(HIGH), O_PATH);

	ASSERT_LE(0, low);
	ASSERT_LE(0, high);
	EXPECT_STREQ("0:0 0600", shown_fd(low));
	EXPECT_STREQ("0:0 0666", shown_fd(high));
	ASSERT_EQ(0, write_file(THRESHOLD, "80"));
	EXPECT_STREQ("0:0 0666", shown_fd(low));
	ASSERT_EQ(0, write_file(THRESHOLD, "81"));
	EXPECT_STREQ("0:0 0600", shown_fd(low));
	/* Its permissions, too, and without a look at it. */
	ASSERT_EQ(0, write_file(THRESHOLD, "80"));
	acting_as(&bob)
		EXPECT_EQ(0, failure(access(NODE(LOW), W_OK)));
	ASSERT_EQ(0, write_file(THRESHOLD, "9000"));
	acting_as(&bob) {
		EXPECT_EQ(EACCES, failure(access(NODE(LOW), W_OK)));
		EXPECT_EQ(EACCES, failure(access(NODE(HIGH), W_OK)));
	}
	EXPECT_STREQ("0:0 0600", shown_fd(low));
	EXPECT_STREQ("0:0 0600", shown_fd(high));
}

TEST_F(node, claimed_does_not_follow_the_threshold)
{
	ASSERT_EQ(0, chmod(NODE(LOW), 0640));
	ASSERT_EQ(0, chmod(NODE(HIGH), 0604));
	ASSERT_EQ(0, write_file(THRESHOLD, "0"));
	EXPECT_STREQ("0:0 0640", shown(NODE(LOW)));
	EXPECT_STREQ("0:0 0604", shown(NODE(HIGH)));
	ASSERT_EQ(0, write_file(THRESHOLD, "30000"));
	EXPECT_STREQ("0:0 0640", shown(NODE(LOW)));
	EXPECT_STREQ("0:0 0604", shown(NODE(HIGH)));
}

TEST_F(node, looking_claims_nothing)
{
	struct stat status;
	unsigned int port;
	int fd;

	for (port = 1; port < 2000; port += 37) {
		ASSERT_EQ(0, stat(NODE(port), &status));
		EXPECT_EQ(0, failure(access(NODE(port), R_OK | W_OK)));
		fd = open(NODE(port), O_PATH);
		ASSERT_LE(0, fd);
		close(fd);
		EXPECT_EQ(ENXIO, failure(open(NODE(port), O_RDWR)));
	}
	EXPECT_STREQ("", listing(self->directory));
	EXPECT_STREQ("", listing(variant->other));
	acting_as(&bob)
		EXPECT_EQ(0, try_bind(variant->protocol, 1037));
}

/* ---- listings ---- */

TEST_F(node, listing_is_in_numeric_order)
{
	static const unsigned int ports[] = {
		65535, 1, 8080, 80, 443, 9, 10, 1000, 65534, 100, 2,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ports); i++)
		ASSERT_EQ(0, chown(NODE(ports[i]), ALICE, -1));
	EXPECT_STREQ("1 2 9 10 80 100 443 1000 8080 65534 65535",
		     listing(self->directory));
	EXPECT_STREQ("", listing(variant->other));
	ASSERT_EQ(0, unlink(NODE(1)));
	ASSERT_EQ(0, unlink(NODE(65535)));
	ASSERT_EQ(0, unlink(NODE(443)));
	EXPECT_STREQ("2 9 10 80 100 1000 8080 65534", listing(self->directory));
}

TEST_F(node, entries_agree_with_stat)
{
	struct dirent *entry;
	struct stat status;
	int entries = 0;
	DIR *directory;

	ASSERT_EQ(0, chmod(NODE(LOW), 0600));
	ASSERT_EQ(0, chmod(NODE(HIGH), 0600));
	directory = opendir(self->directory);
	ASSERT_NE(NULL, directory);
	while ((entry = readdir(directory))) {
		bool dots = entry->d_name[0] == '.';

		EXPECT_EQ(dots ? DT_DIR : DT_CHR, (int)entry->d_type);
		ASSERT_EQ(0, fstatat(self->fd, entry->d_name, &status, 0));
		EXPECT_EQ(status.st_ino, entry->d_ino);
		entries++;
	}
	closedir(directory);
	EXPECT_EQ(4, entries);
}

TEST_F(node, seekdir_returns_to_telldir)
{
	static const unsigned int ports[] = { 1, 80, 443, 8080, 65535 };
	char names[8][256];
	long places[ARRAY_SIZE(names) + 1];
	struct dirent *entry;
	DIR *directory;
	int count, i;

	for (i = 0; i < (int)ARRAY_SIZE(ports); i++)
		ASSERT_EQ(0, chmod(NODE(ports[i]), 0600));
	directory = opendir(self->directory);
	ASSERT_NE(NULL, directory);
	for (count = 0; count < 8; count++) {
		places[count] = telldir(directory);
		entry = readdir(directory);
		if (!entry)
			break;
		snprintf(names[count], sizeof(names[count]), "%s",
			 entry->d_name);
	}
	ASSERT_EQ(7, count);
	for (i = count - 1; i >= 0; i--) {
		seekdir(directory, places[i]);
		entry = readdir(directory);
		ASSERT_NE(NULL, entry);
		EXPECT_STREQ(names[i], entry->d_name);
	}
	seekdir(directory, places[count]);
	EXPECT_EQ(NULL, readdir(directory));

	/* The entry after the place goes: it continues behind it. */
	ASSERT_EQ(0, unlink(NODE(443)));
	seekdir(directory, places[4]);
	entry = readdir(directory);
	ASSERT_NE(NULL, entry);
	EXPECT_STREQ("8080", entry->d_name);

	ASSERT_EQ(0, chmod(NODE(2), 0600));
	rewinddir(directory);
	for (i = 0; i < 4; i++)
		entry = readdir(directory);
	ASSERT_NE(NULL, entry);
	EXPECT_STREQ("2", entry->d_name);
	closedir(directory);
}

TEST_F(node, seek_beyond_the_end)
{
	char buffer[256];

	ASSERT_EQ(0, chmod(NODE(65535), 0600));
	EXPECT_EQ(65536, lseek(self->fd, 65536, SEEK_SET));
	EXPECT_LT(0, (int)syscall(SYS_getdents64, self->fd, buffer,
				  sizeof(buffer)));
	EXPECT_EQ(0, (int)syscall(SYS_getdents64, self->fd, buffer,
				  sizeof(buffer)));
	EXPECT_EQ(65537, lseek(self->fd, 65537, SEEK_SET));
	EXPECT_EQ(0, (int)syscall(SYS_getdents64, self->fd, buffer,
				  sizeof(buffer)));
	/* 32 bits do not hold it. */
	EXPECT_EQ(0x100000002, lseek(self->fd, 0x100000002, SEEK_SET));
	EXPECT_EQ(0, (int)syscall(SYS_getdents64, self->fd, buffer,
				  sizeof(buffer)));
	EXPECT_EQ(EINVAL, failure((int)lseek(self->fd, -1, SEEK_SET)));
}

struct linux_dirent64 {
	__u64 d_ino;
	__s64 d_off;
	unsigned short d_reclen;
	unsigned char d_type;
	char d_name[];
};

/* The next name through a buffer that holds but one; "" at the end. */
static const char *next_name(int fd, size_t size)
{
	static union {
		struct linux_dirent64 entry;
		char bytes[64];
	} buffer;
	long length;

	errno = 0;
	length = syscall(SYS_getdents64, fd, &buffer, size);
	if (length < 0)
		return strerror(errno);
	return length ? buffer.entry.d_name : "";
}

/* What a struct linux_dirent64 takes whose name has at most 4, or 5 to 12. */
#define FOUR_CHARACTERS		24
#define FIVE_CHARACTERS		32

TEST_F(node, smallest_buffer)
{
	ASSERT_EQ(0, chmod(NODE(1), 0600));
	ASSERT_EQ(0, chmod(NODE(9999), 0600));
	ASSERT_EQ(0, chmod(NODE(10000), 0600));
	ASSERT_EQ(0, chmod(NODE(65535), 0600));
	EXPECT_STREQ(".", next_name(self->fd, FOUR_CHARACTERS));
	EXPECT_STREQ("..", next_name(self->fd, FOUR_CHARACTERS));
	EXPECT_STREQ("1", next_name(self->fd, FOUR_CHARACTERS));
	EXPECT_STREQ("9999", next_name(self->fd, FOUR_CHARACTERS));
	/* An entry that does not fit is not lost. */
	EXPECT_STREQ(strerror(EINVAL), next_name(self->fd, FOUR_CHARACTERS));
	EXPECT_STREQ("10000", next_name(self->fd, FIVE_CHARACTERS));
	EXPECT_STREQ("65535", next_name(self->fd, FIVE_CHARACTERS));
	EXPECT_STREQ("", next_name(self->fd, FIVE_CHARACTERS));
}

TEST_F(node, listing_while_claims_change)
{
	unsigned int port;
	char name[8];
	int i;

	/* Opened before the first claim, so before there is a table. */
	for (port = 100; port <= 300; port += 10)
		ASSERT_EQ(0, chmod(NODE(port), 0600));
	for (i = 0; i < 2; i++)
		ASSERT_STRNE("", next_name(self->fd, FIVE_CHARACTERS));
	for (port = 100; port <= 200; port += 10) {
		snprintf(name, sizeof(name), "%u", port);
		EXPECT_STREQ(name, next_name(self->fd, FIVE_CHARACTERS));
	}
	ASSERT_EQ(0, unlink(NODE(100)));
	ASSERT_EQ(0, unlink(NODE(200)));
	ASSERT_EQ(0, unlink(NODE(210)));
	ASSERT_EQ(0, unlink(NODE(300)));
	ASSERT_EQ(0, chmod(NODE(199), 0600));
	ASSERT_EQ(0, chmod(NODE(215), 0600));
	ASSERT_EQ(0, chmod(NODE(65535), 0600));
	EXPECT_STREQ("215", next_name(self->fd, FIVE_CHARACTERS));
	for (port = 220; port <= 290; port += 10) {
		snprintf(name, sizeof(name), "%u", port);
		EXPECT_STREQ(name, next_name(self->fd, FIVE_CHARACTERS));
	}
	EXPECT_STREQ("65535", next_name(self->fd, FIVE_CHARACTERS));
	EXPECT_STREQ("", next_name(self->fd, FIVE_CHARACTERS));
}

TEST_F(node, listing_while_all_claims_go)
{
	unsigned int port;

	for (port = 1; port <= 20; port++)
		ASSERT_EQ(0, chmod(NODE(port), 0600));
	EXPECT_STREQ(".", next_name(self->fd, FIVE_CHARACTERS));
	EXPECT_STREQ("..", next_name(self->fd, FIVE_CHARACTERS));
	EXPECT_STREQ("1", next_name(self->fd, FIVE_CHARACTERS));
	for (port = 1; port <= 20; port++)
		ASSERT_EQ(0, unlink(NODE(port)));
	EXPECT_STREQ("", next_name(self->fd, FIVE_CHARACTERS));
}

/* ---- claims ---- */

TEST_F(node, claim_by_chown)
{
	ASSERT_EQ(0, chown(NODE(LOW), ALICE, -1));
	ASSERT_EQ(0, chown(NODE(HIGH), ALICE, -1));
	EXPECT_STREQ("1001:0 0600", shown(NODE(LOW)));
	EXPECT_STREQ("1001:0 0600", shown(NODE(HIGH)));
	EXPECT_STREQ("80 8080", listing(self->directory));
}

TEST_F(node, claim_by_chgrp)
{
	ASSERT_EQ(0, chown(NODE(LOW), -1, WEB));
	ASSERT_EQ(0, chown(NODE(HIGH), -1, WEB));
	EXPECT_STREQ("0:1100 0600", shown(NODE(LOW)));
	EXPECT_STREQ("0:1100 0600", shown(NODE(HIGH)));
	EXPECT_STREQ("80 8080", listing(self->directory));
}

TEST_F(node, claim_by_chmod)
{
	ASSERT_EQ(0, chmod(NODE(LOW), 0666));
	ASSERT_EQ(0, chmod(NODE(HIGH), 0640));
	EXPECT_STREQ("0:0 0666", shown(NODE(LOW)));
	EXPECT_STREQ("0:0 0640", shown(NODE(HIGH)));
	EXPECT_STREQ("80 8080", listing(self->directory));
}

/* What a node shows already can be claimed, and then stays. */
TEST_F(node, claim_of_what_it_shows)
{
	ASSERT_EQ(0, chmod(NODE(LOW), 0600));
	ASSERT_EQ(0, chmod(NODE(HIGH), 0666));
	EXPECT_STREQ("80 8080", listing(self->directory));
	ASSERT_EQ(0, write_file(THRESHOLD, "0"));
	EXPECT_STREQ("0:0 0600", shown(NODE(LOW)));
	ASSERT_EQ(0, write_file(THRESHOLD, "30000"));
	EXPECT_STREQ("0:0 0666", shown(NODE(HIGH)));
	acting_as(&bob)
		EXPECT_EQ(0, try_bind(variant->protocol, HIGH));
}

TEST_F(node, root_reserves_a_high_port)
{
	ASSERT_EQ(0, chown(NODE(HIGH), 0, -1));
	EXPECT_STREQ("0:0 0600", shown(NODE(HIGH)));
	EXPECT_STREQ("8080", listing(self->directory));
	acting_as(&bob)
		EXPECT_EQ(EACCES, try_bind(variant->protocol, HIGH));
	ASSERT_EQ(0, chown(NODE(HIGH + 1), -1, 0));
	EXPECT_STREQ("0:0 0600", shown(NODE(HIGH + 1)));
}

TEST_F(node, chown_keeps_an_explicit_mode)
{
	ASSERT_EQ(0, chmod(NODE(HIGH), 0664));
	ASSERT_EQ(0, chown(NODE(HIGH), ALICE, WEB));
	EXPECT_STREQ("1001:1100 0664", shown(NODE(HIGH)));
	ASSERT_EQ(0, chown(NODE(HIGH), BOB, -1));
	EXPECT_STREQ("1002:1100 0664", shown(NODE(HIGH)));
	ASSERT_EQ(0, chown(NODE(HIGH), -1, 0));
	EXPECT_STREQ("1002:0 0664", shown(NODE(HIGH)));
}

TEST_F(node, chmod_keeps_owner_and_group)
{
	ASSERT_EQ(0, chown(NODE(LOW), ALICE, WEB));
	ASSERT_EQ(0, chmod(NODE(LOW), 0620));
	EXPECT_STREQ("1001:1100 0620", shown(NODE(LOW)));
}

TEST_F(node, chown_of_nothing_claims_nothing)
{
	ASSERT_EQ(0, chown(NODE(LOW), -1, -1));
	ASSERT_EQ(0, chown(NODE(HIGH), -1, -1));
	EXPECT_STREQ(LOW_SHOWN, shown(NODE(LOW)));
	EXPECT_STREQ(HIGH_SHOWN, shown(NODE(HIGH)));
	EXPECT_STREQ("", listing(self->directory));
}

TEST_F(node, any_mode_is_shown_as_it_was_set)
{
	static const mode_t modes[] = {
		00000, 00001, 00222, 00600, 00755, 00777,
		01600, 02660, 04755, 07777,
	};
	struct stat status;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		ASSERT_EQ(0, chmod(NODE(LOW), modes[i]));
		ASSERT_EQ(0, stat(NODE(LOW), &status));
		EXPECT_EQ(S_IFCHR | modes[i], status.st_mode);
	}
}

TEST_F(node, largest_ids)
{
	ASSERT_EQ(0, chown(NODE(LOW), 4294967294U, 4294967293U));
	EXPECT_STREQ("4294967294:4294967293 0600", shown(NODE(LOW)));
}

TEST_F(node, both_protocols_have_rules_of_their_own)
{
	int other = variant->protocol == IPPROTO_TCP ? IPPROTO_UDP :
						       IPPROTO_TCP;

	ASSERT_EQ(0, chown(NODE(LOW), ALICE, -1));
	EXPECT_STREQ(LOW_SHOWN, shown(node_path(other, LOW)));
	ASSERT_EQ(0, chown(node_path(other, LOW), BOB, -1));
	EXPECT_STREQ("1001:0 0600", shown(NODE(LOW)));
	ASSERT_EQ(0, unlink(NODE(LOW)));
	EXPECT_STREQ("1002:0 0600", shown(node_path(other, LOW)));
	EXPECT_STREQ("80", listing(variant->other));
	EXPECT_STREQ("", listing(self->directory));
}

/* ---- releases ---- */

TEST_F(node, rm_releases)
{
	struct stat status;

	ASSERT_EQ(0, chown(NODE(LOW), ALICE, WEB));
	ASSERT_EQ(0, chown(NODE(HIGH), ALICE, WEB));
	ASSERT_EQ(0, unlink(NODE(LOW)));
	EXPECT_STREQ("8080", listing(self->directory));
	ASSERT_EQ(0, unlink(NODE(HIGH)));
	EXPECT_STREQ("", listing(self->directory));
	EXPECT_STREQ(LOW_SHOWN, shown(NODE(LOW)));
	EXPECT_STREQ(HIGH_SHOWN, shown(NODE(HIGH)));
	ASSERT_EQ(0, stat(NODE(LOW), &status));
	EXPECT_EQ(1, (int)status.st_nlink);
	acting_as(&alice) {
		EXPECT_EQ(EACCES, try_bind(variant->protocol, LOW));
		EXPECT_EQ(0, try_bind(variant->protocol, HIGH));
	}
	/* A new claim starts anew. */
	ASSERT_EQ(0, chown(NODE(HIGH), -1, WEB));
	EXPECT_STREQ("0:1100 0600", shown(NODE(HIGH)));
	EXPECT_STREQ("8080", listing(self->directory));
}

TEST_F(node, rm_of_an_unclaimed_node)
{
	ASSERT_EQ(0, chown(NODE(HIGH), ALICE, -1));
	EXPECT_EQ(0, unlink(NODE(LOW)));
	EXPECT_EQ(0, unlink(NODE(HIGH + 1)));
	EXPECT_STREQ(LOW_SHOWN, shown(NODE(LOW)));
	EXPECT_STREQ("8080", listing(self->directory));
	EXPECT_STREQ("1001:0 0600", shown(NODE(HIGH)));
	ASSERT_EQ(0, unlink(NODE(HIGH)));
	EXPECT_EQ(0, unlink(NODE(HIGH)));
	EXPECT_STREQ("", listing(self->directory));
}

TEST_F(node, open_inode_outlives_its_rule)
{
	int fd;

	ASSERT_EQ(0, chown(NODE(HIGH), ALICE, -1));
	fd = open(NODE(HIGH), O_PATH);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, unlink(NODE(HIGH)));
	EXPECT_STREQ(HIGH_SHOWN, shown_fd(fd));
	ASSERT_EQ(0, fchownat(fd, "", BOB, -1, AT_EMPTY_PATH));
	EXPECT_STREQ("1002:0 0600", shown_fd(fd));
	EXPECT_STREQ("1002:0 0600", shown(NODE(HIGH)));
	EXPECT_STREQ("8080", listing(self->directory));
	acting_as(&bob)
		EXPECT_EQ(0, try_bind(variant->protocol, HIGH));
	acting_as(&alice)
		EXPECT_EQ(EACCES, try_bind(variant->protocol, HIGH));
	ASSERT_EQ(0, chown(NODE(HIGH), ALICE, WEB));
	EXPECT_STREQ("1001:1100 0600", shown_fd(fd));
	ASSERT_EQ(0, unlink(NODE(HIGH)));
	EXPECT_STREQ(HIGH_SHOWN, shown_fd(fd));
	close(fd);
}

/* ---- what a node is not ---- */

TEST_F(node, cannot_be_opened)
{
	static const int flags[] = { O_RDONLY, O_WRONLY, O_RDWR };
	char file[64];
	size_t i;

	ASSERT_EQ(0, chown(NODE(LOW), ALICE, -1));
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		EXPECT_EQ(ENXIO, failure(open(NODE(LOW), flags[i])));
		EXPECT_EQ(ENXIO, failure(open(NODE(HIGH), flags[i])));
		EXPECT_EQ(ENXIO, failure(open(NODE(HIGH), flags[i] | O_CREAT,
					      0600)));
		acting_as(&alice)
			EXPECT_EQ(ENXIO, failure(open(NODE(LOW), flags[i])));
		acting_as(&bob)
			EXPECT_EQ(EACCES, failure(open(NODE(LOW), flags[i])));
	}
	EXPECT_EQ(EEXIST, failure(open(NODE(HIGH), O_CREAT | O_EXCL, 0600)));
	snprintf(file, sizeof(file), "%s", NODE(HIGH));
	EXPECT_EQ(EACCES, failure(execl(file, file, NULL)));
	EXPECT_STREQ("80", listing(self->directory));
}

TEST_F(node, times_are_its_rules)
{
	static const struct timespec omit[2] = {
		{ .tv_nsec = UTIME_OMIT }, { .tv_nsec = UTIME_OMIT },
	};
	static const struct timeval epoch[2];

	ASSERT_EQ(0, chown(NODE(LOW), ALICE, -1));
	EXPECT_EQ(EPERM, failure(utimes(NODE(LOW), epoch)));
	EXPECT_EQ(EPERM, failure(utimes(NODE(LOW), NULL)));
	EXPECT_EQ(EPERM, failure(utimes(NODE(HIGH), epoch)));
	EXPECT_EQ(EPERM, failure(utimes(NODE(HIGH), NULL)));
	EXPECT_EQ(0, failure(utimensat(AT_FDCWD, NODE(HIGH), omit, 0)));
	acting_as(&alice)
		EXPECT_EQ(EPERM, failure(utimes(NODE(LOW), NULL)));
	EXPECT_STREQ("80", listing(self->directory));
}

static long long nanoseconds(struct timespec time)
{
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static long long node_time(const char *path)
{
	struct stat status;

	if (lstat(path, &status) ||
	    nanoseconds(status.st_mtim) != nanoseconds(status.st_ctim))
		return -1;
	return nanoseconds(status.st_mtim);
}

/* The clock that stamps inodes, after it has moved on. */
static long long next_tick(void)
{
	struct timespec now;
	long long before;

	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	before = nanoseconds(now);
	do {
		clock_gettime(CLOCK_REALTIME_COARSE, &now);
	} while (nanoseconds(now) == before);
	return nanoseconds(now);
}

TEST_F(node, mtime_is_that_of_the_change)
{
	long long unclaimed = node_time(NODE(LOW));
	long long tick, claimed;
	struct stat status;

	tick = next_tick();
	EXPECT_LT(0, unclaimed);
	EXPECT_LT(unclaimed, tick);
	ASSERT_EQ(0, chown(NODE(LOW), ALICE, -1));
	claimed = node_time(NODE(LOW));
	EXPECT_LE(tick, claimed);
	tick = next_tick();
	ASSERT_EQ(0, stat(NODE(LOW), &status));
	EXPECT_EQ(0, access(NODE(LOW), W_OK));
	EXPECT_EQ(0, try_bind(variant->protocol, LOW));
	ASSERT_EQ(0, chown(NODE(LOW), -1, -1));
	EXPECT_EQ(claimed, node_time(NODE(LOW)));
	ASSERT_EQ(0, chmod(NODE(LOW), 0666));
	EXPECT_LE(tick, node_time(NODE(LOW)));
	ASSERT_EQ(0, unlink(NODE(LOW)));
	EXPECT_EQ(unclaimed, node_time(NODE(LOW)));
}

TEST_F(node, has_no_attributes_of_other_kinds)
{
	static const char * const names[] = { "trusted.x", "security.x" };
	char value[8];
	size_t i;

	ASSERT_EQ(0, chown(NODE(LOW), ALICE, -1));
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		EXPECT_EQ(EOPNOTSUPP, failure(setxattr(NODE(LOW), names[i], "1",
						       1, 0)));
		EXPECT_EQ(EOPNOTSUPP, failure(setxattr(NODE(HIGH), names[i],
						       "1", 1, 0)));
		EXPECT_EQ(EOPNOTSUPP, failure(setxattr(self->directory,
						       names[i], "1", 1, 0)));
		EXPECT_EQ(EOPNOTSUPP, failure(getxattr(NODE(LOW), names[i],
						       value, sizeof(value))));
	}
	EXPECT_EQ(EOPNOTSUPP, failure(setxattr(self->directory, "user.x", "1",
					       1, 0)));
	EXPECT_STREQ("80", listing(self->directory));
}

/* ---- access(2) and bind(2) are one decision ---- */

TEST_F(node, access_agrees_with_bind)
{
	static const mode_t modes[] = {
		0600, 0060, 0006, 0666, 0000, 0200, 0020, 0002, 0222, 0444,
		0111, 0555, 0066, 0606, 0660,
	};
	const struct caller member = {
		.uid = BOB, .gid = BOB, .supplementary = WEB,
	};
	const struct caller primary = { .uid = BOB, .gid = WEB };
	const struct caller owning_member = {
		.uid = ALICE, .gid = ALICE, .supplementary = WEB,
	};
	const struct caller * const callers[] = {
		&alice, &bob, &member, &primary, &owning_member,
	};
	static const unsigned int ports[] = { LOW, HIGH };
	size_t mode, caller, port;
	int yes = 0, no = 0;

	/* First the unclaimed ones, as ~0. */
	for (mode = 0; mode <= ARRAY_SIZE(modes); mode++) {
		for (port = 0; port < ARRAY_SIZE(ports); port++) {
			if (mode)
				ASSERT_EQ(0, claim(variant->protocol,
						   ports[port], ALICE, WEB,
						   modes[mode - 1]));
			for (caller = 0; caller < ARRAY_SIZE(callers);
			     caller++) {
				const char *path = NODE(ports[port]);
				int may_write = -1, may_bind = -1;

				acting_as(callers[caller]) {
					may_write = failure(access(path, W_OK));
					may_bind = try_bind(variant->protocol,
							    ports[port]);
				}
				EXPECT_EQ(may_write, may_bind)
					TH_LOG("mode %04o, caller %zu",
					       mode ? modes[mode - 1] : (mode_t)-1,
					       caller);
				*(may_bind ? &no : &yes) += 1;
			}
		}
	}
	/* Neither road says the same to everybody. */
	EXPECT_LT(40, yes);
	EXPECT_LT(40, no);
}

TEST_NETWORK_MAIN
