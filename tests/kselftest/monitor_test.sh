#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# portctl monitor: what happens to ports, as the kernel tells it; how many of a flood, and what is left of it
# when it ends. Begins and ends with the module loaded and mounted at /dev/port.
# shellcheck disable=SC2317 # the cases are called by their names

set -u
here=$(cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=tests/kselftest/cases.sh
. "$here/cases.sh"

INSTANCES=/sys/kernel/tracing/instances
SAID=/tmp/monitor.said
CHANGES=10000

# watch ARGUMENTS…: a monitor that has begun.
watch() {
	portctl monitor "$@" >"$SAID" 2>&1 &
	monitor=$!
	instance=$INSTANCES/portctl-$monitor
	until [[ $(cat "$instance/tracing_on" 2>/dev/null) == 1 && $(cat "$instance/events/portfs/enable") == 1 ]]; do
		kill -0 "$monitor" || { cat "$SAID"; exit 1; }
		sleep 0.1
	done
}

# It says all that happened before it goes.
end_watch() {
	kill -"${1:-TERM}" "$monitor"
	wait "$monitor"
}

# What it said, without times and processes.
said_words() { sed -E 's/^[0-9-]{10}T[0-9:]{8}\.[0-9]{3}Z //; s/ \(process [0-9]+\)//' "$SAID"; }

restore() {
	[[ ! -e "$SAID" ]] || rm "$SAID"
	release_all
}

# change_often TIMES
change_often() {
	python3 -c '
import os, sys
for i in range(int(sys.argv[1])):
	os.chmod("/dev/port/tcp/80", 0o600 if i % 2 else 0o640)' "$1"
}

says_what_happens() {
	watch
	must chown 1001:1100 "$PORT/tcp/80"
	must chmod 660 "$PORT/tcp/80"
	must equal "$(bind_as 1001 tcp 80)" 0
	must equal "$(bind_as 1002 tcp 80 127.0.0.1)" EACCES
	must equal "$(bind_port tcp 80 ::)" 'bound tcp/80'
	must equal "$(bind_as 1002 tcp 8080)" 0
	must rm "$PORT/tcp/80"
	must end_watch
	must equal "$(said_words)" 'claim tcp/80 by root: alice:web 0600
change tcp/80 by root: alice:web 0660, was alice:web 0600
granted tcp/80 on 0.0.0.0 by alice: alice:web 0660
refused tcp/80 on 127.0.0.1 by bob: alice:web 0660
capable tcp/80 on :: by root: alice:web 0660
release tcp/80 by root: was alice:web 0660'
	must_not test -e "$instance"
}

# The times are those of the host's clock, in the order of the events.
times_are_right() {
	local before after first last
	before=$(date -u +%FT%T)
	watch -j
	must chown 1001 "$PORT/tcp/80"
	must equal "$(bind_as 1002 tcp 80)" EACCES
	must end_watch INT
	after=$(date -u +%FT%T)
	read -r first last < <(python3 -c '
import json, sys
print(*[json.loads(line)["time"] for line in open(sys.argv[1])])' "$SAID")
	[[ ! $before > $first && ! $first > $last && ! ${last%.*} > $after ]] ||
		{ echo "$before $first $last $after"; exit 1; }
}

loses_nothing() {
	must chmod 600 "$PORT/tcp/80"
	watch
	must change_often "$CHANGES"
	must end_watch
	must equal "$(said_words | sort | uniq -c | sed 's/^ *//')" \
		"$((CHANGES / 2)) change tcp/80 by root: root:root 0600, was root:root 0640
$((CHANGES / 2)) change tcp/80 by root: root:root 0640, was root:root 0600"
}

# Each is said, or counted among those that were lost.
says_what_it_lost() {
	local said lost
	must chmod 600 "$PORT/tcp/80"
	watch -j
	kill -STOP "$monitor"
	must sh -c "echo 4 >$instance/buffer_size_kb"
	must change_often "$CHANGES"
	kill -CONT "$monitor"
	must end_watch
	read -r said lost < <(python3 -c '
import json, sys
events = [json.loads(line) for line in open(sys.argv[1])]
print(sum(event["event"] == "change" for event in events), sum(event.get("count", 0) for event in events))' "$SAID")
	echo "said $said, lost $lost"
	((said && lost && said + lost == CHANGES)) || exit 1
}

# What another tracer knows of names does not come into it.
is_not_fooled_by_names() {
	local name
	must chown 1001 "$PORT/tcp/80"
	echo 1 >/sys/kernel/tracing/events/portfs/enable
	watch
	for name in $'\nCPU:0 [LOST 9 ' $'\n: portfs_bind: ' ': portfs_bind: n' 'CPU:0 [LOST 1 E'; do
		must python3 -c '
import os, socket, sys
open("/proc/self/comm", "w").write(sys.argv[1])
os.setresuid(1002, 1002, 1002)
try:
	socket.socket().bind(("", 80))
except PermissionError:
	sys.exit(0)
sys.exit(1)' "$name"
	done
	must end_watch
	echo 0 >/sys/kernel/tracing/events/portfs/enable
	must equal "$(said_words | uniq -c | xargs)" '4 refused tcp/80 on 0.0.0.0 by bob: alice:root 0600'
}

only_this_namespace() {
	watch
	must unshare -n -m sh -c 'mount -t portfs portfs /dev/port && chmod 600 /dev/port/tcp/80'
	must chmod 640 "$PORT/tcp/80"
	must end_watch
	must equal "$(said_words)" 'claim tcp/80 by root: root:root 0640'
	must release_all
	# And there only that one.
	unshare -n -m bash -c "mount -t portfs portfs /dev/port; $(declare -f watch); INSTANCES=$INSTANCES SAID=$SAID
		watch; chmod 600 /dev/port/tcp/80; nsenter -n -m -t $$ chmod 644 /dev/port/tcp/81; kill \$monitor; wait"
	must equal "$(said_words)" 'claim tcp/80 by root: root:root 0600'
}

nothing_is_left() {
	local signal
	for signal in INT TERM HUP; do
		watch
		must end_watch "$signal"
		must_not test -e "$instance"
	done
	# Nobody reads any more: with events, and without.
	portctl monitor > >(head -n 1 >/dev/null) &
	monitor=$!
	until [[ $(cat "$INSTANCES/portctl-$monitor"/events/portfs/enable 2>/dev/null) == 1 ]]; do sleep 0.1; done
	must chmod 600 "$PORT/tcp/80"
	must chmod 640 "$PORT/tcp/80"
	wait "$monitor"
	must_not test -e "$INSTANCES/portctl-$monitor"
	timeout 60 portctl monitor > >(exec true)
	must_not compgen -G "$INSTANCES/portctl-*"
	watch
	end_watch KILL
	must test -e "$instance"
	left=$instance
	watch
	must_not test -e "$left"
	must end_watch
	must_not compgen -G "$INSTANCES/portctl-*"
}

two_do_not_disturb_each_other() {
	local first
	watch
	first=$monitor
	portctl monitor -N >"$SAID.second" 2>&1 &
	until [[ $(cat "$INSTANCES"/portctl-$!/events/portfs/enable 2>/dev/null) == 1 ]]; do sleep 0.1; done
	must chmod 600 "$PORT/tcp/80"
	must kill $!
	wait $!
	must rm "$PORT/tcp/80"
	monitor=$first
	must end_watch
	must equal "$(said_words | wc -l) $(wc -l <"$SAID.second")" '2 1'
	rm "$SAID.second"
}

ends_with_the_module() {
	watch
	must umount "$PORT"
	must rmmod portfs
	wait "$monitor"
	must equal "$? $(<"$SAID")" '3 portctl: the module has been removed'
	must_not test -e "$instance"
	must modprobe portfs
	must mount -t portfs portfs "$PORT"
}

only_root_can() {
	local words
	words=$(setpriv --reuid 1001 --regid 1001 --clear-groups portctl monitor 2>&1)
	must equal "$? $words" '1 portctl: cannot watch the ports: only root can'
}

echo TAP version 13
run 'it says what happens' says_what_happens
run 'when it happened' times_are_right
run "it loses nothing of $CHANGES changes" loses_nothing
run 'what it loses it counts' says_what_it_lost
run 'names of programs do not fool it' is_not_fooled_by_names
run 'each network namespace for itself' only_this_namespace
run 'nothing is left of it' nothing_is_left
run 'two at a time' two_do_not_disturb_each_other
run 'it ends with the module' ends_with_the_module
run 'only root can' only_root_can
plan
