// SPDX-License-Identifier: GPL-2.0
/*
 * What security modules say of a bind. Landlock shows nobody whom it restricts;
 * AppArmor answers questions about its profiles; SELinux would want to be asked
 * about the label of the port, which only its tools know.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "module.h"
#include "place.h"
#include "security.h"

/* The numbers in AppArmor's policy: two classes of rules for the network, and bind. */
#define APPARMOR_NETWORK     14
#define APPARMOR_NETWORK_NEW 15
#define APPARMOR_BIND	     0x00200000

#define LANDLOCK_VERSION \
	1 /* of landlock_create_ruleset(): its version is asked for */
#define LANDLOCK_TCP	4 /* the first version that knows ports */
#define LANDLOCK_NO_UDP 7 /* up to here it knows those of TCP only */

/* The modules in force, with commas between them; NULL if that cannot be read. */
static char *modules_in_force(void)
{
	char *path = format_text("%s/sys/kernel/security/lsm", places.root);
	char *line = read_line(path);

	free(path);
	return line;
}

static bool lists(const char *modules, const char *module)
{
	size_t length = strlen(module);
	const char *p = modules;

	while ((p = strstr(p, module))) {
		if ((p == modules || p[-1] == ',') &&
		    (!p[length] || p[length] == ','))
			return true;
		p += length;
	}
	return false;
}

static char *security_label(const struct subject *subject)
{
	char *path = format_text("%s/proc/%d/attr/current", places.root,
				 subject->pid);
	char *label = read_line(path);

	free(path);
	return label;
}

/* What a probe of our own says for all of them; EPERM is a control group's. */
static bool came_past(const struct subject *subject, const struct probe *probe)
{
	return subject->is_self && probe->told &&
	       (!probe->refused || probe->refused == EPERM);
}

static const char by_probe[] = "a bind(2) that cannot succeed";

/* ---- Landlock ---- */

static int landlock_version(void)
{
#ifdef SYS_landlock_create_ruleset
	return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION);
#else
	return 0;
#endif
}

static bool landlock_may_stop(const char *modules, unsigned int index,
			      const char **reason)
{
	int version = landlock_version();

	if (modules && !lists(modules, "landlock"))
		*reason = "this kernel has no Landlock in force";
	else if (version >= 0 && version < LANDLOCK_TCP)
		*reason = "this kernel's Landlock knows nothing of ports";
	else if (version >= 0 && version <= LANDLOCK_NO_UDP &&
		 index / PORTS == UDP)
		*reason = "this kernel's Landlock knows nothing of UDP";
	else
		return true;
	return false;
}

static void judge_landlock(struct chain *chain, const struct subject *subject,
			   const struct probe *probe, const char *modules,
			   unsigned int index, bool blamed)
{
	const char *reason;
	struct step *step;

	if (!landlock_may_stop(modules, index, &reason)) {
		chain_add(chain, "Landlock", PASSES, "/sys/kernel/security/lsm",
			  "%s", reason);
		return;
	}
	if (came_past(subject, probe)) {
		chain_add(chain, "Landlock", PASSES, by_probe,
			  "no Landlock rule refuses it");
		return;
	}
	if (!blamed) {
		chain_add(chain, "Landlock", NOT_SEEN, NULL,
			  "the kernel tells nobody whom it restricts");
		return;
	}
	step = chain_add(
		chain, "Landlock", STOPS, by_probe,
		"a sandbox that this process, or an ancestor of it, has made for itself: start the program outside of it");
	step->error = probe->refused;
}

/* ---- AppArmor ---- */

static bool apparmor_is_on(void)
{
	char *path = format_text("%s/sys/module/apparmor/parameters/enabled",
				 places.root);
	char *line = read_line(path);
	bool on = line && *line == 'Y';

	free(line);
	free(path);
	return on;
}

