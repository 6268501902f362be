# SPDX-License-Identifier: GPL-2.0
# What the steps in the guest share.
# shellcheck shell=bash

# shellcheck source=tests/boot/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../boot/lib.sh"

mkdir -p "$state"
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

# apt_get LOG ARGUMENTS…: what it says is in $state/LOG, and shown if it fails. Nothing can be fetched here.
apt_get() {
	local log=$state/$1
	shift
	apt-get -q -y -o APT::Sandbox::User=root "$@" >"$log" 2>&1 </dev/null || { cat "$log"; return 1; }
	# A script that fails need not have apt fail.
	! grep -E '^(dpkg: error|Failed to |.*[Uu]nit .* not found)' "$log"
}

# answer USER PROTO PORT: what bind(2) says, with what a bare system has.
answer() {
	# shellcheck disable=SC2016 # perl's
	setpriv --reuid="$1" --regid="$(id -g "$1")" --clear-groups perl -MSocket -e '
		my ($proto, $port) = @ARGV;
		socket(my $s, PF_INET, $proto eq "tcp" ? SOCK_STREAM : SOCK_DGRAM, 0) or die;
		print bind($s, pack_sockaddr_in($port, INADDR_ANY)) ? "bound" : $!{EACCES} ? "EACCES" : "$!";' "$2" "$3"
}

# listen USER PORT: a process of USER's that holds tcp PORT; its number is in $listener.
listen() {
	# shellcheck disable=SC2016 # perl's
	setpriv --reuid="$1" --regid="$(id -g "$1")" --clear-groups perl -MSocket -e '
		my $s;
		socket($s, PF_INET, SOCK_STREAM, 0) && bind($s, pack_sockaddr_in($ARGV[0], INADDR_ANY)) && listen($s, 8) or die;
		open(my $f, ">", "/proc/self/comm"); print $f "daemon"; close($f);
		sleep' "$2" >/dev/null 2>&1 &
	# shellcheck disable=SC2034 # the cases'
	listener=$!
	await listens "$2"
}
listens() { portctl list -H -o listeners "tcp/$1" | grep -q daemon; }

# table_package VERSION LINE: a package that ships LINE as /usr/lib/portctl.d/web.conf; its file's name.
table_package() {
	local root=$state/web-$1
	mkdir -p "$root/DEBIAN" "$root/usr/lib/portctl.d"
	printf '%s\n' 'Package: web' "Version: $1" 'Architecture: all' 'Maintainer: Nobody <root@localhost>' \
		'Description: ships a table file' >"$root/DEBIAN/control"
	echo "$2" >"$root/usr/lib/portctl.d/web.conf"
	dpkg-deb --build "$root" "$root.deb" >/dev/null
	echo "$root.deb"
}

# The files that are ours by their name, but for what dpkg keeps of a package that was there.
our_files() {
	find / -xdev \( -path /proc -o -path /share -o -path /root -o -path /var/cache -o -path /var/log -o -path /var/lib/apt \) \
		-prune -o \( -name '*portctl*' -o -name '*portfs*' ! -name '*exportfs*' -o -name '*dev-port*' \) -print | sort
}
