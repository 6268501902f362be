#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2030,SC2031 # bats sets them, and has a subshell for each test
# What comes from elsewhere, names above all, and what of it reaches a terminal or a program.

load lib.bash

# harmless TEXT: no control character, as ASCII or as C1, none that gives a direction, takes no column or joins
# another one, and no byte that is no UTF-8.
harmless() {
	python3 -c '
import os, sys, unicodedata
text = os.fsencode(sys.argv[1]).decode()
bad = [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Mn", "Zl", "Zp") and c not in "\n\r"]
assert not bad, bad' "$1"
}

@test "a message shows what was typed, and commands no terminal" {
	for locale in C C.UTF-8; do
		export LC_ALL=$locale
		for name in $'\e[31m' $'\x9b31m' $'\xc2\x9b31m' $'a\nb' $'\xff' $'\x7f'; do
			unchanged 2 "there is no user '" portctl test "$name" 80
			harmless "$stderr"
			unchanged 2 "there is no user '" portctl grant "$name" 80
			harmless "$stderr"
			run ! --separate-stderr portctl check "$name"
			harmless "$stderr"
			run ! --separate-stderr portctl "$name"
			harmless "$stderr"
			run ! --separate-stderr portctl list -o "$name"
			harmless "$stderr"
			run ! --separate-stderr portctl list "--$name"
			harmless "$stderr"
		done
	done
	unchanged 2 "there is no user '\\x1b[31m'" portctl test $'\e[31m' 80
	LC_ALL=C.UTF-8 unchanged 2 "there is no user 'jürgen'" portctl test jürgen 80
}

# listening NAME USER PORT COMMAND…: while a process of that name, any bytes, listens in a network of its own.
listening() {
	unshare --net bash -euc '
		ip link set lo up
		mkfifo "$BATS_TEST_TMPDIR/ready.$$"
		setpriv --reuid "$2" --clear-groups --inh-caps=-all --bounding-set=-all /usr/bin/python3 -c "
import os, socket, sys, time
open(\"/proc/self/comm\", \"wb\").write(os.fsencode(sys.argv[1]))
s = socket.create_server((\"127.0.0.1\", int(sys.argv[2])))
print(flush=True)
time.sleep(600)" "$1" "$3" >"$BATS_TEST_TMPDIR/ready.$$" &
		trap "kill $!" EXIT
		read -r <"$BATS_TEST_TMPDIR/ready.$$"
		shift 3
		"$@"' listening "$@"
}

@test "a process's name, whatever it is" {
	local name
	node tcp/8080 nobody 600
	for name in $'\e[31m' $'\x9b31m' $'\xc2\x9b31m' $'a\nb' $'a\n' $'\xff\xfe' $'\x7f' $'\xe2\x82' $'\xed\xa0\x80' \
		$'\xf4\x90\x80\x80' $'\xc0\x80' '"\' 'a, b[1]'; do
		for locale in C C.UTF-8; do
			LC_ALL=$locale run -0 --separate-stderr listening "$name" nobody 8080 portctl -H
			harmless "$output$stderr"
			[[ ${#lines[@]} == 1 ]]
			LC_ALL=$locale listening "$name" nobody 8080 portctl -j >json
			harmless "$(<json)"
			python3 -c '
import json, os, sys
name = json.load(open("json", "rb"))["ports"][0]["listeners"][0]["process"]
assert os.fsencode(sys.argv[1]).decode(errors="replace").rstrip("\ufffd") == name.rstrip("\ufffd"), name' "$name"
		done
	done
	LC_ALL=C.UTF-8 run -0 listening jürgen nobody 8080 portctl -H -o listeners
	[[ $output =~ ^"jürgen["[0-9]+"] nobody"$ ]]
	LC_ALL=C.UTF-8 run -0 listening $'\e[31m' nobody 8080 portctl -H -o listeners
	[[ $output =~ ^"\\x1b[31m["[0-9]+"] nobody"$ ]]
}

# named NAME COMMAND…: while user 54321 and group 54321 are called NAME, any bytes.
named() {
	unshare --mount bash -euc '
		cp /etc/passwd passwd
		cp /etc/group group
		printf "%s:x:54321:54321::/:/bin/sh\n" "$1" >>passwd
		printf "%s:x:54321:\n" "$1" >>group
		mount --bind passwd /etc/passwd
		mount --bind group /etc/group
		shift
		"$@"' named "$@"
}

@test "a user's name, whatever it is" {
	local name command
	node tcp/80 54321:54321 660
	setfacl -m u:54321:rw "$PORT/tcp/80"
	for name in $'\e[31m' $'\x9b31m' $'\xc2\x9b31m' $'\xff' $'\x7f' $'\xed\xa0\x80' 'a"\b'; do
		for command in 'list 80' 'test 54321 80' diff 'save -' 'list 80 -j' 'test 54321 80 -j' 'diff -j'; do
			# shellcheck disable=SC2086
			LC_ALL=C.UTF-8 run --separate-stderr named "$name" portctl $command
			echo "$command: $output$stderr"
			harmless "$output$stderr"
			((${#lines[@]} > 0))
			[[ $command != *-j ]] || python3 -m json.tool <<<"$output" >/dev/null
		done
	done
}

# What hides, turns or joins what stands around it: bidirectional controls, widths of zero, a combining accent,
# separators of lines, tags.
HIDDEN=($'a\u202eb' $'a\u2066b' $'a\u061cb' $'a\u200bb' $'a\u200fb' $'\ufeffa' $'a\u00adb' $'u\u0308' $'a\u2028b' $'a\U000e0041b'
	$'\u3164')

# terminal COMMAND: on one that is wide enough; its output is $output, without colours.
terminal() {
	run -0 timeout 60 script -qec "stty cols 200; export NO_COLOR=1; $1" /dev/null
	output=${output//$'\r'/}
}

@test "names that hide or turn what stands beside them are shown by their bytes" {
	local name
	export LC_ALL=C.UTF-8
	node tcp/80 54321:54321 660
	setfacl -m u:54321:rw "$PORT/tcp/80"
	cat >all <<-'END'
		portctl -H -o owner
		portctl list 80
		# Programs get a letter and its accent as they are.
		[[ $1 == u* ]] || portctl list -j
		[[ $1 == u* ]] || portctl diff -j
		portctl test 54321 80
		portctl save -
		portctl save -n
		portctl diff
		portctl grant -n 1 tcp/80
		portctl deny "$1" tcp/80
		portctl check "$1.conf"
		true
	END
	for name in "${HIDDEN[@]}"; do
		terminal "$(declare -f named); named '$name' bash all '$name'"
		harmless "$output"
		[[ $output == *'\x'* && $output == *'tcp 80 '*'\'[0-3]* && $output != *"$name"* ]]
	done
	# What is seen as it is, is shown where the locale has it, and in octal digits elsewhere.
	terminal "$(declare -f named); named jürgen portctl save -"
	[[ $output == 'tcp 80 jürgen:jürgen 0660 u:jürgen:rw-,g::rw-' ]]
	LC_ALL=C terminal "$(declare -f named); named jürgen portctl save -"
	[[ $output == 'tcp 80 j\303\274rgen:j\303\274rgen 0660 u:j\303\274rgen:rw-,g::rw-' ]]
}

@test "what a terminal shows of save, check and restore read as the same" {
	local name
	node tcp/80 54321:54321 660
	setfacl -m u:54321:rw "$PORT/tcp/80"
	cat >all <<-'END'
		set -e
		before=$(getfacl -n "$1")
		for LC_ALL in C C.UTF-8; do
			export LC_ALL
			script -qec "portctl save -" /dev/null | tr -d '\r' >"shown.$LC_ALL"
			portctl save "file.$LC_ALL"
			for file in "shown.$LC_ALL" "file.$LC_ALL"; do
				cat "$file"
				portctl check "$file"
				rm "$1"
				portctl restore "$file"
				[[ $(getfacl -n "$1") == "$before" ]]
			done
		done
		# In a file nothing depends on the locale.
		cmp file.C file.C.UTF-8
	END
	for name in $'a\u202eb' $'u\u0308' jürgen $'\\\u202ex' '\ü' '\\ü' $'\xff'; do
		run -0 timeout 60 bash -c "$(declare -f named)"'; named "$@"' - "$name" bash all "$PORT/tcp/80"
		[[ $output != *$'\u202e'* && $output != *$'\xff'* ]]
	done
	# Comments are anybody's.
	printf '# \e[31m\u202e\ntcp 80 1 600\n' >file
	LC_ALL=C.UTF-8 terminal "portctl save -n file"
	harmless "$output"
	[[ $output == *'# \033[31m\342\200\256'* ]]
}

@test "columns by characters, cut to the terminal" {
	node tcp/80 54321 600
	node tcp/443 nobody 600
	export LC_ALL=C.UTF-8
	run -0 named jürgen portctl -H -o port,owner,mode
	[[ $output == "tcp/80   jürgen  0600
tcp/443  nobody  0600" ]]
	run -0 named 中文 portctl -H -o port,owner,mode
	[[ $output == "tcp/80   中文    0600
tcp/443  nobody  0600" ]]
	node tcp/443 nobody 660
	setfacl -m "$(printf 'u:%s:rw,' {1000..1020})" "$PORT/tcp/443"
	run -0 script -qec "stty cols 60; portctl" /dev/null
	for line in "${lines[@]}"; do
		line=$(sed $'s/\e\\[[0-9]*m//g; s/[ \r]*$//' <<<"$line")
		((${#line} <= 60))
	done
	((${#lines[@]} == 3))
	# A script gets all of it.
	run -0 portctl
	[[ $output == *u:1020:rw-* ]]
}

@test "! marks only who may not bind" {
	node tcp/8080 daemon 600
	run -0 listening x nobody 8080 portctl -H -o listeners
	[[ $output == '!x['* ]]
	for mode in 602 606 660; do
		chmod "$mode" "$PORT/tcp/8080"
		chgrp nogroup "$PORT/tcp/8080"
		LC_ALL=C run -0 listening x nobody 8080 portctl -H -o listeners
		# Without the group that a login would give.
		case $mode in
		660) [[ $output == '!x['* ]] ;;
		*) [[ $output == 'x['* ]] ;;
		esac
	done
	chmod 600 "$PORT/tcp/8080"
	setfacl -m u:nobody:w "$PORT/tcp/8080"
	run -0 listening x nobody 8080 portctl -H -o listeners
	[[ $output == 'x['* ]]
	# Root may: as root with what root can do, but not where the sticky bit holds.
	setfacl -b "$PORT/tcp/8080"
	chmod 600 "$PORT/tcp/8080"
	run -0 unshare --net bash -ec 'ip link set lo up
		coproc python3 -c "import socket, sys; s = socket.create_server((\"127.0.0.1\", 8080)); print(flush=True); sys.stdin.read()"
		read -r <&"${COPROC[0]}"
		portctl -H -o listeners
		chmod 1600 "$1"
		portctl -H -o listeners
		: "Not in place of this shell, which holds the pipe."' - "$PORT/tcp/8080"
	[[ ${lines[0]} == 'python3['* && ${lines[1]} == '!python3['* ]]
}

@test "JSON from the first line, errors included" {
	local command
	echo nonsense >"$ETC/10.conf"
	for command in 'list -x -j' 'list -j -o colour' 'list -j tcp/0' 'tcp/0 -j' 'list --json tcp/0' 'grant -j nobody' 'nonsense -j' \
		'list -Hj --wrong' 'list --js --wrong' 'list --wrong -xNj' 'version -j' \
		'check -j' 'diff -j' 'check -j /nonexistent' 'test -j nosuchuser 80' 'test -j' 'check -j a b'; do
		# shellcheck disable=SC2086
		run ! --separate-stderr portctl $command
		echo "$command: $output$stderr"
		[[ -z $stderr ]]
		python3 -c '
import json, sys
document = json.loads(sys.argv[1])
assert document["version"] == 1 and list(document) == ["version", "errors"], document
error, = document["errors"]
assert set(error) == {"severity", "text", "file", "line", "column"} and error["severity"] == "error"' "$output"
	done
	portctl check -j | python3 -c '
import json, sys
error, = json.load(sys.stdin)["errors"]
assert error["file"].endswith("/etc/portctl.d/10.conf") and (error["line"], error["column"]) == (1, 1)' 
	# What can be listed is.
	node tcp/80 nobody 600
	portctl -j | python3 -c '
import json, sys
document = json.load(sys.stdin)
assert document["ports"][0]["saved"] is None and len(document["errors"]) == 1'
}

@test "help and version are text, and a word after -- or an option is no option" {
	local command
	for command in '-j --version' '-jV' '--vers --js' '--he -j' 'list -jh'; do
		# shellcheck disable=SC2086
		run -0 --separate-stderr portctl $command
		[[ $output == portctl* && $output != *[{}]* && -z $stderr ]]
	done
	for command in 'list -o -j' 'list -- -j'; do
		# shellcheck disable=SC2086
		run -2 --separate-stderr portctl $command
		[[ -z $output && -n $stderr ]]
	done
}

@test "JSON of test, diff and check" {
	echo 'tcp 80 nobody 600' >"$ETC/10.conf"
	run -0 --separate-stderr portctl check -j
	[[ $output == '{'*'"version": 1,'*'"errors": []'*'}' && -z $stderr ]]
	node tcp/80 daemon 600
	run -1 portctl diff -j
	python3 -c '
import json, sys
document = json.loads(sys.argv[1])
assert list(document) == ["version", "differences", "errors"] and document["errors"] == []
difference, = document["differences"]
assert (difference["protocol"], difference["port"]) == ("tcp", 80)
assert difference["files"]["owner"] == "nobody" and difference["table"]["owner"] == "daemon"
assert set(difference["files"]) == {"claimed", "owner", "uid", "group", "gid", "mode", "acl"}' "$output"
	run -1 portctl test -j nobody 80,8080/tcp
	python3 -c '
import json, sys
document = json.loads(sys.argv[1])
assert list(document) == ["version", "user", "uid", "ports", "errors"] and document["user"] == "nobody"
low, high = document["ports"]
assert low["may_bind"] is False and low["claimed"] and "is neither its owner" in low["reason"]
assert high["may_bind"] is True and not high["claimed"] and high["mode"] == "0666"' "$output"
	run -0 portctl test -j daemon 80/tcp
	portctl sync
	run -0 portctl diff -j
	[[ $output == *'"differences": []'* ]]
}
