/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tracepoints: a decision on a claimed port, a change of a rule.
 *
 * Ids are the kernel's own, as its first user namespace has them; an IPv4
 * address is a mapped one of IPv6. Fields are only added, and at the end.
 *
 * Copyright (C) 2026 The portfs authors
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM portfs

#if !defined(PORTFS_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define PORTFS_TRACE_H

#include <linux/cred.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/sched.h>
#include <linux/tracepoint.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "portfs.h"

TRACE_DEFINE_ENUM(PORTFS_ALLOW);
TRACE_DEFINE_ENUM(PORTFS_CAPABLE);
TRACE_DEFINE_ENUM(PORTFS_REFUSE);

/* clang-format off */
#define portfs_show_protocol(protocol) \
	__print_symbolic(protocol, { IPPROTO_TCP, "tcp" }, { IPPROTO_UDP, "udp" })
#define portfs_show_verdict(verdict)			\
	__print_symbolic(verdict,			\
			 { PORTFS_ALLOW, "granted" },	\
			 { PORTFS_CAPABLE, "capable" },	\
			 { PORTFS_REFUSE, "refused" })

TRACE_EVENT(portfs_bind,
	TP_PROTO(const struct sock *sk, const void *address, u32 index,
		 const struct portfs_rule *rule, enum portfs_verdict verdict,
		 int error),

	TP_ARGS(sk, address, index, rule, verdict, error),

	TP_STRUCT__entry(
		__field(u32, netns)
		__field(u16, protocol)
		__field(u16, port)
		__array(u8, address, 16)
		__field(u32, uid)
		__field(pid_t, pid)
		__field(u32, verdict)
		__field(int, error)
		__field(u32, owner)
		__field(u32, group)
		__field(u16, mode)
		__field(bool, acl)
	),

	TP_fast_assign(
		const struct sockaddr_in6 *inet6 = address;
		const struct sockaddr_in *inet = address;
		struct in6_addr *to = (struct in6_addr *)__entry->address;

		__entry->netns = sock_net(sk)->ns.inum;
		__entry->protocol = portfs_ip_protocol(index);
		__entry->port = portfs_port(index);
		if (inet6->sin6_family == AF_INET6)
			*to = inet6->sin6_addr;
		else
			ipv6_addr_set_v4mapped(inet->sin_addr.s_addr, to);
		__entry->uid = __kuid_val(current_fsuid());
		__entry->pid = task_tgid_nr(current);
		__entry->verdict = verdict;
		__entry->error = error;
		__entry->owner = __kuid_val(rule->uid);
		__entry->group = __kgid_val(rule->gid);
		__entry->mode = rule->mode;
		__entry->acl = !!rule->acl;
	),

	TP_printk("netns=%u proto=%s address=%pI6c port=%u uid=%u pid=%d verdict=%s error=%d owner=%u group=%u mode=%04o acl=%u",
		  __entry->netns, portfs_show_protocol(__entry->protocol),
		  __entry->address, __entry->port, __entry->uid, __entry->pid,
		  portfs_show_verdict(__entry->verdict), __entry->error,
		  __entry->owner, __entry->group, __entry->mode, __entry->acl)
);

/* Where the port is unclaimed, owner, group, mode and ACL are all 0. */
TRACE_EVENT(portfs_change,
	TP_PROTO(const struct net *net, u32 index,
		 const struct portfs_rule *before,
		 const struct portfs_rule *after),

	TP_ARGS(net, index, before, after),

	TP_STRUCT__entry(
		__field(u32, netns)
		__field(u16, protocol)
		__field(u16, port)
		__field(u32, uid)
		__field(pid_t, pid)
		__field(bool, claimed)
		__field(bool, claims)
		__field(u32, old_owner)
		__field(u32, old_group)
		__field(u16, old_mode)
		__field(u16, old_acl)
		__field(u32, owner)
		__field(u32, group)
		__field(u16, mode)
		__field(u16, acl)
	),

	TP_fast_assign(
		static const struct portfs_rule none;
		const struct portfs_rule *old = before ?: &none;
		const struct portfs_rule *rule = after ?: &none;

		__entry->netns = net->ns.inum;
		__entry->protocol = portfs_ip_protocol(index);
		__entry->port = portfs_port(index);
		__entry->uid = __kuid_val(current_fsuid());
		__entry->pid = task_tgid_nr(current);
		__entry->claimed = before;
		__entry->claims = after;
		__entry->old_owner = __kuid_val(old->uid);
		__entry->old_group = __kgid_val(old->gid);
		__entry->old_mode = old->mode;
		__entry->old_acl = old->acl ? old->acl->a_count : 0;
		__entry->owner = __kuid_val(rule->uid);
		__entry->group = __kgid_val(rule->gid);
		__entry->mode = rule->mode;
		__entry->acl = rule->acl ? rule->acl->a_count : 0;
	),

	TP_printk("netns=%u proto=%s port=%u uid=%u pid=%d action=%s old_owner=%u old_group=%u old_mode=%04o old_acl=%u owner=%u group=%u mode=%04o acl=%u",
		  __entry->netns, portfs_show_protocol(__entry->protocol),
		  __entry->port, __entry->uid, __entry->pid,
		  !__entry->claimed ? "claim" :
		  __entry->claims ? "change" : "release",
		  __entry->old_owner, __entry->old_group, __entry->old_mode,
		  __entry->old_acl, __entry->owner, __entry->group,
		  __entry->mode, __entry->acl)
);
/* clang-format on */

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
