// SPDX-License-Identifier: GPL-2.0
/*
 * What stops a bind before the port is looked at: seccomp, when the system call is
 * made; then security modules; then the programs of control groups, with which
 * systemd makes SocketBindDeny=.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bpf.h"
#include "confinement.h"
#include "place.h"
#include "probe.h"
#include "process.h"
#include "security.h"
#include "text.h"

#define ERRNO_MAX 133

static const char by_settings[] = "systemctl show";

/* A drop-in that comes after all others, for the last word counts. */
static const char *drop_in(const struct subject *subject, const char *setting,
			   const char *value)
{
	const char *unit = unit_property(subject->unit, "Id");
	char *folder =
		shell_word(format_text("/etc/systemd/system/%s.d", unit));

	return format_text(
		"mkdir -p %s && printf '[Service]\\n%s=%s\\n' >%s/zz-%s.conf && systemctl daemon-reload",
		folder, setting, value, folder, setting);
}

/* ---- seccomp ---- */

/*
 * A list of what is allowed, which may be empty, or behind a ~ of what is not. Who
 * is not told of one has the latter, without anything in it.
 */
static const char *filter_of(const struct unit *unit, const char *name)
{
	const char *filter = unit_value(unit, name, 0);

	return filter ? filter : "~";
}

/* Such settings are filters of seccomp: a process may be older than they are. */
static bool has_no_filter(const struct subject *subject)
{
	char *proc = format_text("%s/proc", places.root), *mode = NULL;
	bool none;

	if (subject->pid)
		mode = process_field(proc, subject->pid, "Seccomp");
	none = mode && !strcmp(mode, "0");
	free(mode);
	free(proc);
	return none;
}

/* RestrictAddressFamilies=: there is no socket to bind then. */
static void judge_families(struct chain *chain, const struct subject *subject)
{
	const char *families =
		filter_of(subject->unit, "RestrictAddressFamilies");
	bool denies = *families == '~';
	const char *words = families + denies;
	bool four = has_word(words, "AF_INET") != denies;
	bool six = has_word(words, "AF_INET6") != denies;
	struct step *step;

	if (four && six) {
		chain_add(chain, "families", PASSES, by_settings,
			  "RestrictAddressFamilies= leaves IPv4 and IPv6");
		return;
	}
	if (has_no_filter(subject)) {
		chain_add(
			chain, "families", PASSES,
			format_text("/proc/%d/status", subject->pid),
			"RestrictAddressFamilies= is not in force in this process");
		return;
	}
	step = chain_add(
		chain, "families", STOPS, by_settings,
		"RestrictAddressFamilies= leaves %s: socket(2) fails before there is anything to bind",
		four ? "no IPv6" :
		six  ? "no IPv4" :
		       "neither IPv4 nor IPv6");
	/* Who has one of them may do without the other. */
	if (four || six) {
		step->answer = NOT_SEEN;
		return;
	}
	step->error = EAFNOSUPPORT;
	step->cure =
		drop_in(subject, "RestrictAddressFamilies", "AF_INET AF_INET6");
}

/* An errno by its name or number; what is none of them ends the program. */
static int error_of(const char *word)
{
	const char *name;
	int error = atoi(word);

	if (error > 0 && error <= ERRNO_MAX)
		return error;
	for (error = 1; error <= ERRNO_MAX; error++) {
		name = strerrorname_np(error);
		if (name && !strcmp(name, word))
			return error;
	}
	return STEP_KILLS;
}

/* Does SystemCallFilter= stop bind(2), and what does its caller get? */
static bool filter_stops(const struct unit *unit, int *error)
{
	const char *filter = filter_of(unit, "SystemCallFilter");
	char *words = format_text("%s", filter + (*filter == '~'));
	bool named = false;
	char *word, *rest;

	*error = error_of(unit_property(unit, "SystemCallErrorNumber"));
	for (word = strtok_r(words, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest)) {
		if (strcmp(word, "bind") && strncmp(word, "bind:", 5))
			continue;
		named = true;
		/* As bind:EPERM. */
		if (word[strlen("bind")])
			*error = error_of(word + strlen("bind:"));
	}
	free(words);
	return named == (*filter == '~');
}

