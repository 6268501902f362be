// SPDX-License-Identifier: GPL-2.0
/*
 * bind_port [-u USER] PROTOCOL PORT [ADDRESS [PROFILE]]: one bind(2), and what came of it.
 *
 * Prints "bound PROTOCOL/PORT", with the port that it got, or why it did not
 * get one, and exits with 0 or 1. ADDRESS is any, or one of IPv4 or of IPv6.
 * Once there is a socket it goes on under AppArmor's PROFILE. As USER, by number or by
 * name, it has the group of that number or of USER's, and no other. It is linked
 * dynamically, for authbind knows no other programs.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *what)
{
	fprintf(stderr, "%s: %s (%s)\n", what, strerror(errno),
		strerrorname_np(errno));
	exit(1);
}

static void go_under(const char *profile)
{
	int fd = open("/proc/self/attr/apparmor/current", O_WRONLY);

	if (fd < 0 || dprintf(fd, "changeprofile %s", profile) < 0)
		fail("changeprofile");
	close(fd);
}

/* Of this host's own users. */
static void become(const char *user)
{
	FILE *file = fopen("/etc/passwd", "re");
	struct passwd *entry = NULL;
	uid_t uid = atoi(user);
	gid_t gid = uid;

	if (*user < '0' || *user > '9') {
		while (file && (entry = fgetpwent(file)) &&
		       strcmp(entry->pw_name, user))
			;
		if (!entry)
			errx(2, "no user: '%s'", user);
		uid = entry->pw_uid;
		gid = entry->pw_gid;
	}
	if (file)
		fclose(file);
	if (setgroups(0, NULL) || setresgid(gid, gid, gid) ||
	    setresuid(uid, uid, uid))
		fail("becoming another user");
}

int main(int argc, char **argv)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	struct sockaddr_in four = { .sin_family = AF_INET };
	struct sockaddr *address = (struct sockaddr *)&four;
	socklen_t length = sizeof(four);
	char what[32];
	int fd;

	if (argc > 2 && !strcmp(argv[1], "-u")) {
		become(argv[2]);
		argc -= 2;
		argv += 2;
	}
	if (argc < 3 || argc > 5)
		errx(2,
		     "usage: bind_port [-u USER] PROTOCOL PORT [ADDRESS [PROFILE]]");
	four.sin_port = six.sin6_port = htons(atoi(argv[2]));
	if (argc > 3 && inet_pton(AF_INET6, argv[3], &six.sin6_addr) == 1) {
		address = (struct sockaddr *)&six;
		length = sizeof(six);
	} else if (argc > 3 &&
		   inet_pton(AF_INET, argv[3], &four.sin_addr) != 1) {
		errx(2, "no address: '%s'", argv[3]);
	}
	fd = socket(address->sa_family,
		    strcmp(argv[1], "udp") ? SOCK_STREAM : SOCK_DGRAM, 0);
	if (fd < 0)
		fail("socket");
	if (argc > 4)
		go_under(argv[4]);
	snprintf(what, sizeof(what), "%s/%s", argv[1], argv[2]);
	if (bind(fd, address, length))
		fail(what);
	if (getsockname(fd, address, &length))
		fail("getsockname");
	printf("bound %s/%u\n", argv[1],
	       ntohs(address == (struct sockaddr *)&four ? four.sin_port :
							   six.sin6_port));
	return 0;
}
