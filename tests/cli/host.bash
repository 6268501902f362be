# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034 # the tests use them
# A stand-in for a host that gives ports in other ways.

# file PATH: with standard input in it.
file() {
	mkdir -p "$PORTCTL_ROOT/${1%/*}"
	cat >"$PORTCTL_ROOT/$1"
}

# held PROTOCOL PORT USER UNIT COMMAND…: while a process of the unit has the port, which was root when it bound a low one.
held() {
	unshare --net bash -euc '
		ip link set lo up
		mkfifo "$BATS_TEST_TMPDIR/ready.$$"
		/usr/bin/python3 -c "
import os, pwd, socket, sys, time
uid = pwd.getpwnam(sys.argv[3]).pw_uid
if int(sys.argv[2]) >= 1024:
	os.setgroups([])
	os.setresuid(uid, uid, uid)
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM if sys.argv[1] == \"tcp\" else socket.SOCK_DGRAM)
s.bind((\"\", int(sys.argv[2])))
if sys.argv[1] == \"tcp\":
	s.listen()
if os.getuid() != uid:
	os.setgroups([])
	os.setresuid(uid, uid, uid)
print(flush=True)
time.sleep(600)" "$1" "$2" "$3" >"$BATS_TEST_TMPDIR/ready.$$" &
		trap "kill $!" EXIT
		mkdir -p "$PORTCTL_ROOT/proc/$!"
		echo "0::/system.slice/$4" >"$PORTCTL_ROOT/proc/$!/cgroup"
		ln -s "$PORTCTL_ROOT/usr/bin/server" "$PORTCTL_ROOT/proc/$!/exe"
		read -r <"$BATS_TEST_TMPDIR/ready.$$"
		shift 4
		"$@"' held "$@"
}

# unit NAME: wanted at boot.
unit() {
	file "etc/systemd/system/$1"
	mkdir -p "$PORTCTL_ROOT/etc/systemd/system/multi-user.target.wants"
	ln -sf "../$1" "$PORTCTL_ROOT/etc/systemd/system/multi-user.target.wants/$1"
}

# capable FILE HEX: as setcap writes it, version 2, effective.
capable() {
	mkdir -p "$PORTCTL_ROOT/${1%/*}"
	: >"$PORTCTL_ROOT/$1"
	python3 -c 'import os, sys; os.setxattr(sys.argv[1], "security.capability", bytes.fromhex(sys.argv[2]))' \
		"$PORTCTL_ROOT/$1" "$2"
}
ALONE=0100000200040000000000000000000000000000
WITH_RAW=0100000200240000000000000000000000000000
ONLY_RAW=0100000200200000000000000000000000000000

# by FILE OWNER:GROUP MODE: one of authbind's.
by() {
	file "etc/authbind/$1" </dev/null
	chown "$2" "$PORTCTL_ROOT/etc/authbind/$1"
	chmod "$3" "$PORTCTL_ROOT/etc/authbind/$1"
}
