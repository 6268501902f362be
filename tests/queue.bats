#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The queue of jobs.
# shellcheck disable=SC2016 # the queue's shell reads it

bats_require_minimum_version 1.5.0

setup() {
	export CACHE=$BATS_TEST_TMPDIR/cache logs=$BATS_TEST_TMPDIR/logs
	mkdir -p "$CACHE/locks" "$logs"
}

# What busy and waits do is a second of a processor's work.
QUEUE='
job() {
	case $1 in
	slow) sleep 1 ;;
	busy) timeout 1 sh -c "while :; do :; done" || true ;;
	waits) { timeout 1 sh -c "while :; do :; done" || true; } | cat ;;
	needs) [[ -e $logs/needed ]] ;;
	needed) sleep 0.5; touch "$logs/needed" ;;
	fails) false; echo goes on ;;
	esac
	echo "$1" >>"$logs/ended"
}
. tests/queue.sh
lanes() { echo 2; }
'

# In a shell of its own, as tests/check is one: the queue is about processes and their groups.
queue() { (cd "$BATS_TEST_DIRNAME/.." && timeout 60 bash -euo pipefail -c "$QUEUE$1"); }

@test 'each job once' {
	run queue 'enqueue a 1; enqueue b 2; enqueue a 1; enqueue c 3; run_queue'
	[[ ${lines[0]} == '# 0 of 3 done'* && $(sort "$logs/ended") == $'a\nb\nc' ]]
}

@test 'what another needs ends before it begins' {
	queue 'enqueue needs 100 needed; enqueue needed 1; enqueue other 50; run_queue'
	[[ $(sort "$logs/ended") == $'needed\nneeds\nother' ]]
}

@test 'a queue of which nothing can begin says so' {
	run ! queue 'enqueue a 1 b; enqueue b 1 a; run_queue'
	[[ $output == 'nothing of this can begin: a b' ]]
}

@test 'the longest first, by what it took the last time' {
	run queue 'remember <<<$'"'slow 30\na 20\nb 10'"'; enqueue b 500; enqueue a 500; enqueue slow 1; next_job'
	[[ $output == slow ]]
}

@test 'a job that fails is not remembered, and the others go on' {
	queue 'enqueue fails 9; enqueue a 1; run_queue'
	[[ $(<"$logs/ended") == a && $(cut -d ' ' -f 1 "$CACHE/durations") == a ]]
}

@test 'how long each took, and how much of a processor' {
	queue 'enqueue slow 1; enqueue busy 1; enqueue waits 1; run_queue'
	grep -E '^  [0-9]+ s, 0 s of a processor$' "$logs/slow.out"
	for name in busy waits; do
		awk -F '[ms ]+' 'NR == 2 { exit !($2 + $4 > 0.2) }' "$logs/$name.times"
	done
}
