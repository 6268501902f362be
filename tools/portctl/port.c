// SPDX-License-Identifier: GPL-2.0
/* Ports: from the words people use for them, and back. */
#include <ctype.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "portctl.h"

const char *const protocol_names[PROTOCOLS] = {
	[TCP] = "tcp",
	[UDP] = "udp",
};

static void add(struct port_set *set, unsigned int protocols,
		unsigned int first, unsigned int last)
{
	unsigned int protocol, index;

	for (protocol = 0; protocol < PROTOCOLS; protocol++) {
		if (!(protocols & 1U << protocol))
			continue;
		index = protocol * PORTS + first;
		memset(set->has + index, true, last - first + 1);
		if (!set->end || index < set->first)
			set->first = index;
		if (index + last - first >= set->end)
			set->end = index + last - first + 1;
	}
}

/**
 * ports_clear() - make a set empty
 * @set: the set
 */
void ports_clear(struct port_set *set)
{
	if (set->end)
		memset(set->has + set->first, false, set->end - set->first);
	set->first = 0;
	set->end = 0;
}

/* The number at the start of @text; *@end is behind its digits. */
static bool parse_number(unsigned int *number, const char *text,
			 const char **end, struct mistake *mistake)
{
	unsigned int value = 0;
	const char *p;

	for (p = text; isdigit((unsigned char)*p); p++) {
		if (value <= PORT_MAX)
			value = value * 10 + *p - '0';
	}
	*end = p;
	if (p == text)
		return mistaken(mistake, 0, "a port number is missing");
	if (value < 1 || value > PORT_MAX)
		return mistaken(mistake, 0,
				"port %.*s does not exist; ports are 1 to %d",
				(int)(p - text), text, PORT_MAX);
	if (*text == '0')
		return mistaken(mistake, 0, "port %.*s is written %u",
				(int)(p - text), text, value);
	*number = value;
	return true;
}

static bool parse_range(struct port_set *set, unsigned int protocols,
			const char *text, struct mistake *mistake)
{
	unsigned int first, last;
	const char *rest;

	if (!parse_number(&first, text, &rest, mistake))
		return false;
	last = first;
	if (*rest == '-') {
		const char *second = rest + 1;

		if (!parse_number(&last, second, &rest, mistake)) {
			mistake->offset += second - text;
			return false;
		}
	}
	if (*rest)
		return mistaken(mistake, rest - text,
				"'%s' is no port; 80, 8000-8099 and http are",
				text);
	if (last < first)
		return mistaken(mistake, 0, "range %s runs backwards: %u-%u",
				text, last, first);
	add(set, protocols, first, last);
	return true;
}

static bool parse_service(struct port_set *set, unsigned int protocols,
			  const char *text, struct mistake *mistake)
{
	const struct servent *service;
	unsigned int protocol;
	bool found = false;

	for (protocol = 0; protocol < PROTOCOLS; protocol++) {
		if (!(protocols & 1U << protocol))
			continue;
		service = getservbyname(text, protocol_names[protocol]);
		if (!service)
			continue;
		found = true;
		add(set, 1U << protocol, ntohs(service->s_port),
		    ntohs(service->s_port));
	}
	if (!found)
		return mistaken(
			mistake, 0,
			"'%s' is no port and no service; tcp/80, 80, 8000-8099 and http are",
			text);
	return true;
}

static bool parse_item(struct port_set *set, unsigned int protocols,
		       const char *text, struct mistake *mistake)
{
	if (text[strspn(text, "0123456789-")] == '\0')
		return parse_range(set, protocols, text, mistake);
	return parse_service(set, protocols, text, mistake);
}

/* Which protocol an item begins with, as in tcp/80; sets its length. */
static unsigned int item_prefix(const char *item, size_t *length)
{
	unsigned int protocol;

	for (protocol = 0; protocol < PROTOCOLS; protocol++) {
		*length = strlen(protocol_names[protocol]);
		if (!strncmp(item, protocol_names[protocol], *length) &&
		    (item[*length] == '/' || item[*length] == ':')) {
			++*length;
			return 1U << protocol;
		}
	}
	*length = 0;
	return 0;
}

/* Which protocol an item ends with, as in 80/tcp; takes it off. */
static unsigned int item_suffix(char *item)
{
	char *slash = strrchr(item, '/');
	unsigned int protocol;

	for (protocol = 0; slash && protocol < PROTOCOLS; protocol++) {
		if (!strcmp(slash + 1, protocol_names[protocol])) {
			*slash = '\0';
			return 1U << protocol;
		}
	}
	return 0;
}

static bool parse_items(struct port_set *set, unsigned int protocols,
			char *text, bool with_protocols,
			struct mistake *mistake)
{
	char *item = text;
	char *comma;

	for (;; item = comma + 1) {
		unsigned int own = 0;
		size_t prefix = 0;

		comma = strchr(item, ',');
		if (comma)
			*comma = '\0';
		if (with_protocols) {
			own = item_prefix(item, &prefix);
			/* Whatever follows is of the same protocol. */
			if (own)
				protocols = own;
			else
				own = item_suffix(item);
		}
		if (!parse_item(set, own ? own : protocols, item + prefix,
				mistake)) {
			mistake->offset += item + prefix - text;
			return false;
		}
		if (!comma)
			return true;
	}
}

/**
 * ports_parse_list() - add the ports of a list without protocols
 * @set: what they are added to
 * @protocols: a bit for each protocol that they are of
 * @text: numbers, ranges and services, as in 80,8000-8099,https
 * @mistake: what is wrong with it
 *
 * Return: whether @text is right.
 */
bool ports_parse_list(struct port_set *set, unsigned int protocols,
		      const char *text, struct mistake *mistake)
{
	char *copy = format_text("%s", text);
	bool right = parse_items(set, protocols, copy, false, mistake);

	free(copy);
	return right;
}

/**
 * ports_parse() - add the ports of a PORT argument
 * @set: what they are added to
 * @text: tcp/80, 80/tcp, tcp:80, /dev/port/tcp/80, 80 (both protocols), http,
 *	ranges and lists of them; a protocol before or after a list is that of
 *	all its ports
 * @mistake: what is wrong with it
 *
 * Return: whether @text is right.
 */
bool ports_parse(struct port_set *set, const char *text,
		 struct mistake *mistake)
{
	static const char *const folder = "/dev/port/";
	unsigned int protocols = 0;
	size_t skip = 0;
	char *copy;
	bool right;

	if (!strncmp(text, places.port, strlen(places.port)) &&
	    text[strlen(places.port)] == '/')
		skip = strlen(places.port) + 1;
	else if (!strncmp(text, folder, strlen(folder)))
		skip = strlen(folder);
	copy = format_text("%s", text + skip);
	if (strchr(copy, ',') && !item_prefix(copy, &(size_t){ 0 }))
		protocols = item_suffix(copy);
	right = parse_items(set, protocols ? protocols : ALL_PROTOCOLS, copy,
			    true, mistake);
	if (!right)
		mistake->offset += skip;
	free(copy);
	return right;
}

/**
 * ports_text() - name a port or a range of one protocol
 * @first: its first index
 * @last: its last index
 *
 * Return: tcp/80 or tcp/8000-8099, until the next call.
 */
const char *ports_text(unsigned int first, unsigned int last)
{
	static char text[sizeof("tcp/65535-65535")];
	const char *protocol = protocol_names[first / PORTS];

	if (first == last)
		snprintf(text, sizeof(text), "%s/%u", protocol, first % PORTS);
	else
		snprintf(text, sizeof(text), "%s/%u-%u", protocol,
			 first % PORTS, last % PORTS);
	return text;
}
