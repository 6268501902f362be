/* SPDX-License-Identifier: GPL-2.0 */
/* The options of all commands. */
#ifndef PORTCTL_OPTION_H
#define PORTCTL_OPTION_H

#include "command.h"

bool options_want_json(int argc, char **argv);
enum status options_parse(struct options *options, int argc, char **argv);
enum status options_check(const struct options *options, const char *name,
			  const char *letters);
void options_print(const char *letters);

#endif
