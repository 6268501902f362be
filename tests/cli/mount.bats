#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # bats sets them
# mount.portfs on a /dev of its own, where process 1 is of the same mount namespace. The kernel need not have
# portfs: what is tested here is how a mount that fails is undone. tests/kselftest/mount_helper_test.sh has the rest.

bats_require_minimum_version 1.5.0

setup_file() { make -s -C "$BATS_TEST_DIRNAME/../../tools/mount"; }

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	PATH=$(cd -- "$BATS_TEST_DIRNAME/../../tools/mount" && pwd):$PATH
	printf 'nodev\tportfs\n' >filesystems
	cat >world <<'END'
set -u
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /dev
mknod -m 666 /dev/null c 1 3
mknod -m 640 /dev/port c 1 4
mount --bind filesystems /proc/filesystems
fails() { mount.portfs portfs /dev/port -o nonsense >/dev/null 2>&1; }
END
}

# world SCRIPT: run it there.
world() { run unshare --mount --pid --fork --mount-proc bash -c ". ./world; $1"; echo "$output"; }

@test "two mounts at a time that fail: the device for I/O ports stays" {
	# The first has moved the device away and is about to make the directory; the second comes in between, and
	# has made one when the first goes on.
	world '
		strace -f -qq -o /dev/null -e trace=mkdir -e inject=mkdir:delay_enter=5000000 \
			mount.portfs portfs /dev/port -o nonsense 2>/dev/null &
		until [[ -e /dev/ioport ]]; do
			sleep 0.01
			kill -0 $! 2>/dev/null || { echo "the first has ended unseen"; exit 1; }
		done
		strace -f -qq -o /dev/null -e trace=rmdir -e inject=rmdir:delay_enter=1000000 \
			mount.portfs portfs /dev/port -o nonsense 2>/dev/null
		wait
		stat -c "%F %t:%T" /dev/port; ls /dev | xargs'
	[[ $output == 'character special file 1:4
null port' ]]
}

@test "many of them" {
	world '
		for ((i = 0; i < 50; i++)); do
			fails & fails & fails & fails &
			wait
			[[ -c /dev/port && ! -e /dev/ioport ]] || echo "lost in round $i"
		done'
	[[ -z $output ]]
}

@test "no stranger keeps root from mounting" {
	world 'fails; stat -c "%a %U" /run/portfs.lock; setpriv --reuid nobody --clear-groups flock -n /run/portfs.lock true 2>&1; fails; stat -c %F /dev/port'
	[[ $output == '600 root'$'\n'*'Permission denied'$'\n''character special file' ]]
}

@test "without a lock /dev/port is left as it is" {
	world 'mkdir /run/portfs.lock; mount.portfs portfs /dev/port; echo $?; stat -c %F /dev/port'
	[[ $output == 'mount.portfs: cannot lock /run/portfs.lock: Is a directory
2
character special file' ]]
}

@test "without the module: said in a line, and nothing is touched" {
	world '
		echo "nodev	tmpfs" >filesystems
		echo "#!/bin/sh
		echo modprobe: FATAL: Module \$1 not found >&2; echo more >&2; exit 1" >/run/modprobe
		chmod 755 /run/modprobe
		mkdir /run/sbin; cp -a /sbin/. /run/sbin 2>/dev/null; cp /run/modprobe /run/sbin/modprobe
		mount --bind /run/sbin /sbin
		mount.portfs portfs /dev/port; echo $?; ls /dev /run'
	echo "$output" | grep -q -x "mount.portfs: /dev/port: the kernel has no portfs: modprobe: FATAL: Module portfs not found; 'portctl status' says what to do"
	[[ $output != *portfs.lock* && $output == *$'\nport\n'* ]]
}

@test "into another mount namespace: modprobe is the host's, not the one there" {
	world '
		echo "nodev	tmpfs" >filesystems
		mkdir /run/sbin; cp -a /sbin/. /run/sbin 2>/dev/null
		stand_in() { printf "#!/bin/sh\necho %s >>/run/called; exit 1\n" "$1" >/run/sbin/modprobe; chmod 755 /run/sbin/modprobe; }
		rm -f /run/sbin/modprobe
		stand_in host
		mount --bind /run/sbin /sbin
		unshare --mount --propagation private bash -c "
			mkdir /run/theirs; cp -a /run/sbin/. /run/theirs
			printf \"#!/bin/sh\necho theirs >>/run/called; exit 1\n\" >/run/theirs/modprobe
			mount --bind /run/theirs /sbin; : >/run/ready; exec sleep 60" &
		until [[ -e /run/ready ]]; do sleep 0.05; done
		mount.portfs portfs /dev/port -N "$!" >/dev/null 2>&1
		cat /run/called
		kill "$!"'
	[[ ${lines[0]} == host && $output != *theirs* ]]
}
