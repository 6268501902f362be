#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The queue of jobs: what a kernel's parts are.

setup() {
	CACHE=$BATS_TEST_TMPDIR/cache logs=$BATS_TEST_TMPDIR/logs
	mkdir -p "$CACHE/locks" "$logs"
	# shellcheck source=tests/queue.sh
	. "$BATS_TEST_DIRNAME/queue.sh"
	: >"$logs/durations"
	names=(a_test b_test c_test d_test e_test.sh)
}

parts() { for part in "$@"; do shard "$part" kernel "${names[@]}"; done | sort; }

@test 'parts: each name is in one of them' {
	[[ $(parts 1-of-2 2-of-2) == "$(printf '%s\n' "${names[@]}")" ]]
	[[ $(parts 1-of-3 2-of-3 3-of-3) == "$(printf '%s\n' "${names[@]}")" ]]
}

@test 'parts: what is remembered while they run changes none of them' {
	local first second
	first=$(shard 1-of-2 kernel "${names[@]}")
	awk '{ print "kernel/" $1, NR == 1 ? 900 : 1 }' <<<"$first" | remember
	second=$(shard 2-of-2 kernel "${names[@]}")
	[[ $(sort <<<"$first"$'\n'"$second") == "$(printf '%s\n' "${names[@]}")" ]]
}

@test 'parts: the longest is alone where it takes as long as all others' {
	printf 'kernel/%s 10\n' "${names[@]}" >"$logs/durations"
	sed -i 's,^kernel/c_test .*,kernel/c_test 40,' "$logs/durations"
	[[ $(shard 1-of-2 kernel "${names[@]}") == c_test ]]
	[[ $(shard 2-of-2 kernel "${names[@]}" | wc -l) == 4 ]]
}

@test "parts: another kernel's times are not this one's" {
	printf 'kernel-debug/%s 500\n' a_test >"$logs/durations"
	[[ $(shard 1-of-2 kernel "${names[@]}" | wc -l) == 3 ]]
}
