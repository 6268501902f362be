// SPDX-License-Identifier: GPL-2.0
/*
 * A file gets new content in one step: it goes to a file beside the old one, to
 * the disk, and then into the old one's place. The folder may be somebody's who
 * means no good: nothing in it is opened that was there before, but for reading.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "interrupt.h"
#include "message.h"
#include "place.h"
#include "replace.h"

static enum status cannot_write(const char *path)
{
	return fail(FAILED, "cannot write %s: %s", path, strerror(errno));
}

static bool write_all(int fd, const char *text, size_t size)
{
	ssize_t written;

	while (size) {
		written = write(fd, text, size);
		if (written < 0)
			return false;
		text += written;
		size -= written;
	}
	return true;
}

static bool has_content(int folder, const char *name, const char *text,
			size_t size)
{
	int fd = openat(folder, name,
			O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat stat;
	bool same = false;
	char *old;

	if (fd < 0)
		return false;
	if (!fstat(fd, &stat) && S_ISREG(stat.st_mode) &&
	    (size_t)stat.st_size == size) {
		old = allocate(size + 1);
		same = read(fd, old, size) == (ssize_t)size &&
		       !memcmp(old, text, size);
		free(old);
	}
	close(fd);
	return same;
}

/*
 * Of the file that save writes there is one saver at a time, so the one beside
 * it has one name, and what a killed saver left of it goes. Elsewhere nobody can
 * guess the name.
 */
static int create_beside(int folder, const char *name, bool is_saved,
			 char **temporary)
{
	uint64_t number;

	if (is_saved) {
		*temporary = format_text(".%s.new", name);
		unlinkat(folder, *temporary, 0);
	} else {
		if (getrandom(&number, sizeof(number), 0) != sizeof(number))
			return -1;
		*temporary = format_text(".%.200s.%016llx", name,
					 (unsigned long long)number);
	}
	return openat(folder, *temporary,
		      O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

/* Owner and mode of the file that it replaces; else as any new file's. */
static bool take_after(int fd, const struct stat *old, bool is_saved)
{
	mode_t mask;

	if (old)
		return !fchown(fd, old->st_uid, old->st_gid) &&
		       !fchmod(fd, old->st_mode & 07777);
	mask = umask(0);
	umask(mask);
	return !fchmod(fd, is_saved ? 0644 : 0666 & ~mask);
}

static bool replace(int folder, const char *name, const struct stat *old,
		    const char *text, size_t size, bool is_saved)
{
	char *temporary = NULL;
	bool done;
	int error;
	int fd;

	/* Or they would leave the one beside it. */
	interrupts_hold();
	fd = create_beside(folder, name, is_saved, &temporary);
	done = fd >= 0 && write_all(fd, text, size) &&
	       take_after(fd, old, is_saved) && !fsync(fd) &&
	       !renameat(folder, temporary, folder, name) && !fsync(folder);
	error = errno;
	if (fd >= 0 && !done)
		unlinkat(folder, temporary, 0);
	if (fd >= 0)
		close(fd);
	free(temporary);
	interrupts_obey("%s is %s", name, done ? "saved" : "as it was");
	errno = error;
	return done;
}

/* The folder of a file, or -1; the one of the file that save writes is made. */
static int open_folder(const char *path, bool is_saved, bool dry_run)
{
	const char *slash = strrchr(path, '/');
	char *parent;
	int folder;

	if (is_saved && !dry_run && mkdir(places.folders[0], 0755) &&
	    errno != EEXIST)
		return -1;
	parent = slash ? format_text("%.*s", (int)(slash - path + 1), path) :
			 format_text(".");
	folder = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(parent);
	return folder;
}

/**
 * file_replace() - give a file other content, unless it has that
 * @path: the file; it need not be there
 * @text: the content
 * @size: how long it is
 * @dry_run: only see whether it can be done
 *
 * Return: DONE, or FAILED after a line that says why, with the file as it was.
 */
enum status file_replace(const char *path, const char *text, size_t size,
			 bool dry_run)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	bool is_saved = path == places.saved;
	int folder = open_folder(path, is_saved, dry_run);
	enum status status = DONE;
	struct stat stat;
	bool is_there;

	if (folder < 0 && dry_run && is_saved && errno == ENOENT)
		return DONE;
	if (folder < 0)
		return cannot_write(path);
	is_there = !fstatat(folder, name, &stat, AT_SYMLINK_NOFOLLOW);
	if (!*name || (is_there && !S_ISREG(stat.st_mode)))
		status = fail(
			FAILED,
			"%s is not a regular file; name a file, or - for standard output",
			path);
	else if (dry_run && faccessat(folder, ".", W_OK, AT_EACCESS))
		status = cannot_write(path);
	else if (!dry_run && !has_content(folder, name, text, size) &&
		 !replace(folder, name, is_there ? &stat : NULL, text, size,
			  is_saved))
		status = cannot_write(path);
	close(folder);
	return status;
}

/**
 * content_read() - remember what a file has
 * @content: the result
 * @path: the file; it need not be there
 *
 * Return: DONE, or FAILED after a line that says why.
 */
enum status content_read(struct content *content, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	enum status status = DONE;
	struct stat stat;

	*content = (struct content){ .path = path };
	if (fd < 0 && errno == ENOENT)
		return DONE;
	if (fd >= 0 && !fstat(fd, &stat)) {
		content->size = stat.st_size;
		content->text = allocate(content->size + 1);
	}
	if (!content->text ||
	    read(fd, content->text, content->size) != (ssize_t)content->size)
		status = fail(FAILED, "cannot read %s: %s", path,
			      strerror(errno));
	if (fd >= 0)
		close(fd);
	return status;
}

/**
 * content_restore() - give a file what it had, or remove it
 * @content: what content_read() found
 *
 * Return: DONE, or FAILED after a line that says why.
 */
enum status content_restore(const struct content *content)
{
	if (content->text)
		return file_replace(content->path, content->text, content->size,
				    false);
	if (unlink(content->path) && errno != ENOENT)
		return fail(FAILED, "cannot remove %s: %s", content->path,
			    strerror(errno));
	return DONE;
}
