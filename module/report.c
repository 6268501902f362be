// SPDX-License-Identifier: GPL-2.0
/*
 * What the administrator is told: of refusals, a line of the kernel log; of
 * changes, a tracepoint. Decisions have a tracepoint, too, in bind.c.
 *
 * Copyright (C) 2026 The portfs authors
 */
#include <linux/cred.h>
#include <linux/sched.h>
#include <linux/string_helpers.h>

#include "portfs.h"
#include "trace.h"

/* What a name becomes if each of its bytes is escaped. */
#define ESCAPED_NAME (4 * TASK_COMM_LEN)

/*
 * Anybody may call a program anything: neither a newline nor a quote of its
 * name may look like one of the line's.
 */
static int escape_name(char *escaped)
{
	char name[TASK_COMM_LEN];

	get_task_comm(name, current);
	return string_escape_mem(name, strlen(name), escaped, ESCAPED_NAME,
				 ESCAPE_HEX | ESCAPE_NAP | ESCAPE_APPEND,
				 "\"\\");
}

/**
 * portfs_report_refusal() - tell that the current task may not bind a port
 * @net: the socket's network namespace
 * @index: the port, see portfs_index()
 *
 * Context: Process context; a reader of portfs_sleepers. Sleeps only where
 * locks do.
 */
void portfs_report_refusal(const struct net *net, u32 index)
{
	char name[ESCAPED_NAME];
	int length;

	/* The host's log is not for what users do in namespaces of their own. */
	if (net->user_ns != &init_user_ns || !portfs_limit_tell())
		return;
	length = escape_name(name);
	pr_info("refused proto=%s port=%u uid=%u pid=%d comm=\"%.*s\"\n",
		portfs_protocol_name(index), portfs_port(index),
		__kuid_val(current_fsuid()), task_tgid_nr(current), length,
		name);
}

/**
 * portfs_report_change() - tell that the current task changed a rule
 * @net: the network namespace
 * @index: the port, see portfs_index()
 * @before: the rule that was, NULL for none; the caller keeps its ACL
 * @after: the rule that is, NULL for none; the caller keeps its ACL
 *
 * Context: Process context; the caller keeps others from changing the rule.
 */
void portfs_report_change(const struct net *net, u32 index,
			  const struct portfs_rule *before,
			  const struct portfs_rule *after)
{
	if (before || after)
		trace_portfs_change(net, index, before, after);
}
