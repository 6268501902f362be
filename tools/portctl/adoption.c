// SPDX-License-Identifier: GPL-2.0
/*
 * A service that starts as root to bind, made one that starts as its own user: its
 * ports are granted, and a drop-in says the rest. That drop-in, without which all is
 * as before, also has the ports that were granted, for undoing it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adoption.h"
#include "change.h"
#include "folder.h"
#include "message.h"
#include "module.h"
#include "owner.h"
#include "place.h"
#include "program.h"
#include "replace.h"
#include "service.h"

#define FIRST_LINE "# portctl adopt: "

/* Behind the others of a unit; nothing else writes one of this name. */
#define DROPIN "zzz-portctl-adopt.conf"
/* Its name once, which is that of the one that doctor says to append to. */
#define OLD_DROPIN "zz-port-owner.conf"

static char *dropin_folder(const struct daemon *daemon)
{
	return format_text("%s/etc/systemd/system/%s.d", places.root,
			   daemon->service);
}

static char *dropin_path(const struct daemon *daemon, const char *name)
{
	char *folder = dropin_folder(daemon);
	char *path = format_text("%s/%s", folder, name);

	free(folder);
	return path;
}

/* The one that was written for a service, or NULL. */
static char *find_dropin(const struct daemon *daemon)
{
	static const char *const names[] = { DROPIN, OLD_DROPIN };
	char *path, *line;
	bool found;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		path = dropin_path(daemon, names[i]);
		line = read_line(path);
		found = line && !strncmp(line, FIRST_LINE, strlen(FIRST_LINE));
		free(line);
		if (found)
			return path;
		free(path);
	}
	return NULL;
}

/* There must be none yet, neither portctl's nor anybody else's. */
static enum status check_dropin(const struct daemon *daemon)
{
	char *found = find_dropin(daemon), *path = dropin_path(daemon, DROPIN);
	enum status status = DONE;
	struct stat stat;

	if (found)
		status = fail(
			FAILED,
			"%s starts as root, though %s is there: 'portctl adopt --undo %s' first",
			daemon->service, found, daemon->service);
	else if (!lstat(path, &stat))
		status = fail(
			FAILED,
			"%s is there, and not portctl's: move it away first",
			path);
	free(path);
	free(found);
	return status;
}

static char *dropin_text(const struct adoption *adoption)
{
	return format_text(FIRST_LINE "%s\n%s", adoption->words,
			   adoption->daemon->lines);
}

static enum status find_daemon(const struct daemon **daemon, const char *word)
{
	char *name = ends_with(word, ".service") ?
			     format_text("%s", word) :
			     format_text("%s.service", word);

	*daemon = daemon_find(name);
	if (!*daemon)
		return fail(
			FAILED,
			"%s is not among the services known to run as an ordinary user (%s); 'portctl doctor' says how to try",
			name, daemon_names());
	free(name);
	return DONE;
}

/* Its privileged ports; fails at one that is somebody else's. */
static enum status find_ports(struct adoption *adoption,
			      const struct host *host,
			      const struct unit_file *unit)
{
	const struct listener *listener = host->listeners.all;
	const struct listener *end = listener + host->listeners.count;
	enum status status = DONE;
	unsigned int index = 0;
	struct mistake mistake;
	size_t size;
	FILE *words = open_memstream(&adoption->words, &size);

	if (!words)
		out_of_memory();
	for (; !status && listener < end; listener++) {
		const struct rule *rule;

		if (listener->index % PORTS >= 1024 ||
		    listener->index == index ||
		    listener_unit(host, listener) != unit)
			continue;
		index = listener->index;
		rule = &host->table->rules[index];
		if (rule->claimed && !host_gives(host, index, adoption->uid))
			status = fail(
				FAILED,
				"%s is %s's; run 'portctl allow %s %s' first",
				ports_text(index, index), user_name(rule->uid),
				adoption->daemon->user,
				ports_text(index, index));
		if (!rule->claimed)
			fprintf(words, "%s%s", ftell(words) ? "," : "",
				ports_text(index, index));
	}
	if (fclose(words))
		out_of_memory();
	if (!status && !index && geteuid())
		status = fail(FAILED, "only root sees which ports %s has",
			      unit->name);
	else if (!status && !index)
		status = fail(
			FAILED,
			"%s has no privileged port now; start it first, so that its ports are seen",
			unit->name);
	ports_clear(&adoption->ports);
	if (!status && *adoption->words)
		ports_parse(&adoption->ports, adoption->words, &mistake);
	return status;
}

