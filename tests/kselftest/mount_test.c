// SPDX-License-Identifier: GPL-2.0
/*
 * Mounts of one table, the mount's own affairs, and what inotify(7) sees.
 */
#define _GNU_SOURCE
#include <sys/inotify.h>
#include <sys/vfs.h>

#include "kselftest_harness.h"
#include "node.h"

#define PORTFS_MAGIC	0x706f7274

/* Two unclaimed ports, on either side of the kernel's threshold. */
#define LOW		80
#define HIGH		8080
#define LOW_SHOWN	"0:0 0600"
#define HIGH_SHOWN	"0:0 0666"

#define NODE(port)	node_path(variant->protocol, port)

FIXTURE(mount) {
	char directory[32];
};

FIXTURE_VARIANT(mount) {
	int protocol;
	const char *name;
};

FIXTURE_VARIANT_ADD(mount, tcp) {
	.protocol = IPPROTO_TCP,
	.name = "tcp",
};

FIXTURE_VARIANT_ADD(mount, udp) {
	.protocol = IPPROTO_UDP,
	.name = "udp",
};

FIXTURE_SETUP(mount)
{
	ASSERT_EQ(0, clean_view());
	snprintf(self->directory, sizeof(self->directory), MOUNT_POINT "/%s",
		 variant->name);
	ASSERT_STREQ("", listing(self->directory));
}

FIXTURE_TEARDOWN(mount)
{
}

TEST_F(mount, statfs)
{
	struct statfs status;

	ASSERT_EQ(0, statfs(NODE(LOW), &status));
	EXPECT_EQ(PORTFS_MAGIC, (int)status.f_type);
	ASSERT_EQ(0, statfs(self->directory, &status));
	EXPECT_EQ(PORTFS_MAGIC, (int)status.f_type);
}

#define OTHER_MOUNT	SCRATCH "/other"

static const char *other_node(int protocol, unsigned int port)
{
	static char path[64];

	snprintf(path, sizeof(path), OTHER_MOUNT "/%s/%u",
		 protocol == IPPROTO_UDP ? "udp" : "tcp", port);
	return path;
}

#define OTHER(port)	other_node(variant->protocol, port)

TEST_F(mount, two_mounts_show_one_table)
{
	struct stat one, two;
	int fd;

	ASSERT_EQ(0, mount_at(OTHER_MOUNT, 0));
	ASSERT_EQ(0, stat(NODE(LOW), &one));
	ASSERT_EQ(0, stat(OTHER(LOW), &two));
	EXPECT_EQ(one.st_dev, two.st_dev);
	EXPECT_EQ(one.st_ino, two.st_ino);
	fd = open(OTHER(LOW), O_PATH);
	ASSERT_LE(0, fd);

	ASSERT_EQ(0, chown(NODE(LOW), ALICE, -1));
	EXPECT_STREQ("1001:0 0600", shown(OTHER(LOW)));
	EXPECT_STREQ("1001:0 0600", shown_fd(fd));
	ASSERT_EQ(0, chmod(OTHER(LOW), 0640));
	EXPECT_STREQ("1001:0 0640", shown(NODE(LOW)));
	ASSERT_EQ(0, unlink(OTHER(LOW)));
	EXPECT_STREQ(LOW_SHOWN, shown(NODE(LOW)));
	EXPECT_STREQ(LOW_SHOWN, shown_fd(fd));
	EXPECT_STREQ("", listing(self->directory));
}

TEST_F(mount, read_only_mount)
{
	ASSERT_EQ(0, chown(NODE(LOW), ALICE, -1));
	ASSERT_EQ(0, mount_at(OTHER_MOUNT, MS_RDONLY));
	EXPECT_EQ(EROFS, failure(chown(OTHER(LOW), BOB, -1)));
	EXPECT_EQ(EROFS, failure(chmod(OTHER(LOW), 0666)));
	EXPECT_EQ(EROFS, failure(chown(OTHER(HIGH), BOB, -1)));
	EXPECT_EQ(EROFS, failure(unlink(OTHER(LOW))));
	EXPECT_STREQ("1001:0 0600", shown(OTHER(LOW)));
	EXPECT_STREQ("80", listing(self->directory));
	/* Binding changes nothing, so it is no business of the mount's. */
	acting_as(&alice)
		EXPECT_EQ(0, try_bind(variant->protocol, LOW));
	ASSERT_EQ(0, chown(NODE(LOW), BOB, -1));
	ASSERT_EQ(0, chmod(NODE(HIGH), 0640));
	EXPECT_STREQ("1002:0 0600", shown(OTHER(LOW)));
	ASSERT_EQ(0, unlink(NODE(HIGH)));
}

