/* SPDX-License-Identifier: GPL-2.0 */
/* counter.c: what came of the binds to claimed ports. */
#ifndef PORTCTL_COUNTER_H
#define PORTCTL_COUNTER_H

#include "base.h"

/**
 * struct counter - what came of the binds to a port, or to all
 * @counted: the port is claimed
 * @granted: how often the rule let somebody bind
 * @capable: how often CAP_NET_BIND_SERVICE did where the rule did not
 * @refused: the others
 * @last: when the last one was refused, in milliseconds since the epoch, or -1
 * @uid: who that was; nobody's if @last is -1
 */
struct counter {
	bool counted;
	unsigned long long granted;
	unsigned long long capable;
	unsigned long long refused;
	long long last;
	uid_t uid;
};

/**
 * struct counters - those of a network namespace
 * @all: their sums, with the ports that were released
 * @ports: by index
 */
struct counters {
	struct counter all;
	struct counter ports[INDICES];
};

struct counters *counters_read(void);

#endif
