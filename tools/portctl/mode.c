// SPDX-License-Identifier: GPL-2.0
/* Modes as chmod(1) takes them: 660, g=w, u+rw,+t. */
#include <string.h>
#include <sys/stat.h>

#include "message.h"
#include "mode.h"
#include "rule.h"

#define STICKY 01000

/* The bits that "u", "g", "o" and "a" stand for, besides the sticky one. */
static mode_t parse_who(const char **text)
{
	mode_t who = 0;

	for (;; ++*text) {
		switch (**text) {
		case 'u':
			who |= 0700;
			break;
		case 'g':
			who |= 0070;
			break;
		case 'o':
			who |= 0007;
			break;
		case 'a':
			who |= 0777;
			break;
		default:
			return who;
		}
	}
}

/* What follows the sign, for all three classes; u, g or o copy theirs. */
static mode_t parse_bits(const char **text, mode_t mode)
{
	mode_t bits = 0;

	if (**text && strchr("ugo", **text)) {
		bits = mode >> (**text == 'u' ? 6 : **text == 'g' ? 3 : 0) & 7;
		++*text;
		return bits * 0111;
	}
	for (;; ++*text) {
		switch (**text) {
		case 'r':
			bits |= 0444;
			break;
		case 'w':
			bits |= 0222;
			break;
		case 'x':
			bits |= 0111;
			break;
		case 't':
			bits |= STICKY;
			break;
		default:
			return bits;
		}
	}
}

static mode_t apply(mode_t mode, char sign, mode_t who, mode_t bits)
{
	switch (sign) {
	case '+':
		return mode | (bits & who);
	case '-':
		return mode & ~(bits & who);
	default:
		return (mode & ~who) | (bits & who);
	}
}

/* Without a class all are meant, but for what the umask takes. */
static mode_t everybody(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return (0777 & ~mask) | STICKY;
}

static bool parse_clause(mode_t *mode, const char **text)
{
	mode_t who = parse_who(text);
	mode_t bits;
	char sign;

	/* The sticky bit is of no class; a lone = clears it with the rest. */
	who = who ? who | STICKY : everybody();
	if (!**text || !strchr("+-=", **text))
		return false;
	while (**text && strchr("+-=", **text)) {
		sign = *(*text)++;
		bits = parse_bits(text, *mode);
		if (sign == '=' && !(bits & STICKY))
			*mode = apply(*mode, sign, who & ~STICKY, bits);
		else
			*mode = apply(*mode, sign, who, bits);
	}
	return true;
}

/**
 * mode_change() - read a mode, or what to change of one
 * @mode: what it is, and what it is then
 * @text: as for chmod(1)
 * @mistake: what is wrong with it
 *
 * Return: whether @text is right.
 */
bool mode_change(mode_t *mode, const char *text, struct mistake *mistake)
{
	const char *p = text;

	if (!*text || strchr("0123456789", *text))
		return mode_parse(mode, text, mistake);
	for (; parse_clause(mode, &p); p++) {
		if (!*p)
			return true;
		if (*p != ',')
			break;
	}
	return mistaken(
		mistake, p - text,
		"'%s' is not a mode; 660, u+rw, g=w, o-w and +t are, with commas between them",
		text);
}
