# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # bats and the tests use them
# An ordinary directory in place of /dev/port, for portctl on this machine.

bats_require_minimum_version 1.5.0

TOOLS=$(cd -- "$BATS_TEST_DIRNAME/../../tools" && pwd)
PATH=$TOOLS/portctl${SANITIZE:+/sanitized}:$PATH
# A tool that is done lets the kernel free what it has.
export ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1

setup() {
	export PORTCTL_ROOT=$BATS_TEST_TMPDIR/root
	PORT=$PORTCTL_ROOT/dev/port
	ETC=$PORTCTL_ROOT/etc/portctl.d
	SAVED=$ETC/90-saved.conf
	mkdir -p "$PORT/tcp" "$PORT/udp" "$ETC" "$PORTCTL_ROOT/run"
	cd "$BATS_TEST_TMPDIR" || return
}

# What portctl is linked with.
portctl_libraries() { sed -n 's/.*-o \$@ \$^ //p' "$TOOLS/Makefile"; }

# node PROTO/N OWNER:GROUP MODE: claim without portctl.
node() {
	: >"$PORT/$1"
	chown "$2" "$PORT/$1"
	chmod "$3" "$PORT/$1"
}

# All nodes, one a line, as ls has them.
nodes() { (cd "$PORT" && find tcp udp -type f -printf '%p %U:%G %m\n' | sort -V); }

# says STATUS TEXT COMMAND…: it exits with STATUS and has one line to say, with TEXT in it.
says() {
	local expected=$1 text=$2
	shift 2
	run --separate-stderr "$@"
	echo "status: $status"
	echo "stdout: $output"
	echo "stderr: $stderr"
	[[ $status == "$expected" && ${#stderr_lines[@]} == 1 && $stderr == *"$text"* ]]
}

# unchanged STATUS TEXT COMMAND…: the same, and neither nodes nor files are touched.
unchanged() {
	local before
	before=$(nodes; cd "$ETC" && find . -type f -exec sha256sum {} +)
	says "$@"
	[[ $before == "$(nodes; cd "$ETC" && find . -type f -exec sha256sum {} +)" ]]
}
