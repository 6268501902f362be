// SPDX-License-Identifier: GPL-2.0
/*
 * Instructions per bind(2), as alice, on a machine whose time stamp counter
 * counts instructions (tests/vm/run -i). Prints "PROTOCOL INSTRUCTIONS" for
 * the port that is given; the median of many. The second word says that each is
 * refused, or that nothing is to be measured: bob is refused all the time then.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROUNDS 501

#ifdef __aarch64__
/* Of the newest machines that QEMU plays: a count for each nanosecond, as for each instruction. */
static unsigned long long counter(void)
{
	unsigned long long count;

	asm volatile("isb; mrs %0, cntvct_el0" : "=r" (count) : : "memory");
	return count;
}
#else
#define counter() __builtin_ia32_rdtsc()
#endif

static int compare(const void *a, const void *b)
{
	const unsigned long long *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Of ROUNDS calls; with a port of -1, of none at all: the counter's own cost. */
static unsigned long long median(int type, int port, int expected, int *failures)
{
	unsigned long long cost[ROUNDS], start;
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(port),
	};
	int round, fd;

	for (round = 0; round < ROUNDS; round++) {
		fd = socket(AF_INET, type, 0);
		start = counter();
		if (port >= 0)
			*failures += (bind(fd, (void *)&address, sizeof(address)) ?
				      errno : 0) != expected;
		cost[round] = counter() - start;
		close(fd);
	}
	qsort(cost, ROUNDS, sizeof(*cost), compare);
	return cost[ROUNDS / 2];
}

static int flood(int port)
{
	unsigned long long count = 0;
	int failures = 0;

	while (!failures)
		count += median(SOCK_STREAM, port, EACCES, &failures);
	return count ? 1 : 2;
}

int main(int argc, char **argv)
{
	int port = argc > 1 ? atoi(argv[1]) : 0;
	int flooding = argc > 2 && !strcmp(argv[2], "flood");
	int expected = argc > 2 && !strcmp(argv[2], "refused") ? EACCES : 0;
	int uid = flooding ? 1002 : 1001;
	int failures = 0;
	unsigned long long tcp, udp, nothing;

	if (!port || setresgid(uid, uid, uid) || setresuid(uid, uid, uid))
		return 2;
	if (flooding)
		return flood(port);
	nothing = median(SOCK_STREAM, -1, 0, &failures);
	tcp = median(SOCK_STREAM, port, expected, &failures) - nothing;
	udp = median(SOCK_DGRAM, port, expected, &failures) - nothing;
	printf("tcp %llu\nudp %llu\n", tcp, udp);
	return failures ? 1 : 0;
}
