/* SPDX-License-Identifier: GPL-2.0 */
/*
 * portfs: ports with owners - what its files share.
 *
 * Data flows one way:
 *
 *	VFS -> fs.c -> node.c -> table.c <----- bind.c <- bind(2)
 *	                  |         |             |
 *	                  |     reserved.c <- ip_local_reserved_ports
 *	                  |         |             |
 *	                  +-> guard.c -> hook.c -> trampoline_*.S
 *
 *	/proc/net/portfs -> count.c, which looks at the table and which bind.c
 *	tells of its decisions; fs.c makes the file
 *
 * Below these, and without any of them: policy.c, which bind.c asks, and
 * report.c, trace.c, limit.c, which tell what bind.c and node.c did.
 *
 * Locks, outermost first:
 *
 *	inode->i_rwsem		taken by the VFS around changes of a node
 *	guard_lock		one proof of the hooks at a time
 *	portfs_net.lock		writers of one namespace's table, and the
 *				namespace's ip_local_reserved_ports
 *	inode->i_lock		the attributes of a node's inode
 *	portfs_sleepers (SRCU)	what may sleep below a trampoline
 *	bucket_set.lock		how often users of one set were refused
 *	RCU			readers of a table: hooks, stat, listings
 *	portfs_count.lock	the last refusal of one port
 *
 * Copyright (C) 2026 The portfs authors
 */
#ifndef PORTFS_H
#define PORTFS_H

#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/fs.h>
#include <linux/in.h>
#include <linux/jump_label_ratelimit.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/posix_acl.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
#include <linux/time64.h>
#include <linux/types.h>
#include <linux/uidgid.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "compat.h"

#undef pr_fmt
#define pr_fmt(fmt) "portfs: " fmt

/* The highest port, and how many numbers a protocol has (0 is never bound). */
#define PORTFS_PORT_MAX 65535
#define PORTFS_PORTS	(PORTFS_PORT_MAX + 1)

/* How long an ACL may be: a bind goes through it under RCU. */
#define PORTFS_ACL_ENTRIES 256

/* What a hooked function returns to its own proof, and never otherwise. */
#define PORTFS_PROOF (-EXFULL)

/**
 * enum portfs_protocol - the two port spaces that have owners
 * @PORTFS_TCP: TCP, and what uses its ports: MPTCP, SMC
 * @PORTFS_UDP: UDP
 * @PORTFS_PROTOCOLS: how many they are
 */
enum portfs_protocol {
	PORTFS_TCP,
	PORTFS_UDP,
	PORTFS_PROTOCOLS,
};

/* How many indices there are: portfs_index() returns smaller ones. */
#define PORTFS_INDICES (PORTFS_PROTOCOLS * PORTFS_PORTS)

/**
 * portfs_index() - the index of a port in a table, and its node's minor
 * @protocol: which port space
 * @port: the number in it
 *
 * Return: @port for TCP, 65536 + @port for UDP.
 */
static inline u32 portfs_index(enum portfs_protocol protocol, u16 port)
{
	return protocol * PORTFS_PORTS + port;
}

/**
 * portfs_port() - the number of the port that an index stands for
 * @index: see portfs_index()
 *
 * Return: the number, without the protocol.
 */
static inline u16 portfs_port(u32 index)
{
	return index % PORTFS_PORTS;
}

/**
 * portfs_protocol_name() - the name of the protocol that an index stands for
 * @index: see portfs_index()
 *
 * Return: "tcp" or "udp".
 */
static inline const char *portfs_protocol_name(u32 index)
{
	return index < PORTFS_PORTS ? "tcp" : "udp";
}

/**
 * portfs_ip_protocol() - the number of the protocol that an index stands for
 * @index: see portfs_index()
 *
 * Return: IPPROTO_TCP or IPPROTO_UDP.
 */
static inline int portfs_ip_protocol(u32 index)
{
	return index < PORTFS_PORTS ? IPPROTO_TCP : IPPROTO_UDP;
}

/**
 * struct portfs_refusals - how often somebody was refused, and who the last was
 * @count: how often
 * @last: when the last one was (wall clock); meaningless if @count is 0
 * @user: by fsuid who that was; likewise
 */
struct portfs_refusals {
	u64 count;
	ktime_t last;
	kuid_t user;
};

/**
 * struct portfs_count - what came of the binds to a claimed port
 * @granted: how often the rule let somebody bind
 * @capable: how often CAP_NET_BIND_SERVICE did where the rule did not
 * @lock: protects @refused
 * @refused: the others, but for those whose address was wrong
 *
 * It is there as long as its port is claimed, and is handed on from rule to
 * rule. One for all processors: those who bind one port meet in the kernel's
 * bucket of that port anyway, and there may be 131070 of these.
 */
struct portfs_count {
	atomic_long_t granted;
	atomic_long_t capable;
	spinlock_t lock; /* protects the refusals */
	struct portfs_refusals refused;
};

