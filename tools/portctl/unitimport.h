/* SPDX-License-Identifier: GPL-2.0 */
/* unitimport.c: what import carries over of systemd's services. */
#ifndef PORTCTL_UNITIMPORT_H
#define PORTCTL_UNITIMPORT_H

#include "carry.h"

enum status import_systemd(struct import *import);

#endif
