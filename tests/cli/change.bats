#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # bats sets them
# grant and release.

load lib.bash

@test "grant says all that there is to say of a port" {
	node tcp/80 daemon:daemon 666
	setfacl -m u:bin:rw "$PORT/tcp/80"
	portctl grant nobody tcp/80
	[[ $(nodes) == "tcp/80 $(id -u nobody):0 600" ]]
	[[ -z $(getfacl -cp --skip-base "$PORT/tcp/80") ]]
}

@test "grant --acl" {
	portctl grant nobody:daemon tcp/80 --acl u:bin:w,g:sys:r
	[[ $(getfacl -cpn "$PORT/tcp/80" | xargs) == "user::rw- user:$(id -u bin):-w- group::rw- group:$(getent group sys | cut -d: -f3):r-- mask::rw- other::---" ]]
	portctl grant nobody tcp/81 -a u:bin:w -m 640
	[[ $(getfacl -cpnE "$PORT/tcp/81" | xargs) == "user::rw- user:$(id -u bin):-w- group::--- mask::r-- other::---" ]]
	unchanged 2 "'x' is not an ACL entry" portctl grant nobody tcp/80 -a x
	unchanged 2 "there is no user 'nosuchuser'" portctl grant nobody tcp/80 -a u:nosuchuser:w
	unchanged 2 "there is no group 'nosuchgroup'" portctl grant nobody tcp/80 -a g:nosuchgroup:w
	unchanged 2 "second entry" portctl grant nobody tcp/80 -a u:bin:w,u:bin:r
	unchanged 2 "is not an ACL entry" portctl grant nobody tcp/80 -a u:bin:z
	unchanged 2 "is not what mode 0600 says" portctl grant nobody tcp/80 -m 600 -a m::w
}

@test "release" {
	node tcp/80 nobody 600
	node udp/80 nobody 600
	node tcp/81 nobody 600
	portctl release 80
	[[ $(nodes) == "tcp/81 "* ]]
	portctl revoke tcp/81
	[[ -z $(nodes) ]]
	run -0 portctl release tcp/81
	[[ -z $output ]]
}

@test "release all, and all only alone" {
	node tcp/80 nobody 600
	node udp/65535 nobody 600
	unchanged 2 "'all' is not a port" portctl release all tcp/80
	unchanged 2 "'tcp' is not a port; did you mean: tcp/80" portctl release tcp 80
	unchanged 2 "tcp/1-65535 are all of them" portctl release tcp
	unchanged 2 "'all' is not a port" portctl grant daemon all
	run -0 portctl release all -n
	[[ $output == "-tcp 80 nobody 0600"$'\n'"-udp 65535 nobody 0600" ]]
	portctl release all
	[[ -z $(nodes) ]]
}

@test "grant says whom it displaced" {
	node tcp/80 daemon:bin 660
	node tcp/81 daemon:bin 660
	node tcp/82 nobody 600
	says 0 "tcp/80-81 belonged to daemon until now: daemon:bin 0660" portctl grant nobody tcp/80-83
	run -0 --separate-stderr portctl grant nobody tcp/80-83 -m 640
	[[ -z $stderr ]]
	setfacl -m u:bin:rw "$PORT/tcp/82"
	says 0 "tcp/82 had an ACL until now: u:bin:rw-" portctl grant nobody tcp/80-83
}

@test "release says that a high port is anybody's now" {
	mkdir -p "$PORTCTL_ROOT/proc/sys/net/ipv4"
	echo 82 >"$PORTCTL_ROOT/proc/sys/net/ipv4/ip_unprivileged_port_start"
	portctl grant nobody tcp/80-84
	says 0 "anybody may bind tcp/82-83 now: unclaimed ports from 82 up are open to all" portctl release tcp/80-83
	run -0 --separate-stderr portctl release tcp/80-83
	[[ -z $stderr ]]
}

