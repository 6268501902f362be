#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A hook that somebody else put out: the module finds it within its period and
# tells it, and nobody claims what would not hold. kill.ko writes over the call
# at the entry of a function, and puts it back when it is removed.
# shellcheck disable=SC2317 # the cases are called by their names

set -u
here=$(cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=tests/kselftest/cases.sh
. "$here/cases.sh"

STATES=/sys/module/portfs/hooks
TAINT_WARN=512

kill_hook() {
	mark
	must insmod "$here/kill.ko" "function=$1"
}
revive() { must rmmod kill; }

# What was seen less than a second ago is not looked at again.
a_second_later() { sleep 1.5; }

states() {
	local hook
	for hook in "${HOOKS[@]}"; do echo "$hook $(<"$STATES/$hook")"; done
}
# states_with FUNCTION: it is dead, the others are not.
states_with() {
	local hook
	for hook in "${HOOKS[@]}"; do
		echo "$hook $([[ $hook == "$1" ]] && echo dead || echo alive)"
	done
}

# refuses COMMAND…: with an input/output error.
refuses() {
	local words
	if words=$(LC_ALL=C "$@" 2>&1); then
		echo "succeeded: $*"
		return 1
	fi
	[[ $words == *'Input/output error'* ]] || { echo "$*: $words"; return 1; }
}

# The kernel's own answers, once the hook of FUNCTION is dead; so it is.
stock_answers() {
	case $1 in
	__inet_bind) must equal "$(bind_as 1002 tcp 8080 127.0.0.1)" 0 ;;
	__inet6_bind) must equal "$(bind_as 1002 tcp 8080 ::1)" 0 ;;
	proc_do_large_bitmap) must equal "$(<"$RESERVED")" 8080 ;;
	esac
}
own_answers() {
	must equal "$(bind_as 1002 tcp 8080 127.0.0.1)" EACCES
	must equal "$(bind_as 1002 tcp 8080 ::1)" EACCES
	must equal "$(bind_as 1001 tcp 8080 127.0.0.1)" 0
	must equal "$(bind_as 1001 tcp 8080 ::1)" 0
	must equal "$(<"$RESERVED")" ''
}

status_says() {
	local words
	words=$(portctl status 2>&1)
	case $?:$words in
	1:*"$1"*) ;;
	*) echo "portctl status: $words"; return 1 ;;
	esac
}

killed() {
	local hook=$1 rule
	must chown 1001 "$PORT/tcp/8080"
	own_answers
	rule=$(ls -l "$PORT/tcp/8080")
	must equal "$(states)" "$(states_with none)"
	kill_hook "$hook"
	stock_answers "$hook"
	a_second_later

	must refuses chown 1001 "$PORT/tcp/8081"
	must refuses chmod 666 "$PORT/udp/80"
	must refuses setfacl -m u:bob:rw "$PORT/tcp/81"
	must equal "$(ls "$PORT/tcp" "$PORT/udp")" "$(printf '%s:\n8080\n\n%s:' "$PORT/tcp" "$PORT/udp")"
	must warned "portfs: .*$hook"
	must equal "$(states)" "$(states_with "$hook")"
	(($(</proc/sys/kernel/tainted) & TAINT_WARN)) || { echo 'no taint'; exit 1; }
	must status_says "$hook dead"
	# What there is can be seen and released.
	must equal "$(ls -l "$PORT/tcp/8080")" "$rule"

	revive
	a_second_later
	must chown 1001 "$PORT/tcp/8081"
	own_answers
	must equal "$(states)" "$(states_with none)"
	must_not status_says "$hook dead"
}
killed_inet_bind() { killed __inet_bind; }
killed_inet6_bind() { killed __inet6_bind; }
killed_large_bitmap() { killed proc_do_large_bitmap; }

# Nobody claims, binds or looks.
found_unasked() {
	local tries
	kill_hook __inet_bind
	for ((tries = 0; tries < 600; tries++)); do
		! said 'portfs: .*__inet_bind' >&2 || break
		sleep 0.1
	done
	must said 'portfs: .*__inet_bind'
	revive
	for ((tries = 0; tries < 600; tries++)); do
		[[ $(said 'portfs: .*__inet_bind' | wc -l) == 1 ]] || break
		sleep 0.1
	done
	must said 'portfs: .*__inet_bind fires again'
	must chown 1001 "$PORT/tcp/8080"
	own_answers
}

# It is told once, however often it is seen.
told_once() {
	local i
	kill_hook __inet6_bind
	for ((i = 0; i < 3; i++)); do
		a_second_later
		must refuses chown 1001 "$PORT/tcp/8080"
		must equal "$(states)" "$(states_with __inet6_bind)"
	done
	must equal "$(warned 'portfs: ' | wc -l)" 1
	revive
}

# A dead hook keeps nobody from releasing.
released() {
	must chown 1001 "$PORT/tcp/8080"
	kill_hook __inet_bind
	a_second_later
	must equal "$(states)" "$(states_with __inet_bind)"
	must rm "$PORT/tcp/8080"
	must equal "$(ls "$PORT/tcp")" ''
	revive
}

# Proving them disturbs nobody: every bind that is under way gets its own answer.
proofs_disturb_nobody() {
	local i answers
	must chown 1001 "$PORT/tcp/8080"
	coproc { setpriv --reuid 1002 --regid 1002 --clear-groups python3 -S -c '
import errno, select, socket
answers = set()
print("begins", flush=True)
while not answers or not select.select([0], [], [], 0)[0]:
	for family, host in (socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"):
		for kind in socket.SOCK_STREAM, socket.SOCK_DGRAM:
			for port in 0, 8080, 8081:
				with socket.socket(family, kind) as s:
					try:
						s.bind((host, port))
						error = 0
					except OSError as e:
						error = e.errno
					answers.add((port, kind == socket.SOCK_STREAM, errno.errorcode.get(error, 0)))
	open("/proc/sys/net/ipv4/ip_local_reserved_ports").read()
print(sorted(answers, key=str))'; }
	read -r <&"${COPROC[0]}"
	for ((i = 0; i < 4; i++)); do
		a_second_later
		must equal "$(states)" "$(states_with none)"
	done
	echo >&"${COPROC[1]}"
	read -r answers <&"${COPROC[0]}"
	must equal "$answers" "[(0, False, 0), (0, True, 0), (8080, False, 0), (8080, True, 'EACCES'), (8081, False, 0), (8081, True, 0)]"
}

restore() {
	{
		[[ ! -d /sys/module/kill ]] || rmmod kill
		release_all
		echo >"$RESERVED"
	} 2>/dev/null
	# Claims are possible again.
	local tries
	for ((tries = 0; tries < 100; tries++)); do
		! chmod 600 "$PORT/tcp/9" 2>/dev/null || break
		sleep 0.1
	done
	rm -f "$PORT/tcp/9"
}

trap restore EXIT
restore
echo TAP version 13
run 'the hook of __inet_bind is killed' killed_inet_bind
run 'the hook of __inet6_bind is killed' killed_inet6_bind
run 'the hook of the sysctl is killed' killed_large_bitmap
run 'a killed hook is found unasked' found_unasked
run 'a killed hook is told once' told_once
run 'a rule is released under a killed hook' released
run 'proofs disturb nobody' proofs_disturb_nobody
plan
