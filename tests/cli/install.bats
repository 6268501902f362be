#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# make install and uninstall below DESTDIR: which files, and nothing but files.
# What they do to a host is tested in tests/boot.

bats_require_minimum_version 1.5.0

setup_file() {
	make -s -C "$BATS_TEST_DIRNAME/../../tools"
	make -s -C "$BATS_TEST_DIRNAME/../../tools/mount"
}

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
	has 755 usr/lib/portfs/portctl
	[[ $(readlink "$DESTDIR/usr/local/sbin/portctl") == /usr/lib/portfs/portctl ]]
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
	run ! grep -r '@[a-z]*@' "$DESTDIR/etc"
	grep -q -x 'ExecStart=/usr/lib/portfs/portctl restore --boot' "$DESTDIR/etc/systemd/system/portctl-restore.service"
}

# Others mount what they need meanwhile, below directories of any name.
of_portfs() {
	[[ ! -e /sys/module/portfs ]] || echo loaded
	awk '$3 == "portfs" || $2 == "/dev/port"' /proc/mounts
	ls /etc/systemd/system
}

@test "nobody needs root for that, and nothing is loaded or enabled" {
	local before
	before=$(of_portfs)
	cp -r --no-preserve=ownership Makefile Kbuild COPYING dkms.conf module tools "$BATS_TEST_TMPDIR/"
	chmod -R a+rwX "$BATS_TEST_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_RUN_TMPDIR"
	setpriv --reuid nobody --regid nogroup --clear-groups make -s -C "$BATS_TEST_TMPDIR" install
	has 755 usr/lib/portfs/portctl
	[[ ! -e $DESTDIR/etc/systemd/system/sysinit.target.wants ]]
	[[ $(of_portfs) == "$before" ]]
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

@test "uninstall removes what was installed, whatever PREFIX and INIT are now" {
	make -s install PREFIX=/opt/ports INIT=sysvinit
	has 777 opt/ports/sbin/portctl
	make -s uninstall
	[[ -z $(installed) && ! -e $DESTDIR/opt ]]
	# And the next install what an earlier one put elsewhere.
	make -s install PREFIX=/opt/ports INIT=openrc
	: >"$DESTDIR/opt/mine"
	make -s install PREFIX=/usr
	rm "$DESTDIR/opt/mine"
	[[ ! -e $DESTDIR/opt/ports && ! -e $DESTDIR/etc/init.d && ! -e $DESTDIR/usr/local && ! -e $DESTDIR/usr/lib/portfs ]]
	has 755 usr/sbin/portctl
	make -s uninstall PREFIX=/opt/other
	[[ -z $(installed) && ! -e $DESTDIR/usr/share ]]
}

@test "an install that ended half-way is removed" {
	local file
	mkdir -p "$DESTDIR/etc/init.d/portctl-late"/{full,dir}
	run ! make -s install INIT=sysvinit
	rm -r "$DESTDIR/etc/init.d/portctl-late"
	[[ -n $(installed) ]]
	make -s uninstall
	[[ -z $(installed) ]]
}

@test "nothing of root's stays in another's checkout" {
	local tree=$BATS_TEST_TMPDIR/tree
	mkdir "$tree"
	tar -c --exclude='*.o' --exclude=portctl/portctl --exclude=mount/mount.portfs Makefile Kbuild COPYING dkms.conf module tools |
		tar -x -C "$tree"
	chown -R nobody "$tree"
	(cd "$tree" && find . | sort) >before
	make -s -C "$tree" install
	has 755 usr/lib/portfs/portctl
	make -s -C "$tree" uninstall
	[[ -z $(find "$tree" ! -user nobody) ]]
	(cd "$tree" && find . | sort) | diff before -
	rm before
}

@test "scripts find portctl, wherever PREFIX is" {
	local init script
	for init in sysvinit openrc; do
		make -s install INIT=$init PREFIX=/opt/ports
		for script in portctl portctl-late; do
			grep -q '^PATH=/usr/lib/portfs:' "$DESTDIR/etc/init.d/$script"
		done
	done
}

@test "units that the kernel's network has to be up for do not keep the restore from running" {
	# Where /usr/local needs the network, which needs sockets.target and the rest of a boot.
	local units=$BATS_TEST_TMPDIR/units
	make -s install
	cp -r "$DESTDIR/etc/systemd/system" "$units"
	sed -i 's,^\(Exec[A-Za-z]*=\).*,\1/bin/true,' "$units"/*.service
	mkdir -p "$units"/{sysinit,multi-user,network-online}.target.wants "$units/remote-fs.target.requires"
	cat >"$units/usr-local.mount" <<-'END'
		[Unit]
		DefaultDependencies=no
		After=network-online.target remote-fs-pre.target network.target
		Wants=network-online.target
		Before=remote-fs.target

		[Mount]
		What=server:/usr/local
		Where=/usr/local
		Type=nfs
		Options=_netdev
	END
	cat >"$units/net.service" <<-'END'
		[Unit]
		Wants=network.target network-pre.target
		After=network-pre.target
		Before=network.target network-online.target

		[Service]
		Type=oneshot
		ExecStart=/bin/true
	END
	cat >"$units/web.service" <<-'END'
		[Unit]
		Requires=portctl.target
		After=portctl.target

		[Service]
		ExecStart=/bin/true
	END
	ln -s ../dev-port.mount ../portctl-restore.service "$units/sysinit.target.wants/"
	ln -s ../portctl-restore-late.service ../web.service "$units/multi-user.target.wants/"
	ln -s ../net.service "$units/network-online.target.wants/"
	ln -s ../usr-local.mount "$units/remote-fs.target.requires/"
	SYSTEMD_UNIT_PATH=$units:/usr/lib/systemd/system run -0 systemd-analyze verify --man=no multi-user.target web.service
	[[ $output != *cycle* && $output != *port* ]]
}

# generated [FSTAB]: the units that portctl-generator gives an order, with the folders of units below ./systemd in
# place of this host's: etc and usr.
generated() {
	local after=After=portctl-restore.service
	mkdir -p systemd/etc systemd/usr
	printf '%s' "${1-}" >fstab
	rm -rf out
	unshare --mount bash -euc '
		mkdir -p /etc/systemd /usr/lib/systemd
		mount --bind systemd/etc /etc/systemd
		mount --bind systemd/usr /usr/lib/systemd
		mount --bind fstab /etc/fstab
		exec "$1" "$PWD/out"' - "$BATS_TEST_DIRNAME/../../tools/units/portctl-generator"
	[[ ! -d out ]] || grep -r -L -x "$after" out
	[[ ! -d out ]] || (cd out && printf '%s\n' *.d) | sed 's/\.d$//' | xargs
}

# unit PATH LINE…: below ./systemd; it has no default order, and LINEs.
unit() {
	mkdir -p "systemd/$(dirname "$1")"
	printf '%s\n' '[Unit]' DefaultDependencies=no "${@:2}" >"systemd/$1"
}

# wants TARGET UNIT…: links in etc, which point to nothing; by its name systemd finds the unit.
wants() {
	local name
	mkdir -p "systemd/etc/system/$1.target.wants"
	for name in "${@:2}"; do ln -s "/nonexistent/$name" "systemd/etc/system/$1.target.wants/$name"; done
}

@test "the generator: which units get an order" {
	cd "$BATS_TEST_TMPDIR"
	local usr=usr/system etc=etc/system
	[[ -z $(generated) ]]
	# Wherever they are, as early as can be or wanted by whatever a boot starts.
	unit $usr/a.service
	unit $etc/b.service
	unit $usr/c.socket '[Socket]' 'ListenStream = 127.0.0.1:80'
	unit $usr/path.socket '[Socket]' ListenStream=/run/path ListenDatagram=%t/path
	unit $usr/m.service
	unit $usr/unwanted.service
	wants sysinit a.service
	wants basic b.service
	wants sockets c.socket path.socket
	wants multi-user m.service
	[[ $(generated) == 'a.service b.service c.socket m.service' ]]
	# Of those that have an order.
	printf '%s\n' '[Unit]' Description=x >systemd/$usr/usual.service
	wants sockets usual.service
	[[ $(generated) == 'a.service b.service c.socket m.service' ]]
	# A file in /etc stands for the one in /usr, whatever the link points to; so does a mask.
	printf '%s\n' '[Unit]' Description=x >systemd/$etc/a.service
	ln -s /dev/null systemd/$etc/m.service
	[[ $(generated) == 'b.service c.socket' ]]
	rm systemd/$etc/[am].service systemd/$usr/[am].service
	# Drop-ins say it, and take it back.
	mkdir -p systemd/{etc,usr}/system/{usual,b}.service.d systemd/usr/system/{c,path}.socket.d
	printf '%s\n' '[Unit]' '  DefaultDependencies=no' >systemd/$usr/usual.service.d/x.conf
	printf '%s\n' '[Unit]' DefaultDependencies=yes >systemd/$etc/b.service.d/x.conf
	printf '%s\n' '[Socket]' ListenStream= ListenStream=/run/c >systemd/$usr/c.socket.d/x.conf
	printf '%s\n' '[Socket]' ListenStream=8080 >systemd/$usr/path.socket.d/x.conf
	[[ $(generated) == 'path.socket usual.service' ]]
	ln -s /dev/null systemd/$etc/usual.service.d/x.conf
	[[ $(generated) == 'path.socket' ]]
	rm -r systemd
	# Templates and aliases.
	unit $usr/t@.service
	unit $usr/s@.socket '[Socket]' ListenStream=%i
	unit $usr/real.service
	mkdir -p systemd/etc/system
	ln -s /usr/lib/systemd/system/real.service systemd/$etc/alias.service
	wants sysinit t@one.service alias.service
	wants sockets s@80.socket
	[[ $(generated) == 'real.service s@80.socket t@one.service' ]]
}

@test "the generator: what the restore waits for gets no order" {
	cd "$BATS_TEST_TMPDIR"
	local usr=usr/system
	unit $usr/direct.service 'Before=x.service \' ' local-fs.target'
	unit $usr/by-other.service Before=middle.service
	unit $usr/middle.service Before=group.target
	printf '%s\n' '[Unit]' After=middle.service Before=local-fs-pre.target >systemd/$usr/group.target
	unit $usr/by-mount.service
	unit $usr/data.mount After=by-mount.service
	unit $usr/by-fstab.service
	unit $usr/early-systemd.service Before=systemd-udevd.service
	unit $usr/by-remote.service
	unit $usr/remote.mount 'After=by-remote.service remote-fs-pre.target'
	unit $usr/free.service Before=sysinit.target
	# Two that wait for each other.
	unit $usr/one.service After=two.service
	unit $usr/two.service After=one.service
	wants sysinit direct.service by-other.service middle.service by-mount.service by-fstab.service early-systemd.service \
		by-remote.service free.service one.service two.service
	[[ $(generated '#/dev/x /y ext4 x-systemd.after=free.service 0 0
/dev/sda1 /data ext4 defaults,x-systemd.requires=by-fstab.service,x-systemd.after=other.service 0 2
s:/x /nfs nfs _netdev,x-systemd.after=free.service 0 0
') == 'by-remote.service free.service one.service two.service' ]]
}

# on_a_host INIT: make install on a copy of this host that is thrown away; what it has portctl do is in the file did.
# portctl, DKMS and whatever enables are stand-ins; FAILS is the command of portctl that fails, MOUNTED if portfs is there,
# PACKAGES what dpkg-query says. on_a_host INIT COMMAND: the same for another one, such as uninstall.
on_a_host() {
	local host=$BATS_TEST_TMPDIR/host tree=$BATS_TEST_TMPDIR/host/upper/tree name
	rm -rf "$host"
	mkdir -p "$host"
	INIT=$1 run unshare --mount bash -euc '
		mount -t tmpfs none "$1"
		mkdir -p "$1"/{upper/{tree,stubs},work,root}
		mkdir -p "$1/upper/lib" "$1/upper/usr/lib/modules/$(uname -r)/build"
		rmdir "$1/upper/lib"
		: >"$1/upper/usr/lib/modules/$(uname -r)/build/Makefile"
		cp -r --preserve=timestamps Makefile Kbuild COPYING dkms.conf module tools "$1/upper/tree/"
		printf "#!/bin/sh\necho \"\$*\" >>/did\n[ \"\$1\" != \"${FAILS-}\" ]\n" >"$1/upper/tree/tools/portctl/portctl"
		chmod 755 "$1/upper/tree/tools/portctl/portctl"
		for name in dkms modprobe modinfo update-rc.d rc-update rc-service systemctl; do
			printf "#!/bin/sh\n" >"$1/upper/stubs/$name"
		done
		printf "#!/bin/sh\n${MOUNTED:-false}\n" >"$1/upper/stubs/findmnt"
		printf "#!/bin/sh\nprintf \"${PACKAGES-}\"\n" >"$1/upper/stubs/dpkg-query"
		[[ $INIT != systemd ]] || printf "#!/bin/sh\n[ \"\$2\" != is-active ]\n" >"$1/upper/stubs/systemctl"
		chmod 755 "$1"/upper/stubs/*
		mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" none "$1/root"
		mount --rbind /proc "$1/root/proc"
		mount -t tmpfs none "$1/root/sys"
		mkdir -p "$1/root/sys/module/portfs"
		: >"$1/root/sys/module/portfs/srcversion"
		mount --rbind /dev "$1/root/dev"
		env -u DESTDIR PATH="/stubs:$PATH" chroot "$1/root" /tree/tools/install "$3" || status=$?
		touch "$1/upper/did"
		cp "$1/upper/did" "$2"
		exit "${status-0}"' - "$host" "$BATS_TEST_TMPDIR/did" "${2:-install}"
	echo "$output"
	cat "$BATS_TEST_TMPDIR/did"
}

@test "a host that runs is not booted: no mistake in the files closes a port, and a table that is there stays" {
	local init did=$BATS_TEST_TMPDIR/did
	unset DESTDIR
	for init in sysvinit openrc none; do
		on_a_host $init
		[[ $status == 0 && $(<"$did") == $'mount\nrestore' ]]
		# Again.
		MOUNTED=true on_a_host $init
		[[ $status == 0 && ! -s $did ]]
		FAILS=restore on_a_host $init
		[[ $status != 0 && $output == *'the table was not restored, as said above'* ]]
	done
	on_a_host systemd
	[[ $status == 0 && $(<"$did") == check ]]
	FAILS=check on_a_host systemd
	[[ $status != 0 && $output == *'nothing was restored, for the table files have mistakes'* ]]
}

@test "beside the Debian packages nothing is installed, nor removed" {
	local command did=$BATS_TEST_TMPDIR/did
	unset DESTDIR
	for command in install uninstall; do
		PACKAGES='installed\\ninstalled\\n' on_a_host none $command
		[[ $status == 1 && ! -s $did ]]
		[[ $output == "portfs: portfs is installed as Debian packages; 'apt remove portctl portfs-dkms' first, which keeps /etc/portctl.d" ]]
		PACKAGES='half-configured\\nconfig-files\\n' on_a_host none $command
		[[ $status == 1 && ! -s $did ]]
	done
	PACKAGES='config-files\\n' on_a_host none
	[[ $status == 0 && $(<"$did") == $'mount\nrestore' ]]
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