/**
 * struct portfs_sum - what came of the binds to many ports
 * @granted: see &struct portfs_count
 * @capable: see &struct portfs_count
 * @refused: see &struct portfs_count; the last one of all
 */
struct portfs_sum {
	u64 granted;
	u64 capable;
	struct portfs_refusals refused;
};

/**
 * struct portfs_rule - who may bind a claimed port
 * @uid: the owner
 * @gid: the group
 * @mode: the permission bits; write is the right to bind
 * @acl: what @mode cannot say, or NULL; @mode's group bits are its mask then
 * @changed: when the rule was made or last changed (wall clock)
 * @count: what came of the binds to the port; the table's own affair, and NULL
 *	for a rule that never was in one
 *
 * In a table a rule is never changed, only replaced: RCU protects it, its count,
 * and its ACL as well, to which it has a reference.
 */
struct portfs_rule {
	kuid_t uid;
	kgid_t gid;
	umode_t mode;
	struct posix_acl *acl;
	struct timespec64 changed;
	struct portfs_count *count;
};

/* How many rules are found from one &struct portfs_block. */
#define PORTFS_BLOCK_RULES 256

/**
 * struct portfs_block - where the rules of neighbouring ports are
 * @rules: NULL for an unclaimed port; RCU for readers, portfs_net.lock for
 *	writers
 */
struct portfs_block {
	struct portfs_rule __rcu *rules[PORTFS_BLOCK_RULES];
};

/**
 * struct portfs_table - the rules of one network namespace
 * @rcu: for freeing it, with its blocks, after its last reader
 * @blocks: by portfs_index() / PORTFS_BLOCK_RULES; NULL where there never was a
 *	rule, else it stays as long as the table; RCU for readers,
 *	portfs_net.lock for writers
 * @count: how many rules; under portfs_net.lock
 * @claimed: a bit for each index that has a rule; atomic for readers, written
 *	under portfs_net.lock
 * @reserved: the administrator's own ip_local_reserved_ports; under
 *	portfs_net.lock
 * @reserved_data: &reserved, as the sysctl's handler wants it
 *
 * It exists only while there are rules, and holds a reference to the module.
 */
struct portfs_table {
	struct rcu_head rcu;
	struct portfs_block __rcu *blocks[PORTFS_INDICES / PORTFS_BLOCK_RULES];
	unsigned int count;
	DECLARE_BITMAP(claimed, PORTFS_INDICES);
	DECLARE_BITMAP(reserved, PORTFS_PORTS);
	unsigned long *reserved_data;
};

/**
 * struct portfs_net - what a network namespace costs when it has no rules
 * @lock: one writer of @table at a time; may be held while sleeping
 * @table: its rules, NULL without any; RCU for readers, @lock for writers
 * @released: what the counts of released ports had come to; under @lock
 * @counts: its file /proc/net/portfs, NULL before the first mount; under @lock
 */
struct portfs_net {
	struct mutex lock; /* one writer of the table */
	struct portfs_table __rcu *table;
	struct portfs_sum released;
	struct proc_dir_entry *counts;
};

extern unsigned int portfs_net_id;

/**
 * portfs_net() - the module's part of a network namespace
 * @net: the namespace; the caller keeps it from being freed
 *
 * Return: its part, which lives as long as @net does.
 */
static inline struct portfs_net *portfs_net(const struct net *net)
{
	return net_generic(net, portfs_net_id);
}

/**
 * portfs_net_rcu() - portfs_net() for who is inside RCU already
 * @net: the namespace; the caller keeps it from being freed
 *
 * Context: Inside rcu_read_lock() or a section that cannot be preempted.
 * Return: its part, which lives as long as @net does.
 */
static __always_inline struct portfs_net *portfs_net_rcu(const struct net *net)
{
	return rcu_dereference_check(net->gen, rcu_read_lock_any_held())
		->ptr[portfs_net_id];
}

/**
 * portfs_table_claims() - is a port claimed?
 * @net: the network namespace; the caller keeps it from being freed
 * @index: the port, see portfs_index()
 *
 * For those who ask for every bind. A section of RCU that cannot be preempted
 * is the shortest one.
 *
 * Return: whether there was a rule.
 */
static __always_inline bool portfs_table_claims(const struct net *net,
						u32 index)
{
	const struct portfs_table *table;
	bool claims;

	rcu_read_lock_sched_notrace();
	table = rcu_dereference_sched(portfs_net_rcu(net)->table);
	claims = table && test_bit(index, table->claimed);
	rcu_read_unlock_sched_notrace();
	return claims;
}

/**
 * enum portfs_verdict - what a rule says of a bind
 * @PORTFS_NO_SAY: the port is unclaimed, the kernel's own rule holds
 * @PORTFS_ALLOW: the caller may; no privileged-port check follows
 * @PORTFS_CAPABLE: the caller may with CAP_NET_BIND_SERVICE, not else
 * @PORTFS_REFUSE: the caller may not
 */
enum portfs_verdict {
	PORTFS_NO_SAY,
	PORTFS_ALLOW,
	PORTFS_CAPABLE,
	PORTFS_REFUSE,
};