@test "a change that fails half-way is taken back" {
	node tcp/80 daemon:bin 660
	setfacl -m u:sys:rw "$PORT/tcp/80"
	ln -s nowhere "$PORT/tcp/82"
	before=$(nodes; getfacl -p "$PORT/tcp/80")
	run -1 --separate-stderr portctl grant nobody tcp/80-83
	[[ ${stderr_lines[0]} == *"cannot change tcp/82: "* && ${stderr_lines[1]} == *"all ports that were changed have been changed back"* ]]
	[[ $before == "$(nodes; getfacl -p "$PORT/tcp/80")" ]]
	rm "$PORT/tcp/82"
	mkdir "$PORT/tcp/82"
	run -1 --separate-stderr portctl release tcp/80-83
	[[ ${stderr_lines[0]} == *"cannot change tcp/82: "* && ${stderr_lines[1]} == *"all ports that were changed have been changed back"* ]]
	[[ $before == "$(nodes; getfacl -p "$PORT/tcp/80")" ]]
}

@test "what cannot be saved is not changed, or does not count as usage" {
	echo nonsense >"$ETC/10.conf"
	unchanged 2 "10.conf:1:1" portctl grant nobody tcp/80 --save
	rm "$ETC/10.conf"
	mkdir "$ETC/90-saved.conf"
	says 1 "90-saved.conf" portctl grant nobody tcp/80 --save
}

