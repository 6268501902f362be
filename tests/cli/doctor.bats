#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # bats sets them
# shellcheck disable=SC2016 # what it looks for are commands
# doctor: each old way in a stand-in for a host, found with the words to type, and not found where it is not.

load lib.bash
load host.bash

# doctor STATUS: in a network without sockets; what it found is in $output, and it has changed nothing.
doctor() {
	local before
	before=$(tree)
	run --separate-stderr unshare --net portctl doctor
	echo "$output$stderr"
	[[ $status == "$1" && -z $stderr && $before == "$(tree)" ]]
}

tree() { find "$PORTCTL_ROOT" -printf '%p %m %u %l %s %T@\n' | sort; }

# The finding whose first line has these words, and what to type.
finding() { awk -v words="$1" '/^[^ ]/ { on = index($0, words) } on' <<<"$output"; }

# types WORDS COMMAND…: that one, and nothing else, one a line.
types() {
	local words=$1
	shift
	[[ $(finding "$words" | sed -n 's/^    //p') == "$(printf '%s\n' "$@")" ]] ||
		{ finding "$words"; echo "not to type: $*"; return 1; }
}

found_nothing() { [[ $output == "nothing to fix"* && $output != *$'\n    '* ]]; }
found_one() { [[ $(grep -c '^[a-z]*: ' <<<"$output") == 1 && $output == "$1"* ]]; }
omits() { grep -q "^not looked at, $1: .*$2" <<<"$output"; }

held_doctor() {
	run --separate-stderr held "$@" portctl doctor
	echo "$output$stderr"
	[[ $status == 1 ]]
}

dropin() {
	printf '%s\n' "mkdir -p /etc/systemd/system/$1.d" "printf '$2' >>/etc/systemd/system/$1.d/zz-port-owner.conf" \
		"systemctl daemon-reload"
}

@test "a host without old ways" {
	doctor 0
	found_nothing
	omits setcap "getcap -r / 2>/dev/null"
	omits boot "which init this host has is not known"
	unshare --net portctl doctor -j | python3 -c '
import json, sys
document = json.load(sys.stdin)
assert list(document) == ["version", "findings", "not_looked_at", "errors"], document
assert document["findings"] == [] == document["errors"]
assert all(list(part) == ["check", "text"] for part in document["not_looked_at"])'
}

@test "it takes no arguments, and only --json" {
	unchanged 2 "too many arguments; the command is: portctl doctor" portctl doctor setcap
	unchanged 2 "'doctor' takes no option -n" portctl doctor -n
	unchanged 2 "'doctor' takes no option -s" portctl doctor -s
}

@test "JSON: what, where, and what to type" {
	file etc/sysctl.d/10.conf <<<'net.ipv4.ip_unprivileged_port_start=80'
	run -1 --separate-stderr unshare --net portctl doctor -j
	python3 -c '
import json, sys
finding, = json.loads(sys.argv[1])["findings"]
assert finding["check"] == "sysctl" and finding["line"] == 1, finding
assert finding["file"] == sys.argv[2] + "/etc/sysctl.d/10.conf"
assert finding["commands"] == ["sed -i \"1s/^/# /\" ".replace("\"", "\x27") + finding["file"]], finding' "$output" "$PORTCTL_ROOT"
}

@test "setcap" {
	capable usr/bin/server "$ALONE"
	capable "opt/a b'c" "$WITH_RAW"
	capable usr/bin/ping "$ONLY_RAW"
	: >"$PORTCTL_ROOT/usr/bin/plain"
	ln -s usr/bin "$PORTCTL_ROOT/bin"
	doctor 1
	[[ $(grep -c ^setcap: <<<"$output") == 2 && $output != *ping* && $output != *plain* ]]
	[[ $(finding "server: ") == "setcap: $PORTCTL_ROOT/usr/bin/server: it has cap_net_bind_service=ep: "* ]]
	types "server: " "portctl grant USER tcp/PORT" "setcap -r $PORTCTL_ROOT/usr/bin/server" "portctl save"
	types "a b'c: " "portctl grant USER tcp/PORT" \
		"setcap 'cap_net_raw=ep' '$PORTCTL_ROOT/opt/a b'\\''c'" "portctl save"
	# Who runs it has these ports now.
	held_doctor tcp 80 nobody some.scope
	types "server: " "portctl grant nobody tcp/80" "setcap -r $PORTCTL_ROOT/usr/bin/server" "portctl save"
	node tcp/80 nobody 600
	portctl save
	held_doctor tcp 80 nobody some.scope
	types "server: " "setcap -r $PORTCTL_ROOT/usr/bin/server" "portctl save"
	# Whose port it is keeps it.
	node tcp/80 bin 600
	held_doctor tcp 80 nobody some.scope
	types "server: " "portctl allow nobody tcp/80" "setcap -r $PORTCTL_ROOT/usr/bin/server" "portctl save"
	rm "$PORT/tcp/80"
	portctl save
	# Inheritable is enough for who has it already; 3 has the owner of the namespace.
	rm "$PORTCTL_ROOT/usr/bin/server" "$PORTCTL_ROOT/opt/a b'c"
	capable usr/bin/server 0000000200000000000400000000000000000000
	doctor 1
	found_one "setcap: $PORTCTL_ROOT/usr/bin/server: it has cap_net_bind_service=i: "
	rm "$PORTCTL_ROOT/usr/bin/server"
	doctor 0
}

