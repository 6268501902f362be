#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # bats sets them
# What needs no machine: kernel logs that were saved, mistakes in usage.

bats_require_minimum_version 1.5.0

setup() { cd "$BATS_TEST_DIRNAME" || return; }

@test "a clean log" {
	run ./scan logs/clean.log
	((status == 0)) && [[ -z $output ]]
}

@test "no log, or none of a kernel, is no clean log" {
	run ! ./scan logs/empty.log
	run ! ./scan logs/not-a-kernel.log
	run ! ./scan logs/missing.log
}

@test "each kind of report, by its first line" {
	local name words
	while read -r name words; do
		echo "$name"
		run -1 ./scan "logs/$name.log"
		[[ $output == *"$words"* && ${#lines[@]} == 1 ]]
	done <<-END
		panic Kernel panic - not syncing: sysrq triggered crash
		oops BUG: kernel NULL pointer dereference
		warn WARNING: CPU: 1 PID: 101 at
		lockdep possible circular locking dependency
		lockdep-state inconsistent lock state
		rcu-usage suspicious RCU usage
		atomic sleeping function called from invalid context
		kasan KASAN: slab-use-after-free
		kmemleak 3 new suspected memory leaks
		rcu-stall detected stalls
		hung-task blocked for more than
		soft-lockup soft lockup
		refcount refcount_t: underflow
		slab-left Objects remaining
		netns-wait unregister_netdevice: waiting
		ftrace ftrace
		gpf general protection fault
	END
}

@test "every saved log is in the list above" {
	local log
	for log in logs/*.log; do
		grep -q -e "^[[:blank:]]*$(basename "$log" .log) " -e "$log" scan.bats
	done
}

@test "usage: one line and status 2" {
	local args
	for args in "" "-k 5.4 -- true" "-t soon -- true" "-s /nowhere -- true" "-M /nowhere -- true" "-z -- true" "-k"; do
		# shellcheck disable=SC2086
		run -2 --separate-stderr ./run $args
		((${#stderr_lines[@]} == 1)) && [[ -z $output ]]
	done
	run -2 ./run -k 5.4 -- true
	[[ $output == *"6.1 6.12 7.2 backports"* ]]
}
