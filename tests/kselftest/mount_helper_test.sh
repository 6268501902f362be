#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# mount.portfs and umount.portfs, by way of mount(8) and umount(8), and the sysvinit scripts that use them. Where the kernel has no
# device for I/O ports, one is made: only its name and its number matter.
# shellcheck disable=SC2317 # the cases are called by their names

set -u
here=$(cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=tests/kselftest/cases.sh
. "$here/cases.sh"

IO_PORT=/dev/ioport
LINK=/dev/char/1:4
ELSEWHERE=/tmp/elsewhere
MODPROBE=/proc/sys/kernel/modprobe
WITHOUT=/etc/modprobe.d/without-portfs.conf

is_portfs() { [[ $(stat -f -c %t "$1" 2>/dev/null) == 706f7274 ]]; }
mounts() { grep -c " $1 portfs " /proc/mounts; }

# All that a mount or an unmount may change.
state() {
	stat -c '%n %F %t:%T %U:%G %a' "$PORT" "$IO_PORT" 2>&1
	stat -c '%N' "$LINK" 2>&1
	grep portfs /proc/mounts
	ls -A "$PORT" 2>&1
}

make_io() {
	mknod -m "${2:-640}" "$PORT" c 1 4
	chown "${1:-root:kmem}" "$PORT"
	mkdir -p /dev/char
	ln -sfn ../port "$LINK"
}

# refuses STATUS TEXT COMMAND…: it fails so, says that in a line, and changes nothing.
refuses() {
	local status=$1 text=$2 before words got=0
	shift 2
	before=$(state)
	words=$("$@" 2>&1) || got=$?
	must equal "$got" "$status"
	must equal "$(wc -l <<<"$words")" 1
	[[ $words == *"$text"* ]] || { echo "no '$text' in: $words"; exit 1; }
	must equal "$(state)" "$before"
}

makes_directory() {
	must mount -t portfs portfs "$PORT"
	must is_portfs "$PORT"
	must umount "$PORT"
	must_not test -e "$PORT"
}

uses_directory() {
	mkdir "$PORT"
	must mount -t portfs portfs "$PORT/"
	must is_portfs "$PORT"
	must umount "$PORT/"
	must_not test -e "$PORT"
}

keeps_full_directory() {
	mkdir "$PORT"
	touch "$PORT/file"
	must mount -t portfs portfs "$PORT"
	must umount "$PORT"
	must test -e "$PORT/file"
	rm "$PORT/file"
}

moves_io() {
	local before
	make_io "$@"
	before=$(state)
	must mount -t portfs portfs "$PORT"
	must is_portfs "$PORT"
	must equal "$(stat -c '%F %t:%T %U:%G %a' "$IO_PORT")" "character special file 1:4 ${1:-root:kmem} ${2:-640}"
	must equal "$(readlink "$LINK")" ../ioport
	must umount "$PORT"
	must equal "$(state)" "$before"
}
moves_odd_io() { moves_io daemon:web 664; }

moves_fresh_io() {
	make_io root:root 600
	must mount -t portfs portfs "$PORT"
	must equal "$(stat -c '%U:%G %a' "$IO_PORT")" 'root:kmem 640'
	must umount "$PORT"
	must equal "$(stat -c '%F %U:%G %a' "$PORT")" 'character special file root:kmem 640'
}

leaves_other_links() {
	make_io
	ln -sfn ../null "$LINK"
	must mount -t portfs portfs "$PORT"
	must equal "$(readlink "$LINK")" ../null
	must umount "$PORT"
	must equal "$(readlink "$LINK")" ../null
	rm "$LINK"
	must mount -t portfs portfs "$PORT"
	must umount "$PORT"
	must_not test -L "$LINK"
}

undoes_failure() {
	make_io root:root 600
	refuses 32 "$PORT" mount -t portfs -o nonsense portfs "$PORT"
	rm "$PORT"
	refuses 32 "$PORT" mount -t portfs -o nonsense portfs "$PORT"
	mkdir "$PORT"
	refuses 32 "$PORT" mount -t portfs -o nonsense portfs "$PORT"
}

# The kernel does not load it by itself: a mount by whoever may make a namespace would.
loads_module() {
	make_io
	must rmmod portfs
	echo /bin/false >"$MODPROBE"
	must mount -t portfs portfs "$PORT"
	must is_portfs "$PORT"
	must umount "$PORT"
	must rmmod portfs
	mkdir -p "$ELSEWHERE"
	must mount -t portfs portfs "$ELSEWHERE"
	must is_portfs "$ELSEWHERE"
}

refuses_without_module() {
	make_io
	must rmmod portfs
	echo /bin/false >"$MODPROBE"
	mkdir -p "${WITHOUT%/*}"
	echo 'install portfs /bin/false' >"$WITHOUT"
	refuses 32 "the kernel has no portfs: modprobe: " mount -t portfs portfs "$PORT"
	echo 'blacklist portfs' >"$WITHOUT"
	must mount -t portfs portfs "$PORT"
}

refuses_other_things() {
	local what="$PORT is neither a directory nor the kernel's device for I/O ports"
	touch "$PORT"
	refuses 32 "$what" mount -t portfs portfs "$PORT"
	rm "$PORT"
	ln -s nowhere "$PORT"
	refuses 32 "$what" mount.portfs portfs "$PORT"
	rm "$PORT"
	mknod "$PORT" c 1 3
	refuses 32 "$what" mount -t portfs portfs "$PORT"
}

refuses_taken_io_port() {
	make_io
	touch "$IO_PORT"
	refuses 2 "cannot move the device for I/O ports from $PORT to $IO_PORT: File exists" \
		mount -t portfs portfs "$PORT"
}

refuses_busy() {
	make_io
	must mount -t portfs portfs "$PORT"
	cd "$PORT/tcp" || exit
	refuses 32 busy umount "$PORT"
	cd /
	must umount -l "$PORT"
	must test -c "$PORT"
}

refuses_strangers() {
	make_io
	refuses 2 'Permission denied' setpriv --reuid bob --regid bob --clear-groups mount.portfs portfs "$PORT"
	install -m 4755 /usr/sbin/mount.portfs /run/mount.portfs
	refuses 1 "must not be run with another user's rights" \
		setpriv --reuid bob --regid bob --clear-groups /run/mount.portfs portfs "$PORT"
	rm /run/mount.portfs
}

refuses_bad_usage() {
	refuses 1 'usage: mount.portfs' mount.portfs portfs
	refuses 1 'usage: mount.portfs' mount.portfs portfs a b
	refuses 1 'usage: umount.portfs' umount.portfs
	refuses 1 'unknown option' mount.portfs portfs "$PORT" -x
	refuses 1 'without its argument' mount.portfs portfs "$PORT" -o
	refuses 32 'no mount point' umount.portfs "$PORT"
	mkdir "$PORT"
	refuses 32 'not mounted' umount.portfs "$PORT"
}

takes_options() {
	local before
	make_io
	before=$(state)
	must mount.portfs portfs "$PORT" -f
	must equal "$(state)" "$before"
	must equal "$(mount.portfs portfs "$PORT" -snv -t portfs -o ro,nosuid,relatime)" \
		"mount.portfs: the device for I/O ports is now $IO_PORT"
	must equal "$(findmnt -n -o VFS-OPTIONS "$PORT")" ro,nosuid,relatime
	must mount -o remount,rw "$PORT"
	must equal "$(findmnt -n -o VFS-OPTIONS "$PORT" | cut -c 1-3)" rw,
	must equal "$(umount.portfs "$PORT" -nv -t portfs)" \
		"umount.portfs: the device for I/O ports is back at $PORT"
	must equal "$(state)" "$before"
}

mounts_elsewhere() {
	local before
	make_io
	before=$(state)
	mkdir -p "$ELSEWHERE"
	must mount -t portfs portfs "$ELSEWHERE"
	must test -c "$PORT"
	must mount -t portfs portfs "$PORT"
	must umount "$PORT"
	must test -c "$PORT"
	must is_portfs "$ELSEWHERE"
	must mount -t portfs portfs "$PORT"
	must umount "$ELSEWHERE"
	must is_portfs "$PORT"
	must umount "$PORT"
	must equal "$(state)" "$before"
}

waits_for_last() {
	make_io
	must mount -t portfs portfs "$PORT"
	must mount --bind "$PORT" "$PORT"
	must umount "$PORT"
	must is_portfs "$PORT"
	must test -c "$IO_PORT"
	must umount "$PORT"
	must test -c "$PORT"
}

leaves_other_namespaces() {
	make_io
	# shellcheck disable=SC2016 # another shell's
	refuses 32 'only the first mount namespace can move' unshare --mount mount -t portfs portfs "$PORT"
	must mount -t portfs portfs "$PORT"
	must unshare --mount umount "$PORT"
	must is_portfs "$PORT"
	must test -c "$IO_PORT"
	must umount "$PORT"
}

enters_namespace() {
	mkdir -p "$ELSEWHERE"
	unshare --mount sleep 1000 >/dev/null 2>&1 &
	pid=$!
	trap 'kill "$pid"' EXIT
	until [[ $(readlink "/proc/$pid/ns/mnt") != "$(readlink /proc/self/ns/mnt)" ]]; do sleep 0.1; done
	must mount -N "$pid" -t portfs portfs "$ELSEWHERE"
	must_not is_portfs "$ELSEWHERE"
	must equal "$(grep -c " $ELSEWHERE portfs " "/proc/$pid/mounts")" 1
	must umount -N "$pid" "$ELSEWHERE"
	must equal "$(grep -c " $ELSEWHERE portfs " "/proc/$pid/mounts")" 0
}

with_saved_table() {
	mkdir -p /etc/portctl.d
	echo 'tcp 80 alice 600' >/etc/portctl.d/50-test.conf
}

script_starts_and_stops() {
	make_io
	with_saved_table
	must "$here/portctl.init" start
	must equal "$(stat -c '%U %a' "$PORT/tcp/80")" 'alice 600'
	must "$here/portctl.init" start
	must equal "$(mounts "$PORT")" 1
	must "$here/portctl.init" status
	chown bob "$PORT/tcp/80"
	must "$here/portctl.init" reload
	must equal "$(stat -c %U "$PORT/tcp/80")" alice
	must "$here/portctl.init" restart
	must "$here/portctl.init" stop
	must test -c "$PORT"
	must "$here/portctl.init" stop
	# The rule has stayed.
	must mount -t portfs portfs "$PORT"
	must equal "$(stat -c '%U %a' "$PORT/tcp/80")" 'alice 600'
}

script_obeys_noportfs() {
	with_saved_table
	sed 's/$/ noportfs/' /proc/cmdline >/run/cmdline
	mount --bind /run/cmdline /proc/cmdline
	must equal "$("$here/portctl.init" start)" 'portctl: noportfs is on the kernel command line'
	umount /proc/cmdline
	must_not test -e "$PORT"
}

script_fails() {
	must equal "$("$here/portctl.init" begin 2>&1; echo $?)" \
		$'usage: portctl.init start|stop|restart|reload|force-reload|status\n2'
	touch "$PORT"
	must_not "$here/portctl.init" start 2>/dev/null
	rm "$PORT"
	with_saved_table
	echo nonsense >/etc/portctl.d/60-test.conf
	must_not "$here/portctl.init" start 2>/dev/null
}

late_script() {
	with_saved_table
	sed -i 's/alice/dave/' /etc/portctl.d/50-test.conf
	must "$here/portctl.init" start 2>/dev/null
	must equal "$(stat -c '%U %a' "$PORT/tcp/80")" 'root 600'
	must test -e /run/portctl/unresolved
	sed -i 's/dave/bob/' /etc/portctl.d/50-test.conf
	must "$here/portctl-late.init" start
	must equal "$(stat -c '%U %a' "$PORT/tcp/80")" 'bob 600'
	must_not test -e /run/portctl/unresolved
	must "$here/portctl-late.init" start
}

restore() {
	rm -f /etc/portctl.d/[56]0-test.conf "$WITHOUT"
	umount -q /proc/cmdline
	echo "$modprobe" >"$MODPROBE"
	modprobe portfs
	mkdir -p "$ELSEWHERE"
	if mount -i -t portfs portfs "$ELSEWHERE"; then
		find "$ELSEWHERE"/tcp "$ELSEWHERE"/udp -mindepth 1 -delete
	fi
	umount -i -a -t portfs
	rm -rf "$PORT" "$IO_PORT"
	rm -f "$LINK"
} 2>/dev/null

finish() {
	restore
	[[ ! $io_ports ]] || { mknod -m 640 "$IO_PORT" c 1 4 && ln -sfn ../ioport "$LINK"; }
	mount -t portfs portfs "$PORT"
}

io_ports='' modprobe=$(<"$MODPROBE")
[[ ! -c $IO_PORT ]] || io_ports=1
trap finish EXIT
restore
echo TAP version 13
run '/dev/port is made and removed' makes_directory
run 'a directory there is used' uses_directory
run 'one with a file in it is kept' keeps_full_directory
run 'the device for I/O ports is moved, and put back' moves_io
run 'with its owner and its mode' moves_odd_io
run 'one that udev has not seen gets what udev gives' moves_fresh_io
run 'a link that is not udev'\''s is left alone' leaves_other_links
run 'a mount that fails is undone' undoes_failure
run 'the module is loaded if it is not there' loads_module
run 'without the module: one line, undone' refuses_without_module
run 'anything else at /dev/port' refuses_other_things
run 'something at /dev/ioport' refuses_taken_io_port
run 'in use' refuses_busy
run 'a stranger, and set-user-id' refuses_strangers
run 'wrong usage' refuses_bad_usage
run 'options' takes_options
run 'mounts elsewhere' mounts_elsewhere
run 'the last unmount puts it back' waits_for_last
run 'other mount namespaces' leaves_other_namespaces
run 'mount -N' enters_namespace
run 'sysvinit: start, stop, restart, reload, status' script_starts_and_stops
run 'sysvinit: noportfs' script_obeys_noportfs
run 'sysvinit: what fails, fails' script_fails
run 'sysvinit: an owner that resolves late' late_script
plan
