# SPDX-License-Identifier: GPL-2.0
# What test programs in shell share. A case is a function that runs in a subshell; it ends with the first thing
# that is not as it should be. After each the program's own `restore` removes what it left.
# shellcheck shell=bash

# What comes by two streams is mixed wherever one of them is in the middle of a line.
exec 2>&1

must() { "$@" || { echo "failed: $*"; exit 1; }; }
must_not() { if "$@"; then echo "succeeded: $*"; exit 1; fi; }
equal() { [[ $1 == "$2" ]] || { echo "'$1' is not '$2'"; return 1; }; }
skip() { echo "SKIP $*"; exit 1; }

# shellcheck disable=SC2034 # the programs'
{
	PORT=/dev/port
	RESERVED=/proc/sys/net/ipv4/ip_local_reserved_ports
	HOOKS=(__inet_bind __inet6_bind proc_do_large_bitmap)
}

release_all() { find /dev/port/tcp /dev/port/udp -mindepth 1 -delete; }

# bind_as USER PROTOCOL PORT [ADDRESS]: 0 or the errno, by name.
bind_as() {
	local words
	if words=$(bind_port -u "$1" "${@:2}" 2>&1); then
		echo 0
	else
		words=${words##*(}
		echo "${words%)}"
	fi
}

# mark: from now on. said PATTERN, warned PATTERN: lines of the kernel's since, and those that are critical.
marks=0
mark() {
	mark="$0 $$, case $number, $((++marks))"
	mark=${mark##*/}
	echo "<2>$mark" >/dev/kmsg
}
said() { dmesg | sed "0,/$mark/d" | grep -E "$1"; }
warned() { dmesg -l crit | sed "0,/$mark/d" | grep -E "$1"; }

# A program's own, if it has something to restore.
restore() { :; }

number=0 failed=0

# run NAME CASE
run() {
	local output
	number=$((number + 1))
	if output=$("$2" 2>&1); then
		echo "ok $number - $1"
	elif [[ ${output##*$'\n'} == 'SKIP '* ]]; then
		echo "ok $number - $1 # ${output##*$'\n'}"
	else
		echo "not ok $number - $1"
		failed=1
	fi
	[[ -z $output ]] || printf '# %s\n' "${output//$'\n'/$'\n'# }"
	restore
}

plan() {
	echo "1..$number"
	exit "$failed"
}
