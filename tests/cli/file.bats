#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # bats sets them
# Table files: lines that are right, mistakes with their places, and what is no table at all.

load lib.bash

# line TEXT: restore a file of it; print the nodes.
line() {
	rm -f "$PORT"/*/*
	printf '%s\n' "$1" >table
	portctl restore table && nodes
}

# mistake COLUMN TEXT LINE: the second line of a file is LINE; it is wrong at COLUMN.
mistake() {
	printf '%s\n' '# a table' "$3" 'tcp 80 nobody 600' >table
	unchanged 2 "table:2:$1: error: $2" portctl restore table
	unchanged 2 "table:2:$1: error: $2" portctl check table
	unchanged 2 "stdin:2:$1: error: $2" bash -c 'portctl sync - <table'
}

@test "lines that are right" {
	[[ $(line 'tcp 80 12345 600') == "tcp/80 12345:0 600" ]]
	[[ $(line '  tcp   80,8000-8001	1:2	1660   # comment') == "tcp/80 1:2 1660
tcp/8000 1:2 1660
tcp/8001 1:2 1660" ]]
	[[ $(line 'udp domain +1 600') == "udp/53 1:0 600" ]]
	[[ $(line $'tcp 80 1 600\r') == "tcp/80 1:0 600" ]]
	[[ $(line $'tcp 80 1 600\ntcp 80 2 660') == "tcp/80 2:0 660" ]]
	[[ $(line $'tcp 80-82 1 600\ntcp 81 -') == "tcp/80 1:0 600
tcp/82 1:0 600" ]]
	[[ -z $(line $'# nothing\n\n   \n#') ]]
	printf 'tcp 80 1 600' >table
	portctl restore table
	[[ $(nodes) == "tcp/80 1:0 600" ]]
}

@test "a line with an ACL" {
	line 'tcp 80 1:2 0620 u:3:w,g:4:r,g::w'
	[[ $(getfacl -cpnE "$PORT/tcp/80" | xargs) == "user::rw- user:3:-w- group::-w- group:4:r-- mask::-w- other::---" ]]
}

@test "mistakes, with their columns" {
	node tcp/99 nobody 600
	mistake 1 "a line begins with tcp or udp" 'tpc 80 nobody 600'
	mistake 4 "the ports are missing" 'tcp'
	mistake 7 "the owner is missing" 'tcp 80 # nobody 600'
	mistake 14 "the mode is missing" 'tcp 80 nobody'
	mistake 5 "port 0 does not exist" 'tcp 0 nobody 600'
	mistake 8 "port 65536 does not exist" 'tcp 80,65536 nobody 600'
	mistake 13 "port 70000 does not exist" 'tcp 80,8000-70000 nobody 600'
	mistake 5 "'nosuchservice' is not a port" 'tcp nosuchservice nobody 600'
	mistake 5 "'tcp/80' is not a port" 'tcp tcp/80 nobody 600'
	mistake 10 "there is no user 'nosuchuser'" '  tcp 80 nosuchuser 600'
	mistake 15 "there is no group 'nosuchgroup'" 'tcp 80 nobody:nosuchgroup 600'
	mistake 15 "'999' is not a mode" 'tcp 80 nobody 999'
	mistake 10 "nothing may follow the -" 'tcp 80 - 600'
	mistake 19 "'x' is not an ACL entry" 'tcp 80 nobody 660 x'
	mistake 28 "there is no user 'nosuchuser'" 'tcp 80 nobody 660 u:1:rw,u:nosuchuser:w'
	mistake 25 "'x' is one word too many" 'tcp 80 nobody 660 u:1:w x'
	mistake 19 "mask::rw- is not what mode 0600 says" 'tcp 80 nobody 600 u:1:w,m::rw'
}

# many STATUS TEXT COMMAND…: as unchanged, but 20 lines and one that says that there is more.
many() {
	local expected=$1 text=$2 before
	shift 2
	before=$(nodes)
	run --separate-stderr "$@"
	echo "$stderr"
	[[ $status == "$expected" && $stderr == *"$text"* && ${#stderr_lines[@]} == 21 && $before == "$(nodes)" ]]
	[[ ${stderr_lines[20]} == *' has more mistakes; is it a table file?' ]]
}

@test "each mistake gets its line, twenty and more get twenty-one" {
	printf 'x\ntcp 80 1 600\ny\n' >table
	run -2 --separate-stderr portctl restore table
	[[ $stderr == "table:1:1: error: "*$'\n'"table:3:1: error: "* && -z $(nodes) ]]
	yes 'no table' | head -n 20 >table
	run -2 --separate-stderr portctl restore table
	[[ ${#stderr_lines[@]} == 20 && ${stderr_lines[19]} == 'table:20:1: error: a line begins with tcp or udp' ]]
	yes 'no table' | head -n 21 >table
	many 2 'table:20:1: error: ' portctl restore table
}

@test "another's file is not shown by what is wrong with it" {
	printf '%s\n' 'root:$y$j9T$secret:19000:0:99999:7:::' 'secret words' ' PRIVATE secret KEY' >shadow
	local command
	for command in check restore diff sync 'restore -n' 'restore --boot'; do
		run ! --separate-stderr portctl $command shadow
		[[ $stderr == *'shadow:1:1: error: '* && $output$stderr != *[Ss][Ee][Cc][Rr][Ee][Tt]* && $stderr != *PRIV* ]]
	done
	run -0 --separate-stderr portctl save -n shadow
	[[ $output$stderr != *[Ss][Ee][Cc][Rr][Ee][Tt]* ]]
}

@test "mistakes in any file of the folders change nothing" {
	mkdir -p "$PORTCTL_ROOT/usr/lib/portctl.d"
	echo "tcp 80 nobody 600" >"$ETC/10.conf"
	echo "tcp 80 nobody" >"$PORTCTL_ROOT/usr/lib/portctl.d/20.conf"
	unchanged 2 "/usr/lib/portctl.d/20.conf:1:14: error: the mode is missing" portctl restore
	unchanged 2 "20.conf:1:14" portctl sync
	unchanged 2 "20.conf:1:14" portctl check
	unchanged 2 "20.conf:1:14" portctl diff
	unchanged 2 "20.conf:1:14" portctl save
}

# bounded COMMAND…: in 64 MB of memory; ASan maps more than that for itself.
bounded() { ([[ ${SANITIZE-} ]] || ulimit -v 65536 && "$@"); }

@test "what is no table: one line each, in bounded memory" {
	node tcp/99 nobody 600
	truncate -s 1G sparse
	unchanged 2 "sparse:1:1: error: a NUL byte" bounded portctl restore sparse
	head -c 64M /dev/urandom >noise
	truncate -s 1G noise
	unchanged 2 "noise:" bounded portctl restore noise
	head -c 64M noise | tr '\0' x >text
	many 2 "text:" bounded portctl restore text
	head -c 10M /dev/zero | tr '\0' x >long
	unchanged 2 "long:1:65537: error: the line is too long" bounded portctl restore long
	{ echo "tcp 80 nobody 600"; printf 'tcp 81 no\0body 600\n'; } >nul
	unchanged 2 "nul:2:10: error: a NUL byte" bounded portctl restore nul
	mkfifo fifo
	unchanged 1 "fifo is not a regular file" portctl restore fifo
	unchanged 1 "is a directory" portctl restore "$ETC"
	unchanged 1 "/dev/zero is not a regular file" portctl restore /dev/zero
	unchanged 1 "cannot read missing: No such file or directory" portctl restore missing
	ln -s loop loop
	unchanged 1 "cannot read loop: Too many levels" portctl restore loop
	chmod 711 "$BATS_RUN_TMPDIR"
	install -m 755 "$(command -v portctl)" portctl.copy
	install -m 600 /dev/null secret
	unchanged 1 "cannot read secret: Permission denied" \
		setpriv --reuid nobody --clear-groups ./portctl.copy restore secret
}

@test "a gigabyte of comments is a table, in bounded memory" {
	yes "# comment" | head -c 100M >table
	echo >>table
	echo "tcp 80 1 600" >>table
	bounded portctl restore table
	[[ $(nodes) == "tcp/80 1:0 600" ]]
}