/**
 * adoption_plan() - find out what has to be done
 * @adoption: the result
 * @host: what is known
 * @word: the service, with or without .service
 *
 * Return: DONE, or FAILED after a line that says why it cannot be done.
 */
enum status adoption_plan(struct adoption *adoption, const struct host *host,
			  const char *word)
{
	const struct unit_file *unit;
	struct mistake mistake;
	enum status status;

	memset(adoption, 0, sizeof(*adoption));
	status = find_daemon(&adoption->daemon, word);
	if (status)
		return status;
	if (!user_parse(&adoption->uid, adoption->daemon->user, &mistake))
		return fail(FAILED, "%s", mistake.text);
	unit = unit_files_find(&host->units, adoption->daemon->service);
	if (!unit)
		return fail(FAILED, "there is no %s",
			    adoption->daemon->service);
	if (service_user(unit))
		return fail(FAILED, "%s starts as %s already", unit->name,
			    *service_user(unit) ? service_user(unit) :
						  "a user of its own");
	status = check_dropin(adoption->daemon);
	if (status)
		return status;
	if (!host->table)
		return module_is_loaded() ?
			       fail(MISSING,
				    "there is no table at %s; 'portctl mount' mounts it",
				    places.port) :
			       module_why_missing();
	return find_ports(adoption, host, unit);
}

/**
 * adoption_print() - print what has to be done, as a script for a shell
 * @adoption: what it is
 */
void adoption_print(const struct adoption *adoption)
{
	const char *service = adoption->daemon->service;
	char *folder = dropin_folder(adoption->daemon);
	char *path = dropin_path(adoption->daemon, DROPIN);
	char *text = dropin_text(adoption);

	printf("# 'portctl adopt --apply %s' does this, 'portctl adopt --undo %s' undoes it\n",
	       service, service);
	if (*adoption->words)
		printf("portctl grant --save %s %s\n", adoption->daemon->user,
		       adoption->words);
	printf("mkdir -p %s\ncat >%s <<'END'\n%sEND\n", folder, path, text);
	printf("systemctl daemon-reload\nsystemctl restart %s\n", service);
	free(text);
	free(path);
	free(folder);
}

static bool tell_systemd(const char *verb, const char *service)
{
	char *words[4] = { NULL };
	char *line = NULL;
	size_t size = 0;
	bool right = false;
	FILE *output;
	pid_t pid;

	words[0] = format_text("%s/usr/bin/systemctl", places.root);
	words[1] = (char *)verb;
	words[2] = (char *)service;
	output = program_open(words, &pid);
	if (output) {
		while (getline(&line, &size, output) >= 0)
			;
		right = program_close(output, pid);
	}
	free(line);
	free(words[0]);
	return right;
}

/* @rule is NULL to release those that are still @uid's alone. */
static enum status change_rules(const struct port_set *ports, uid_t uid,
				const struct rule *rule,
				const struct options *options)
{
	struct options saving = { .save = true, .command = options->command };
	struct table *old = table_create(), *new = table_create();
	const struct rule granted = { .claimed = true,
				      .uid = uid,
				      .mode = 0600 };
	enum status status = change_read(old, ports, &saving);
	unsigned int index;

	*new = *old;
	for (index = ports->first; !status && index < ports->end; index++) {
		if (!ports->has[index])
			continue;
		if (rule)
			new->rules[index] = *rule;
		else if (rule_equal(&old->rules[index], &granted))
			memset(&new->rules[index], 0, sizeof(*new->rules));
	}
	if (!status) {
		status = change_make(old, new, ports, &saving);
		/* They may be granted, and only not be saved. */
		if (status && rule)
			change_rules(ports, uid, NULL, options);
	}
	free(old);
	free(new);
	return status;
}