TEST_F(mount, first_mount_read_only)
{
	ASSERT_EQ(0, umount(MOUNT_POINT));
	ASSERT_EQ(0, mount_at(OTHER_MOUNT, MS_RDONLY));
	ASSERT_EQ(0, mount_at(MOUNT_POINT, 0));
	EXPECT_EQ(EROFS, failure(chown(OTHER(LOW), ALICE, -1)));
	EXPECT_EQ(0, failure(chown(NODE(LOW), ALICE, -1)));
	EXPECT_STREQ("1001:0 0600", shown(OTHER(LOW)));
}

TEST_F(mount, mount_command_read_only)
{
	ASSERT_EQ(0, mkdir(OTHER_MOUNT, 0755));
	ASSERT_EQ(0, system("mount -i -t portfs -o ro portfs " OTHER_MOUNT));
	EXPECT_EQ(EROFS, failure(chown(OTHER(LOW), ALICE, -1)));
	EXPECT_EQ(0, failure(chown(NODE(LOW), ALICE, -1)));
	ASSERT_EQ(0, system("mount -i -o remount,rw " OTHER_MOUNT));
	EXPECT_EQ(0, failure(chown(OTHER(LOW), BOB, -1)));
	ASSERT_EQ(0, system("mount -i -o remount,ro " OTHER_MOUNT));
	EXPECT_EQ(EROFS, failure(chown(OTHER(LOW), ALICE, -1)));
	EXPECT_EQ(0, failure(chown(NODE(LOW), ALICE, -1)));
}

