// SPDX-License-Identifier: GPL-2.0
/*
 * A model of a node and of who may bind: all pairs of small rules, each state
 * that portctl's steps make between them, each class of callers. Nobody may bind
 * whom both rules refuse, and nobody is refused whom both let bind. And pairs of
 * larger rules, at random.
 */
#include <linux/posix_acl.h>
#include <stdlib.h>
#include <string.h>

#include "transition.h"

/* Users 0 to 3 (0 is root's number, without its rights), groups 0 to 3. */
#define USERS  4
#define GROUPS 4

/* A set of callers: a bit for each user, set of groups, and with root's right. */
#define KINDS	(USERS << GROUPS)
#define CALLERS (2 * KINDS)
#define WORDS	(CALLERS / 64)

struct callers {
	uint64_t bits[WORDS];
};

/* What the kernel holds: a rule, and what it is without one. */
struct node {
	struct rule rule;
	bool open;
};

static unsigned long pairs, states, exceptions;

static bool class_may(const struct rule *rule, uid_t uid, unsigned int groups)
{
	const struct acl *acl = rule->acl;
	bool member = false, gives = false;
	size_t i;

	if (uid == rule->uid)
		return rule->mode & 0200;
	if (!acl || !(rule->mode & 0070))
		return rule->mode & (groups & 1U << rule->gid ? 0020 : 0002);
	for (i = 0; i < acl->count; i++) {
		const struct acl_entry *entry = &acl->entries[i];
		gid_t gid = entry->tag == ACL_GROUP ? entry->id : rule->gid;

		if (entry->tag == ACL_USER) {
			if (entry->id == uid)
				return entry->bits & (rule->mode >> 3) & 2;
		} else if (groups & 1U << gid) {
			member = true;
			gives |= entry->bits & 2;
		}
	}
	return member ? gives && rule->mode & 0020 : rule->mode & 0002;
}

static struct callers who_may(const struct node *node)
{
	const struct rule *rule = &node->rule;
	struct callers callers = { 0 };
	unsigned int uid, groups, bit;

	for (uid = 0; uid < USERS; uid++) {
		for (groups = 0; groups < 1U << GROUPS; groups++) {
			bool may = rule->claimed ?
					   class_may(rule, uid, groups) :
					   node->open;
			bool capable = may || !(rule->mode & 01000);

			bit = uid << GROUPS | groups;
			callers.bits[bit / 64] |= (uint64_t)may << bit % 64;
			bit += KINDS;
			callers.bits[bit / 64] |= (uint64_t)capable << bit % 64;
		}
	}
	return callers;
}

/* What the kernel does, by module/node.c and fs/posix_acl.c. */
static void take_step(struct node *node, const struct step *step)
{
	struct rule *rule = &node->rule;
	bool claimed = rule->claimed;

	rule->claimed = true;
	switch (step->kind) {
	case SET_MODE:
		rule->mode = step->mode;
		break;
	case SET_OWNER:
		rule->mode = claimed ? rule->mode & ~06000 : 0600;
		rule->uid = step->uid;
		rule->gid = step->gid;
		break;
	case SET_ACL:
		rule->mode = (rule->mode & ~0777) | step->mode;
		rule->acl = step->acl;
		break;
	case RELEASE:
		memset(rule, 0, sizeof(*rule));
		break;
	}
}

static void show(const char *what, const struct rule *rule)
{
	if (rule->claimed)
		printf("%s: %u:%u %04o %s\n", what, rule->uid, rule->gid,
		       rule->mode, rule->acl ? acl_words(rule->acl) : "");
	else
		printf("%s: unclaimed\n", what);
}

static void wrong(const char *why, const struct node *old,
		  const struct rule *new, unsigned int taken,
		  const struct node *state)
{
	printf("%s after step %u%s\n", why, taken, old->open ? ", open" : "");
	show("from", &old->rule);
	show("to", new);
	show("then", &state->rule);
	exit(1);
}

/* The one exception that transition.c names: of two owners just one may write. */
static bool is_owners(const struct node *old, const struct rule *new,
		      unsigned int caller)
{
	uid_t uid = caller % KINDS >> GROUPS;

	return old->rule.claimed && new->claimed &&
	       (old->rule.mode ^ new->mode) & 0200 &&
	       old->rule.uid != new->uid &&
	       (uid == old->rule.uid || uid == new->uid);
}

static void check_state(const struct node *old, const struct rule *new,
			const struct callers *before,
			const struct callers *after, unsigned int taken,
			const struct node *state)
{
	struct callers now = who_may(state);
	unsigned int i, caller;

	states++;
	for (i = 0; i < WORDS; i++) {
		uint64_t both = before->bits[i] & after->bits[i];
		uint64_t lost = both & ~now.bits[i];

		if (now.bits[i] & ~(before->bits[i] | after->bits[i]))
			wrong("somebody gained", old, new, taken, state);
		for (caller = 0; lost && caller < 64; caller++) {
			if (!(lost >> caller & 1))
				continue;
			if (!is_owners(old, new, i * 64 + caller))
				wrong("somebody lost", old, new, taken, state);
			exceptions++;
		}
	}
}

