# SPDX-License-Identifier: GPL-2.0
# Which programs of tests/kselftest are run on which kernel, and on how many processors.
#
# The caller has sourced tests/vm/kernels.sh, in the tree's root; K is what kernels it was asked for, T what program.
# shellcheck shell=bash

# The debug kernel's checkers look at the module's memory and locks: portctl's programs go the ways of the others,
# acl_files_test only acl_test's, some thousand times, and bind_test those of road_test and acl_test.
NOT_DEBUG='portctl_test monitor_test why_test transition_test mount_helper_test acl_files_test bind_test'
# It loads and unloads the module a hundred times and takes five minutes of an idle machine: on the oldest kernel here, on all of
# backports by check-backports, on the others by T=tracer_test.
TRACED=6.1

# Programs that try something at the same time as something else, and so want two processors. The others have one: it
# takes an emulator half of its time to wake up another, and with more guests than processors one waits for the other.
AT_ONCE='audited_test count_test guard_test lifetime_test monitor_test netns_test portctl_test stress_test tracer_test
	transition_test'

# What every kernel must pass; the rest differs little from kernel to kernel.
CORE='bind_test node_test lifetime_test guard_test acl_test mount_test'
# Where decisions may sleep is a question of PREEMPT_RT: there, where all is run, and in the targets of their own.
RT_CORE=audited_test
# Debian's kernel for any PC is the one for the cloud, but for its device at /dev/port; tests/boot has it, too.
GENERIC_CORE='bind_test node_test mount_helper_test'

# only WORDS, all_but WORDS: of the programs on stdin, those that are among WORDS, or that are not.
only() { grep -xE "($(xargs <<<"$1" | tr ' ' '|'))(\.sh)?" || true; }
all_but() { grep -vxE "($(xargs <<<"$1" | tr ' ' '|'))(\.sh)?" || true; }

# for_kernel KERNEL: of the programs on stdin, those that are run on it.
for_kernel() {
	if [[ ${T-} ]]; then
		only "${T%.sh}"
	elif [[ ${K-} ]]; then
		cat
	elif [[ $1 == *-generic ]]; then
		only "$GENERIC_CORE"
	elif [[ $(tests_of "$1") == core ]]; then
		only "$CORE $([[ $1 != *-rt ]] || echo "$RT_CORE")"
	else
		all_but "$([[ $(tests_of "$1") != debug ]] || echo "$NOT_DEBUG") $([[ " $TRACED " == *" $1 "* ]] || echo tracer_test)"
	fi
}

# programs NAME: those of the job NAME, which is KERNEL, or KERNEL-at-once.
programs() {
	local kernel=${1%-at-once} select=all_but
	[[ $1 == "$kernel" ]] || select=only
	(cd tests/kselftest && ls -- *_test.c *_test.sh) | sed 's/\.c$//' | for_kernel "$kernel" | $select "$AT_ONCE"
}
