// SPDX-License-Identifier: GPL-2.0
/* Capabilities that files have, as setcap(8) writes them and getcap(8) shows them. */
#include <endian.h>
#include <errno.h>
#include <fts.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "capability.h"
#include "place.h"

static const char *const names[] = {
	"chown",
	"dac_override",
	"dac_read_search",
	"fowner",
	"fsetid",
	"kill",
	"setgid",
	"setuid",
	"setpcap",
	"linux_immutable",
	"net_bind_service",
	"net_broadcast",
	"net_admin",
	"net_raw",
	"ipc_lock",
	"ipc_owner",
	"sys_module",
	"sys_rawio",
	"sys_chroot",
	"sys_ptrace",
	"sys_pacct",
	"sys_admin",
	"sys_boot",
	"sys_nice",
	"sys_resource",
	"sys_time",
	"sys_tty_config",
	"mknod",
	"lease",
	"audit_write",
	"audit_control",
	"setfcap",
	"mac_override",
	"mac_admin",
	"syslog",
	"wake_alarm",
	"block_suspend",
	"audit_read",
	"perfmon",
	"bpf",
	"checkpoint_restore",
};

/* False if the file has none, or some in a form that is not known. */
static bool read_capabilities(struct file_capability *file, const char *path)
{
	struct vfs_ns_cap_data data = { 0 };
	ssize_t size =
		lgetxattr(path, "security.capability", &data, sizeof(data));
	uint32_t magic = le32toh(data.magic_etc);

	*file = (struct file_capability){ .path = path };
	if (size < (ssize_t)XATTR_CAPS_SZ_1)
		return false;
	file->effective = magic & VFS_CAP_FLAGS_EFFECTIVE;
	file->permitted = le32toh(data.data[0].permitted);
	file->inheritable = le32toh(data.data[0].inheritable);
	if ((magic & VFS_CAP_REVISION_MASK) == VFS_CAP_REVISION_1)
		return true;
	file->permitted |= (uint64_t)le32toh(data.data[1].permitted) << 32;
	file->inheritable |= (uint64_t)le32toh(data.data[1].inheritable) << 32;
	return true;
}

static int compare_names(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void visit(FTS *tree, FTSENT *entry, dev_t *device,
		  const struct capability_search *search)
{
	struct file_capability file;

	switch (entry->fts_info) {
	case FTS_D:
		if (entry->fts_level == FTS_ROOTLEVEL)
			*device = entry->fts_dev;
		else if (entry->fts_dev != *device)
			search->omitted(entry->fts_path, "another file system",
					search->data);
		break;
	case FTS_F:
		if (read_capabilities(&file, entry->fts_path))
			search->found(&file, search->data);
		break;
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		if (entry->fts_errno != ENOENT)
			search->omitted(entry->fts_path,
					strerror(entry->fts_errno),
					search->data);
		break;
	}
}

/**
 * program_folders() - where programs are
 *
 * Return: the usual folders; the last is NULL.
 */
const char *const *program_folders(void)
{
	static const char *const folders[] = {
		"/usr/bin",	"/usr/sbin",  "/usr/lib",   "/usr/lib64",
		"/usr/libexec", "/usr/games", "/usr/local", "/bin",
		"/sbin",	"/opt",
	};
	static const char *paths[ARRAY_SIZE(folders) + 1];
	size_t i;

	for (i = 0; !paths[i] && i < ARRAY_SIZE(folders); i++)
		paths[i] = format_text("%s%s", places.root, folders[i]);
	return paths;
}

/**
 * capabilities_search() - look for files that have capabilities
 * @folders: where; the last is NULL
 * @search: whom to tell
 *
 * Links are not followed, also where they are @folders themselves, and each of
 * @folders is looked into as far as its own file system goes.
 */
void capabilities_search(const char *const *folders,
			 const struct capability_search *search)
{
	FTS *tree = fts_open((char *const *)folders,
			     FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR,
			     compare_names);
	dev_t device = 0;
	FTSENT *entry;

	if (!tree)
		out_of_memory();
	while (errno = 0, (entry = fts_read(tree)))
		visit(tree, entry, &device, search);
	if (errno)
		search->omitted(folders[0], strerror(errno), search->data);
	fts_close(tree);
}

/**
 * capability_words() - capabilities as setcap(8) takes them
 * @file: the capabilities
 *
 * Return: the words, "" if there are none; the caller's to free.
 */
char *capability_words(const struct file_capability *file)
{
	char *text;
	size_t size;
	unsigned int i;
	FILE *words = open_memstream(&text, &size);

	if (!words)
		out_of_memory();
	for (i = 0; i < 64; i++) {
		bool permitted = file->permitted >> i & 1;
		bool inheritable = file->inheritable >> i & 1;

		if (!permitted && !inheritable)
			continue;
		if (ftell(words))
			fputc(' ', words);
		if (i < ARRAY_SIZE(names))
			fprintf(words, "cap_%s=", names[i]);
		else
			fprintf(words, "%u=", i);
		fprintf(words, "%s%s%s", file->effective ? "e" : "",
			inheritable ? "i" : "", permitted ? "p" : "");
	}
	if (fclose(words))
		out_of_memory();
	return text;
}

/**
 * capability_number() - a capability by its name
 * @word: the name, such as CAP_NET_RAW, or a number
 *
 * Return: its number, or -1.
 */
int capability_number(const char *word)
{
	char *end;
	long number = strtol(word, &end, 10);
	size_t i;

	if (*word >= '0' && *word <= '9' && !*end && number < 63)
		return number;
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strncasecmp(word, "cap_", 4) &&
		    !strcasecmp(word + 4, names[i]))
			return i;
	}
	return -1;
}
