// SPDX-License-Identifier: GPL-2.0
/*
 * mount.portfs, umount.portfs: what mount(8) and umount(8) call for portfs.
 *
 * A mount at /dev/port may find the kernel's device for I/O ports there. It is
 * moved to /dev/ioport, and back after the last unmount; whoever fails on the
 * way puts back what was. A mount anywhere else is only a mount.
 *
 * The kernel does not load the module because somebody mounts, so this does.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <libmount/libmount.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "load.h"

#define PORT	"/dev/port"
#define IO_PORT "/dev/ioport"

/* Held while /dev/port is changed; only root can open it. */
#define LOCK "/run/portfs.lock"

/* udev's name for the device, by its number, and what it then says. */
#define IO_LINK		"/dev/char/1:4"
#define IO_LINK_NEW	IO_LINK ".portfs"
#define LINK_TO_PORT	"../port"
#define LINK_TO_IO_PORT "../ioport"

static const char *program;
static bool verbose;

static int fail(int status, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "%s: ", program);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return status;
}

static int fail_on(const char *what)
{
	return fail(MNT_EX_SYSERR, "%s: %s", what, strerror(errno));
}

static void tell(const char *text)
{
	if (verbose)
		printf("%s: %s\n", program, text);
}

static bool is_io_device(const struct stat *stat)
{
	return S_ISCHR(stat->st_mode) && stat->st_rdev == makedev(1, 4);
}

/* Point udev's link elsewhere, if it says what udev or this program wrote. */
static int relink(const char *from, const char *to)
{
	char text[sizeof(LINK_TO_IO_PORT)];
	ssize_t length = readlink(IO_LINK, text, sizeof(text));

	if (length != (ssize_t)strlen(from) || memcmp(text, from, length))
		return 0;
	if (unlink(IO_LINK_NEW) && errno != ENOENT)
		return -1;
	if (symlink(to, IO_LINK_NEW))
		return -1;
	return rename(IO_LINK_NEW, IO_LINK);
}

/*
 * Before udev has seen the device it is as the kernel made it. udev would look
 * for it at its old place, so give it here what udev's rules would.
 */
static int dress(const struct stat *stat)
{
	const struct group *kmem;

	if (stat->st_uid || stat->st_gid || (stat->st_mode & 07777) != 0600)
		return 0;
	kmem = getgrnam("kmem");
	if (!kmem)
		return 0;
	if (chown(IO_PORT, 0, kmem->gr_gid))
		return -1;
	return chmod(IO_PORT, 0640);
}

static int undress(const struct stat *stat)
{
	if (chown(IO_PORT, stat->st_uid, stat->st_gid))
		return -1;
	return chmod(IO_PORT, stat->st_mode & 07777);
}

/* /dev is common to mount namespaces: the first process's decides over it. */
static bool is_first_namespace(void)
{
	struct stat ours, first;

	return !stat("/proc/self/ns/mnt", &ours) &&
	       !stat("/proc/1/ns/mnt", &first) && ours.st_dev == first.st_dev &&
	       ours.st_ino == first.st_ino;
}

/* What a mount at /dev/port found there. */
enum place {
	THERE,
	MADE,
	MOVED
};

static void put_back_device(const struct stat *stat)
{
	if (relink(LINK_TO_IO_PORT, LINK_TO_PORT) || undress(stat) ||
	    renameat2(AT_FDCWD, IO_PORT, AT_FDCWD, PORT, RENAME_NOREPLACE))
		fail_on("cannot put " PORT " back");
}

static void put_back(enum place place, const struct stat *stat)
{
	if (place == THERE)
		return;
	if (rmdir(PORT))
		fail_on("cannot remove " PORT);
	else if (place == MOVED)
		put_back_device(stat);
}

