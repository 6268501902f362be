// SPDX-License-Identifier: GPL-2.0
/*
 * Text from elsewhere, on its way to a terminal: names of users, processes and
 * files may hold anything, the sequences that command a terminal among it.
 */
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "text.h"

/**
 * text_print() - print what the locale calls printable, and hide the rest
 * @file: where
 * @text: any bytes
 *
 * A byte that is no character, or a part of one that cannot be printed, becomes
 * \xHH, as libsmartcols writes it in a column.
 */
void text_print(FILE *file, const char *text)
{
	size_t left = strlen(text), length;
	mbstate_t state = { 0 };
	wchar_t character;

	while (left) {
		length = mbrtowc(&character, text, left, &state);
		if (length > left) {
			memset(&state, 0, sizeof(state));
			length = 1;
			character = L'\0';
		}
		left -= length;
		if (iswprint(character)) {
			fwrite(text, 1, length, file);
			text += length;
			continue;
		}
		for (; length; length--)
			fprintf(file, "\\x%02x", (unsigned char)*text++);
	}
}
