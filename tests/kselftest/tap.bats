#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# The judge of the test programs' output: what it must not let pass.

bats_require_minimum_version 1.5.0

judge() {
	run "$BATS_TEST_DIRNAME/tap" "EXPECTED=$1" <(printf '%s\n' "${@:2}")
	total=${lines[-1]}
}

@test "all passed" {
	judge 1 '# begin a' 'TAP version 13' '1..2' '#  RUN x' 'ok 1 x' 'ok 2 y' '# end a 0'
	[ "$total" = '# total 2 0 0' ]
	[ "${lines[0]}" = 'a: 2 passed' ]
}

@test "a failed test, with what it said" {
	judge 1 '# begin a' '1..2' '# expected 0 == 13' 'not ok 1 x' 'ok 2 y' '# end a 1'
	[ "$total" = '# total 1 1 0' ]
	[[ $output == *'expected 0 == 13'* ]]
	[[ $output == *'not ok 1 x'* ]]
}

@test "what is left behind is a failure of the program that left it" {
	judge 2 '# begin a' '1..1' 'ok 1 x' '# left /dev/port/tcp/80' '# end a 0 3' '# begin b' '1..1' 'ok 1 x' '# end b 0 2'
	[ "$total" = '# total 2 1 0' ]
	[[ $output == *'a: it left /dev/port/tcp/80'* && $output == *'b: 1 passed, 2 s'* ]]
}

@test "a skipped test, with its reason" {
	judge 1 '# begin a' '1..2' 'ok 1 x # SKIP absent' 'ok 2 y # SKIP absent' '# end a 4'
	[[ $output == *'skipped: absent (2 times)'* ]]
}

@test "a skipped test is no passed one" {
	judge 1 '# begin a' '1..2' 'ok 1 x # SKIP absent' 'ok 2 y' '# end a 0'
	[ "$total" = '# total 1 0 1' ]
}

@test "a program that stopped half-way" {
	judge 1 '# begin a' '1..3' 'ok 1 x'
	[[ $total == '# total 1 '[1-9]* ]]
	[[ $output == *'it stopped half-way'* ]]
}

@test "a program that stopped half-way, before another" {
	judge 2 '# begin a' '1..1' 'ok 1 x' '# begin b' '1..1' 'ok 1 x' '# end b 0'
	[ "$total" = '# total 2 1 0' ]
}

@test "fewer tests than planned, with a good status" {
	judge 1 '# begin a' '1..3' 'ok 1 x' 'ok 2 y' '# end a 0'
	[ "$total" = '# total 2 1 0' ]
	[[ $output == *'2 tests of 3 ran'* ]]
}

@test "more tests than planned" {
	judge 1 '# begin a' '1..1' 'ok 1 x' 'ok 2 y' '# end a 0'
	[ "$total" = '# total 2 1 0' ]
}

@test "no plan" {
	judge 1 '# begin a' 'ok 1 x' '# end a 0'
	[ "$total" = '# total 1 1 0' ]
}

@test "an empty plan" {
	judge 1 '# begin a' '1..0' '# end a 0'
	[[ $total == '# total 0 '[1-9]*' 0' ]]
}

@test "a bad status without a failed test" {
	judge 1 '# begin a' '1..1' 'ok 1 x' '# end a 139'
	[ "$total" = '# total 1 1 0' ]
	[[ $output == *'exit status 139'* ]]
}

@test "numbers that jump" {
	judge 1 '# begin a' '1..2' 'ok 1 x' 'ok 3 y' '# end a 0'
	[ "$total" = '# total 2 1 0' ]
}

@test "a program that never began" {
	judge 2 '# begin a' '1..1' 'ok 1 x' '# end a 0'
	[ "$total" = '# total 1 1 0' ]
	[[ $output == *'1 test programs of 2 ran'* ]]
}

@test "nothing at all" {
	judge 1 ''
	[ "$total" = '# total 0 1 0' ]
}

@test "what programs in shell say comes in one stream" {
	run --separate-stderr bash -c '. "$1"; complain() { echo one; echo two >&2; echo three; }; run words complain; echo four >&2' \
		sh "$BATS_TEST_DIRNAME/cases.sh"
	echo "$output"
	[[ ! $stderr && $output == *one*two*three*four* ]]
}
