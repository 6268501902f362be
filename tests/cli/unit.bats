#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # bats sets them
# units as systemd reads them: lines, sections, drop-ins and names, seen through import and doctor.

load lib.bash
load host.bash

ROOM=etc/systemd/system
GIVES=$'AmbientCapabilities=CAP_NET_BIND_SERVICE\nSocketBindDeny=any'

# gives STATUS LINES [FILE]: import systemd has these, without comments.
gives() {
	run --separate-stderr unshare --net portctl import systemd "${@:3}"
	printf '%s\n' "$output" "$stderr"
	[[ $status == "$1" && $(grep -v '^#' <<<"$output") == "$2" ]]
}

# user PORT USER: as lines of a unit.
user() { printf '[Service]\nUser=%s\n%s\nSocketBindAllow=\nSocketBindAllow=tcp:%s\n' "$2" "$GIVES" "$1"; }

@test "lines: comments, backslashes, and what other systems put at an end" {
	unit web.service <<-'END'
		[Service]
		# a comment \
		User=daemon
		AmbientCapabilities=CAP_NET_RAW \
		  # CAP_CHOWN \
		  ; CAP_KILL
		  CAP_NET_BIND_SERVICE
		SocketBindDeny=any
		SocketBindAllow=tcp:25
		Environment=A=\\
		SocketBindAllow=tcp:26
		Environment=B=\
		SocketBindAllow=tcp:27
	END
	gives 0 "tcp 25 daemon 0600
tcp 26 daemon 0600"
	[[ $output == *"web.service:9
tcp 25 "* ]]
	sed -i '1s/^/\xef\xbb\xbf/; s/$/\r/' "$PORTCTL_ROOT/$ROOM/web.service"
	gives 0 "tcp 25 daemon 0600
tcp 26 daemon 0600"
}

@test "sections: each key counts only in its own" {
	unit web.service <<-'END'
		User=bin
		[Service]
		User=daemon
		[X-Old]
		AmbientCapabilities=CAP_NET_BIND_SERVICE
		SocketBindAllow=tcp:25
		[Unit]
		AmbientCapabilities=CAP_NET_BIND_SERVICE
		[Service
		AmbientCapabilities=CAP_NET_BIND_SERVICE
	END
	gives 0 ""
	[[ $output == "# nothing of systemd to carry over" ]]
	run -0 unshare --net portctl doctor
	user 25 daemon | unit web.service
	file $ROOM/web.service.d/o.conf <<<$'User=bin\n[Unit]\nUser=bin\n[X-New]\nUser=bin\n [Service] \n User = sys '
	gives 0 "tcp 25 sys 0600"
}

@test "drop-ins: of all that a name begins with, and of all services" {
	user 25 daemon | unit web-a.service
	user 26 bin | file $ROOM/web-.service.d/o.conf
	gives 0 "tcp 26 bin 0600"
	# All of a kind come last, and what is nearer hides them.
	file $ROOM/service.d/o.conf <<<$'[Service]\nAmbientCapabilities='
	gives 0 "tcp 26 bin 0600"
	file usr/lib/systemd/system/service.d/p.conf <<<$'[Service]\nAmbientCapabilities='
	gives 0 ""
	run -0 unshare --net portctl doctor
	rm -r "$PORTCTL_ROOT/usr/lib/systemd/system/service.d"
	user 27 sys | file usr/lib/systemd/system/web-a.service.d/o.conf
	gives 0 "tcp 26 bin 0600"
	user 27 sys | file $ROOM/web-a.service.d/o.conf
	gives 0 "tcp 27 sys 0600"
	ln -sf /dev/null "$PORTCTL_ROOT/$ROOM/web-a.service.d/o.conf"
	gives 0 "tcp 25 daemon 0600"
}

# wanted NAME: an instance.
wanted() {
	mkdir -p "$PORTCTL_ROOT/$ROOM/multi-user.target.wants"
	ln -s "../${1%@*}@.service" "$PORTCTL_ROOT/$ROOM/multi-user.target.wants/$1"
}

@test "drop-ins: of an instance, which a link names or a process" {
	user 25 daemon | file $ROOM/a@.service
	gives 0 ""
	wanted a@x.service
	user 26 bin | file $ROOM/a@x.service.d/o.conf
	user 27 sys | file $ROOM/a@.service.d/o.conf
	gives 0 "tcp 26 bin 0600"
	gives 0 "tcp 26 bin 0600" "$PORTCTL_ROOT/$ROOM/a@.service"
	wanted a@y.service
	gives 0 "tcp 26 bin 0600
tcp 27 sys 0600"
	# Masked alone.
	ln -s /dev/null "$PORTCTL_ROOT/$ROOM/a@x.service"
	gives 0 "tcp 27 sys 0600"
	rm "$PORTCTL_ROOT/$ROOM/a@x.service" "$PORTCTL_ROOT/$ROOM/multi-user.target.wants"/*
	gives 0 ""
	run -0 --separate-stderr held tcp 26 bin system-a.slice/a@x.service portctl import systemd
	[[ $stderr != *"not carried over"* && $(grep -v '^#' <<<"$output") == "tcp 26 bin 0600" ]]
}

@test "names: a link to another unit is one of its names" {
	user 25 daemon | file usr/lib/systemd/system/web.service
	user 26 bin | file $ROOM/web.service
	ln -s "$PORTCTL_ROOT/usr/lib/systemd/system/web.service" "$PORTCTL_ROOT/$ROOM/www.service"
	gives 0 ""
	wanted www.service
	gives 0 "tcp 26 bin 0600"
	user 27 sys | file $ROOM/www.service.d/o.conf
	gives 0 "tcp 27 sys 0600"
	user 28 games | file $ROOM/web.service.d/o.conf
	gives 0 "tcp 28 games 0600"
}

# link TARGET PATH: where systemd looks for units, or elsewhere.
link() {
	mkdir -p "$PORTCTL_ROOT/${2%/*}"
	ln -sfn "$PORTCTL_ROOT/$1" "$PORTCTL_ROOT/$2"
}

@test "names: a link to a file elsewhere is a unit of its own" {
	user 82 nobody | file opt/x/bar.service
	user 81 daemon | file usr/lib/systemd/system/bar.service
	link opt/x/bar.service $ROOM/foo.service
	wanted foo.service
	gives 0 "tcp 82 nobody 0600"
}

@test "names: each link counts by the name in it, in whatever folder that is found first" {
	local lib=usr/lib/systemd/system
	user 81 daemon | file $lib/c.service
	user 82 bin | file $lib/d.service
	link $lib/c.service $ROOM/a.service
	link $lib/d.service $ROOM/c.service
	wanted a.service
	gives 0 "tcp 82 bin 0600"
	user 83 sys | file $ROOM/a.service.d/o.conf
	gives 0 "tcp 83 sys 0600"
	rm -r "$PORTCTL_ROOT/$ROOM/a.service.d"
	ln -sf /dev/null "$PORTCTL_ROOT/$ROOM/c.service"
	gives 0 ""
	# Not masked, for it is not the file that counts.
	user 84 games | file $ROOM/c.service.new
	mv -f "$PORTCTL_ROOT/$ROOM/c.service.new" "$PORTCTL_ROOT/$ROOM/c.service"
	ln -sf /dev/null "$PORTCTL_ROOT/$lib/c.service"
	gives 0 "tcp 84 games 0600"
	# In a circle.
	link $lib/d.service $ROOM/c.service
	link $lib/c.service $ROOM/d.service
	gives 1 ""
	[[ $stderr == *"not carried over: $PORTCTL_ROOT/$ROOM/c.service: Too many levels of symbolic links"* ]]
}

@test "User=: %i, %I and %% of an instance" {
	user 80 %i | file $ROOM/a@.service
	wanted a@daemon.service
	gives 0 "tcp 80 daemon 0600"
	user 80 %I | file $ROOM/a@.service
	gives 0 "tcp 80 daemon 0600"
	wanted 'a@b\x69n.service'
	gives 0 "tcp 80 bin 0660 u:daemon:rw-,g::---"
	user 80 no-%% | file $ROOM/a@.service
	gives 1 ""
	[[ $stderr == *"a@daemon.service: "*" user "*no-%* && $stderr != *%%* ]]
	for word in %H %i-%j web%; do
		user 80 $word | file $ROOM/a@.service
		gives 1 ""
		[[ $stderr == *"a@daemon.service: only systemd knows which user $word is"* ]]
	done
	# Without an instance.
	rm -r "$PORTCTL_ROOT/$ROOM/multi-user.target.wants"
	user 80 %i | file $ROOM/a@.service
	gives 1 "" "$PORTCTL_ROOT/$ROOM/a@.service"
}

@test "wanted: by what upholds it, and by its socket" {
	user 80 daemon | file $ROOM/a.service
	link $ROOM/a.service $ROOM/multi-user.target.upholds/a.service
	gives 0 "tcp 80 daemon 0600"
	rm -r "$PORTCTL_ROOT/$ROOM/multi-user.target.upholds"
	gives 0 ""
	unit a.socket <<<$'[Socket]\nListenStream=81'
	gives 0 "tcp 80 daemon 0600"
	unit a.socket <<<$'[Socket]\nListenStream=81\nService=b.service'
	gives 0 ""
	user 82 bin | file $ROOM/b.service
	gives 0 "tcp 82 bin 0600"
	# Of an instance.
	rm "$PORTCTL_ROOT/$ROOM/a.socket"
	user 83 %i | file $ROOM/c@.service
	file $ROOM/c@.socket <<<$'[Socket]\nListenStream=81'
	wanted c@sys.socket
	gives 0 "tcp 83 sys 0600"
}

@test "a file without anything in it masks" {
	user 25 daemon | unit web.service
	user 26 bin | file $ROOM/web.service.d/o.conf
	gives 0 "tcp 26 bin 0600"
	: >"$PORTCTL_ROOT/$ROOM/web.service"
	gives 0 ""
}

@test "one file: the host's with all that it has there, another with the drop-ins beside it" {
	user 25 daemon | file usr/lib/systemd/system/web.service
	user 26 bin | file $ROOM/web.service.d/o.conf
	gives 0 "tcp 26 bin 0600" "$PORTCTL_ROOT/usr/lib/systemd/system/web.service"
	mkdir copy
	user 80 sys >copy/web.service
	gives 0 "tcp 80 sys 0600" copy/web.service
	mkdir copy/web.service.d
	user 81 games >copy/web.service.d/o.conf
	gives 0 "tcp 81 games 0600" copy/web.service
	cd copy
	gives 0 "tcp 81 games 0600" web.service
}

@test "what cannot be read is said, and nothing is made of what is left" {
	user 25 daemon | unit a.service
	user 26 bin | file $ROOM/a.service.d/o.conf
	user 80 sys | unit b.service
	chmod 711 "$BATS_RUN_TMPDIR"
	install -m 755 "$(command -v portctl)" portctl.copy
	chmod 600 "$PORTCTL_ROOT/$ROOM/a.service.d/o.conf"
	as_nobody() {
		run --separate-stderr unshare --net setpriv --reuid nobody --clear-groups ./portctl.copy import "$@"
		printf '%s\n' "$output" "$stderr"
		[[ $status == 1 ]]
	}
	as_nobody systemd
	[[ $output == *$'\ntcp 80 sys 0600' && $output != *"tcp 2"* ]]
	[[ $stderr == *"not carried over: processes of others: only root sees their files"* ]]
	[[ $(grep -c "not carried over: $PORTCTL_ROOT/$ROOM/a.service.d/o.conf: Permission denied" <<<"$stderr") == 1 ]]
	as_nobody systemd "$PORTCTL_ROOT/$ROOM/a.service"
	[[ $stderr == *"a.service.d/o.conf: Permission denied"* && $output == "# nothing"* ]]
	as_nobody systemd "$PORTCTL_ROOT/$ROOM/b.service"
	[[ $stderr != *"a.service"* ]]
	chmod 600 "$PORTCTL_ROOT/$ROOM/a.service"
	as_nobody systemd
	[[ $stderr == *"$ROOM/a.service: Permission denied"* && $output != *"tcp 2"* ]]
	run --separate-stderr unshare --net setpriv --reuid nobody --clear-groups ./portctl.copy adopt
	[[ $status == 1 && $stderr == *"not looked at: $PORTCTL_ROOT/$ROOM/a.service: Permission denied"* ]]
	# Nobody can.
	ln -sf a.service "$PORTCTL_ROOT/$ROOM/a.service"
	rm -r "$PORTCTL_ROOT/$ROOM/b.service"
	gives 1 ""
	[[ $stderr == *"not carried over: $PORTCTL_ROOT/$ROOM/a.service: Too many levels of symbolic links" ]]
	run -0 --separate-stderr unshare --net portctl import setcap
	[[ $stderr != *"not carried over"* ]]
}

@test "a service that cannot be read is there" {
	link $ROOM/nginx.service $ROOM/nginx.service
	run -1 --separate-stderr unshare --net portctl adopt nginx
	[[ $stderr == "portctl: cannot read all of nginx.service: $PORTCTL_ROOT/$ROOM/nginx.service: Too many levels of symbolic links" ]]
	gives 1 ""
	# Nothing is made of it.
	run --separate-stderr held tcp 80 nobody nginx.service portctl doctor
	[[ $output != *"starts as root"* && $output == *"not looked at, "*"nginx.service: Too many levels"* ]]
}