@test "a dry run only shows" {
	node tcp/80 daemon 600
	before=$(nodes)
	run -0 portctl grant -n nobody tcp/80-81
	[[ $output == "-tcp 80 daemon 0600
+tcp 80 nobody 0600
+tcp 81 nobody 0600" ]]
	run -0 portctl release --dry-run tcp/80
	[[ $output == "-tcp 80 daemon 0600" ]]
	[[ $(nodes) == "$before" ]]
}

@test "what is not saved yet is said on a terminal only" {
	run -0 portctl grant nobody tcp/80
	[[ -z $output ]]
	run -0 script -qec "portctl grant daemon tcp/80" /dev/null
	[[ $output == *"not saved yet: 'portctl save'"* ]]
	# Nothing was changed.
	run -0 script -qec "portctl grant daemon tcp/80" /dev/null
	[[ -z $output ]]
	run -0 script -qec "portctl grant nobody tcp/81 --save" /dev/null
	[[ -z $output && -s $SAVED ]]
}

@test "nobody but root changes" {
	chmod 711 "$BATS_RUN_TMPDIR"
	install -m 755 "$(command -v portctl)" "$BATS_TEST_TMPDIR/portctl"
	node tcp/80 daemon 600
	unchanged 1 "cannot change tcp/80: Operation not permitted (this needs root)" \
		setpriv --reuid nobody --clear-groups "$BATS_TEST_TMPDIR/portctl" grant nobody tcp/80
}

@test "whoever reads its words, what is begun is ended" {
	node tcp/8080 daemon 600
	portctl save
	exec {words}> >(exec true)
	wait $!
	run -0 bash -c 'exec portctl grant games tcp/8080 --save 2>&"$1"' - "$words"
	[[ $(nodes) == "tcp/8080 5:0 600" ]]
	grep -qx "tcp 8080 games 0600" "$SAVED"
	# Nobody is told that head(1) has read enough, but of a disk that is full.
	run -1 --separate-stderr bash -c 'exec portctl list >&"$1"' - "$words"
	[[ -z $stderr ]]
	portctl grant bin $(seq -f tcp/%g 1 2 9999)
	run -1 --separate-stderr bash -c 'exec portctl list >&"$1"' - "$words"
	[[ -z $stderr ]]
	says 1 "cannot write: No space left on device" bash -c 'portctl list >/dev/full'
	exec {words}>&-
}

# signalled COMMAND…: with no signal ignored, as those are of what runs in the background.
signalled() { env --default-signal=INT,TERM,HUP,QUIT "$@"; }

# ended SIGNAL SYSCALL COMMAND…: the signal comes with the third such call; what is said is in $stderr.
ended() {
	local signal=$1 call=$2
	shift 2
	run --separate-stderr signalled strace -f -qq -o trace -e "trace=$call" -e "inject=$call:signal=$signal:when=3" "$@"
	echo "status: $status"
	echo "stderr: $stderr"
	grep -q "+++ killed by SIG$signal +++" trace
	[[ $stderr == *"stopped by SIG$signal; the table is changed"* ]]
}

@test "a signal in the middle of a change waits for its end" {
	local signal command
	for signal in INT TERM HUP QUIT; do
		ended $signal fchownat portctl grant 1 tcp/8000-8019
		[[ $(nodes | grep -c ' 1:0 600$') == 20 ]]
		ended $signal setxattr portctl allow 2 tcp/8000-8019
		[[ $(getfacl -cnp "$PORT"/tcp/* | grep -c '^user:2:rw-') == 20 ]]
		ended $signal setxattr portctl deny 2 tcp/8000-8019
		[[ $(nodes | grep -c ' 1:0 600$') == 20 ]]
		ended $signal fchownat portctl revoke +1 tcp/8000-8019
		[[ $(nodes | grep -c ' 0:0 600$') == 20 ]]
		ended $signal unlinkat portctl release tcp/8000-8009
		[[ $(nodes | wc -l) == 10 ]]
		ended $signal unlinkat portctl flush
		[[ -z $(nodes) ]]
		for command in restore 'restore --boot' sync 'restore table'; do
			echo 'tcp 8000-8019 2 600' | tee table >"$ETC/10.conf"
			# shellcheck disable=SC2086
			ended $signal fchownat portctl $command
			[[ $(nodes | grep -c ' 2:0 600$') == 20 ]]
			echo '# nothing' | tee table >"$ETC/10.conf"
			# shellcheck disable=SC2086
			ended $signal unlinkat portctl $command
			[[ -z $(nodes) ]]
		done
		echo 'tcp 8000-8019 nosuchuser 600' >"$ETC/10.conf"
		portctl restore --boot
		echo 'tcp 8000-8019 2 600' >"$ETC/10.conf"
		ended $signal fchownat portctl sync --late
		[[ $(nodes | grep -c ' 2:0 600$') == 20 && ! -e $PORTCTL_ROOT/run/portctl ]]
		portctl flush
	done
}

@test "a signal in the middle of a change that is to be saved waits for that, too" {
	ended TERM fchownat portctl grant -s 1 tcp/8000-8019
	[[ $stderr == *'the table is changed and saved' ]]
	grep -q '^tcp 8000-8019 .* 0600$' "$SAVED"
	# One of the file alone: it is written, and nothing lies beside it.
	portctl grant 2 udp/53
	run --separate-stderr signalled strace -qq -o trace -e trace=fsync -e inject=fsync:signal=INT:when=1 portctl save
	grep -q '+++ killed by SIGINT +++' trace
	[[ $stderr == *'90-saved.conf is saved' && $(ls -A "$ETC") == 90-saved.conf ]]
	grep -q '^udp 53 ' "$SAVED"
}

@test "a signal while a change is undone waits for that, and one that is ignored is not spoken of" {
	node tcp/8000 1 600
	run --separate-stderr signalled strace -qq -o trace -e trace=fchownat -e inject=fchownat:error=EIO:signal=TERM:when=5 \
		portctl grant 2 tcp/8000-8009
	echo "$stderr"
	[[ $(nodes) == 'tcp/8000 1:0 600' && $stderr == *'have been changed back'*'stopped by SIGTERM; the command has failed' ]]
	run -0 --separate-stderr nohup strace -qq -o trace -e trace=fchownat -e inject=fchownat:signal=HUP:when=3 \
		portctl grant 2 tcp/8000-8009
	[[ $(nodes | grep -c ' 2:0 600$') == 10 && $stderr != *HUP* ]]
}
