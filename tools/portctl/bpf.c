// SPDX-License-Identifier: GPL-2.0
/* Which BPF programs judge the binds of a control group; bpf(2) tells root. */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bpf.h"
#include "place.h"

#define PROGRAMS_MAX 64

static int bpf(int command, union bpf_attr *attributes)
{
	return syscall(SYS_bpf, command, attributes, sizeof(*attributes));
}

/* How many programs of a kind are asked for a group; -1 if that can't be told. */
static int query(int group, int type, unsigned int flags,
		 uint32_t ids[PROGRAMS_MAX])
{
	union bpf_attr attributes;

	memset(&attributes, 0, sizeof(attributes));
	attributes.query.target_fd = group;
	attributes.query.attach_type = type;
	attributes.query.query_flags = flags;
	attributes.query.prog_ids = (uintptr_t)ids;
	attributes.query.prog_cnt = PROGRAMS_MAX;
	/* There may be more of them than fit; they are not named then. */
	if (bpf(BPF_PROG_QUERY, &attributes) && errno != ENOSPC)
		return -1;
	return attributes.query.prog_cnt;
}

static void program_name(uint32_t id, char name[BPF_OBJ_NAME_LEN])
{
	struct bpf_prog_info info = { 0 };
	union bpf_attr attributes;
	int program;

	memset(&attributes, 0, sizeof(attributes));
	attributes.prog_id = id;
	program = bpf(BPF_PROG_GET_FD_BY_ID, &attributes);
	if (program >= 0) {
		memset(&attributes, 0, sizeof(attributes));
		attributes.info.bpf_fd = program;
		attributes.info.info_len = sizeof(info);
		attributes.info.info = (uintptr_t)&info;
		bpf(BPF_OBJ_GET_INFO_BY_FD, &attributes);
		close(program);
	}
	memcpy(name, info.name, BPF_OBJ_NAME_LEN);
	name[BPF_OBJ_NAME_LEN - 1] = '\0';
}

static bool has(const uint32_t *ids, int count, uint32_t id)
{
	int i;

	for (i = 0; i < count && i < PROGRAMS_MAX; i++) {
		if (ids[i] == id)
			return true;
	}
	return false;
}

/* The programs of a kind: those of the group itself and those it is below of. */
static bool add_programs(struct group_programs *programs, int group, int type)
{
	uint32_t all[PROGRAMS_MAX], own[PROGRAMS_MAX];
	int count = query(group, type, BPF_F_QUERY_EFFECTIVE, all);
	int owned = query(group, type, 0, own), i;
	char name[BPF_OBJ_NAME_LEN];
	bool is_systemds;

	if (count < 0 || owned < 0)
		return false;
	if (type != BPF_CGROUP_INET4_BIND && type != BPF_CGROUP_INET6_BIND) {
		programs->after += count;
		return true;
	}
	for (i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "?");
		if (i < PROGRAMS_MAX)
			program_name(all[i], name);
		is_systemds = !strncmp(name, "sd_bind", strlen("sd_bind"));
		if (is_systemds && has(own, owned, all[i])) {
			programs->ours++;
			continue;
		}
		programs->strangers |= !is_systemds;
		programs->others = format_text("%s%s%s", programs->others,
					       *programs->others ? ", " : "",
					       *name ? name : "?");
	}
	return true;
}

/**
 * group_programs_read() - which programs judge the binds of a control group
 * @programs: the answer
 * @group: its path below the root of the hierarchy
 *
 * Return: whether the kernel said so; if not, errno says why.
 */
bool group_programs_read(struct group_programs *programs, const char *group)
{
	static const int types[] = {
		BPF_CGROUP_INET4_BIND,
		BPF_CGROUP_INET6_BIND,
		BPF_CGROUP_INET4_POST_BIND,
		BPF_CGROUP_INET6_POST_BIND,
	};
	static const char *const roots[] = { "/sys/fs/cgroup",
					     "/sys/fs/cgroup/unified" };
	int folder = -1, error;
	bool right = true;
	char *path;
	size_t i;

	*programs = (struct group_programs){ .others = "" };
	/* Where there are hierarchies of old, the one is beside them. */
	for (i = 0; i < ARRAY_SIZE(roots) && folder < 0; i++) {
		path = format_text("%s%s%s", places.root, roots[i], group);
		folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		free(path);
	}
	if (folder < 0)
		return false;
	for (i = 0; right && i < ARRAY_SIZE(types); i++)
		right = add_programs(programs, folder, types[i]);
	error = errno;
	close(folder);
	errno = error;
	return right;
}
