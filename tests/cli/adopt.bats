#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # bats sets them
# shellcheck disable=SC2016 # shells elsewhere expand it
# adopt: rules for what listens now; and a service that starts as root, made one that does not, and back.

load lib.bash
load host.bash

UNIT=nginx.service

# What systemctl was told. It fails at the first words of $BATS_TEST_TMPDIR/fails, once, and at all that are in
# $BATS_TEST_TMPDIR/never; at those of $BATS_TEST_TMPDIR/interrupted somebody types Ctrl+C. The unit is loaded and active,
# unless $BATS_TEST_TMPDIR/state says otherwise.
systemctl_stub() {
	mkdir -p "$PORTCTL_ROOT/usr/bin"
	cat >"$PORTCTL_ROOT/usr/bin/systemctl" <<-END
		#!/bin/sh
		if [ "\$1" = show ]; then
			cat "$BATS_TEST_TMPDIR/state" 2>/dev/null || printf 'LoadState=loaded\\nActiveState=active\\n'
			exit
		fi
		echo "\$*" >>"$BATS_TEST_TMPDIR/told"
		! grep -qx "\$*" "$BATS_TEST_TMPDIR/interrupted" 2>/dev/null || kill -s INT "\$PPID"
		! grep -qx "\$*" "$BATS_TEST_TMPDIR/never" 2>/dev/null || exit 1
		if [ "\$*" = "\$(cat "$BATS_TEST_TMPDIR/fails" 2>/dev/null)" ]; then
			rm "$BATS_TEST_TMPDIR/fails"
			exit 1
		fi
	END
	chmod 755 "$PORTCTL_ROOT/usr/bin/systemctl"
	unit "$UNIT" <<<$'[Service]\nExecStart=/usr/sbin/nginx'
	DROPIN=$PORTCTL_ROOT/etc/systemd/system/$UNIT.d/zzz-portctl-adopt.conf
}

adopt() {
	run --separate-stderr held tcp 80 root "$UNIT" portctl adopt "$@"
	printf '%s\n' "$output" "$stderr"
}

# adopted: as it is after --apply, saved.
adopted() { [[ $(nodes) == "tcp/80 $(id -u www-data):0 600" && -e $DROPIN ]] && grep -qx 'tcp 80 www-data 0600' "$SAVED"; }

