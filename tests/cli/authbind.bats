#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2030,SC2031 # bats sets them
# import authbind: which names and lines give ports is what authbind's own helper says of them.

load lib.bash
load host.bash

imports() {
	run --separate-stderr unshare --net portctl import authbind "${@:2}"
	printf '%s\n' "$output" "$stderr"
	[[ $status == "$1" ]]
	printf '%s\n' "$output" | portctl check -
}

tcp() { grep ^tcp <<<"$output"; }
leaves() { [[ $(grep -cF -- "$1" <<<"$stderr") == 1 ]]; }
user() { file "etc/authbind/byuid/$1"; }

# lines: + or - and a line of byuid for the port P, each; authbind gives the port if +, passes the line over if -.
lines() {
	local sign line number=0 wrong=0
	while IFS=' ' read -r sign line; do
		number=$((number + 1))
		[[ $sign == [+-] ]]
		printf '%s\n' "$sign" >>signs
		printf '%b\n' "${line//P/$((100 + number))}"
	done | user 1
	run --separate-stderr unshare --net portctl import authbind
	number=0
	while read -r sign; do
		number=$((number + 1))
		if [[ $sign == + ]]; then
			grep -q "^tcp $((100 + number)) daemon 0600$" <<<"$output" && ! grep -q "byuid/1:$number: authbind" <<<"$stderr"
		else
			! grep -q "byuid/1:$number$" <<<"$output" && grep -q "byuid/1:$number: authbind " <<<"$stderr"
		fi || { sed -n "${number}s/^/not so: $sign /p" "$PORTCTL_ROOT/etc/authbind/byuid/1"; wrong=1; }
	done <signs
	((!wrong && number))
}

@test "lines: three forms" {
	lines <<-'END'
		+ 0.0.0.0/0,P
		+ 0.0.0.0/0:P,P
		+ ::/0,P
		+ 127.0.0.1,P
		+ 127.0.0.1/32:P,P
		+ 127.0.0.0/8,P-P
		+ 127.0.0.0-127.0.0.2,P
		+ ::1,P
		+ ::1/128,P
		+ ::-ffff::,P
		+ 0:0:0:0:0:0:0:1,P
		- 127.0.0.1:P,P
		- 0.0.0.0/:P,P
		- 0.0.0.0/,P
		- ::/0:P,P
		- 0.0.0.0/0:P
		- 0.0.0.0/0:P-P
		- 0.0.0.0/0,P,P
		- 0.0.0.0/0:P,P,P
		- 0.0.0.0/0,P-
		- 0.0.0.0/0,,P
		- 0.0.0.0/0
		- P
	END
}

@test "lines: addresses" {
	lines <<-'END'
		- foo,P
		- mail web,P
		- *,P
		- 0/0,P
		- 127.1,P
		- 300.1.2.3/99,P
		- 000.0.0.0/0,P
		- ::1%lo,P
		- [::1],P
		- 127.0.0.1/8,P
		- 127.0.0.1/8:P,P
		- 127.0.0.0/33,P
		- 127.0.0.0/33:P,P
		- ::1/127,P
		- ::/129,P
		- 127.0.0.1-,P
		- -127.0.0.1,P
		- 127.0.0.2-127.0.0.1,P
		- 127.255.255.255-0.0.0.0,P
		- 0.0.0.0-::,P
		- ::-255.255.255.255,P
		- 127.0.0.1/32-127.0.0.2,P
		- x:0.0.0.0/0:P,P
	END
}

@test "lines: blanks, signs and comments" {
	lines <<-'END'
		+ 0.0.0.0/0,P\r
		+ 0.0.0.0/0:P,P\r
		+ 0.0.0.0/0,P\0040
		+ 0.0.0.0/0,P\t
		+ 0.0.0.0/0, P
		+ 0.0.0.0/0:P, P
		+ 0.0.0.0/0: P,P
		+ \t0.0.0.0/0:P,P
		+ 0.0.0.0/ 0,P
		+ 0.0.0.0/0 ,P
		+ 0.0.0.0/0,+P
		+ 0.0.0.0/0,P- P
		+ 0.0.0.0/0,0P
		- \t0.0.0.0/0,P
		- 0.0.0.0 /0,P
		- 127.0.0.1 ,P
		- 0.0.0.0/0 :P,P
		- 0.0.0.0/0:P ,P
		- 0.0.0.0/0,P -P
		- 0.0.0.0/0,-P
		- 0.0.0.0/0,P #
		- 0.0.0.0/0,P x
		- ;0.0.0.0/0,P
		- \0357\0273\02770.0.0.0/0,P
		- 0.0.0.0/0,\0000P
	END
	# What is commented out is not worth a word.
	user 1 <<<$'  # 0.0.0.0/0,80\n\t#was 0.0.0.0/0:84,85\n#0.0.0.0/0,86\n \t'
	imports 0
	[[ -z $stderr && $output == "# nothing of authbind to carry over" ]]
}