# shared PORTS COMMAND…: while a process of each, USER:UNIT:FAMILY:PORT:PROGRAM, has its port, which it bound as root.
shared() {
	unshare --net bash -euc '
		ip link set lo up
		pids=()
		trap "kill \${pids[*]}" EXIT
		for words in $1; do
			IFS=: read -r user unit family port program <<<"$words"
			mkfifo "$BATS_TEST_TMPDIR/ready.$$.$user"
			/usr/bin/python3 -c "
import os, pwd, socket, sys, time
s = socket.socket(socket.AF_INET6 if sys.argv[2] == \"6\" else socket.AF_INET)
if sys.argv[2] == \"6\":
	s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
s.bind((\"\", int(sys.argv[3])))
s.listen()
uid = pwd.getpwnam(sys.argv[1]).pw_uid
os.setgroups([])
os.setresuid(uid, uid, uid)
print(flush=True)
time.sleep(600)" "$user" "$family" "$port" >"$BATS_TEST_TMPDIR/ready.$$.$user" &
			pids+=($!)
			mkdir -p "$PORTCTL_ROOT/proc/$!"
			echo "0::/system.slice/$unit" >"$PORTCTL_ROOT/proc/$!/cgroup"
			ln -s "$PORTCTL_ROOT/usr/bin/$program" "$PORTCTL_ROOT/proc/$!/exe"
			read -r <"$BATS_TEST_TMPDIR/ready.$$.$user"
		done
		shift
		"$@"' shared "$@"
}

# What is typed of ports, in its order, lets both bind.
typed_lets() {
	echo "$output$stderr"
	[[ $(sed -n 's/^    \(portctl [ag][^#]*\)$/\1/p' <<<"$output") == "$1" ]]
	sed -n '/^    portctl [ag]/p' <<<"$output" | sh -x
	shift
	while (($#)); do
		portctl test "$1" "$2"
		shift 2
	done
}

@test "a port of two, found by different checks" {
	capable usr/bin/server "$ALONE"
	unit ambient.service <<-'END'
		[Service]
		User=bin
		AmbientCapabilities=CAP_NET_BIND_SERVICE
	END
	file etc/authbind/byuid/1 <<<'0.0.0.0/0,80'
	run --separate-stderr shared "nobody:some.scope:4:80:server bin:ambient.service:6:80:other" portctl doctor
	typed_lets 'portctl grant nobody tcp/80
portctl allow daemon tcp/80 udp/80
portctl allow bin tcp/80' nobody tcp/80 bin tcp/80 daemon tcp/80
}

@test "a port of two, one of them a service that can be adopted" {
	unit nginx.service <<<$'[Service]\nExecStart=/usr/sbin/nginx'
	unit dropped.service <<<$'[Service]\nExecStart=/usr/bin/dropped'
	run --separate-stderr shared "nobody:dropped.service:4:80:dropped root:nginx.service:6:80:nginx" portctl doctor
	echo "$output"
	[[ $(grep '^    portctl [ag]' <<<"$output") == '    portctl grant nobody tcp/80
    portctl allow www-data tcp/80
    portctl adopt nginx.service    # what that would do
    portctl adopt --apply nginx.service' ]]
	run --separate-stderr shared "root:nginx.service:6:80:nginx nobody:dropped.service:4:80:dropped" portctl doctor
	echo "$output"
	[[ $(grep '^    portctl [ag]' <<<"$output") == '    portctl adopt nginx.service    # what that would do
    portctl adopt --apply nginx.service
    portctl allow nobody tcp/80' ]]
}

@test "a program that two users run" {
	capable usr/bin/server "$ALONE"
	run --separate-stderr shared "nobody:some.scope:4:80:server bin:other.scope:6:80:server daemon:third.scope:4:81:server" \
		portctl doctor
	typed_lets 'portctl grant nobody tcp/80
portctl allow bin tcp/80
portctl grant daemon tcp/81' nobody tcp/80 bin tcp/80 daemon tcp/81
}

@test "setcap: what was not looked at, and names that command a terminal" {
	capable $'opt/\e[31m' "$ALONE"
	mkdir "$PORTCTL_ROOT/opt/disk"
	run --separate-stderr unshare --net --mount bash -c '
		mount -t tmpfs tmpfs "$PORTCTL_ROOT/opt/disk"
		python3 -c "import os, sys
open(sys.argv[1], \"w\").close()
os.setxattr(sys.argv[1], \"security.capability\", bytes.fromhex(sys.argv[2]))" "$PORTCTL_ROOT/opt/disk/there" "$1"
		exec portctl doctor' - "$ALONE"
	echo "$output"
	[[ $status == 1 && $output != *$'\e'* && $output == *'opt/\x1b[31m: it has'* && $output != *there* ]]
	omits setcap "opt/disk: another file system"
}

START=net.ipv4.ip_unprivileged_port_start

@test "a lowered ip_unprivileged_port_start" {
	file proc/sys/net/ipv4/ip_unprivileged_port_start <<<80
	doctor 1
	found_one "sysctl: $START is 80: "
	types "$START is 80" "portctl grant USER tcp/PORT" "sysctl -w $START=1024" "portctl save"
	file proc/sys/net/ipv4/ip_unprivileged_port_start <<<1024
	doctor 0
	found_nothing
}

@test "who has a port by it" {
	file proc/sys/net/ipv4/ip_unprivileged_port_start <<<80
	run --separate-stderr unshare --net bash -euc '
		ip link set lo up
		echo 80 >/proc/sys/net/ipv4/ip_unprivileged_port_start
		mkfifo "$BATS_TEST_TMPDIR/ready"
		/usr/bin/python3 -c "
import os, socket, time
held = []
for uid, port in ((1, 80), (65534, 81), (1, 443), (65534, 8080)):
	os.seteuid(uid)
	s = socket.socket()
	s.bind((\"\", port))
	s.listen()
	held.append(s)
	os.seteuid(0)
# Somebody whose first port is none of these.
os.seteuid(2)
for port, kind in ((8081, socket.SOCK_STREAM), (123, socket.SOCK_DGRAM)):
	s = socket.socket(socket.AF_INET, kind)
	s.bind((\"\", port))
	kind == socket.SOCK_STREAM and s.listen()
	held.append(s)
print(flush=True)
time.sleep(600)" >"$BATS_TEST_TMPDIR/ready" &
		trap "kill $!" EXIT
		read -r <"$BATS_TEST_TMPDIR/ready"
		portctl doctor'
	types "$START is 80" "portctl grant daemon tcp/80 tcp/443" "portctl grant nobody tcp/81" \
		"portctl grant bin udp/123" "sysctl -w $START=1024" "portctl save"
}

@test "the line that lowers it at boot" {
	file etc/sysctl.d/10.conf <<-END
		# $START=1
		other = 3
		-net/ipv4/ip_unprivileged_port_start = 443
	END
	file usr/lib/sysctl.d/20.conf <<<"$START=0"
	file usr/lib/sysctl.d/30.conf <<<"$START=1"
	ln -s /dev/null "$PORTCTL_ROOT/etc/sysctl.d/30.conf"
	file etc/sysctl.d/40.txt <<<"$START=2"
	doctor 1
	[[ $(grep -c ^sysctl: <<<"$output") == 2 ]]
	types "etc/sysctl.d/10.conf:3: " "sed -i '3s/^/# /' $PORTCTL_ROOT/etc/sysctl.d/10.conf"
	types "usr/lib/sysctl.d/20.conf:1: " "echo '$START = 1024' >/etc/sysctl.d/zz-port-owner.conf"
	# What it says to type is enough.
	sed -i '3s/^/# /' "$PORTCTL_ROOT/etc/sysctl.d/10.conf"
	file etc/sysctl.d/zz-port-owner.conf <<<"$START = 1024"
	doctor 0
	file etc/sysctl.conf <<<"$START=much"
	doctor 0
	file etc/sysctl.conf <<<"$START=22"
	ln -s ../sysctl.conf "$PORTCTL_ROOT/etc/sysctl.d/99-sysctl.conf"
	doctor 1
	[[ $(grep -c "sysctl.conf:1: " <<<"$output") == 1 ]]
}

@test "authbind" {
	local folder=$PORTCTL_ROOT/etc/authbind
	by byport/80 nobody:root 500
	by byport/81 root:root 755
	by byport/82 root:daemon 750
	by byport/83 root:root 700
	by byport/84 nobody:root 600
	by 'byport/!800' nobody:root 500
	by byport/801 nobody:root 500
	by byaddr/192.0.2.1,25 nobody:root 500
	by byaddr/192.0.2.1:26 nobody:root 500
	file etc/authbind/byuid/65534 <<-'END'
		# all of them
		0.0.0.0/0:100,110
		::/0,600-610
		nonsense
		192.0.2.0/24,90
	END
	doctor 1
	types "byport/80: authbind gives tcp/80 udp/80 to nobody" "portctl grant nobody tcp/80 udp/80" "chmod a-x $folder/byport/80" \
		"portctl save"
	types "byport/81: authbind gives tcp/81 udp/81 to everybody" "portctl grant --mode 666 root:root tcp/81 udp/81" \
		"chmod a-x $folder/byport/81" "portctl save"
	types "byport/82: authbind gives tcp/82 udp/82 to root and group daemon" \
		"portctl grant --mode 660 root:daemon tcp/82 udp/82" "chmod a-x $folder/byport/82" "portctl save"
	[[ $output != *byport/83* && $output != *byport/84* ]]
	types 'byport/!800: ' "portctl grant nobody tcp/800 udp/800" "chmod a-x '$folder/byport/!800'" "portctl save"
	omits authbind "byport/801: authbind passes it over"
	types "byaddr/192.0.2.1,25: " "# a rule is for all addresses, not for 192.0.2.1 alone" \
		"portctl grant nobody tcp/25 udp/25" "chmod a-x $folder/byaddr/192.0.2.1,25" "portctl save"
	types "byaddr/192.0.2.1:26: " "# a rule is for all addresses, not for 192.0.2.1 alone" \
		"portctl grant nobody tcp/26 udp/26" "chmod a-x $folder/byaddr/192.0.2.1:26" "portctl save"
	types "byuid/65534:2: " "# a rule is for all addresses, not for IPv4 alone" "portctl grant nobody tcp/100-110 udp/100-110" "sed -i '2s/^/# /' $folder/byuid/65534" \
		"portctl save"
	omits authbind "byuid/65534:3: authbind passes it over"
	omits authbind "byuid/65534:4: authbind does not understand it"
	types "byuid/65534:5: " "# a rule is for all addresses, not for 192.0.2.0/24 alone" \
		"portctl grant nobody tcp/90 udp/90" "sed -i '5s/^/# /' $folder/byuid/65534" "portctl save"
}

@test "authbind: ports of several, and of somebody already" {
	local both="tcp/90 udp/90"
	by byport/80 root:root 000
	by byaddr/192.0.2.1,80 nobody:root 500
	by byport/81 root:root 755
	by byaddr/192.0.2.1,90 nobody:root 500
	file etc/authbind/byuid/1 <<<'0.0.0.0/0,80'
	file etc/authbind/byuid/65534 <<<'0.0.0.0/0,90'
	file etc/authbind/byuid/2 <<-'END'
		::/0,90
		::/0,79-82
		::/0,100
	END
	node udp/100 daemon 600
	portctl save
	doctor 1
	# What byport has is all that counts.
	[[ $output != *byuid/1:* && $output != *byaddr/192.0.2.1,80* ]]
	[[ $(sed -n 's/^    \(portctl [ag].*\)/\1/p' <<<"$output") == "portctl grant --mode 666 root:root tcp/81 udp/81
portctl grant nobody $both
portctl allow bin $both
portctl grant bin tcp/79 udp/79
portctl grant bin tcp/82 udp/82
portctl allow bin tcp/100 udp/100
portctl allow nobody $both" ]]
	sed -n '/^    portctl [ag]/p' <<<"$output" | sh
	for user in nobody bin; do
		portctl test "$user" tcp/90
	done
	portctl test daemon udp/100
	# Where byport/81 is typed away, byuid does not give the port to another.
	sed -n '/^    chmod/p' <<<"$output" | sh
	doctor 1
	[[ $(grep ^authbind: <<<"$output") != *tcp/81* ]]
	# One for a group is instead of what was there.
	by byport/100 root:daemon 750
	doctor 1
	[[ $(finding byport/100:) == *"
    # the next line replaces the rule that the port has by then
    portctl grant --mode 660 root:daemon tcp/100 udp/100
"* ]]
}

@test "authbind: an ACL, and what cannot be understood" {
	by byport/80 root:root 700
	setfacl -m u:nobody:x "$PORTCTL_ROOT/etc/authbind/byport/80"
	by byport/81 nobody:root 500
	setfacl -m u:daemon:x "$PORTCTL_ROOT/etc/authbind/byport/81"
	by byport/http nobody:root 500
	by byport/70000 nobody:root 500
	by byaddr/80 nobody:root 500
	by byuid/nobody nobody:root 500
	doctor 1
	# The group's bits are the ACL's mask.
	[[ $(finding "byport/81: ") == *"gives tcp/81 udp/81 to nobody
"*"    portctl grant nobody tcp/81 udp/81
    getfacl "* ]]
	[[ $(grep -c ^authbind: <<<"$output") == 2 && $(finding "byport/80: ") == *"getfacl $PORTCTL_ROOT/etc/authbind/byport/80"* ]]
	omits authbind "byport/http: its name has no port"
	omits authbind "byport/70000: its name has no port"
	omits authbind "byaddr/80: its name is not ADDRESS,PORT"
	omits authbind "byuid/nobody: its name is not a user's number"
	# What it says to type is enough.
	finding byport | sed -n '/^    chmod/p' | sh
	doctor 0
}

# program NAME: prints its input when it is run.
program() {
	file "usr/sbin/$1.txt"
	printf '#!/bin/sh\ncat "%s"\n' "$PORTCTL_ROOT/usr/sbin/$1.txt" >"$PORTCTL_ROOT/usr/sbin/$1"
	chmod 755 "$PORTCTL_ROOT/usr/sbin/$1"
}

@test "iptables redirects" {
	program iptables-save <<-'END'
		# Generated by iptables-save
		*filter
		-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT
		COMMIT
		*nat
		:PREROUTING ACCEPT [0:0]
		-A PREROUTING -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 8080
		-A PREROUTING -p udp -m multiport --dports 53,54 -j REDIRECT --to-ports 5353
		-A PREROUTING -p tcp -m tcp --dport 443 -j DNAT --to-destination 192.0.2.1:8443
		-A OUTPUT -p tcp -m tcp --dport 443 -j DNAT --to-destination 127.0.0.1:8443
		-A PREROUTING -p tcp -m tcp --dport 8000 -j REDIRECT --to-ports 9000
		-A PREROUTING -p tcp -m tcp --dport 81 -j REDIRECT --to-ports 82
		COMMIT
	END
	program ip6tables-save <<<$'*nat\n-A PREROUTING -p tcp -m tcp --dport 80:81 -j REDIRECT --to-ports 8080'
	doctor 1
	[[ $(grep -c ^redirect: <<<"$output") == 4 ]]
	later='    # and delete it from the file that restores it at boot'
	types "tcp/80 is redirected to 8080" "portctl grant USER tcp/80" "# let the program listen on tcp/80 itself, then" \
		"iptables -t nat -D PREROUTING -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 8080$later" "portctl save"
	types "udp/53,54 is redirected to 5353" "portctl grant USER udp/53,54" \
		"# let the program listen on udp/53,54 itself, then" \
		"iptables -t nat -D PREROUTING -p udp -m multiport --dports 53,54 -j REDIRECT --to-ports 5353$later" "portctl save"
	types "tcp/443 is redirected to 8443" "portctl grant USER tcp/443" "# let the program listen on tcp/443 itself, then" \
		"iptables -t nat -D OUTPUT -p tcp -m tcp --dport 443 -j DNAT --to-destination 127.0.0.1:8443$later" "portctl save"
	[[ $output == *"ip6tables -t nat -D PREROUTING -p tcp -m tcp --dport 80:81 -j REDIRECT"* ]]
	# Whose port it is keeps it.
	node udp/54 daemon 600
	doctor 1
	[[ $(finding "udp/53,54 is redirected") == *"    portctl allow USER udp/53,54
"* && $(finding "tcp/80 is redirected") == *"    portctl grant USER tcp/80
"* ]]
	# Who listens there is who shall have it.
	rm "$PORTCTL_ROOT"/usr/sbin/ip6*
	run --separate-stderr unshare --net bash -euc '
		ip link set lo up
		mkfifo "$BATS_TEST_TMPDIR/ready"
		setpriv --reuid nobody --clear-groups /usr/bin/python3 -c "
import socket, time
s = socket.socket()
s.bind((\"\", 8080))
s.listen()
print(flush=True)
time.sleep(600)" >"$BATS_TEST_TMPDIR/ready" &
		trap "kill $!" EXIT
		read -r <"$BATS_TEST_TMPDIR/ready"
		portctl doctor'
	echo "$output$stderr"
	[[ $(finding "tcp/80 is redirected") == *"    portctl grant nobody tcp/80
"* ]]
}

@test "nft redirects" {
	program nft <<-'END'
		table ip nat { # handle 1
			chain PREROUTING { # handle 1
				tcp dport 80 counter packets 0 bytes 0 redirect to :8080 # handle 4
			}
		}
		table inet web { # handle 2
			chain pre { # handle 1
				type nat hook prerouting priority -100; policy accept;
				tcp dport 80 redirect to :8080 # handle 5
				iifname "eth0" udp dport { 53, 123 } counter packets 7 bytes 9 redirect to :5353 # handle 6
				tcp dport 443 dnat ip to 127.0.0.1:8443 # handle 7
				tcp dport 25 dnat ip to 192.0.2.1:2525 # handle 8
				tcp dport 8000 redirect to :9000 # handle 9
				redirect to :tcp dport map { 21 : 2121 } # handle 10
				tcp dport 22 accept # handle 11
			}
		}
	END
	doctor 1
	[[ $(grep -c ^redirect: <<<"$output") == 4 ]]
	later='    # and delete it from the file that restores it at boot'
	types "tcp/80 is redirected to 8080, which any user can bind first unless it has an owner: tcp dport 80 redirect" "portctl grant USER tcp/80" \
		"# let the program listen on tcp/80 itself, then" "nft delete rule inet web pre handle 5$later" "portctl save"
	types "udp/53,123 is redirected to 5353" "portctl grant USER udp/53,123" \
		"# let the program listen on udp/53,123 itself, then" "nft delete rule inet web pre handle 6$later" "portctl save"
	[[ $output == *"nft delete rule inet web pre handle 7"* ]]
	omits redirect "map .*: only ports in numbers are understood"
	program iptables-save <<<$'# Generated by iptables-save v1.8.11 on Monday\n*nat\nCOMMIT'
	doctor 1
	[[ $(grep -c ^redirect: <<<"$output") == 4 && $output == *"nft delete rule ip nat PREROUTING handle 4"* ]]
	program iptables-save <<<$'# Generated by iptables-save v1.8.11 (nf_tables) on Monday\n*nat\nCOMMIT'
	doctor 1
	[[ $(grep -c ^redirect: <<<"$output") == 3 && $output != *"handle 4"* ]]
	# What fails was not looked at.
	rm "$PORTCTL_ROOT/usr/sbin/iptables-save"
	printf '#!/bin/sh\nexit 1\n' >"$PORTCTL_ROOT/usr/sbin/nft"
	doctor 0
	omits redirect "nft: it failed"
}

@test "AmbientCapabilities=" {
	local type
	unit web.service <<-'END'
		[Service]
		User=nobody
		AmbientCapabilities=CAP_NET_RAW \
		  cap_net_bind_service
	END
	unit systemd-own.service <<<$'[Service]\nAmbientCapabilities=CAP_NET_BIND_SERVICE'
	unit taken-back.service <<<$'[Service]\nAmbientCapabilities=CAP_NET_BIND_SERVICE\nAmbientCapabilities='
	unit all-but.service <<<$'[Service]\nAmbientCapabilities=~CAP_NET_BIND_SERVICE'
	unit bounded.service <<<$'[Service]\nAmbientCapabilities=CAP_NET_BIND_SERVICE\nCapabilityBoundingSet=CAP_CHOWN'
	unit private.service <<<$'[Service]\nAmbientCapabilities=CAP_NET_BIND_SERVICE\nPrivateUsers=yes'
	file etc/systemd/system/unused.service <<<$'[Service]\nAmbientCapabilities=CAP_NET_BIND_SERVICE'
	doctor 1
	found_one "ambient: $PORTCTL_ROOT/etc/systemd/system/web.service:3: web.service has CAP_NET_BIND_SERVICE by AmbientCapabilities=: "
	mapfile -t type < <(dropin web.service \
		'[Service]\nAmbientCapabilities=CAP_NET_BIND_SERVICE\nAmbientCapabilities=~CAP_NET_BIND_SERVICE\n')
	types "web.service has" "portctl grant nobody tcp/PORT" "${type[@]}" "systemctl restart web.service" "portctl save"
	omits ambient "systemd's own services"
	held_doctor tcp 443 nobody web.service
	types "web.service has" "portctl grant nobody tcp/443" "${type[@]}" "systemctl restart web.service" "portctl save"
	# What it says to type is enough, also typed twice, and when the package gives no capability any longer.
	for _ in 1 2; do
		printf '%s\n' "${type[@]:0:2}" | sed "s:/etc:$PORTCTL_ROOT&:g" | sh
		doctor 0
		[[ $(ambient web.service) == CAP_NET_RAW ]]
	done
	unit web.service <<<$'[Service]\nUser=nobody'
	[[ -z $(ambient web.service) ]]
	# All others than one are it, too.
	rm -r "$PORTCTL_ROOT/etc/systemd/system/web.service.d"
	unit web.service <<<$'[Service]\nUser=nobody\nAmbientCapabilities=~CAP_CHOWN'
	doctor 1
	found_one "ambient: $PORTCTL_ROOT/etc/systemd/system/web.service:3: web.service has CAP_NET_BIND_SERVICE"
	mapfile -t type < <(finding ambient: | sed -n 's/^    //p')
	printf '%s\n' "${type[@]:1:2}" | sed "s:/etc:$PORTCTL_ROOT&:g" | sh
	doctor 0
	[[ $(ambient web.service) == CAP_NET_RAW ]]
}

# ambient UNIT: what systemd makes of its lines, systemd.exec(5): of an empty set, ~ makes all others.
ambient() {
	cat "$PORTCTL_ROOT/etc/systemd/system/$1" "$PORTCTL_ROOT/etc/systemd/system/$1.d"/*.conf | python3 -c '
import re, sys
has, every = set(), {"CAP_CHOWN", "CAP_NET_BIND_SERVICE", "CAP_NET_RAW"}
for value in re.findall("^AmbientCapabilities=(.*)", sys.stdin.read().replace("\\\n", " "), re.M):
	words = set(value.upper().lstrip("~").split())
	if value[0] != "~":
		has |= words
	else:
		has = has - words if has else every - words
print(*sorted(has))'
}

@test "AmbientCapabilities= in a drop-in that sorts late" {
	local type
	unit web.service <<<$'[Service]\nUser=nobody'
	file usr/lib/systemd/system/service.d/zzz.conf <<<$'[Service]\nAmbientCapabilities=CAP_NET_BIND_SERVICE'
	doctor 1
	[[ $(finding ambient:) == *"/etc/systemd/system/web.service.d/zzz_port-owner.conf
"* ]]
	mapfile -t type < <(finding ambient: | sed -n 's/^    //p')
	for _ in 1 2; do
		printf '%s\n' "${type[@]:1:2}" | sed "s:/etc:$PORTCTL_ROOT&:g" | sh
		doctor 0
	done
	# What is appended once more goes to the same.
	file etc/systemd/system/web.service.d/zzz_port-owner.conf <<<$'[Service]\nAmbientCapabilities=CAP_NET_BIND_SERVICE'
	doctor 1
	[[ $(finding ambient:) == *".d/zzz_port-owner.conf
"* ]]
	# One that hides what would be appended to.
	mkdir -p "$PORTCTL_ROOT/run/systemd/system.control"
	mv "$PORTCTL_ROOT/etc/systemd/system/web.service.d" "$PORTCTL_ROOT/run/systemd/system.control/"
	doctor 1
	[[ $(finding ambient:) == *".d/zzz_port-owner_port-owner.conf
"* ]]
}

@test "AmbientCapabilities= in a drop-in, and of a service that only runs" {
	file usr/lib/systemd/system/app@.service <<<$'[Service]\nUser=nobody'
	file etc/systemd/system/app@.service.d/10.conf <<<$'[Service]\nAmbientCapabilities=CAP_NET_BIND_SERVICE'
	doctor 0
	held_doctor udp 53 nobody system-app.slice/app@1.service
	[[ $output == *"ambient: $PORTCTL_ROOT/etc/systemd/system/app@.service.d/10.conf:2: app@1.service has "* ]]
	[[ $output == *"    systemctl restart app@1.service
"* ]]
	[[ $(finding "ambient:") == *"    portctl grant nobody udp/53
"* ]]
	ln -s /dev/null "$PORTCTL_ROOT/etc/systemd/system/app@.service"
	run -0 --separate-stderr held udp 53 nobody app@1.service portctl doctor
}

@test "CapabilityBoundingSet= of root's services" {
	local type
	unit vpn.service <<<$'[Service]\nCapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_BIND_SERVICE'
	unit user.service <<<$'[Service]\nUser=nobody\nCapabilityBoundingSet=CAP_NET_BIND_SERVICE'
	unit without.service <<<$'[Service]\nCapabilityBoundingSet=~CAP_SYS_ADMIN'
	doctor 1
	found_one "bounding: $PORTCTL_ROOT/etc/systemd/system/vpn.service:2: vpn.service has CAP_NET_BIND_SERVICE by CapabilityBoundingSet=: "
	mapfile -t type < <(dropin vpn.service '[Service]\nCapabilityBoundingSet=~CAP_NET_BIND_SERVICE\n')
	types "vpn.service has" "portctl grant root tcp/PORT" "${type[@]}" "systemctl restart vpn.service" "portctl save"
}

@test "a service that starts as root only to bind" {
	local type
	unit dropped.service <<<$'[Service]\nExecStart=/usr/bin/dropped'
	unit nginx.service <<<$'[Service]\nExecStart=/usr/sbin/nginx'
	unit user.service <<<$'[Service]\nUser=nobody'
	doctor 0
	held_doctor tcp 80 nobody dropped.service
	[[ $(finding "root: ") == "root: dropped.service starts as root, and process "*" (python3) of it, which runs as nobody now, has tcp/80; whether it needs root for more is not known
"* ]]
	types "root: " "portctl grant nobody tcp/80" \
		"systemctl edit dropped.service    # [Service] User=nobody, if all that it writes to can be that user's" \
		"systemctl restart dropped.service" "portctl save"
	held_doctor tcp 80 root nginx.service
	types "root: nginx.service starts as root" "portctl adopt nginx.service    # what that would do" \
		"portctl adopt --apply nginx.service"
	unit 'web\x2done.service' <<<'[Service]'
	held_doctor tcp 80 nobody 'web\x2done.service'
	[[ $(finding "root: ") == *"    systemctl edit 'web\x2done.service'    # [Service]"* ]]
	# One that stays root may need it; what has User= did not start so; a high port needs no root.
	for way in "80 root dropped.service" "80 nobody user.service" "8080 nobody dropped.service"; do
		# shellcheck disable=SC2086 # three words
		run --separate-stderr held tcp $way portctl doctor
		[[ $status == 0 ]] && found_nothing
	done
}

module() {
	mkdir -p "$PORTCTL_ROOT/sys/module/portfs/hooks"
	echo alive >"$PORTCTL_ROOT/sys/module/portfs/hooks/__inet6_bind"
	echo "$1" >"$PORTCTL_ROOT/sys/module/portfs/hooks/__inet_bind"
}

@test "a dead hook" {
	module dead
	doctor 1
	found_one "module: $PORTCTL_ROOT/sys/module/portfs/hooks/__inet_bind: the hook is dead: "
	types "the hook is dead" "journalctl -k --grep '^portfs: '" "portctl save" "systemctl reboot"
	module alive
	doctor 0
}

@test "an unsaved table, and what was wrong at boot" {
	node tcp/80 nobody 600
	doctor 1
	found_one "table: after the next boot 1 port will differ from now"
	types "table: " "portctl diff" "portctl save"
	portctl save
	doctor 0
	file run/portctl/mistakes <<<"10.conf:3:1: error: nonsense"
	doctor 1
	found_one "table: wrong at the last boot: 10.conf:3:1: error: nonsense"
	types "wrong at the last boot" "portctl check" "portctl sync"
	rm -r "$PORTCTL_ROOT/run/portctl"
	echo nonsense >"$ETC/10.conf"
	run --separate-stderr unshare --net portctl doctor
	[[ $status == 1 && $stderr == *"10.conf:1:1: error: "* ]]
	types "the table files have mistakes" "portctl check"
}

@test "a socket whose user the rule refuses" {
	node tcp/8080 daemon 600
	portctl save
	held_doctor tcp 8080 nobody web.service
	[[ $(grep -c ^sockets: <<<"$output") == 1 ]]
	types "tcp/8080 is held by nobody with python3, but its rule does not allow that user" \
		"portctl allow nobody tcp/8080    # if this is right; if not:" "systemctl stop web.service"
	held_doctor tcp 8080 nobody session.scope
	[[ $(finding "sockets:" | sed -n 3p) =~ ^"    kill "[0-9]+$ ]]
	held_doctor tcp 8080 nobody 'web\x2done.service'
	[[ $(finding "sockets:" | sed -n 3p) == "    systemctl stop 'web\x2done.service'" ]]
	# Not the manager of all that a user runs, nor the host's.
	held_doctor tcp 8080 nobody user@65534.service/app.slice/web.service
	[[ $(finding "sockets:" | sed -n 3p) =~ ^"    kill "[0-9]+$ ]]
	chmod 1600 "$PORT/tcp/8080"
	run --separate-stderr unshare --net --mount --pid --fork --mount-proc /usr/bin/python3 -c '
import socket, subprocess
s = socket.socket()
s.bind(("", 8080))
s.listen()
subprocess.call(["portctl", "doctor"])'
	types "tcp/8080 is held by root with python3" "portctl allow root tcp/8080    # if this is right"
	chmod 600 "$PORT/tcp/8080"
	portctl allow nobody tcp/8080 --save
	run -0 --separate-stderr held tcp 8080 nobody web.service portctl doctor
	found_nothing
}

@test "a unit without the order" {
	local type
	unit early.socket <<<$'[Unit]\nDefaultDependencies=no\n[Socket]\nListenStream=127.0.0.1:80\n'
	unit other.socket <<<$'[Unit]\nDefaultDependencies=no\n[Socket]\nListenStream=81\nListenStream=/run/80\n'
	unit usual.socket <<<$'[Socket]\nListenStream=80\n'
	unit ordered.socket <<<$'[Unit]\nDefaultDependencies=no\nAfter=x.service portctl.target\n[Socket]\nListenStream=80\n'
	unit named.socket <<<$'[Unit]\nDefaultDependencies=no\n[Socket]\nListenStream=80\n'
	file usr/lib/systemd/system/portctl-restore.service <<<$'[Unit]\nBefore=sysinit.target named.socket'
	doctor 0
	node tcp/80 nobody 600
	portctl save
	doctor 1
	found_one "order: $PORTCTL_ROOT/etc/systemd/system/early.socket:4: early.socket binds tcp/80 and may start before"
	mapfile -t type < <(dropin early.socket '[Unit]\nAfter=portctl-restore.service\n')
	types "early.socket" "${type[@]}"
	# As portctl-generator does.
	file run/systemd/generator/early.socket.d/portctl.conf <<<$'[Unit]\nAfter=portctl-restore.service'
	doctor 0
}

@test "units that are not enabled" {
	mkdir -p "$PORTCTL_ROOT/run/systemd/system" "$PORTCTL_ROOT/etc/systemd/system/sysinit.target.wants"
	doctor 1
	[[ $(grep -c ^boot: <<<"$output") == 3 ]]
	types "portctl-restore.service is not enabled" "systemctl enable portctl-restore.service"
	for unit in dev-port.mount portctl-restore.service portctl-restore-late.service; do
		ln -s "../$unit" "$PORTCTL_ROOT/etc/systemd/system/sysinit.target.wants/$unit"
	done
	doctor 0
	rm -r "$PORTCTL_ROOT/run/systemd"
	mkdir "$PORTCTL_ROOT/run/openrc"
	doctor 1
	types "portctl does not run at boot" "rc-update add portctl boot"
}