# as_before: with neither a rule nor a file of it.
as_before() { [[ -z $(nodes) && ! -e $SAVED && ! -e ${DROPIN%/*} ]]; }

@test "what listens now, as a file to review" {
	run -0 --separate-stderr held tcp 8080 nobody web.service portctl adopt
	[[ -z $stderr && $output == "# python3 listens now
tcp 8080 nobody 0600" ]]
	file etc/systemd/system/web.service <<<'[Service]'
	run -0 --separate-stderr held udp 53 nobody web.service portctl adopt
	[[ $output == "# python3 listens now, of web.service
udp 53 nobody 0600" ]]
	[[ -z $(nodes) ]]
	portctl check - <<<"$output"
	# What the kernel may have chosen, what is root's, and what has a rule.
	run -0 --separate-stderr held udp 40000 nobody web.service portctl adopt
	[[ $output == "# udp/40000 not proposed: python3 is nobody's; the kernel may have chosen this port for it
# nothing to propose" ]]
	file proc/sys/net/ipv4/ip_local_port_range <<<'50000	60000'
	run -0 --separate-stderr held udp 40000 nobody web.service portctl adopt
	[[ $output == *"
udp 40000 nobody 0600" ]]
	run -0 --separate-stderr held tcp 80 root web.service portctl adopt
	[[ $output == "# tcp/80 not proposed: python3 is root's; root needs no rule
# nothing to propose" ]]
	node tcp/8080 daemon 600
	run -0 --separate-stderr held tcp 8080 nobody web.service portctl adopt
	[[ $output == "# nothing to propose" ]]
}

@test "a service that is known is left to its own command" {
	systemctl_stub
	adopt
	[[ $status == 0 && $output == "# tcp/80 not proposed: python3 is root's; use 'portctl adopt nginx.service'
"* ]]
}

@test "what cannot be" {
	systemctl_stub
	unchanged 2 "--apply needs a service, as in: portctl adopt --apply nginx" portctl adopt --apply
	unchanged 2 "--undo needs a service" portctl adopt --undo
	unchanged 2 "use either --apply or --undo" portctl adopt --apply --undo nginx
	unchanged 2 "too many arguments" portctl adopt nginx named
	unchanged 1 "sshd.service is not among the services known to run as an ordinary user (" portctl adopt sshd
	unchanged 1 "nginx.service has no privileged port now; start it first" unshare --net portctl adopt nginx
	unchanged 1 "nginx.service was not adopted: $DROPIN is not there, or not portctl's" portctl adopt --undo nginx
	node tcp/80 daemon 600
	unchanged 1 "tcp/80 is daemon's; run 'portctl allow www-data tcp/80' first" \
		held tcp 80 root "$UNIT" portctl adopt --apply nginx
	unit "$UNIT" <<<$'[Service]\nUser=www-data'
	unchanged 1 "nginx.service starts as www-data already" portctl adopt --apply nginx
	rm "$PORTCTL_ROOT/etc/systemd/system/$UNIT"
	unchanged 1 "there is no nginx.service" portctl adopt nginx
	[[ ! -e told && ! -e $DROPIN ]]
}

@test "the completions know the services" {
	local known
	known=$(portctl adopt sshd 2>&1 | sed 's/.*(\(.*\)).*/\1/; s/,//g')
	[[ $known == *"lighttpd.service named.service nginx.service" ]]
	grep -qF -- "-W '$known'" "$TOOLS/completions/portctl.bash"
	grep -qF -- "($known)" "$TOOLS/completions/_portctl"
}

@test "a service: shown, done, and undone" {
	systemctl_stub
	adopt nginx
	[[ $status == 0 && ! -e told && ! -e $DROPIN && -z $(nodes) ]]
	[[ $output == *"
portctl grant --save www-data tcp/80
mkdir -p ${DROPIN%/*}
cat >$DROPIN <<'END'
# portctl adopt: tcp/80
[Service]
User=www-data
"*"
END
systemctl daemon-reload
systemctl restart nginx.service" ]]
	sed -n "/<<'END'/,/^END/p" <<<"$output" | sed '1d; $d' >shown
	adopt --apply nginx
	[[ $status == 0 && $(<told) == $'daemon-reload\nrestart nginx.service' ]]
	[[ $(nodes) == "tcp/80 $(id -u www-data):0 600" ]]
	cmp shown "$DROPIN"
	portctl diff
	adopt --apply nginx
	[[ $status == 1 && $stderr == *"nginx.service starts as www-data already" ]]
	: >told
	run -0 portctl adopt --undo nginx.service
	[[ $(<told) == $'stop nginx.service\ndaemon-reload\nstart nginx.service' && -z $(nodes) && ! -e ${DROPIN%/*} ]]
	portctl diff
}

@test "a service: ports that it had, and ports that are changed since, stay" {
	systemctl_stub
	node tcp/80 www-data 600
	adopt nginx
	[[ $status == 0 && ${lines[1]} == "portctl save" ]]
	adopt --apply nginx
	[[ $status == 0 && $(<"$DROPIN") == "# portctl adopt: 
"* ]]
	run -0 portctl adopt --undo nginx
	[[ $(nodes) == "tcp/80 $(id -u www-data):0 600" ]]
	rm "$PORT/tcp/80"
	adopt --apply nginx
	portctl allow nobody tcp/80
	touch "${DROPIN%/*}/other.conf"
	run -0 portctl adopt --undo nginx
	[[ $(nodes) != "" && -e ${DROPIN%/*}/other.conf && ! -e $DROPIN ]]
}

@test "a service: a port that is another's, who allows it" {
	systemctl_stub
	node tcp/80 daemon 600
	adopt --apply nginx
	[[ $status == 1 && $stderr == *"'portctl allow www-data tcp/80' first" ]]
	portctl allow www-data tcp/80
	adopt --apply nginx
	[[ $status == 0 && $(<"$DROPIN") == "# portctl adopt: 
"* ]]
	portctl test daemon tcp/80
}

@test "a service that does not stop keeps its drop-in and its ports" {
	systemctl_stub
	adopt --apply nginx
	echo "stop nginx.service" >fails
	run -1 --separate-stderr portctl adopt --undo nginx
	[[ $stderr == *"nginx.service does not stop, so its drop-in and its ports stay: 'systemctl status nginx.service'" ]]
	[[ -e $DROPIN && $(nodes) == "tcp/80 $(id -u www-data):0 600" ]]
	run -0 portctl adopt --undo nginx
	[[ ! -e $DROPIN && -z $(nodes) ]]
}

@test "nginx: only its own files of logs are made its user's" {
	systemctl_stub
	mkdir -p log/site
	touch log/access.log log/site/access.log target
	ln -s ../target log/link.log
	adopt nginx
	[[ $output == *" chown -h www-data {} +"* ]]
	sed -n "s:^ExecStartPre=+\(/usr/bin/find \)/var/log/nginx:\1log:p" <<<"$output" >make-own
	[[ $(wc -l <make-own) == 1 ]]
	sh make-own
	[[ $(find log target -user www-data) == log/access.log ]]
}

@test "a name that commands a terminal" {
	cp /etc/passwd passwd
	printf 'ev\e[31mil:x:4711:4711::/:/bin/sh\n' >>passwd
	export -f held
	run -0 --separate-stderr unshare --mount bash -euc '
		mount --bind passwd /etc/passwd
		held udp 40000 "$1" web.service portctl adopt' - $'ev\e[31mil'
	[[ $output != *$'\e'* && $output == *'python3 is ev\x1b[31mil'"'s; the kernel may have chosen this port"* ]]
}

@test "a service that does not start so starts as before" {
	systemctl_stub
	echo "restart nginx.service" >fails
	adopt --apply nginx
	[[ $status == 1 && $stderr == *"nginx.service does not start as www-data, so it starts as before; 'journalctl -u nginx.service' says why"* ]]
	[[ $(<told) == $'daemon-reload\nrestart nginx.service\nstop nginx.service\ndaemon-reload\nstart nginx.service' ]]
	[[ -z $(nodes) && ! -e ${DROPIN%/*} ]]
	portctl diff
	# Where the rules cannot be saved.
	: >told
	run --separate-stderr held tcp 80 root "$UNIT" unshare --mount bash -euc '
		mount --bind "$1" "$1"
		mount -o remount,ro,bind "$1"
		exec portctl adopt --apply nginx' - "$ETC"
	[[ $status == 1 && $stderr == "portctl: cannot write $SAVED: Read-only file system" ]]
	[[ -z $(nodes) && ! -e ${DROPIN%/*} && ! -s told ]]
	# Where the drop-in cannot be written.
	: >told
	: >"${DROPIN%/*}"
	adopt --apply nginx
	[[ $status == 1 && -z $(nodes) && ! -s told ]]
}

@test "a drop-in that is not portctl's stays as it is" {
	systemctl_stub
	# What doctor says to append to.
	file "etc/systemd/system/$UNIT.d/zz-port-owner.conf" <<<'[Service]'
	adopt --apply nginx
	[[ $status == 0 ]]
	run -0 portctl adopt --undo nginx
	[[ $(ls -A "${DROPIN%/*}") == zz-port-owner.conf && $(<"${DROPIN%/*}/zz-port-owner.conf") == '[Service]' ]]
	# One of adopt's own name.
	: >told
	echo '# mine' >"$DROPIN"
	for how in nginx '--apply nginx'; do
		# shellcheck disable=SC2086
		unchanged 1 "$DROPIN is there, and not portctl's: move it away first" held tcp 80 root "$UNIT" portctl adopt $how
	done
	unchanged 1 "nginx.service was not adopted" portctl adopt --undo nginx
	[[ $(<"$DROPIN") == '# mine' && ! -s told ]]
}

@test "--undo knows a drop-in of the name that it had once" {
	systemctl_stub
	adopt --apply nginx
	mv "$DROPIN" "${DROPIN%/*}/zz-port-owner.conf"
	run -0 portctl adopt --undo nginx
	[[ -z $(nodes) && ! -e ${DROPIN%/*} ]]
}

@test "a drop-in of portctl's that does not count is undone first" {
	systemctl_stub
	adopt --apply nginx
	file "etc/systemd/system/$UNIT.d/zzz.conf" <<<$'[Service]\nUser=root'
	unchanged 1 "nginx.service starts as root, though $DROPIN is there: 'portctl adopt --undo nginx.service' first" \
		held tcp 80 root "$UNIT" portctl adopt --apply nginx
	run -0 portctl adopt --undo nginx
	[[ -z $(nodes) && $(ls -A "${DROPIN%/*}") == zzz.conf ]]
}

@test "a service that another drop-in keeps root" {
	systemctl_stub
	file "etc/systemd/system/$UNIT.d/zzz.conf" <<<$'[Service]\nUser=root'
	for how in nginx '--apply nginx'; do
		# shellcheck disable=SC2086
		unchanged 1 "nginx.service would not start as www-data, for ${DROPIN%/*}/zzz.conf says otherwise; nothing is changed" \
			held tcp 80 root "$UNIT" portctl adopt $how
	done
	[[ $(ls -A "${DROPIN%/*}") == zzz.conf && ! -e told ]]
	# One that sorts before does not count, nor does the unit's own file.
	mv "${DROPIN%/*}/zzz.conf" "${DROPIN%/*}/zzz-a.conf"
	adopt nginx
	[[ $status == 0 ]]
}

@test "a service that another drop-in gives the capability" {
	systemctl_stub
	file "etc/systemd/system/$UNIT.d/zzz.conf" <<-'END'
		[Service]
		AmbientCapabilities=CAP_NET_BIND_SERVICE
		CapabilityBoundingSet=CAP_NET_BIND_SERVICE
	END
	for how in nginx '--apply nginx'; do
		# shellcheck disable=SC2086
		unchanged 1 "nginx.service would still have CAP_NET_BIND_SERVICE, for ${DROPIN%/*}/zzz.conf gives it; nothing is changed" \
			held tcp 80 root "$UNIT" portctl adopt $how
	done
	[[ $(ls -A "${DROPIN%/*}") == zzz.conf && ! -e told ]]
}

@test "a drop-in of the same name in a folder that hides it" {
	systemctl_stub
	local other=$PORTCTL_ROOT/run/systemd/system.control/$UNIT.d/${DROPIN##*/}
	file "${other#"$PORTCTL_ROOT/"}" </dev/null
	for how in nginx '--apply nginx'; do
		# shellcheck disable=SC2086
		unchanged 1 "$other is there, and not portctl's: move it away first" held tcp 80 root "$UNIT" portctl adopt $how
	done
	[[ ! -e $DROPIN && ! -e told ]]
}

@test "who is not root does not see the ports" {
	systemctl_stub
	chmod 711 "$BATS_RUN_TMPDIR"
	install -m 755 "$(command -v portctl)" "$BATS_TEST_TMPDIR/portctl"
	run --separate-stderr held tcp 80 root "$UNIT" \
		setpriv --reuid nobody --clear-groups "$BATS_TEST_TMPDIR/portctl" adopt nginx
	echo "$stderr"
	[[ $status == 1 && $stderr == "portctl: only root sees which ports nginx.service has" ]]
}

@test "--undo changes nothing if it cannot do all, and can be said again" {
	systemctl_stub
	adopt --apply nginx
	echo 'tcp 80' >"$ETC/10.conf"
	: >told
	run -2 --separate-stderr portctl adopt --undo nginx
	[[ $stderr == "$ETC/10.conf:1:7: error: the owner is missing"* && ! -s told ]]
	adopted
	rm "$ETC/10.conf"
	# Where they cannot be saved.
	run -1 --separate-stderr unshare --mount bash -euc '
		mount --bind "$1" "$1"
		mount -o remount,ro,bind "$1"
		exec portctl adopt --undo nginx' - "$ETC"
	[[ $stderr == "portctl: cannot write $SAVED: Read-only file system" && ! -s told ]]
	adopted
	# Where they can be only at first.
	run -1 --separate-stderr strace -f -qq -o trace -e trace=renameat -e inject=renameat:error=EIO \
		portctl adopt --undo nginx
	[[ $stderr == "portctl: cannot write $SAVED: Input/output error" ]]
	[[ $(<told) == $'stop nginx.service\nstart nginx.service' ]]
	adopted
	# Where the drop-in cannot be removed.
	run -1 --separate-stderr unshare --mount bash -euc '
		mount --bind "$1" "$1"
		exec portctl adopt --undo nginx' - "$DROPIN"
	[[ $stderr == "portctl: cannot remove $DROPIN: Device or resource busy" ]]
	adopted
	# Where systemd does not read the files.
	echo daemon-reload >never
	run -1 --separate-stderr portctl adopt --undo nginx
	[[ $stderr == "portctl: 'systemctl daemon-reload' fails, so nothing is changed" ]]
	adopted
	rm never
	run -0 portctl adopt --undo nginx
	[[ -z $(nodes) && ! -e ${DROPIN%/*} ]]
	portctl diff
}

@test "--undo puts all back if the service does not start as root" {
	systemctl_stub
	adopt --apply nginx
	cp "$DROPIN" dropin
	echo 'start nginx.service' >fails
	: >told
	says 1 "nginx.service does not start as root, so it starts as before; 'journalctl -u nginx.service' says why" \
		portctl adopt --undo nginx
	[[ $(<told) == $'stop nginx.service\ndaemon-reload\nstart nginx.service\nstop nginx.service\ndaemon-reload\nstart nginx.service' ]]
	adopted
	cmp dropin "$DROPIN"
	portctl diff
	# Where it starts neither so nor as before.
	echo 'start nginx.service' >never
	run -1 --separate-stderr portctl adopt --undo nginx
	[[ ${stderr_lines[0]} == *"nginx.service does not start as before: 'systemctl status nginx.service'" ]]
	[[ ${stderr_lines[1]} == *"nginx.service does not start as root; 'journalctl -u nginx.service' says why" ]]
	adopted
}

@test "--undo of a service that is not there any more" {
	systemctl_stub
	adopt --apply nginx
	rm "$PORTCTL_ROOT/etc/systemd/system/$UNIT"
	printf 'LoadState=not-found\nActiveState=inactive\n' >state
	printf '%s\n' 'stop nginx.service' 'start nginx.service' >never
	: >told
	run -0 portctl adopt --undo nginx
	[[ $(<told) == daemon-reload && -z $(nodes) && ! -e ${DROPIN%/*} ]]
}

@test "--undo leaves a service stopped that was" {
	systemctl_stub
	adopt --apply nginx
	printf 'LoadState=loaded\nActiveState=inactive\n' >state
	echo daemon-reload >fails
	: >told
	run -1 portctl adopt --undo nginx
	adopted
	run -0 portctl adopt --undo nginx
	[[ $(grep -c '^stop ' told) == 2 && $(<told) != *'start '* && -z $(nodes) && ! -e ${DROPIN%/*} ]]
}

@test "--undo without a table takes the ports out of the file" {
	systemctl_stub
	echo 'tcp 25 daemon 600' >"$ETC/10.conf"
	node tcp/8080 daemon 600
	portctl sync --keep
	adopt --apply nginx
	grep -q '^tcp 80 ' "$SAVED"
	rm -r "$PORT"
	: >told
	run -0 --separate-stderr portctl adopt --undo nginx
	[[ -z $stderr && $(<told) == $'stop nginx.service\ndaemon-reload\nstart nginx.service' && ! -e ${DROPIN%/*} ]]
	[[ $(grep -v '^#' "$SAVED") == 'tcp 8080 daemon 0600' ]]
	# With the module, which has the rules until the next boot.
	mkdir -p "$PORT/tcp" "$PORT/udp" "$PORTCTL_ROOT/sys/module/portfs"
	portctl restore
	adopt --apply nginx
	rm -r "$PORT"
	says 0 "no table is mounted: the rules of tcp/80 are taken out of $SAVED alone, and hold until the next boot" \
		portctl adopt --undo nginx
	[[ $(grep -v '^#' "$SAVED") == 'tcp 8080 daemon 0600' && ! -e ${DROPIN%/*} ]]
}

@test "systemd that does not answer" {
	systemctl_stub
	printf '%s\n' daemon-reload 'restart nginx.service' 'stop nginx.service' 'start nginx.service' >never
	adopt --apply nginx
	[[ $status == 1 && $stderr == "portctl: 'systemctl daemon-reload' fails, so nothing is changed" ]]
	as_before
	# From the restart on.
	sed -i /reload/d never
	adopt --apply nginx
	[[ $status == 1 && ${stderr_lines[0]} == *"nginx.service does not stop, so its drop-in and its ports stay: "* ]]
	[[ ${stderr_lines[1]} == *"nginx.service does not start as www-data; "*"'portctl adopt --undo nginx.service' undoes it" ]]
	adopted
	rm never
	run -0 portctl adopt --undo nginx
	[[ -z $(nodes) && ! -e ${DROPIN%/*} ]]
}

@test "a service that starts neither so nor as before" {
	systemctl_stub
	printf '%s\n' 'restart nginx.service' 'start nginx.service' >never
	adopt --apply nginx
	[[ $status == 1 && $stderr != *"so it starts as before"* ]]
	[[ ${stderr_lines[0]} == *"nginx.service does not start as before: 'systemctl status nginx.service'" ]]
	[[ ${stderr_lines[1]} == *"nginx.service does not start as www-data; 'journalctl -u nginx.service' says why" ]]
	as_before
}

@test "a signal meanwhile waits until all is done, or as it was" {
	systemctl_stub
	echo 'restart nginx.service' | tee interrupted >never
	run --separate-stderr held tcp 80 root "$UNIT" env --default-signal=INT portctl adopt --apply nginx
	[[ $status == 130 && $stderr == *"so it starts as before; "*"stopped by SIGINT; the command has failed" ]]
	as_before
	rm never
	run --separate-stderr held tcp 80 root "$UNIT" env --default-signal=INT portctl adopt --apply nginx
	[[ $status == 130 && $stderr == *"stopped by SIGINT; nginx.service starts as www-data" ]]
	adopted
	echo 'stop nginx.service' >interrupted
	run --separate-stderr env --default-signal=INT portctl adopt --undo nginx
	[[ $status == 130 && $stderr == *"stopped by SIGINT; nginx.service starts as root" ]]
	[[ -z $(nodes) && ! -e ${DROPIN%/*} ]]
}

@test "what fails saves nobody's rules, and leaves the file as it was" {
	systemctl_stub
	node tcp/8080 daemon 600
	echo 'restart nginx.service' >never
	adopt --apply nginx
	[[ $status == 1 && ! -e $SAVED && $(nodes) == 'tcp/8080 '* ]]
	printf '# mine\n\n# for the proxy\ntcp  8081\tdaemon 600 # of course' >"$SAVED"
	cp "$SAVED" saved
	adopt --apply nginx
	[[ $status == 1 ]]
	cmp saved "$SAVED"
	# A folder of drop-ins that was there is there.
	mkdir "${DROPIN%/*}"
	adopt --apply nginx
	[[ $status == 1 && -d ${DROPIN%/*} ]]
	# Nor is one of table files left.
	rm -r "$ETC"
	adopt --apply nginx
	[[ $status == 1 && ! -e $ETC ]]
	mkdir "$ETC"
	adopt --apply nginx
	[[ $status == 1 && -d $ETC ]]
}

@test "a drop-in that cannot be read" {
	systemctl_stub
	mkdir -p "${DROPIN%/*}"
	ln -s loop.conf "${DROPIN%/*}/loop.conf"
	adopt --apply nginx
	[[ $status == 1 && $stderr == *"cannot read all of nginx.service: "*"loop.conf: Too many levels of symbolic links" ]]
	[[ ! -e told && ! -e $DROPIN && -z $(nodes) ]]
}
