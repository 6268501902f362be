// SPDX-License-Identifier: GPL-2.0
/* The kernel module: is it there, and if not, why. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "message.h"
#include "module.h"
#include "place.h"

/**
 * read_line() - the first line of a small file
 * @path: the file
 *
 * Return: the line without its end, or NULL.
 */
char *read_line(const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	if (!file)
		return NULL;
	length = getline(&line, &size, file);
	fclose(file);
	if (length < 0) {
		free(line);
		return NULL;
	}
	line[strcspn(line, "\n")] = '\0';
	return line;
}

/**
 * module_is_loaded() - is the module there?
 *
 * Return: whether it is.
 */
bool module_is_loaded(void)
{
	char *path = format_text("%s/sys/module/portfs", places.root);
	bool loaded = !access(path, F_OK);

	free(path);
	return loaded;
}

static bool is_locked_down(void)
{
	char *line = read_line("/sys/kernel/security/lockdown");
	bool locked = line && !strstr(line, "[none]");

	free(line);
	return locked;
}

/* modprobe(8) knows where modules are. */
static bool is_installed(void)
{
	return !system(
		"PATH=/usr/sbin:/usr/bin:/sbin:/bin exec modprobe -n -q portfs >/dev/null 2>&1");
}

static enum status not_signed(void)
{
	return fail(
		MISSING,
		"the kernel is locked down and takes no module that is not signed with an enrolled key: 'mokutil --import /var/lib/dkms/mok.pub', reboot and enrol it");
}

static enum status not_installed(const char *release)
{
	return fail(
		MISSING,
		"the module portfs is not installed for kernel %s: 'dkms autoinstall' builds it, or 'make install' in its source",
		release);
}

/**
 * module_why_missing() - say why the module is not loaded
 *
 * Return: MISSING.
 */
enum status module_why_missing(void)
{
	struct utsname name;

	uname(&name);
	if (!is_installed())
		return not_installed(name.release);
	if (is_locked_down())
		return not_signed();
	return fail(
		MISSING,
		"the module portfs is not loaded: 'portctl mount' loads and mounts it");
}

/* Its first line says what was wrong. */
static int run_modprobe(char **words)
{
	FILE *file = popen(
		"PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C exec modprobe portfs 2>&1",
		"re");
	char *line = NULL;
	size_t size = 0;

	*words = NULL;
	if (!file)
		out_of_memory();
	while (getline(&line, &size, file) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!*words)
			*words = format_text("%s", line);
	}
	free(line);
	return pclose(file);
}

/**
 * module_insert() - load the module
 *
 * Return: DONE, or MISSING after a line that says why.
 */
enum status module_insert(void)
{
	enum status status = MISSING;
	struct utsname name;
	char *words;

	uname(&name);
	if (!is_installed())
		return not_installed(name.release);
	if (!run_modprobe(&words))
		status = DONE;
	else if (words && (strstr(words, strerrordesc_np(EKEYREJECTED)) ||
			   strstr(words, strerrordesc_np(ENOKEY))))
		not_signed();
	else if (words && strstr(words, strerrordesc_np(EPERM)))
		geteuid() ?
			fail(MISSING,
			     "cannot load the module portfs: this needs root") :
			not_signed();
	else
		fail(MISSING,
		     "cannot load the module portfs: %s; the kernel log (dmesg) says more",
		     words ? words : "modprobe failed");
	free(words);
	return status;
}