TEST_F(mount, remount_read_only)
{
	ASSERT_EQ(0, mount_at(OTHER_MOUNT, 0));
	ASSERT_EQ(0, mount(NULL, OTHER_MOUNT, NULL, MS_REMOUNT | MS_RDONLY,
			   NULL));
	EXPECT_EQ(EROFS, failure(chown(OTHER(LOW), ALICE, -1)));
	EXPECT_EQ(0, failure(chown(NODE(LOW), ALICE, -1)));
	ASSERT_EQ(0, mount(NULL, OTHER_MOUNT, NULL, MS_REMOUNT, NULL));
	EXPECT_EQ(0, failure(chown(OTHER(LOW), BOB, -1)));
	ASSERT_EQ(0, mount(NULL, OTHER_MOUNT, NULL,
			   MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
	EXPECT_EQ(EROFS, failure(chown(OTHER(LOW), ALICE, -1)));
	EXPECT_EQ(0, failure(chown(NODE(LOW), ALICE, -1)));
}

TEST_F(mount, unknown_mount_options)
{
	static const char * const options[] = {
		"uid=1001", "mode=666", "nonsense", "gid=0,ro",
	};
	size_t i;

	ASSERT_EQ(0, mkdir(OTHER_MOUNT, 0755));
	for (i = 0; i < ARRAY_SIZE(options); i++)
		EXPECT_EQ(EINVAL, failure(mount("portfs", OTHER_MOUNT, "portfs",
						0, options[i])))
			TH_LOG("option number %zu", i);
	EXPECT_EQ(EINVAL, failure(mount(NULL, MOUNT_POINT, NULL, MS_REMOUNT,
					"nonsense")));
	EXPECT_STREQ("", listing(OTHER_MOUNT));
	EXPECT_STREQ("", listing(self->directory));
}

/* None is any business of a bind. */
TEST_F(mount, flags_of_a_mount)
{
	static const unsigned long flags[] = {
		0, MS_NOSUID, MS_NOEXEC, MS_NOATIME, MS_NODEV, MS_RDONLY,
		MS_NOSUID | MS_NOEXEC | MS_NODEV,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		bool read_only = flags[i] & MS_RDONLY;

		ASSERT_EQ(0, mount_at(OTHER_MOUNT, flags[i]));
		EXPECT_EQ(flags[i] & MS_NODEV ? EACCES : ENXIO,
			  failure(open(OTHER(HIGH), O_RDONLY)));
		EXPECT_EQ(read_only ? EROFS : 0,
			  failure(chown(OTHER(HIGH), ALICE, -1)));
		EXPECT_STREQ(read_only ? HIGH_SHOWN : "1001:0 0600",
			     shown(NODE(HIGH)));
		acting_as(&bob)
			EXPECT_EQ(read_only ? 0 : EACCES,
				  try_bind(variant->protocol, HIGH));
		ASSERT_EQ(0, unlink(NODE(HIGH)));
		ASSERT_EQ(0, umount(OTHER_MOUNT));
	}
}

/* A user namespace whose 0 is alice, as a file descriptor. */
static int user_namespace(void)
{
	int up[2], down[2], fd = -1;
	char path[64], byte;
	pid_t child;

	if (pipe(up) || pipe(down))
		return -1;
	child = fork();
	if (!child) {
		close(down[1]);
		if (unshare(CLONE_NEWUSER) || write(up[1], "x", 1) != 1)
			_exit(1);
		_exit(read(down[0], &byte, 1) < 0);
	}
	close(up[1]);
	if (read(up[0], &byte, 1) == 1) {
		snprintf(path, sizeof(path), "/proc/%d/uid_map", child);
		write_file(path, "0 1001 1");
		snprintf(path, sizeof(path), "/proc/%d/gid_map", child);
		write_file(path, "0 1001 1");
		snprintf(path, sizeof(path), "/proc/%d/ns/user", child);
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	close(down[1]);
	waitpid(child, NULL, 0);
	return fd;
}

static int map_ids(const char *path, int namespace)
{
	struct mount_attr attributes = {
		.attr_set = MOUNT_ATTR_IDMAP,
		.userns_fd = namespace,
	};
	int fd = syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE);
	int error;

	if (fd < 0)
		return errno;
	error = failure(syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH,
				&attributes, sizeof(attributes)));
	close(fd);
	return error;
}

TEST_F(mount, idmapped_mounts_are_refused)
{
	int namespace = user_namespace();

	ASSERT_LE(0, namespace);
	EXPECT_EQ(EINVAL, map_ids(MOUNT_POINT, namespace));
	EXPECT_EQ(EINVAL, map_ids(self->directory, namespace));
	/* It is not the namespace that is wrong. */
	EXPECT_EQ(0, map_ids("/", namespace));
	close(namespace);
}

TEST_F(mount, bind_mount_of_a_node)
{
	static const char place[] = SCRATCH "/port";

	close(open(place, O_CREAT | O_WRONLY, 0600));
	ASSERT_EQ(0, mount(NODE(HIGH), place, NULL, MS_BIND, NULL));
	EXPECT_STREQ(HIGH_SHOWN, shown(place));
	ASSERT_EQ(0, chown(place, ALICE, -1));
	EXPECT_STREQ("1001:0 0600", shown(NODE(HIGH)));
	EXPECT_STREQ("8080", listing(self->directory));
	ASSERT_EQ(0, unlink(NODE(HIGH)));
	EXPECT_STREQ(HIGH_SHOWN, shown(place));
	ASSERT_EQ(0, chmod(place, 0640));
	EXPECT_STREQ("0:0 0640", shown(NODE(HIGH)));
	EXPECT_STREQ("8080", listing(self->directory));
	ASSERT_EQ(0, chown(NODE(HIGH), BOB, -1));
	EXPECT_STREQ("1002:0 0640", shown(place));
	/* The place is a mount point; the node is what rm is for. */
	EXPECT_EQ(EBUSY, failure(unlink(place)));
	EXPECT_STREQ("8080", listing(self->directory));
}

TEST_F(mount, bind_mount_of_the_directory)
{
	ASSERT_EQ(0, mkdir(SCRATCH "/ports", 0755));
	ASSERT_EQ(0, mount(self->directory, SCRATCH "/ports", NULL, MS_BIND,
			   NULL));
	ASSERT_EQ(0, chown(SCRATCH "/ports/80", ALICE, -1));
	EXPECT_STREQ("1001:0 0600", shown(NODE(80)));
	EXPECT_STREQ("80", listing(SCRATCH "/ports"));
	ASSERT_EQ(0, unlink(SCRATCH "/ports/80"));
	EXPECT_STREQ("", listing(self->directory));
}

TEST_F(mount, unmounting_changes_no_rule)
{
	ASSERT_EQ(0, chown(NODE(LOW), ALICE, WEB));
	ASSERT_EQ(0, chmod(NODE(HIGH), 0660));
	ASSERT_EQ(0, umount(MOUNT_POINT));
	acting_as(&alice) {
		EXPECT_EQ(0, try_bind(variant->protocol, LOW));
		EXPECT_EQ(EACCES, try_bind(variant->protocol, HIGH));
	}
	ASSERT_EQ(0, mount_at(OTHER_MOUNT, 0));
	EXPECT_STREQ("1001:1100 0600", shown(OTHER(LOW)));
	EXPECT_STREQ("0:0 0660", shown(OTHER(HIGH)));
	ASSERT_EQ(0, unlink(OTHER(LOW)));
	ASSERT_EQ(0, unlink(OTHER(HIGH)));
}

/* What happened since: one letter an event, as there is no need to wait. */
static const char *events(int inotify, const char *name)
{
	static char text[16];
	union {
		struct inotify_event first;
		char bytes[4096];
	} buffer;
	struct inotify_event *event;
	size_t letters = 0;
	ssize_t length;
	char *place;

	length = read(inotify, &buffer, sizeof(buffer));
	for (place = buffer.bytes; place < buffer.bytes + length;
	     place += sizeof(*event) + event->len) {
		event = (void *)place;
		if (letters == sizeof(text) - 1 ||
		    strcmp(name, event->len ? event->name : ""))
			return "not these";
		text[letters++] = event->mask & IN_ATTRIB ? 'A' :
				  event->mask & IN_DELETE ? 'D' : '?';
	}
	text[letters] = '\0';
	return text;
}

TEST_F(mount, inotify_on_the_directory)
{
	int inotify = inotify_init1(IN_NONBLOCK);

	ASSERT_LE(0, inotify);
	ASSERT_LE(0, inotify_add_watch(inotify, self->directory,
				       IN_ATTRIB | IN_DELETE | IN_CREATE |
				       IN_MOVE));
	ASSERT_EQ(0, chown(NODE(HIGH), ALICE, -1));
	EXPECT_STREQ("A", events(inotify, "8080"));
	ASSERT_EQ(0, chmod(NODE(HIGH), 0640));
	EXPECT_STREQ("A", events(inotify, "8080"));
	ASSERT_EQ(0, mount_at(OTHER_MOUNT, MS_RDONLY));
	EXPECT_EQ(EROFS, failure(chown(OTHER(HIGH), BOB, -1)));
	EXPECT_STREQ("", events(inotify, "8080"));
	ASSERT_EQ(0, unlink(NODE(HIGH)));
	EXPECT_STREQ("D", events(inotify, "8080"));
	ASSERT_EQ(0, chmod(NODE(HIGH), 0640));
	EXPECT_STREQ("A", events(inotify, "8080"));
	close(inotify);
}

TEST_F(mount, inotify_on_a_node)
{
	int inotify = inotify_init1(IN_NONBLOCK);

	ASSERT_LE(0, inotify);
	ASSERT_LE(0, inotify_add_watch(inotify, NODE(HIGH), IN_ATTRIB));
	ASSERT_EQ(0, chown(NODE(HIGH), ALICE, -1));
	EXPECT_STREQ("A", events(inotify, ""));
	ASSERT_EQ(0, chmod(NODE(HIGH), 0640));
	EXPECT_STREQ("A", events(inotify, ""));
	ASSERT_EQ(0, chmod(NODE(LOW), 0640));
	EXPECT_STREQ("", events(inotify, ""));
	/* Its attributes are others afterwards. */
	ASSERT_EQ(0, unlink(NODE(HIGH)));
	EXPECT_STREQ("A", events(inotify, ""));
	/* The watch outlives the rule. */
	ASSERT_EQ(0, chown(NODE(HIGH), BOB, -1));
	EXPECT_STREQ("A", events(inotify, ""));
	close(inotify);
}

TEST_NETWORK_MAIN
