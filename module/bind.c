// SPDX-License-Identifier: GPL-2.0
/*
 * bind(2), as far as it is IP's business: which binds the table is asked for,
 * and what an IP socket is told that may not.
 *
 * Every bind of a TCP or UDP socket ends in __inet_bind() or __inet6_bind():
 * MPTCP's and SMC's by their inner TCP socket, one whose address a cgroup's BPF
 * program rewrote with the new address. Their trampolines call the functions
 * below in the caller's own context, where it may be preempted. To allow is to
 * set the flag by which the kernel itself skips its privileged-port check.
 *
 * Copyright (C) 2026 The portfs authors
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/net.h>
#include <linux/smp.h>
#include <linux/workqueue.h>
#include <net/inet_common.h>
#include <net/inet_sock.h>
#include <net/ip_fib.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/route.h>

#include "portfs.h"
#include "trace.h"

/*
 * The socket by which the hooks are proved: of no family, so that no cgroup's
 * program is run for it, and bound to addresses of no family, which the kernel
 * refuses first of all where a hook does not fire. Written by
 * portfs_bind_setup() and portfs_bind_teardown() only.
 */
static struct sock *proof_sk;

static struct proto proof_proto = {
	.name = "portfs",
	.obj_size = sizeof(struct inet_sock),
};

/* The index of the port that a socket is to be bound to; never a claimed one for port 0. */
static __always_inline u32 bind_index(const struct sock *sk, __be16 port)
{
	switch (sk->sk_protocol) {
	case IPPROTO_TCP:
		return portfs_index(PORTFS_TCP, ntohs(port));
	case IPPROTO_UDP:
		return portfs_index(PORTFS_UDP, ntohs(port));
	default:
		return 0;
	}
}

/*
 * What the kernel finds wrong with an address before it looks at the port stays
 * its error, for those, too, who may not bind.
 */
static int address_error(const struct sock *sk, const void *address)
{
	const struct sockaddr_in6 *inet6 = address;
	const struct sockaddr_in *inet = address;
	struct net *net = sock_net(sk);
	u32 table;
	int type;

	if (inet6->sin6_family == AF_INET6)
		return ipv6_addr_is_multicast(&inet6->sin6_addr) &&
				       sk->sk_type == SOCK_STREAM ?
			       -EINVAL :
			       0;
	table = l3mdev_fib_table_by_index(net, sk->sk_bound_dev_if);
	type = inet_addr_type_table(net, inet->sin_addr.s_addr,
				    table ?: RT_TABLE_LOCAL);
	if (!inet_addr_valid_or_nonlocal(net, inet_sk((struct sock *)sk),
					 inet->sin_addr.s_addr, type))
		return -EADDRNOTAVAIL;
	return 0;
}

static int refuse(const struct sock *sk, const void *address, u32 index)
{
	int error = address_error(sk, address);

	if (error)
		return error;
	portfs_count_refusal(sock_net(sk), index);
	portfs_report_refusal(sock_net(sk), index);
	return -EACCES;
}

/* Security modules that are asked for a capability may sleep, where locks do. */
static noinline int capable_or_refuse(const struct sock *sk,
				      const void *address, u32 index,
				      bool capable)
{
	int error = 0;
	int reader;

	reader = srcu_read_lock(&portfs_sleepers);
	if (capable && ns_capable(sock_net(sk)->user_ns, CAP_NET_BIND_SERVICE))
		portfs_count_capable(sock_net(sk), index);
	else
		error = refuse(sk, address, index);
	srcu_read_unlock(&portfs_sleepers, reader);
	return error;
}

/* Who looks at a tracepoint may sleep as well, where locks do. */
static noinline void trace_verdict(const struct sock *sk, const void *address,
				   u32 index, const struct portfs_rule *rule,
				   enum portfs_verdict verdict, int error)
{
	int reader = srcu_read_lock(&portfs_sleepers);

	trace_portfs_bind(sk, address, index, rule,
			  error ? PORTFS_REFUSE : verdict, error);
	srcu_read_unlock(&portfs_sleepers, reader);
}

/* @seen: becomes the rule that decided, and is for those who trace; or NULL. */
static __always_inline struct portfs_answer
judge_by_rule(struct sock *sk, const void *address, u32 index,
	      unsigned long flags, struct portfs_rule *seen)
{
	enum portfs_verdict verdict = PORTFS_NO_SAY;
	const struct portfs_rule *rule;
	int error = 0;

	rcu_read_lock();
	rule = portfs_table_rule(sock_net(sk), index);
	if (rule) {
		verdict = portfs_policy_bind(rule);
		if (verdict == PORTFS_ALLOW)
			atomic_long_inc(&rule->count->granted);
		if (seen)
			*seen = *rule;
	}
	rcu_read_unlock();
	if (verdict == PORTFS_NO_SAY)
		return portfs_pass(flags);
	if (verdict != PORTFS_ALLOW)
		error = capable_or_refuse(sk, address, index,
					  verdict == PORTFS_CAPABLE);
	if (seen)
		trace_verdict(sk, address, index, seen, verdict, error);
	return error ? portfs_answer(error) :
		       portfs_pass(flags | BIND_NO_CAP_NET_BIND_SERVICE);
}