static enum status write_dropin(const struct adoption *adoption)
{
	char *folder = dropin_folder(adoption->daemon);
	char *path = dropin_path(adoption->daemon, DROPIN);
	char *text = dropin_text(adoption);
	enum status status = DONE;

	if (mkdir(folder, 0755) && errno != EEXIST)
		status = fail(FAILED, "cannot make %s: %m", folder);
	else
		status = file_replace(path, text, strlen(text), false);
	free(text);
	free(path);
	free(folder);
	return status;
}

/*
 * It is stopped as it was started: the drop-in may have something to say of that.
 * @gone: the drop-in is, so that its ports may go as well.
 */
static enum status go_back(const struct daemon *daemon, bool *gone)
{
	char *folder = dropin_folder(daemon), *path = find_dropin(daemon);
	enum status status = DONE;

	if (!tell_systemd("stop", daemon->service)) {
		status = fail(
			FAILED,
			"%s does not stop, so its drop-in and its ports stay: 'systemctl status %s'",
			daemon->service, daemon->service);
	} else if (!path || unlink(path)) {
		status = fail(FAILED, "cannot remove %s: %m", path);
		tell_systemd("start", daemon->service);
	} else {
		*gone = true;
		/* Others may be in it. */
		rmdir(folder);
		if (!tell_systemd("daemon-reload", NULL) ||
		    !tell_systemd("start", daemon->service))
			status =
				fail(FAILED,
				     "%s does not start: 'systemctl status %s'",
				     daemon->service, daemon->service);
	}
	free(path);
	free(folder);
	return status;
}

/**
 * adoption_apply() - do it, or leave all as it was
 * @adoption: what is to be done
 * @options: the command line
 *
 * If the service does not start so, all is undone.
 *
 * Return: DONE, or FAILED after a line that says why.
 */
enum status adoption_apply(const struct adoption *adoption,
			   const struct options *options)
{
	const struct rule rule = { .claimed = true,
				   .uid = adoption->uid,
				   .mode = 0600 };
	const char *service = adoption->daemon->service;
	enum status status;
	bool gone = true;

	status = change_rules(&adoption->ports, adoption->uid, &rule, options);
	if (status)
		return status;
	status = write_dropin(adoption);
	if (!status && tell_systemd("daemon-reload", NULL) &&
	    tell_systemd("restart", service))
		return DONE;
	if (!status) {
		status = fail(
			FAILED,
			"%s does not start as %s, so it starts as before; 'journalctl -u %s' says why",
			service, adoption->daemon->user, service);
		gone = false;
		go_back(adoption->daemon, &gone);
	}
	if (gone)
		change_rules(&adoption->ports, adoption->uid, NULL, options);
	return status;
}

/**
 * adoption_undo() - let a service start as root again
 * @options: the service
 *
 * Return: DONE, or FAILED after a line that says why.
 */
enum status adoption_undo(const struct options *options)
{
	static struct port_set ports;
	const struct daemon *daemon;
	struct mistake mistake;
	enum status status;
	char *path, *line;
	bool gone = false;
	uid_t uid;

	status = find_daemon(&daemon, options->arguments[0]);
	if (status)
		return status;
	path = find_dropin(daemon);
	if (!path)
		return fail(
			FAILED,
			"%s was not adopted: %s is not there, or not portctl's",
			daemon->service, dropin_path(daemon, DROPIN));
	line = read_line(path);
	if (line[strlen(FIRST_LINE)] &&
		 !ports_parse(&ports, line + strlen(FIRST_LINE), &mistake))
		status = fail(FAILED, "%s: %s", path, mistake.text);
	else if (!user_parse(&uid, daemon->user, &mistake))
		status = fail(FAILED, "%s", mistake.text);
	free(line);
	free(path);
	if (status)
		return status;
	status = go_back(daemon, &gone);
	if (gone && change_rules(&ports, uid, NULL, options))
		return FAILED;
	return status;
}
