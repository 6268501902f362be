// SPDX-License-Identifier: GPL-2.0
/*
 * What the administrator is told: of refusals, a line of the kernel log and an
 * audit record; of changes, a record and a tracepoint. Decisions have a
 * tracepoint, too, in bind.c.
 *
 * Neither log is for what users do in namespaces of their own.
 *
 * Copyright (C) 2026 The portfs authors
 */
#include <linux/audit.h>
#include <linux/cred.h>
#include <linux/posix_acl.h>
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

static bool is_hosts(const struct net *net)
{
	return net->user_ns == &init_user_ns;
}

/* NULL where there is nobody to read it; all that follows takes that. */
static struct audit_buffer *record_begin(const struct net *net, u32 index,
					 const char *what, gfp_t how)
{
	struct audit_buffer *record;

	if (!audit_enabled || !is_hosts(net))
		return NULL;
	record = audit_log_start(audit_context(), how, AUDIT_KERNEL_OTHER);
	audit_log_format(record,
			 "module=portfs op=%s netns=%u proto=%d lport=%u", what,
			 net->ns.inum, portfs_ip_protocol(index),
			 portfs_port(index));
	return record;
}

static void record_end(struct audit_buffer *record, bool success)
{
	if (!record)
		return;
	audit_log_task_info(record);
	audit_log_format(record, " res=%d", success);
	audit_log_end(record);
}

static void record_acl(struct audit_buffer *record, const struct posix_acl *acl)
{
	const struct posix_acl_entry *entry, *end;

	FOREACH_ACL_ENTRY(entry, acl, end) {
		switch (entry->e_tag) {
		case ACL_USER_OBJ:
			audit_log_format(record, ",u::%u", entry->e_perm);
			break;
		case ACL_USER:
			audit_log_format(record, ",u:%u:%u",
					 __kuid_val(entry->e_uid),
					 entry->e_perm);
			break;
		case ACL_GROUP_OBJ:
			audit_log_format(record, ",g::%u", entry->e_perm);
			break;
		case ACL_GROUP:
			audit_log_format(record, ",g:%u:%u",
					 __kgid_val(entry->e_gid),
					 entry->e_perm);
			break;
		case ACL_MASK:
			audit_log_format(record, ",m::%u", entry->e_perm);
			break;
		case ACL_OTHER:
			audit_log_format(record, ",o::%u", entry->e_perm);
			break;
		}
	}
}

static void record_rule(struct audit_buffer *record, const char *which,
			const struct portfs_rule *rule)
{
	if (!rule) {
		audit_log_format(record, " %s=unclaimed", which);
		return;
	}
	audit_log_format(record, " %s=%u:%u:%04o", which, __kuid_val(rule->uid),
			 __kgid_val(rule->gid), rule->mode);
	if (rule->acl)
		record_acl(record, rule->acl);
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

	if (!is_hosts(net) || !portfs_limit_tell())
		return;
	/* Some who bind may not sleep, as BPF's programs on connect(2). */
	record_end(record_begin(net, index, "bind", GFP_ATOMIC | __GFP_NOWARN),
		   false);
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
 * @after: the rule that was to be, NULL for none; the caller keeps its ACL
 * @error: 0 if it is that, else why not
 *
 * Context: Process context, sleeps; the caller keeps others from changing the
 * rule.
 */
void portfs_report_change(const struct net *net, u32 index,
			  const struct portfs_rule *before,
			  const struct portfs_rule *after, int error)
{
	struct audit_buffer *record;

	if (!before && !after)
		return;
	if (!error)
		trace_portfs_change(net, index, before, after);
	record = record_begin(net, index, "change", GFP_KERNEL);
	if (!record)
		return;
	record_rule(record, "old", before);
	record_rule(record, "new", after);
	/*
	 * auditd reads 8970 bytes: two ACLs or the path of a program, not all
	 * of them.
	 */
	if ((before && before->acl) || (after && after->acl)) {
		audit_log_format(record, " pid=%d uid=%u res=%d",
				 task_tgid_nr(current),
				 __kuid_val(current_uid()), !error);
		audit_log_end(record);
		record = record_begin(net, index, "change-by", GFP_KERNEL);
	}
	record_end(record, !error);
}