/**
 * struct portfs_answer - what a decision tells its trampoline, in two registers
 * @answered: not 0: the hooked function is not to run, its caller gets @value
 * @value: if 0: the fourth argument with which it runs
 */
struct portfs_answer {
	unsigned long answered;
	unsigned long value;
};

/**
 * portfs_answer() - the hooked function is not to run
 * @result: what its caller gets
 *
 * Return: that, for the trampoline.
 */
static inline struct portfs_answer portfs_answer(long result)
{
	return (struct portfs_answer){ .answered = 1, .value = result };
}

/**
 * portfs_pass() - the hooked function is to run
 * @fourth: with which fourth argument
 *
 * Return: that, for the trampoline.
 */
static inline struct portfs_answer portfs_pass(unsigned long fourth)
{
	return (struct portfs_answer){ .answered = 0, .value = fourth };
}

struct ctl_table;
struct sockaddr_in;
struct sockaddr_in6;

/* Switched on while any network namespace has a rule. */
extern struct static_key_false_deferred portfs_claims;

/* table.c */
const struct portfs_rule *portfs_table_rule(const struct net *net, u32 index);
u32 portfs_table_next(const struct net *net, u32 index, u32 end);
void portfs_table_sum(struct net *net, struct portfs_sum *sum);
int portfs_table_set(struct net *net, u32 index,
		     const struct portfs_rule *rule);
void portfs_table_release(struct net *net, u32 index);
int portfs_table_setup(void);
void portfs_table_teardown(void);

/* count.c */
void portfs_count_capable(const struct net *net, u32 index);
void portfs_count_refusal(const struct net *net, u32 index);
int portfs_count_show(struct net *net);
int portfs_count_setup(void);
void portfs_count_teardown(void);

/* reserved.c */
void portfs_reserved_init(const struct net *net, struct portfs_table *table);
void portfs_reserved_claim(struct net *net, u16 port);
void portfs_reserved_release(struct net *net, const struct portfs_table *table,
			     u16 port);
struct portfs_answer portfs_reserved_large_bitmap(struct ctl_table *sysctl,
						  int write, void *buffer,
						  size_t *length,
						  loff_t *position);
int portfs_reserved_prove(void);

/* policy.c */
enum portfs_verdict portfs_policy_bind(const struct portfs_rule *rule);

/* limit.c */
bool portfs_limit_tell(void);
void portfs_limit_setup(void);
void portfs_limit_teardown(void);

/* report.c */
void portfs_report_refusal(const struct net *net, u32 index);
void portfs_report_change(const struct net *net, u32 index,
			  const struct portfs_rule *before,
			  const struct portfs_rule *after, int error);

/* bind.c */
struct portfs_answer portfs_bind_inet(struct sock *sk,
				      const struct sockaddr_in *address,
				      int length, u32 flags);
struct portfs_answer portfs_bind_inet6(struct sock *sk,
				       const struct sockaddr_in6 *address,
				       int length, u32 flags);
int portfs_bind_prove_inet(void);
int portfs_bind_prove_inet6(void);
int portfs_bind_setup(void);
void portfs_bind_teardown(void);

/**
 * enum portfs_hook - the functions of the kernel that are hooked
 * @PORTFS_INET_BIND: __inet_bind()
 * @PORTFS_INET6_BIND: __inet6_bind(), where there is IPv6
 * @PORTFS_LARGE_BITMAP: proc_do_large_bitmap()
 * @PORTFS_HOOKS: how many they are
 */
enum portfs_hook {
	PORTFS_INET_BIND,
#if IS_ENABLED(CONFIG_IPV6)
	PORTFS_INET6_BIND,
#endif
	PORTFS_LARGE_BITMAP,
	PORTFS_HOOKS,
};

/* hook.c */
extern struct srcu_struct portfs_sleepers;
const char *portfs_hook_name(enum portfs_hook hook);
int portfs_hook_prove(enum portfs_hook hook);
int portfs_hook_setup(void);
void portfs_hook_teardown(void);

/* guard.c */
int portfs_guard_check(void);
int portfs_guard_setup(void);
void portfs_guard_teardown(void);

/* trampoline_*.S; called by ftrace only */
void portfs_trampoline_inet_bind(void);
void portfs_trampoline_inet6_bind(void);
void portfs_trampoline_large_bitmap(void);

/*
 * node.c
 *
 * The inode number of a node is PORTFS_INO_NODES + its index.
 */
#define PORTFS_INO_NODES PORTFS_PORTS

static inline struct net *portfs_sb_net(const struct super_block *sb)
{
	return sb->s_fs_info;
}

static inline u32 portfs_node_index(const struct inode *inode)
{
	return inode->i_ino - PORTFS_INO_NODES;
}

void portfs_node_init(struct inode *inode, unsigned int major);
void portfs_node_release(struct inode *inode);

/* fs.c */
int portfs_fs_setup(void);
void portfs_fs_teardown(void);

#endif
