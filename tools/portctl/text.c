// SPDX-License-Identifier: GPL-2.0
/*
 * Text from elsewhere, on its way to a terminal: names of users, processes and
 * files may hold anything, the sequences that command a terminal among it.
 */
#include <string.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

#include "base.h"
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
 * text_is_hidden() - is a character not seen, or does it change how others are?
 * @character: the character
 *
 * Those that Unicode has ignored by default, and what separates lines or gives
 * them a direction, whatever the locale.
 *
 * Return: whether so.
 */
bool text_is_hidden(uint32_t character)
{
	static const struct {
		uint32_t first, last;
	} hidden[] = {
		{ 0x00, 0x1f },	      { 0x7f, 0x9f },
		{ 0xad, 0xad },	      { 0x034f, 0x034f },
		{ 0x061c, 0x061c },   { 0x115f, 0x1160 },
		{ 0x17b4, 0x17b5 },   { 0x180b, 0x180f },
		{ 0x200b, 0x200f },   { 0x2028, 0x202e },
		{ 0x2060, 0x206f },   { 0x3164, 0x3164 },
		{ 0xfe00, 0xfe0f },   { 0xfeff, 0xfeff },
		{ 0xffa0, 0xffa0 },   { 0xfff0, 0xfffb },
		{ 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a },
		{ 0xe0000, 0xe0fff },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hidden); i++) {
		if (character >= hidden[i].first && character <= hidden[i].last)
			return true;
	}
	return false;
}

/* The bytes up to the next character or byte, and whether it is to be shown. */
static size_t next_character(const char *text, size_t left, mbstate_t *state,
			     bool *is_shown)
{
	wchar_t character;
	size_t length = mbrtowc(&character, text, left, state);

	if (length > left) {
		memset(state, 0, sizeof(*state));
		*is_shown = false;
		return 1;
	}
	/* What takes no column joins another character, or hides. */
	*is_shown = iswprint(character) && wcwidth(character) > 0 &&
		    !text_is_hidden(character);
	return length;
}

/* How many bytes @text begins with that are themselves on any terminal. */
static size_t plain_length(const char *text)
{
	size_t length = 0;

	while (text[length] >= ' ' && text[length] <= '~')
		length++;
	return length;
}

/* @format is for a byte of what is not shown, which is not in @as_it_is. */
static void print_shown(FILE *file, const char *text, const char *format,
			const char *as_it_is)
{
	size_t left = strlen(text), length, i;
	mbstate_t state = { 0 };
	bool is_shown;

	for (; left; left -= length, text += length) {
		length = next_character(text, left, &state, &is_shown);
		if (is_shown || strchr(as_it_is, *text)) {
			fwrite(text, 1, length, file);
			continue;
		}
		for (i = 0; i < length; i++)
			fprintf(file, format, (unsigned char)text[i]);
	}
}

/**
 * text_print() - print what the locale calls printable, and hide the rest
 * @file: where
 * @text: any bytes
 *
 * A byte that is no character, or a part of one that cannot be printed, takes no
 * column or changes how others are seen, becomes \xHH.
 */
void text_print(FILE *file, const char *text)
{
	print_shown(file, text, "\\x%02x", "");
}

/**
 * text_shown() - the same in memory
 * @text: any bytes
 *
 * Return: what text_print() prints; the caller's to free.
 */
char *text_shown(const char *text)
{
	char *shown;
	size_t size;
	FILE *file;

	/* A stream of memory costs much more, and a table has many cells. */
	if (!text[plain_length(text)]) {
		shown = strdup(text);
		if (!shown)
			out_of_memory();
		return shown;
	}
	file = open_memstream(&shown, &size);
	if (!file)
		out_of_memory();
	text_print(file, text);
	if (fclose(file))
		out_of_memory();
	return shown;
}

static bool is_ascii(const char *text)
{
	while (*text == '\n' || *text == '\t' || (*text >= ' ' && *text <= '~'))
		text++;
	return !*text;
}

/**
 * text_write() - write what is to be read back, in lines
 * @file: where
 * @text: any bytes
 *
 * As it is; but to a terminal, the bytes that text_print() hides become \ooo,
 * which in a name means the same byte.
 */
void text_write(FILE *file, const char *text)
{
	if (is_ascii(text) || !isatty(fileno(file)))
		fputs(text, file);
	else
		print_shown(file, text, "\\%03o", "\n\t");
}

/**
 * shell_word() - write a word for a shell
 * @text: any bytes
 *
 * Return: the word, in quotes if it needs them; the caller's to free.
 */
char *shell_word(const char *text)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
	char *word;
	size_t size;
	FILE *file;

	if (*text && !text[strspn(text, plain)])
		return format_text("%s", text);
	file = open_memstream(&word, &size);
	if (!file)
		out_of_memory();
	fputc('\'', file);
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", file);
		else
			fputc(*text, file);
	}
	fputc('\'', file);
	if (fclose(file))
		out_of_memory();
	return word;
}
