/* SPDX-License-Identifier: GPL-2.0 */
/* text.c: text from elsewhere, on its way to a terminal. */
#ifndef PORTCTL_TEXT_H
#define PORTCTL_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

size_t text_character(const char *text, uint32_t *character);
bool text_is_hidden(uint32_t character);
void text_print(FILE *file, const char *text);
char *text_shown(const char *text);
void text_write(FILE *file, const char *text);
char *shell_word(const char *text);

#endif
