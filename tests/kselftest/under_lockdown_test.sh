#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A kernel that is locked down takes no unsigned module, and when it keeps its memory to itself it traces nothing:
# portctl says so. Nothing unlocks a kernel, so no test program can follow this one.
# shellcheck disable=SC2317 # the cases are called by their names

set -u
here=$(cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=tests/kselftest/cases.sh
. "$here/cases.sh"

LOCKDOWN=/sys/kernel/security/lockdown
INSTANCES=/sys/kernel/tracing/instances
SAID=/tmp/lockdown.said

# lock HOW
lock() {
	[[ -e $LOCKDOWN ]] || skip 'this kernel has no lockdown'
	echo "$1" >"$LOCKDOWN"
	must grep -qF "[$1]" "$LOCKDOWN"
}

# says STATUS TEXT COMMAND…: in one line.
says() {
	local words status
	words=$("${@:3}" 2>&1 >/dev/null)
	status=$?
	echo "${*:3}: $status: $words"
	[[ $status == "$1" && $words == *"$2"* && $words != *$'\n'* ]]
}

# watch: a monitor that has begun.
watch() {
	portctl monitor >"$SAID" 2>&1 &
	monitor=$!
	until [[ $(cd "$INSTANCES/portctl-$monitor" && cat events/portfs/enable tracing_on) == $'1\n1' ]]; do
		must kill -0 "$monitor"
		sleep 0.1
	done
}

# ends_with EVENT: and leaves nothing.
ends_with() {
	must kill "$monitor"
	must wait "$monitor"
	cat "$SAID"
	must equal "$(sed -E 's/^[^ ]* //; s/ \(process [0-9]+\)//' "$SAID")" "$1"
	must_not compgen -G "$INSTANCES/portctl-*"
}

watches_in_integrity() {
	lock integrity
	watch
	must chmod 600 "$PORT/tcp/80"
	ends_with 'claim tcp/80 by root: root:root 0600'
}

# One that watches already goes on; as long as it takes to see that the module is gone, were it gone.
watches_no_more() {
	[[ -e $LOCKDOWN ]] || skip 'this kernel has no lockdown'
	watch
	lock confidentiality
	must says 1 'locked down for confidentiality (/sys/kernel/security/lockdown)' portctl monitor
	must says 1 'a boot with lockdown=integrity allows it' portctl monitor
	sleep 5
	must chmod 600 "$PORT/tcp/80"
	ends_with 'claim tcp/80 by root: root:root 0600'
	mark
	must equal "$(bind_as 1002 tcp 80)" EACCES
	must said 'portfs: refused proto=tcp port=80 uid=1002 '
}

names_the_step() {
	[[ -e $LOCKDOWN ]] || skip 'this kernel has no lockdown'
	must umount "$PORT"
	# Some references go a moment after their last holder.
	must timeout 60 sh -c 'until rmmod portfs; do sleep 0.1; done'
	must says 3 'mokutil --import ' portctl list
	must says 3 'mokutil --import ' portctl mount
}

restore() {
	[[ ! -e $SAID ]] || rm "$SAID"
	[[ ! -d /sys/module/portfs ]] || release_all
}

echo TAP version 13
run 'locked down for integrity, portctl monitor watches' watches_in_integrity
run 'for confidentiality it says why not' watches_no_more
run 'without the module, portctl names the missing step' names_the_step
plan
