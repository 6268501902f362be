// SPDX-License-Identifier: GPL-2.0
/*
 * Allocations that fail: each one of a call in turn, by /proc/self/fail-nth,
 * until the call has no more of them. Then it either worked or changed nothing.
 */
#define _GNU_SOURCE
#include "kselftest_harness.h"
#include "acl.h"

#define FAULTS	"/sys/kernel/debug/"
#define FAIL	"/proc/self/fail-nth"

/* The only port that the kernel chooses from: claimed, or to be had. */
#define CHOICE	20000
#define PATH	MOUNT_POINT "/tcp/20000"

/* Loading has some 80 allocations; more than this would take their time. */
#define LOADS	120

static int fail_fd = -1;

/* Any allocation, whatever it may wait for, without a word in the log. */
static int prepare_faults(void)
{
	static const char * const settings[][2] = {
		{ FAULTS "failslab/ignore-gfp-wait", "N" },
		{ FAULTS "failslab/verbose", "0" },
		{ FAULTS "fail_page_alloc/ignore-gfp-wait", "N" },
		{ FAULTS "fail_page_alloc/ignore-gfp-highmem", "N" },
		{ FAULTS "fail_page_alloc/min-order", "0" },
		{ FAULTS "fail_page_alloc/verbose", "0" },
		{ FAULTS "fail_usercopy/verbose", "0" },
	};
	size_t i;
	int error = 0;

	for (i = 0; i < ARRAY_SIZE(settings) && !error; i++)
		error = write_file(settings[i][0], settings[i][1]);
	if (error)
		return error;
	fail_fd = open(FAIL, O_RDWR | O_CLOEXEC);
	return fail_fd < 0 ? errno : 0;
}

/* Only those with a caller from @start on and none in [@out, @out_end). */
static int limit_faults(unsigned long start, unsigned long out,
			unsigned long out_end)
{
	static const char * const kinds[] = {
		"failslab", "fail_page_alloc", "fail_usercopy",
	};
	const struct {
		const char *name;
		unsigned long value;
	} limits[] = {
		{ "require-start", start },
		{ "reject-start", out },
		{ "reject-end", out_end },
	};
	char path[128], value[32];
	size_t i, j;
	int error = 0;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		for (j = 0; j < ARRAY_SIZE(limits) && !error; j++) {
			snprintf(path, sizeof(path), FAULTS "%s/%s", kinds[i],
				 limits[j].name);
			snprintf(value, sizeof(value), "%#lx",
				 limits[j].value);
			error = write_file(path, value);
		}
	}
	return error;
}

/* Where a function of the kernel is: its address and that of the next symbol. */
static bool find_function(const char *name, unsigned long *start,
			  unsigned long *end)
{
	FILE *file = fopen("/proc/kallsyms", "r");
	char line[512], symbol[256];
	unsigned long address;

	*start = 0;
	*end = 0;
	while (file && !*end && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%lx %*c %255s", &address, symbol) != 2)
			continue;
		if (*start && address > *start)
			*end = address;
		else if (!strcmp(symbol, name))
			*start = address;
	}
	if (file)
		fclose(file);
	return *end;
}

static void fail_nth(int nth)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", nth);
	/* A fault that is left may hit the first. */
	if (pwrite(fail_fd, text, strlen(text), 0) < 0 &&
	    pwrite(fail_fd, text, strlen(text), 0) < 0)
		abort();
}

/* How many were still to come when it stopped; 0 if one failed. */
static int faults_left(void)
{
	char text[16] = "";
	/* It too may be hit. */
	bool read = pread(fail_fd, text, sizeof(text) - 1, 0) > 0;

	fail_nth(0);
	return read ? atoi(text) : 1;
}

/* ---- calls on a node ---- */

static int chown_node(void)
{
	return failure(chown(PATH, ALICE, -1));
}

static int chmod_node(void)
{
	return failure(chmod(PATH, 0640));
}

static int set_node_acl(void)
{
	return set_acl(PATH, "u::6,u:1001:6,g::0,m::6,o::0");
}

static int remove_node_acl(void)
{
	return remove_acl(PATH);
}

static int release_node(void)
{
	return failure(unlink(PATH));
}

static int look_at_node(void)
{
	struct stat status;

	return failure(lstat(PATH, &status));
}

static int list_nodes(void)
{
	char buffer[256];
	int fd = open(MOUNT_POINT "/tcp", O_RDONLY);
	int error;

	if (fd < 0)
		return errno;
	error = failure(syscall(SYS_getdents64, fd, buffer, sizeof(buffer)));
	close(fd);
	return error;
}

static int write_reserved(void)
{
	int fd = open(RESERVED, O_WRONLY);
	int error;

	if (fd < 0)
		return errno;
	error = failure(write(fd, "20009", 5));
	close(fd);
	return error;
}

static int mount_again(void)
{
	return failure(mount("portfs", SCRATCH "/again", "portfs", 0, NULL));
}

FIXTURE(fault) {
	/* Nothing: a world of the test's own. */
};

