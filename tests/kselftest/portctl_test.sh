#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# portctl on real nodes: what a plain directory cannot show. Begins and ends with the module loaded and
# mounted at /dev/port.
# shellcheck disable=SC2317 # the cases are called by their names

set -u
here=$(cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=tests/kselftest/cases.sh
. "$here/cases.sh"

ETC=/etc/portctl.d
SAVED=$ETC/90-saved.conf

# says STATUS TEXT COMMAND…: it exits with STATUS and has one line to say, with TEXT in it.
says() {
	local expected=$1 text=$2 status
	shift 2
	words=$("$@" 2>&1 >/dev/null)
	status=$?
	echo "$*: $status: $words"
	[[ $status == "$expected" && $words == *"$text"* && $words != *$'\n'* ]] || exit 1
}

grants() {
	must portctl grant alice tcp/80 8080
	must equal "$(find "$PORT" -type c -printf '%M %u %g %P\n' | sort | xargs)" \
		'crw------- alice root tcp/80 crw------- alice root tcp/8080 crw------- alice root udp/8080'
	must equal "$(bind_as 1001 tcp 80) $(bind_as 1002 tcp 80) $(bind_as 1002 udp 8080)" '0 EACCES EACCES'
	must portctl test alice tcp/80
	must equal "$(portctl test bob tcp/80)" \
		'no: tcp/80 is alice:root 0600, and bob is neither its owner nor in its group'
	must portctl release 80,8080
	must equal "$(bind_as 1002 udp 8080)" 0
}

# The decision of `test` is the kernel's, for each mode, ACL and user.
test_agrees() {
	local mode acl user answer bound
	for mode in 000 200 020 002 060 222 1600 1660 1002 602/u:bob:w 622/u:bob:w 642/u:bob:w 622/u:bob:r \
		622/g:www-data:w,g::r 662/g:www-data:r,g::w 1620/u:root:w; do
		acl=${mode#"${mode%%/*}"}
		mode=${mode%%/*}
		must portctl grant alice:web tcp/80 -m "$mode" ${acl:+"--acl=${acl#/}"}
		mode+=$acl
		for user in root alice bob www-data; do
			portctl test "$user" tcp/80 >/dev/null && answer=0 || answer=EACCES
			bound=$(setpriv --reuid "$user" --regid "$user" --init-groups python3 -S -c '
import socket
try:
	socket.socket().bind(("", 80))
	print(0)
except PermissionError:
	print("EACCES")')
			must equal "$mode $user $answer" "$mode $user $bound"
		done
	done
}

saves_and_restores() {
	local table
	must portctl grant alice:web tcp/1-1000 udp/53
	must portctl grant bob tcp/500 -m 1644
	must portctl save
	table=$(cd "$PORT" && find tcp udp -type c -printf '%p %u %g %m\n' | sort)
	must equal "$(grep -v '^#' "$SAVED")" 'tcp 1-499 alice:web 0660
tcp 500 bob 1644
tcp 501-1000 alice:web 0660
udp 53 alice:web 0660'
	must portctl diff
	release_all
	must portctl restore
	must equal "$table" "$(cd "$PORT" && find tcp udp -type c -printf '%p %u %g %m\n' | sort)"
	must portctl save - >/tmp/saved
	portctl save - | must portctl restore -
	must equal "$table" "$(cd "$PORT" && find tcp udp -type c -printf '%p %u %g %m\n' | sort)"
	must portctl grant alice tcp/2000
	must portctl sync
	must equal "$table" "$(cd "$PORT" && find tcp udp -type c -printf '%p %u %g %m\n' | sort)"
}

listing() { (cd "$PORT" && getfacl -Rn tcp udp && find tcp udp -type c -printf '%p %U:%G %m\n'); }

saves_acls() {
	local table
	cat >/tmp/acls <<-'END'
		tcp 80 alice:web 0660 u:bob:-w-,g::rw-
		tcp 81-90 bob 1620 u:root:rw-,g::---,g:web:-w-
		udp 53 alice 0600 g::---
		udp 54 alice 7777
	END
	must portctl restore /tmp/acls
	must equal "$(getfacl -cpE "$PORT/tcp/81" | xargs)" \
		'user::rw- user:root:rw- group::--- group:web:-w- mask::-w- other::---'
	table=$(listing)
	must equal "$(portctl save -)" "$(</tmp/acls)"
	portctl save - | must portctl restore -
	must equal "$table" "$(listing)"
	release_all
	must portctl restore /tmp/acls
	must equal "$table" "$(listing)"
	must portctl diff /tmp/acls
}

# One user more or less, as bind sees it.
allows_and_denies() {
	must portctl grant alice:web tcp/80
	must portctl allow bob tcp/80
	must equal "$(bind_as 1001 tcp 80) $(bind_as 1002 tcp 80) $(bind_as 1003 tcp 80)" '0 0 EACCES'
	must portctl deny bob tcp/80
	must equal "$(bind_as 1001 tcp 80) $(bind_as 1002 tcp 80)" '0 EACCES'
	must equal "$(stat -c '%U:%G %a' "$PORT/tcp/80")" 'alice:web 660'
	must portctl revoke alice tcp/80
	must equal "$(bind_as 1001 tcp 80)" EACCES
	must portctl deny bob tcp/8080
	must equal "$(bind_as 1001 tcp 8080) $(bind_as 1002 tcp 8080)" '0 EACCES'
	# Whom an empty mask silenced stays silent.
	must portctl restore - <<<'tcp 80 alice 0600 u:1003:rw-,g::rw-'
	must portctl allow bob tcp/80
	must equal "$(bind_as 1001 tcp 80) $(bind_as 1002 tcp 80) $(bind_as 1003 tcp 80)" '0 0 EACCES'
}

# What 'ip netns exec' inherits is the mount of where it came from.
takes_its_own_namespace() {
	must portctl grant bob tcp/80
	must mkdir -p "$ETC" /tmp/own
	# shellcheck disable=SC2016 # another shell's
	must unshare --net --mount bash -euc '
		says() { words=$("$@" 2>&1) && status=0 || status=$?; [[ $words == *"another network namespace"* ]] ||
			{ echo "$*: $words"; exit 1; }; }
		says portctl grant alice tcp/80
		[[ $(portctl list -H -o port,owner 2>/dev/null) =~ ^tcp/80\ +alice$ ]]
		[[ $(stat -c %U /dev/port/tcp/80) == bob ]]
		# What waits for a name belongs to the host, as the files do.
		says portctl grant root tcp/82
		mkdir -p /run/portctl
		echo tcp/82 >/run/portctl/unresolved
		echo "tcp 82 bob 600" >/etc/portctl.d/10-host.conf
		for command in save "save -n" "grant alice tcp/81 --save" restore "restore -n" sync "restore --boot" \
			"restore --boot -n" "sync --late" "sync --late -n"; do
			says portctl $command
			((status == 1)) || { echo "$command: status $status"; exit 1; }
			[[ $words == *"/etc/netns/NAME/portctl.d"* ]]
		done
		[[ $(</run/portctl/unresolved) == tcp/82 ]]
		rm -r /run/portctl /etc/portctl.d/10-host.conf
		[[ ! -e /etc/portctl.d/90-saved.conf ]]
		[[ $(portctl save - 2>/dev/null) == $'"'tcp 80 alice 0600\\ntcp 82 root 0600'"' ]]
		says portctl release tcp/82
		mount --bind /tmp/own /etc/portctl.d
		says portctl save
		((status == 0)) && grep -qx "tcp 80 alice 0600" /tmp/own/90-saved.conf
		# With a mount of its own there is nothing to say.
		mount -t portfs portfs /dev/port
		[[ $(portctl list -H -o owner 2>&1) == alice ]]'
	must equal "$(portctl list -H -o port,owner 2>&1 | tr -s ' ')" 'tcp/80 bob'
}

# A stranger who never stops trying has no moment between two tables.
never_free_in_between() {
	local binds
	printf '%s\n' 'tcp 8080 alice:web 666' 'tcp 8081 bob 600' 'tcp 8082 bob 600' >/tmp/one
	printf '%s\n' 'tcp 8080 1:2 600' 'tcp 8081 alice:web 660' >/tmp/two
	sed -i '1s/666/600/' /tmp/one
	must portctl restore /tmp/one
	coproc { setpriv --reuid www-data --regid www-data --clear-groups python3 -S -c '
import select, socket, sys
binds = tries = 0
while not select.select([sys.stdin], [], [], 0)[0]:
	for port in 8080, 8081:
		try:
			socket.socket().bind(("127.0.0.1", port))
			binds += 1
		except PermissionError:
			tries += 1
print(binds, tries)'; }
	for ((i = 0; i < 30; i++)); do
		must portctl restore /tmp/two
		must portctl restore /tmp/one
	done
	echo >&"${COPROC[1]}"
	read -r binds tries <&"${COPROC[0]}"
	echo "$tries tries"
	must equal "$binds" 0
	((tries > 100)) || exit 1
}

# It was there before the claim, which would have refused it.
lists_strangers() {
	local words
	coproc { python3 -S -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
s.bind(("", 8080))
s.listen()
print(flush=True)
sys.stdin.read()'; }
	read -r words <&"${COPROC[0]}"
	must portctl grant -m 1600 alice tcp/8080
	words=$(portctl -H -o listeners)
	must equal "${words//[0-9]/}" '!python[] root'
}

# The module refuses to go; status knows why.
status_words() {
	local words near far
	must portctl grant alice tcp/80 8080
	words=$(must portctl status) || { echo "$words"; exit 1; }
	must equal "$(grep -v '^in use' <<<"$words")" "module   loaded, version $(</sys/module/portfs/version)
mount    /dev/port
hooks    __inet6_bind alive, __inet_bind alive, proc_do_large_bitmap alive
rules    2 tcp, 1 udp
saved    no: 3 ports differ; 'portctl diff' shows them, 'portctl save' keeps them"
	must grep -qx 'in use   by the rules of this network namespace' <<<"$words"
	must grep -qx 'in use   by the mount /dev/port, seen by process [0-9]* (.*)' <<<"$words"
	must portctl save
	must portctl status | must grep -qx 'saved    yes'

	must ip netns add other
	must mkdir -p /tmp/other
	must ip netns exec other sh -c 'mount -t portfs portfs /tmp/other && chown 1001 /tmp/other/tcp/80'
	words=$(must portctl status) || { echo "$words"; exit 1; }
	must grep -q 'in use   by 1 rule of the network namespace .*/netns/other, ' <<<"$words"
	# Who has the counters open, there as here; a file of that name elsewhere keeps nothing.
	must mkdir -p /tmp/counters/net
	mkfifo /tmp/counters/open
	ip netns exec other sh -c 'exec 9</proc/net/portfs; echo >/tmp/counters/open; exec sleep 600' >/dev/null 2>&1 &
	far=$!
	read -r </tmp/counters/open
	exec 9</proc/net/portfs
	sleep 600 >/dev/null 2>&1 &
	near=$!
	exec 9>/tmp/counters/net/portfs
	sleep 600 >/dev/null 2>&1 &
	exec 9>&-
	words=$(must portctl status) || { echo "$words"; exit 1; }
	kill "$near" "$far" $!
	must equal "$(grep -c 'has /proc/net/portfs open' <<<"$words")" 2
	must grep -qx "in use   by process $near ([a-z_.]*), which has /proc/net/portfs open" <<<"$words"
	must grep -qx "in use   by process $far ([a-z_.]*), which has /proc/net/portfs open" <<<"$words"
	wait "$near" "$far" $!
	must ip netns del other
	words=$(must portctl status) || { echo "$words"; exit 1; }
	must_not grep -q 'netns/other' <<<"$words"
}

says_what_is_missing() {
	local command
	must portctl umount
	for command in list 'grant alice 80' 'release 80' 'test alice 80' save restore sync diff; do
		# shellcheck disable=SC2086
		says 3 "portfs is not mounted at $PORT: 'portctl mount' mounts it" portctl $command
	done
	says 3 'not mounted' portctl umount
	must portctl status | must grep -qx "mount    not mounted at $PORT"
	must portctl mount
	must portctl mount
	must portctl list >/dev/null

	must portctl umount
	must rmmod portfs
	says 3 "the module portfs is not loaded: 'portctl mount' loads and mounts it" portctl list
	must portctl mount
	must portctl list >/dev/null

	must portctl umount
	must rmmod portfs
	must mv "/lib/modules/$(uname -r)/updates/portfs.ko" /tmp/
	must depmod
	says 3 "the module portfs is not installed for kernel $(uname -r)" portctl list
	says 3 "the module portfs is not installed for kernel $(uname -r)" portctl mount
	must mv /tmp/portfs.ko "/lib/modules/$(uname -r)/updates/"
	must depmod
	says 3 'this needs root' setpriv --reuid 1001 --clear-groups portctl mount

	must modprobe portfs
	[[ ! -d $PORT ]] || must rmdir "$PORT"
	must mknod "$PORT" c 1 4
	says 3 "$PORT is the kernel's device for I/O ports: 'portctl mount' moves it to /dev/ioport" portctl list
	must rm "$PORT"
	must touch "$PORT"
	says 3 "$PORT is not a directory" portctl list
	must rm "$PORT"
	must mkdir -p "$PORT"
	must portctl mount
}

restore() {
	{
		[[ -d $PORT ]] || rm -f "$PORT"
		mountpoint -q "$PORT" || { { [[ -e $PORT ]] || mkdir "$PORT"; } && mount -t portfs portfs "$PORT"; }
		release_all
		rm -rf "$ETC"
	} 2>/dev/null
}

trap restore EXIT
restore
echo TAP version 13
run 'grant, test, release' grants
run 'test says what bind does' test_agrees
run 'save, restore, sync' saves_and_restores
run 'save and restore with ACLs' saves_acls
run 'allow, deny, revoke' allows_and_denies
run 'the table of its own namespace' takes_its_own_namespace
run 'no port is free between two tables' never_free_in_between
run 'a listener that is not the owner, by MPTCP' lists_strangers
run 'status' status_words
run 'what is missing gets its own sentence' says_what_is_missing
plan
