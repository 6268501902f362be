// SPDX-License-Identifier: GPL-2.0
/* What is wrong with the rules themselves, now and at the next boot. */
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boot.h"
#include "config.h"
#include "folder.h"
#include "module.h"
#include "mount.h"
#include "occupant.h"
#include "owner.h"
#include "place.h"
#include "upkeep.h"

static void check_hook(struct host *host, const char *path)
{
	char *word = read_line(path);
	struct finding *finding;

	if (!word || strcmp(word, "alive")) {
		finding = finding_add(
			&host->findings, path, 0,
			"the hook is %s: the rules do not hold for all binds",
			word ? word : "unknown");
		finding_type(finding, "journalctl -k --grep '^portfs: '");
		finding_type(finding, "portctl save");
		finding_type(finding, "systemctl reboot");
	}
	free(word);
}

/**
 * check_module() - is the module there, and does it guard all ports?
 * @host: what is known, and where findings go
 */
void check_module(struct host *host)
{
	char *pattern =
		format_text("%s/sys/module/portfs/hooks/*", places.root);
	struct finding *finding;
	glob_t hooks;
	size_t i;

	/* A stand-in may have a module, too. */
	if (!places.plain && (!module_is_loaded() || !is_mounted())) {
		finding = finding_add(
			&host->findings, NULL, 0,
			"the module is not %s, so no port has an owner that can be seen",
			module_is_loaded() ? "mounted" : "loaded");
		finding_type(finding, "portctl mount");
		finding_type(finding, "portctl restore");
	}
	if (!glob(pattern, 0, NULL, &hooks)) {
		for (i = 0; i < hooks.gl_pathc; i++)
			check_hook(host, hooks.gl_pathv[i]);
	}
	globfree(&hooks);
	free(pattern);
}

static void check_mistakes(struct host *host)
{
	char *mistakes = boot_mistakes(), *line, *rest;
	struct finding *finding;

	for (line = mistakes ? strtok_r(mistakes, "\n", &rest) : NULL; line;
	     line = strtok_r(NULL, "\n", &rest)) {
		finding = finding_add(&host->findings, NULL, 0,
				      "wrong at the last boot: %s", line);
		finding_type(finding, "portctl check");
		finding_type(finding, "portctl sync");
	}
	free(mistakes);
}

/**
 * check_table() - does the next boot restore the rules?
 * @host: what is known, and where findings go
 */
void check_table(struct host *host)
{
	struct finding *finding;
	int unsaved;

	check_mistakes(host);
	if (!host->table)
		return;
	unsaved = config_differences(host->table);
	if (!unsaved)
		return;
	if (unsaved < 0) {
		finding = finding_add(&host->findings, NULL, 0,
				      "the table files have mistakes");
		finding_type(finding, "portctl check");
		return;
	}
	finding = finding_add(
		&host->findings, NULL, 0,
		"after the next boot %d port%s will differ from now", unsaved,
		unsaved == 1 ? "" : "s");
	finding_type(finding, "portctl diff");
	finding_type(finding, "portctl save");
}

/**
 * check_sockets() - who has a port that the rule would not give
 * @host: what is known, and where findings go
 */
void check_sockets(struct host *host)
{
	const struct listener *listener = host->listeners.all;
	const struct listener *end = listener + host->listeners.count;
	const struct rule *rule;
	struct finding *finding;
	char *user, *cure;

	for (; host->table && listener < end; listener++) {
		rule = &host->table->rules[listener->index];
		if (!rule->claimed || listener_may_bind(listener, rule))
			continue;
		if (listener > host->listeners.all &&
		    listener->index == listener[-1].index &&
		    listener->pid == listener[-1].pid &&
		    listener->uid == listener[-1].uid)
			continue;
		user = shell_word(user_word(listener->uid));
		finding = finding_add(
			&host->findings, NULL, 0,
			"%s is held by %s%s%s, but its rule does not allow that user",
			ports_text(listener->index, listener->index), user,
			listener->pid ? " with " : "", listener->process);
		cure = occupant_cure(listener);
		finding_type(finding,
			     "portctl allow %s %s    # if this is right%s",
			     user, ports_text(listener->index, listener->index),
			     cure ? "; if not:" : "");
		if (cure)
			finding_type(finding, "%s", cure);
		free(cure);
		free(user);
	}
}

static bool is_there(const char *pattern)
{
	char *path = format_text("%s%s", places.root, pattern);
	glob_t files;
	bool found = !glob(path, GLOB_NOSORT, NULL, &files);

	globfree(&files);
	free(path);
	return found;
}

static void not_at_boot(struct host *host, const char *service,
			const char *command)
{
	struct finding *finding = finding_add(
		&host->findings, NULL, 0,
		"%s does not run at boot: after the next boot no port has an owner",
		service);

	finding_type(finding, "%s", command);
}

static void check_systemd(struct host *host)
{
	static const struct {
		const char *name;
		const char *without;
	} units[] = {
		{ "dev-port.mount", "nothing is mounted at /dev/port" },
		{ "portctl-restore.service", "no port has its owner" },
		{ "portctl-restore-late.service",
		  "a port whose owner's name resolves late stays root's" },
	};
	struct finding *finding;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(units); i++) {
		if (unit_name_is_wanted(units[i].name))
			continue;
		finding =
			finding_add(&host->findings, NULL, 0,
				    "%s is not enabled: after the next boot %s",
				    units[i].name, units[i].without);
		finding_type(finding, "systemctl enable %s", units[i].name);
	}
}

/**
 * check_boot() - does anything restore the rules at boot?
 * @host: what is known, and where findings go
 */
void check_boot(struct host *host)
{
	if (is_there("/run/systemd/system"))
		check_systemd(host);
	else if (is_there("/run/openrc")) {
		if (!is_there("/etc/runlevels/*/portctl"))
			not_at_boot(host, "portctl",
				    "rc-update add portctl boot");
	} else if (is_there("/etc/init.d/rcS")) {
		if (!is_there("/etc/rc*.d/S*portctl"))
			not_at_boot(host, "portctl",
				    "update-rc.d portctl defaults");
	} else {
		findings_omit(
			&host->findings,
			"the next boot: which init this host has is not known");
	}
}