/* May what has the label bind such a socket? Rules of a class that it lacks say yes. */
static enum answer ask_apparmor(const char *label, unsigned int class,
				uint16_t family, unsigned int index)
{
	char *path = format_text("%s/sys/kernel/security/apparmor/.access",
				 places.root);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	uint16_t type =
		htobe16(index / PORTS == UDP ? SOCK_DGRAM : SOCK_STREAM);
	enum answer answer = NOT_SEEN;
	char answers[128] = "", *query, *end;
	unsigned int allowed;
	ssize_t size;

	free(path);
	if (fd < 0)
		return NOT_SEEN;
	family = htobe16(family);
	query = allocate(strlen(label) + 16);
	/* "label", a zero, the label, a zero, and what is looked up. */
	end = stpcpy(stpcpy(query, "label") + 1, label) + 1;
	*end++ = class;
	end = mempcpy(end, &family, sizeof(family));
	end = mempcpy(end, &type, sizeof(type));
	size = end - query;
	if (write(fd, query, size) == size &&
	    read(fd, answers, sizeof(answers) - 1) > 0 &&
	    sscanf(answers, "allow %x", &allowed) == 1)
		answer = allowed & APPARMOR_BIND ? PASSES : STOPS;
	free(query);
	close(fd);
	return answer;
}

static enum answer ask_profile(const char *label, unsigned int index)
{
	static const int families[] = { AF_INET, AF_INET6 };
	static const int classes[] = { APPARMOR_NETWORK, APPARMOR_NETWORK_NEW };
	enum answer answer;
	size_t i;

	for (i = 0; i < 4; i++) {
		answer = ask_apparmor(label, classes[i / 2], families[i % 2],
				      index);
		if (answer != PASSES)
			return answer;
	}
	return PASSES;
}

/* As in (enforce), (kill), (user) and (mixed), which is cut off; without a mode it is unconfined. */
static bool is_enforced(char *label)
{
	char *mode = strrchr(label, '(');

	if (!mode || mode == label || mode[-1] != ' ' ||
	    !strcmp(mode, "(complain)") || !strcmp(mode, "(unconfined)"))
		return false;
	mode[-1] = '\0';
	return true;
}

static enum answer judge_profile(struct chain *chain, const char *label,
				 const char *source, unsigned int index)
{
	enum answer answer = ask_profile(label, index);
	struct step *step;

	if (answer == NOT_SEEN) {
		chain_add(
			chain, "AppArmor", NOT_SEEN, source,
			"the profile %s is enforced, and only root can ask what it says",
			label);
		return NOT_SEEN;
	}
	step = chain_add(
		chain, "AppArmor", answer,
		"/sys/kernel/security/apparmor/.access",
		answer == STOPS ?
			"the profile %s is enforced and has no rule for %s sockets: add the line 'network,' to it in /etc/apparmor.d, and load it with apparmor_parser -r" :
			"the profile %s is enforced and allows %s sockets",
		label, index / PORTS == UDP ? "UDP" : "TCP");
	if (answer == STOPS)
		step->error = EACCES;
	/* Which capabilities it leaves is nothing that can be asked. */
	return NOT_SEEN;
}

/* What AppArmor leaves of a capability is the answer. */
static enum answer judge_apparmor(struct chain *chain,
				  const struct subject *subject,
				  unsigned int index)
{
	char *label;

	if (!apparmor_is_on()) {
		chain_add(chain, "AppArmor", PASSES,
			  "/sys/module/apparmor/parameters/enabled",
			  "it is not in force");
		return PASSES;
	}
	if (!subject->pid) {
		label = format_text("%s", unit_property(subject->unit,
							"AppArmorProfile"));
		if (*label && !subject->is_spared)
			return judge_profile(chain, label + (*label == '-'),
					     "systemctl show", index);
		chain_add(
			chain, "AppArmor", NOT_SEEN, "systemctl show",
			"%s, but there may be a profile for the path of the program",
			subject->is_spared ?
				"ExecStart=+ is without AppArmorProfile=" :
				"AppArmorProfile= is not set");
		return NOT_SEEN;
	}
	label = security_label(subject);
	if (!label) {
		chain_add(chain, "AppArmor", NOT_SEEN,
			  format_text("/proc/%d/attr/current", subject->pid),
			  "its profile cannot be read");
		return NOT_SEEN;
	}
	if (is_enforced(label))
		return judge_profile(chain, label,
				     format_text("/proc/%d/attr/current",
						 subject->pid),
				     index);
	chain_add(chain, "AppArmor", PASSES,
		  format_text("/proc/%d/attr/current", subject->pid),
		  "no profile is enforced (%s)", label);
	return PASSES;
}

