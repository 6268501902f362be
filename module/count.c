// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/portfs: what came of the binds to each claimed port of a network
 * namespace, for whoever is root there.
 *
 * A bind that the rule grants is counted where the rule is found, in bind.c.
 * The others may have waited since then, so the rule is looked up again: if its
 * port has been released there is nothing left to count in.
 *
 * Copyright (C) 2026 The portfs authors
 */
#include <linux/cred.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>

#include "portfs.h"

/**
 * portfs_count_capable() - count a bind that CAP_NET_BIND_SERVICE allowed
 * @net: the network namespace; the caller keeps it from being freed
 * @index: the port, see portfs_index()
 *
 * Context: Any.
 */
void portfs_count_capable(const struct net *net, u32 index)
{
	const struct portfs_rule *rule;

	rcu_read_lock();
	rule = portfs_table_rule(net, index);
	if (rule)
		atomic_long_inc(&rule->count->capable);
	rcu_read_unlock();
}

/**
 * portfs_count_refusal() - count that the current task may not bind a port
 * @net: the network namespace; the caller keeps it from being freed
 * @index: the port, see portfs_index()
 *
 * Context: Process context; a reader of portfs_sleepers. Sleeps only where
 * locks do.
 */
void portfs_count_refusal(const struct net *net, u32 index)
{
	const struct portfs_rule *rule;
	struct portfs_count *count;

	rcu_read_lock();
	rule = portfs_table_rule(net, index);
	if (rule) {
		count = rule->count;
		spin_lock(&count->lock);
		count->refused.count++;
		count->refused.last = ktime_get_real();
		count->refused.user = current_fsuid();
		spin_unlock(&count->lock);
	}
	rcu_read_unlock();
}

/* The port's counts; false if it has just been released. */
static bool look(const struct net *net, u32 index, struct portfs_sum *sum)
{
	const struct portfs_rule *rule;
	struct portfs_count *count;

	rcu_read_lock();
	rule = portfs_table_rule(net, index);
	if (rule) {
		count = rule->count;
		sum->granted = atomic_long_read(&count->granted);
		sum->capable = atomic_long_read(&count->capable);
		spin_lock(&count->lock);
		sum->refused = count->refused;
		spin_unlock(&count->lock);
	}
	rcu_read_unlock();
	return rule;
}

static void show_sum(struct seq_file *seq, const struct portfs_sum *sum)
{
	const struct portfs_refusals *refused = &sum->refused;
	u64 seconds = ktime_to_ns(refused->last);
	u32 rest = do_div(seconds, NSEC_PER_SEC);

	seq_printf(seq, " %llu %llu %llu ", sum->granted, sum->capable,
		   refused->count);
	if (refused->count)
		seq_printf(seq, "%llu.%03lu %u\n", seconds,
			   rest / NSEC_PER_MSEC,
			   from_kuid_munged(seq_user_ns(seq), refused->user));
	else
		seq_puts(seq, "- -\n");
}

/* The namespace, to which an open file holds a reference. */
static struct net *net_of(const struct seq_file *seq)
{
	return *(struct net **)seq->private;
}

/*
 * The position of the first line, which is the head and the sums; those of the
 * ports are that of their index, plus one.
 */
#define HEAD 0

static void *line_at(struct seq_file *seq, loff_t *position)
{
	if (*position == HEAD)
		return position;
	if (*position > PORTFS_INDICES)
		return NULL;
	*position =
		portfs_table_next(net_of(seq), *position - 1, PORTFS_INDICES) +
		1;
	return *position > PORTFS_INDICES ? NULL : position;
}

static void *counts_start(struct seq_file *seq, loff_t *position)
{
	return line_at(seq, position);
}

static void *counts_next(struct seq_file *seq, void *line, loff_t *position)
{
	++*position;
	return line_at(seq, position);
}

/* Nothing is held from line to line: ports come and go in between. */
static void counts_stop(struct seq_file *seq, void *line)
{
}

