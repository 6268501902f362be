// SPDX-License-Identifier: GPL-2.0
/*
 * SocketBindAllow= and SocketBindDeny= of a service, systemd.resource-control(5):
 * they only refuse. What neither names passes, and the capability is needed still.
 */
#include <stdlib.h>
#include <string.h>

#include "socketbind.h"

/* Moves past a word and the colon behind it, which something has to follow. */
static bool skip(const char **text, const char *word)
{
	size_t length = strlen(word);
	const char *end = *text + length;

	if (strncmp(*text, word, length) || (*end && *end != ':') ||
	    (*end && !end[1]))
		return false;
	*text = *end ? end + 1 : end;
	return true;
}

static bool parse_port(unsigned int *port, const char **text)
{
	char *end;
	unsigned long number = strtoul(*text, &end, 0);

	if (**text < '0' || **text > '9' || !number || number > PORT_MAX)
		return false;
	*port = number;
	*text = end;
	return true;
}

/**
 * socket_bind_parse() - read what a line names
 * @line: the result
 * @text: as in tcp:80, ipv6:udp:8000-8099, 443, tcp or any
 *
 * Return: whether systemd understands it; else it ignores the line.
 */
bool socket_bind_parse(struct socket_bind *line, const char *text)
{
	unsigned int first, last;
	enum protocol protocol;

	*line = (struct socket_bind){ 0, PORT_MAX, ALL_PROTOCOLS, 0 };
	if (skip(&text, "ipv4"))
		line->family = 4;
	else if (skip(&text, "ipv6"))
		line->family = 6;
	for (protocol = 0; protocol < PROTOCOLS; protocol++) {
		if (!skip(&text, protocol_names[protocol]))
			continue;
		line->protocols = 1U << protocol;
		break;
	}
	if (!*text || !strcmp(text, "any"))
		return true;
	if (!parse_port(&first, &text))
		return false;
	last = first;
	if (*text == '-' && (text++, !parse_port(&last, &text)))
		return false;
	if (*text || first > last)
		return false;
	line->first = first;
	line->last = last;
	return true;
}

static bool names_port(const struct socket_bind *line, unsigned int index,
		       unsigned int family)
{
	unsigned int port = index % PORTS;

	return line->protocols >> index / PORTS & 1 && port >= line->first &&
	       port <= line->last && (!line->family || line->family == family);
}

static bool list_names(const struct unit_file *unit, const char *key,
		       unsigned int index, unsigned int family)
{
	const struct setting *line = NULL;
	struct socket_bind rule;

	while ((line = unit_file_next(unit, "Service", key, line))) {
		if (socket_bind_parse(&rule, line->value) &&
		    names_port(&rule, index, family))
			return true;
	}
	return false;
}

/**
 * socket_bind_passes() - do a service's settings let a bind to a port pass?
 * @unit: its files
 * @index: the port
 * @family: 4 or 6
 *
 * Return: whether they do.
 */
bool socket_bind_passes(const struct unit_file *unit, unsigned int index,
			unsigned int family)
{
	return list_names(unit, "SocketBindAllow", index, family) ||
	       !list_names(unit, "SocketBindDeny", index, family);
}

static void visit_ports(const struct unit_file *unit,
			const struct setting *line,
			const struct socket_bind *ports, unsigned int limit,
			bool *named, const struct socket_bind_search *search)
{
	unsigned int family = ports->family ? ports->family : 4, index;
	bool is_one = false;

	for (index = 0; index < INDICES; index++) {
		if (index % PORTS >= limit || !names_port(ports, index, family))
			continue;
		named[index] = true;
		/* The other family may be let pass as well. */
		is_one |= !socket_bind_passes(unit, index, 10 - family);
		search->found(line, index, search->data);
	}
	if (is_one)
		search->left(line,
			     family == 4 ? "ipv4 alone; the rule is for both" :
					   "ipv6 alone; the rule is for both",
			     search->data);
}

static void visit_line(const struct unit_file *unit, const struct setting *line,
		       unsigned int limit, bool *named,
		       const struct socket_bind_search *search)
{
	struct socket_bind ports;
	char *why = NULL;

	if (!socket_bind_parse(&ports, line->value))
		why = format_text("'%s' is not a rule that systemd understands",
				  line->value);
	else if (!ports.first)
		why = format_text("'%s' names no ports", line->value);
	else if (ports.last >= limit)
		why = format_text("'%s': ports from %u on need no privilege",
				  line->value, limit);
	if (why)
		search->left(line, why, search->data);
	free(why);
	if (ports.first)
		visit_ports(unit, line, &ports, limit, named, search);
}

/**
 * socket_bind_visit() - find the privileged ports that a service is allowed by name
 * @unit: its files; it has the capability for all
 * @privileged: the first port that needs no privilege
 * @search: whom to tell
 *
 * Return: whether it may bind other privileged ports as well.
 */
bool socket_bind_visit(const struct unit_file *unit, unsigned int privileged,
		       const struct socket_bind_search *search)
{
	/* Where that has been lowered, it is so as long as it stays. */
	unsigned int limit = privileged > 1024 ? privileged : 1024, index;
	bool *named = allocate(INDICES * sizeof(*named)), more = false;
	const struct setting *line = NULL;

	while ((line = unit_file_next(unit, "Service", "SocketBindAllow",
				      line)))
		visit_line(unit, line, limit, named, search);
	for (index = 0; !more && index < INDICES; index++)
		more = index % PORTS && index % PORTS < limit &&
		       !named[index] &&
		       (socket_bind_passes(unit, index, 4) ||
			socket_bind_passes(unit, index, 6));
	free(named);
	return more;
}