/* Another rule is there or none, of which the table may have to be made. */
FIXTURE_VARIANT(fault) {
	int (*call)(void);
	const char *other;
	const char *claimed;
	const char *acl;
};

#define ACL	"u::6,u:1001:4,u:1002:6,g::6,m::4,o::0"

FIXTURE_VARIANT_ADD(fault, first_claim) {
	.call = chown_node,
};

FIXTURE_VARIANT_ADD(fault, first_claim_by_chmod) {
	.call = chmod_node,
};

FIXTURE_VARIANT_ADD(fault, first_claim_by_setfacl) {
	.call = set_node_acl,
};

FIXTURE_VARIANT_ADD(fault, change_acl) {
	.call = set_node_acl,
	.claimed = PATH,
	.acl = ACL,
};

FIXTURE_VARIANT_ADD(fault, change_mask) {
	.call = chmod_node,
	.claimed = PATH,
	.acl = ACL,
};

FIXTURE_VARIANT_ADD(fault, remove_acl) {
	.call = remove_node_acl,
	.claimed = PATH,
	.acl = ACL,
};

FIXTURE_VARIANT_ADD(fault, release_acl) {
	.call = release_node,
	.claimed = PATH,
	.acl = ACL,
};

FIXTURE_VARIANT_ADD(fault, claim_beside) {
	.call = chown_node,
	.other = MOUNT_POINT "/tcp/20001",
};

FIXTURE_VARIANT_ADD(fault, claim_far_away) {
	.call = chown_node,
	.other = MOUNT_POINT "/udp/65535",
};

FIXTURE_VARIANT_ADD(fault, change) {
	.call = chown_node,
	.claimed = PATH,
};

FIXTURE_VARIANT_ADD(fault, release_last) {
	.call = release_node,
	.claimed = PATH,
};

FIXTURE_VARIANT_ADD(fault, release_beside) {
	.call = release_node,
	.claimed = PATH,
	.other = MOUNT_POINT "/tcp/20001",
};

FIXTURE_VARIANT_ADD(fault, look) {
	.call = look_at_node,
	.claimed = PATH,
};

FIXTURE_VARIANT_ADD(fault, list) {
	.call = list_nodes,
	.claimed = PATH,
};

FIXTURE_VARIANT_ADD(fault, sysctl) {
	.call = write_reserved,
	.claimed = PATH,
};

FIXTURE_VARIANT_ADD(fault, mount) {
	.call = mount_again,
	.claimed = PATH,
};

FIXTURE_SETUP(fault)
{
	if (access(FAIL, W_OK))
		SKIP(return, "this kernel injects no faults");
	ASSERT_EQ(0, prepare_faults());
	ASSERT_EQ(0, limit_faults(0, 0, 0));
	ASSERT_EQ(0, new_world());
	ASSERT_EQ(0, mkdir(SCRATCH "/again", 0755));
	ASSERT_EQ(0, write_file(PORT_RANGE, "20000 20000"));
}

FIXTURE_TEARDOWN(fault)
{
}

/* All that can be seen of the world from outside. */
static void describe_world(char *text, size_t size)
{
	const char *node = shown(PATH);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int error = bind_socket(fd, INET, 0);
	size_t length;

	close(fd);
	length = snprintf(text, size, "%s, automatic %d, stranger ", node,
			  error);
	error = -1;
	acting_as(&bob)
		error = try_bind(IPPROTO_TCP, CHOICE);
	length += snprintf(text + length, size - length, "%d, reserved %s, ",
			   error, text_of(RESERVED));
	length += snprintf(text + length, size - length, "ACL %s, ",
			   acl_of(PATH));
	snprintf(text + length, size - length, "listed %s",
		 listing(MOUNT_POINT "/tcp"));
}

static void reset_world(struct __test_metadata *_metadata, const char *other,
			const char *claimed, const char *acl)
{
	/* Left by an umount that failed. */
	umount(SCRATCH "/again");
	umount(SCRATCH "/again");
	ASSERT_EQ(0, unlink(PATH));
	ASSERT_EQ(0, write_file(RESERVED, "20005"));
	if (other)
		ASSERT_EQ(0, chmod(other, 0600));
	if (claimed)
		ASSERT_EQ(0, claim(IPPROTO_TCP, CHOICE, BOB, WEB, 0600));
	if (acl)
		ASSERT_EQ(0, set_acl(PATH, acl));
	/* Nothing is at hand: dentries and inodes are made anew. */
	ASSERT_EQ(0, write_file("/proc/sys/vm/drop_caches", "2"));
}

