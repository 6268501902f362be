// SPDX-License-Identifier: GPL-2.0
/*
 * A service that starts as root to bind, made one that starts as its own user: its
 * ports are granted, and a drop-in says the rest. Both ways, all of it or nothing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adoption.h"
#include "change.h"
#include "dropin.h"
#include "exchange.h"
#include "folder.h"
#include "interrupt.h"
#include "message.h"
#include "module.h"
#include "owner.h"
#include "place.h"
#include "replace.h"
#include "service.h"
#include "unit.h"

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
	if (unit->unread)
		return fail(FAILED, "cannot read all of %s: %s", unit->name,
			    unit->unread);
	if (service_user(unit))
		return fail(FAILED, "%s starts as %s already", unit->name,
			    *service_user(unit) ? service_user(unit) :
						  "a user of its own");
	status = dropin_check(adoption->daemon, unit);
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
	char *path = dropin_path(adoption->daemon);
	char *text = dropin_text(adoption->daemon, adoption->words);

	printf("# 'portctl adopt --apply %s' does this, 'portctl adopt --undo %s' undoes it\n",
	       service, service);
	if (*adoption->words)
		printf("portctl grant --save %s %s\n", adoption->daemon->user,
		       adoption->words);
	else
		puts("portctl save");
	printf("mkdir -p %s\ncat >%s <<'END'\n%sEND\n", folder, path, text);
	printf("systemctl daemon-reload\nsystemctl restart %s\n", service);
	free(text);
	free(path);
	free(folder);
}

/* Neither systemctl, which they stay blocked for, nor what follows it is cut short. */
static void hold(const struct exchange *exchange)
{
	change_look_up(exchange->new);
	interrupts_hold();
}

static void obey(enum status status, const char *service, const char *user)
{
	if (status)
		interrupts_obey("the command has failed");
	else
		interrupts_obey("%s starts as %s", service, user);
}

/* Nothing has been started with what systemd did not read. */
static enum status not_read(const struct exchange *exchange)
{
	enum status status = exchange_undo(exchange);

	unit_tell("daemon-reload", NULL);
	return fail(FAILED, "'systemctl daemon-reload' fails%s",
		    status ? "" : ", so nothing is changed");
}

static enum status does_not_stop(const struct daemon *daemon)
{
	return fail(
		FAILED,
		"%s does not stop, so its drop-in and its ports stay: 'systemctl status %s'",
		daemon->service, daemon->service);
}

static enum status write_dropin(struct exchange *exchange,
				const struct adoption *adoption)
{
	char *folder = dropin_folder(exchange->daemon);
	char *text = dropin_text(exchange->daemon, adoption->words);
	enum status status = DONE;

	exchange->has_made_folder = !mkdir(folder, 0755);
	if (!exchange->has_made_folder && errno != EEXIST)
		status = fail(FAILED, "cannot make %s: %m", folder);
	if (!status)
		status = file_replace(exchange->dropin.path, text, strlen(text),
				      false);
	free(text);
	free(folder);
	return status;
}

static enum status is_down(const char *service)
{
	return fail(FAILED,
		    "%s does not start as before: 'systemctl status %s'",
		    service, service);
}

/* It has been stopped again. */
static enum status does_not_start(const struct exchange *exchange,
				  const char *user)
{
	const char *service = exchange->daemon->service;
	enum status status = exchange_undo(exchange);

	if (!unit_tell("daemon-reload", NULL) || !unit_tell("start", service))
		status = is_down(service);
	return fail(FAILED,
		    "%s does not start as %s%s; 'journalctl -u %s' says why",
		    service, user, status ? "" : ", so it starts as before",
		    service);
}

/* It is stopped as it was started: the drop-in may have something to say of that. */
static enum status start_adopted(const struct exchange *exchange)
{
	const struct daemon *daemon = exchange->daemon;

	if (!unit_tell("daemon-reload", NULL))
		return not_read(exchange);
	if (unit_tell("restart", daemon->service))
		return DONE;
	if (!unit_tell("stop", daemon->service)) {
		does_not_stop(daemon);
		return fail(
			FAILED,
			"%s does not start as %s; 'journalctl -u %s' says why, and 'portctl adopt --undo %s' undoes it",
			daemon->service, daemon->user, daemon->service,
			daemon->service);
	}
	return does_not_start(exchange, daemon->user);
}

/**
 * adoption_apply() - do it, or leave all as it was
 * @adoption: what is to be done
 *
 * If the service does not start so, all is undone. The drop-in, which says what
 * there is to undo, comes first.
 *
 * Return: DONE, or another status after a line that says why.
 */
