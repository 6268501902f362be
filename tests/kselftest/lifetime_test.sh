#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Loading and unloading: what may, what may not, and what is left. Begins and
# ends with the module loaded and mounted at /dev/port.
# shellcheck disable=SC2317 # the cases are called by their names

set -u
here=$(cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=tests/kselftest/cases.sh
. "$here/cases.sh"

TRACED=/sys/kernel/tracing/enabled_functions
FTRACE=/proc/sys/kernel/ftrace_enabled

loaded() { [[ -d /sys/module/portfs ]]; }
mounted() { grep -q " $PORT portfs " /proc/mounts; }
held() { grep -q "^$1 " "$TRACED"; }
is_claimed() { [[ -n $(find "$PORT" -name "$1") ]]; }

# Some references go a moment after their last holder.
unload() {
	local tries
	for ((tries = 0; tries < 600; tries++)); do
		[[ $(</sys/module/portfs/refcnt) != 0 ]] || break
		sleep 0.1
	done
	rmmod portfs
}

away() {
	release_all && umount "$PORT" && unload
}

load() {
	modprobe portfs && mount -t portfs portfs "$PORT"
}

nothing_is_left() {
	local hook
	must_not loaded
	must_not grep -q portfs /proc/filesystems
	must_not grep -q portfs /proc/devices
	must_not grep -q portfs /proc/modules
	must_not test -e /proc/net/portfs
	must_not grep -q portfs "$TRACED"
	for hook in "${HOOKS[@]}"; do
		[[ $hook == "${1-}" ]] || must_not held "$hook"
	done
	must_not compgen -G '/sys/kernel/slab/*portfs*'
}

# What the checks above look for is there.
everything_is_there() {
	local hook
	must loaded
	must grep -qw portfs /proc/filesystems
	must grep -qw portfs /proc/devices
	must test -e /proc/net/portfs
	for hook in "${HOOKS[@]}"; do
		must held "$hook"
	done
}

stock_binds() {
	must equal "$(bind_as 1002 tcp 80)" EACCES
	must equal "$(bind_as 1002 udp 80)" EACCES
	must equal "$(bind_as 1002 tcp 8080)" 0
	must equal "$(bind_as 1002 udp 8080)" 0
	must equal "$(bind_as 0 tcp 80)" 0
}

rule_keeps_it() {
	must chown 1001 "$PORT/tcp/8080"
	must umount "$PORT"
	must_not rmmod portfs
	everything_is_there
	must equal "$(bind_as 1002 tcp 8080)" EACCES
	must equal "$(bind_as 1001 tcp 8080)" 0
	must mount -t portfs portfs "$PORT"
	must is_claimed 8080
}

mount_keeps_it() {
	must equal "$(ls "$PORT"/*)" "$(printf '%s/tcp:\n\n%s/udp:' "$PORT" "$PORT")"
	must_not rmmod portfs
	must mounted
	everything_is_there
}

open_file_keeps_it() {
	exec 9<"$PORT/tcp"
	must umount -l "$PORT"
	must_not rmmod portfs
	everything_is_there
	exec 9<&-
	must unload
	nothing_is_left
}

# To remove the file the module would wait for those who read it, and they may take for ever.
open_counts_keep_it() {
	must chown 1001 "$PORT/tcp/80"
	exec 9</proc/net/portfs
	must equal "$(grep -c '^tcp 80 ' <&9)" 1
	must rm "$PORT/tcp/80"
	must umount "$PORT"
	must_not rmmod portfs
	everything_is_there
	exec 9<&-
	must unload
	nothing_is_left
	must load
}

unloads() {
	must chown 1001 "$PORT/tcp/80" "$PORT/udp/8080"
	must equal "$(bind_as 1002 udp 8080)" EACCES
	must away
	nothing_is_left
	stock_binds
}

# A rule keeps the module also when its release is the module's last use.
unloads_at_once() {
	local i
	for ((i = 0; i < 2; i++)); do
		must chmod 640 "$PORT"/tcp/{1..50} "$PORT"/udp/{1..50}
		must release_all
		must umount "$PORT"
		must unload
		nothing_is_left
		must load
	done
}

reserved_ports_stay() {
	echo 20001,20005-20007 >"$RESERVED"
	must chown 1001 "$PORT/tcp/20006" "$PORT/udp/20009"
	must equal "$(<"$RESERVED")" 20001,20005-20007
	must away
	nothing_is_left
	must equal "$(<"$RESERVED")" 20001,20005-20007
	echo 20002 >"$RESERVED"
	must equal "$(<"$RESERVED")" 20002
	must load
	must equal "$(<"$RESERVED")" 20002
	echo >"$RESERVED"
}

# A user in namespaces of their own could, too.
mount_does_not_load() {
	must away
	must_not mount -i -t portfs portfs /mnt
	must_not setpriv --reuid 1002 --regid 1002 --clear-groups unshare -Urnm mount -t portfs portfs /mnt
	nothing_is_left
	must load
	everything_is_there
	must equal "$(stat -c '%U:%G %a' "$PORT/tcp/80")" 'root:root 600'
}

users_may_mount_or_not() {
	must setpriv --reuid 1002 --regid 1002 --clear-groups unshare -Urnm mount -t portfs portfs /mnt
	must eval 'echo 0 >/sys/module/portfs/parameters/user_mounts'
	must_not setpriv --reuid 1002 --regid 1002 --clear-groups unshare -Urnm mount -t portfs portfs /mnt
	must mount -t portfs portfs /mnt
	must umount /mnt
	must eval 'echo 1 >/sys/module/portfs/parameters/user_mounts'
	must setpriv --reuid 1002 --regid 1002 --clear-groups unshare -Urnm mount -t portfs portfs /mnt
}

# /sys/module/portfs/hooks/FUNCTION, for monitoring.
hooks_say_that_they_live() {
	local hook
	for hook in "${HOOKS[@]}"; do
		must equal "$(<"/sys/module/portfs/hooks/$hook")" alive
		must equal "$(stat -c %a "/sys/module/portfs/hooks/$hook")" 444
	done
	must equal "$(find /sys/module/portfs/hooks -mindepth 1 | wc -l)" "${#HOOKS[@]}"
}

disabled_ftrace_refuses() {
	local words
	must away
	if ! words=$( (echo 0 >"$FTRACE") 2>&1); then
		must equal "${words##*: }" 'Operation not supported'
		must load
		everything_is_there
		skip 'from Linux 7.3 on nobody switches ftrace off'
	fi
	mark
	must_not modprobe portfs
	must said 'portfs: .*__inet_bind.*ftrace_enabled'
	nothing_is_left
	stock_binds
	must eval "echo 1 >$FTRACE"
	must load
	everything_is_there
}

ftrace_cannot_be_disabled() {
	must_not eval "echo 0 >$FTRACE"
	must equal "$(<"$FTRACE")" 1
	must chown 1001 "$PORT/tcp/8080"
	must equal "$(bind_as 1002 tcp 8080)" EACCES
}

# Each of the functions in turn has somebody else who may divert it, as a live patch does: both hold.
shares_a_function() {
	local hook
	for hook in "${HOOKS[@]}"; do
		must away
		must insmod "$here/hold.ko" "function=$hook"
		must held "$hook"
		must load
		everything_is_there
		must chown 1001 "$PORT/tcp/8080"
		must equal "$(bind_as 1002 tcp 8080)" EACCES
		must equal "$(bind_as 1001 tcp 8080)" 0
		must rmmod hold
		must equal "$(bind_as 1002 tcp 8080)" EACCES
		must insmod "$here/hold.ko" "function=$hook"
		must equal "$(bind_as 1002 tcp 8080)" EACCES
		must equal "$(bind_as 1001 tcp 8080)" 0
		must away
		nothing_is_left "$hook"
		must rmmod hold
		nothing_is_left
		must load
	done
}

# refuse_registering TIMES: ftrace says that another's trampoline is being changed.
refuse_registering() {
	local function=register_ftrace_direct
	! grep -q " ${function}_multi$" /proc/kallsyms || function+=_multi
	must insmod "$here/refuse.ko" "function=$function" error=-11 "times=$1"
}

waits_for_a_change() {
	must away
	refuse_registering 20
	must load
	must equal "$(</sys/module/refuse/parameters/times)" 0
	must rmmod refuse
	everything_is_there
	must chown 1001 "$PORT/tcp/8080"
	must equal "$(bind_as 1002 tcp 8080)" EACCES
}

waits_not_for_ever() {
	must away
	refuse_registering 1000000
	mark
	must_not modprobe portfs
	must said 'portfs: cannot hook __inet_bind: .*error -11'
	must rmmod refuse
	nothing_is_left
	stock_binds
	must load
	everything_is_there
}

# Whoever reads the sysctl all the time keeps nobody from unloading.
readers_do_not_keep_it() {
	local i
	coproc { exec python3 -S -c '
import os
for i in range(4):
	if not os.fork():
		while True:
			open("/proc/sys/net/ipv4/ip_local_reserved_ports").read()
print(os.getpid(), flush=True)
os.wait()'; }
	read -r readers <&"${COPROC[0]}"
	for ((i = 0; i < 4; i++)); do
		must chown 1001 "$PORT/tcp/8080"
		must release_all
		must umount "$PORT"
		must rmmod portfs
		must load
	done
	pkill -9 -P "$readers"
	# COPROC_PID goes when the shell sees its end, which may be before this line.
	wait "$readers"
}

refusals_are_logged() {
	must chown 1001 "$PORT/tcp/8080" "$PORT/udp/80"
	mark
	must equal "$(bind_as 1002 tcp 8080)" EACCES
	must said 'portfs: refused proto=tcp port=8080 uid=1002 pid=[0-9]+ comm="bind_port"$'
	mark
	must equal "$(bind_as 1001 tcp 8080)" 0
	must equal "$(bind_as 0 udp 80)" 0
	must_not said 'portfs: refused proto'
}

# What was left out is told, if the module goes before the period ends as well.
missed_refusals_are_told() {
	local told
	must chown 1001 "$PORT/tcp/8080"
	mark
	setpriv --reuid 1003 --regid 1003 --clear-groups python3 -S -c '
import socket
for i in range(100):
	try:
		socket.socket().bind(("127.0.0.1", 8080))
	except PermissionError:
		pass
	else:
		raise SystemExit("it may")' || exit
	must away
	# A line for one each, and the number of the others.
	told=$(said 'portfs: refused .*uid=1003' | sed 's/.* missed=\([0-9]*\) .*/\1/; s/.* proto=.*/1/' |
		awk '{ sum += $1 } END { print sum }')
	must equal "$told" 100
}

# Whoever traces does not keep it, and leaves nothing that would still be called.
unloads_while_it_is_traced() {
	must chown 1001 "$PORT/tcp/8080"
	echo 1 >/sys/kernel/tracing/events/portfs/enable
	must equal "$(bind_as 1002 tcp 8080)" EACCES
	must away
	must_not test -d /sys/kernel/tracing/events/portfs
	must load
	must equal "$(cat /sys/kernel/tracing/events/portfs/enable)" 0
}

# Hooks come and go under binds that are on their way.
reloads_under_load() {
	local i binder
	coproc { exec python3 -S -c '
import os, select, socket
binds = 0
print("begins", flush=True)
while not binds or not select.select([0], [], [], 0)[0]:
	for family in socket.AF_INET, socket.AF_INET6:
		for kind in socket.SOCK_STREAM, socket.SOCK_DGRAM:
			with socket.socket(family, kind) as s:
				s.bind(("", 8081))
	open("/proc/sys/net/ipv4/ip_local_reserved_ports").read()
	binds += 4
print(binds)'; }
	binder=$COPROC_PID
	read -r <&"${COPROC[0]}"
	for ((i = 0; i < 3; i++)); do
		must away
		must load
		must chown 1001 "$PORT/tcp/8080"
	done
	echo >&"${COPROC[1]}"
	read -r binds <&"${COPROC[0]}"
	wait "$binder"
	((binds > 0)) || { echo 'no bind'; exit 1; }
}

# Whatever a case left.
restore() {
	{
		echo 1 >"$FTRACE"
		[[ ! -d /sys/module/hold ]] || rmmod hold
		[[ ! -d /sys/module/refuse ]] || rmmod refuse
		mounted || { { [[ -e $PORT ]] || mkdir "$PORT"; } && load; }
		release_all
		echo >"$RESERVED"
	} 2>/dev/null
}

trap restore EXIT
restore
echo TAP version 13
run 'loaded: file system, devices, hooks' everything_is_there
run 'a rule keeps it, without a mount' rule_keeps_it
run 'a mount keeps it, without a rule' mount_keeps_it
run 'an open directory keeps it' open_file_keeps_it
run 'open counters keep it' open_counts_keep_it
run 'it unloads, and nothing is left' unloads
run 'it unloads right after the last rule' unloads_at_once
run 'ip_local_reserved_ports outlives it' reserved_ports_stay
run 'a mount does not load it' mount_does_not_load
run 'users of their own namespaces may mount, or not' users_may_mount_or_not
run 'each hook says that it lives' hooks_say_that_they_live
run 'it does not load with ftrace switched off' disabled_ftrace_refuses
run 'ftrace cannot be switched off below it' ftrace_cannot_be_disabled
run 'it shares a function with who diverts it' shares_a_function
run 'it waits while somebody else changes a function' waits_for_a_change
run 'it does not wait for ever' waits_not_for_ever
run 'readers of the sysctl do not keep it' readers_do_not_keep_it
run 'a refusal is logged, a grant is not' refusals_are_logged
run 'it tells of all that it left out before it goes' missed_refusals_are_told
run 'it unloads while it is traced' unloads_while_it_is_traced
run 'it comes and goes under binds' reloads_under_load
run 'loaded and mounted at the end' everything_is_there
plan
