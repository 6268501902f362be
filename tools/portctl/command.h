/* SPDX-License-Identifier: GPL-2.0 */
/*
 * portctl - its commands, each in the file that is named as it or its pair.
 * main.c has their table and nothing else calls them.
 */
#ifndef PORTCTL_COMMAND_H
#define PORTCTL_COMMAND_H

#include "port.h"
#include "rule.h"

/**
 * struct options - what was said on the command line
 * @apply: do what else is only shown
 * @boot: what is wrong, or an unknown owner, leaves its ports to root
 * @dry_run: show what would change
 * @help: say how the command is used, and no more
 * @json: list as JSON
 * @no_header: list without the first line
 * @save: save after the change
 * @undo: undo what --apply did
 * @version: say the version, and no more
 * @given: the letters of all that were said
 * @acl: text of an ACL, or NULL
 * @columns: which columns to list, or NULL
 * @command: the command's name
 * @keep: change no port that is claimed
 * @late: only ports that waited for their owner's name
 * @mode: text of a mode, or NULL
 * @owner: list the ports of this user, or NULL
 * @arguments: the words that are no options
 * @count: how many
 */
struct options {
	bool apply;
	bool boot;
	bool dry_run;
	bool help;
	bool json;
	bool no_header;
	bool save;
	bool undo;
	bool version;
	char given[27];
	const char *acl;
	const char *columns;
	const char *command;
	bool keep;
	bool late;
	const char *mode;
	const char *owner;
	char **arguments;
	int count;
};

/* argument.c */
bool swapped(const struct options *options);
enum status ports_of_arguments(struct port_set *set,
			       const struct options *options, int first);

/* diff.c */
void print_difference(const struct table *from, const struct table *to);

enum status command_list(const struct options *options);
enum status command_allow(const struct options *options);
enum status command_deny(const struct options *options);
enum status command_grant(const struct options *options);
enum status command_flush(const struct options *options);
enum status command_release(const struct options *options);
enum status command_revoke(const struct options *options);
enum status command_test(const struct options *options);
enum status command_why(const struct options *options);
enum status command_save(const struct options *options);
enum status command_restore(const struct options *options);
enum status command_sync(const struct options *options);
enum status command_check(const struct options *options);
enum status command_diff(const struct options *options);
enum status command_import(const struct options *options);
enum status command_adopt(const struct options *options);
enum status command_doctor(const struct options *options);
enum status command_status(const struct options *options);
enum status command_metrics(const struct options *options);
enum status command_monitor(const struct options *options);
enum status command_mount(const struct options *options);
enum status command_umount(const struct options *options);
enum status command_version(const struct options *options);
enum status command_help(const struct options *options);

#endif
