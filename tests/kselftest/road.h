/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ways to call bind(2), and the count of cases that a program went through.
 * A way returns 0 or an errno.
 */
#ifndef PORTFS_TEST_ROAD_H
#define PORTFS_TEST_ROAD_H

#include <linux/io_uring.h>
#include <sys/mman.h>

#include "node.h"

#ifndef IORING_OP_BIND
#define IORING_OP_BIND	56
#endif

static inline int way_bind(int fd, const struct sockaddr_storage *address,
			   socklen_t length)
{
	return failure(bind(fd, (const struct sockaddr *)address, length));
}

/* ---- io_uring, without a library ---- */

struct ring {
	int fd;
	struct io_uring_params params;
	char *rings;
	struct io_uring_sqe *entries;
};

static inline int ring_setup(struct ring *ring, unsigned int flags)
{
	memset(ring, 0, sizeof(*ring));
	ring->params.flags = flags;
	ring->fd = syscall(SYS_io_uring_setup, 4, &ring->params);
	if (ring->fd < 0)
		return errno;
	/* Every kernel that has the operation has one mapping for both. */
	ring->rings = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_POPULATE, ring->fd,
			   IORING_OFF_SQ_RING);
	ring->entries = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_POPULATE, ring->fd,
			     IORING_OFF_SQES);
	if (ring->rings == MAP_FAILED || ring->entries == MAP_FAILED)
		return errno;
	return 0;
}

static inline int ring_submit(struct ring *ring)
{
	const struct io_sqring_offsets *sq = &ring->params.sq_off;
	const struct io_cqring_offsets *cq = &ring->params.cq_off;
	unsigned int flags = IORING_ENTER_GETEVENTS;

	((__u32 *)(ring->rings + sq->array))[0] = 0;
	__atomic_store_n((__u32 *)(ring->rings + sq->tail), 1,
			 __ATOMIC_RELEASE);
	if (ring->params.flags & IORING_SETUP_SQPOLL)
		flags |= IORING_ENTER_SQ_WAKEUP;
	if (syscall(SYS_io_uring_enter, ring->fd, 1, 1, flags, NULL, 0) < 0)
		return errno;
	return -((struct io_uring_cqe *)(ring->rings + cq->cqes))->res;
}

static inline int ring_bind(int fd, const struct sockaddr_storage *address,
			    socklen_t length, unsigned int setup_flags,
			    unsigned int flags)
{
	struct ring ring;
	int error;

	error = ring_setup(&ring, setup_flags);
	if (error)
		return error;
	ring.entries[0] = (struct io_uring_sqe){
		.opcode = IORING_OP_BIND,
		.flags = flags,
		.fd = fd,
		.addr = (unsigned long)address,
		.addr2 = length,
	};
	error = ring_submit(&ring);
	close(ring.fd);
	return error;
}

static inline int way_ring(int fd, const struct sockaddr_storage *address,
			   socklen_t length)
{
	return ring_bind(fd, address, length, 0, 0);
}

/* By a thread of the kernel's, in the caller's name. */
static inline int way_ring_async(int fd,
				 const struct sockaddr_storage *address,
				 socklen_t length)
{
	return ring_bind(fd, address, length, 0, IOSQE_ASYNC);
}

static inline int way_ring_polled(int fd,
				  const struct sockaddr_storage *address,
				  socklen_t length)
{
	return ring_bind(fd, address, length, IORING_SETUP_SQPOLL, 0);
}

/* ---- system calls of 32-bit programs, which a 64-bit one can make on x86 only ---- */

#ifdef __x86_64__
static inline int call32(unsigned int number, unsigned int first,
			 unsigned int second, unsigned int third)
{
	int result;

	asm volatile("int $0x80"
		     : "=a" (result)
		     : "a" (number), "b" (first), "c" (second), "d" (third)
		     : "memory", "r8", "r9", "r10", "r11");
	return -result;
}

/* Memory that a 32-bit program could have. */
static inline void *low_memory(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
}

#define CALL32_BIND		361
#define CALL32_SOCKETCALL	102
#define SOCKETCALL_BIND		2

static inline int way_call32(int fd, const struct sockaddr_storage *address,
			     socklen_t length)
{
	void *low = low_memory();

	if (low == MAP_FAILED)
		return errno;
	memcpy(low, address, sizeof(*address));
	return call32(CALL32_BIND, fd, (unsigned long)low, length);
}

static inline int way_socketcall32(int fd,
				   const struct sockaddr_storage *address,
				   socklen_t length)
{
	struct {
		struct sockaddr_storage address;
		__u32 arguments[3];
	} *low = low_memory();

	if (low == MAP_FAILED)
		return errno;
	low->address = *address;
	low->arguments[0] = fd;
	low->arguments[1] = (unsigned long)&low->address;
	low->arguments[2] = length;
	return call32(CALL32_SOCKETCALL, SOCKETCALL_BIND,
		      (unsigned long)low->arguments, 0);
}
#endif

/* ---- how many ---- */

static int *cases;
static pid_t program;

static inline void print_cases(void)
{
	if (getpid() == program)
		printf("# %d cases\n", *cases);
}

/* Prints last how many cases the program's tests went through. */
#define TEST_CASES_MAIN							\
	int main(int argc, char **argv)					\
	{								\
		int error = new_network();				\
									\
		program = getpid();					\
		cases = mmap(NULL, 4096, PROT_READ | PROT_WRITE,	\
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);	\
		if (error || cases == MAP_FAILED || atexit(print_cases))	\
			ksft_exit_fail_msg("no network: %d\n", error);	\
		return test_harness_run(argc, argv);			\
	}

#define EXPECT_CASE(expected, seen) do {				\
	EXPECT_EQ(expected, seen);					\
	__atomic_add_fetch(cases, 1, __ATOMIC_RELAXED);			\
} while (0)

#endif
