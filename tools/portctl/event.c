// SPDX-License-Identifier: GPL-2.0
/*
 * An event of the module's, from a line of tracefs: what stands before the
 * event is the kernel's, and has a name in it that anybody chooses, of 15 bytes
 * at most. So the event is looked for from the end, and no such name is long
 * enough to be one.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"

#define BIND   ": portfs_bind: netns="
#define CHANGE ": portfs_change: netns="

static const char *find_last(const char *text, const char *words)
{
	const char *last = NULL;

	while ((text = strstr(text, words)))
		last = text++;
	return last;
}

/* The time stands right before the colon, as 12.345678. */
static bool parse_time(struct event *event, const char *line, const char *colon)
{
	const char *word = colon;
	unsigned long long seconds, micro;
	char *end;

	while (word > line && word[-1] != ' ')
		word--;
	seconds = strtoull(word, &end, 10);
	if (end == word || *end != '.')
		return false;
	micro = strtoull(end + 1, &end, 10);
	event->time = seconds * 1000000 + micro;
	return end == colon;
}

static bool parse_port(struct event *event, const char *protocol,
		       unsigned int port)
{
	unsigned int i;

	for (i = 0; i < PROTOCOLS; i++) {
		if (strcmp(protocol, protocol_names[i]) || port > PORT_MAX)
			continue;
		event->index = i * PORTS + port;
		return true;
	}
	return false;
}

/* An address of IPv4 is a mapped one there. */
static bool parse_address(struct event *event, const char *text)
{
	struct in6_addr address;

	if (inet_pton(AF_INET6, text, &address) != 1)
		return false;
	if (IN6_IS_ADDR_V4MAPPED(&address))
		return inet_ntop(AF_INET, &address.s6_addr[12], event->address,
				 sizeof(event->address));
	return inet_ntop(AF_INET6, &address, event->address,
			 sizeof(event->address));
}

static bool parse_bind(struct event *event, const char *fields)
{
	struct known *rule = &event->rule;
	char protocol[8], address[48];
	unsigned int port;

	return sscanf(fields,
		      "netns=%u proto=%7s address=%47s port=%u uid=%u pid=%d verdict=%15s error=%d owner=%u group=%u mode=%o acl=%u",
		      &event->netns, protocol, address, &port, &event->uid,
		      &event->pid, event->what, &event->error, &rule->uid,
		      &rule->gid, &rule->mode, &rule->acl) == 12 &&
	       parse_port(event, protocol, port) &&
	       parse_address(event, address);
}

static bool parse_change(struct event *event, const char *fields)
{
	struct known *rule = &event->rule, *old = &event->old;
	char protocol[8];
	unsigned int port;

	event->is_change = true;
	return sscanf(fields,
		      "netns=%u proto=%7s port=%u uid=%u pid=%d action=%15s old_owner=%u old_group=%u old_mode=%o old_acl=%u owner=%u group=%u mode=%o acl=%u",
		      &event->netns, protocol, &port, &event->uid, &event->pid,
		      event->what, &old->uid, &old->gid, &old->mode, &old->acl,
		      &rule->uid, &rule->gid, &rule->mode, &rule->acl) == 14 &&
	       parse_port(event, protocol, port);
}

/* What the kernel says of what it had no room for; it may not know the number. */
static bool parse_lost(struct event *event, const char *line)
{
	unsigned int processor;
	int end = 0;

	if (sscanf(line, "CPU:%u [LOST %llu EVENTS]%n", &processor,
		   &event->lost, &end) == 2 &&
	    end && !line[end])
		return event->lost;
	end = 0;
	if (sscanf(line, "CPU:%u [LOST EVENTS]%n", &processor, &end) != 1 ||
	    !end || line[end])
		return false;
	event->lost = 1;
	return true;
}

/**
 * event_parse() - read a line of a trace
 * @event: the result
 * @line: the line, without its end
 *
 * Return: whether it is an event of the module's, or says that some are lost.
 */
bool event_parse(struct event *event, const char *line)
{
	const char *colon;

	memset(event, 0, sizeof(*event));
	colon = find_last(line, BIND);
	if (colon)
		return parse_time(event, line, colon) &&
		       parse_bind(event, strstr(colon, "netns="));
	colon = find_last(line, CHANGE);
	if (colon)
		return parse_time(event, line, colon) &&
		       parse_change(event, strstr(colon, "netns="));
	return parse_lost(event, line);
}
