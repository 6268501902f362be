// SPDX-License-Identifier: GPL-2.0
/*
 * Automatic ports: bind to port 0, connect and the like never end on a claimed
 * port, because each claimed port is also in the bitmap that the kernel
 * consults for them, net->ipv4.sysctl_local_reserved_ports.
 *
 * That bitmap is the administrator's sysctl net.ipv4.ip_local_reserved_ports,
 * and a write to it replaces all of it. So the sysctl's handler is hooked: as
 * long as there are claims, the administrator reads and writes a bitmap of
 * their own, and the kernel's holds that one and the claims. Bits of claims are
 * at no moment out of the kernel's bitmap.
 *
 * Copyright (C) 2026 The portfs authors
 */
#include <linux/container_of.h>
#include <linux/string.h>
#include <linux/sysctl.h>

#include "portfs.h"

/**
 * portfs_reserved_init() - take note of what the administrator reserved
 * @net: the network namespace, which has no claims yet
 * @table: its new table
 *
 * Context: Under portfs_net.lock.
 */
void portfs_reserved_init(const struct net *net, struct portfs_table *table)
{
	lockdep_assert_held(&portfs_net(net)->lock);
	bitmap_copy(table->reserved, net->ipv4.sysctl_local_reserved_ports,
		    PORTFS_PORTS);
	table->reserved_data = table->reserved;
}

/**
 * portfs_reserved_claim() - keep automatic ports off a port
 * @net: the network namespace
 * @port: the number; both protocols share the bitmap
 *
 * Context: Under portfs_net.lock.
 */
void portfs_reserved_claim(struct net *net, u16 port)
{
	lockdep_assert_held(&portfs_net(net)->lock);
	set_bit(port, net->ipv4.sysctl_local_reserved_ports);
}

static unsigned long claimed_word(const struct portfs_table *table, u32 word)
{
	const unsigned long *udp = table->claimed + BITS_TO_LONGS(PORTFS_PORTS);

	return table->claimed[word] | udp[word];
}

/**
 * portfs_reserved_release() - let automatic ports use a port again
 * @net: the network namespace
 * @table: its table, in which the port's bit is clear already
 * @port: the number; it stays reserved if the administrator or the other
 *	protocol reserves it
 *
 * Context: Under portfs_net.lock.
 */
void portfs_reserved_release(struct net *net, const struct portfs_table *table,
			     u16 port)
{
	lockdep_assert_held(&portfs_net(net)->lock);
	if (!test_bit(port, table->reserved) &&
	    !(claimed_word(table, BIT_WORD(port)) & BIT_MASK(port)))
		clear_bit(port, net->ipv4.sysctl_local_reserved_ports);
}

/* Whose ip_local_reserved_ports a sysctl is; NULL if it is another one. */
static struct net *sysctl_net(const struct ctl_table *sysctl)
{
	if (!sysctl->procname ||
	    strcmp(sysctl->procname, "ip_local_reserved_ports"))
		return NULL;
	return container_of((unsigned long **)sysctl->data, struct net,
			    ipv4.sysctl_local_reserved_ports);
}

static void reserved_publish(struct net *net, const struct portfs_table *table)
{
	unsigned long *live = net->ipv4.sysctl_local_reserved_ports;
	u32 word;

	for (word = 0; word < BITS_TO_LONGS(PORTFS_PORTS); word++)
		WRITE_ONCE(live[word],
			   table->reserved[word] | claimed_word(table, word));
}

/*
 * Stands in for proc_do_large_bitmap(), which it calls. The copy it calls it
 * with has no name, by which the hook knows to let it run.
 */
static int reserved_sysctl(struct net *net, const struct ctl_table *sysctl,
			   int write, void *buffer, size_t *length,
			   loff_t *position)
{
	struct portfs_net *part = portfs_net(net);
	struct ctl_table unnamed = *sysctl;
	struct portfs_table *table;
	int error;

	unnamed.procname = NULL;
	mutex_lock(&part->lock);
	table = rcu_dereference_protected(part->table,
					  lockdep_is_held(&part->lock));
	if (table)
		unnamed.data = &table->reserved_data;
	error = proc_do_large_bitmap(&unnamed, write, buffer, length, position);
	if (table && write)
		reserved_publish(net, table);
	mutex_unlock(&part->lock);
	return error;
}

static unsigned long *no_bitmap;
/* By which the hook is proved; where it does not fire, it is an empty sysctl. */
static struct ctl_table proof_sysctl = { .data = &no_bitmap };

/**
 * portfs_reserved_large_bitmap() - decide on a call of proc_do_large_bitmap()
 * @sysctl: the sysctl; the proc file that is in use keeps it, and the network
 *	namespace that it is of
 * @write: a write if set, a read if not
 * @buffer: as for any sysctl handler
 * @length: as for any sysctl handler
 * @position: as for any sysctl handler
 *
 * Context: Process context, may sleep; takes portfs_net.lock. Called by its
 * trampoline only.
 * Return: what net.ipv4.ip_local_reserved_ports says, or @length to go on with.
 */
struct portfs_answer portfs_reserved_large_bitmap(struct ctl_table *sysctl,
						  int write, void *buffer,
						  size_t *length,
						  loff_t *position)
{
	struct net *net;
	int reader, error;

	if (sysctl == &proof_sysctl)
		return portfs_answer(PORTFS_PROOF);
	net = sysctl_net(sysctl);
	if (!net)
		return portfs_pass((unsigned long)length);
	reader = srcu_read_lock(&portfs_sleepers);
	error = reserved_sysctl(net, sysctl, write, buffer, length, position);
	srcu_read_unlock(&portfs_sleepers, reader);
	return portfs_answer(error);
}

/**
 * portfs_reserved_prove() - call proc_do_large_bitmap() to see whether its hook
 * fires
 *
 * Context: Process context.
 * Return: PORTFS_PROOF if it does, what the kernel says if not.
 */
int portfs_reserved_prove(void)
{
	size_t length = 0;
	loff_t position = 0;

	return proc_do_large_bitmap(&proof_sysctl, 0, NULL, &length, &position);
}