/* Returns whether SystemCallFilter= has decided. */
static bool judge_filter(struct chain *chain, const struct subject *subject)
{
	struct step *step;
	int error;

	if (!subject->unit || !filter_stops(subject->unit, &error))
		return false;
	step = chain_add(chain, "seccomp", STOPS, by_settings,
			 "SystemCallFilter= does not let bind(2) pass");
	step->error = error;
	step->cure = drop_in(subject, "SystemCallFilter", "bind");
	return true;
}

static void judge_seccomp(struct chain *chain, const struct subject *subject,
			  const struct probe *probe)
{
	char *proc = format_text("%s/proc", places.root);
	char *mode, *source;
	struct step *step;

	if (subject->is_self && probe->error) {
		step = chain_add(
			chain, "seccomp", STOPS, "bind(2) itself",
			"a filter does not let bind(2) pass: start the program without it");
		step->error = probe->error;
		return;
	}
	if (subject->is_self) {
		chain_add(chain, "seccomp", PASSES, "bind(2) itself",
			  "bind(2) can be called");
		return;
	}
	if (subject->is_spared) {
		chain_add(chain, "seccomp", PASSES, by_settings,
			  "ExecStart=+ is without any filter");
		return;
	}
	if (!subject->pid) {
		if (!judge_filter(chain, subject))
			chain_add(chain, "seccomp", PASSES, by_settings,
				  "SystemCallFilter= lets bind(2) pass");
		return;
	}
	mode = process_field(proc, subject->pid, "Seccomp");
	source = format_text("/proc/%d/status", subject->pid);
	if (mode && !strcmp(mode, "0"))
		chain_add(chain, "seccomp", PASSES, source,
			  "no filter is in force");
	else if (!judge_filter(chain, subject))
		chain_add(
			chain, "seccomp", NOT_SEEN, source,
			mode ? "a filter is in force, but portctl cannot see what it lets pass" :
			       "whether a filter is in force cannot be read");
	free(mode);
	free(proc);
}

/* ---- control groups ---- */

/* Is it about the port? As tcp:80, ipv6:tcp:8000-8099, any, and tcp80. */
static bool item_matches(const char *item, unsigned int index, int family)
{
	unsigned int first, last, port = index % PORTS;
	enum protocol protocol;
	int count;

	if (!strncmp(item, "ipv", 3)) {
		if (item[3] - '0' != family)
			return false;
		item += strlen("ipv4");
		item += *item == ':';
	}
	for (protocol = 0; protocol < PROTOCOLS; protocol++) {
		if (strncmp(item, protocol_names[protocol], 3))
			continue;
		if (protocol != index / PORTS)
			return false;
		item += 3;
		item += *item == ':';
		break;
	}
	count = sscanf(item, "%u-%u", &first, &last);
	if (count < 1)
		return true;
	return port >= first && port <= (count == 2 ? last : first);
}

static bool list_matches(const struct unit *unit, const char *name,
			 unsigned int index, int family)
{
	const char *item;
	size_t i;

	for (i = 0; (item = unit_value(unit, name, i)); i++) {
		if (*item && item_matches(item, index, family))
			return true;
	}
	return false;
}

/* What is allowed is asked first, and what neither names is allowed. */
static bool socket_bind_stops(const struct unit *unit, unsigned int index,
			      int family)
{
	return !list_matches(unit, "SocketBindAllow", index, family) &&
	       list_matches(unit, "SocketBindDeny", index, family);
}

/* Returns whether they refuse the port. */
static bool judge_socket_bind(struct chain *chain,
			      const struct subject *subject, unsigned int index)
{
	bool four = socket_bind_stops(subject->unit, index, 4);
	bool six = socket_bind_stops(subject->unit, index, 6);
	struct step *step;

	if (!four && !six)
		return false;
	step = chain_add(
		chain, "cgroup", STOPS, by_settings,
		"SocketBindDeny= has the port%s, and SocketBindAllow= does not",
		!four ? " for IPv6" :
		!six  ? " for IPv4" :
			"");
	/* Who has one of them may do without the other. */
	if (four != six) {
		step->answer = NOT_SEEN;
		return true;
	}
	step->error = EPERM;
	step->cure =
		format_text("systemctl set-property %s SocketBindAllow=%s:%u",
			    shell_word(unit_property(subject->unit, "Id")),
			    protocol_names[index / PORTS], index % PORTS);
	return true;
}

