// SPDX-License-Identifier: GPL-2.0
/* What import carries over of any way: the ports in use; and what it leaves, which is said. */
#include <stdarg.h>
#include <stdlib.h>

#include "carry.h"
#include "message.h"
#include "port.h"
#include "service.h"

/**
 * leave() - say what cannot be carried over
 * @import: what is carried over
 * @format: where it is written, what it is, and why not
 */
void leave(struct import *import, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		out_of_memory();
	va_end(arguments);
	warn("not carried over: %s", text);
	free(text);
	import->incomplete = true;
}

/**
 * rule_of() - a rule without an ACL
 * @uid: the owner
 * @gid: the group
 * @mode: the mode
 *
 * Return: the rule.
 */
struct rule rule_of(uid_t uid, gid_t gid, mode_t mode)
{
	return (struct rule){
		.claimed = true, .uid = uid, .gid = gid, .mode = mode
	};
}

/**
 * add_sockets() - carry over the privileged ports that sockets have, for who has them now
 * @import: what is carried over
 * @is_meant: whether a socket is one of those that are asked about
 * @data: for it
 * @source: what gives them the ports
 *
 * Return: how many sockets there are.
 */
unsigned int add_sockets(struct import *import,
			 bool (*is_meant)(const struct import *import,
					  const struct listener *socket,
					  const void *data),
			 const void *data, const char *source)
{
	const struct listener *listener = import->host.listeners.all;
	const struct listener *end = listener + import->host.listeners.count;
	unsigned int count = 0;
	struct rule rule;

	for (; listener < end; listener++) {
		if (listener->index % PORTS >= 1024 ||
		    !is_meant(import, listener, data))
			continue;
		count++;
		if (listener_is_dynamic(&import->host, listener)) {
			leave(import,
			      "%s: %s has %s now, and systemd makes up its user",
			      source, listener_process(listener),
			      ports_text(listener->index, listener->index));
			continue;
		}
		rule = rule_of(listener_user(listener), 0, 0600);
		if (!collect(import->collection, listener->index,
			     listener->index, &rule, "%s; %s listens now",
			     source, listener_process(listener)))
			leave(import, "%s: %s has too many users", source,
			      ports_text(listener->index, listener->index));
	}
	return count;
}
