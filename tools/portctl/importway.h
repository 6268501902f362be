/* SPDX-License-Identifier: GPL-2.0 */
/* importway.c: what FreeBSD's mac_portacl, redirects, setcap and the sysctl give, for portctl import. */
#ifndef PORTCTL_IMPORTWAY_H
#define PORTCTL_IMPORTWAY_H

#include "carry.h"

enum status import_portacl(struct import *import);
enum status import_redirect(struct import *import);
enum status import_setcap(struct import *import);
enum status import_sysctl(struct import *import);

#endif
