// SPDX-License-Identifier: GPL-2.0
/*
 * Who has a port now, so that a bind to any address ends with EADDRINUSE: which
 * process, of which unit and which user, and at which address.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "folder.h"
#include "occupant.h"
#include "owner.h"
#include "port.h"
#include "socket.h"
#include "text.h"

static const char by_diagnostics[] = "sock_diag(7)";

/* What it leaves to others is part of it. */
static const char *address_text(const struct listener *listener)
{
	static const uint32_t any[4];
	char text[INET6_ADDRSTRLEN];
	bool is_six = listener->family == AF_INET6;

	if (!memcmp(listener->address, any, is_six ? 16 : 4))
		return !is_six		? "all addresses of IPv4" :
		       listener->v6only ? "all addresses of IPv6" :
					  "all addresses of both families";
	inet_ntop(listener->family, listener->address, text, sizeof(text));
	return format_text("%s", text);
}

static bool is_own(const struct subject *subject,
		   const struct listener *listener)
{
	char *unit;
	bool own;

	if (!listener->pid)
		return false;
	if (listener->pid == subject->pid)
		return true;
	unit = subject->service ? process_unit(listener->pid) : NULL;
	own = unit && !strcmp(unit, subject->service);
	free(unit);
	return own;
}

/* systemd listens for services that are started later: by which unit? */
static const char *socket_unit(unsigned int index)
{
	static const char *const names[] = { "*.socket", NULL };
	char *end = format_text(":%u (%s)", index % PORTS,
				index / PORTS == UDP ? "Datagram" : "Stream");
	const char *listens, *unit = NULL;
	struct units units;
	size_t i, j;

	if (!units_read(&units, "Id,Listen", names))
		units.count = 0;
	for (i = 0; i < units.count; i++) {
		for (j = 0; (listens = unit_value(&units.all[i], "Listen", j));
		     j++) {
			if (strstr(listens, end))
				unit = unit_property(&units.all[i], "Id");
		}
	}
	free(end);
	return unit;
}

static const char *unit_of(const struct listener *listener)
{
	return listener->pid == 1 ? socket_unit(listener->index) :
				    process_unit(listener->pid);
}

/**
 * occupant_cure() - how to take a port from who has it
 * @listener: who has it
 *
 * Return: a command for a shell, or NULL if none is known.
 */
char *occupant_cure(const struct listener *listener)
{
	const char *unit = listener->pid ? unit_of(listener) : NULL;

	/* A user's whole manager is not to go for one of its programs. */
	if (unit && strncmp(unit, "user@", strlen("user@")) &&
	    (ends_with(unit, ".service") || ends_with(unit, ".socket")))
		return format_text("systemctl stop %s", shell_word(unit));
	return listener->pid > 1 ? format_text("kill %d", listener->pid) : NULL;
}

static void add_holder(struct chain *chain, const struct listener *listener)
{
	const char *unit = listener->pid ? unit_of(listener) : NULL;
	bool is_shared = listener->index / PORTS == UDP;
	const char *sharing =
		is_shared ?
			"; only sockets that all set SO_REUSEADDR share it" :
			"";
	struct step *step;

	if (listener->pid)
		step = chain_add(chain, "in use", STOPS, by_diagnostics,
				 "%s[%d]%s%s, user %s, has %s of %s%s",
				 listener->process, listener->pid,
				 unit ? " of " : "", unit ? unit : "",
				 user_name(listener->uid),
				 ports_text(listener->index, listener->index),
				 address_text(listener), sharing);
	else
		step = chain_add(
			chain, "in use", STOPS, by_diagnostics,
			"a socket of user %s has %s of %s%s; root can see which process the socket belongs to, unless it is the kernel's own",
			user_name(listener->uid),
			ports_text(listener->index, listener->index),
			address_text(listener), sharing);
	step->error = EADDRINUSE;
	step->cure = occupant_cure(listener);
	if (step->cure && is_shared)
		step->cure = format_text("%s    # unless both set SO_REUSEADDR",
					 step->cure);
}

/* One socket says it for all that a process has. */
static bool is_repeated(const struct listeners *listeners,
			const struct listener *listener)
{
	const struct listener *other;

	for (other = listeners->all; other != listener; other++) {
		if (other->is_idle && other->pid == listener->pid)
			return true;
	}
	return false;
}

/**
 * occupant_judge() - who has a port now?
 * @chain: who has it is added
 * @subject: who would bind it, and may have it already
 * @index: the port
 */
void occupant_judge(struct chain *chain, const struct subject *subject,
		    unsigned int index)
{
	struct listeners listeners;
	size_t i, held = 0, connected = 0, own = 0;

	if (!listeners_read_port(&listeners, index)) {
		chain_add(chain, "in use", NOT_SEEN, by_diagnostics,
			  "who has the port cannot be seen: %s",
			  strerror(errno));
		return;
	}
	for (i = 0; i < listeners.count; i++) {
		const struct listener *listener = &listeners.all[i];

		/* What is not connected takes the port, for TCP and UDP. */
		if (!listener->is_idle && index / PORTS == TCP)
			connected++;
		else if (is_own(subject, listener))
			own++;
		else if (!is_repeated(&listeners, listener) && held++ < 3)
			add_holder(chain, listener);
	}
	free(listeners.all);
	if (held)
		return;
	if (own)
		chain_add(chain, "in use", PASSES, by_diagnostics,
			  "%s has the port already", subject->name);
	else if (connected)
		chain_add(
			chain, "in use", NOT_SEEN, by_diagnostics,
			"%zu connection%s the port; a bind without SO_REUSEADDR can fail",
			connected, connected == 1 ? " uses" : "s use");
	else
		chain_add(chain, "in use", PASSES, by_diagnostics,
			  "nobody has the port");
}
