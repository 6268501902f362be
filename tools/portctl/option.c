// SPDX-License-Identifier: GPL-2.0
/* The options of all commands; where in the line they stand does not matter. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "hint.h"
#include "message.h"
#include "option.h"
#include "owner.h"

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
	{ { "owner", required_argument, NULL, 'O' },
	  "USER",
	  "only ports of this user" },
	{ { "columns", required_argument, NULL, 'o' },
	  "COLUMNS",
	  "port,owner,group,mode,acl,saved,listeners" },
	{ { "mode", required_argument, NULL, 'm' },
	  "MODE",
	  "as for chmod: 660, g=w, u+rw,+t" },
	{ { "acl", required_argument, NULL, 'a' },
	  "ACL",
	  "as for setfacl: u:alice:w,g:web:w" },
	{ { "dry-run", no_argument, NULL, 'n' },
	  "",
	  "only show what it would do" },
	{ { "save", no_argument, NULL, 's' }, "", "then save the table" },
	{ { "boot", no_argument, NULL, 'b' },
	  "",
	  "leave ports with a mistake or an unknown name to root" },
	{ { "late", no_argument, NULL, 'l' },
	  "",
	  "only ports that waited for a name" },
	{ { "keep", no_argument, NULL, 'k' },
	  "",
	  "change no port that is claimed" },
	{ { "apply", no_argument, NULL, 'A' },
	  "",
	  "do it; undo everything if it fails" },
	{ { "undo", no_argument, NULL, 'u' }, "", "undo what --apply did" },
};

#define OPTIONS ARRAY_SIZE(option_table)

/* The tables for getopt_long(): the options of all commands. */
static void all_options(char *letters, struct option *long_options)
{
	size_t i;

	*letters++ = ':';
	*letters++ = 'h';
	*letters++ = 'V';
	*long_options++ = (struct option){ "help", no_argument, NULL, 'h' };
	*long_options++ = (struct option){ "version", no_argument, NULL, 'V' };
	for (i = 0; i < OPTIONS; i++) {
		const struct option *option = &option_table[i].option;

		*letters++ = option->val;
		if (option->has_arg == required_argument)
			*letters++ = ':';
		*long_options++ = *option;
	}
	*letters = '\0';
	*long_options = (struct option){ 0 };
}

static enum status wrong_option(int kind, char **argv)
{
	const char *word = argv[optind - 1];
	char letter[] = { '-', optopt, '\0' };
	struct hint hint;
	size_t i;

	if (optopt && strncmp(word, "--", 2))
		word = letter;
	if (kind == ':')
		return fail(WRONG, "option %s needs an argument", word);
	if (optopt && word != letter)
		return fail(WRONG, "option %s takes no argument", word);
	hint_begin(&hint, word);
	for (i = 0; i < OPTIONS && word != letter; i++) {
		char *name = format_text("--%s", option_table[i].option.name);

		hint_consider(&hint, name);
		free(name);
	}
	return fail(WRONG, "unknown option %s; %s", word,
		    hint_words(&hint, "'portctl help COMMAND' lists them"));
}

/**
 * options_want_json() - is a document of JSON to be printed?
 * @argc: as main() has it
 * @argv: the same
 *
 * Also where the command line is wrong. Help and version are for people.
 *
 * Return: whether so.
 */
bool options_want_json(int argc, char **argv)
{
	struct option long_options[OPTIONS + 3];
	bool json = false, people = false;
	char letters[2 * OPTIONS + 4];
	size_t size = (argc + 1) * sizeof(*argv);
	/* An option that lacks its argument must not find one when moved. */
	char **words = memcpy(allocate(size), argv, size);
	int letter;

	all_options(letters, long_options);
	while ((letter = getopt_long(argc, words, letters, long_options,
				     NULL)) >= 0) {
		json |= letter == 'j';
		people |= letter == 'h' || letter == 'V';
	}
	free(words);
	/* From the first word again. */
	optind = 0;
	return json && !people;
}

/**
 * options_parse() - read a command line
 * @options: the result
 * @argc: as main() has it
 * @argv: the same; the words that are no options are moved to its end
 *
 * Return: DONE, or WRONG after a line that says why.
 */
enum status options_parse(struct options *options, int argc, char **argv)
{
	struct option long_options[OPTIONS + 3];
	char letters[2 * OPTIONS + 4];
	int letter;

	all_options(letters, long_options);
	while ((letter = getopt_long(argc, argv, letters, long_options,
				     NULL)) >= 0) {
		switch (letter) {
		case 'h':
			options->help = true;
			continue;
		case 'V':
			options->version = true;
			continue;
		case 'j':
			options->json = true;
			break;
		case 'N':
			numeric = true;
			break;
		case 'H':
			options->no_header = true;
			break;
		case 'O':
			options->owner = optarg;
			break;
		case 'o':
			options->columns = optarg;
			break;
		case 'm':
			options->mode = optarg;
			break;
		case 'a':
			options->acl = optarg;
			break;
		case 'n':
			options->dry_run = true;
			break;
		case 's':
			options->save = true;
			break;
		case 'b':
			options->boot = true;
			break;
		case 'l':
			options->late = true;
			break;
		case 'k':
			options->keep = true;
			break;
		case 'A':
			options->apply = true;
			break;
		case 'u':
			options->undo = true;
			break;
		default:
			return wrong_option(letter, argv);
		}
		if (!strchr(options->given, letter))
			options->given[strlen(options->given)] = letter;
	}
	options->arguments = argv + optind;
	options->count = argc - optind;
	return DONE;
}

/**
 * options_print() - say what options do
 * @letters: which
 */
void options_print(const char *letters)
{
	size_t i;

	for (i = 0; i < OPTIONS; i++) {
		const struct option *option = &option_table[i].option;
		char *name;

		if (!strchr(letters, option->val))
			continue;
		name = format_text("--%s%s%s", option->name,
				   *option_table[i].argument ? " " : "",
				   option_table[i].argument);
		printf("  -%c, %-20s %s\n", option->val, name,
		       option_table[i].text);
		free(name);
	}
}

/**
 * options_check() - does a command have the options that were given to it?
 * @options: the command line
 * @name: the command's name
 * @letters: the options that it has
 *
 * Return: DONE, or WRONG after a line that says which it has not.
 */
enum status options_check(const struct options *options, const char *name,
			  const char *letters)
{
	size_t i;

	for (i = 0; i < OPTIONS; i++) {
		const struct option *option = &option_table[i].option;

		if (strchr(options->given, option->val) &&
		    !strchr(letters, option->val))
			return fail(
				WRONG,
				"'%s' takes no option -%c, --%s; see 'portctl help %s'",
				name, option->val, option->name, name);
	}
	return DONE;
}
