// SPDX-License-Identifier: GPL-2.0
/*
 * The rules of a network namespace: RCU readers, one writer at a time.
 *
 * Most binds are to ports that nobody claimed, so a bit says first whether
 * there is a rule to look up. A claim writes the rule before the bit, a release
 * clears the bit before the rule goes; a reader that sees the bit and finds no
 * rule has met a release that is under way.
 *
 * Copyright (C) 2026 The portfs authors
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "portfs.h"

/**
 * struct rule_entry - a rule as the table keeps it
 * @rule: the rule, first so that a pointer to it is one to the entry
 * @rcu: for freeing it after its last reader
 */
struct rule_entry {
	struct portfs_rule rule;
	struct rcu_head rcu;
};

unsigned int portfs_net_id __read_mostly;

/* Of no size that kmalloc() has. */
static struct kmem_cache *count_cache __ro_after_init;

/* Off a second after the last rule went, lest users patch code all the time. */
DEFINE_STATIC_KEY_DEFERRED_FALSE(portfs_claims, HZ);

/*
 * The rule is out of the table. Who found it there did so before this, so the
 * grace periods that follow keep both the rule and its ACL for them.
 */
static void rule_put(struct portfs_rule *rule)
{
	struct rule_entry *entry = container_of(rule, struct rule_entry, rule);

	posix_acl_release(rule->acl);
	kfree_rcu(entry, rcu);
}

/**
 * portfs_table_rule() - look a port's rule up
 * @net: the network namespace
 * @index: the port, see portfs_index()
 *
 * Context: Inside rcu_read_lock(), which keeps the rule from being freed.
 * Return: the rule, or NULL if the port is unclaimed.
 */
notrace const struct portfs_rule *portfs_table_rule(const struct net *net,
						    u32 index)
{
	const struct portfs_table *table;
	const struct portfs_block *block;

	table = rcu_dereference(portfs_net_rcu(net)->table);
	/* Pairs with smp_mb__before_atomic() in portfs_table_set(). */
	if (!table || !test_bit_acquire(index, table->claimed))
		return NULL;
	block = rcu_dereference(table->blocks[index / PORTFS_BLOCK_RULES]);
	return rcu_dereference(block->rules[index % PORTFS_BLOCK_RULES]);
}

/**
 * portfs_table_next() - find the next claimed port
 * @net: the network namespace
 * @index: where to begin
 * @end: where to stop
 *
 * Return: the first claimed index from @index on, or @end if there is none
 * below it.
 */
u32 portfs_table_next(const struct net *net, u32 index, u32 end)
{
	const struct portfs_table *table;

	rcu_read_lock();
	table = rcu_dereference(portfs_net(net)->table);
	index = table ? find_next_bit(table->claimed, end, index) : end;
	rcu_read_unlock();
	return index;
}

static struct portfs_table *table_locked(const struct portfs_net *part)
{
	return rcu_dereference_protected(part->table,
					 lockdep_is_held(&part->lock));
}

static struct portfs_table *table_create(const struct net *net)
{
	struct portfs_table *table;

	table = kvzalloc(sizeof(*table), GFP_KERNEL_ACCOUNT);
	if (!table)
		return NULL;
	portfs_reserved_init(net, table);
	/* Never the first reference: the caller came through a mount. */
	__module_get(THIS_MODULE);
	/* Every bind that begins from now on asks for the table. */
	static_branch_deferred_inc(&portfs_claims);
	return table;
}

static void table_free(struct rcu_head *head)
{
	struct portfs_table *table =
		container_of(head, struct portfs_table, rcu);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(table->blocks); i++)
		kfree(rcu_access_pointer(table->blocks[i]));
	kvfree(table);
}

static void table_destroy(struct portfs_table *table)
{
	static_branch_slow_dec_deferred(&portfs_claims);
	call_rcu(&table->rcu, table_free);
	module_put(THIS_MODULE);
}

