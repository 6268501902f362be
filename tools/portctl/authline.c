// SPDX-License-Identifier: GPL-2.0
/* A line of a user's file of authbind(1): which ports he has at which addresses. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "authline.h"

/* authbind reads a line of 299 bytes in two; none that is of use has so many. */
#define LINE_BYTES_MAX 256

/**
 * struct addresses - those from one to another
 * @family: AF_INET or AF_INET6
 * @size: how many bytes each has
 * @first: the lowest
 * @last: the highest
 */
struct addresses {
	int family;
	size_t size;
	uint8_t first[16];
	uint8_t last[16];
};

/* As scanf() has it: blanks and a sign may come first, what is too large wraps. */
static bool parse_number(unsigned int *number, const char **text)
{
	char *end;

	*number = strtoul(*text, &end, 10);
	if (end == *text)
		return false;
	*text = end;
	return true;
}

static bool is_end(const char *text)
{
	return !text[strspn(text, BLANKS)];
}

/* MIN[-MAX], or MIN,MAX */
static bool parse_ports(struct authline *line, const char *text, char mark)
{
	if (!parse_number(&line->first, &text))
		return false;
	line->last = line->first;
	if (*text == mark) {
		text++;
		if (!parse_number(&line->last, &text))
			return false;
	} else if (mark == ',') {
		return false;
	}
	return is_end(text) && line->first <= line->last &&
	       (mark == '-' || line->last <= PORT_MAX);
}

/* All that begin with the bits of the first one, which has no others. */
static bool parse_length(struct addresses *addresses, const char *text)
{
	unsigned int bits = 8 * addresses->size, length = bits, bit;

	if (text &&
	    (!parse_number(&length, &text) || !is_end(text) || length > bits))
		return false;
	memcpy(addresses->last, addresses->first, addresses->size);
	for (bit = length; bit < bits; bit++) {
		if (addresses->first[bit / 8] & 0x80 >> bit % 8)
			return false;
		addresses->last[bit / 8] |= 0x80 >> bit % 8;
	}
	return true;
}

/* ADDRESS, ADDRESS/LENGTH or ADDRESS-ADDRESS */
static bool parse_addresses(struct addresses *addresses, const char *text)
{
	char *first = format_text("%s", text);
	char *last = strchr(first, '-');
	char *length = last ? NULL : strchr(first, '/');
	bool right;

	if (last)
		*last++ = '\0';
	if (length)
		*length++ = '\0';
	addresses->family = strchr(first, ':') ? AF_INET6 : AF_INET;
	addresses->size = addresses->family == AF_INET ? 4 : 16;
	right = inet_pton(addresses->family, first, addresses->first) == 1;
	if (right && last)
		right = inet_pton(addresses->family, last, addresses->last) ==
				1 &&
			memcmp(addresses->first, addresses->last,
			       addresses->size) <= 0;
	else if (right)
		right = parse_length(addresses, length);
	free(first);
	return right;
}

static bool is_everywhere(const struct addresses *addresses)
{
	size_t i;

	for (i = 0; i < addresses->size; i++) {
		if (addresses->first[i] || addresses->last[i] != UINT8_MAX)
			return false;
	}
	return true;
}

/**
 * authline_parse() - read ADDRESSES,MIN[-MAX], or for IPv4 ADDRESS/LENGTH:MIN,MAX
 * @line: the result
 * @text: the line, which is cut behind its addresses
 * @length: how many bytes were read of it
 *
 * Return: whether authbind takes it for one.
 */
bool authline_parse(struct authline *line, char *text, size_t length)
{
	char *slash = strchr(text, '/');
	char *ports = slash ? strpbrk(slash, ":,") : strchr(text, ',');
	bool has_colon = ports && *ports == ':';
	struct addresses addresses;

	*line = (struct authline){ 0 };
	if (length > LINE_BYTES_MAX || strlen(text) != length || !ports)
		return false;
	if (!parse_ports(line, ports + 1, has_colon ? ',' : '-'))
		return false;
	/* Blanks may be before the address, or else before the comma. */
	if (has_colon && isspace((unsigned char)ports[-1]))
		return false;
	*ports = '\0';
	line->address = has_colon ? text + strspn(text, BLANKS) : text;
	if (!parse_addresses(&addresses, line->address))
		return false;
	line->is_ipv6 = addresses.family == AF_INET6;
	line->is_everywhere = is_everywhere(&addresses);
	return !(has_colon && line->is_ipv6);
}
