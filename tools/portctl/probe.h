/* SPDX-License-Identifier: GPL-2.0 */
/* probe.c: what stops a bind of our own before the port is looked at. */
#ifndef PORTCTL_PROBE_H
#define PORTCTL_PROBE_H

#include "base.h"

/**
 * struct probe - how far a bind of our own comes
 * @error: of bind(2) itself, whatever it is asked; 0 if it can be called at all,
 *	STEP_KILLS if that is the end of the program
 * @refused: with which error a bind of the port is refused before the address
 *	is looked at; 0 if it is not
 * @told: @refused could be found out
 */
struct probe {
	int error;
	int refused;
	bool told;
};

struct probe probe_bind(unsigned int index);

#endif
