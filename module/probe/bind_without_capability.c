// SPDX-License-Identifier: GPL-2.0
/* Linux 5.13: a bind can be spared the privileged-port check. Needed. */
#include <net/inet_common.h>

int probe_bind_without_capability = BIND_NO_CAP_NET_BIND_SERVICE;
