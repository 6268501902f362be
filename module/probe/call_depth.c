// SPDX-License-Identifier: GPL-2.0
/* Linux 6.2: calls are counted by assembler, too. */
#ifdef CONFIG_X86_64
#include <asm/nospec-branch.h>
#endif

#ifndef CALL_DEPTH_ACCOUNT
#error none
#endif
