/* SPDX-License-Identifier: GPL-2.0 */
/* unitname.c: the parts of the names of systemd's units. */
#ifndef PORTCTL_UNITNAME_H
#define PORTCTL_UNITNAME_H

#include "unitfile.h"

char *unit_name_template(const char *name);
char *unit_name_instance(const char *template, const char *name);
char *unit_name_prefix(const char *name);
char *unit_name_expand(const char *name, const char *text);
bool unit_is_template(const struct unit_file *unit);
char *unit_starts(const struct unit_file *socket);

#endif
