// SPDX-License-Identifier: GPL-2.0
/* Whose bind a question is about: a user's login, a process, or a service. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "folder.h"
#include "owner.h"
#include "place.h"
#include "privilege.h"
#include "process.h"
#include "subject.h"

/* All that the chain goes by. */
static const char *const properties[] = {
	"ActiveState",
	"AmbientCapabilities",
	"AppArmorProfile",
	"CapabilityBoundingSet",
	"DynamicUser",
	"ExecStart",
	"ExecStartEx",
	"Group",
	"Id",
	"LoadState",
	"MainPID",
	"NetworkNamespacePath",
	"PrivateNetwork",
	"PrivateUsers",
	"RestrictAddressFamilies",
	"Slice",
	"SocketBindAllow",
	"SocketBindDeny",
	"SupplementaryGroups",
	"SystemCallErrorNumber",
	"SystemCallFilter",
	"User",
};

/**
 * has_word() - is a word among others?
 * @words: these, with blanks between them
 * @word: the word
 *
 * Return: whether it is.
 */
bool has_word(const char *words, const char *word)
{
	size_t length = strlen(word);
	const char *p = words;

	while ((p = strstr(p, word))) {
		if ((p == words || p[-1] == ' ') &&
		    (!p[length] || p[length] == ' '))
			return true;
		p += length;
	}
	return false;
}

static bool is_number(const char *word)
{
	return *word && !word[strspn(word, "0123456789")];
}

/* What systemd says of a unit that exists; NULL if it does not. */
static const struct unit *ask_for_unit(const char *name, bool *answered)
{
	const char *const names[] = { name, NULL };
	const char *list = "";
	struct units units;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(properties); i++)
		list = format_text("%s%s%s", list, i ? "," : "", properties[i]);
	*answered = units_read(&units, list, names);
	if (!*answered || units.count != 1 ||
	    strcmp(unit_property(&units.all[0], "LoadState"), "loaded"))
		return NULL;
	return units.all;
}

static void add_group(struct caller *caller, gid_t gid)
{
	caller->groups = reallocarray(caller->groups, caller->count + 1,
				      sizeof(*caller->groups));
	if (!caller->groups)
		out_of_memory();
	caller->groups[caller->count++] = gid;
}

static void become_login(struct subject *subject, const char *word,
			 const struct account *login)
{
	subject->name = format_text("user %s", word);
	subject->is_known = true;
	caller_of_login(&subject->caller, login);
	subject->capable = login->id ? STOPS : PASSES;
	subject->capable_text =
		login->id ? "a login has no capabilities" :
			    "a login of root has CAP_NET_BIND_SERVICE";
	subject->capable_source = "the user";
}

/* What a user's own manager runs is no service of the system's. */
static void find_unit(struct subject *subject)
{
	char *name = process_unit(subject->pid);
	bool answered;

	if (!name)
		return;
	subject->unit = ask_for_unit(name, &answered);
	if (ends_with(name, ".service") &&
	    strncmp(name, "user@", strlen("user@")))
		subject->service = name;
	if (subject->unit)
		subject->is_main =
			atoi(unit_property(subject->unit, "MainPID")) ==
			subject->pid;
}

static bool become_process(struct subject *subject, pid_t pid)
{
	char *proc = format_text("%s/proc", places.root);
	bool found = process_caller_at(proc, pid, &subject->caller);
	char *name = process_field(proc, pid, "Name");

	free(proc);
	if (!found)
		return false;
	subject->pid = pid;
	subject->is_known = true;
	if (!subject->unit)
		find_unit(subject);
	subject->name = subject->is_self ?
				format_text("user %s, who asks",
					    user_name(subject->caller.uid)) :
				format_text("process %d (%s), user %s", pid,
					    name ? name : "?",
					    user_name(subject->caller.uid));
	capability_of_process(subject);
	free(name);
	return true;
}

/* A group of digits is a number, as systemd has it, too. */
static bool find_group(gid_t *gid, const char *word)
{
	struct mistake mistake;

	return group_parse(gid, word, &mistake);
}

static void add_supplementary(struct subject *subject)
{
	char *words = format_text("%s", unit_property(subject->unit,
						      "SupplementaryGroups"));
	char *word, *rest;
	gid_t gid;

	for (word = strtok_r(words, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest)) {
		if (find_group(&gid, word))
			add_group(&subject->caller, gid);
	}
	free(words);
}