static void check_pair(const struct node *old, const struct callers *before,
		       const struct rule *new, const struct callers *after)
{
	struct node state = *old;
	struct transition plan;
	unsigned int i;

	transition_plan(&plan, &old->rule, new, old->open);
	pairs++;
	if (rule_equal(&old->rule, new) != !plan.count)
		wrong("steps", old, new, plan.count, &state);
	for (i = 0; i < plan.count; i++) {
		take_step(&state, &plan.steps[i]);
		if (i + 1 < plan.count)
			check_state(old, new, before, after, i + 1, &state);
	}
	if (!rule_equal(&state.rule, new))
		wrong("another rule", old, new, plan.count, &state);
}

/* Digits of base 3: an entry is missing, gives nothing, or gives all. */
static const struct acl *make_acl(unsigned int users, unsigned int groups,
				  unsigned int group)
{
	struct acl *acl = acl_create(USERS + GROUPS + 1);
	unsigned int id;

	acl->count = 0;
	acl->entries[acl->count++] = (struct acl_entry){
		.tag = ACL_GROUP_OBJ,
		.bits = group ? 6 : 0,
	};
	for (id = 0; id < USERS; id++, users /= 3, groups /= 3) {
		if (users % 3)
			acl->entries[acl->count++] = (struct acl_entry){
				.tag = ACL_USER,
				.id = id,
				.bits = users % 3 == 2 ? 2 : 4,
			};
		if (groups % 3)
			acl->entries[acl->count++] = (struct acl_entry){
				.tag = ACL_GROUP,
				.id = id,
				.bits = groups % 3 == 2 ? 6 : 0,
			};
	}
	return acl_share(acl);
}

static struct node *nodes;
static struct callers *callers;
static size_t count, room;

static void add_node(bool claimed, uid_t uid, gid_t gid, mode_t mode,
		     const struct acl *acl, bool open)
{
	struct node *node;

	if (count == room) {
		room = room ? 2 * room : 1024;
		nodes = reallocarray(nodes, room, sizeof(*nodes));
		callers = reallocarray(callers, room, sizeof(*callers));
		if (!nodes || !callers)
			out_of_memory();
	}
	node = &nodes[count];
	memset(node, 0, sizeof(*node));
	node->open = open;
	node->rule.claimed = claimed;
	node->rule.mode = mode;
	node->rule.uid = uid;
	node->rule.gid = gid;
	node->rule.acl = acl;
	callers[count++] = who_may(node);
}

/* Each mode with each list, for the users and groups 0 and 1. */
static void small_rules(void)
{
	static const mode_t modes[] = { 0,    0200, 0002, 0202, 0020,  0220,
					0022, 0222, 0040, 0242, 01000, 01220,
					01202, 01222 };
	unsigned int mode, owner, users, groups, group;

	add_node(false, 0, 0, 0, NULL, false);
	add_node(false, 0, 0, 0, NULL, true);
	for (mode = 0; mode < ARRAY_SIZE(modes); mode++) {
		for (owner = 0; owner < 4; owner++) {
			add_node(true, owner % 2, owner / 2, modes[mode], NULL,
				 false);
			for (users = 0; users < 9; users++) {
				for (groups = 0; groups < 9; groups++) {
					for (group = 0; group < 2; group++)
						add_node(true, owner % 2,
							 owner / 2, modes[mode],
							 make_acl(users, groups,
								  group),
							 false);
				}
			}
		}
	}
}

static unsigned int random_below(unsigned int limit)
{
	return random() / 8 % limit;
}

static void any_rule(void)
{
	static const mode_t modes[] = { 0600, 0660, 0666, 0606, 0640, 0620 };
	mode_t mode = random_below(4) ? modes[random_below(6)] |
						random_below(2) * 01000 :
					random_below(010000);

	add_node(random_below(30), random_below(USERS), random_below(GROUPS),
		 mode,
		 random_below(3) ? make_acl(random_below(81), random_below(81),
					    random_below(2)) :
				   NULL,
		 false);
	if (!nodes[count - 1].rule.claimed) {
		bool open = random_below(2);

		count--;
		add_node(false, 0, 0, 0, NULL, open);
	}
}

/* @symmetric: to begin with another owner would be the same by other names. */
static void check_all(bool symmetric)
{
	size_t a, b;

	for (a = 0; a < count; a++) {
		if (symmetric && (nodes[a].rule.uid || nodes[a].rule.gid))
			continue;
		for (b = 0; b < count; b++)
			check_pair(&nodes[a], &callers[a], &nodes[b].rule,
				   &callers[b]);
	}
}

int main(void)
{
	unsigned int i;

	small_rules();
	printf("%zu small rules\n", count);
	check_all(true);
	count = 0;
	srandom(1);
	for (i = 0; i < 2000; i++)
		any_rule();
	check_all(false);
	printf("%lu pairs, %lu states between, %lu times an owner waited\n",
	       pairs, states, exceptions);
	return 0;
}
