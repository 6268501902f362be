// SPDX-License-Identifier: GPL-2.0
/*
 * How much of what one user does is told: so many lines in each period, and
 * then, when it ends, how many were left out.
 *
 * Each user has a bucket for the period, in one of the few places that the uid
 * says. Those for whom there is no place left there share one more bucket. So
 * memory and lines are bounded, and nobody's lines are counted against another
 * as long as fewer than PLACES users of one set are refused in one period.
 *
 * Only refusals come here. A set is locked for a few instructions, and whoever
 * opens a bucket sees to it that all are emptied when the period ends.
 *
 * Copyright (C) 2026 The portfs authors
 */
#include <linux/cred.h>
#include <linux/hash.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/user_namespace.h>
#include <linux/workqueue.h>

#include "portfs.h"

#define PERIOD (5 * HZ)
#define LINES  10

#define SET_BITS 5
#define PLACES	 7

/**
 * struct bucket - what one user has had told in this period
 * @user: whose it is
 * @count: how often there was something to tell; 0 if the bucket is nobody's
 */
struct bucket {
	kuid_t user;
	u32 count;
};

/**
 * struct bucket_set - the buckets of the users whose uids have one hash
 * @lock: protects the others
 * @buckets: those that are in use come first; the last is for all who found
 *	none, with INVALID_UID
 */
struct bucket_set {
	spinlock_t lock; /* protects the buckets */
	struct bucket buckets[PLACES + 1];
};

static struct bucket_set sets[1 << SET_BITS];

static void end_period(struct work_struct *work);
static DECLARE_DELAYED_WORK(period, end_period);

static void end_period(struct work_struct *work)
{
	struct bucket ended[PLACES + 1];
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(sets); i++) {
		spin_lock(&sets[i].lock);
		memcpy(ended, sets[i].buckets, sizeof(ended));
		memset(sets[i].buckets, 0, sizeof(ended));
		spin_unlock(&sets[i].lock);
		for (j = 0; j < ARRAY_SIZE(ended); j++)
			if (ended[j].count > LINES)
				pr_info("refused missed=%u uid=%u\n",
					ended[j].count - LINES,
					__kuid_val(ended[j].user));
	}
}

/*
 * Who is to answer for what current does. Subordinate ids are as good as free,
 * so whoever made a user namespace answers for all that are ids in it.
 */
static kuid_t answerable(void)
{
	const struct user_namespace *space = current_user_ns();
	kuid_t user = current_fsuid();

	for (; space != &init_user_ns; space = space->parent)
		user = space->owner;
	return user;
}

static struct bucket *find_bucket(struct bucket_set *set, kuid_t user)
{
	struct bucket *bucket = set->buckets;

	lockdep_assert_held(&set->lock);
	for (; bucket < set->buckets + PLACES; bucket++) {
		if (!bucket->count)
			bucket->user = user;
		if (uid_eq(bucket->user, user))
			return bucket;
	}
	bucket->user = INVALID_UID;
	return bucket;
}

/**
 * portfs_limit_tell() - is this to be told of the current task?
 *
 * Context: Process context; sleeps only where locks do, and allocates nothing.
 * Return: whether it is; if not, it is among those of which only the number is
 * told, when the period ends.
 */
bool portfs_limit_tell(void)
{
	kuid_t user = answerable();
	struct bucket_set *set = &sets[hash_32(__kuid_val(user), SET_BITS)];
	u32 count;

	spin_lock(&set->lock);
	count = ++find_bucket(set, user)->count;
	spin_unlock(&set->lock);
	if (count == 1)
		schedule_delayed_work(&period, PERIOD);
	return count <= LINES;
}

/**
 * portfs_limit_setup() - make the buckets, all empty
 */
void __init portfs_limit_setup(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sets); i++)
		spin_lock_init(&sets[i].lock);
}

/**
 * portfs_limit_teardown() - end the last period
 *
 * When it returns, all that was left out has been told. Nobody is refused any
 * more.
 *
 * Context: Process context, sleeps.
 */
void portfs_limit_teardown(void)
{
	flush_delayed_work(&period);
}