/* ---- SELinux and others ---- */

/* NULL if it cannot be read, as without SELinux. */
static char *selinux_mode(void)
{
	char *path = format_text("%s/sys/fs/selinux/enforce", places.root);
	char *mode = read_line(path);

	free(path);
	return mode;
}

/* Does it show that SELinux refuses nothing? */
static bool selinux_is_idle(const char *mode, const char *modules)
{
	return mode ? *mode == '0' : modules && !lists(modules, "selinux");
}

static void judge_selinux(struct chain *chain, const struct subject *subject,
			  const struct probe *probe, const char *modules,
			  const char *mode)
{
	char *label;

	if (selinux_is_idle(mode, modules)) {
		chain_add(chain, "SELinux", PASSES,
			  mode ? "/sys/fs/selinux/enforce" :
				 "/sys/kernel/security/lsm",
			  mode ? "it is not enforcing" : "it is not in force");
		return;
	}
	if (came_past(subject, probe)) {
		chain_add(chain, "SELinux", PASSES, by_probe,
			  "it lets the port pass");
		return;
	}
	if (!mode) {
		chain_add(chain, "SELinux", NOT_SEEN, "/sys/fs/selinux/enforce",
			  "whether it is enforcing cannot be read");
		return;
	}
	label = subject->pid ? security_label(subject) : NULL;
	chain_add(
		chain, "SELinux", NOT_SEEN, "/sys/fs/selinux/enforce",
		"it is enforcing%s%s; 'ausearch -m AVC -ts recent' shows what it refused, 'semanage port -l' its ports",
		label ? ", for " : "", label ? label : "");
}

static void judge_others(struct chain *chain, const struct subject *subject,
			 const struct probe *probe, const char *modules)
{
	static const char *const others[] = { "smack", "tomoyo", "bpf" };
	const char *names = "";
	size_t i;

	if (came_past(subject, probe))
		return;
	if (!modules) {
		chain_add(chain, "others", NOT_SEEN, "/sys/kernel/security/lsm",
			  "which security modules there are cannot be read");
		return;
	}
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		if (lists(modules, others[i]))
			names = format_text("%s%s%s", names, *names ? ", " : "",
					    others[i]);
	}
	if (*names)
		chain_add(
			chain, "others", NOT_SEEN, "/sys/kernel/security/lsm",
			"portctl cannot see what the security modules %s say of a bind",
			names);
}

/**
 * security_judge() - what security modules say of a bind
 * @chain: what they say is added
 * @subject: a process, or a service
 * @probe: how far portctl's own bind came, if the question is about portctl
 * @index: the port
 *
 * Return: whether they leave CAP_NET_BIND_SERVICE to who has it.
 */
enum answer security_judge(struct chain *chain, const struct subject *subject,
			   const struct probe *probe, unsigned int index)
{
	char *modules = modules_in_force(), *mode = selinux_mode();
	enum answer capability;
	size_t landlock = chain->count;
	bool is_refused = subject->is_self && probe->refused == EACCES;

	judge_landlock(chain, subject, probe, modules, index, false);
	capability = judge_apparmor(chain, subject, index);
	/* Refused, and not by the one that can be asked. */
	if (is_refused && chain->steps[landlock].answer == NOT_SEEN &&
	    chain->steps[chain->count - 1].answer == PASSES &&
	    selinux_is_idle(mode, modules)) {
		struct chain again = { 0 };

		judge_landlock(&again, subject, probe, modules, index, true);
		chain->steps[landlock] = again.steps[0];
	}
	judge_selinux(chain, subject, probe, modules, mode);
	judge_others(chain, subject, probe, modules);
	free(mode);
	free(modules);
	return capability;
}
