#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # bats sets them
# monitor: the lines of tracefs, from a stand-in for an instance of it; monitor_test.sh has the real one.

load lib.bash
load host.bash

# What a kernel's line has before the event, and the two events.
HEAD='           <...>-812     [000] .....    12.345678: '
BIND='portfs_bind: netns=4026531840 proto=tcp address=::ffff:127.0.0.1 port=80 uid=0 pid=812 verdict=refused error=-13 owner=65534 group=0 mode=0600 acl=0'
CHANGE='portfs_change: netns=4026531840 proto=udp port=53 uid=0 pid=811 action=change old_owner=0 old_group=0 old_mode=0000 old_acl=0 owner=65534 group=65534 mode=0660 acl=4'

# watch LINES ARGUMENTS…: what it says of these lines, without the time. The process that makes the instance becomes portctl.
watch() {
	local lines=$1
	shift
	LINES="$lines" bash -c '
		instance=$PORTCTL_ROOT/sys/kernel/tracing/instances/portctl-$$
		mkdir -p "$instance"/events/portfs
		cd "$instance"
		: >tracing_on >trace >trace_clock >buffer_size_kb >buffer_percent
		: >events/portfs/filter >events/portfs/enable
		printf %s "$LINES" >trace_pipe
		exec portctl monitor "$@"' watch "$@" | sed -E 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z/TIME/'
}

