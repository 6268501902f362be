#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # bats sets them
# import: what other ways give, as lines that restore takes; what cannot be carried over is said.

load lib.bash
load host.bash

# imports STATUS WAY [FILE]: the lines are in $output, what is left in $stderr; nothing has changed, and restore takes them.
imports() {
	local before expected=$1
	shift
	before=$(find "$PORTCTL_ROOT" -printf '%p %m %u %s %T@\n' | sort)
	run --separate-stderr unshare --net portctl import "$@"
	printf '%s\n' "$output" "$stderr"
	[[ $status == "$expected" && $before == "$(find "$PORTCTL_ROOT" -printf '%p %m %u %s %T@\n' | sort)" ]]
	printf '%s\n' "$output" | portctl check -
}

rules() { grep -v '^#' <<<"$output"; }
leaves() { [[ $(grep -cF -- "$1" <<<"$stderr") == 1 ]]; }

@test "what is no way, and how many words it takes" {
	unchanged 2 "'authbnd' cannot be imported; did you mean 'authbind'?" portctl import authbnd
	unchanged 2 "'iptables' cannot be imported; authbind, mac_portacl, redirect, setcap, sysctl and systemd can" portctl import iptables
	unchanged 2 "too few arguments" portctl import
	unchanged 2 "too many arguments" portctl import authbind a b
	unchanged 2 "'import' takes no option -n" portctl import -n authbind
}

