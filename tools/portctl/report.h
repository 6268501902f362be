/* SPDX-License-Identifier: GPL-2.0 */
/* report.c: the document of JSON that a command with -j prints, see portctl(8). */
#ifndef PORTCTL_REPORT_H
#define PORTCTL_REPORT_H

#include "json.h"
#include "rule.h"

void report_begin(void);
void report_open(void);
void report_lines(void);
void report_port(unsigned int index);
void report_rule(const struct rule *rule);
void report_end(void);

#endif