@test "each kind of event" {
	run -0 watch "$HEAD$BIND
$HEAD${BIND/verdict=refused error=-13/verdict=granted error=0}
$HEAD${BIND/verdict=refused error=-13/verdict=capable error=0}
$HEAD${BIND/error=-13/error=-99}
$HEAD${BIND/::ffff:127.0.0.1/::1}
$HEAD${CHANGE/action=change/action=claim}
$HEAD$CHANGE
$HEAD${CHANGE/action=change/action=release}
"
	[[ $output == 'TIME refused tcp/80 on 127.0.0.1 by root (process 812): nobody:root 0600
TIME granted tcp/80 on 127.0.0.1 by root (process 812): nobody:root 0600
TIME capable tcp/80 on 127.0.0.1 by root (process 812): nobody:root 0600
TIME refused tcp/80 on 127.0.0.1 by root (process 812): nobody:root 0600, Cannot assign requested address
TIME refused tcp/80 on ::1 by root (process 812): nobody:root 0600
TIME claim udp/53 by root (process 811): nobody:nogroup 0660+
TIME change udp/53 by root (process 811): nobody:nogroup 0660+, was root:root 0000
TIME release udp/53 by root (process 811): was root:root 0000' ]]
	run -0 watch "$HEAD$BIND
" -N
	[[ $output == 'TIME refused tcp/80 on 127.0.0.1 by 0 (process 812): 65534:0 0600' ]]
}

@test "a line of JSON for each" {
	watch "$HEAD$BIND
$HEAD${BIND/verdict=refused error=-13/verdict=granted error=0}
$HEAD$CHANGE
$HEAD${CHANGE/action=change/action=claim}
$HEAD${CHANGE/action=change/action=release}
CPU:1 [LOST 377 EVENTS]
" -j | python3 -c '
import json, sys
bind, granted, change, claim, release, lost = [json.loads(line) for line in sys.stdin]
nobody = {"owner": "nobody", "uid": 65534, "group": "root", "gid": 0, "mode": "0600", "acl": False}
assert bind == {"time": "TIME", "event": "refused", "protocol": "tcp", "port": 80, "user": "root", "uid": 0, "pid": 812,
	"address": "127.0.0.1", "error": "EACCES", "rule": nobody}, bind
assert granted["event"] == "granted" and granted["error"] is None
new = {"owner": "nobody", "uid": 65534, "group": "nogroup", "gid": 65534, "mode": "0660", "acl": True}
old = {"owner": "root", "uid": 0, "group": "root", "gid": 0, "mode": "0000", "acl": False}
assert change == {"time": "TIME", "event": "change", "protocol": "udp", "port": 53, "user": "root", "uid": 0, "pid": 811,
	"old": old, "rule": new}, change
assert claim["old"] is None and claim["rule"] == new and release["old"] == old and release["rule"] is None
assert lost == {"event": "lost", "count": 377}'
}

@test "only the ports that are named" {
	run -0 watch "$HEAD$BIND
$HEAD$CHANGE
CPU:0 [LOST 1 EVENTS]
CPU:0 [LOST EVENTS]
" 53/udp
	[[ $output == 'TIME change udp/53 by root (process 811): nobody:nogroup 0660+, was root:root 0000
lost 1 event
lost 1 event' ]]
}

# The name of a process has 15 bytes at most, of whatever kind, a newline among them.
@test "no process forges an event, or a loss" {
	run -0 watch "          : portfs_bind: -812     [000] .....    12.345678: $BIND
CPU:0 [LOST 1 -812     [000] .....    12.345678: $BIND
CPU:0 [LOST 1 EVENTS]x
CPU:0 [LOST 0 EVENTS]
portfs_bind: netns=1 proto=tcp
$HEAD${BIND/proto=tcp/proto=sctp}
$HEAD${BIND/port=80/port=65536}
$HEAD${BIND/::ffff:127.0.0.1/nowhere}
$HEAD${BIND% acl=0}
nonsense"
	[[ $output == 'TIME refused tcp/80 on 127.0.0.1 by root (process 812): nobody:root 0600
TIME refused tcp/80 on 127.0.0.1 by root (process 812): nobody:root 0600' ]]
}

# What the kernel adds to an event in times to come stands at its end.
@test "more fields are no mistake" {
	run -0 watch "$HEAD$BIND more=1
"
	[[ $output == 'TIME refused tcp/80 on 127.0.0.1 by root (process 812): nobody:root 0600' ]]
}

@test "what is written to the instance" {
	run -0 watch ''
	cd "$PORTCTL_ROOT"/sys/kernel/tracing/instances/portctl-*
	[[ $(<events/portfs/filter) == "netns == $(stat -L -c %i /proc/self/ns/net)" && $(<events/portfs/enable) == 1 &&
		$(<trace_clock) == boot && $(<tracing_on) == 0 ]]
}

@test "what a killed one left goes, what another has stays" {
	local folder=$PORTCTL_ROOT/sys/kernel/tracing/instances
	mkdir -p "$folder"/{portctl-4194305,portctl-1,other}
	run -0 watch ''
	[[ ! -e $folder/portctl-4194305 && -e $folder/portctl-1 && -e $folder/other ]]
}

@test "without tracefs, and words that are none of its" {
	says 1 'cannot watch the ports: tracefs is not mounted at' portctl monitor
	mkdir -p "$PORTCTL_ROOT/sys/kernel/tracing/instances"
	says 1 'cannot watch the ports: ' portctl monitor
	[[ -z $(ls "$PORTCTL_ROOT/sys/kernel/tracing/instances") ]]
	says 2 '' portctl monitor tcp/65536
	run -1 --separate-stderr portctl monitor -j
	[[ -z $stderr && ${#lines[@]} == 1 ]]
	python3 -c 'import json, sys; assert len(json.loads(sys.argv[1])["errors"]) == 1' "$output"
}

@test "a kernel that is locked down for confidentiality" {
	file sys/kernel/security/lockdown <<<'none integrity [confidentiality]'
	mkdir -p "$PORTCTL_ROOT/sys/kernel/tracing/instances"
	says 1 'the kernel is locked down for confidentiality (' portctl monitor
	says 1 "a boot with lockdown=integrity allows it, and 'journalctl -kf --grep ^portfs:' follows the refusals" portctl monitor
	[[ -z $(ls "$PORTCTL_ROOT/sys/kernel/tracing/instances") ]]
	file sys/kernel/security/lockdown <<<'none [integrity] confidentiality'
	run -0 watch "$HEAD$BIND
"
	[[ $output == 'TIME refused tcp/80 on 127.0.0.1 by root (process 812): nobody:root 0600' ]]
}