static noinline notrace struct portfs_answer
judge_and_trace(struct sock *sk, const void *address, u32 index,
		unsigned long flags)
{
	struct portfs_rule seen;

	return judge_by_rule(sk, address, index, flags, &seen);
}

static noinline notrace struct portfs_answer
judge(struct sock *sk, const void *address, u32 index, unsigned long flags)
{
	if (trace_portfs_bind_enabled())
		return judge_and_trace(sk, address, index, flags);
	return judge_by_rule(sk, address, index, flags, NULL);
}

static __always_inline struct portfs_answer
decide(struct sock *sk, const void *address, __be16 port, unsigned long flags)
{
	u32 index;

	if (!static_branch_unlikely(&portfs_claims.key))
		return portfs_pass(flags);
	index = bind_index(sk, port);
	if (!portfs_table_claims(sock_net(sk), index))
		return portfs_pass(flags);
	return judge(sk, address, index, flags);
}

/* An address that the kernel refuses itself, and that of the proof. */
static noinline struct portfs_answer no_bind(const struct sock *sk,
					     unsigned long flags)
{
	return sk == proof_sk ? portfs_answer(PORTFS_PROOF) :
				portfs_pass(flags);
}

/**
 * portfs_bind_inet() - decide on a call of __inet_bind()
 * @sk: the socket; the caller of bind(2) keeps it
 * @address: where to, in the kernel's memory
 * @length: of @address, which the kernel has checked
 * @flags: the kernel's own
 *
 * Context: Process context, may be preempted, and sleeps where locks do;
 * called by its trampoline only.
 * Return: @flags to go on with, or the error that bind(2) gets.
 */
notrace struct portfs_answer portfs_bind_inet(struct sock *sk,
					      const struct sockaddr_in *address,
					      int length, u32 flags)
{
	/* AF_UNSPEC binds like AF_INET. */
	if (likely(address->sin_family == AF_INET) ||
	    (address->sin_family == AF_UNSPEC &&
	     address->sin_addr.s_addr == htonl(INADDR_ANY)))
		return decide(sk, address, address->sin_port, flags);
	return no_bind(sk, flags);
}

/**
 * portfs_bind_inet6() - decide on a call of __inet6_bind()
 * @sk: the socket; the caller of bind(2) keeps it
 * @address: where to, in the kernel's memory
 * @length: of @address, which the kernel has checked
 * @flags: the kernel's own
 *
 * Context: As portfs_bind_inet().
 * Return: As portfs_bind_inet().
 */
notrace struct portfs_answer
portfs_bind_inet6(struct sock *sk, const struct sockaddr_in6 *address,
		  int length, u32 flags)
{
	if (likely(address->sin6_family == AF_INET6))
		return decide(sk, address, address->sin6_port, flags);
	return no_bind(sk, flags);
}

/**
 * portfs_bind_prove_inet() - call __inet_bind() to see whether its hook fires
 *
 * Context: Process context; nobody's bind is disturbed.
 * Return: PORTFS_PROOF if it does, what the kernel says if not.
 */
int portfs_bind_prove_inet(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_UNSPEC,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	static struct socket socket;

	socket.sk = proof_sk;
	return inet_bind(&socket, (void *)&address, sizeof(address));
}

#if IS_ENABLED(CONFIG_IPV6)
/**
 * portfs_bind_prove_inet6() - call __inet6_bind() to see whether its hook fires
 *
 * That it calls a function of IPv6's is also what loads IPv6, where that is a
 * module, and holds it.
 *
 * Context: Process context; nobody's bind is disturbed.
 * Return: PORTFS_PROOF if it does, what the kernel says if not.
 */
int portfs_bind_prove_inet6(void)
{
	struct sockaddr_in6 address = { .sin6_family = AF_UNSPEC };
	static struct socket socket;

	socket.sk = proof_sk;
	return inet6_bind(&socket, (void *)&address, sizeof(address));
}
#endif

/* By a worker of the kernel's: a socket holds the cgroup of whoever makes it. */
static long __init make_proof_sk(void *unused)
{
	proof_sk = sk_alloc(&init_net, AF_UNSPEC, GFP_KERNEL, &proof_proto, 1);
	if (!proof_sk)
		return -ENOMEM;
	sock_init_data(NULL, proof_sk);
	return 0;
}

/**
 * portfs_bind_setup() - make what the hooks are proved by
 *
 * Return: 0 or -ENOMEM.
 */
int __init portfs_bind_setup(void)
{
	return work_on_cpu(raw_smp_processor_id(), make_proof_sk, NULL);
}

/**
 * portfs_bind_teardown() - undo portfs_bind_setup()
 */
void portfs_bind_teardown(void)
{
	sk_free(proof_sk);
}
