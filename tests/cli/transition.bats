#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # bats sets them
# From one rule of a port to another: who may bind in between.

load lib.bash

@test "all pairs of small rules: nobody gains what both refuse, nobody loses what both give" {
	local sources=()
	mapfile -t sources < <(printf '%s\n' "$TOOLS"/portctl/*.c)
	# The tool itself, but for its main().
	gcc -O2 -g -std=gnu11 -D_GNU_SOURCE -DVERSION='""' -Dmain=portctl_main -c "${sources[@]}"
	gcc -O2 -g -std=gnu11 -Wall -Wextra -Werror -D_GNU_SOURCE -I "$TOOLS/portctl" -o model \
		"$BATS_TEST_DIRNAME/../model/transition.c" ./*.o $(portctl_libraries)
	run -0 ./model
	echo "$output"
	[[ $output == *" pairs, "* ]]
}

# The calls that change a node, in their order.
calls() {
	strace -f -qq -o "$BATS_TEST_TMPDIR/trace" \
		-e trace=fchownat,fchmodat,unlinkat,setxattr "$@"
	sed -nE 's/^[0-9]+ +//; s/fchmodat2?\([0-9]+, "([0-9]+)", ([0-7]+).*/chmod \1 \2/p; s/fchownat\([0-9]+, "([0-9]+)", ([0-9]+), ([0-9]+).*/chown \1 \2:\3/p; s/unlinkat\([0-9]+, "([0-9]+)".*/unlink \1/p; s/setxattr\(.*\/([0-9]+)",.*/setxattr \1/p' \
		"$BATS_TEST_TMPDIR/trace" | xargs -d'\n'
}

@test "the steps are few" {
	# One call where one says all.
	[[ $(calls portctl grant 1:2 tcp/80) == "chown 80 1:2 chmod 80 0660" ]]
	[[ $(calls portctl grant 3 tcp/81) == "chown 81 3:0" ]]
	[[ $(calls portctl grant 1:2 tcp/80 -m 666) == "chmod 80 0666" ]]
	[[ $(calls portctl grant 3:4 tcp/80 -m 666) == "chown 80 3:4" ]]
	[[ $(calls portctl grant 3:4 tcp/80 -m 660 -a u:5:rw,g::rw) == "setxattr 80" ]]
	[[ $(calls portctl grant 3:4 tcp/80 -m 640 -a u:5:rw,g::rw) == "chmod 80 0640" ]]
	[[ $(calls portctl grant 5:4 tcp/80 -m 640 -a u:5:rw,g::rw) == "chown 80 5:4" ]]
	[[ $(calls portctl grant 5:4 tcp/80 -m 620) == "setxattr 80" ]]
	# A list that means the same for both owners while they change.
	[[ $(calls portctl grant 3 tcp/80 -m 600) == "setxattr 80 chown 80 3:0 setxattr 80" ]]
	[[ $(nodes) == "tcp/80 3:0 600
tcp/81 3:0 600" && -z $(getfacl -cp --skip-base "$PORT/tcp/80") ]]
}

@test "what is right is not touched" {
	node tcp/1 1 600
	node tcp/2 0 666
	setfacl -m u:2:-,g::rw "$PORT/tcp/2"
	node tcp/3 0 1660
	setfacl -m u:2:rw "$PORT/tcp/3"
	portctl save table
	for command in restore sync; do
		[[ -z $(calls portctl $command table) ]]
	done
	[[ -z $(calls portctl grant 1 tcp/1) ]]
}

@test "the sticky bit comes last and goes first" {
	node tcp/80 1:2 660
	setfacl -m u:3:rw "$PORT/tcp/80"
	[[ $(calls portctl grant 1:2 tcp/80 -m 1660) == "setxattr 80 chmod 80 01660" ]]
	setfacl -m u:3:rw "$PORT/tcp/80"
	[[ $(calls portctl grant 1:2 tcp/80 -m 660) == "chmod 80 0660 setxattr 80" ]]
	[[ $(nodes) == "tcp/80 1:2 660" ]]
	chmod 1660 "$PORT/tcp/80"
	setfacl -m u:3:rw "$PORT/tcp/80"
	portctl grant 4 tcp/80 -m 660
	[[ $(nodes) == "tcp/80 4:0 660" ]]
}

@test "what cannot be changed wholly is as it was" {
	chmod 711 "$BATS_RUN_TMPDIR"
	install -m 755 "$(command -v portctl)" "$BATS_TEST_TMPDIR/portctl"
	node tcp/80 nobody:daemon 660
	setfacl -m u:5:w "$PORT/tcp/80"
	before=$(getfacl -n "$PORT/tcp/80")
	says 1 "cannot change tcp/80: Operation not permitted (this needs root)" \
		setpriv --reuid nobody --clear-groups "$BATS_TEST_TMPDIR/portctl" grant bin tcp/80
	[[ $(getfacl -n "$PORT/tcp/80") == "$before" ]]
}

@test "two who change the same ports make one rule or the other, no third" {
	local round port
	for port in $(seq 1000); do : >"$PORT/tcp/$port"; done
	chown 5:5 "$PORT"/tcp/*
	chmod 600 "$PORT"/tcp/*
	for round in $(seq 5); do
		portctl grant 1 tcp/1-1000 -m 606 2>/dev/null & portctl grant 2:3 tcp/1-1000 -m 660 2>/dev/null &
		wait %1 && wait %2
		[[ -z $(nodes | grep -v -e ' 1:0 606$' -e ' 2:3 660$') ]]
	done
}
