/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What ftrace has the entry of a hooked function call.
 *
 * On entry the stack holds the return address into the hooked function and,
 * above it, the one to its caller; the arguments are in their registers. The
 * decision gets the same arguments and returns a struct portfs_answer in rax
 * and rdx. Either the hooked function runs, with the value as its fourth
 * argument, or its caller gets the value at once: the return address into the
 * hooked function is dropped here, inside the module, and no frame of the
 * module ever lies under the kernel's own bind.
 *
 * One frame is enough for the ORC unwinder. The frame pointer unwinder misses
 * the caller of the hooked function, as it does below BPF's trampolines.
 *
 * A return address that somebody else put there, as a live patch does, is
 * obeyed like any other.
 *
 * Copyright (C) 2026 The portfs authors
 */
#include <linux/linkage.h>
#include <asm/nospec-branch.h>
#include <asm/unwind_hints.h>

#include "compat.h"

/*
 * ftrace keeps a flag in bit 0 of the address (Linux 7.2); what the kernel puts
 * before its own functions may leave these at an odd one, hence SYM_A_NONE.
 * @fifth: the hooked function has a fifth argument.
 */
.macro TRAMPOLINE name:req decision:req fifth=0
	.balign	16
SYM_START(\name, SYM_L_GLOBAL, SYM_A_NONE)
	ENDBR
	pushq	%rbp
	movq	%rsp, %rbp
	CALL_DEPTH_ACCOUNT
	pushq	%rdi
	pushq	%rsi
	pushq	%rdx
	.if \fifth
	pushq	%r8
	.endif
	call	\decision
	testq	%rax, %rax
	jnz	.Lanswered_\@
	movq	%rdx, %rcx
	.if \fifth
	popq	%r8
	.endif
	popq	%rdx
	popq	%rsi
	popq	%rdi
	popq	%rbp
	RET
.Lanswered_\@:
	movq	%rdx, %rax
	leave
	addq	$8, %rsp
	/* As at the entry of a function: the caller's return address is on top. */
	UNWIND_HINT_FUNC
	RET
SYM_FUNC_END(\name)
.endm

	.text
TRAMPOLINE portfs_trampoline_inet_bind portfs_bind_inet
TRAMPOLINE portfs_trampoline_inet6_bind portfs_bind_inet6
TRAMPOLINE portfs_trampoline_large_bitmap portfs_reserved_large_bitmap fifth=1
