// SPDX-License-Identifier: GPL-2.0
/* portctl: the commands and their help, in one table. */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "hint.h"
#include "message.h"
#include "option.h"
#include "place.h"
#include "port.h"
#include "report.h"

/**
 * struct command - a command
 * @name: its name
 * @aliases: its other names, with blanks between them
 * @arguments: what follows it
 * @minimum: how many arguments it needs
 * @maximum: how many it takes, -1 for any number
 * @options: the letters of its options
 * @summary: what it does, in one line
 * @details: what else there is to know
 * @run: does it
 */
struct command {
	const char *name;
	const char *aliases;
	const char *arguments;
	int minimum;
	int maximum;
	const char *options;
	const char *summary;
	const char *details;
	enum status (*run)(const struct options *options);
};

static const char port_details[] =
	"PORT: tcp/80, 80/tcp, tcp:80, /dev/port/tcp/80, 80 (both protocols), http,\n"
	"lists as 80,443 and ranges as 8000-8099.\n";

static const char file_details[] =
	"Without FILE: the files *.conf of /etc/portctl.d, /run/portctl.d,\n"
	"/usr/local/lib/portctl.d and /usr/lib/portctl.d; see portctl.d(5).\n"
	"- is standard input.\n";

static const struct command commands[] = {
	{ "list", "show ls", "[PORT|tcp|udp|USER...]", 0, -1, "jNHoO",
	  "list claimed ports, or these", port_details, command_list },
	{ "grant", "add", "USER[:GROUP] PORT...", 2, -1, "mans",
	  "give ports to a user",
	  "The mode is 600, or 660 with a group, if none is given.\n",
	  command_grant },
	{ "release", "rm del delete", "PORT...|all", 1, -1, "ns",
	  "make ports unclaimed again", port_details, command_release },
	{ "allow", "", "USER PORT...", 2, -1, "ns", "let one more user bind",
	  "It adds USER to the ACL; the rest of the rule stays as it is.\n",
	  command_allow },
	{ "deny", "", "USER PORT...", 2, -1, "ns",
	  "take one user's right to bind; others keep theirs",
	  "It takes USER out of the ACL, or adds an entry without rights; the rest stays.\n",
	  command_deny },
	{ "revoke", "", "[USER] PORT...", 1, -1, "ns",
	  "take ports from a user, or release them",
	  "Ports that USER owns go to root. Those that nobody else has a right to are released,\n"
	  "unless anybody could bind them then.\n"
	  "Without USER: as release.\n",
	  command_revoke },
	{ "flush", "", "", 0, 0, "ns", "release all ports", "", command_flush },
	{ "test", "", "USER PORT...", 2, -1, "jN", "may USER bind, and why?",
	  "Exit status 0 if USER may bind all of them, 1 if not.\n",
	  command_test },
	{ "why", "", "PORT [USER|PID|SERVICE]", 1, 2, "jN",
	  "why a bind fails, and what would allow it",
	  "All that decide on a bind, in their order. Without USER, PID or SERVICE: the caller.\n"
	  "Exit status 0 if nothing that can be seen refuses it, 1 if something does.\n",
	  command_why },
	{ "save", "", "[FILE|-]", 0, 1, "n", "keep the table for the next boot",
	  "Without FILE: in /etc/portctl.d/90-saved.conf, what differs from the other\n"
	  "files. With FILE: the whole table; - is standard output.\n",
	  command_save },
	{ "restore", "", "[FILE|-]", 0, 1, "nb",
	  "make the whole table what the files say", file_details,
	  command_restore },
	{ "sync", "reload", "[FILE|-]", 0, 1, "nbkl",
	  "the same as restore; also knows --keep and --late", file_details,
	  command_sync },
	{ "check", "", "[FILE|-]", 0, 1, "j",
	  "say what is wrong with table files", file_details, command_check },
	{ "diff", "", "[FILE|-]", 0, 1, "j",
	  "compare the files (-) with the table (+)",
	  "Exit status 0 if they are the same, 1 if they differ.\n",
	  command_diff },
	{ "status", "", "", 0, 0, "j",
	  "module, mount, hooks, rules, and who uses them", "",
	  command_status },
	{ "metrics", "", "[FILE|-]", 0, 1, "",
	  "counters, as Prometheus reads them",
	  "With FILE: there, in one step, for the node exporter's folder of text files.\n",
	  command_metrics },
	{ "doctor", "", "", 0, 0, "j",
	  "say what still goes the old ways, and what to type",
	  "It changes nothing. Exit status 1 if something needs fixing.\n",
	  command_doctor },
	{ "import", "",
	  "authbind|mac_portacl|redirect|setcap|sysctl|systemd [FILE]", 1, 2,
	  "", "print what another way gives as lines of a table file",
	  "It changes nothing. What cannot be carried over is said, and the exit status is 1.\n",
	  command_import },
	{ "monitor", "", "[PORT...]", 0, -1, "jN",
	  "say what happens to ports, as it happens",
	  "Binds that were granted or refused, and changes of rules; until Ctrl+C.\n",
	  command_monitor },
	{ "adopt", "", "[SERVICE]", 0, 1, "Au",
	  "propose rules for what listens now",
	  "With SERVICE: the grant and the drop-in that let it start as its own user.\n",
	  command_adopt },
	{ "mount", "", "", 0, 0, "n",
	  "load the module and mount it at /dev/port", "", command_mount },
	{ "umount", "", "", 0, 0, "n", "unmount it; the rules stay in force",
	  "", command_umount },
	{ "version", "", "", 0, 0, "", "say which version this is", "",
	  command_version },
	{ "help", "", "[COMMAND]", 0, 1, "", "say how it is used", "",
	  command_help },
};

