#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # bats sets them
# restore, sync, diff and test.

load lib.bash

@test "restore makes the whole table and leaves alone what is right" {
	node tcp/1 1 600
	node tcp/2 2 600
	node tcp/3 3 600
	printf '%s\n' 'tcp 1 1 600' 'tcp 2 4 660' 'udp 5 5 600' >table
	touch -d '2001-01-01' "$PORT/tcp/1"
	change=$(stat -c %z "$PORT/tcp/1")
	portctl sync table
	[[ $(nodes) == "tcp/1 1:0 600
tcp/2 4:0 660
udp/5 5:0 600" ]]
	[[ $(stat -c %z "$PORT/tcp/1") == "$change" ]]
	portctl restore table
	[[ $(stat -c %z "$PORT/tcp/1") == "$change" ]]
	portctl diff table
	portctl restore - <<<"# nothing"
	[[ -z $(nodes) ]]
}

@test "a dry run only shows" {
	node tcp/1 1 600
	echo "tcp 2 2 600" >table
	for command in restore sync; do
		run -0 portctl $command -n table
		[[ $output == "-tcp 1 $(id -un 1) 0600
+tcp 2 $(id -un 2) 0600" && $(nodes) == "tcp/1 1:0 600" ]]
	done
}

@test "diff" {
	echo "tcp 80 nobody 600" >"$ETC/10.conf"
	run -1 portctl diff
	[[ $output == "-tcp 80 nobody 0600" ]]
	node tcp/80 nobody 660
	run -1 portctl diff
	[[ $output == "-tcp 80 nobody 0600
+tcp 80 nobody 0660" ]]
	chmod 600 "$PORT/tcp/80"
	run -0 portctl diff
	[[ -z $output ]]
	run -0 portctl diff - <<<"tcp 80 nobody 600"
	unchanged 1 "" bash -c 'portctl diff - <<<"#" >&2'
}

# The calls that change nodes, in their order.
calls() {
	strace -f -qq -o trace -e trace=fchownat,fchmodat,unlinkat "$@"
	sed -nE 's/^[0-9]+ +//; s/fchmodat\([0-9]+, "([0-9]+)", ([0-7]+).*/chmod \1/p; s/fchownat\([0-9]+, "([0-9]+)", ([0-9]+), ([0-9]+).*/chown \1/p; s/unlinkat\([0-9]+, "([0-9]+)".*/unlink \1/p' trace
}

@test "no claim after a release, and none released that stays" {
	node tcp/1 1 600
	node tcp/2 2 600
	node tcp/9 9 600
	printf '%s\n' 'tcp 2,3 4 600' 'udp 9 9 600' >table
	for command in restore sync; do
		[[ $(calls portctl $command table | uniq | xargs) =~ ^[^u]*" unlink 1 unlink 9"$ ]]
		node tcp/1 1 600
		node tcp/2 2 600
		node tcp/9 9 600
	done
}

@test "an owner who is unknown keeps all from being changed, but at boot" {
	printf '%s\n' 'tcp 1 1 600' 'tcp 2-3 nosuchuser 666' 'tcp 4 1:nosuchgroup 660' 'udp 5 1 660 u:nosuchuser:w' >table
	run -2 --separate-stderr portctl restore table
	[[ ${#stderr_lines[@]} == 3 && -z $(nodes) ]]
	run -0 --separate-stderr portctl restore --boot table
	[[ ${#stderr_lines[@]} == 3 && $(nodes) == "tcp/1 1:0 600
tcp/2 0:0 600
tcp/3 0:0 600
tcp/4 0:0 600
udp/5 0:0 600" ]]
	[[ ! -e $PORTCTL_ROOT/run/portctl ]]
	# Syntax is not forgiven, but keeps nothing else back.
	echo x >>table
	node tcp/1 2 600
	run -1 portctl sync --boot table
	[[ $(stat -c %u "$PORT/tcp/1") == 1 ]]
}

# A table of everything, at random: the seed is said.
random_table() {
	python3 - "$1" <<'PYTHON'
import random, sys
random.seed(sys.argv[1])
ids = [0, 1, 2, 65534, 12345, 4294967294]
bits = lambda: "".join(random.choice((c, "-")) for c in "rwx")
for protocol in "tcp", "udp":
	port = 0
	while (port := port + random.choice((1, 1, 1, 50, 2000))) <= 65535:
		last = min(65535, port + random.choice((0, 0, 0, 1, 30)))
		mode = random.choice((0o600, 0o666, 0o660, 0o7777, 0, random.randrange(0o10000)))
		line = f"{protocol} {port}-{last} {random.choice(ids)}:{random.choice(ids)} {mode:04o}"
		if random.random() < .3:
			entries = [f"{kind}:{id}:{bits()}" for kind in "ug" for id in random.sample(ids, 2)]
			line += " " + ",".join(entries + [f"g::{bits()}"])
		print(line)
		port = last
PYTHON
}

@test "save piped to restore is the identity, for any table" {
	local seed state
	for seed in 1 2 3 $RANDOM; do
		echo "seed $seed"
		random_table $seed >table
		portctl restore table
		state=$(cd "$PORT" && getfacl -Rn tcp udp && nodes)
		portctl save - >saved
		portctl save - | portctl restore -
		[[ $state == "$(cd "$PORT" && getfacl -Rn tcp udp && nodes)" ]]
		rm -f "$PORT"/*/*
		portctl restore saved
		[[ $state == "$(cd "$PORT" && getfacl -Rn tcp udp && nodes)" ]]
		portctl diff saved
		# And by way of the folders.
		portctl save
		rm -f "$PORT"/*/*
		portctl restore
		[[ $state == "$(cd "$PORT" && getfacl -Rn tcp udp && nodes)" ]]
	done
}

@test "test: who may, and why" {
	local daemon
	daemon=$(id -g daemon)
	answer() {
		local expected=$1 words=$2
		shift 2
		run -"$expected" portctl test "$@"
		[[ $output == *"$words"* ]]
	}
	answer 0 "yes: tcp/1024 is unclaimed, and the kernel's own rule lets anyone bind ports from 1024 on" nobody tcp/1024
	answer 1 "no: tcp/1023 is unclaimed, and the kernel's own rule keeps ports below 1024 for root" nobody tcp/1023
	answer 0 "yes: tcp/1023" root tcp/1023
	node tcp/80 nobody:daemon 600
	answer 0 "yes: tcp/80 is nobody:daemon 0600, and nobody is its owner" nobody tcp/80
	answer 1 "no: tcp/80 is nobody:daemon 0600, and daemon is in its group daemon" daemon tcp/80
	answer 1 "no: tcp/80 is nobody:daemon 0600, and bin is neither its owner nor in its group" bin tcp/80
	answer 0 "root has CAP_NET_BIND_SERVICE" root tcp/80
	chmod 466 "$PORT/tcp/80"
	answer 1 "nobody is its owner" nobody tcp/80
	answer 0 "in its group daemon" daemon tcp/80
	answer 0 "neither" bin tcp/80
	chmod 1600 "$PORT/tcp/80"
	answer 1 "no: tcp/80 is nobody:daemon 1600" root tcp/80
	chmod 600 "$PORT/tcp/80"
	setfacl -m "u:bin:w,g:$daemon:w" "$PORT/tcp/80"
	answer 0 "bin has an entry in its ACL" bin tcp/80
	answer 0 "daemon is in group daemon of its ACL" daemon tcp/80
	setfacl -m m::r "$PORT/tcp/80"
	answer 1 "bin has an entry in its ACL" bin tcp/80
	# As for files: an empty mask has the ACL passed over.
	chmod 606 "$PORT/tcp/80"
	answer 0 "neither its owner nor in its group" bin tcp/80
	answer 1 "yes: tcp/8080" nobody tcp/80 tcp/8080 udp/80
	[[ ${#lines[@]} == 3 ]]
	unchanged 2 "there is no user 'nosuchuser'" portctl test nosuchuser tcp/80
}

@test "a pipe that brings nothing, or half a line, releases nothing" {
	node tcp/1 1 600
	unchanged 2 'standard input is empty' portctl restore - </dev/null
	unchanged 2 'standard input is empty' bash -c 'false | portctl restore -'
	unchanged 2 'stdin:2:10: error: standard input ends in the middle of a line' bash -c "printf 'tcp 1 1 600\ntcp 2 2 6' | portctl sync -"
	unchanged 2 'standard input is empty' portctl check - </dev/null
	unchanged 1 'standard input is empty' portctl restore --boot - </dev/null
	# An empty table is one that says so.
	rm "$PORT/tcp/1"
	run -0 portctl save -
	[[ $output == '#'* ]]
	node tcp/1 1 600
	portctl restore - <<<"$output"
	[[ -z $(nodes) ]]
	printf 'tcp 80 1 600\n' | portctl restore -
	[[ $(nodes) == 'tcp/80 1:0 600' ]]
}

@test "sync --keep claims what the files claim and nobody has, and changes nothing else" {
	local before
	printf 'tcp 80,443 daemon 600\n' >"$ETC/10.conf"
	mkdir -p "$PORTCTL_ROOT/usr/lib/portctl.d"
	printf 'tcp 1000-1002 bin 600\n' >"$PORTCTL_ROOT/usr/lib/portctl.d/web.conf"
	node tcp/80 2:0 600
	node tcp/1001 2:0 600
	node udp/53 1:0 640
	before=$(nodes)
	run -0 portctl sync --keep --dry-run
	[[ $(nodes) == "$before" ]]
	run -0 --separate-stderr portctl sync -k
	echo "$output$stderr"
	[[ $output == $'+tcp 443 daemon 0600\n+tcp 1000 bin 0600\n+tcp 1002 bin 0600' ]]
	[[ ${#stderr_lines[@]} == 2 ]]
	[[ ${stderr_lines[0]} == *"tcp/80 keeps its rule, though the files have another one; 'portctl diff' shows it, 'portctl sync' changes it" ]]
	[[ ${stderr_lines[1]} == *"udp/53 keeps its rule, though no file has it;"* ]]
	[[ $(nodes) == 'tcp/80 2:0 600
tcp/443 1:0 600
tcp/1000 2:0 600
tcp/1001 2:0 600
tcp/1002 2:0 600
udp/53 1:0 640' ]]
	# The file is gone: nothing is released, and all of it is said, a run of ports in a line.
	rm "$PORTCTL_ROOT/usr/lib/portctl.d/web.conf"
	before=$(nodes)
	run -0 --separate-stderr portctl sync --keep
	[[ -z $output && $stderr == *"tcp/1000-1002 keeps its rule, though no file has it"* && $(nodes) == "$before" ]]
	# Of a file alone.
	echo 'udp 80 daemon 600' >table
	run -0 --separate-stderr portctl sync -k table
	[[ $output == '+udp 80 daemon 0600' && $(nodes) == *'udp/80 1:0 600' ]]
}

@test "sync --keep: a mistake in a file, or what it cannot go with, and nothing changes" {
	printf 'tcp 80 daemon 600\n' >"$ETC/10.conf"
	printf 'tcp 81 daemon 66x\n' >"$ETC/20.conf"
	unchanged 2 "20.conf:1:15: error:" portctl sync --keep
	rm "$ETC/20.conf"
	unchanged 2 'sync --keep takes neither --boot nor --late' portctl sync --keep --boot
	unchanged 2 'sync --keep takes neither --boot nor --late' portctl sync -kl
	unchanged 2 "'restore' takes no option -k, --keep" portctl restore --keep
}

@test "a file of a package in /usr/lib is masked by those of /run and /etc" {
	local usr=$PORTCTL_ROOT/usr/lib/portctl.d run=$PORTCTL_ROOT/run/portctl.d
	mkdir -p "$usr" "$run"
	echo 'tcp 80 daemon 600' >"$usr/web.conf"
	[[ $(portctl sync --dry-run) == '+tcp 80 daemon 0600' ]]
	echo 'tcp 81 daemon 600' >"$run/web.conf"
	[[ $(portctl sync --dry-run) == '+tcp 81 daemon 0600' ]]
	echo 'tcp 82 daemon 600' >"$ETC/web.conf"
	[[ $(portctl sync --dry-run) == '+tcp 82 daemon 0600' ]]
	ln -sf /dev/null "$ETC/web.conf"
	[[ -z $(portctl sync --dry-run) ]]
}