enum status adoption_apply(const struct adoption *adoption)
{
	const struct rule rule = { .claimed = true,
				   .uid = adoption->uid,
				   .mode = 0600 };
	struct exchange exchange = { .daemon = adoption->daemon,
				     .ports = &adoption->ports };
	enum status status;
	unsigned int index;
	char *path = dropin_path(adoption->daemon);

	status = exchange_read(&exchange, path);
	if (status)
		return status;
	for (index = exchange.ports->first; index < exchange.ports->end;
	     index++) {
		if (exchange.ports->has[index])
			exchange.new->rules[index] = rule;
	}
	hold(&exchange);
	status = write_dropin(&exchange, adoption);
	if (!status)
		status = exchange_rules(&exchange);
	if (status)
		exchange_undo(&exchange);
	else
		status = start_adopted(&exchange);
	obey(status, exchange.daemon->service, exchange.daemon->user);
	return status;
}

/* If systemd says nothing, to stop it and to start it will show. */
static void read_state(const char *service, bool *is_loaded, bool *is_active)
{
	const char *const names[] = { service, NULL };
	struct units units;
	const char *state;

	*is_loaded = true;
	*is_active = true;
	if (!units_read(&units, "LoadState,ActiveState", names) || !units.count)
		return;
	*is_loaded = !strcmp(unit_property(units.all, "LoadState"), "loaded");
	state = unit_property(units.all, "ActiveState");
	*is_active = *is_loaded && strcmp(state, "inactive") &&
		     strcmp(state, "failed") && strcmp(state, "deactivating");
}

/* The drop-in goes last: as long as it is there, this can be tried again. */
static enum status start_as_root(const struct exchange *exchange)
{
	const struct daemon *daemon = exchange->daemon;
	bool is_loaded, is_active;
	enum status status;

	read_state(daemon->service, &is_loaded, &is_active);
	if (is_loaded && !unit_tell("stop", daemon->service))
		return does_not_stop(daemon);
	status = exchange_rules(exchange);
	if (!status && unlink(exchange->dropin.path))
		status = fail(FAILED, "cannot remove %s: %m",
			      exchange->dropin.path);
	if (status) {
		exchange_undo(exchange);
	} else if (!unit_tell("daemon-reload", NULL)) {
		status = not_read(exchange);
	} else if (is_active && !unit_tell("start", daemon->service)) {
		/* Or systemd may try again meanwhile. */
		unit_tell("stop", daemon->service);
		status = does_not_start(exchange, "root");
		is_active = false;
	} else {
		dropin_remove_folder(daemon);
		is_active = false;
	}
	if (is_active && !unit_tell("start", daemon->service))
		is_down(daemon->service);
	return status;
}

/* Those that are still as they were granted. */
static void release(const struct exchange *exchange, uid_t uid)
{
	const struct rule granted = { .claimed = true,
				      .uid = uid,
				      .mode = 0600 };
	const struct port_set *ports = exchange->ports;
	unsigned int index;

	for (index = ports->first; index < ports->end; index++) {
		if (ports->has[index] &&
		    rule_equal(&exchange->old->rules[index], &granted))
			memset(&exchange->new->rules[index], 0,
			       sizeof(*exchange->new->rules));
	}
}

/**
 * adoption_undo() - let a service start as root again, or leave all as it is
 * @options: the service
 *
 * Return: DONE, or another status after a line that says why.
 */
enum status adoption_undo(const struct options *options)
{
	static struct port_set ports;
	struct exchange exchange = { .ports = &ports };
	struct mistake mistake;
	enum status status;
	char *path, *words;
	uid_t uid;

	status = find_daemon(&exchange.daemon, options->arguments[0]);
	if (status)
		return status;
	path = dropin_find(exchange.daemon, &words);
	if (!path)
		return fail(
			FAILED,
			"%s was not adopted: %s is not there, or not portctl's",
			exchange.daemon->service, dropin_path(exchange.daemon));
	if (*words && !ports_parse(&ports, words, &mistake))
		return fail(FAILED, "%s: %s", path, mistake.text);
	if (!user_parse(&uid, exchange.daemon->user, &mistake))
		return fail(FAILED, "%s", mistake.text);
	status = exchange_read(&exchange, path);
	if (status)
		return status;
	release(&exchange, uid);
	hold(&exchange);
	status = start_as_root(&exchange);
	if (!status && !exchange.has_table && module_is_loaded() && *words)
		warn("no table is mounted: the rules of %s are taken out of %s alone, and hold until the next boot",
		     words, places.saved);
	obey(status, exchange.daemon->service, "root");
	return status;
}
