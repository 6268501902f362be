#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # bats sets them
# metrics: counters in a stand-in for /proc, as Prometheus reads them.

load lib.bash

HEAD='proto port granted capable refused last_refused last_uid'

counters() {
	mkdir -p "$PORTCTL_ROOT/proc/net"
	printf '%s\n' "$@" >"$PORTCTL_ROOT/proc/net/portfs"
}

some_counters() {
	node tcp/80 nobody 600
	node udp/53 nobody 600
	counters "$HEAD" 'all - 1203 4 377 1732212345.023 1002' 'tcp 80 1200 4 377 1732212345.023 1002' 'udp 53 3 0 0 - -'
}

# refuses TEXT LINE…: a file of counters with these lines is refused.
refuses() {
	local text=$1
	shift
	counters "$@"
	says 1 "$text" portctl metrics
	[[ -z $output ]]
}

@test "all there is to count" {
	mkdir -p "$PORTCTL_ROOT/sys/module/portfs/hooks"
	echo alive >"$PORTCTL_ROOT/sys/module/portfs/hooks/__inet6_bind"
	echo dead >"$PORTCTL_ROOT/sys/module/portfs/hooks/__inet_bind"
	some_counters
	run -0 --separate-stderr portctl metrics
	[[ -z $stderr && $(grep -v '^#' <<<"$output") == 'portfs_loaded 1
portfs_mounted 1
portfs_hook_alive{function="__inet6_bind"} 1
portfs_hook_alive{function="__inet_bind"} 0
portfs_claimed_ports{proto="tcp"} 1
portfs_claimed_ports{proto="udp"} 1
portfs_unsaved_ports 2
portfs_binds_total{verdict="granted"} 1203
portfs_binds_total{verdict="capable"} 4
portfs_binds_total{verdict="refused"} 377
portfs_port_binds_total{proto="tcp",port="80",verdict="granted"} 1200
portfs_port_binds_total{proto="tcp",port="80",verdict="capable"} 4
portfs_port_binds_total{proto="tcp",port="80",verdict="refused"} 377
portfs_port_binds_total{proto="udp",port="53",verdict="granted"} 3
portfs_port_binds_total{proto="udp",port="53",verdict="capable"} 0
portfs_port_binds_total{proto="udp",port="53",verdict="refused"} 0
portfs_port_last_refusal_timestamp_seconds{proto="tcp",port="80"} 1732212345.023' ]]
	[[ $(portctl metrics -) == "$output" ]]
	[[ $output != *1002* ]]
}

# Each family is described once, before its samples, and these are together.
@test "the form of it" {
	some_counters
	portctl metrics | python3 -c '
import re, sys
families, current = {}, None
for line in sys.stdin:
	if line.startswith("# HELP "):
		current = line.split()[2]
		assert current not in families, line
		families[current] = None
	elif line.startswith("# TYPE "):
		assert line.split()[2] == current and line.split()[3] in ("gauge", "counter"), line
		families[current] = line.split()[3]
	else:
		match = re.fullmatch(r"([a-z_]+)(\{([a-z]+=\"[a-z0-9_]+\",?)+\})? [0-9]+(\.[0-9]{3})?\n", line)
		assert match and match[1] == current and families[current], line
for name, kind in families.items():
	assert name.startswith("portfs_") and (kind == "counter") == name.endswith("_total"), name
'
}

@test "promtool has nothing against it" {
	command -v promtool || skip "promtool (of Debian's prometheus) is not installed"
	some_counters
	portctl metrics >metrics
	promtool check metrics <metrics
}

@test "into a file, in one step" {
	some_counters
	touch -d yesterday before
	run -0 --separate-stderr portctl metrics "$BATS_TEST_TMPDIR/portfs.prom"
	[[ -z $output && -z $stderr && $(<portfs.prom) == "$(portctl metrics)" && $(stat -c %a portfs.prom) == 644 ]]
	# The exporter tells how old it is.
	touch -d '2 days ago' portfs.prom
	portctl metrics "$BATS_TEST_TMPDIR/portfs.prom"
	[[ portfs.prom -nt before ]]
	# Whoever puts a link there meanwhile has no other file touched.
	strace -qq -o trace -e trace=utimensat portctl metrics portfs.prom
	[[ $(<trace) == 'utimensat(AT_FDCWD, "portfs.prom", NULL, AT_SYMLINK_NOFOLLOW) = 0' ]]
	# A failure leaves it as it was, and nothing beside it.
	counters nonsense
	cp portfs.prom before
	run -1 portctl metrics portfs.prom
	cmp portfs.prom before
	ls -A
	[[ $(ls -A *prom*) == portfs.prom ]]
	some_counters
	says 1 "cannot write none/portfs.prom: No such file or directory" portctl metrics none/portfs.prom
}

@test "columns to come are no mistake" {
	counters "$HEAD more" 'all - 1 2 3 4.005 6 7' 'tcp 80 1 2 3 - - x'
	run -0 portctl metrics
	[[ $output == *'portfs_binds_total{verdict="refused"} 3
'* ]]
}

@test "counters that are none" {
	says 1 "cannot read $PORTCTL_ROOT/proc/net/portfs: this module is older than portctl" portctl metrics
	local wrong="cannot read $PORTCTL_ROOT/proc/net/portfs: it has a form that this portctl does not know"
	refuses "$wrong" ''
	refuses "$wrong" "$HEAD"
	refuses "$wrong" "${HEAD}s" 'all - 1 2 3 - -'
	refuses "$wrong" 'all - 1 2 3 - -'
	refuses "$wrong" "$HEAD" 'tcp 80 1 2 3 - -'
	for line in '' all 'all - 1 2 3' 'all - 1 2 3 -' 'all - 1 2 3 - 5' 'all - 1 2 x - -' 'all - -1 2 3 - -' 'all - 1  2 3 - -' \
		'all - 1 2 3 4 5' 'all - 1 2 3 4.05 5' 'all - 1 2 3 4.0055 5' 'all - 1 2 3 .005 5' 'all - 1 2 3 4.005' \
		'all - 1 2 3 4.005 x' 'all - 1 2 3 4.005 4294967295' 'all - 1 2 3 9223372036854775.000 5' \
		'all - 1 2 18446744073709551616 - -'; do
		refuses "$wrong" "$HEAD" "$line"
	done
	for line in 'tcp 80' 'tcp 65536 1 2 3 - -' 'sctp 80 1 2 3 - -' 'tcp80 1 2 3 - -' 'tcp -1 1 2 3 - -'; do
		refuses "$wrong" "$HEAD" 'all - 1 2 3 - -' "$line"
	done
}

@test "words that are none of its" {
	unchanged 2 'too many arguments' portctl metrics a b
	unchanged 2 "metrics' takes no option" portctl metrics --dry-run
}
