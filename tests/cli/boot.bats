#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # bats sets them
# A boot fails closed: restore --boot, sync --late, and what status says of them.

load lib.bash

RUN=run/portctl

# boot STATUS: restore at boot ends so; what it says is in $stderr.
boot() {
	run --separate-stderr portctl restore --boot
	echo "status: $status"
	echo "stderr: $stderr"
	[[ $status == "$1" ]]
}

# tells TEXT…: so do the journal's lines and portctl status.
tells() {
	local said text
	said=$(portctl status)
	echo "$said"
	for text; do
		[[ $stderr == *"$text"* && $said == *"$text"* ]]
	done
}

@test "a line with a mistake leaves its own ports to root, the others are applied" {
	printf '%s\n' 'tcp 80 1 600' 'tcp 81,8000-8001 2 6x0' 'udp 82 2 600' >"$ETC/10.conf"
	printf '%s\n' 'udp 83 3 600' >"$ETC/20.conf"
	boot 1
	[[ $(nodes) == "tcp/80 1:0 600
tcp/81 0:0 600
tcp/8000 0:0 600
tcp/8001 0:0 600
udp/82 2:0 600
udp/83 3:0 600" ]]
	tells "10.conf:2:20: error: '6x0' is not a mode" "the line's ports are root's alone until this is fixed"
	# Mended, and nothing more is said.
	sed -i 's/6x0/660/' "$ETC/10.conf"
	portctl sync
	[[ $(stat -c '%u %a' "$PORT/tcp/81") == '2 660' ]]
	run ! grep -e wrong -e waiting <(portctl status)
	[[ ! -e $PORTCTL_ROOT/$RUN ]]
}

# closes PORTS LINE: the line is wrong, and these are root's alone.
closes() {
	rm -f "$PORT"/*/*
	printf '%s\n' "$2" >"$ETC/10.conf"
	boot 1
	[[ $(nodes | xargs -r -n 3 echo) == "${1:+$(printf '%s 0:0 600\n' $1)}" ]]
}

@test "whatever is wrong with a line, its ports are closed as far as they can be told" {
	closes tcp/80 'tcp 80'
	closes tcp/80 'tcp 80 1'
	closes 'tcp/80 tcp/90' 'tcp 80,90 1 600 u:1:w extra'
	closes tcp/80 'tcp 80 1 600 x'
	closes tcp/80 'tcp 80 - 600'
	closes 'tcp/80 tcp/82' 'tcp 80,81x,82 1 600'
	tells "those of the line's ports that are clear are root's alone"
	closes 'tcp/80 udp/80' 'tpc 80 1 600'
	closes '' 'tcp'
	tells 'it is not clear which ports are meant'
	closes '' 'tcp 80x 1 600'
	tells 'it is not clear which ports are meant'
}

@test "bad syntax behind a name that nobody knows is bad syntax" {
	local line
	for line in 'tcp 80 nosuchuser 6x0' 'tcp 80 nosuchuser' 'tcp 80 nosuchuser 600 x' 'tcp 80 nosuchuser 660 u:1:w x'; do
		echo "$line" >"$ETC/10.conf"
		boot 1
		[[ $(nodes) == 'tcp/80 0:0 600' && $stderr == *': error: '* ]]
		unchanged 2 '10.conf:1:' portctl check
		[[ $stderr != *nosuchuser* ]]
	done
}

@test "the last line for a port wins, wrong or right" {
	printf '%s\n' 'tcp 80 1 600' 'tcp 80 2 6x0' 'tcp 81 1 6x0' 'tcp 81 2 600' 'tcp 82 1 6x0' 'tcp 82 -' >"$ETC/10.conf"
	boot 1
	[[ $(nodes) == "tcp/80 0:0 600
tcp/81 2:0 600" ]]
}

@test "a file that cannot be read does not keep the others from being applied" {
	echo 'tcp 80 1 600' >"$ETC/50.conf"
	ln -s /nonexistent "$ETC/10.conf"
	boot 1
	[[ $(nodes) == 'tcp/80 1:0 600' ]]
	tells "cannot read $ETC/10.conf: No such file or directory; it is not clear which ports are meant"
	rm "$ETC/10.conf"
	mkdir "$ETC/90.conf"
	rm "$PORT/tcp/80"
	boot 1
	[[ $(nodes) == 'tcp/80 1:0 600' ]]
	tells "$ETC/90.conf is a directory"
	rmdir "$ETC/90.conf"
	mkfifo "$ETC/60.conf"
	boot 1
	tells "$ETC/60.conf is not a regular file"
	rm "$ETC/60.conf"
	# A folder that is none, and one that fails while it is read.
	mkdir -p "$PORTCTL_ROOT/usr/lib"
	: >"$PORTCTL_ROOT/usr/lib/portctl.d"
	rm "$PORT/tcp/80"
	boot 1
	[[ $(nodes) == 'tcp/80 1:0 600' ]]
	tells 'cannot read '"$PORTCTL_ROOT/usr/lib/portctl.d: Not a directory"
	rm "$PORTCTL_ROOT/usr/lib/portctl.d"
	boot 0
	[[ -z $stderr ]]
}

@test "a folder that cannot be read to its end is an error" {
	echo 'tcp 80 1 600' >"$ETC/50.conf"
	run --separate-stderr strace -qq -o trace -e trace=getdents64 -e inject=getdents64:error=EIO:when=1 portctl check
	[[ $status == 1 && $stderr == *"cannot read $ETC: Input/output error"* ]]
}

@test "a file that is no table leaves the ports before that to root" {
	printf 'tcp 80 1 600\ntcp 81 -\ntcp 82 1\0 600\ntcp 83 1 600\n' >"$ETC/10.conf"
	echo 'udp 80 1 600' >"$ETC/20.conf"
	boot 1
	[[ $(nodes) == "tcp/80 0:0 600
tcp/81 0:0 600
udp/80 1:0 600" ]]
	tells "10.conf:3:9: error: a NUL byte: this is not text; the ports before it are root's alone"
	rm "$PORT/tcp/81"
	{ echo 'tcp 80 1 600'; head -c 100000 /dev/zero | tr '\0' x; } >"$ETC/10.conf"
	boot 1
	[[ $(nodes) == "tcp/80 0:0 600
udp/80 1:0 600" ]]
}

@test "very many mistakes: all lines count, not all are said" {
	for ((i = 1; i <= 100; i++)); do echo "tcp $i 1 9"; echo "udp $i nosuchuser 600"; done >"$ETC/10.conf"
	echo 'tcp 101 1 600' >>"$ETC/10.conf"
	boot 1
	[[ $(nodes | grep -c ' 0:0 600$') == 200 && $(nodes | grep -v ' 0:0 600$') == 'tcp/101 1:0 600' ]]
	((${#stderr_lines[@]} == 42))
	tells '10.conf has more mistakes'
	[[ $stderr == *'80 more lines with such names'* ]]
}

@test "a table that cannot be written to fails, whatever else is wrong" {
	echo 'tcp 80 1 6x0' >"$ETC/10.conf"
	rm -r "$PORT"
	run ! portctl restore --boot
}

@test "names that are known later: only their ports change then" {
	printf '%s\n' 'tcp 1 1 600' 'tcp 7000-7003 nosuchuser 660' >"$ETC/10.conf"
	boot 0
	[[ $stderr == *"10.conf:2:15: warning: there is no user 'nosuchuser'; the line's ports are root's alone until the name is known"* ]]
	grep waiting <(portctl status)
	# Still unknown: that is a failure now, and nothing changes.
	run -1 --separate-stderr portctl sync --late
	[[ $stderr == *nosuchuser* && $(nodes) == "tcp/1 1:0 600
tcp/7000 0:0 600
tcp/7001 0:0 600
tcp/7002 0:0 600
tcp/7003 0:0 600" ]]
	# What was granted, changed and released since.
	node tcp/8080 5 600
	node tcp/1 6 600
	node tcp/7001 7 600
	rm "$PORT/tcp/7002"
	sed -i 's/nosuchuser/4/' "$ETC/10.conf"
	run -0 portctl sync --late -n
	[[ $output == "-tcp 7000 root 0600
-tcp 7003 root 0600
+tcp 7000 $(id -un 4) 0660
+tcp 7003 $(id -un 4) 0660" || $output == *"+tcp 7000 $(id -un 4) 0660"* ]]
	run -0 --separate-stderr portctl sync --late
	[[ -z $stderr && $(nodes) == "tcp/1 6:0 600
tcp/7000 4:0 660
tcp/7001 7:0 600
tcp/7003 4:0 660
tcp/8080 5:0 600" ]]
	[[ ! -e $PORTCTL_ROOT/$RUN ]]
	# Nothing waits: nothing to do.
	portctl sync --late
	[[ $(stat -c %u "$PORT/tcp/1") == 6 ]]
	unchanged 2 'sync --late takes no FILE' portctl sync --late "$ETC/10.conf"
}

@test "at boot nobody in the network is asked for a name" {
	echo "tcp 80 $(id -un 1) 600" >"$ETC/10.conf"
	echo 'tcp 81 nosuchuser:nosuchgroup 600' >>"$ETC/10.conf"
	run -0 strace -f -qq -o trace -e trace=connect,openat portctl restore --boot
	[[ $(nodes) == "tcp/80 1:0 600
tcp/81 0:0 600" ]]
	grep -q '"/etc/passwd"' trace
	run ! grep "connect(" trace
}

@test "what a boot left to root is not saved" {
	echo 'tcp 80 1 6x0' >"$ETC/10.conf"
	run ! portctl restore --boot
	unchanged 2 '6x0' portctl save
	echo 'tcp 80 1 600' >"$ETC/10.conf"
	unchanged 1 'not saved: mistakes in the files have left ports to root' portctl save
	portctl sync
	portctl save
	# A name that is known meanwhile, and nobody has looked again.
	echo 'tcp 80 nosuchuser 600' >"$ETC/10.conf"
	boot 0
	echo 'tcp 80 1 600' >"$ETC/10.conf"
	unchanged 1 "not saved: tcp/80 is root's until its owner's name is known" portctl save
	portctl sync --late
	portctl save
	portctl diff
}

@test "a name service that hangs does not keep a host from booting" {
	cat >hang.c <<'END'
#include <errno.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <unistd.h>
enum nss_status _nss_hang_getpwnam_r(const char *name, struct passwd *user, char *room, size_t size, int *error)
{
	for (;;)
		pause();
}
enum nss_status _nss_hang_getgrnam_r(const char *name, struct group *group, char *room, size_t size, int *error)
{
	for (;;)
		pause();
}
END
	gcc -shared -fPIC -o libnss_hang.so.2 hang.c
	printf '%s\n' 'passwd: files hang' 'group: files hang' >nsswitch.conf
	printf '%s\n' 'tcp 80 1 600' 'tcp 81 nosuchuser:nosuchgroup 660' >"$ETC/10.conf"
	run -0 unshare --mount sh -c 'mount --bind nsswitch.conf /etc/nsswitch.conf &&
		LD_LIBRARY_PATH=. exec timeout 60 portctl restore --boot'
	[[ $(nodes) == "tcp/80 1:0 600
tcp/81 0:0 600" ]]
	# It would have been asked.
	run -124 unshare --mount sh -c 'mount --bind nsswitch.conf /etc/nsswitch.conf &&
		LD_LIBRARY_PATH=. exec timeout 2 portctl sync --late'
	[[ $(stat -c '%u %a' "$PORT/tcp/81") == '0 600' ]]
}

# waits: tcp/8080 is root's alone, for its owner's name is not known.
waits() {
	rm -rf "$PORT"/*/* "$ETC"/* "${PORTCTL_ROOT:?}/$RUN"
	echo 'tcp 8080 nosuchuser 600' >"$ETC/50.conf"
	boot 0
}

@test "the second pass opens no port because a file is wrong" {
	waits
	rm "$ETC/50.conf"
	ln -s /nonexistent "$ETC/50.conf"
	run -1 portctl sync --late
	[[ $(nodes) == 'tcp/8080 0:0 600' ]]
	# It waits still, and gets what the mended file says.
	rm "$ETC/50.conf"
	echo 'tcp 808O 4 600' >"$ETC/50.conf"
	run -1 portctl sync --late
	[[ $(nodes) == 'tcp/8080 0:0 600' ]]
	echo 'tcp 8080 4 6x0' >"$ETC/50.conf"
	run -1 portctl sync --late
	[[ $(nodes) == 'tcp/8080 0:0 600' ]]
	echo 'tcp 8080 4 600' >"$ETC/50.conf"
	portctl sync --late
	[[ $(nodes) == 'tcp/8080 4:0 600' ]]
	# A mistake elsewhere keeps no port from its owner, and is a failure.
	waits
	printf '%s\n' 'tcp 8080 4 600' 'tcp 81 1 6x0' >"$ETC/50.conf"
	run -1 portctl sync --late
	[[ $(nodes) == 'tcp/8080 4:0 600' ]]
}

@test "what waits is about the files of the folders" {
	echo 'tcp 8080 nosuchuser 600' >table
	run -0 portctl restore --boot table
	[[ $(nodes) == 'tcp/8080 0:0 600' && ! -e $PORTCTL_ROOT/$RUN ]]
	portctl sync --late
	[[ $(nodes) == 'tcp/8080 0:0 600' ]]
}

@test "who decides over a port that waits, decides for good" {
	waits
	sed -i 's/nosuchuser/4/' "$ETC/50.conf"
	portctl grant -n root tcp/8080
	[[ -e $PORTCTL_ROOT/$RUN/unresolved ]]
	portctl grant root tcp/8080
	[[ ! -e $PORTCTL_ROOT/$RUN ]]
	portctl sync --late
	[[ $(nodes) == 'tcp/8080 0:0 600' ]]
	# The others go on waiting.
	waits
	sed -i 's/8080/8080-8081/; s/nosuchuser/4/' "$ETC/50.conf"
	sed -i 's/8080/8080-8081/' "$PORTCTL_ROOT/$RUN/unresolved"
	portctl grant root tcp/8081
	portctl sync --late
	[[ $(nodes) == "tcp/8080 4:0 600
tcp/8081 0:0 600" ]]
	waits
	sed -i 's/nosuchuser/4/' "$ETC/50.conf"
	portctl release tcp/8080
	portctl grant root tcp/8080
	portctl sync --late
	[[ $(nodes) == 'tcp/8080 0:0 600' ]]
}

@test "what is in force is not released because something cannot be read" {
	local wrong
	for wrong in 'tcp 8O80 daemon 600' 'tcp' 'tcp 80,8O80 daemon 600' 'x\0'; do
		rm -rf "$PORT"/*/*
		echo 'tcp 8080 daemon 600' >"$ETC/10.conf"
		boot 0
		printf '%b\n' "$wrong" >"$ETC/10.conf"
		boot 1
		nodes | grep -x 'tcp/8080 1:0 600'
		tells ': error: '
	done
	# Other rules are made meanwhile.
	rm "$ETC/10.conf"
	mkdir "$ETC/10.conf"
	echo 'tcp 81 2 600' >"$ETC/20.conf"
	boot 1
	nodes | grep -x 'tcp/8080 1:0 600'
	nodes | grep -x 'tcp/81 2:0 600'
	run -1 portctl restore --boot -n
	[[ $output != *8080* ]]
	rmdir "$ETC/10.conf"
	boot 0
	[[ $(nodes) == 'tcp/81 2:0 600' ]]
}

@test "a login of digits that is not known yet is no number" {
	cat >directory.c <<'END'
#include <errno.h>
#include <nss.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>
enum nss_status _nss_directory_getpwnam_r(const char *name, struct passwd *user, char *room, size_t size, int *error)
{
	if (access("up", F_OK)) {
		*error = ECONNREFUSED;
		return NSS_STATUS_UNAVAIL;
	}
	if (strcmp(name, "4242"))
		return NSS_STATUS_NOTFOUND;
	*user = (struct passwd){ "4242", "x", 9999, 9999, "", "/", "/bin/sh" };
	return NSS_STATUS_SUCCESS;
}
END
	gcc -shared -fPIC -o libnss_directory.so.2 directory.c
	printf '%s\n' 'passwd: files [NOTFOUND=continue] directory' 'group: files systemd # directory' >"$PORTCTL_ROOT/etc/nsswitch.conf"
	printf '%s\n' 'tcp 80 4242 600' 'tcp 81 +4242 600' 'tcp 82 5555 600' 'tcp 83 daemon:4242 660 u:4242:w' \
		'tcp 84 daemon:4242 660' >"$ETC/10.conf"
	boot 0
	[[ $(nodes) == "tcp/80 0:0 600
tcp/81 4242:0 600
tcp/82 0:0 600
tcp/83 0:0 600
tcp/84 1:4242 660" ]]
	[[ $stderr == *"10.conf:1:8: warning: '4242' may be the name of a user that is not known yet; the number is written +4242; the line's ports are root's alone"* ]]
	late() {
		run --separate-stderr unshare --mount sh -c 'mount --bind "$1" /etc/nsswitch.conf && LD_LIBRARY_PATH=. exec portctl sync --late' \
			- "$PORTCTL_ROOT/etc/nsswitch.conf"
		echo "$stderr"
		[[ $status == "$1" ]]
	}
	# Who does not answer has not said that there is no such login.
	late 1
	[[ $(stat -c %u "$PORT"/tcp/8[023] | xargs) == '0 0 0' ]]
	[[ $stderr == *"cannot ask for user '4242': Connection refused; the number is written +4242"* ]]
	: >up
	late 0
	[[ $(stat -c %u "$PORT"/tcp/8[023] | xargs) == '9999 5555 1' && ! -e $PORTCTL_ROOT/$RUN ]]
	getfacl -cnp "$PORT/tcp/83" | grep -qx 'user:9999:-w-'
	# What is saved is not kept waiting.
	[[ $(portctl save - | head -n 3) == "tcp 80 +9999 0600
tcp 81 +4242 0600
tcp 82 +5555 0600" ]]
	# Where there is no other service, there is nobody to wait for.
	echo 'passwd: files systemd' >"$PORTCTL_ROOT/etc/nsswitch.conf"
	boot 0
	[[ $(stat -c %u "$PORT"/tcp/8[012] | xargs) == '4242 4242 5555' ]]
}
