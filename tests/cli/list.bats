#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2030,SC2031 # bats sets them, and has a subshell for each test
# list: the table for people, for scripts and as JSON.

load lib.bash

@test "the claimed ports, in order" {
	node tcp/443 nobody:daemon 660
	node udp/53 daemon 600
	node tcp/80 12345 1600
	: >"$PORT/tcp/080"
	: >"$PORT/tcp/x"
	run -0 portctl
	[[ $output == "PORT     OWNER   GROUP   MODE  ACL  SAVED  LISTENERS
tcp/80   12345   root    1600  -    no     -
tcp/443  nobody  daemon  0660  -    no     -
udp/53   daemon  root    0600  -    no     -" ]]
	run -0 portctl list -H
	[[ ${#lines[@]} == 3 ]]
	run -0 portctl -H -o port,mode
	[[ $output == "tcp/80   1600
tcp/443  0660
udp/53   0600" ]]
	run -0 portctl list --numeric --no-header --columns OWNER,group
	[[ $output == "12345  0
$(id -u nobody)  $(id -g daemon)
$(id -u daemon)      0" ]]
}

@test "no table is an empty one" {
	run -0 portctl
	[[ -z $output ]]
	run -0 script -qec portctl /dev/null
	[[ ${output//$'\r'/} == "no claimed ports" ]]
	portctl -j | python3 -c '
import json, sys
assert json.load(sys.stdin) == {"version": 1, "ports": [], "errors": []}'
}

@test "ports that were asked for, unclaimed ones with the kernel's own rule" {
	mkdir -p "$PORTCTL_ROOT/proc/sys/net/ipv4"
	echo 81 >"$PORTCTL_ROOT/proc/sys/net/ipv4/ip_unprivileged_port_start"
	node tcp/82 nobody 600
	node tcp/99 nobody 600
	run -0 portctl tcp/80-82 -H -o port,owner,mode
	[[ $output == "tcp/80  -       0600
tcp/81  -       0666
tcp/82  nobody  0600" ]]
}

@test "an ACL" {
	node tcp/80 nobody 600
	setfacl -m u:daemon:w,g:bin:rw "$PORT/tcp/80"
	run -0 portctl -H -o mode,acl
	[[ $output == "0660  u:daemon:-w-,g::---,g:bin:rw-" ]]
}

@test "saved, changed, and saved otherwise" {
	echo "tcp 80-82 nobody 600" >"$ETC/10.conf"
	node tcp/80 nobody 600
	node tcp/81 nobody 660
	run -0 portctl 80,81,82,83/tcp -H -o port,saved
	[[ $output == "tcp/80  yes
tcp/81  no
tcp/82  no
tcp/83  yes" ]]
}

@test "table files with mistakes do not keep from listing" {
	echo nonsense >"$ETC/10.conf"
	node tcp/80 nobody 600
	run -0 --separate-stderr portctl -H -o port,saved
	[[ $output == "tcp/80  ?" && $stderr == "$ETC/10.conf:1:1: error: "* ]]
}

@test "ports of a protocol and of a user" {
	node tcp/80 nobody 600
	node udp/53 nobody 600
	node tcp/443 daemon 600
	run -0 portctl list tcp -H -o port
	[[ $output == tcp/80$'\n'tcp/443 ]]
	run -0 portctl list UDP -H -o port
	[[ $output == udp/53 ]]
	run -0 portctl list nobody -H -o port
	[[ $output == tcp/80$'\n'udp/53 ]]
	run -0 portctl list nobody tcp -H -o port
	[[ $output == tcp/80 ]]
	run -0 portctl list --owner nobody 80,443 -H -o port
	[[ $output == tcp/80 ]]
	run -0 portctl list -O daemon -H -o port
	[[ $output == tcp/443 ]]
	run -0 portctl list daemon nobody all -H -o port
	[[ ${#lines[@]} == 3 ]]
	run -0 portctl list tcp 53 -H -o port
	[[ $output == tcp/53 ]]
	unchanged 2 "there is no user 'nosuchuser'" portctl list --owner nosuchuser
	unchanged 2 "names a group" portctl list --owner :daemon
	unchanged 2 "'nosuchuser' is not a port or a service" portctl list nosuchuser
}

@test "equal neighbours are one line, on a terminal in colour" {
	for port in 8000 8001 8002 8004; do node "tcp/$port" nobody 600; done
	node tcp/8003 daemon 600
	run -0 script -qec "portctl -H -o port,owner" /dev/null
	[[ ${output//$'\r'/} == "tcp/8000-8002  nobody
tcp/8003       daemon
tcp/8004       nobody" ]]
	run -0 script -qec "portctl" /dev/null
	[[ $output == *$'\e['* ]]
	NO_COLOR=1 run -0 script -qec "portctl" /dev/null
	[[ $output != *$'\e['* && $output == *8000-8002* ]]
	run -0 portctl -H -o port,owner
	[[ $output == "tcp/8000-8002  nobody
tcp/8003       daemon
tcp/8004       nobody" ]]
	run -0 script -qec "portctl 1023,1024/tcp -H -o port,mode" /dev/null
	[[ ${#lines[@]} == 2 ]]
}

@test "JSON" {
	node tcp/80 nobody:daemon 660
	portctl list 80 -j | python3 -c '
import json, sys
tcp, udp = json.load(sys.stdin)["ports"]
assert tcp["listeners"] == [] and udp["listeners"] == []
del tcp["listeners"], udp["listeners"], tcp["uid"], tcp["gid"]
assert tcp == {"protocol": "tcp", "port": 80, "claimed": True, "owner": "nobody", "group": "daemon",
	"mode": "0660", "acl": None, "saved": False}, tcp
assert udp == {"protocol": "udp", "port": 80, "claimed": False, "owner": None, "uid": None,
	"group": None, "gid": None, "mode": "0600", "acl": None, "saved": True}, udp'
}

# listening PROTOCOL PORT USER COMMAND…: in a network of its own.
listening() {
	unshare --net bash -euc '
		ip link set lo up
		mkfifo "$BATS_TEST_TMPDIR/ready.$$"
		setpriv --reuid "$3" --clear-groups --inh-caps=-all --bounding-set=-all /usr/bin/python3 -c "
import socket, sys, time
for family in (socket.AF_INET, socket.AF_INET6):
	s = socket.socket(family, socket.SOCK_STREAM if sys.argv[1] == \"tcp\" else socket.SOCK_DGRAM)
	if family == socket.AF_INET6:
		s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
	s.bind((\"\", int(sys.argv[2])))
	if sys.argv[1] == \"tcp\":
		s.listen()
	globals()[str(family)] = s
print(flush=True)
time.sleep(600)" "$1" "$2" >"$BATS_TEST_TMPDIR/ready.$$" &
		trap "kill $!" EXIT
		read -r <"$BATS_TEST_TMPDIR/ready.$$"
		shift 3
		"$@"' listening "$@"
}

@test "who listens, and that it is somebody who may not" {
	node tcp/8080 nobody 600
	node udp/8080 daemon 600
	run -0 listening tcp 8080 nobody portctl -H -o port,listeners
	[[ $output =~ ^"tcp/8080  python3["[0-9]+"] nobody"$'\n'"udp/8080  -"$ ]]
	run -0 listening udp 8080 nobody portctl -H -o port,listeners
	[[ $output =~ ^"tcp/8080  -"$'\n'"udp/8080  !python3["[0-9]+"] nobody"$ ]]
	run -0 listening tcp 8081 nobody portctl tcp/8081 -H -o listeners
	[[ $output =~ ^"python3["[0-9]+"] nobody"$ ]]
	listening udp 8080 nobody portctl -j udp/8080 | python3 -c '
import json, sys
listener, = json.load(sys.stdin)["ports"][0]["listeners"]
assert listener["process"] == "python3" and listener["user"] == "nobody"
assert listener["pid"] > 1 and listener["is_owner"] is False and listener["may_bind"] is False'
}
