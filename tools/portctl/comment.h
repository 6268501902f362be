/* SPDX-License-Identifier: GPL-2.0 */
/* comment.c: the comments of a table file that is written anew. */
#ifndef PORTCTL_COMMENT_H
#define PORTCTL_COMMENT_H

#include "base.h"

void comments_write(FILE *file, const char *old, const char *header,
		    char *text);

#endif
