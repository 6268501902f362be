// SPDX-License-Identifier: GPL-2.0
/* Who has CAP_NET_BIND_SERVICE over a network namespace, or would have. */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "privilege.h"
#include "place.h"
#include "process.h"

static bool is_same(int one, int other)
{
	struct stat a, b;

	return !fstat(one, &a) && !fstat(other, &b) && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

/*
 * Is a user namespace the one that owns a network namespace, or does it stand
 * above it? As the kernel does, from below.
 */
static enum answer stands_above(int user, int network)
{
	int owner = ioctl(network, NS_GET_USERNS), parent;

	/* It is kept from who is not above it, let alone those below. */
	if (owner < 0)
		return errno == EPERM ? STOPS : NOT_SEEN;
	while (owner >= 0 && !is_same(owner, user)) {
		parent = ioctl(owner, NS_GET_PARENT);
		close(owner);
		owner = parent;
	}
	if (owner < 0)
		return STOPS;
	close(owner);
	return PASSES;
}

static int open_namespace(pid_t pid, const char *name)
{
	char *path = format_text("%s/proc/%d/ns/%s", places.root, pid, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	free(path);
	return fd;
}

/**
 * capability_of_process() - has it the capability over its network namespace?
 * @subject: the process; @subject->capable is set
 */
void capability_of_process(struct subject *subject)
{
	char *proc = format_text("%s/proc", places.root);
	char *set = process_field(proc, subject->pid, "CapEff");
	int user = open_namespace(subject->pid, "user");
	int network = open_namespace(subject->pid, "net");

	subject->capable_source = format_text("/proc/%d/status", subject->pid);
	if (!set) {
		subject->capable = NOT_SEEN;
		subject->capable_text = "its capabilities cannot be read";
	} else if (!(strtoull(set, NULL, 16) >> CAP_NET_BIND_SERVICE & 1)) {
		subject->capable = STOPS;
		subject->capable_text =
			"it does not have CAP_NET_BIND_SERVICE (CapEff)";
	} else {
		subject->capable = user < 0 || network < 0 ?
					   NOT_SEEN :
					   stands_above(user, network);
		subject->capable_source = format_text(
			"/proc/%d/status, ns/user, ns/net", subject->pid);
		subject->capable_text =
			subject->capable == PASSES ?
				"it has CAP_NET_BIND_SERVICE (CapEff)" :
			subject->capable == STOPS ?
				"it has CAP_NET_BIND_SERVICE in a user namespace of its own, which counts for nothing over this network namespace" :
				"it has CAP_NET_BIND_SERVICE, but only root can see over which namespaces";
	}
	if (user >= 0)
		close(user);
	if (network >= 0)
		close(network);
	free(set);
	free(proc);
}

/* The program of a service, as in { path=/usr/sbin/nginx ; argv[]=… }. */
static char *program_of(const struct unit *unit)
{
	const char *path = strstr(unit_property(unit, "ExecStart"), "path=");
	char *copy;

	if (!path)
		return NULL;
	copy = format_text("%s%s", places.root, path + strlen("path="));
	copy[strcspn(copy, " ;")] = '\0';
	return copy;
}

static bool gives_capability(const char *program)
{
	struct vfs_ns_cap_data data;
	ssize_t length =
		getxattr(program, "security.capability", &data, sizeof(data));

	return length >= (ssize_t)XATTR_CAPS_SZ_1 &&
	       le32toh(data.data[0].permitted) >> CAP_NET_BIND_SERVICE & 1;
}

/**
 * capability_of_service() - will it have the capability when it is started?
 * @subject: a service that does not run; @subject->capable is set
 */
void capability_of_service(struct subject *subject)
{
	const struct unit *unit = subject->unit;
	const char *namespaces = unit_property(unit, "PrivateUsers");
	bool is_root = subject->is_known && !subject->caller.uid;
	const char *setting = is_root ? "CapabilityBoundingSet" :
					"AmbientCapabilities";
	char *program = program_of(unit);
	bool has = has_word(unit_property(unit, setting),
			    "cap_net_bind_service") &&
		   has_word(unit_property(unit, "CapabilityBoundingSet"),
			    "cap_net_bind_service");

	subject->capable_source = "systemctl show";
	if (subject->is_spared) {
		subject->capable = PASSES;
		subject->capable_text = "ExecStart=+ has all capabilities";
		return;
	}
	subject->capable = has ? PASSES : STOPS;
	subject->capable_text = format_text(
		has ? "CAP_NET_BIND_SERVICE is in %s=" :
		      "CAP_NET_BIND_SERVICE is not in %s=%s",
		setting,
		has || is_root ? "" : " within CapabilityBoundingSet=");
	if (has && *namespaces && strcmp(namespaces, "no")) {
		subject->capable = STOPS;
		subject->capable_text =
			"PrivateUsers= gives it a user namespace of its own, in which CAP_NET_BIND_SERVICE counts for nothing over the host's ports";
	} else if (!has && program && gives_capability(program)) {
		subject->capable = NOT_SEEN;
		subject->capable_source = program;
		subject->capable_text =
			"the file of the program gives it CAP_NET_BIND_SERVICE, unless NoNewPrivileges= is set or follows from other settings";
	}
}