/* Where the rule of a port is, or NULL without memory for it. */
static struct portfs_rule __rcu **
rule_slot(const struct portfs_net *part, struct portfs_table *table, u32 index)
{
	struct portfs_block __rcu **place;
	struct portfs_block *block;

	place = &table->blocks[index / PORTFS_BLOCK_RULES];
	block = rcu_dereference_protected(*place, lockdep_is_held(&part->lock));
	if (!block) {
		block = kzalloc(sizeof(*block), GFP_KERNEL_ACCOUNT);
		if (!block)
			return NULL;
		rcu_assign_pointer(*place, block);
	}
	return &block->rules[index % PORTFS_BLOCK_RULES];
}

static struct rule_entry *rule_copy(const struct portfs_rule *rule)
{
	struct rule_entry *entry;

	entry = kmalloc(sizeof(*entry), GFP_KERNEL_ACCOUNT);
	if (!entry)
		return NULL;
	entry->rule = *rule;
	posix_acl_dup(rule->acl);
	return entry;
}

static struct portfs_count *count_create(void)
{
	struct portfs_count *count;

	count = kmem_cache_zalloc(count_cache, GFP_KERNEL_ACCOUNT);
	if (count)
		spin_lock_init(&count->lock);
	return count;
}

static void sum_refusals(struct portfs_refusals *sum,
			 const struct portfs_refusals *refused)
{
	if (!refused->count)
		return;
	if (!sum->count || ktime_after(refused->last, sum->last)) {
		sum->last = refused->last;
		sum->user = refused->user;
	}
	sum->count += refused->count;
}

static void sum_count(struct portfs_sum *sum, struct portfs_count *count)
{
	sum->granted += atomic_long_read(&count->granted);
	sum->capable += atomic_long_read(&count->capable);
	spin_lock(&count->lock);
	sum_refusals(&sum->refused, &count->refused);
	spin_unlock(&count->lock);
}

static void free_with_count(struct rcu_head *head)
{
	struct rule_entry *entry = container_of(head, struct rule_entry, rcu);

	kmem_cache_free(count_cache, entry->rule.count);
	kfree(entry);
}

/*
 * The rule is out of the table. A bind that found it there, or an older rule of
 * the port, may still be judged and counted, but then is in no sum.
 */
static void retire(struct portfs_net *part, struct portfs_rule *rule)
{
	struct rule_entry *entry = container_of(rule, struct rule_entry, rule);

	lockdep_assert_held(&part->lock);
	sum_count(&part->released, rule->count);
	posix_acl_release(rule->acl);
	call_rcu(&entry->rcu, free_with_count);
}

/**
 * portfs_table_sum() - what came of the binds to all claimed ports
 * @net: the network namespace; the caller keeps it alive
 * @sum: becomes that, with the ports that were released
 *
 * Context: Process context, may sleep; takes portfs_net.lock.
 */
void portfs_table_sum(struct net *net, struct portfs_sum *sum)
{
	struct portfs_net *part = portfs_net(net);
	u32 index = 0;

	mutex_lock(&part->lock);
	*sum = part->released;
	for (; (index = portfs_table_next(net, index, PORTFS_INDICES)) <
	       PORTFS_INDICES;
	     index++) {
		rcu_read_lock();
		sum_count(sum, portfs_table_rule(net, index)->count);
		rcu_read_unlock();
		cond_resched();
	}
	mutex_unlock(&part->lock);
}

/**
 * portfs_table_set() - claim a port, or change its rule
 * @net: the network namespace; the caller keeps it alive by a mount, which
 *	holds a reference to the module as well
 * @index: the port, see portfs_index()
 * @rule: the rule, which is copied; the copy takes a reference to its ACL of
 *	its own
 *
 * When it returns, no automatic port lands on the port and every bind that
 * begins is judged by the rule.
 *
 * Context: Process context, may sleep; takes portfs_net.lock.
 * Return: 0, or -ENOMEM with nothing changed.
 */
