/* SPDX-License-Identifier: GPL-2.0 */
/* place.c: where things are. */
#ifndef PORTCTL_PLACE_H
#define PORTCTL_PLACE_H

#include "base.h"

/**
 * struct places - where things are
 * @root: what stands before all of them, "" as a rule
 * @port: the mount point
 * @folders: of table files, the one that masks all others first
 * @saved: the file that save writes
 * @plain: @port is an ordinary directory, as tests use it
 */
struct places {
	const char *root;
	const char *port;
	const char *folders[5];
	const char *saved;
	bool plain;
};

extern struct places places;

void places_init(void);

#endif