@test "authbind" {
	by byport/80 nobody:root 500
	by byport/81 root:root 755
	by byport/82 nobody:daemon 550
	by byport/83 root:root 700
	imports 0 authbind
	[[ -z $stderr && $output == "# $PORTCTL_ROOT/etc/authbind/byport/80
tcp 80 nobody 0600
# $PORTCTL_ROOT/etc/authbind/byport/81
tcp 81 root 0666
# $PORTCTL_ROOT/etc/authbind/byport/82
tcp 82 nobody:daemon 0660
# $PORTCTL_ROOT/etc/authbind/byport/80
udp 80 nobody 0600
# $PORTCTL_ROOT/etc/authbind/byport/81
udp 81 root 0666
# $PORTCTL_ROOT/etc/authbind/byport/82
udp 82 nobody:daemon 0660" ]]
	# As the manual page has it.
	portctl import authbind >"$ETC/authbind.conf"
	portctl restore
	portctl test daemon tcp/82
	run -1 portctl test daemon tcp/80
}

@test "authbind: several users, ranges, and what cannot be carried over" {
	by byport/80 nobody:root 500
	by byport/90 nobody:root 500
	setfacl -m u:daemon:x "$PORTCTL_ROOT/etc/authbind/byport/90"
	by byport/900 nobody:root 500
	by byaddr/192.0.2.1,25 nobody:root 500
	file etc/authbind/byuid/1 <<-'END'
		0.0.0.0/0:85,86
		nonsense
		::/0,85-86
	END
	file etc/authbind/byuid/65534 <<<$'::/0,85\n0.0.0.0/0,85'
	imports 1 authbind
	[[ $(rules | grep ^tcp) == "tcp 25 nobody 0600
tcp 80 nobody 0600
tcp 85 daemon 0660 u:nobody:rw-,g::---
tcp 86 daemon 0600
tcp 90 nobody 0600" ]] || { rules; return 1; }
	[[ $output == *"# $PORTCTL_ROOT/etc/authbind/byuid/1:1; $PORTCTL_ROOT/etc/authbind/byuid/1:3; $PORTCTL_ROOT/etc/authbind/byuid/65534:1; "*"
tcp 85 "* ]]
	leaves "the ACL of $PORTCTL_ROOT/etc/authbind/byport/90"
	leaves "byport/900: authbind passes it over"
	leaves "the rule is for all addresses, not for 192.0.2.1 alone"
	leaves "byuid/1:2: authbind does not understand it"
	[[ ${#stderr_lines[@]} == 4 ]]
}

@test "authbind: what byport says of a port is all that counts" {
	by byport/80 root:root 000
	by byport/81 nobody:root 500
	by byaddr/192.0.2.1,80 nobody:root 500
	file etc/authbind/byuid/1 <<<$'0.0.0.0/0,79-83\n::/0,79-83'
	imports 0 authbind
	[[ -z $stderr && $(rules | grep ^tcp) == "tcp 79 daemon 0600
tcp 81 nobody 0600
tcp 82-83 daemon 0600" ]]
}

@test "authbind elsewhere, or nowhere" {
	unchanged 1 "cannot read $PORTCTL_ROOT/etc/authbind: No such file" portctl import authbind
	by byport/80 nobody:root 500
	mv "$PORTCTL_ROOT/etc/authbind" backup
	imports 0 authbind backup
	[[ $(rules) == "tcp 80 nobody 0600
udp 80 nobody 0600" ]]
	rm backup/byport/80
	imports 0 authbind backup
	[[ $output == "# nothing of authbind to carry over" ]]
}

@test "mac_portacl" {
	cat >sysctl.conf <<-'END'
		# FreeBSD
		net.inet.ip.portrange.reservedhigh=0
		security.mac.portacl.rules="uid:65534:tcp:80,uid:1:tcp:80, gid:1:udp:53"   # two, and one
	END
	imports 0 mac_portacl sysctl.conf
	[[ -z $stderr && $output == "# sysctl.conf:3
tcp 80 nobody 0660 u:daemon:rw-,g::---
# sysctl.conf:3
udp 53 root:daemon 0060" ]] || return 1
	echo security.mac.portacl.suser_exempt=0 >>sysctl.conf
	imports 0 mac_portacl sysctl.conf
	[[ $(rules) == "tcp 80 nobody 1660 u:daemon:rw-,g::---
udp 53 root:daemon 1060" ]]
	# The rules alone, as sysctl -n has them; and numbers that nobody has here.
	run --separate-stderr portctl import mac_portacl - <<<'uid:3999999:tcp:80'
	[[ $status == 1 && $output == "# -:1
tcp 80 +3999999 0600" && $stderr == *"the name of user 3999999 of line 1: nobody has this number here" ]] ||
		[[ $status == 1 && $output == *"
tcp 80 3999999 0600" ]]
}

@test "mac_portacl: mistakes have their place, and nothing is printed" {
	unchanged 2 "name a copy of its /etc/sysctl.conf" portctl import mac_portacl
	unchanged 1 "cannot read missing: No such file" portctl import mac_portacl missing
	mistake() {
		printf '\nsecurity.mac.portacl.rules=%s\n' "$1" >rules
		unchanged 2 "$2" portctl import mac_portacl rules
		[[ -z $output ]]
	}
	mistake uid:1:tcp "rules:2:28: error: not a rule; uid:80:tcp:80 and gid:80:udp:53 are"
	mistake uid:1:tcp:80,user:1:tcp:81 "rules:2:41: error: neither uid nor gid"
	mistake uid:alice:tcp:80 "rules:2:32: error: not the number of a user or group"
	mistake uid:1:sctp:80 "rules:2:34: error: neither tcp nor udp"
	mistake uid:1:tcp:0 "rules:2:38: error: not a port"
	mistake uid:1:tcp:65536 "rules:2:38: error: not a port"
	mistake uid:4294967295:tcp:1 "rules:2:32: error: not the number"
	mistake 'uid:1:tcp:80 uid:1:tcp:81' "rules:2:41: error: a comma comes before the next rule"
}

@test "setcap" {
	capable usr/bin/server "$ALONE"
	capable usr/bin/ping "$ONLY_RAW"
	imports 1 setcap
	[[ $output == "# nothing of setcap to carry over" ]]
	leaves "usr/bin/server: it holds no privileged port now, so its user and its ports are not known"
	run -0 --separate-stderr held tcp 80 nobody some.scope portctl import setcap
	[[ ${#stderr_lines[@]} == 1 && $output == "# $PORTCTL_ROOT/usr/bin/server; python3 listens now
tcp 80 nobody 0600" ]]
	# By any of its names.
	ln -s usr/bin "$PORTCTL_ROOT/bin"
	ln -s server "$PORTCTL_ROOT/usr/bin/link"
	for name in usr/bin/server bin/server usr/bin/link; do
		[[ $(held tcp 80 nobody some.scope portctl import setcap "$PORTCTL_ROOT/$name") == "$output" ]]
	done
	imports 0 setcap "$PORTCTL_ROOT/usr/bin/ping"
	unchanged 1 "cannot read missing: No such file" portctl import setcap missing
}

START=net.ipv4.ip_unprivileged_port_start

@test "sysctl" {
	file etc/sysctl.d/10.conf <<<"$START = 80"
	imports 1 sysctl
	leaves "etc/sysctl.d/10.conf:1 gives the ports 80 to 1023 to everybody"
	run -1 --separate-stderr held tcp 443 nobody some.scope portctl import sysctl
	[[ $output == "# nothing of sysctl to carry over" ]] # root's socket
	run -1 --separate-stderr as_user 443 portctl import sysctl
	[[ $output == "# $START; python3 listens now
tcp 443 nobody 0600" ]]
	run -1 --separate-stderr as_user 79 portctl import sysctl
	[[ $output == "# nothing of sysctl to carry over" ]]
	echo "$START = 1024" >raised
	imports 0 sysctl raised
	echo "$START = much" >raised
	imports 1 sysctl raised
	leaves "raised:1: 'much' is not a number"
	unchanged 1 "cannot read missing: No such file" portctl import sysctl missing
}

# as_user PORT COMMAND…: while nobody has the port by the sysctl.
as_user() {
	unshare --net bash -euc '
		ip link set lo up
		echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start
		mkfifo "$BATS_TEST_TMPDIR/ready.$$"
		setpriv --reuid nobody --clear-groups /usr/bin/python3 -c "
import socket, sys, time
s = socket.socket()
s.bind((\"\", int(sys.argv[1])))
s.listen()
print(flush=True)
time.sleep(600)" "$1" >"$BATS_TEST_TMPDIR/ready.$$" &
		trap "kill $!" EXIT
		read -r <"$BATS_TEST_TMPDIR/ready.$$"
		shift
		"$@"' as_user "$@"
}

@test "systemd" {
	unit web.service <<<$'[Service]\nUser=nobody\nAmbientCapabilities=CAP_NET_BIND_SERVICE'
	unit allowed.service <<-'END'
		[Service]
		User=daemon
		AmbientCapabilities=CAP_NET_BIND_SERVICE
		SocketBindDeny=any
		SocketBindAllow=tcp:143
		SocketBindAllow=ipv4:udp:53-54
		SocketBindAllow=ipv6:tcp
	END
	unit dynamic.service <<<$'[Service]\nDynamicUser=yes\nAmbientCapabilities=CAP_NET_BIND_SERVICE'
	unit unknown.service <<<$'[Service]\nUser=no-such-user\nAmbientCapabilities=CAP_NET_BIND_SERVICE'
	unit root.service <<<$'[Service]\nAmbientCapabilities=CAP_NET_BIND_SERVICE'
	file etc/systemd/system/unused.service <<<$'[Service]\nUser=nobody\nAmbientCapabilities=CAP_NET_BIND_SERVICE'
	imports 1 systemd
	[[ $output == "# $PORTCTL_ROOT/etc/systemd/system/allowed.service:5
tcp 143 daemon 0600
# $PORTCTL_ROOT/etc/systemd/system/allowed.service:6
udp 53-54 daemon 0600" ]]
	leaves "web.service:3: it gives every port; which of them nobody binds is known only while the service listens on them"
	leaves "dynamic.service: systemd makes up its user"
	leaves "unknown.service: there is no user 'no-such-user'"
	leaves "allowed.service:6: ipv4 alone; the rule is for both"
	leaves "allowed.service:7: 'ipv6:tcp' names no ports"
	leaves "allowed.service:3: it gives every port"
	[[ $(grep -c "not carried over" <<<"$stderr") == 6 ]]
	run -1 --separate-stderr held tcp 443 nobody web.service portctl import systemd
	[[ $output == *"# $PORTCTL_ROOT/etc/systemd/system/web.service:3; python3 listens now
tcp 443 nobody 0600"* ]]
	# One file.
	run -0 --separate-stderr held tcp 443 nobody web.service \
		portctl import systemd "$PORTCTL_ROOT/etc/systemd/system/web.service"
	[[ -z $stderr && $(rules) == "tcp 443 nobody 0600" ]]
	imports 1 systemd "$PORTCTL_ROOT/etc/systemd/system/unused.service"
	leaves "unused.service:3: it gives every port"
	unchanged 1 "cannot read missing: No such file" portctl import systemd missing
}

@test "systemd: services that are not looked at" {
	imports 0 systemd
	[[ ${#stderr_lines[@]} == 1 ]]
	leaves "not looked at: systemd's own services (systemd-*), services that are neither enabled nor listen"
	file etc/systemd/system/web.service <<<$'[Service]\nUser=nobody'
	imports 0 systemd "$PORTCTL_ROOT/etc/systemd/system/web.service"
	[[ -z $stderr ]]
}

@test "systemd: SocketBindAllow= only refuses, and narrows what the capability gives" {
	unit mail.service <<-'END'
		[Service]
		User=daemon
		SocketBindDeny=any
		SocketBindAllow=tcp:143
		SocketBindAllow=1024-65535
	END
	imports 0 systemd
	[[ $stderr != *"not carried over"* && $output == "# nothing of systemd to carry over" ]]
	echo AmbientCapabilities=CAP_NET_BIND_SERVICE >>"$PORTCTL_ROOT/etc/systemd/system/mail.service"
	imports 1 systemd
	[[ $(rules) == "tcp 143 daemon 0600" ]]
	leaves "mail.service:5: '1024-65535': ports from 1024 on need no privilege"
	[[ $(grep -c "not carried over" <<<"$stderr") == 1 ]]
	# What neither names passes.
	sed -i /Deny/d "$PORTCTL_ROOT/etc/systemd/system/mail.service"
	imports 1 systemd
	[[ $(rules) == "tcp 143 daemon 0600" ]]
	leaves "mail.service:5: it gives every port"
	# What it has otherwise is not of the capability.
	echo SocketBindDeny=tcp >>"$PORTCTL_ROOT/etc/systemd/system/mail.service"
	run -1 --separate-stderr held tcp 80 daemon mail.service portctl import systemd
	[[ $(rules) == "tcp 143 daemon 0600" ]]
	leaves "mail.service has tcp/80 now, which SocketBindDeny= refuses"
	run -1 --separate-stderr held udp 80 daemon mail.service portctl import systemd
	[[ $(rules) == "tcp 143 daemon 0600
udp 80 daemon 0600" ]]
}

# given STATUS RULES LINE…: what a service of daemon's has by these lines.
given() {
	printf '[Service]\nUser=daemon\nSocketBindDeny=any\n' | unit web.service
	printf '%s\n' "${@:3}" >>"$PORTCTL_ROOT/etc/systemd/system/web.service"
	imports "$1" systemd
	[[ $(rules) == "$2" ]]
}
GIVES=AmbientCapabilities=CAP_NET_BIND_SERVICE

@test "systemd: an empty line begins anew" {
	given 0 "tcp 443 daemon 0600" $GIVES SocketBindAllow=tcp:25 SocketBindAllow=tcp:80 SocketBindAllow= SocketBindAllow=tcp:443
	given 0 "" $GIVES SocketBindAllow=tcp:25 AmbientCapabilities=
}

@test "systemd: rules that it does not understand are none" {
	local rule
	for rule in tcp:80,443 tcp:imap 87/udp tcp: tcp80 80-79 tcp:080 0 65536 tcp:80:udp any:80 '80 81' -80; do
		given 1 "" $GIVES "SocketBindAllow=$rule"
		leaves "web.service:5: '$rule' is not a rule that systemd understands"
	done
	given 0 "tcp 80-81 daemon 0600
udp 80-81 daemon 0600" $GIVES SocketBindAllow=80-81
	# Refused by a word that it does not understand is nothing.
	given 1 "tcp 80 daemon 0600" SocketBindDeny= SocketBindDeny=tcp:25,26 $GIVES SocketBindAllow=tcp:80
	leaves "web.service:6: it gives every port"
}

@test "systemd: which lines give the capability" {
	local tcp=SocketBindAllow=tcp:81
	given 0 "tcp 81 daemon 0600" 'AmbientCapabilities=~CAP_SYS_ADMIN' $tcp
	given 0 "tcp 81 daemon 0600" 'AmbientCapabilities=~' $tcp
	given 0 "tcp 81 daemon 0600" AmbientCapabilities=10 $tcp
	given 0 "tcp 81 daemon 0600" AmbientCapabilities='CAP_CHOWN "cap_net_bind_service"' $tcp
	given 0 "tcp 81 daemon 0600" AmbientCapabilities=CAP_CHOWN AmbientCapabilities=~CAP_CHOWN AmbientCapabilities=~CAP_KILL $tcp
	given 0 "" AmbientCapabilities=CAP_CHOWN AmbientCapabilities=~CAP_SYS_ADMIN $tcp
	given 0 "" 'AmbientCapabilities=~CAP_NET_BIND_SERVICE' $tcp
	given 0 "" AmbientCapabilities='"CAP_NET_BIND_SERVICE CAP_CHOWN"' $tcp
	# Within the bounding set.
	given 0 "" $GIVES CapabilityBoundingSet= $tcp
	given 0 "" $GIVES CapabilityBoundingSet=CAP_CHOWN $tcp
	given 0 "" $GIVES 'CapabilityBoundingSet=~CAP_NET_BIND_SERVICE' $tcp
	given 0 "tcp 81 daemon 0600" $GIVES 'CapabilityBoundingSet=~CAP_CHOWN' $tcp
	given 0 "tcp 81 daemon 0600" $GIVES CapabilityBoundingSet=CAP_CHOWN CapabilityBoundingSet=CAP_NET_BIND_SERVICE $tcp
	# Over the host's ports.
	given 0 "" $GIVES PrivateUsers=yes $tcp
	given 1 "" $GIVES PrivateNetwork=yes $tcp
	leaves "web.service:5: the ports of web.service are not the host's"
}

@test "users whom systemd makes up own no port" {
	capable usr/bin/server "$ALONE"
	unit dynamic.service <<<$'[Service]\nDynamicUser=yes'
	cp /etc/passwd passwd
	printf 'made:x:61200:61200::/:/bin/sh\n' >>passwd
	export -f held
	for who in "nobody dynamic.service" "made some.scope"; do
		for command in "import setcap" adopt; do
			run --separate-stderr unshare --mount bash -euc '
				mount --bind passwd /etc/passwd
				held tcp 80 $1 portctl $2' - "$who" "$command"
			printf '%s\n' "$output" "$stderr"
			[[ -z $(rules) && $output$stderr == *"80 "*"systemd makes up its user"* ]]
		done
		((status == 0))
		run --separate-stderr unshare --mount bash -euc '
			mount --bind passwd /etc/passwd
			held tcp 80 $1 portctl doctor' - "$who"
		[[ $output == *"    portctl grant USER tcp/80"* && $output != *"grant made"* ]] || [[ $who == nobody* ]]
	done
	# By the name that it has while it runs.
	unit dynamic.service <<<$'[Service]\nDynamicUser=yes\nUser=made\nAmbientCapabilities=CAP_NET_BIND_SERVICE\nSocketBindAllow=tcp:80'
	run -1 --separate-stderr unshare --mount --net bash -euc 'mount --bind passwd /etc/passwd; portctl import systemd'
	[[ -z $(rules) && $stderr == *"dynamic.service: systemd makes up its user"* ]]
}

@test "names with a newline or an escape end no comment and command no terminal" {
	by byport/80 nobody:root 500
	mv "$PORTCTL_ROOT/etc/authbind" $'x\ntcp 25 nobody 600\e'
	imports 0 authbind $'x\ntcp 25 nobody 600\e'
	[[ $(rules) == "tcp 80 nobody 0600
udp 80 nobody 0600" && $output != *$'\e'* ]]
}

@test "mac_portacl: the last line that sets the rules counts" {
	printf 'security.mac.portacl.rules=%s\n' uid:1:tcp:80 uid:2:tcp:443 >rules
	imports 0 mac_portacl rules
	[[ -z $stderr && $(rules) == "tcp 443 bin 0600" ]]
	echo security.mac.portacl.rules= >>rules
	imports 0 mac_portacl rules
	[[ $output == "# nothing of mac_portacl to carry over" ]]
	printf '%s\n' security.mac.portacl.rules=uid:1:tcp:80 security.mac.portacl.enabled=0 >rules
	imports 1 mac_portacl rules
	[[ -z $(rules) ]]
	leaves "rules:2: security.mac.portacl.enabled is 0"
}

@test "mac_portacl: as FreeBSD's sysctl prints it" {
	printf 'security.mac.portacl.%s\n' 'rules: uid:1:tcp:80,gid:1:udp:53' 'suser_exempt: 0' 'enabled: 1' >rules
	imports 0 mac_portacl rules
	[[ -z $stderr && $(rules) == "tcp 80 daemon 1600
udp 53 root:daemon 1060" ]]
	echo 'security.mac.portacl.rule=uid:1:tcp:80' >rules
	unchanged 1 "rules: no line sets security.mac.portacl.rules" portctl import mac_portacl rules
	[[ -z $output ]]
	printf 'security.mac.portacl.%s\n' rules= suser_exempt=no >rules
	unchanged 2 "rules:2:35: error: 'no' is not a number" portctl import mac_portacl rules
}

@test "mac_portacl: whom FreeBSD lets bind without a rule" {
	echo security.mac.portacl.rules=uid:1:tcp:1023,uid:1:tcp:8080 >rules
	imports 1 mac_portacl rules
	[[ $(rules) == "tcp 1023 daemon 0600
tcp 8080 daemon 0600" && ${#stderr_lines[@]} == 1 ]]
	leaves "rules:1: tcp/8080 is above port_high (1023), so everybody may bind it on FreeBSD; here only those whom its rules name may"
	echo security.mac.portacl.port_high=8080 >>rules
	imports 1 mac_portacl rules
	[[ ${#stderr_lines[@]} == 1 ]]
	leaves "rules:2: the ports 1024 to 8080 that no rule names are root's on FreeBSD, but everybody's here"
	printf 'security.mac.portacl.%s\n' rules=uid:1:tcp:80 port_high=0x50 >rules
	imports 1 mac_portacl rules
	[[ ${#stderr_lines[@]} == 1 ]]
	leaves "rules:2: the ports 81 to 1023 that no rule names may be everybody's on FreeBSD, but are root's here"
}

@test "mac_portacl: what is not text" {
	printf 'security.mac.portacl.rules=uid:1:tcp:80\0,uid:2:tcp:81\n' >rules
	unchanged 2 "rules:1:40: error: a zero byte; the file must be text" portctl import mac_portacl rules
	[[ -z $output ]]
}

@test "sysctl: the line that counts, and what the kernel makes of it" {
	file etc/sysctl.d/10.conf <<<"$START = 80"
	file etc/sysctl.d/99.conf <<<"$START = 1024"
	run -0 --separate-stderr as_user 443 portctl import sysctl
	[[ -z $stderr && $output == "# nothing of sysctl to carry over" ]]
	# Refused, so the line before it counts.
	file etc/sysctl.d/99.conf <<<"$START = 080"
	imports 1 sysctl
	leaves "99.conf:1: '080' is not a number"
	leaves "10.conf:1 gives the ports 80 to 1023"
	for value in 0120 0x50 '80 # web'; do
		echo "$START=$value" >lowered
		imports 1 sysctl lowered
		leaves "lowered:1 gives the ports 80 to 1023"
	done
	for value in 65536 +80 -1 80,81 0b1 ''; do
		echo "$START=$value" >wrong
		imports 1 sysctl wrong
		leaves "wrong:1: '$value' is not a number from 0 to 65535"
	done
}

@test "sysctl: names with wildcards count where none is without" {
	echo 'net.ipv4.ip_unprivileged_*=80' >lowered
	imports 1 sysctl lowered
	leaves "lowered:1 gives the ports 80 to 1023"
	echo "net/ipv4/ip_unprivileged_port_start=1024" >raised
	cat lowered >>raised
	imports 0 sysctl raised
	echo "-$START" >raised
	cat lowered >>raised
	imports 0 sysctl raised
	echo 'net.*=80' >other
	imports 0 sysctl other
	# As doctor has it.
	file etc/sysctl.d/10.conf <lowered
	run -1 unshare --net portctl doctor
	[[ $output == *"10.conf:1: at boot it gives all ports from 80 on to everybody
    echo '$START = 1024' >/etc/sysctl.d/zz-port-owner.conf"* ]]
	file etc/sysctl.d/10.conf <<<"$START=0120"
	run -1 unshare --net portctl doctor
	[[ $output == *"10.conf:1: at boot it gives all ports from 80 on to everybody"* ]]
}

@test "sysctl: a file that is a link to itself" {
	ln -s sysctl.conf "$PORTCTL_ROOT/etc/sysctl.conf"
	imports 1 sysctl
	leaves "etc/sysctl.conf: Too many levels of symbolic links"
	ln -sf nothing "$PORTCTL_ROOT/etc/sysctl.conf"
	imports 0 sysctl
	[[ -z $stderr ]]
}

@test "sysctl: lowered now, and in no file" {
	file proc/sys/net/ipv4/ip_unprivileged_port_start <<<80
	imports 1 sysctl
	leaves "$START gives the ports 80 to 1023 to everybody"
}

@test "setcap: folders that are not looked at" {
	mkdir -p "$PORTCTL_ROOT/usr/bin"
	imports 0 setcap
	[[ ${#stderr_lines[@]} == 1 ]]
	leaves "not looked at: folders other than bin, "
	leaves ": 'getcap -r / 2>/dev/null' looks into all"
	imports 0 setcap "$PORTCTL_ROOT/usr"
	[[ -z $stderr ]]
}

@test "setcap: a program that was upgraded while it runs, and one that only root sees" {
	capable usr/bin/server "$ALONE"
	upgraded() {
		ln -sf "$PORTCTL_ROOT/usr/bin/server (deleted)" "$PORTCTL_ROOT"/proc/[0-9]*/exe
		portctl import setcap "$PORTCTL_ROOT/usr/bin/server"
	}
	export -f upgraded
	run -0 --separate-stderr held tcp 80 nobody some.scope bash -euc upgraded
	[[ -z $stderr && $(rules) == "tcp 80 nobody 0600" ]]
	run -1 --separate-stderr held tcp 80 nobody some.scope \
		unshare --user portctl import setcap "$PORTCTL_ROOT/usr/bin/server"
	leaves "usr/bin/server: only root sees all processes, so its users and its ports may not all be known"
	[[ $stderr != *"holds no privileged port"* ]]
}

# saved PROGRAM: it prints stdin, as iptables-save would.
saved() {
	file "usr/sbin/$1.txt"
	printf '#!/bin/sh\ncat "%s"\n' "$PORTCTL_ROOT/usr/sbin/$1.txt" | file "usr/sbin/$1"
	chmod 755 "$PORTCTL_ROOT/usr/sbin/$1"
}

# redirects STATUS RULES: what comes of them while nobody listens on tcp 8080.
redirects() {
	run --separate-stderr held tcp 8080 nobody "${scope:-some.scope}" portctl import redirect
	echo "$output$stderr"
	[[ $status == "$1" && $(rules) == "$2" ]]
	portctl check - <<<"$output"
}
is_for_all() { leaves "$1 of '$2': a rule is for all addresses, of IPv4 and of IPv6"; }

@test "redirect" {
	saved iptables-save <<-'END'
		*nat
		-A PREROUTING -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 8080
		-A PREROUTING -p udp -m multiport --dports 53,54 -j REDIRECT --to-ports 5353
		-A PREROUTING -p tcp -m tcp --dport 8000 -j REDIRECT --to-ports 9000
		COMMIT
	END
	redirects 1 'tcp 80 nobody 0600'
	[[ $output == *"# -A PREROUTING -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 8080; python3 listens on 8080 now"* ]]
	is_for_all 'the family' '-A PREROUTING -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 8080'
	leaves 'not carried over: udp/54, redirected to 5353, where nobody listens now, so its user is not known: -A PREROUTING -p udp'
	[[ ${#stderr_lines[@]} == 4 ]]
	# Nobody's rule is better than root's.
	run -1 --separate-stderr held tcp 8080 root some.scope portctl import redirect
	[[ -z $(rules) ]]
	leaves 'tcp/80, redirected to 8080, where root listens, which needs no rule: '
	unchanged 2 'import redirect takes no FILE: it asks iptables and nft' portctl import redirect /etc/rules
	# Nor is that of a user who is another service's next time.
	unit dynamic.service <<<$'[Service]\nDynamicUser=yes'
	scope=dynamic.service redirects 1 ''
	leaves 'tcp/80, redirected to 8080, where python3 listens, and systemd makes up its user: '
	run -1 held tcp 8080 nobody dynamic.service portctl doctor
	[[ $output == *"portctl grant USER tcp/80"* && $output != *"portctl grant nobody"* ]]
}

@test "redirect: words in a comment, and what is privileged of a range" {
	saved iptables-save <<-'END'
		*nat
		-A PREROUTING -p tcp -m comment --comment "to --dport 22 \" here" -m tcp --dport 80 -j REDIRECT --to-ports 8080
		-A PREROUTING -p tcp -m tcp --dport 1022:8080 -j REDIRECT --to-ports 8080
		COMMIT
	END
	saved nft <<-'END'
		table inet mine {
			chain pre {
				type nat hook prerouting priority dstnat; policy accept;
				tcp dport 81 counter packets 0 bytes 0 redirect to :8080 comment "tcp dport 23" # handle 5
			}
		}
	END
	redirects 1 $'tcp 80 nobody 0600\ntcp 81 nobody 0600\ntcp 1022-1023 nobody 0600'
	leaves "--dport 1022:8080 -j REDIRECT --to-ports 8080': ports from 1024 on need no privilege"
	[[ ${#stderr_lines[@]} == 3 ]]
}

@test "redirect: what is narrower than a rule" {
	saved iptables-save <<-'END'
		*nat
		-A OUTPUT -p tcp -m tcp --dport 82 -j REDIRECT --to-ports 8080
		-A PREROUTING -p tcp -m owner --uid-owner 1 -m tcp --dport 83 -j REDIRECT --to-ports 8080
		COMMIT
	END
	saved nft <<-'END'
		table inet mine {
			chain pre {
				type nat hook prerouting priority dstnat; policy accept;
				iifname "eth0" tcp dport { 84, 85 } redirect to :8080 # handle 6
				tcp dport { 86, 87 } redirect to :8080 # handle 7
			}
			chain other {
				tcp dport 88 redirect to :8080 # handle 8
			}
		}
		table ip old {
			chain pre {
				type nat hook prerouting priority dstnat; policy accept;
				tcp dport 89 dnat to 127.0.0.1:8080 # handle 9
			}
		}
	END
	redirects 1 "$(printf 'tcp %d nobody 0600\n' {82..83})"$'\ntcp 84-85 nobody 0600\ntcp 86-87 nobody 0600\n'"$(printf 'tcp %d nobody 0600\n' {88..89})"
	is_for_all 'the conditions' '-A OUTPUT -p tcp -m tcp --dport 82 -j REDIRECT --to-ports 8080'
	is_for_all 'the conditions' '-A PREROUTING -p tcp -m owner --uid-owner 1 -m tcp --dport 83 -j REDIRECT --to-ports 8080'
	is_for_all 'the conditions' 'iifname "eth0" tcp dport { 84, 85 } redirect to :8080 # handle 6'
	is_for_all 'the conditions' 'tcp dport 88 redirect to :8080 # handle 8'
	is_for_all 'the family' 'tcp dport 89 dnat to 127.0.0.1:8080 # handle 9'
	[[ ${#stderr_lines[@]} == 5 ]]
}

@test "redirect: what is not understood, and what goes elsewhere" {
	saved iptables-save <<-'END'
		*nat
		-A PREROUTING -p tcp -m set --match-set web dst -j REDIRECT --to-ports 8080
		-A PREROUTING -p tcp -m tcp ! --dport 81 -j REDIRECT --to-ports 8080
		-A PREROUTING -p tcp -m tcp --dport 82 -j REDIRECT --to-ports 8080-8090
		-A PREROUTING -p tcp -m tcp --dport 83 -j DNAT --to-destination 192.0.2.1:8080
		-A PREROUTING -p tcp -m tcp --dport 83 -j DNAT --to-destination [::2]:8080
		COMMIT
	END
	{
		printf 'table inet mine {\n\tchain pre {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n'
		printf '\t\ttcp dport != 84 redirect to :8080 # handle 7\n\t\ttcp dport { '
		printf '%d, ' {101..699..2}
		printf '701 } redirect to :8080 # handle 8\n'
		printf '\t\tdnat ip addr . port to tcp dport map { 80 : 127.0.0.1 . 8080 } # handle 9\n\t}\n}\n'
	} | saved nft
	redirects 1 "$(printf 'tcp %d nobody 0600\n' {101..701..2})"
	leaves '--match-set web dst -j REDIRECT --to-ports 8080: only ports in numbers are understood'
	leaves '! --dport 81 -j REDIRECT --to-ports 8080: only ports in numbers are understood'
	leaves '--dport 82 -j REDIRECT --to-ports 8080-8090: only ports in numbers are understood'
	leaves 'tcp dport != 84 redirect to :8080 # handle 7: only ports in numbers are understood'
	leaves 'map { 80 : 127.0.0.1 . 8080 } # handle 9: only ports in numbers are understood'
	[[ ${#stderr_lines[@]} == 5 ]]
}
