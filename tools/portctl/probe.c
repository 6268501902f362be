// SPDX-License-Identifier: GPL-2.0
/*
 * What stops a bind of our own before the port is looked at. Seccomp, security
 * modules and the programs of control groups are asked before the kernel looks at
 * the address, and that before the port. So a bind to an address that no host has
 * is refused in any case, takes nothing, and its error says who refused it.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "chain.h"
#include "probe.h"

/* Of the class that was never given to anybody. */
#define NOBODYS_ADDRESS 0xf0000001

/*
 * A host may be told to take any address, and a network namespace that has not got
 * an address yet takes all of them.
 */
static bool takes_any_address(struct sockaddr_in address, int type)
{
	FILE *file = fopen("/proc/sys/net/ipv4/ip_nonlocal_bind", "re");
	int fd = socket(AF_INET, type, 0), value = 1;
	bool taken;

	if (file && fscanf(file, "%d", &value) != 1)
		value = 1;
	if (file)
		fclose(file);
	address.sin_port = 0;
	taken = fd >= 0 &&
		!bind(fd, (struct sockaddr *)&address, sizeof(address));
	if (fd >= 0)
		close(fd);
	return value || taken;
}

static struct probe try(unsigned int index)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(index % PORTS),
		.sin_addr.s_addr = htonl(NOBODYS_ADDRESS),
	};
	int fd, type = index / PORTS == UDP ? SOCK_DGRAM : SOCK_STREAM;
	struct probe probe = { 0 };

	if (bind(-1, (struct sockaddr *)&address, sizeof(address)) &&
	    errno != EBADF)
		probe.error = errno;
	fd = socket(AF_INET, type, 0);
	if (probe.error || fd < 0 || takes_any_address(address, type))
		return probe;
	if (bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		probe.told = true;
		probe.refused = errno == EADDRNOTAVAIL ? 0 : errno;
	}
	return probe;
}

/**
 * probe_bind() - see how far a bind of our own comes
 * @index: the port
 *
 * By a process of its own, for whom seccomp stops may be ended by it.
 *
 * Return: what it met.
 */
struct probe probe_bind(unsigned int index)
{
	struct probe probe = { .error = STEP_KILLS };
	int ends[2];
	pid_t pid;

	if (pipe(ends))
		return (struct probe){ .error = 0 };
	pid = fork();
	if (!pid) {
		probe = try(index);
		_exit(write(ends[1], &probe, sizeof(probe)) != sizeof(probe));
	}
	close(ends[1]);
	if (pid < 0 || read(ends[0], &probe, sizeof(probe)) < 0)
		probe = (struct probe){ .error = 0 };
	close(ends[0]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return probe;
}
