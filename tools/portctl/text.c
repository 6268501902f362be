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
 * text_character() - read one character of UTF-8, whatever the locale
 * @text: any bytes, a zero after them
 * @character: the character
 *
 * As the standard has it: no longer than needed, no half of a pair, nothing above
 * 10ffff.
 *
 * Return: how many bytes it takes, 0 if there is no character.
 */
size_t text_character(const char *text, uint32_t *character)
{
	static const uint32_t minimum[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = *text;
	size_t length = 1, i;

	if ((first >= 0x80 && first < 0xc0) || first >= 0xf8)
		return 0;
	if (first >= 0x80)
		length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	*character = length == 1 ? first : first & (0x7f >> length);
	for (i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		*character = *character << 6 | (text[i] & 0x3f);
	}
	if (*character < minimum[length] || *character > 0x10ffff ||
	    (*character >= 0xd800 && *character < 0xe000))
		return 0;
	return length;
}

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
