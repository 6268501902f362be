#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# make install and uninstall below DESTDIR: which files, and nothing but files.
# What they do to a host is tested in tests/boot.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	export DESTDIR=$BATS_TEST_TMPDIR/root
	unset PREFIX INIT
}

installed() { (cd "$DESTDIR" && find . ! -type d -printf '%m %P\n' | sort -k 2); }
lacks() { (! installed | grep -e "$1"); }
has() { installed | grep -q -x -e "$1 $2"; }

@test "files, where they belong" {
	make -s install
	installed
	has 755 usr/local/sbin/portctl
	has 755 usr/sbin/mount.portfs
	[[ $(readlink "$DESTDIR/usr/sbin/umount.portfs") == mount.portfs ]]
	has 644 usr/local/share/man/man8/portctl.8
	has 644 usr/local/share/man/man5/portfs.5
	has 644 usr/local/share/man/man5/portctl.d.5
	has 644 usr/local/share/bash-completion/completions/portctl
	has 644 usr/local/share/zsh/site-functions/_portctl
	has 644 etc/systemd/system/dev-port.mount
	has 755 etc/systemd/system-generators/portctl-generator
	has 644 etc/udev/rules.d/60-portfs.rules
	has 644 'usr/src/portfs-[0-9.]*/dkms.conf'
	has 644 'usr/src/portfs-[0-9.]*/module/compat.h'
	has 644 'usr/src/portfs-[0-9.]*/module/trampoline_x86_64.S'
	has 644 'usr/src/portfs-[0-9.]*/module/probe/vfsuid.c'
	[[ -d $DESTDIR/etc/portctl.d ]]
	run ! grep -r @sbindir@ "$DESTDIR/etc"
	grep -q -x 'ExecStart=/usr/local/sbin/portctl restore --boot' "$DESTDIR/etc/systemd/system/portctl-restore.service"
}

@test "nobody needs root for that, and nothing is loaded or enabled" {
	local before
	before=$(cat /proc/modules /proc/mounts; ls /etc/systemd/system)
	cp -r --no-preserve=ownership Makefile Kbuild COPYING dkms.conf module tools "$BATS_TEST_TMPDIR/"
	chmod -R a+rwX "$BATS_TEST_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_RUN_TMPDIR"
	setpriv --reuid nobody --regid nogroup --clear-groups make -s -C "$BATS_TEST_TMPDIR" install
	has 755 usr/local/sbin/portctl
	[[ ! -e $DESTDIR/etc/systemd/system/sysinit.target.wants ]]
	[[ $(cat /proc/modules /proc/mounts; ls /etc/systemd/system) == "$before" ]]
}

@test "PREFIX=/usr" {
	make -s install PREFIX=/usr
	installed
	has 755 usr/sbin/portctl
	has 644 usr/lib/systemd/system/portctl-restore.service
	has 755 usr/lib/systemd/system-generators/portctl-generator
	has 644 usr/lib/udev/rules.d/60-portfs.rules
	grep -q -x 'ExecStart=/usr/sbin/portctl restore --boot' "$DESTDIR/usr/lib/systemd/system/portctl-restore.service"
	lacks /local/
}

@test "INIT=sysvinit, openrc, none" {
	local init
	for init in sysvinit openrc none; do
		rm -rf "$DESTDIR"
		make -s install INIT=$init
		lacks systemd
		case $init in
		sysvinit) grep -q 'BEGIN INIT INFO' "$DESTDIR/etc/init.d/portctl" "$DESTDIR/etc/init.d/portctl-late" ;;
		openrc) grep -q openrc-run "$DESTDIR/etc/init.d/portctl" "$DESTDIR/etc/init.d/portctl-late" ;;
		none) [[ ! -e $DESTDIR/etc/init.d ]] ;;
		esac
	done
}

@test "again, and uninstall: no file stays" {
	make -s install
	make -s install
	make -s uninstall
	[[ -z $(installed) && -d $DESTDIR/etc/portctl.d ]]
	make -s uninstall
}

@test "what makes no sense is refused in a line, and nothing is made" {
	run ! tools/install remove
	[[ $output == 'portfs: usage: install [install|uninstall]' ]]
	PREFIX=usr run ! tools/install
	[[ $output == "portfs: PREFIX is a path from /, not 'usr'" ]]
	INIT=upstart run ! tools/install
	[[ $output == "portfs: INIT is systemd, sysvinit, openrc or none, not 'upstart'" ]]
	[[ ! -e $DESTDIR ]]
}
