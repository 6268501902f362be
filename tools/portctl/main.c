// SPDX-License-Identifier: GPL-2.0
/* portctl: the commands, their options and their help, in one table. */
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

/**
 * struct command - a command
 * @name: its name
 * @alias: another name, or NULL
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
	const char *alias;
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
	{ "list", NULL, "[PORT...]", 0, -1, "jNHo",
	  "list claimed ports, or these", port_details, command_list },
	{ "grant", NULL, "USER[:GROUP] PORT...", 2, -1, "mansS",
	  "give ports to a user",
	  "The mode is 600, or 660 with a group, if none is given.\n",
	  command_grant },
	{ "release", "revoke", "PORT...", 1, -1, "nsS",
	  "make ports unclaimed again", port_details, command_release },
	{ "test", NULL, "USER PORT...", 2, -1, "N", "may USER bind, and why?",
	  "Exit status 0 if USER may bind all of them, 1 if not.\n",
	  command_test },
	{ "save", NULL, "[FILE|-]", 0, 1, "n",
	  "keep the table for the next boot",
	  "Without FILE: in /etc/portctl.d/90-saved.conf, what differs from the other\n"
	  "files. With FILE: the whole table; - is standard output.\n",
	  command_save },
	{ "restore", NULL, "[FILE|-]", 0, 1, "nb",
	  "make the whole table what the files say", file_details,
	  command_restore },
	{ "sync", NULL, "[FILE|-]", 0, 1, "nb",
	  "the same, and leave alone what is right already", file_details,
	  command_sync },
	{ "check", NULL, "[FILE|-]", 0, 1, "",
	  "say what is wrong with table files", file_details, command_check },
	{ "diff", NULL, "[FILE|-]", 0, 1, "",
	  "compare the files (-) with the table (+)",
	  "Exit status 0 if they are the same, 1 if they differ.\n",
	  command_diff },
	{ "status", NULL, "", 0, 0, "",
	  "module, mount, hooks, rules, unsaved changes", "", command_status },
	{ "mount", NULL, "", 0, 0, "n",
	  "load the module and mount it at /dev/port", "", command_mount },
	{ "umount", NULL, "", 0, 0, "n", "unmount it; the rules stay in force",
	  "", command_umount },
	{ "version", NULL, "", 0, 0, "", "say which version this is", "",
	  command_version },
	{ "help", NULL, "[COMMAND]", 0, 1, "", "say how it is used", "",
	  command_help },
};

#define COMMANDS ARRAY_SIZE(commands)

static const struct {
	struct option option;
	const char *argument;
	const char *text;
} option_table[] = {
	{ { "json", no_argument, NULL, 'j' }, "", "as JSON" },
	{ { "numeric", no_argument, NULL, 'N' },
	  "",
	  "numbers in place of names" },
	{ { "no-header", no_argument, NULL, 'H' },
	  "",
	  "without the first line" },
	{ { "columns", required_argument, NULL, 'o' },
	  "COLUMNS",
	  "port,owner,group,mode,acl,saved,listeners" },
	{ { "mode", required_argument, NULL, 'm' },
	  "MODE",
	  "octal, as for chmod" },
	{ { "acl", required_argument, NULL, 'a' },
	  "ACL",
	  "as for setfacl: u:alice:w,g:web:w" },
	{ { "dry-run", no_argument, NULL, 'n' }, "", "show what would change" },
	{ { "save", no_argument, NULL, 's' }, "", "then save the table" },
	{ { "boot", no_argument, NULL, 'b' },
	  "",
	  "leave ports of unknown owners to root" },
};

#define OPTIONS ARRAY_SIZE(option_table)

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++) {
		if (!strcmp(name, commands[i].name) ||
		    (commands[i].alias && !strcmp(name, commands[i].alias)))
			return &commands[i];
	}
	return NULL;
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
	size_t i;

	printf("portctl %s%s%s%s%s: %s\n", command->name,
	       command->alias ? "|" : "", command->alias ? command->alias : "",
	       *command->arguments ? " " : "", command->arguments,
	       command->summary);
	for (i = 0; i < OPTIONS; i++) {
		const struct option *option = &option_table[i].option;
		char *name;

		if (!strchr(command->options, option->val))
			continue;
		name = format_text("--%s%s%s", option->name,
				   *option_table[i].argument ? " " : "",
				   option_table[i].argument);
		printf("  -%c, %-20s %s\n", option->val, name,
		       option_table[i].text);
		free(name);
	}
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
		return fail(
			WRONG,
			"there is no command '%s'; 'portctl help' lists them",
			options->arguments[0]);
	print_command(command);
	return DONE;
}

/* The tables for getopt_long(); an option of another command is unknown. */
static void accept_options(const struct command *command, char *letters,
			   struct option *long_options)
{
	size_t i;

