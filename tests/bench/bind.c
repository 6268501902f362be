// SPDX-License-Identifier: GPL-2.0
/*
 * Instructions per bind(2), as alice, on a machine whose time stamp counter
 * counts instructions (tests/vm/run -i). Prints "PROTOCOL INSTRUCTIONS" for
 * the port that is given; the median of many.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
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
static unsigned long long median(int type, int port, int *failures)
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
		if (port >= 0 && bind(fd, (void *)&address, sizeof(address)))
			++*failures;
		cost[round] = counter() - start;
		close(fd);
	}
	qsort(cost, ROUNDS, sizeof(*cost), compare);
	return cost[ROUNDS / 2];
}

int main(int argc, char **argv)
{
	int port = argc > 1 ? atoi(argv[1]) : 0;
	int failures = 0;
	unsigned long long tcp, udp, nothing;

	if (!port || setresgid(1001, 1001, 1001) || setresuid(1001, 1001, 1001))
		return 2;
	nothing = median(SOCK_STREAM, -1, &failures);
	tcp = median(SOCK_STREAM, port, &failures) - nothing;
	udp = median(SOCK_DGRAM, port, &failures) - nothing;
	printf("tcp %llu\nudp %llu\n", tcp, udp);
	return failures ? 1 : 0;
}
