#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # bats sets them
# save: what differs from the other files, whole or not at all.

load lib.bash

saved() { grep -v '^#' "$SAVED"; }

@test "save writes what differs from the other files, and only its own" {
	mkdir -p "$PORTCTL_ROOT/usr/lib/portctl.d"
	echo "tcp 80,443 nobody 600" >"$PORTCTL_ROOT/usr/lib/portctl.d/10-web.conf"
	echo "udp 53 daemon 600" >"$ETC/20.conf"
	node tcp/80 nobody 600
	node tcp/8080 daemon 600
	node tcp/8081 daemon 600
	sums=$(sha256sum "$ETC/20.conf" "$PORTCTL_ROOT/usr/lib/portctl.d/10-web.conf")
	portctl save
	[[ $(saved) == "tcp 443 -
tcp 8080-8081 daemon 0600
udp 53 -" ]]
	sha256sum -c <<<"$sums"
	[[ $(stat -c %a:%u "$SAVED") == 644:0 && $(ls -A "$ETC") == "20.conf
90-saved.conf" ]]
	portctl diff
	before=$(nodes)
	portctl restore
	[[ $(nodes) == "$before" ]]
	# What it says itself is not among the other files.
	inode=$(stat -c %i "$SAVED")
	portctl save
	[[ $(stat -c %i "$SAVED") == "$inode" ]]
}

@test "the folder is made when it is missing" {
	rmdir "$ETC"
	node tcp/80 1 600
	portctl save
	[[ $(saved) == "tcp 80 1 0600" || $(saved) == "tcp 80 daemon 0600" ]]
}

@test "save keeps the rules of a file of its name in another folder" {
	mkdir -p "$PORTCTL_ROOT/usr/lib/portctl.d"
	echo "tcp 8080 daemon 600" >"$PORTCTL_ROOT/usr/lib/portctl.d/90-saved.conf"
	portctl restore
	portctl grant games tcp/9090 --save
	[[ $(saved) == "tcp 8080 daemon 0600
tcp 9090 games 0600" ]]
	portctl diff
}

@test "folders: the same name masks, a link to /dev/null disables, the last line wins" {
	mkdir -p "$PORTCTL_ROOT"/{run,usr/local/lib,usr/lib}/portctl.d
	echo "tcp 1 1 600" >"$PORTCTL_ROOT/usr/lib/portctl.d/10-a.conf"
	echo "tcp 2 2 600" >"$PORTCTL_ROOT/usr/local/lib/portctl.d/10-a.conf"
	echo "tcp 3 3 600" >"$PORTCTL_ROOT/usr/local/lib/portctl.d/20-b.conf"
	echo "tcp 4 4 600" >"$PORTCTL_ROOT/run/portctl.d/20-b.conf"
	echo "tcp 5 5 600" >"$PORTCTL_ROOT/usr/lib/portctl.d/30-c.conf"
	ln -s /dev/null "$ETC/30-c.conf"
	echo "tcp 6,7 6 600" >"$PORTCTL_ROOT/usr/lib/portctl.d/40-d.conf"
	echo "tcp 7 7 600" >"$ETC/35-d.conf"
	echo "tcp 6 8 600" >"$ETC/45-e.conf"
	echo "tcp 9 9 600" >"$ETC/50-f.conf.bak"
	echo "tcp 9 9 600" >"$ETC/.50-f.conf"
	portctl restore
	[[ $(nodes) == "tcp/2 2:0 600
tcp/4 4:0 600
tcp/6 8:0 600
tcp/7 6:0 600" ]]
}

@test "a file that comes later and says otherwise" {
	echo "tcp 80 daemon 600" >"$ETC/95-late.conf"
	node tcp/80 nobody 600
	unchanged 1 "95-late.conf, line 1, comes after 90-saved.conf and overrides it for tcp/80" portctl save
	chown daemon "$PORT/tcp/80"
	portctl save
	[[ -z $(saved) ]]
}

@test "save to a file or to standard output is the whole table" {
	echo "tcp 80 nobody 600" >"$ETC/10.conf"
	node tcp/80 nobody 600
	node udp/80 12345:12346 1660
	setfacl -m u:12347:w "$PORT/udp/80"
	expected="tcp 80 nobody 0600
udp 80 12345:12346 1660 u:12347:-w-,g::rw-"
	[[ $(portctl save -) == "$expected" ]]
	portctl save table
	[[ $(<table) == "$expected" && ! -e $SAVED ]]
}

# as_it_would STATUS [FILE]: a dry run prints what save then writes, or says what it says, and changes nothing.
as_it_would() {
	local file=${2:-$SAVED} before
	before=$(nodes; find "$PORTCTL_ROOT/etc" -printf '%p %i\n'; ls -A . | grep -v -i stderr; [[ ! -f $file ]] || cat "$file")
	run --separate-stderr portctl save -n ${2:+"$2"}
	echo "status: $status, stderr: $stderr"
	[[ $status == "$1" ]]
	[[ $(nodes; find "$PORTCTL_ROOT/etc" -printf '%p %i\n'; ls -A . | grep -v -i stderr; [[ ! -f $file ]] || cat "$file") == "$before" ]]
	printf '%s' "${output:+$output$'\n'}" >"$BATS_FILE_TMPDIR/shown"
	said=$stderr
	run "-$1" --separate-stderr portctl save ${2:+"$2"}
	[[ $stderr == "$said" ]]
	[[ $1 != 0 ]] || diff "$BATS_FILE_TMPDIR/shown" "$file"
}

@test "save --dry-run prints the file that save would write" {
	mkdir -p "$PORTCTL_ROOT/usr/lib/portctl.d"
	echo "tcp 8080 daemon 600" >"$PORTCTL_ROOT/usr/lib/portctl.d/90-saved.conf"
	echo "tcp 80 nobody 600" >"$ETC/10.conf"
	node tcp/80 nobody 600
	node tcp/8080 daemon 600
	node udp/53 bin 600
	as_it_would 0
	grep -qx 'tcp 8080 daemon 0600' "$SAVED"
	# With its comments.
	sed -i 's/^udp/# the name server\nudp/; s/^tcp 8080.*/& # a test/' "$SAVED"
	node tcp/443 daemon 600
	as_it_would 0
	[[ $(<"$SAVED") == *$'\n# the name server\nudp '*  && $(<"$SAVED") == *' # a test'* ]]
	as_it_would 0
	printf '%s\n' '# all' 'tcp 80 1 600' >table
	as_it_would 0 table
	[[ $(<table) == $'# all\ntcp 80 '* ]]
	as_it_would 0 new
	[[ $(portctl save -n -) == "$(portctl save -)" ]]
	# A folder that is not there yet is made.
	rm -r "$ETC"
	as_it_would 0
	[[ $(saved) == *'tcp 80 nobody 0600'* ]]
}

@test "save --dry-run refuses what save refuses" {
	node tcp/80 nobody 600
	echo nonsense >"$ETC/10.conf"
	as_it_would 2
	echo 'tcp 80 daemon 600' >"$ETC/10.conf"
	mv "$ETC/10.conf" "$ETC/95.conf"
	as_it_would 1
	[[ $said == *'95.conf, line 1, comes after 90-saved.conf'* ]]
	rm "$ETC/95.conf"
	as_it_would 1 missing/table
	as_it_would 1 "$ETC"
	mkfifo fifo
	as_it_would 1 fifo
	ln -s /dev/null "$SAVED"
	as_it_would 1
	rm "$SAVED"
	echo 'tcp 8080 nosuchuser 600' >"$SAVED"
	run -0 portctl restore --boot
	as_it_would 1
	[[ $said == *'does not exist now'* ]]
	# A file system that is mounted read-only.
	mkdir read-only
	run -1 --separate-stderr unshare --mount bash -euc 'mount -t tmpfs -o ro none read-only; exec portctl save -n read-only/table'
	[[ -z $output && $stderr == *'cannot write read-only/table: Read-only file system' ]]
}

@test "where nothing can be saved" {
	node tcp/80 nobody 600
	unchanged 1 "cannot write missing/table: No such file" portctl save missing/table
	mkfifo fifo
	unchanged 1 "fifo is not a regular file" portctl save fifo
	unchanged 1 "is not a regular file" portctl save "$ETC"
	unchanged 1 "is not a regular file" portctl save "$ETC/"
	unchanged 1 "cannot write: No space left on device" bash -c 'portctl save - >/dev/full'
}

@test "a full disk leaves the old file" {
	mkdir full
	unshare --mount bash -euc '
		mount -t tmpfs -o size=4k tmpfs full
		mkdir full/etc full/dev full/dev/port
		mount -t tmpfs -o size=64m tmpfs full/dev/port
		export PORTCTL_ROOT=$PWD/full
		mkdir full/dev/port/tcp full/dev/port/udp
		portctl grant 7 tcp/80
		portctl save
		old=$(<full/etc/portctl.d/90-saved.conf)
		for port in $(seq 1 2 2000); do :>full/dev/port/tcp/$port; done
		if portctl save 2>error; then echo "it fitted"; exit 1; fi
		cat error
		[[ $(wc -l <error) == 1 && $(<error) == *"90-saved.conf: No space left on device" ]]
		[[ $(<full/etc/portctl.d/90-saved.conf) == "$old" ]]
		[[ $(ls -A full/etc/portctl.d) == 90-saved.conf ]]'
}

@test "an owner who does not exist now is not forgotten" {
	echo "tcp 8080 nosuchuser 600" >"$SAVED"
	run -0 --separate-stderr portctl restore --boot
	[[ $stderr == "$SAVED:1:10: warning: there is no user 'nosuchuser'; the line's ports are root's alone until the name is known" ]]
	[[ $(nodes) == "tcp/8080 0:0 600" && -e $PORTCTL_ROOT/run/portctl/unresolved ]]
	run --separate-stderr portctl save
	((status == 1)) && [[ $stderr == *"the owner of tcp/8080 in $SAVED, line 1, does not exist now"* ]]
	[[ $(<"$SAVED") == *nosuchuser* ]]
	# What was changed since is to be saved.
	portctl grant nobody tcp/8080
	portctl save
	[[ $(saved) == "tcp 8080 nobody 0600" ]]
	portctl sync --boot
	[[ ! -e $PORTCTL_ROOT/run/portctl ]]
}

@test "kill -9 at 200 moments leaves the old file or the new one" {
	# Each save changes every line, so that it is long.
	for port in $(seq 1 2 6000); do : >"$PORT/tcp/$port"; done
	chmod 600 "$PORT"/tcp/*
	portctl save
	cp "$SAVED" old
	chmod 660 "$PORT"/tcp/*
	portctl save
	cp "$SAVED" new
	! cmp -s old new
	python3 - "$SAVED" <<'PYTHON'
import os, random, shutil, subprocess, sys, time
saved, folder = sys.argv[1], os.path.dirname(sys.argv[1])
old, new = open("old").read(), open("new").read()
seen = {"old": 0, "new": 0, "beside": 0}
begin = time.monotonic()
shutil.copy("old", saved)
subprocess.run(["portctl", "save"], check=True)
whole = time.monotonic() - begin
for turn in range(200):
	shutil.copy("old", saved)
	save = subprocess.Popen(["portctl", "save"])
	time.sleep(random.uniform(0, whole * 1.1))
	save.kill()
	save.wait()
	content = open(saved).read()
	assert content in (old, new), "torn file"
	seen["old" if content == old else "new"] += 1
	seen["beside"] += len(os.listdir(folder)) > 1
print(seen)
assert seen["old"] and seen["new"]
PYTHON
	portctl save
	[[ $(ls -A "$ETC") == 90-saved.conf ]]
}

@test "three side by side lose nothing, for 30 rounds" {
	local round
	for round in $(seq 30); do
		portctl grant -s nobody tcp/1 & portctl grant -s daemon udp/2 & portctl grant -s bin tcp/3 &
		wait %1 && wait %2 && wait %3
		[[ $(saved) == "tcp 1 nobody 0600
tcp 3 bin 0600
udp 2 daemon 0600" ]]
		# A release and a restore are no better than a grant.
		portctl release -s tcp/1 & portctl release -s udp/2 & portctl restore &
		wait %1 && wait %2 && wait %3
		[[ $(saved) == "tcp 3 bin 0600" && $(nodes) == "tcp/3 2:0 600" ]]
		portctl release -s tcp/3
	done
}

@test "only root can hold the lock" {
	node tcp/80 nobody 600
	portctl save
	[[ $(stat -c '%u %a' "$PORTCTL_ROOT/run/portctl.lock") == "0 600" ]]
	chmod 711 "$BATS_RUN_TMPDIR"
	# Whatever else is locked.
	coproc { setpriv --reuid nobody --clear-groups bash -c '
for path; do
	[[ -r $path ]] && exec {fd}<"$path" && flock -n "$fd" && held+=x
done
echo "$held"
read -r' bash "$ETC" "$SAVED" "$PORTCTL_ROOT/run" "$PORTCTL_ROOT/run/portctl.lock"; }
	read -r held <&"${COPROC[0]}"
	[[ $held == xxx ]]
	timeout 60 portctl grant -s daemon tcp/81
	[[ $(saved) == *"tcp 81 daemon 0600" ]]
}

@test "who cannot lock the table fails, and restores it nevertheless" {
	echo "tcp 80 daemon 600" >"$ETC/10.conf"
	ln -s /nowhere "$PORTCTL_ROOT/run/portctl.lock"
	for command in restore sync 'restore --boot' "restore $ETC/10.conf" 'sync --late'; do
		node tcp/80 nobody 600
		# shellcheck disable=SC2086
		says 1 "cannot open $PORTCTL_ROOT/run/portctl.lock" portctl $command
		[[ $command == *late || $(nodes) == "tcp/80 1:0 600" ]]
	done
	run -0 portctl restore --dry-run
}

@test "a saver at its output holds nobody up" {
	local port
	for port in $(seq 1 2 10000); do : >"$PORT/tcp/$port"; done
	portctl save - | timeout 60 portctl restore -
	[[ $(find "$PORT/tcp" -type f | wc -l) == 5000 ]]
}

@test "a folder of somebody who means no good" {
	mkdir folder
	chown nobody folder
	node tcp/80 daemon 600
	mkfifo folder/.table.new
	chown nobody folder/.table.new
	timeout 60 portctl save folder/table
	[[ $(<folder/table) == "tcp 80 daemon 0600" && $(stat -c %U:%a folder/table) == root:644 ]]
	[[ -p folder/.table.new && $(ls -A folder | wc -l) == 2 ]]
	rm folder/.table.new folder/table
	: >folder/.table.new
	chown nobody folder/.table.new
	portctl save folder/table
	[[ $(stat -c %U folder/table) == root && ! -s folder/.table.new ]]
	rm folder/table
	ln -s "$PORTCTL_ROOT/target" folder/table
	unchanged 1 "is not a regular file" portctl save folder/table
	rm folder/table
	mkfifo folder/table
	unchanged 1 "is not a regular file" timeout 60 portctl save folder/table
}

@test "a file that is replaced keeps its owner and its mode, a new one follows the umask" {
	node tcp/80 daemon 600
	portctl save
	chmod 640 "$SAVED"
	chgrp daemon "$SAVED"
	node tcp/81 daemon 600
	portctl save
	[[ $(stat -c %U:%G:%a "$SAVED") == root:daemon:640 && $(saved) == "tcp 80-81 daemon 0600" ]]
	: >table
	chown nobody:daemon table
	chmod 604 table
	portctl save table
	[[ $(stat -c %U:%G:%a table) == nobody:daemon:604 && -s table ]]
	(umask 077; portctl save private)
	[[ $(stat -c %U:%a private) == root:600 ]]
	rm "$SAVED"
	(umask 077; portctl save)
	[[ $(stat -c %U:%a "$SAVED") == root:644 ]]
}

@test "comments survive" {
	node tcp/80 daemon 600
	node tcp/443 daemon 600
	node tcp/8000 bin 600
	node udp/53 bin 600
	portctl save
	header=$(<"$SAVED")
	header=${header%%$'\n'*}
	cat >"$SAVED" <<-END
		$header
		# Mine.

		# the name server
		udp 53 bin 600 # by TCP as well?
		# nginx
		tcp 80,443 daemon 0600 # not yet IPv6
		#   indented
		tcp 8000 bin 600	# a test
		# the end
	END
	chown nobody "$PORT/tcp/443"
	rm "$PORT/tcp/8000"
	node tcp/8001 bin 600
	expected="$header
# Mine.

# nginx
tcp 80 daemon 0600 # not yet IPv6
tcp 443 nobody 0600
#   indented
# a test
tcp 8001 bin 0600
# the name server
udp 53 bin 0600 # by TCP as well?
# the end"
	portctl save
	diff - "$SAVED" <<<"$expected"
	# Once more, and nothing is to be done.
	inode=$(stat -c %i "$SAVED")
	portctl save
	[[ $(stat -c %i "$SAVED") == "$inode" ]]
	touch "$PORT/tcp/1"
	portctl save
	[[ $(grep -c '#' "$SAVED") == 9 ]]
	# In a file of one's own, too; but not those of what is no table.
	printf '%s\n' '# all' 'tcp 80 1 600' >table
	portctl save table
	[[ $(<table) == *$'\n# all\ntcp 80 '* ]]
	printf '%s\n' '#!/bin/sh' 'echo' >script
	portctl save script
	[[ $(<script) != *sh* ]]
}
