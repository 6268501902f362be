#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # bats sets them
# shellcheck disable=SC2030,SC2031 # each test is a shell of its own
# Who decides on a bind. What the kernel says to it: tests/kselftest/why_test.sh.

load lib.bash
load host.bash

# answers STATUS LINE… -- COMMAND…: it exits with STATUS, and these lines are parts of its own, in that order.
answers() {
	local expected=$1 part rest
	local -a parts=()
	shift
	while [[ $1 != -- ]]; do
		parts+=("$1")
		shift
	done
	shift
	run --separate-stderr "$@"
	echo "status: $status"
	echo "stdout: $output"
	echo "stderr: $stderr"
	[[ $status == "$expected" && ! $stderr ]] || return 1
	rest=$output
	# Not in lines, which is run's.
	for part in "${parts[@]}"; do
		[[ $rest == *"$part"* ]] || { echo "no '$part' there, or not in that order"; return 1; }
		rest=${rest#*"$part"}
	done
}

# process PID: one that is nobody's, with nothing to stop it.
process() {
	local folder=$PORTCTL_ROOT/proc/$1
	mkdir -p "$folder/attr" "$folder/ns" "$PORTCTL_ROOT/sys/kernel/security"
	ln -s /proc/self/ns/net /proc/self/ns/user "$folder/ns"
	echo 'landlock,lockdown,apparmor' >"$PORTCTL_ROOT/sys/kernel/security/lsm"
	echo '0::/user.slice/user-65534.slice/session-1.scope' >"$folder/cgroup"
	printf '%s\n' 'Name:	sleep' 'Uid:	65534	65534	65534	65534' 'Gid:	65534	65534	65534	65534' \
		'Groups:	1 2 ' 'CapEff:	0000000000000000' 'Seccomp:	0' >"$folder/status"
}

# unit NAME LINE…: what systemd says of it; of no other.
unit() {
	mkdir -p "$PORTCTL_ROOT/usr/bin" "$PORTCTL_ROOT/units"
	printf '%s\n' "Id=$1" LoadState=loaded ActiveState=inactive MainPID=0 Slice= \
		'CapabilityBoundingSet=cap_chown cap_net_bind_service' "${@:2}" >"$PORTCTL_ROOT/units/$1"
	cat >"$PORTCTL_ROOT/usr/bin/systemctl" <<-'END'
		#!/bin/sh
		cd "$(dirname "$0")/../../units" || exit
		for name; do :; done
		[ "$1" = show ] && cat "$name" 2>/dev/null || echo LoadState=not-found
	END
	chmod +x "$PORTCTL_ROOT/usr/bin/systemctl"
}

@test "a user and the kernel's own rule" {
	answers 1 'no: tcp/80 for user nobody: threshold (EACCES)' \
		'not seen  confinement' 'name a PID or a SERVICE' \
		'yes       rule        tcp/80 is unclaimed' \
		'no        threshold   ports below 1024 are only for processes with CAP_NET_BIND_SERVICE' \
		'no        capability  a login has no capabilities' 'To let it bind:' \
		'    portctl grant nobody tcp/80' -- portctl why tcp/80 nobody
	answers 0 'yes: tcp/8080 for user nobody, as far as can be seen' 'not seen  confinement' \
		'yes       rule' 'yes       threshold   ports from 1024 are anybody' -- portctl why tcp/8080 nobody
	[[ $output != *'To let it bind'* && $output != *capability* ]]
	answers 0 'no        threshold' 'yes       capability' -- portctl why tcp/80 root
	answers 1 'no: tcp/80 for' 'portctl grant nobody tcp/80' 'no: udp/80 for' 'portctl grant nobody udp/80' -- \
		portctl why 80 nobody
	answers 1 'no: tcp/80 for user +65534' -- portctl why http +65534
}

# rule OWNER MODE ACL USER STATUS WORDS: the answer, and that portctl test says the same.
rule() {
	portctl grant "$1" tcp/81 -m "$2" ${3:+-a "$3"}
	answers "$5" "rule        tcp/81 is $1 $2${3:+ $3}, and user $4 $6 (/dev/port)" -- portctl why tcp/81 "$4"
	run portctl test "$4" tcp/81
	[[ $status == "$5" ]] || { echo "portctl test: $output"; return 1; }
}

@test "owner, entries, groups, mask, everybody, the sticky bit" {
	rule nobody:root 0600 '' nobody 0 'is its owner'
	rule nobody:root 0060 '' nobody 1 'is its owner, whose write bit is not set'
	rule nobody:root 0666 '' daemon 0 'is neither its owner nor in its group'
	rule nobody:root 0600 '' daemon 1 'is neither its owner nor in its group'
	rule nobody:daemon 0660 '' daemon 0 'is in its group daemon'
	rule nobody:daemon 0606 '' daemon 1 'is in its group daemon'
	rule nobody:root 0660 'u:daemon:rw-,g::rw-' daemon 0 'has an entry in its ACL'
	rule nobody:root 0646 'u:daemon:rw-,g::rw-' daemon 1 'has an entry in its ACL, and the mask takes the right away'
	rule nobody:root 0666 'u:daemon:r--,g::rw-' daemon 1 'has an entry in its ACL'
	rule nobody:root 0660 'g::rw-,g:daemon:-w-' daemon 0 'is in group daemon of its ACL'
	answers 1 'no: tcp/81' '    portctl allow bin tcp/81' -- portctl why tcp/81 bin
	portctl allow bin tcp/81
	answers 0 'yes: tcp/81' -- portctl why tcp/81 bin
	rule nobody:root 0600 '' root 0 'is in its group root'
	answers 0 'yes       capability' 'yes       sticky bit  it is not set' -- portctl why tcp/81 root
	rule nobody:root 1600 '' root 1 'is in its group root'
	answers 1 'rule (EACCES)' 'yes       capability' 'no        sticky bit  it is set: the capability does not help' \
		'    portctl allow root tcp/81' -- portctl why tcp/81 root
	portctl allow root tcp/81
	answers 0 'yes: tcp/81' -- portctl why tcp/81 root
}

@test "the caller" {
	ln -s /proc /sys "$PORTCTL_ROOT"
	answers 0 'yes: tcp/82 for user root, who asks' 'seccomp     bind(2) can be called (bind(2) itself)' -- \
		portctl why tcp/82
}

# From its fourth version on, or where there is none, what is said of it does not depend on the kernel.
knows_ports() {
	/usr/bin/python3 -c 'import ctypes, sys; sys.exit(0 <= ctypes.CDLL(None).syscall(444, None, 0, 1) < 4)' ||
		skip "this kernel's Landlock knows nothing of ports"
}

@test "a process" {
	knows_ports
	process 42
	answers 1 'no: tcp/80 for process 42 (sleep), user nobody: threshold (EACCES)' \
		'yes       seccomp     no filter is in force (/proc/42/status)' \
		'not seen  Landlock    the kernel tells nobody whom it restricts' \
		'yes       AppArmor    it is not in force' 'yes       SELinux     it is not in force (/sys/kernel/security/lsm)' \
		'no        capability  it does not have CAP_NET_BIND_SERVICE (CapEff) (/proc/42/status)' \
		'    portctl grant nobody tcp/80' -- portctl why tcp/80 42
	sed -i 's/^CapEff.*/CapEff:	0000000000000400/' "$PORTCTL_ROOT/proc/42/status"
	answers 0 'yes: tcp/80' 'yes       capability  it has CAP_NET_BIND_SERVICE' -- portctl why tcp/80 42
	sed -i 's/^Seccomp.*/Seccomp:	2/' "$PORTCTL_ROOT/proc/42/status"
	answers 0 'yes: tcp/80 for process 42 (sleep), user nobody, as far as can be seen' \
		'not seen  seccomp     a filter is in force, but portctl cannot see what it lets pass' -- portctl why tcp/80 42
	echo lockdown >"$PORTCTL_ROOT/sys/kernel/security/lsm"
	answers 0 'yes       Landlock    this kernel has no Landlock in force' -- portctl why tcp/80 42
	echo landlock,tomoyo,bpf >"$PORTCTL_ROOT/sys/kernel/security/lsm"
	answers 0 'not seen  others      portctl cannot see what the security modules tomoyo, bpf say of a bind' -- portctl why tcp/80 42
	mkdir -p "$PORTCTL_ROOT/sys/fs/selinux"
	echo 1 >"$PORTCTL_ROOT/sys/fs/selinux/enforce"
	echo system_u:system_r:httpd_t:s0 >"$PORTCTL_ROOT/proc/42/attr/current"
	answers 0 'not seen  SELinux     it is enforcing, for system_u:system_r:httpd_t:s0' -- portctl why tcp/80 42
	echo 0 >"$PORTCTL_ROOT/sys/fs/selinux/enforce"
	answers 0 'yes       SELinux     it is not enforcing (/sys/fs/selinux/enforce)' -- portctl why tcp/80 42
	# What cannot be read is not claimed.
	rm "$PORTCTL_ROOT/sys/fs/selinux/enforce"
	echo lockdown,selinux >"$PORTCTL_ROOT/sys/kernel/security/lsm"
	answers 0 'not seen  SELinux     whether it is enforcing cannot be read' -- portctl why tcp/80 42
	rm "$PORTCTL_ROOT/sys/kernel/security/lsm"
	answers 0 'not seen  SELinux     whether it is enforcing cannot be read' -- portctl why tcp/80 42
}

# It takes any address, so a bind to one that nobody has gets as far as the port.
@test "in a network namespace without an address nobody is blamed" {
	knows_ports
	ln -s /proc "$PORTCTL_ROOT/proc"
	mkdir -p "$PORTCTL_ROOT/sys/kernel/security"
	echo landlock >"$PORTCTL_ROOT/sys/kernel/security/lsm"
	run unshare --net setpriv --bounding-set -net_bind_service portctl why tcp/80
	echo "$output"
	[[ $status == 1 && $output == 'no: tcp/80 for user root, who asks: threshold (EACCES)'* ]]
	[[ $output == *'not seen  Landlock    the kernel tells nobody whom it restricts'* ]]
	run unshare --net sh -c 'ip link set lo up && exec setpriv --bounding-set -net_bind_service portctl why tcp/80'
	[[ $status == 1 && $output == *'yes       Landlock    no Landlock rule refuses it'* ]]
}

@test "a process that its profile confines" {
	process 42
	mkdir -p "$PORTCTL_ROOT/sys/module/apparmor/parameters" "$PORTCTL_ROOT/sys/kernel/security/apparmor"
	echo Y >"$PORTCTL_ROOT/sys/module/apparmor/parameters/enabled"
	echo 'named (complain)' >"$PORTCTL_ROOT/proc/42/attr/current"
	answers 0 'yes       AppArmor    no profile is enforced (named (complain))' -- portctl why tcp/8080 42
	echo 'named (enforce)' >"$PORTCTL_ROOT/proc/42/attr/current"
	sed -i 's/^CapEff.*/CapEff:	0000000000000400/' "$PORTCTL_ROOT/proc/42/status"
	answers 0 'not seen  AppArmor    the profile named is enforced, and only root can ask' \
		'not seen  capability  it has CAP_NET_BIND_SERVICE (CapEff), but portctl cannot ask whether its AppArmor profile lets it' -- \
		portctl why tcp/80 42
	for mode in kill mixed prompt user; do
		echo "named ($mode)" >"$PORTCTL_ROOT/proc/42/attr/current"
		answers 0 'not seen  AppArmor    the profile named is enforced, and only root can ask' \
			'not seen  capability' -- portctl why tcp/80 42
	done
	for label in unconfined 'named (unconfined)'; do
		echo "$label" >"$PORTCTL_ROOT/proc/42/attr/current"
		answers 0 "yes       AppArmor    no profile is enforced ($label)" -- portctl why tcp/80 42
	done
}

@test "groups that a process has not got yet" {
	local user group
	process 42
	IFS=: read -r user _ _ group _ < <(getent passwd daemon)
	sed -i "s/^Uid.*/Uid:	0	0	0	$(id -u "$user")/" "$PORTCTL_ROOT/proc/42/status"
	sed -i 's/^Groups.*/Groups:	2 /' "$PORTCTL_ROOT/proc/42/status"
	portctl grant nobody:"$group" tcp/83
	answers 1 'the user has been given the group since the process was started: a new login may bind' \
		"    portctl allow $user tcp/83" -- portctl why tcp/83 42
}

@test "a service that does not run" {
	unit web.service User=nobody
	answers 1 'no: tcp/80 for web.service, which does not run, user nobody: threshold (EACCES)' \
		'yes       families    RestrictAddressFamilies= leaves IPv4 and IPv6 (systemctl show)' \
		'yes       seccomp     SystemCallFilter= lets bind(2) pass' \
		'no        capability  CAP_NET_BIND_SERVICE is not in AmbientCapabilities=' \
		'    portctl grant nobody tcp/80' '    systemctl restart web.service' -- portctl why tcp/80 web.service
	answers 1 'no: tcp/80 for web.service' -- portctl why tcp/80 web
	unit web.service User=nobody ActiveState=failed
	sed -i /inactive/d "$PORTCTL_ROOT/units/web.service"
	answers 1 '    systemctl reset-failed web.service && systemctl restart web.service' -- portctl why tcp/80 web
	unit web.service User=nobody AmbientCapabilities=cap_net_bind_service
	answers 0 'yes       capability  CAP_NET_BIND_SERVICE is in AmbientCapabilities=' -- portctl why tcp/80 web
	unit web.service User=nobody AmbientCapabilities=cap_net_bind_service PrivateUsers=yes
	answers 1 'no        capability  PrivateUsers= gives it' -- portctl why tcp/80 web
	unit web.service User=
	answers 0 'which does not run, user root' 'CAP_NET_BIND_SERVICE is in CapabilityBoundingSet=' -- portctl why tcp/80 web
	unit web.service User= CapabilityBoundingSet=
	sed -i /cap_chown/d "$PORTCTL_ROOT/units/web.service"
	answers 1 'CAP_NET_BIND_SERVICE is not in CapabilityBoundingSet=' 'portctl grant root tcp/80' -- portctl why tcp/80 web
	portctl grant root:daemon tcp/84
	unit web.service User=nobody
	answers 1 'is neither its owner nor in its group' -- portctl why tcp/84 web
	unit web.service User=nobody 'SupplementaryGroups=bin daemon'
	answers 0 'is in its group daemon' -- portctl why tcp/84 web
	unit web.service User=nobody Group=daemon
	answers 0 'is in its group daemon' -- portctl why tcp/84 web
	unit web.service User=web-does-not-exist DynamicUser=yes
	answers 0 'not seen  rule' 'the user of the service is not known before it runs' -- portctl why tcp/84 web
}

@test "a service whose program becomes its user by itself" {
	local flags
	portctl grant nobody:daemon tcp/84
	for flags in no-setuid privileged 'ignore-failure no-setuid'; do
		unit time.service User=nobody Group=daemon SupplementaryGroups=daemon DynamicUser=yes \
			'ExecStart={ path=/usr/sbin/timed ; argv[]=/usr/sbin/timed ; ignore_errors=no ; pid=0 }' \
			"ExecStartEx={ path=/usr/sbin/timed ; argv[]=/usr/sbin/timed ; flags=$flags ; pid=0 }"
		answers 0 'yes: tcp/80 for time.service, which does not run, user root' 'yes       capability  ' -- portctl why tcp/80 time
		answers 0 'user root is neither its owner nor in its group' -- portctl why tcp/84 time
	done
	# With + it is spared the settings as well, but for those of its control group.
	mkdir -p "$PORTCTL_ROOT/sys/module/apparmor/parameters"
	echo Y >"$PORTCTL_ROOT/sys/module/apparmor/parameters/enabled"
	for flags in no-setuid privileged; do
		unit time.service User=nobody RestrictAddressFamilies=AF_UNIX SystemCallFilter=~bind CapabilityBoundingSet= \
			PrivateUsers=yes AppArmorProfile=named "ExecStartEx={ path=/usr/sbin/timed ; argv[]=/usr/sbin/timed ; flags=$flags ; pid=0 }"
		sed -i /cap_chown/d "$PORTCTL_ROOT/units/time.service"
		[[ $flags == privileged ]] || answers 1 'no        families' 'no        seccomp' \
			'not seen  AppArmor    the profile named is enforced' 'no        capability' -- \
			portctl why tcp/80 time
	done
	answers 0 'yes       seccomp     ExecStart=+ is without any filter' \
		'not seen  AppArmor    ExecStart=+ is without AppArmorProfile=, but there may be a profile for the path' \
		'not seen  capability  ExecStart=+ has all capabilities, but portctl cannot ask whether its AppArmor profile lets it use that' \
		-- portctl why tcp/80 time
	[[ $output != *families* ]]
	unit time.service User=nobody \
		'ExecStartEx={ path=/usr/sbin/timed ; argv[]=/usr/sbin/timed flags=no-setuid ; flags= ; pid=0 }'
	answers 1 'no: tcp/80 for time.service, which does not run, user nobody' -- portctl why tcp/80 time
}

@test "a service that is older than its settings" {
	process 42
	unit web.service User=nobody RestrictAddressFamilies=AF_UNIX
	sed -i 's/^MainPID=.*/MainPID=42/' "$PORTCTL_ROOT/units/web.service"
	echo '0::/system.slice/web.service' >"$PORTCTL_ROOT/proc/42/cgroup"
	answers 0 'yes       families    RestrictAddressFamilies= is not in force in this process (/proc/42/status)' -- portctl why tcp/8080 web
	sed -i 's/^Seccomp.*/Seccomp:	2/' "$PORTCTL_ROOT/proc/42/status"
	answers 1 'families (EAFNOSUPPORT)' -- portctl why tcp/8080 web
}

@test "what systemd makes of a service" {
	unit web.service User=root SocketBindDeny=tcp80
	answers 1 'cgroup (EPERM)' 'no        cgroup      SocketBindDeny= has the port, and SocketBindAllow= does not' \
		'    systemctl set-property web.service SocketBindAllow=tcp:80' -- portctl why tcp/80 web
	answers 0 'not seen  cgroup      which BPF programs judge its binds cannot be seen' -- portctl why tcp/81 web
	answers 0 'not seen  cgroup' -- portctl why udp/80 web
	unit web.service User=root SocketBindDeny=any SocketBindAllow=tcp:1000 SocketBindAllow=tcp:80-90
	answers 0 'not seen  cgroup' -- portctl why tcp/80 web
	answers 1 'cgroup (EPERM)' -- portctl why tcp/91 web
	answers 1 'cgroup (EPERM)' -- portctl why udp/80 web
	unit web.service User=root SocketBindDeny=ipv6:any
	answers 0 'not seen  cgroup      SocketBindDeny= has the port for IPv6' -- portctl why tcp/80 web

	unit web.service User=root 'SystemCallFilter=~bind listen' SystemCallErrorNumber=1
	answers 1 'seccomp (EPERM)' 'no        seccomp     SystemCallFilter= does not let bind(2) pass' \
		'SystemCallFilter=bind' -- portctl why tcp/80 web
	unit web.service User=root 'SystemCallFilter=~bind' SystemCallErrorNumber=2147483646
	answers 1 'seccomp (SIGSYS)' -- portctl why tcp/80 web
	unit web.service User=root 'SystemCallFilter=~bind:ENOTTY listen' SystemCallErrorNumber=2147483646
	answers 1 'seccomp (ENOTTY)' -- portctl why tcp/80 web
	unit web.service User=root 'SystemCallFilter=~listen'
	answers 0 'yes       seccomp' -- portctl why tcp/80 web
	unit web.service User=root 'SystemCallFilter=accept bindx'
	answers 1 'seccomp (SIGSYS)' -- portctl why tcp/80 web
	unit web.service User=root 'SystemCallFilter=accept bind'
	answers 0 'yes       seccomp' -- portctl why tcp/80 web

	unit web.service User=root 'RestrictAddressFamilies=AF_UNIX'
	answers 1 'families (EAFNOSUPPORT)' 'RestrictAddressFamilies= leaves neither IPv4 nor IPv6' \
		'RestrictAddressFamilies=AF_INET AF_INET6' -- portctl why tcp/80 web
	unit web.service User=root RestrictAddressFamilies=
	answers 1 'families (EAFNOSUPPORT)' -- portctl why tcp/80 web
	unit web.service User=root 'RestrictAddressFamilies=~' 'SystemCallFilter=~'
	answers 0 'yes       families' 'yes       seccomp' -- portctl why tcp/80 web
	unit web.service User=root SystemCallFilter=
	answers 1 'seccomp (SIGSYS)' -- portctl why tcp/80 web
	unit web.service User=root 'RestrictAddressFamilies=AF_UNIX AF_INET'
	answers 0 'not seen  families    RestrictAddressFamilies= leaves no IPv6' -- portctl why tcp/80 web
	unit web.service User=root 'RestrictAddressFamilies=~AF_PACKET'
	answers 0 'yes       families' -- portctl why tcp/80 web

	# A shell takes it as it is meant.
	unit 'web\x2done.service' User=nobody SocketBindDeny=tcp:80
	answers 1 "systemctl set-property 'web\x2done.service' SocketBindAllow" "systemctl restart 'web\x2done.service'" -- \
		portctl why tcp/80 'web\x2done.service'

	# Both, in the kernel's order, with what cures both.
	unit web.service User=nobody SocketBindDeny=tcp:80
	answers 1 'cgroup (EPERM)' 'no        cgroup' 'no        threshold' '    systemctl set-property web.service' \
		'    portctl grant nobody tcp/80' '    systemctl restart web.service' -- portctl why tcp/80 web
}

@test "who has the port" {
	local port
	ln -s /proc /sys "$PORTCTL_ROOT"
	coproc { exec python3 -S -c '
import socket, sys
sockets = [socket.socket(socket.AF_INET), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)]
sockets[0].bind(("127.0.0.1", 0))
sockets[0].listen()
port = sockets[0].getsockname()[1]
sockets[1].bind(("::", port))
print(port, flush=True)
sys.stdin.read()'; }
	read -r port <&"${COPROC[0]}"
	answers 1 "no: tcp/$port for user nobody: in use (EADDRINUSE)" \
		"no        in use      python3[$COPROC_PID]" "user root, has tcp/$port of 127.0.0.1 (sock_diag(7))" \
		"    kill $COPROC_PID" -- portctl why "tcp/$port" nobody
	[[ $output != *SO_REUSEADDR* ]]
	answers 1 "has udp/$port of all addresses of both families; only sockets that all set SO_REUSEADDR share it (sock_diag(7))" \
		"    kill $COPROC_PID    # unless both set SO_REUSEADDR" -- portctl why "udp/$port" nobody
	answers 0 "yes       in use      process $COPROC_PID (python3), user root has the port already" -- \
		portctl why "tcp/$port" "$COPROC_PID"
	kill "$COPROC_PID"
}

@test "who has the port, and is not to be stopped for it" {
	answers 1 'of web.service, user nobody' '    systemctl stop web.service' -- \
		held tcp 8080 nobody web.service portctl why tcp/8080 daemon
	answers 1 'of user@65534.service, user nobody' '    kill ' -- \
		held tcp 8080 nobody user@65534.service/app.slice/web.service portctl why tcp/8080 daemon
	[[ $output != *systemctl* ]]
	answers 1 'no        in use      python3[1], user root, has tcp/8080' -- \
		unshare --net --mount --pid --fork --mount-proc /usr/bin/python3 -c '
import socket, subprocess, sys
s = socket.socket()
s.bind(("", 8080))
s.listen()
sys.exit(subprocess.call(["portctl", "why", "tcp/8080", "daemon"]))'
	[[ $output != *kill* && $output != *'To let it bind'* ]]
}

@test "the last refusals" {
	portctl grant nobody tcp/80
	answers 1 'yes       in use      nobody has the port (sock_diag(7))' 'To let it bind:' -- portctl why tcp/80 daemon
	[[ $output != *refused* ]]
	mkdir -p "$PORTCTL_ROOT/proc/net"
	printf '%s\n' 'proto port granted capable refused last_refused last_uid' 'all - 0 0 3 1732212345.123 1' \
		'tcp 80 0 0 3 1732212345.123 1' 'tcp 81 0 0 0 - -' >"$PORTCTL_ROOT/proc/net/portfs"
	TZ=UTC answers 1 'refused 3 times since it was claimed, the last time 2024-11-21 18:05:45, user daemon (/proc/net/portfs)' \
		'To let it bind:' -- portctl why tcp/80 daemon
	run portctl -j why tcp/80 daemon
	[[ $(jq -c '.ports[0] | [.refused, .last_refused, .last_uid]' <<<"$output") == '[3,1732212345,1]' ]]
	portctl grant nobody tcp/81
	answers 1 'refused 0 times since it was claimed (/proc/net/portfs)' -- portctl why tcp/81 daemon
	run portctl -j why udp/80 daemon
	[[ $(jq -c '.ports[0] | [.refused, .last_refused, .last_uid]' <<<"$output") == '[null,null,null]' ]]
}

@test "JSON" {
	local document
	portctl grant nobody tcp/80 -m 1600
	run portctl -j why tcp/80 daemon
	document=$output
	((status == 1))
	[[ $(jq -c '[.version, .subject, .uid, .pid, .service]' <<<"$document") == '[1,"user daemon",1,null,null]' ]]
	[[ $(jq -c '.ports[0] | [.protocol, .port, .owner, .mode, .may_bind, .all_seen, .refused_by, .error, .commands]' \
		<<<"$document") == '["tcp",80,"nobody","1600",false,false,"rule","EACCES",["portctl allow daemon tcp/80"]]' ]]
	[[ $(jq -c '[.ports[0].steps[] | [.name, .answer, .refuses]]' <<<"$document") == \
		'[["confinement","not seen",false],["rule","no",true],["capability","no",false],["sticky bit","not asked",false],["in use","yes",false]]' ]]
	run portctl -j why tcp/80 nosuch
	((status == 2))
	[[ $(jq -r '.errors[0].text' <<<"$output") == "there is no user 'nosuch'"* ]]
}

@test "what is no question" {
	says 2 'too few arguments' portctl why
	says 2 'too many arguments' portctl why tcp/80 nobody 1
	says 2 "'tcp/80-81' is more than one port" portctl why tcp/80-81
	says 2 "'81,80' is more than one port" portctl why 81,80
	says 2 "not a port" portctl why nosuch nobody
	says 2 "there is no user 'nosuch', and systemd cannot be asked for a service of that name" portctl why tcp/80 nosuch
	says 2 "cannot ask systemd for 'web.service'" portctl why tcp/80 web.service
	says 2 'there is no process 4194305; the user of that number is written +4194305' portctl why tcp/80 4194305
	says 2 'there is no process 99999999999' portctl why tcp/80 99999999999
	unit web.service User=nobody
	says 2 "there is no user and no service 'nosuch'" portctl why tcp/80 nosuch
	says 2 "there is no service 'nosuch.service'" portctl why tcp/80 nosuch.service
	unit web.service User=nobody PrivateNetwork=yes
	says 2 'web.service has a network namespace of its own' portctl why tcp/80 web
	says 2 'takes no option -s' portctl why tcp/80 nobody -s
	rm -r "$PORT"
	says 3 'cannot open' portctl why tcp/80 nobody
}
