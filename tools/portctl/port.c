// SPDX-License-Identifier: GPL-2.0
/* Ports: from the words people use for them, and back. */
#include <ctype.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "hint.h"
#include "message.h"
#include "place.h"
#include "port.h"

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

/* @dash is what else may stand in a range, for - */
static bool parse_range(struct port_set *set, unsigned int protocols,
			const char *text, char dash, struct mistake *mistake)
{
	unsigned int first, last;
	const char *rest;

	if (!parse_number(&first, text, &rest, mistake))
		return false;
	last = first;
	if (*rest && (*rest == '-' || *rest == dash)) {
		const char *second = rest + 1;

		if (!parse_number(&last, second, &rest, mistake)) {
			mistake->offset += second - text;
			return false;
		}
	}
	if (*rest)
		return mistaken(
			mistake, rest - text,
			"'%s' is not a port; 80, 8000-8099 and http are", text);
	if (last < first)
		return mistaken(mistake, 0, "range %s runs backwards: %u-%u",
				text, last, first);
	add(set, protocols, first, last);
	return true;
}

static bool no_service(const char *text, unsigned int protocols,
		       struct mistake *mistake)
{
	const struct servent *service = getservbyname(text, NULL);
	struct hint hint;

	if (service && service->s_port && protocols != ALL_PROTOCOLS)
		return mistaken(
			mistake, 0,
			"service '%s' is %s/%u in services(5); %s/%u names the other port",
			text, service->s_proto, ntohs(service->s_port),
			protocol_names[protocols == 1U << UDP ? UDP : TCP],
			ntohs(service->s_port));
	hint_begin(&hint, text);
	while ((service = getservent())) {
		if (protocol_find(service->s_proto, strlen(service->s_proto)))
			hint_consider(&hint, service->s_name);
	}
	endservent();
	return mistaken(mistake, 0, "'%s' is not a port or a service; %s", text,
			hint_words(&hint,
				   "tcp/80, 80, 8000-8099 and http are"));
}

/* A service is of the protocols that services(5) has it for. */
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
		if (!service->s_port)
			return mistaken(
				mistake, 0,
				"service '%s' is port 0 in services(5), which does not exist; ports are 1 to %d",
				text, PORT_MAX);
		found = true;
		add(set, 1U << protocol, ntohs(service->s_port),
		    ntohs(service->s_port));
	}
	return found || no_service(text, protocols, mistake);
}

static bool parse_item(struct port_set *set, unsigned int protocols,
		       const char *text, char dash, struct mistake *mistake)
{
	const char characters[] = { '-', dash, '\0' };
	const char *p = text + strspn(text, "0123456789");

	p += strspn(p, characters);
	p += strspn(p, "0123456789-");
	if (!*p)
		return parse_range(set, protocols, text, dash, mistake);
	return parse_service(set, protocols, text, mistake);
}

/**
 * protocol_find() - the protocol that a word is
 * @word: the word, in small or capital letters
 * @length: how much of it
 *
 * Return: the protocol's bit, or 0.
 */
unsigned int protocol_find(const char *word, size_t length)
{
	unsigned int protocol;

	for (protocol = 0; protocol < PROTOCOLS; protocol++) {
		if (strlen(protocol_names[protocol]) == length &&
		    !strncasecmp(word, protocol_names[protocol], length))
			return 1U << protocol;
	}
	return 0;
}

/**
 * struct item - a part of a list, between commas
 * @protocol: the bit of the protocol that is written in it, or 0
 * @skip: where its ports begin
 * @length: how long they are
 */
struct item {
	unsigned int protocol;
	size_t skip;
	size_t length;
};

/* Take the protocol off: tcp/80, tcp:80, 80/tcp, and :80 without one. */
static struct item take_apart(const char *text)
{
	struct item item = { .length = strcspn(text, ",") };
	size_t prefix = strcspn(text, "/:,");
	const char *slash = memrchr(text, '/', item.length);

