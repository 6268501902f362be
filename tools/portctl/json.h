/* SPDX-License-Identifier: GPL-2.0 */
/*
 * json.c: a document of JSON, written as it comes. libsmartcols writes JSON as
 * well, but only an array of lines: no version, no errors, no list in a cell;
 * and it copies bytes that are no UTF-8.
 */
#ifndef PORTCTL_JSON_H
#define PORTCTL_JSON_H

#include <stdbool.h>

void json_lines(void);
void json_open(char kind, const char *key);
void json_close(void);
void json_string(const char *key, const char *value);
void json_number(const char *key, long long value);
void json_boolean(const char *key, bool value);
void json_null(const char *key);

#endif
