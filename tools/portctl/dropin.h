/* SPDX-License-Identifier: GPL-2.0 */
/* dropin.c: the drop-in of a service that was adopted. */
#ifndef PORTCTL_DROPIN_H
#define PORTCTL_DROPIN_H

#include "command.h"
#include "daemon.h"
#include "unitfile.h"

char *dropin_folder(const struct daemon *daemon);
void dropin_remove_folder(const struct daemon *daemon);
char *dropin_path(const struct daemon *daemon);
char *dropin_text(const struct daemon *daemon, const char *words);
enum status dropin_check(const struct daemon *daemon,
			 const struct unit_file *unit);
char *dropin_find(const struct daemon *daemon, char **words);

#endif