	if (prefix < item.length)
		item.protocol = protocol_find(text, prefix);
	if (item.protocol) {
		item.skip = prefix + 1;
	} else if (slash) {
		item.protocol = protocol_find(slash + 1,
					      item.length - (slash + 1 - text));
		if (item.protocol)
			item.length = slash - text;
	} else if (*text == ':' && isdigit((unsigned char)text[1])) {
		item.skip = 1;
	}
	item.length -= item.skip;
	return item;
}

static const char *next_item(const char *item)
{
	const char *comma = strchr(item, ',');

	return comma ? comma + 1 : NULL;
}

static bool no_protocol(const char *word, struct mistake *mistake)
{
	struct hint hint;

	hint_begin(&hint, word);
	hint_consider(&hint, protocol_names[TCP]);
	hint_consider(&hint, protocol_names[UDP]);
	return mistaken(mistake, 0, "'%s' is not a protocol; %s", word,
			hint_words(&hint, "tcp and udp are"));
}

/* What stands beside a slash, or before a colon, and is no protocol. */
static bool neighbour_is_right(const char *text, struct mistake *mistake)
{
	const char *slash = strchr(text, '/');
	const char *colon = strrchr(text, ':');
	char *word;

	if (colon && !slash && isdigit((unsigned char)colon[1]) &&
	    text[strspn(text, "0123456789:")])
		return mistaken(
			mistake, 0,
			"'%s' names an address; a rule is for all of them, and %s is the port",
			text, colon + 1);
	if (!slash || strchr(slash + 1, '/') ||
	    isdigit((unsigned char)*text) == isdigit((unsigned char)slash[1]))
		return true;
	if (isdigit((unsigned char)*text))
		return no_protocol(slash + 1, mistake);
	word = format_text("%.*s", (int)(slash - text), text);
	no_protocol(word, mistake);
	free(word);
	return false;
}

/*
 * What has no protocol is of the one before it, or else of the first that
 * follows, or else of @protocols.
 */
static bool parse_items(struct port_set *set, unsigned int protocols,
			const char *text, struct mistake *mistake)
{
	struct item item = { 0 };
	const char *next;
	bool right = true;
	char *ports;

	for (next = text; next && !item.protocol; next = next_item(next))
		item = take_apart(next);
	if (item.protocol)
		protocols = item.protocol;
	for (next = text; next && right; next = next_item(next)) {
		item = take_apart(next);
		if (item.protocol)
			protocols = item.protocol;
		ports = format_text("%.*s", (int)item.length, next + item.skip);
		right = (item.protocol || neighbour_is_right(ports, mistake)) &&
			parse_item(set, protocols, ports, ':', mistake);
		free(ports);
		if (!right)
			mistake->offset += next + item.skip - text;
	}
	return right;
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
	char *item, *next = copy;
	bool right = true;

	while (right && (item = next)) {
		next = strchr(item, ',');
		if (next)
			*next++ = '\0';
		right = parse_item(set, protocols, item, '-', mistake);
		if (!right)
			mistake->offset += item - copy;
	}
	free(copy);
	return right;
}

/**
 * ports_add_all() - add every port there is
 * @set: what they are added to
 */
void ports_add_all(struct port_set *set)
{
	add(set, ALL_PROTOCOLS, 1, PORT_MAX);
}

/**
 * ports_parse() - add the ports of a PORT argument
 * @set: what they are added to
 * @text: tcp/80, 80/tcp, tcp:80, /dev/port/tcp/80, 80 or :80 (both protocols),
 *	http, ranges as 80-90 or 80:90, and lists of them
 * @mistake: what is wrong with it
 *
 * Return: whether @text is right.
 */
bool ports_parse(struct port_set *set, const char *text,
		 struct mistake *mistake)
{
	static const char *const folder = "/dev/port/";
	size_t skip = 0;

	if (!strncmp(text, places.port, strlen(places.port)) &&
	    text[strlen(places.port)] == '/')
		skip = strlen(places.port) + 1;
	else if (!strncmp(text, folder, strlen(folder)))
		skip = strlen(folder);
	if (parse_items(set, ALL_PROTOCOLS, text + skip, mistake))
		return true;
	mistake->offset += skip;
	return false;
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
