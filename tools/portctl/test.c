// SPDX-License-Identifier: GPL-2.0
/* portctl test: may a user bind a port, and why? */
#include <grp.h>
#include <linux/posix_acl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

/**
 * struct user - whom the question is about
 * @name: as it was asked
 * @uid: the number
 * @groups: all groups that a login would give
 * @count: how many
 */
struct user {
	const char *name;
	uid_t uid;
	gid_t *groups;
	int count;
};

static bool in_group(const struct user *user, gid_t gid)
{
	int i;

	for (i = 0; i < user->count; i++) {
		if (user->groups[i] == gid)
			return true;
	}
	return false;
}

static void find_groups(struct user *user)
{
	const struct passwd *account = getpwuid(user->uid);

	int room = 16;

	user->count = 0;
	if (!account)
		return;
	/* There may be more of them each time that it is asked. */
	do {
		free(user->groups);
		room *= 2;
		user->groups = allocate(room * sizeof(gid_t));
		user->count = room;
	} while (getgrouplist(account->pw_name, account->pw_gid, user->groups,
			      &user->count) < 0);
}

/* By the list: 1 or 0 and whose entry it is, or -1 if no entry is meant. */
static int ask_list(const struct rule *rule, const struct user *user,
		    const char **reason)
{
	const struct acl_entry *entry = rule->acl->entries;
	const struct acl_entry *end = entry + rule->acl->count;
	unsigned int mask = rule->mode >> 3;
	int answer = -1;

	for (; entry < end; entry++) {
		bool write = entry->bits & mask & ACL_WRITE;
		bool owning = entry->tag == ACL_GROUP_OBJ;
		gid_t gid = owning ? rule->gid : entry->id;

		if (entry->tag == ACL_USER && entry->id == user->uid) {
			*reason = "has an entry in its ACL";
			return write;
		}
		if (entry->tag == ACL_USER || !in_group(user, gid))
			continue;
		if (answer < write) {
			answer = write;
			*reason = format_text(
				owning ? "is in its group %s" :
					 "is in group %s of its ACL",
				group_name(gid));
		}
	}
	return answer;
}

static bool ask_rule(const struct rule *rule, const struct user *user,
		     const char **reason)
{
	int answer;

	if (user->uid == rule->uid) {
		*reason = "is its owner";
		return rule->mode & 0200;
	}
	/* As for files, an empty mask has the list passed over. */
	if (rule->acl && rule->mode & 0070) {
		answer = ask_list(rule, user, reason);
		if (answer >= 0)
			return answer;
	} else if (in_group(user, rule->gid)) {
		*reason = format_text("is in its group %s",
				      group_name(rule->gid));
		return rule->mode & 0020;
	}
	*reason = "is neither its owner nor in its group";
	return rule->mode & 0002;
}

static bool answer_unclaimed(unsigned int index, const struct user *user)
{
	unsigned int privileged = privileged_ports();
	bool high = index % PORTS >= privileged;
	bool may = high || user->uid == 0;

	printf("%s: %s is unclaimed, and the kernel's own rule ",
	       may ? "yes" : "no", ports_text(index, index));
	if (high)
		printf("lets anyone bind ports from %u on\n", privileged);
	else
		printf("keeps ports below %u for root\n", privileged);
	return may;
}

static bool answer(unsigned int index, const struct rule *rule,
		   const struct user *user)
{
	const char *reason;
	bool may;

	if (!rule->claimed)
		return answer_unclaimed(index, user);
	may = ask_rule(rule, user, &reason);
	if (!may && user->uid == 0 && !(rule->mode & 01000)) {
		may = true;
		reason =
			"has CAP_NET_BIND_SERVICE, which no rule without the sticky bit refuses";
	}
	printf("%s: %s is %s:%s %04o%s%s, and %s %s\n", may ? "yes" : "no",
	       ports_text(index, index), user_name(rule->uid),
	       group_name(rule->gid), rule->mode, rule->acl ? " " : "",
	       rule->acl ? acl_words(rule->acl) : "", user->name, reason);
	return may;
}

/**
 * command_test() - may a user bind ports?
 * @options: USER PORT…
 *
 * Return: DONE if all of them, FAILED if not.
 */
enum status command_test(const struct options *options)
{
	struct user user = { .name = options->arguments[0] };
	struct table *table = table_create();
	static struct port_set set;
	struct mistake mistake;
	bool may = true;
	enum status status;
	unsigned int index;

	if (!user_parse(&user.uid, user.name, &mistake)) {
		if (!swapped(options))
			fail(WRONG, "%s", mistake.text);
		return WRONG;
	}
	find_groups(&user);
	status = ports_of_arguments(&set, options, 1);
	if (!status)
		status = nodes_read(table, &set);
	if (status)
		return status == FAILED ? WRONG : status;
	for (index = set.first; index < set.end; index++) {
		if (set.has[index] &&
		    !answer(index, &table->rules[index], &user))
			may = false;
	}
	return may ? DONE : FAILED;
}