static int move_device(const struct stat *stat)
{
	if (access("/dev", W_OK))
		return fail_on(
			"cannot move the device for I/O ports from " PORT);
	if (!is_first_namespace())
		return fail(
			MNT_EX_FAIL, PORT
			" is the kernel's device for I/O ports, which only the first mount namespace can move: mount portfs at another directory");
	if (renameat2(AT_FDCWD, PORT, AT_FDCWD, IO_PORT, RENAME_NOREPLACE))
		return fail_on("cannot move the device for I/O ports from " PORT
			       " to " IO_PORT);
	if (dress(stat) || relink(LINK_TO_PORT, LINK_TO_IO_PORT) ||
	    mkdir(PORT, 0755)) {
		fail_on("cannot make room at " PORT);
		put_back_device(stat);
		return MNT_EX_SYSERR;
	}
	tell("the device for I/O ports is now " IO_PORT);
	return 0;
}

/*
 * One mount or unmount at /dev/port at a time, until this process ends: others
 * would take what is half done for what was there.
 */
static int lock_room(void)
{
	int fd = open(LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	return fd < 0 || flock(fd, LOCK_EX) ? errno : 0;
}

static int not_locked(int error)
{
	return fail(MNT_EX_SYSERR, "cannot lock " LOCK ": %s", strerror(error));
}

/* Make /dev/port a directory; @place and @stat are for put_back(). */
static int make_room(enum place *place, struct stat *stat)
{
	int error = lock_room();

	*place = THERE;
	if (lstat(PORT, stat)) {
		if (error)
			return not_locked(error);
		if (errno != ENOENT || mkdir(PORT, 0755))
			return fail_on("cannot make " PORT);
		*place = MADE;
		return 0;
	}
	if (S_ISDIR(stat->st_mode))
		return 0;
	if (!is_io_device(stat))
		return fail(
			MNT_EX_FAIL, PORT
			" is neither a directory nor the kernel's device for I/O ports: move it away, or mount portfs at another directory");
	if (error)
		return not_locked(error);
	*place = MOVED;
	return move_device(stat);
}

/* The directory in /dev, with no mount on it. */
static bool is_ours(void)
{
	struct statfs statfs_;
	struct stat stat;

	return !lstat(PORT, &stat) && S_ISDIR(stat.st_mode) &&
	       !statfs(PORT, &statfs_) && statfs_.f_type == TMPFS_MAGIC;
}

/*
 * After an unmount. Removing the directory would take the mounts of other
 * namespaces off it, so those leave it alone.
 */
static int clear_away(void)
{
	int error = lock_room();
	struct stat stat;

	if (!is_ours() || !is_first_namespace())
		return 0;
	if (error)
		return not_locked(error);
	if (rmdir(PORT)) {
		if (errno == ENOTEMPTY && lstat(IO_PORT, &stat))
			return 0;
		return fail_on("cannot remove " PORT);
	}
	if (lstat(IO_PORT, &stat) || !is_io_device(&stat))
		return 0;
	if (renameat2(AT_FDCWD, IO_PORT, AT_FDCWD, PORT, RENAME_NOREPLACE) ||
	    relink(LINK_TO_IO_PORT, LINK_TO_PORT))
		return fail_on(
			"cannot put the device for I/O ports back to " PORT);
	tell("the device for I/O ports is back at " PORT);
	return 0;
}

static int report(struct libmnt_context *context, const char *directory,
		  int result)
{
	char text[BUFSIZ] = "";
	int status;

	status = mnt_context_get_excode(context, result, text, sizeof(text));
	if (!status)
		return 0;
	if (mnt_context_syscall_called(context) &&
	    mnt_context_get_syscall_errno(context) == ENODEV)
		return fail(
			status,
			"%s: the kernel has no portfs: 'modprobe portfs' says why",
			directory);
	return fail(status, "%s: %s", directory, *text ? text : "failed");
}

/* Names of a directory that mean /dev/port. */
static bool is_port(const char *directory)
{
	size_t length = strlen(PORT);

	return !strncmp(directory, PORT, length) &&
	       !directory[length + strspn(directory + length, "/")];
}

/* Who may not load it is told by the mount. */
static int need_module(const char *directory)
{
	char words[256] = "";

	if (has_portfs() || geteuid() || !load_portfs(words, sizeof(words)))
		return 0;
	return fail(
		MNT_EX_FAIL,
		"%s: the kernel has no portfs: %s; 'portctl status' says what to do",
		directory, *words ? words : "modprobe failed");
}

/**
 * struct request - what mount(8) or umount(8) asks for
 * @context: libmount's
 * @fake: do nothing
 * @directory: where
 * @namespace: the mount namespace that the directory is in, or NULL for ours
 */
struct request {
	struct libmnt_context *context;
	bool fake;
	const char *directory;
	const char *namespace;
};

/* Another mount namespace: of a process, or at a path. */
static int enter(const char *namespace)
{
	char path[64];
	int fd, error;

	if (!namespace)
		return 0;
	if (namespace[strspn(namespace, "0123456789")] == '\0') {
		snprintf(path, sizeof(path), "/proc/%.20s/ns/mnt", namespace);
		namespace = path;
	}
	fd = open(namespace, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail_on(namespace);
	error = setns(fd, CLONE_NEWNS);
	if (error)
		fail_on(namespace);
	close(fd);
	return error ? MNT_EX_SYSERR : 0;
}

static int mount_portfs(const struct request *request)
{
	enum place place = THERE;
	struct stat stat;
	int status;

	if (request->fake)
		return 0;
	/* modprobe is the host's, not one that the namespace has in its place. */
	status = need_module(request->directory);
	if (!status)
		status = enter(request->namespace);
	if (!status && is_port(request->directory))
		status = make_room(&place, &stat);
	if (status)
		return status;
	status = report(request->context, request->directory,
			mnt_context_mount(request->context));
	if (status)
		put_back(place, &stat);
	return status;
}

static int unmount_portfs(const struct request *request)
{
	int status;

	if (request->fake)
		return 0;
	status = enter(request->namespace);
	if (status)
		return status;
	status = report(request->context, request->directory,
			mnt_context_umount(request->context));
	if (!status && is_port(request->directory))
		status = clear_away();
	return status;
}

static int apply(struct request *request, int letter, const char *argument)
{
	struct libmnt_context *context = request->context;

	switch (letter) {
	case 's':
		return mnt_context_enable_sloppy(context, 1);
	case 'f':
		request->fake = true;
		return 0;
	case 'F':
		return mnt_context_enable_force(context, 1);
	case 'l':
		return mnt_context_enable_lazy(context, 1);
	case 'r':
		return mnt_context_enable_rdonly_umount(context, 1);
	case 'n':
		return mnt_context_disable_mtab(context, 1);
	case 'v':
		verbose = true;
		return 0;
	case 'N':
		request->namespace = argument;
		return 0;
	case 'o':
		return mnt_context_append_options(context, argument);
	default: /* 't': it is portfs, or this would not run. */
		return 0;
	}
}

int main(int argc, char **argv)
{
	struct request request = { .context = mnt_new_context() };
	bool unmount;
	int letter;

	program = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
	unmount = !strncmp(program, "umount", strlen("umount"));
	if (getuid() != geteuid() || getgid() != getegid())
		return fail(MNT_EX_USAGE,
			    "must not be run with another user's rights");
	if (!request.context || mnt_context_disable_helpers(request.context, 1))
		return fail(MNT_EX_SYSERR, "%s", strerror(ENOMEM));

	opterr = 0;
	while ((letter = getopt(argc, argv,
				unmount ? "flnrvN:t:" : "sfnvN:o:t:")) >= 0) {
		if (letter == '?')
			return fail(
				MNT_EX_USAGE,
				"unknown option, or one without its argument: %s",
				argv[optind - 1]);
		if (apply(&request, unmount && letter == 'f' ? 'F' : letter,
			  optarg))
			return MNT_EX_USAGE;
	}
	if (argc - optind != (unmount ? 1 : 2))
		return fail(
			MNT_EX_USAGE,
			unmount ?
				"usage: umount.portfs DIR [-flnrv] [-N NAMESPACE]" :
				"usage: mount.portfs SPEC DIR [-sfnv] [-N NAMESPACE] [-o OPTIONS] [-t TYPE]");
	request.directory = argv[argc - 1];
	if (mnt_context_set_target(request.context, request.directory) ||
	    (!unmount &&
	     (mnt_context_set_source(request.context, argv[optind]) ||
	      mnt_context_set_fstype(request.context, "portfs"))))
		return fail(MNT_EX_SYSERR, "%s", strerror(ENOMEM));
	return unmount ? unmount_portfs(&request) : mount_portfs(&request);
}