TEST_F_TIMEOUT(fault, works_or_changes_nothing, PATIENCE)
{
	char before[512], after[512], now[512];
	int nth, error, left, failures = 0;

	reset_world(_metadata, variant->other, variant->claimed,
		    variant->acl);
	describe_world(before, sizeof(before));
	ASSERT_EQ(0, variant->call());
	describe_world(after, sizeof(after));

	for (nth = 1, left = 0; !left; nth++) {
		reset_world(_metadata, variant->other, variant->claimed,
			    variant->acl);
		fail_nth(nth);
		error = variant->call();
		left = faults_left();
		describe_world(now, sizeof(now));
		EXPECT_STREQ(error ? before : after, now)
			TH_LOG("allocation %d, error %d", nth, error);
		/* EFAULT is a path or a text that could not be copied. */
		if (error) {
			EXPECT_TRUE(error == ENOMEM || error == EFAULT)
				TH_LOG("allocation %d, error %d", nth, error);
			failures += error == ENOMEM;
		}
		ASSERT_GT(1000, nth);
	}
	EXPECT_EQ(0, error);
	EXPECT_LT(0, failures);
}

/* ---- loading ---- */

static bool is_loaded(void)
{
	return !access("/sys/module/portfs", F_OK);
}

static int unload(void)
{
	int tries, error = EBUSY;

	for (tries = 0; tries < 600 && error; tries++) {
		error = failure(syscall(SYS_delete_module, "portfs",
					O_NONBLOCK));
		if (error == EAGAIN || error == EBUSY || error == EWOULDBLOCK)
			usleep(100000);
		else
			break;
	}
	return error;
}

static int open_module(void)
{
	FILE *pipe = popen("modinfo -n portfs", "r");
	char path[256] = "";
	int fd;

	if (!pipe)
		return -1;
	if (!fgets(path, sizeof(path), pipe))
		path[0] = '\0';
	pclose(pipe);
	path[strcspn(path, "\n")] = '\0';
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd;
}

/* The lines of @path that the module makes, into @text. */
static void find_traces(const char *path, char *text, size_t size)
{
	static const char * const words[] = {
		"portfs", "__inet_bind ", "__inet6_bind ",
		"proc_do_large_bitmap ",
	};
	FILE *file = fopen(path, "r");
	char line[512];
	size_t i, length = strlen(text);

	if (!file) {
		snprintf(text, size, "%s cannot be read", path);
		return;
	}
	while (fgets(line, sizeof(line), file)) {
		for (i = 0; i < ARRAY_SIZE(words); i++)
			if (strstr(line, words[i]) && length < size)
				length += snprintf(text + length,
						   size - length, "%s", line);
	}
	fclose(file);
}

/* What is to be seen of the module; nothing when it is gone. */
static const char *traces(void)
{
	static char text[2048];

	text[0] = '\0';
	find_traces("/sys/kernel/tracing/enabled_functions", text,
		    sizeof(text));
	find_traces("/proc/devices", text, sizeof(text));
	find_traces("/proc/filesystems", text, sizeof(text));
	find_traces("/proc/modules", text, sizeof(text));
	return text;
}

static bool is_mounted(void)
{
	char text[2048] = "";

	find_traces("/proc/mounts", text, sizeof(text));
	return strstr(text, " " MOUNT_POINT " portfs ");
}

FIXTURE(load) {
	int fd;
};

/*
 * What the kernel does to load a module is not tested here, and that a failing
 * sysfs_slab_add() leaks the cache's name is the kernel's. The area of modules
 * begins there without address randomisation, which this kernel is without.
 */
#define MODULES	0xffffffffa0000000

FIXTURE_SETUP(load)
{
	unsigned long out, out_end;

	if (access(FAIL, W_OK))
		SKIP(return, "this kernel injects no faults");
	ASSERT_EQ(0, prepare_faults());
	ASSERT_TRUE(find_function("sysfs_slab_add", &out, &out_end));
	ASSERT_EQ(0, limit_faults(MODULES, out, out_end));
	ASSERT_EQ(IDLE, references_at_last());
	self->fd = open_module();
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN_PARENT(load)
{
	EXPECT_EQ(0, limit_faults(0, 0, 0));
	if (!is_mounted())
		EXPECT_EQ(0, system("mount -t portfs none " MOUNT_POINT));
}

TEST_F_TIMEOUT(load, works_or_leaves_nothing, 2 * PATIENCE)
{
	int nth, left, error, failures = 0;

	ASSERT_STRNE("", traces());
	ASSERT_EQ(0, umount(MOUNT_POINT));
	ASSERT_EQ(0, unload());
	ASSERT_STREQ("", traces());

	for (nth = 1, left = 0; !left; nth++) {
		fail_nth(nth);
		error = failure(syscall(SYS_finit_module, self->fd, "", 0));
		left = faults_left();
		failures += !!error;
		EXPECT_EQ(!error, is_loaded())
			TH_LOG("allocation %d, error %d", nth, error);
		if (!error)
			ASSERT_EQ(0, unload());
		EXPECT_STREQ("", traces())
			TH_LOG("allocation %d, error %d", nth, error);
		ASSERT_GT(LOADS, nth);
	}
	EXPECT_EQ(0, error);
	EXPECT_LT(0, failures);
	ksft_print_msg("%d of %d loads failed\n", failures, nth - 1);
}

TEST_HARNESS_MAIN
