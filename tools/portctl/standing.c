// SPDX-License-Identifier: GPL-2.0
/*
 * What the port's rule says of a bind, or the kernel's own for ports that nobody
 * has claimed; then the capability, and the sticky bit, with which it does not
 * help.
 */
#include <errno.h>
#include <stdlib.h>

#include "acl.h"
#include "owner.h"
#include "port.h"
#include "standing.h"
#include "text.h"

/* What of the rule decides, for one whom it refuses. */
static const char *denial(const struct rule *rule, const struct caller *caller)
{
	struct rule unmasked = *rule;
	const char *reason;

	if (caller->uid == rule->uid)
		return ", whose write bit is not set";
	unmasked.mode |= 0070;
	if (rule->acl && rule->mode & 0070 &&
	    policy_may_bind(&unmasked, caller, &reason))
		return ", and the mask takes the right away";
	return "";
}

static const char *rule_text(const struct rule *rule)
{
	return format_text("%s:%s %04o%s%s", user_name(rule->uid),
			   group_name(rule->gid), rule->mode,
			   rule->acl ? " " : "",
			   rule->acl ? acl_words(rule->acl) : "");
}

/* A group that the login has got since the process was started. */
static bool would_as_login(const struct subject *subject,
			   const struct rule *rule)
{
	struct caller login;
	const char *reason;
	bool may;

	if (!subject->pid || !subject->caller.uid)
		return false;
	caller_of_user(&login, subject->caller.uid);
	login.capable = false;
	may = policy_may_bind(rule, &login, &reason);
	free(login.groups);
	return may;
}

static const char *cure_of(const struct subject *subject,
			   const struct port_view *port)
{
	if (would_as_login(subject, &port->rule) && subject->is_main)
		return format_text("systemctl restart %s",
				   shell_word(subject->service));
	return format_text("portctl %s %s %s",
			   port->rule.claimed ? "allow" : "grant",
			   shell_word(user_word(subject->caller.uid)),
			   ports_text(port->index, port->index));
}

static bool maps_all(void)
{
	FILE *file = fopen("/proc/self/uid_map", "re");
	unsigned int count = 0;

	if (file && fscanf(file, "%*u %*u %u", &count) != 1)
		count = 0;
	if (file)
		fclose(file);
	return count == UINT32_MAX;
}

/* In a user namespace who has no number there looks like nobody. */
static bool is_ambiguous(const struct rule *rule, const struct caller *caller)
{
	FILE *file = fopen("/proc/sys/kernel/overflowuid", "re");
	unsigned int nobody = 65534;
	size_t i;
	bool is_named;

	if (file && fscanf(file, "%u", &nobody) != 1)
		nobody = 65534;
	if (file)
		fclose(file);
	is_named = rule->uid == nobody || rule->gid == nobody ||
		   caller->uid == nobody;
	for (i = 0; rule->acl && i < rule->acl->count; i++)
		is_named |= rule->acl->entries[i].id == nobody;
	return is_named && !maps_all();
}

static enum answer judge_rule(struct chain *chain,
			      const struct subject *subject,
			      const struct port_view *port)
{
	struct caller caller = subject->caller;
	const char *reason;
	bool may;

	caller.capable = false;
	if (is_ambiguous(&port->rule, &caller)) {
		chain_add(
			chain, "rule", NOT_SEEN, "/dev/port",
			"%s is %s; ids that this user namespace does not map all look like nobody: ask outside of it",
			ports_text(port->index, port->index),
			rule_text(&port->rule));
		return NOT_SEEN;
	}
	may = policy_may_bind(&port->rule, &caller, &reason);
	chain_add(
		chain, "rule", may ? PASSES : STOPS, "/dev/port",
		"%s is %s, and user %s %s%s%s",
		ports_text(port->index, port->index), rule_text(&port->rule),
		user_name(caller.uid), reason,
		may ? "" : denial(&port->rule, &caller),
		!may && would_as_login(subject, &port->rule) ?
			"; the user has been given the group since the process was started: a new login may bind" :
			"");
	return may ? PASSES : STOPS;
}

static enum answer judge_threshold(struct chain *chain,
				   const struct port_view *port, bool spares)
{
	bool may = port->index % PORTS >= port->privileged;

	chain_add(chain, "rule", PASSES, "/dev/port",
		  "%s is unclaimed, so the kernel's own rule holds",
		  ports_text(port->index, port->index));
	chain_add(
		chain, "threshold",
		may    ? PASSES :
		spares ? NOT_SEEN :
			 STOPS,
		"net.ipv4.ip_unprivileged_port_start", "ports %s %u are %s%s",
		may ? "from" : "below", port->privileged,
		may ? "anybody's" :
		      "only for processes with CAP_NET_BIND_SERVICE",
		!may && spares ?
			", unless a BPF program of the control group waives that" :
			"");
	return may ? PASSES : STOPS;
}

/* Answers as a whole: with the capability, and with what may take it away. */
static enum answer judge_capability(struct chain *chain,
				    const struct subject *subject,
				    enum answer left)
{
	enum answer answer = subject->capable;
	bool doubted = answer == PASSES && left == NOT_SEEN;

	if (doubted)
		answer = NOT_SEEN;
	chain_add(
		chain, "capability", answer, subject->capable_source, "%s%s",
		subject->capable_text,
		doubted ?
			", but portctl cannot ask whether its AppArmor profile lets it use that" :
			"");
	return answer;
}

static void not_asked(struct chain *chain, const char *name)
{
	chain_add(chain, name, NOT_ASKED, NULL, "an earlier step has decided");
}

static void judge_unknown(struct chain *chain, const struct port_view *port)
{
	bool anybody = port->rule.mode & 0002;

	chain_add(
		chain, "rule", NOT_SEEN, "systemctl show",
		"%s is %s, and the user of the service is not known before it runs%s",
		ports_text(port->index, port->index),
		port->rule.claimed ? rule_text(&port->rule) : "unclaimed",
		anybody ?
			"; everybody may" :
			"; a group in SupplementaryGroups= can be given the port");
}

/**
 * standing_judge() - what rule, capability and sticky bit say of a bind
 * @chain: what they say is added
 * @subject: whose bind it is
 * @port: the port
 * @confinement: what those before them leave
 */
void standing_judge(struct chain *chain, const struct subject *subject,
		    const struct port_view *port,
		    const struct confinement *confinement)
{
	bool sticky = port->rule.claimed && port->rule.mode & 01000;
	enum answer answer, capable;
	struct step *decisive;

	if (!subject->is_known) {
		judge_unknown(chain, port);
		return;
	}
	answer = port->rule.claimed ?
			 judge_rule(chain, subject, port) :
			 judge_threshold(chain, port, confinement->spares);
	decisive = &chain->steps[chain->count - 1];
	if (answer == PASSES) {
		not_asked(chain, "capability");
		if (port->rule.claimed)
			not_asked(chain, "sticky bit");
		return;
	}
	capable = judge_capability(chain, subject, confinement->capability);
	if (port->rule.claimed && capable == STOPS)
		not_asked(chain, "sticky bit");
	else if (port->rule.claimed)
		chain_add(
			chain, "sticky bit", sticky ? STOPS : PASSES,
			"/dev/port",
			sticky ?
				"it is set: the capability does not help" :
				"it is not set: a process with the capability may bind");
	if (decisive->answer != STOPS || (capable != STOPS && !sticky))
		return;
	decisive->error = EACCES;
	decisive->cure = cure_of(subject, port);
}