@test "lines: ranges of ports, and one that authbind reads in two" {
	user 1 <<-'END'
		127.0.0.1,0-19
		127.0.0.1,500-70000
		127.0.0.1,30-29
		127.0.0.1/32:30,29
	END
	printf '%s%*s\n' 127.0.0.1, 300 "40-490" >>"$PORTCTL_ROOT/etc/authbind/byuid/1"
	printf '127.0.0.1,60' >>"$PORTCTL_ROOT/etc/authbind/byuid/1"
	imports 1
	[[ $(tcp) == "tcp 1-19 daemon 0600
tcp 60 daemon 0600
tcp 500-511 daemon 0600" ]]
	for line in 3 4 5; do leaves "byuid/1:$line: authbind does not"; done
}

@test "lines: one family alone is said, once a line" {
	by byport/82 nobody:root 500
	user 1 <<<0.0.0.0/0,80-83
	user 2 <<<$'::/0,85\n127.0.0.1,85'
	user 0 <<<0.0.0.0/0,80 # root needs none
	user 65534 <<<$'0.0.0.0/0,90-92\n::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,90-91\n::/0,92'
	imports 1
	[[ $(tcp) == "tcp 80-81 daemon 0600
tcp 82 nobody 0600
tcp 83 daemon 0600
tcp 85 bin 0600
tcp 90-91 nobody 0600
tcp 92 nobody 0600" ]]
	leaves "byuid/1:1: the rule is for all addresses, not for IPv4 alone"
	leaves "byuid/2:1: the rule is for all addresses, not for IPv6 alone"
	leaves "byuid/2:2: the rule is for all addresses, not for 127.0.0.1 alone"
	[[ ${#stderr_lines[@]} == 3 ]]
}

# names: + or - and the name of a file that gives its port to everybody, or to its user, if authbind asks for it.
names() {
	local sign name wrong=0
	while read -r sign name; do
		rm -rf "$PORTCTL_ROOT/etc/authbind"
		file "etc/authbind/$name" <<<$'127.0.0.1,80\n127.0.0.1,800'
		chmod 755 "$PORTCTL_ROOT/etc/authbind/$name"
		run --separate-stderr unshare --net portctl import authbind
		if [[ $sign == + ]]; then
			grep -q ^tcp <<<"$output"
		else
			! grep -q ^tcp <<<"$output" && grep -qF "/$name: " <<<"$stderr"
		fi || { echo "not so: $sign $name"; wrong=1; }
	done
	((!wrong))
}

@test "names: authbind asks for one way to write a number and an address" {
	names <<-'END'
		+ byport/80
		+ byport/!800
		- byport/080
		- byport/+80
		- byport/0
		- byport/!80
		- byport/800
		- byport/1024
		- byport/80x
		+ byuid/1
		+ byuid/!1
		+ byuid/4294967294
		- byuid/01
		- byuid/ 1
		- byuid/+1
		- byuid/-1
		- byuid/4294967295
		- byuid/4294967297
		- byuid/18446744073709551617
		+ byaddr/127.0.0.1,80
		+ byaddr/127.0.0.1:80
		+ byaddr/!127.0.0.1,800
		+ byaddr/::1,80
		+ byaddr/0:0:0:0:0:0:0:1,80
		+ byaddr/::ffff:127.0.0.1,80
		+ byaddr/0:0:0:0:0:ffff:7f00:1,80
		+ byaddr/fe80::1,80
		- byaddr/foo,80
		- byaddr/::1:80
		- byaddr/FE80::1,80
		- byaddr/::0001,80
		- byaddr/0:0:0:0:0:0:0:01,80
		- byaddr/0:0::1,80
		- byaddr/127.0.0.1,083
		- byaddr/127.0.0.01,80
		- byaddr/,80
		- byaddr/80
	END
}

@test "names: the first that is there decides on an address" {
	by byaddr/127.0.0.1,80 root:root 000
	by byaddr/127.0.0.1:80 nobody:root 500
	by byaddr/::1,81 root:root 000
	by byaddr/0:0:0:0:0:0:0:1,81 nobody:root 500
	imports 1
	[[ $output == "# nothing of authbind to carry over" ]]
	leaves "byaddr/127.0.0.1:80: authbind asks for the address's other file first"
	leaves "byaddr/0:0:0:0:0:0:0:1,81: authbind asks for the address's other file first"
	leaves "byaddr/127.0.0.1,80: it refuses 127.0.0.1 alone; no rule is for one address"
}

# may USER… / may_not USER…: by the rule of tcp/80, as it was imported.
restored() { portctl import authbind >"$ETC/authbind.conf" 2>/dev/null || true; portctl restore; }
may() { for user; do portctl test "$user" tcp/80; done; }
may_not() { for user; do run -1 portctl test "$user" tcp/80; done; }

@test "what a group is refused that all others have" {
	by byport/80 nobody:daemon 505
	imports 0
	[[ $(tcp) == "tcp 80 nobody:daemon 0606" ]]
	restored
	may nobody bin
	may_not daemon
}

@test "a file with an ACL gives nothing but to its owner" {
	by byport/80 nobody:root 505
	setfacl -m u:daemon:---,m::r "$PORTCTL_ROOT/etc/authbind/byport/80"
	by real root:root 755
	setfacl -m u:daemon:--- "$PORTCTL_ROOT/etc/authbind/real"
	ln -s ../real "$PORTCTL_ROOT/etc/authbind/byport/81"
	imports 1
	[[ $(tcp) == "tcp 80 nobody 0600" ]]
	leaves "the ACL of $PORTCTL_ROOT/etc/authbind/byport/80"
	leaves "the ACL of $PORTCTL_ROOT/etc/authbind/byport/81"
}

@test "folders that not everybody may search" {
	local folder=$PORTCTL_ROOT/etc/authbind
	by byport/80 nobody:root 505
	by byaddr/127.0.0.1,81 nobody:root 505
	user 1 <<<127.0.0.1,82
	refused() {
		imports 1
		leaves "$1: "
		[[ $(tcp) == "$2" ]]
	}
	chmod 711 "$folder" "$folder/"{byport,byaddr}
	chmod 700 "$folder/byuid" # which is read as root
	imports 1
	[[ $(tcp) == "tcp 80 nobody 0606
tcp 81 nobody 0606
tcp 82 daemon 0600" ]]
	chmod 700 "$folder/byaddr"
	refused "$folder/byaddr" "tcp 80 nobody 0606"
	chmod 700 "$folder/byport"
	refused "$folder/byport" ""
	chmod 755 "$folder/byport"
	setfacl -m u:daemon:--- "$folder/byport"
	refused "$folder/byport" ""
	setfacl -b "$folder/byport"
	chgrp daemon "$folder"
	chmod 750 "$folder"
	refused "$folder" ""
	chmod 755 "$folder"
	rm -r "$folder/byport"
	: >"$folder/byport"
	refused "$folder/byport" ""
	rm "$folder/byport"
	chmod 755 "$folder/byaddr"
	imports 1
	[[ $(tcp) == "tcp 81 nobody 0606
tcp 82 daemon 0600" ]]
}

@test "a file of byport that cannot be looked at decides" {
	user 1 <<<127.0.0.1,80-81
	mkdir "$PORTCTL_ROOT/etc/authbind/byport"
	ln -s 80 "$PORTCTL_ROOT/etc/authbind/byport/80"
	ln -s missing "$PORTCTL_ROOT/etc/authbind/byport/81"
	imports 1
	[[ $(tcp) == "tcp 81 daemon 0600" ]]
	leaves "byport/80: Too many levels of symbolic links"
}

@test "several files for one port: who has it by any of them has it" {
	by byaddr/127.0.0.1,80 daemon:root 050
	by byaddr/127.0.0.2,80 root:root 755
	imports 1
	restored
	may daemon bin nobody
	# As well if the first of them gives it to its owner alone.
	by byaddr/127.0.0.1,80 nobody:root 500
	restored
	may daemon bin nobody
}

@test "a file that refuses some is not joined with another" {
	by byaddr/127.0.0.1,80 nobody:daemon 505
	user 1 <<<127.0.0.1,80
	user 2 <<<127.0.0.1,80
	imports 1
	[[ $(tcp) == "tcp 80 nobody:daemon 0606" ]]
	leaves "byuid/1:1: its ports have too many users, or a file that refuses them to some"
	# The same again is no other.
	rm -r "$PORTCTL_ROOT/etc/authbind/byuid"
	by byaddr/127.0.0.2,80 nobody:daemon 505
	imports 1
	[[ $stderr != *"too many users"* ]]
}

@test "what is no folder of authbind's, and no file of lines" {
	mkdir other
	unchanged 1 "'other' is not a folder of authbind's: it has no byport, byaddr or byuid" portctl import authbind other
	mkdir -p "$PORTCTL_ROOT/etc/authbind/byuid/2"
	mkfifo "$PORTCTL_ROOT/etc/authbind/byuid/1"
	run --separate-stderr timeout 10 portctl import authbind
	[[ $status == 1 ]]
	leaves "byuid/1: it is not a regular file"
	leaves "byuid/2: it is not a regular file"
}