/* What stands before the program in ExecStart=, as no-setuid for ! and privileged for +. */
static bool has_flag(const struct unit *unit, const char *flag)
{
	static const char key[] = " ; flags=";
	const char *flags = strstr(unit_property(unit, "ExecStartEx"), key);
	char *words;
	bool has;

	if (!flags)
		return false;
	flags += strlen(key);
	words = format_text("%.*s", (int)strcspn(flags, ";"), flags);
	has = has_word(words, flag);
	free(words);
	return has;
}

/* As systemd will make it. Without User= nobody asks for root's groups. */
static void become_settings(struct subject *subject)
{
	bool is_spared = has_flag(subject->unit, "privileged");
	bool is_root = is_spared || has_flag(subject->unit, "no-setuid");
	const char *user = is_root ? "" : unit_property(subject->unit, "User");
	const char *group = is_root ? "" :
				      unit_property(subject->unit, "Group");
	const struct account *login = NULL;
	struct account account = { .known = false };
	struct mistake mistake;
	gid_t gid = 0;

	subject->is_known = !*user || login_parse(&login, user, &mistake);
	if (*group && !find_group(&gid, group))
		subject->is_known = false;
	if (!is_root && (!login || !login->known) &&
	    !strcmp(unit_property(subject->unit, "DynamicUser"), "yes"))
		subject->is_known = false;
	if (login) {
		account = *login;
		if (*group)
			account.login = gid;
		caller_of_login(&subject->caller, &account);
	}
	if (!login || !login->known)
		add_group(&subject->caller, gid);
	if (!is_root)
		add_supplementary(subject);
	subject->is_spared = is_spared;
	capability_of_service(subject);
	subject->name = format_text("%s, which does not run, user %s",
				    subject->service,
				    *user ? user : user_name(0));
}

static bool become_service(struct subject *subject, const char *name,
			   const struct unit *unit)
{
	pid_t pid = atoi(unit_property(unit, "MainPID"));

	subject->service = format_text("%s", name);
	subject->unit = unit;
	subject->is_main = true;
	if (pid > 0 && become_process(subject, pid)) {
		subject->name = format_text("%s, process %d, user %s", name,
					    pid,
					    user_name(subject->caller.uid));
		return true;
	}
	become_settings(subject);
	return true;
}

/* NAME.service, or NAME where no user has that name. */
static bool parse_service(struct subject *subject, const char *word,
			  struct mistake *mistake)
{
	bool is_whole = ends_with(word, ".service");
	char *name = format_text("%s%s", word, is_whole ? "" : ".service");
	const struct unit *unit;
	bool answered;

	unit = ask_for_unit(name, &answered);
	if (unit)
		return become_service(subject, name, unit);
	if (!answered)
		mistaken(
			mistake, 0,
			is_whole ?
				"cannot ask systemd for '%s'" :
				"there is no user '%s', and systemd cannot be asked for a service of that name",
			word);
	else
		mistaken(mistake, 0,
			 is_whole ? "there is no service '%s'" :
				    "there is no user and no service '%s'",
			 word);
	free(name);
	return false;
}

/**
 * subject_parse() - read whose bind is meant
 * @subject: the result
 * @word: USER, +UID, PID or SERVICE; NULL for portctl itself
 * @mistake: what is wrong with it
 *
 * Return: whether there is such a one.
 */
bool subject_parse(struct subject *subject, const char *word,
		   struct mistake *mistake)
{
	const struct account *login;

	*subject = (struct subject){ .is_self = !word };
	if (!word) {
		if (become_process(subject, getpid()))
			return true;
		return mistaken(mistake, 0, "cannot read %s/proc", places.root);
	}
	if (is_number(word)) {
		if (strlen(word) <= 9 && become_process(subject, atoi(word)))
			return true;
		return mistaken(
			mistake, 0,
			"there is no process %s; the user of that number is written +%s",
			word, word);
	}
	if (ends_with(word, ".service"))
		return parse_service(subject, word, mistake);
	if (login_parse(&login, word, mistake)) {
		become_login(subject, word, login);
		return true;
	}
	/* A user who may be known and could not be asked for is no service. */
	if (!isalpha((unsigned char)*word) || strchr(word, '/'))
		return false;
	return parse_service(subject, word, mistake);
}