static const char columns[] =
	"proto port granted capable refused last_refused last_uid\n";

static int counts_show(struct seq_file *seq, void *line)
{
	struct net *net = net_of(seq);
	loff_t position = *(loff_t *)line;
	struct portfs_sum sum;
	u32 index;

	if (position == HEAD) {
		seq_puts(seq, columns);
		portfs_table_sum(net, &sum);
		seq_puts(seq, "all -");
		show_sum(seq, &sum);
		return 0;
	}
	index = position - 1;
	if (!look(net, index, &sum))
		return SEQ_SKIP;
	seq_printf(seq, "%s %u", portfs_protocol_name(index),
		   portfs_port(index));
	show_sum(seq, &sum);
	return 0;
}

static const struct seq_operations counts_operations = {
	.start = counts_start,
	.next = counts_next,
	.stop = counts_stop,
	.show = counts_show,
};

/*
 * An open file holds the module. Removing the file waits for each read of it,
 * and a read can be made to last for ever by memory that never comes; all
 * network namespaces of the host would wait for that.
 */
static int counts_open(struct inode *inode, struct file *file)
{
	int error = -ENXIO;
	struct net **private;
	struct net *net;

	if (file->f_mode & FMODE_WRITE)
		return -EACCES;
	if (!try_module_get(THIS_MODULE))
		return error;
	net = maybe_get_net(pde_data(inode));
	if (!net)
		goto put_module;
	error = -ENOMEM;
	private =
		__seq_open_private(file, &counts_operations, sizeof(*private));
	if (!private)
		goto put_net;
	*private = net;
	return 0;

put_net:
	put_net(net);
put_module:
	module_put(THIS_MODULE);
	return error;
}

/* Removing the file waits for this, so the module's last code has run then. */
static int counts_release(struct inode *inode, struct file *file)
{
	struct net *net = net_of(file->private_data);
	int error = seq_release_private(inode, file);

	put_net(net);
	module_put(THIS_MODULE);
	return error;
}

static const struct proc_ops counts_file = {
	.proc_open = counts_open,
	.proc_read_iter = seq_read_iter,
	.proc_lseek = seq_lseek,
	.proc_release = counts_release,
};

/**
 * portfs_count_show() - give a network namespace its /proc/net/portfs
 * @net: the namespace; the caller keeps it alive
 *
 * It is for who is root in the user namespace that owns @net, so only for a
 * namespace in which somebody is. That nobody mounts portfs in most of them
 * saves them the file.
 *
 * Context: Process context, sleeps; takes portfs_net.lock.
 * Return: 0, also if it has one already, or -ENOMEM.
 */
int portfs_count_show(struct net *net)
{
	struct portfs_net *part = portfs_net(net);
	struct proc_dir_entry *counts;
	int error = 0;

	mutex_lock(&part->lock);
	if (!part->counts) {
		counts = proc_create_data("portfs", 0400, net->proc_net,
					  &counts_file, net);
		if (counts)
			proc_set_user(counts, make_kuid(net->user_ns, 0),
				      make_kgid(net->user_ns, 0));
		else
			error = -ENOMEM;
		part->counts = counts;
	}
	mutex_unlock(&part->lock);
	return error;
}

/* Nobody has the file open, who would hold the namespace and the module. */
static void __net_exit count_net_exit(struct net *net)
{
	proc_remove(portfs_net(net)->counts);
}

static struct pernet_operations count_net_operations = {
	.exit = count_net_exit,
};

/**
 * portfs_count_setup() - see to it that the files go with their namespaces
 *
 * Return: 0 or a negative errno.
 */
int __init portfs_count_setup(void)
{
	return register_pernet_subsys(&count_net_operations);
}

/**
 * portfs_count_teardown() - undo portfs_count_setup(); no file is left
 */
void portfs_count_teardown(void)
{
	unregister_pernet_subsys(&count_net_operations);
}