	*letters++ = ':';
	*letters++ = 'h';
	*long_options++ = (struct option){ "help", no_argument, NULL, 'h' };
	for (i = 0; i < OPTIONS; i++) {
		const struct option *option = &option_table[i].option;

		if (!strchr(command->options, option->val))
			continue;
		*letters++ = option->val;
		if (option->has_arg == required_argument)
			*letters++ = ':';
		*long_options++ = *option;
	}
	*letters = '\0';
	*long_options = (struct option){ 0 };
}

static enum status wrong_option(const struct command *command, int kind,
				char **argv)
{
	const char *word = argv[optind - 1];
	char letter[] = { '-', optopt, '\0' };

	if (optopt && strncmp(word, "--", 2))
		word = letter;
	return fail(
		WRONG,
		kind == ':' ?
			"option %s needs an argument; see 'portctl help %s'" :
			"unknown option %s; see 'portctl help %s'",
		word, command->name);
}

static enum status run(const struct command *command, int argc, char **argv)
{
	struct option long_options[OPTIONS + 2];
	char letters[2 * OPTIONS + 3];
	struct options options = { .command = command->name };
	int letter;

	accept_options(command, letters, long_options);
	while ((letter = getopt_long(argc, argv, letters, long_options,
				     NULL)) >= 0) {
		switch (letter) {
		case 'h':
			print_command(command);
			return DONE;
		case 'j':
			options.json = true;
			break;
		case 'N':
			numeric = true;
			break;
		case 'H':
			options.no_header = true;
			break;
		case 'o':
			options.columns = optarg;
			break;
		case 'm':
			options.mode = optarg;
			break;
		case 'a':
			options.acl = optarg;
			break;
		case 'n':
			options.dry_run = true;
			break;
		case 's':
			options.save = true;
			break;
		case 'b':
			options.boot = true;
			break;
		default:
			return wrong_option(command, letter, argv);
		}
	}
	options.arguments = argv + optind;
	options.count = argc - optind;
	if (options.count < command->minimum ||
	    (command->maximum >= 0 && options.count > command->maximum))
		return fail(WRONG,
			    "too %s arguments; the command is: portctl %s%s%s",
			    options.count < command->minimum ? "few" : "many",
			    command->name, *command->arguments ? " " : "",
			    command->arguments);
	return command->run(&options);
}

/* portctl tcp/80 lists, and so does portctl -j. */
static const struct command *chosen_command(const char *word)
{
	static struct port_set set;
	struct mistake mistake;
	const struct command *command = find_command(word);

	if (command)
		return command;
	if (!strcmp(word, "--version") || !strcmp(word, "-V"))
		return find_command("version");
	if (!strcmp(word, "--help") || !strcmp(word, "-h"))
		return find_command("help");
	if (*word == '-' || ports_parse(&set, word, &mistake))
		return NULL;
	exit(fail(
		WRONG,
		"'%s' is no command and no port; 'portctl help' lists the commands",
		word));
}

int main(int argc, char **argv)
{
	const struct command *command = NULL;
	enum status status;

	/* For what is printable and how wide it is. */
	setlocale(LC_CTYPE, "");
	places_init();
	if (argc > 1)
		command = chosen_command(argv[1]);
	if (command)
		status = run(command, argc - 1, argv + 1);
	else
		status = run(&commands[0], argc, argv);
	if (fclose(stdout) && !status)
		status = fail(FAILED, "cannot write: %s", strerror(errno));
	return status;
}
