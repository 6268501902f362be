#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Which programs are run on which kernel.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/.." || return
	unset K T
	# shellcheck source=tests/vm/kernels.sh
	. tests/vm/kernels.sh
	# shellcheck source=tests/programs.sh
	. tests/programs.sh
}

all() { (cd tests/kselftest && ls -- *_test.c *_test.sh) | sed 's/\.c$//' | sort; }
of() { { programs "$1"; programs "$1-at-once"; } | sort; }

@test 'the two jobs of a kernel: each program is in one of them' {
	[[ $(of 6.1) == "$(all)" ]]
	[[ $(programs 6.1 | wc -l) -gt 5 && $(programs 6.1-at-once | wc -l) -gt 5 ]]
}

@test 'each list names programs that there are' {
	local name
	for name in $NOT_DEBUG $AT_ONCE $CORE $RT_CORE $GENERIC_CORE; do
		all | grep -xE "$name(\.sh)?"
	done
}

@test 'the core, the debug kernel, and what is run on one of all only' {
	[[ $(of 7.2) == $'acl_test\nbind_test\nguard_test.sh\nlifetime_test.sh\nmount_test\nnode_test' ]]
	[[ $(of 6.12-rt) == *audited_test* && $(of 7.2) != *audited_test* ]]
	[[ $(of 6.12) == "$(all | grep -vx tracer_test)" ]]
	[[ $(of 6.12-debug) == *lifetime_test* && $(of 6.12-debug) != *why_test* && $(of 6.12-debug) != *tracer_test* ]]
	[[ $(of 6.1-generic) == $'bind_test\nmount_helper_test.sh\nnode_test' ]]
}

@test 'K: all; T: the one' {
	[[ $(K=7.2 of 7.2) == "$(all)" ]]
	[[ $(T=guard_test of 7.2) == guard_test.sh && $(T=tracer_test.sh of 6.12-debug) == tracer_test ]]
}

@test 'T that is no program is refused, whatever the target' {
	export PORTFS_CACHE=$BATS_TEST_TMPDIR/cache
	for T in cases '*_test' lifetime; do
		T=$T run ! tests/check
		[[ $output == "check: no test program '$T', and no part; parts: "* ]]
		T=$T run ! tests/check arm64
		[[ $output == "check: no test program '$T'" ]]
	done
}
