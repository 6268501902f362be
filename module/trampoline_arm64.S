/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What ftrace has the entry of a hooked function call.
 *
 * On entry x30 is the return address into the hooked function and x9 the one
 * to its caller; the arguments are in their registers. The decision gets the
 * same arguments and returns a struct portfs_answer in x0 and x1. Either the
 * hooked function runs, with the value as its fourth argument, or its caller
 * gets the value at once: the return address into the hooked function is
 * dropped here, inside the module, and no frame of the module ever lies under
 * the kernel's own bind.
 *
 * Two frame records, one for each return address, keep stack traces whole.
 *
 * A return address that somebody else put there, as a live patch does, is
 * obeyed like any other.
 *
 * ftrace comes by a call or by a branch through x17: both may land on the bti
 * that SYM_FUNC_START begins with; a return may land anywhere. The hooked
 * function signs the return address to its caller, and puts it on the shadow
 * call stack, behind the place where it calls ftrace. So here it is plain, and
 * who does not go there leaves nothing to take off. Neither address is signed
 * while it is on the stack below, as is so in ftrace's own entry.
 *
 * Copyright (C) 2026 The portfs authors
 */
#include <linux/linkage.h>
#include <asm/assembler.h>

#include "compat.h"

/* The fifth argument (x4) is kept for all: only some hooked functions have one. */
.macro TRAMPOLINE name:req decision:req
SYM_FUNC_START(\name)
	/* The caller of the hooked function, as if that had made its frame. */
	stp	x29, x9, [sp, #-16]!
	mov	x29, sp
	stp	x29, x30, [sp, #-48]!
	mov	x29, sp
	stp	x0, x1, [sp, #16]
	stp	x2, x4, [sp, #32]
	bl	\decision
	cbnz	x0, .Lanswered_\@
	mov	x3, x1
	ldp	x0, x1, [sp, #16]
	ldp	x2, x4, [sp, #32]
	ldp	x29, x10, [sp], #48
	ldp	x29, x30, [sp], #16
	ret	x10
.Lanswered_\@:
	mov	x0, x1
	add	sp, sp, #48
	ldp	x29, x30, [sp], #16
	ret
SYM_FUNC_END(\name)
.endm

	.text
TRAMPOLINE portfs_trampoline_inet_bind portfs_bind_inet
TRAMPOLINE portfs_trampoline_inet6_bind portfs_bind_inet6
TRAMPOLINE portfs_trampoline_large_bitmap portfs_reserved_large_bitmap
