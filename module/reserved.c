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
 */
#include <linux/container_of.h>
#include <linux/module.h>
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

/**
 * portfs_reserved_net() - whose ip_local_reserved_ports is a sysctl?
 * @sysctl: a sysctl that proc_do_large_bitmap() handles
 *
 * Return: the network namespace, or NULL if it is another sysctl.
 */
struct net *portfs_reserved_net(const struct ctl_table *sysctl)
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

/**
 * portfs_reserved_sysctl() - read or write net.ipv4.ip_local_reserved_ports
 * @sysctl: the sysctl, of which portfs_reserved_net() knows the namespace; the
 *	proc file that is in use keeps both from going away
 * @write: a write if set, a read if not
 * @buffer: as for any sysctl handler
 * @length: as for any sysctl handler
 * @position: as for any sysctl handler
 *
 * Stands in for proc_do_large_bitmap(), which it calls. The copy it calls it
 * with has no name, by which the hook knows to let it run.
 *
 * Context: Process context, may sleep; takes portfs_net.lock. The caller has
 * taken a reference to the module for it, which it drops: unregistering the
 * hook waits for the few instructions that follow.
 * Return: as proc_do_large_bitmap().
 */
int portfs_reserved_sysctl(const struct ctl_table *sysctl, int write,
			   void *buffer, size_t *length, loff_t *position)
{
	struct net *net = portfs_reserved_net(sysctl);
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
	module_put(THIS_MODULE);
	return error;
}
