// SPDX-License-Identifier: GPL-2.0
/*
 * Where things are. PORTCTL_ROOT=DIR puts DIR before all of it, with an
 * ordinary directory for /dev/port; whoever runs with another's rights is not
 * told so.
 */
#include <stdlib.h>
#include <string.h>

#include "place.h"

struct places places;

static const char *const folders[] = {
	"/etc/portctl.d",
	"/run/portctl.d",
	"/usr/local/lib/portctl.d",
	"/usr/lib/portctl.d",
};

/**
 * places_init() - find out where things are
 */
void places_init(void)
{
	const char *root = secure_getenv("PORTCTL_ROOT");
	size_t i;

	places.plain = root && *root;
	places.root = places.plain ? root : "";
	places.port = format_text("%s/dev/port", places.root);
	for (i = 0; i < ARRAY_SIZE(folders); i++)
		places.folders[i] =
			format_text("%s%s", places.root, folders[i]);
	places.saved = format_text("%s/90-saved.conf", places.folders[0]);
}
