// SPDX-License-Identifier: GPL-2.0
/* Linux 6.2: calls are counted by assembler, too. */
#include <asm/nospec-branch.h>

#ifndef CALL_DEPTH_ACCOUNT
#error none
#endif