int portfs_table_set(struct net *net, u32 index, const struct portfs_rule *rule)
{
	struct portfs_net *part = portfs_net(net);
	struct portfs_rule __rcu **slot;
	struct portfs_table *table;
	struct rule_entry *entry;
	struct portfs_rule *old;

	entry = rule_copy(rule);
	if (!entry)
		return -ENOMEM;

	mutex_lock(&part->lock);
	table = table_locked(part);
	if (!table) {
		table = table_create(net);
		if (!table)
			goto free_entry;
	}
	slot = rule_slot(part, table, index);
	if (!slot)
		goto destroy_empty_table;
	old = rcu_dereference_protected(*slot, lockdep_is_held(&part->lock));
	entry->rule.count = old ? old->count : count_create();
	if (!entry->rule.count)
		goto destroy_empty_table;
	rcu_assign_pointer(*slot, &entry->rule);
	if (old) {
		rule_put(old);
	} else {
		table->count++;
		portfs_reserved_claim(net, portfs_port(index));
		/* The rule before its bit: see portfs_table_rule(). */
		smp_mb__before_atomic();
		set_bit(index, table->claimed);
	}
	rcu_assign_pointer(part->table, table);
	mutex_unlock(&part->lock);
	return 0;

destroy_empty_table:
	if (!table->count)
		table_destroy(table);
free_entry:
	mutex_unlock(&part->lock);
	posix_acl_release(entry->rule.acl);
	kfree(entry);
	return -ENOMEM;
}

/**
 * portfs_table_release() - make a port unclaimed
 * @net: the network namespace; the caller keeps it alive
 * @index: the port, see portfs_index(); it may be unclaimed already
 *
 * Context: Process context, may sleep; takes portfs_net.lock.
 */
void portfs_table_release(struct net *net, u32 index)
{
	struct portfs_net *part = portfs_net(net);
	struct portfs_table *table;
	struct portfs_rule *rule;

	mutex_lock(&part->lock);
	table = table_locked(part);
	if (table && test_and_clear_bit(index, table->claimed)) {
		/* It has a rule, and so a slot. */
		rule = rcu_replace_pointer(*rule_slot(part, table, index), NULL,
					   lockdep_is_held(&part->lock));
		retire(part, rule);
		portfs_reserved_release(net, table, portfs_port(index));
		if (!--table->count) {
			RCU_INIT_POINTER(part->table, NULL);
			table_destroy(table);
		}
	}
	mutex_unlock(&part->lock);
}

static int __net_init table_net_init(struct net *net)
{
	mutex_init(&portfs_net(net)->lock);
	return 0;
}

static void __net_exit table_net_exit(struct net *net)
{
	u32 index = 0;

	while ((index = portfs_table_next(net, index, PORTFS_INDICES)) <
	       PORTFS_INDICES) {
		portfs_table_release(net, index);
		cond_resched();
	}
}

static struct pernet_operations table_net_operations = {
	.init = table_net_init,
	.exit = table_net_exit,
	.id = &portfs_net_id,
	.size = sizeof(struct portfs_net),
};

/**
 * portfs_table_setup() - give every network namespace an empty table
 *
 * Return: 0 or a negative errno.
 */
int __init portfs_table_setup(void)
{
	int error;

	/* What a port costs, and its place in a block: 120 bytes. */
	BUILD_BUG_ON(sizeof(struct rule_entry) > 64);
	BUILD_BUG_ON(sizeof(struct portfs_count) - sizeof(spinlock_t) > 44);

	count_cache = KMEM_CACHE(portfs_count, SLAB_ACCOUNT);
	if (!count_cache)
		return -ENOMEM;
	error = register_pernet_subsys(&table_net_operations);
	if (error)
		kmem_cache_destroy(count_cache);
	return error;
}

/**
 * portfs_table_teardown() - undo portfs_table_setup()
 *
 * Every table is empty by now: one that is not holds a reference to the module.
 */
void portfs_table_teardown(void)
{
	unregister_pernet_subsys(&table_net_operations);
	static_key_deferred_flush(&portfs_claims);
	/* table_free() and free_with_count() are the module's. */
	rcu_barrier();
	kmem_cache_destroy(count_cache);
}