#define COMMANDS ARRAY_SIZE(commands)

static bool has_word(const char *words, const char *word)
{
	size_t length = strlen(word);
	const char *p = words;

	while (length && (p = strstr(p, word))) {
		if ((p == words || p[-1] == ' ') &&
		    (p[length] == ' ' || !p[length]))
			return true;
		p += length;
	}
	return false;
}

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++) {
		if (!strcmp(name, commands[i].name) ||
		    has_word(commands[i].aliases, name))
			return &commands[i];
	}
	return NULL;
}

/* What else to say of a word that is no command. */
static const char *command_hint(const char *name)
{
	struct hint hint;
	size_t i;

	hint_begin(&hint, name);
	for (i = 0; i < COMMANDS; i++) {
		char *aliases = format_text("%s", commands[i].aliases);
		char *alias;

		hint_consider(&hint, commands[i].name);
		for (alias = strtok(aliases, " "); alias;
		     alias = strtok(NULL, " "))
			hint_consider(&hint, alias);
		free(aliases);
	}
	return hint_words(&hint, "'portctl help' lists the commands");
}

static void print_commands(void)
{
	size_t i;

	puts("portctl: owners of TCP and UDP ports\n");
	for (i = 0; i < COMMANDS; i++) {
		char *use = format_text("%s %s", commands[i].name,
					commands[i].arguments);

		printf("  portctl %-28s %s\n", use, commands[i].summary);
		free(use);
	}
	printf("\n%s\nExit status: 0 done, 1 failed, 2 usage or syntax, 3 module or mount missing.\n"
	       "'portctl help COMMAND' says more, portctl(8) all.\n",
	       port_details);
}

static void print_command(const struct command *command)
{
	printf("portctl %s%s%s: %s\n", command->name,
	       *command->arguments ? " " : "", command->arguments,
	       command->summary);
	if (*command->aliases)
		printf("  also called: %s\n", command->aliases);
	options_print(command->options);
	if (*command->details)
		printf("\n%s", command->details);
}

/**
 * command_version() - say which version this is
 * @options: none
 *
 * Return: DONE.
 */
enum status command_version(const struct options *options)
{
	puts("portctl " VERSION);
	return DONE;
}

enum status command_help(const struct options *options)
{
	const struct command *command;

	if (!options->count) {
		print_commands();
		return DONE;
	}
	command = find_command(options->arguments[0]);
	if (!command)
		return fail(WRONG, "there is no command '%s'; %s",
			    options->arguments[0],
			    command_hint(options->arguments[0]));
	print_command(command);
	return DONE;
}

/*
 * portctl tcp/80 lists, and so does portctl http; but not a line that begins
 * with a service and goes on, for that word was to be a command.
 */
static bool is_list(const struct options *options)
{
	static struct port_set set;
	struct mistake mistake;
	int i;

	for (i = 0; i < options->count; i++) {
		if (!ports_parse(&set, options->arguments[i], &mistake))
			return false;
	}
	return options->count < 2 ||
	       strpbrk(options->arguments[0], "0123456789");
}

static enum status no_command(const char *word)
{
	static struct port_set set;
	struct mistake mistake;

	if (ports_parse(&set, word, &mistake))
		return fail(
			WRONG,
			"'%s' is not a command; 'portctl list %s' lists the port",
			word, word);
	return fail(WRONG, "'%s' is not a command or a port; %s", word,
		    command_hint(word));
}

static enum status run(struct options *options)
{
	const struct command *command = &commands[0];
	enum status status;

	if (options->count && find_command(options->arguments[0])) {
		command = find_command(options->arguments[0]);
		options->arguments++;
		options->count--;
	} else if (options->count && !options->version && !is_list(options)) {
		return no_command(options->arguments[0]);
	} else if (options->help) {
		print_commands();
		return DONE;
	}
	if (options->help) {
		print_command(command);
		return DONE;
	}
	if (options->version)
		return command_version(options);
	status = options_check(options, command->name, command->options);
	if (status)
		return status;
	if (options->count < command->minimum ||
	    (command->maximum >= 0 && options->count > command->maximum))
		return fail(WRONG,
			    "too %s arguments; the command is: portctl %s%s%s",
			    options->count < command->minimum ? "few" : "many",
			    command->name, *command->arguments ? " " : "",
			    command->arguments);
	options->command = command->name;
	if (command->run != command_monitor)
		report_open();
	return command->run(options);
}

/* Who reads no more, as head(1), need not be told so. */
static enum status end_output(enum status status)
{
	bool lost = ferror(stdout);

	if (!(fclose(stdout) || lost) || status)
		return status;
	if (errno != EPIPE)
		fail(FAILED, "cannot write: %s", strerror(errno));
	return FAILED;
}

int main(int argc, char **argv)
{
	struct options options = { 0 };
	enum status status;

	/* For what is printable and how wide it is. */
	setlocale(LC_CTYPE, "");
	/* What is begun is brought to its end, whoever listens. */
	signal(SIGPIPE, SIG_IGN);
	places_init();
	if (options_want_json(argc, argv))
		report_begin();
	status = options_parse(&options, argc, argv);
	if (!status)
		status = run(&options);
	report_end();
	return end_output(status);
}