/* The control group that a service will be in is made below this one. */
static char *slice_group(const struct subject *subject)
{
	const char *const names[] = { unit_property(subject->unit, "Slice"),
				      NULL };
	struct units units;

	if (!*names[0] || !units_read(&units, "ControlGroup", names) ||
	    !units.count)
		return NULL;
	return format_text("%s", unit_property(units.all, "ControlGroup"));
}

static void judge_programs(struct chain *chain, const struct subject *subject,
			   unsigned int index, struct confinement *confinement)
{
	char *group = subject->pid ? process_cgroup(subject->pid) :
				     slice_group(subject);
	struct group_programs programs = { 0 };
	bool seen = group && group_programs_read(&programs, group);
	int error = errno;

	/* A process that was there before the setting has no such program. */
	if (subject->unit && (!subject->pid || !seen || programs.ours) &&
	    judge_socket_bind(chain, subject, index))
		return;
	confinement->spares = programs.strangers;
	if (!seen)
		chain_add(
			chain, "cgroup", NOT_SEEN, group ? "bpf(2)" : NULL,
			"which BPF programs judge its binds cannot be seen%s%s",
			group ? ": " : "", group ? strerror(error) : "");
	else if (*programs.others || (programs.ours && !subject->pid))
		chain_add(
			chain, "cgroup", NOT_SEEN, "bpf(2)",
			"BPF programs of %s decide (%s), which may refuse with EPERM",
			group,
			*programs.others ? programs.others : "systemd's");
	else if (programs.ours && !subject->unit)
		chain_add(
			chain, "cgroup", NOT_SEEN, "bpf(2)",
			"SocketBindAllow= or SocketBindDeny= of %s decides, and systemd cannot be asked for it",
			group);
	else
		chain_add(
			chain, "cgroup", PASSES, "bpf(2)",
			programs.ours || !subject->pid ?
				"SocketBindAllow= and SocketBindDeny= let the port pass, and no other BPF program judges the binds of %s" :
				"no BPF program judges the binds of %s",
			group);
	free(group);
}

/* What stopped portctl's own bind was no security module. */
static bool judge_own_group(struct chain *chain, const struct probe *probe)
{
	struct step *step;

	if (!probe->told || probe->refused != EPERM)
		return false;
	step = chain_add(
		chain, "cgroup", STOPS, "a bind(2) that cannot succeed",
		"a BPF program of the control group, or a security module, refuses it; systemd's SocketBindDeny= makes such programs");
	step->error = EPERM;
	return true;
}

/**
 * confinement_judge() - what stops a bind before the port is looked at
 * @chain: what it is is added
 * @subject: whose bind it is
 * @index: the port
 *
 * Return: what it means for those who are asked later.
 */
struct confinement confinement_judge(struct chain *chain,
				     const struct subject *subject,
				     unsigned int index)
{
	struct confinement confinement = { .capability = PASSES };
	struct probe probe = { 0 };

	if (!subject->pid && !subject->unit) {
		chain_add(
			chain, "confinement", NOT_SEEN, NULL,
			"seccomp, Landlock, AppArmor, SELinux and control groups are asked about a process: name a PID or a SERVICE");
		return confinement;
	}
	if (subject->is_self)
		probe = probe_bind(index);
	if (subject->unit && !subject->is_spared)
		judge_families(chain, subject);
	judge_seccomp(chain, subject, &probe);
	confinement.capability = security_judge(chain, subject, &probe, index);
	if (!subject->is_self || !judge_own_group(chain, &probe))
		judge_programs(chain, subject, index, &confinement);
	return confinement;
}

/**
 * confinement_judge_after() - what stops a bind that has its port already
 * @chain: what it is is added, if there is any
 * @subject: whose bind it is
 */
void confinement_judge_after(struct chain *chain, const struct subject *subject)
{
	char *group = subject->pid ? process_cgroup(subject->pid) : NULL;
	struct group_programs programs;

	if (group && group_programs_read(&programs, group) && programs.after)
		chain_add(
			chain, "cgroup", NOT_SEEN, "bpf(2)",
			"%u BPF programs of %s are asked once more when the port is taken",
			programs.after, group);
	free(group);
}
