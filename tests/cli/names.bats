#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # bats sets them
# Whatever users and groups are called: on the command line, in files and in ACLs.

load lib.bash

# with_names: run standard input where there are the users, groups and name services of the files
# passwd, group and nsswitch.conf.
with_names() {
	[[ -e nsswitch.conf ]] || printf '%s\n' 'passwd: files' 'group: files' 'services: files' >nsswitch.conf
	cat >script
	unshare --mount bash -euc '
		mount --bind passwd /etc/passwd
		mount --bind group /etc/group
		mount --bind nsswitch.conf /etc/nsswitch.conf
		# Of the host, with the names of the host.
		mount -t tmpfs none /run
		set -x
		. ./script'
}

@test "numbers are the same for owners and in ACLs" {
	unchanged 2 "there is no user '4294967296'; numbers are 0 to 4294967294" portctl grant 4294967296 tcp/80
	unchanged 2 "there is no user '4294967296'; numbers are 0 to 4294967294" portctl grant 1 tcp/80 -a u:4294967296:rw
	unchanged 2 "there is no user '4294967295'" portctl grant 1 tcp/80 -a u:4294967295:rw
	unchanged 2 "there is no user '-1'" portctl grant 1 tcp/80 -a u:-1:rw
	unchanged 2 "there is no group '-1'" portctl grant 1:-1 tcp/80
	unchanged 2 "user 010 is written 10" portctl grant 010 tcp/80
	unchanged 2 "user 010 is written 10" portctl grant 1 tcp/80 -a u:010:rw
	unchanged 2 "group 00 is written 0" portctl grant 1 tcp/80 -a g:00:rw
	unchanged 2 "there is no user '0x10'" portctl grant 1 tcp/80 -a u:0x10:rw
	unchanged 2 "'+x' is not a user" portctl grant +x tcp/80
	portctl grant +10 tcp/80 -a u:+12345:rw,g:4294967294:r
	[[ $(getfacl -cpnE "$PORT/tcp/80" | xargs) == "user::rw- user:12345:rw- group::--- group:4294967294:r-- mask::rw- other::---" ]]
	[[ $(nodes) == "tcp/80 10:0 660" ]]
}

@test "entries of an ACL" {
	mistake() { unchanged 2 "$2" portctl grant 1 tcp/80 -a "$1"; }
	mistake u:1:rw, "'' is not an ACL entry"
	mistake u:1 "'u:1' is not an ACL entry"
	mistake u:1: "'u:1:' is not an ACL entry"
	mistake u:1:8 "is not an ACL entry"
	mistake u:1:rwxw "is not an ACL entry"
	mistake m:x:rw "is not an ACL entry"
	mistake d:u:1:rw "is not an ACL entry"
	mistake u:1:rw,user:1:r "'user:1:r' is a second entry for the same user, group, mask or other"
	mistake m::r,m:w "'m:w' is a second entry"
	portctl grant 1 tcp/80 -a user:2:6,group:3:r,g::x,u::r,mask:rwx,other::w
	[[ $(getfacl -cpnE "$PORT/tcp/80" | xargs) == "user::r-- user:2:rw- group::--x group:3:r-- mask::rwx other::-w-" ]]
}

@test "more entries than a port takes" {
	local list
	list=$(seq -f 'u:%.0f:rw' -s, 1000 1251),g::r
	echo "tcp 80 1 660 $list" >table
	portctl check table
	portctl restore table
	[[ $(getfacl -cpn "$PORT/tcp/80" | grep -c .) == 256 ]]
	echo "tcp 80 1 660 u:9:r,$list" >table
	unchanged 2 "table:1:14: error: 254 ACL entries; a port takes 253 at most" portctl check table
}

@test "nasty names: what save writes is read as the same" {
	cat >passwd <<-'END'
		root:x:0:0::/:/bin/sh
		1002:x:1003:0::/:/bin/sh
		1003:x:1002:0::/:/bin/sh
		010:x:7:0::/:/bin/sh
		DOM\101x:x:18:0::/:/bin/sh
		DOMAx:x:19:0::/:/bin/sh
		DOM\alice:x:20:0::/:/bin/sh
		domain users:x:25:0::/:/bin/sh
		a,b:x:28:0::/:/bin/sh
		back\:x:29:0::/:/bin/sh
		jürgen:x:34:0::/:/bin/sh
		same:x:40:0::/:/bin/sh
		other:x:40:0::/:/bin/sh
		a#b:x:41:0::/:/bin/sh
	END
	printf 'e\033[31m:x:42:0::/:/bin/sh\n' >>passwd
	sed 's/^\([^:]*\):x:\([0-9]*\):.*/\1:x:\2:/' passwd >group
	with_names <<-'SCRIPT'
		port=0
		while IFS=: read -r name _ id _; do
			port=$((port + 1))
			echo >"$PORTCTL_ROOT/dev/port/tcp/$port"
			chown "+$id:+$id" "$PORTCTL_ROOT/dev/port/tcp/$port"
			setfacl -m "u:$((id + 1)):rw,u:$id:r,g:$id:w" "$PORTCTL_ROOT/dev/port/tcp/$port"
		done <passwd
		before=$(cd "$PORTCTL_ROOT/dev/port" && getfacl -n tcp/*)
		portctl save
		portctl check
		portctl diff
		cat "$PORTCTL_ROOT/etc/portctl.d/90-saved.conf"
		rm "$PORTCTL_ROOT"/dev/port/tcp/*
		portctl restore
		[[ $before == "$(cd "$PORTCTL_ROOT/dev/port" && getfacl -n tcp/*)" ]]

		# By hand, on the command line and in a file.
		portctl grant 'DOM\alice:domain\040users' tcp/80 -a 'u:DOM\\101x:rw,g:a\054b:r'
		getfacl -cpnE "$PORTCTL_ROOT/dev/port/tcp/80" | xargs >acl
		[[ $(<acl) == "user::rw- user:18:rw- group::rw- group:28:r-- mask::rw- other::---" ]]
		[[ $(stat -c %u:%g "$PORTCTL_ROOT/dev/port/tcp/80") == 20:25 ]]
		echo 'tcp 81 1002 600 u:DOM\101x:w' | portctl restore -
		[[ $(stat -c %u "$PORTCTL_ROOT/dev/port/tcp/81") == 1003 ]]
		[[ $(getfacl -cpn "$PORTCTL_ROOT/dev/port/tcp/81") == *user:19:* ]]
	SCRIPT
}

@test "a word of digits is a number that nobody can take over by his name" {
	printf '%s\n' 'root:x:0:0::/:/bin/sh' '4242:x:1005:0::/:/bin/sh' >passwd
	echo 'root:x:0:' >group
	with_names <<-'SCRIPT'
		portctl grant 4242 tcp/80
		portctl grant +4242 tcp/81
		portctl grant 1005 tcp/82
		portctl save -
		[[ $(portctl save -) == "tcp 80 1005 0600
		tcp 81 +4242 0600
		tcp 82 1005 0600" ]]
	SCRIPT
}

@test "USER: is the login group of that name" {
	printf '%s\n' 'root:x:0:0::/:/bin/sh' 'one:x:50:51::/:/bin/sh' 'two:x:50:52::/:/bin/sh' >passwd
	printf '%s\n' 'root:x:0:' >group
	with_names <<-'SCRIPT'
		portctl grant two: tcp/80
		portctl grant one: tcp/81
		portctl grant 50: tcp/82
		[[ $(stat -c %u:%g "$PORTCTL_ROOT"/dev/port/tcp/8[012] | xargs) == "50:52 50:51 50:51" ]]
	SCRIPT
	unchanged 2 "has no login group" portctl grant 54321: tcp/80
}

@test "of two logins with one number, the one that is named is judged" {
	printf '%s\n' 'root:x:0:0::/:/bin/sh' 'toor:x:0:0::/:/bin/sh' 'alice:x:1001:1001::/:/bin/sh' \
		'alice2:x:1001:1002::/:/bin/sh' >passwd
	printf '%s\n' 'root:x:0:' 'one:x:1001:' 'two:x:1002:' 'web:x:50:alice2' 'wheel:x:51:toor' >group
	with_names <<-'SCRIPT'
		may() { portctl test "$@"; }
		may_not() { if portctl test "$@"; then exit 1; fi; }
		rule() { getfacl -cpnE "$PORTCTL_ROOT/dev/port/tcp/80" | xargs; }
		portctl grant root:web tcp/80
		may alice2 tcp/80
		may_not alice tcp/80
		# A number has no name: its first login is meant.
		may_not 1001 tcp/80
		may_not +1001 tcp/80
		# The login group, too.
		portctl grant root:two tcp/81
		may alice2 tcp/81
		may_not alice tcp/81
		# Root's right is the number's; the sticky bit leaves the groups.
		portctl grant root:wheel tcp/82 -m 1060
		may_not root tcp/82
		may_not toor tcp/82
		portctl grant alice:wheel tcp/82 -m 1060
		may_not root tcp/82
		may toor tcp/82
		# Who may not has nothing that could be taken.
		portctl deny alice tcp/80
		[[ $(rule) == "user::rw- group::rw- other::---" ]]
		portctl deny alice2 tcp/80
		[[ $(rule) == "user::rw- user:1001:--- group::rw- mask::rw- other::---" ]]
		may_not alice2 tcp/80
		portctl allow alice2 tcp/80
		may alice2 tcp/80
		portctl grant root:web tcp/80
		portctl revoke alice2 tcp/80
		may_not alice2 tcp/80
	SCRIPT
}

@test "a name service that is down is not an answer" {
	gcc -shared -fPIC -O2 -Wall -o libnss_outage.so.2 -x c - <<-'END'
		#include <errno.h>
		#include <grp.h>
		#include <nss.h>
		#include <pwd.h>

		#define NO_ANSWER(function, key, type)                                  \
			enum nss_status _nss_outage_##function(key, struct type *result,  \
							       char *buffer, size_t size, \
							       int *error)                \
			{                                                                 \
				*error = ECONNREFUSED;                                    \
				return NSS_STATUS_UNAVAIL;                                \
			}
		NO_ANSWER(getpwnam_r, const char *name, passwd)
		NO_ANSWER(getpwuid_r, uid_t uid, passwd)
		NO_ANSWER(getgrnam_r, const char *name, group)
		NO_ANSWER(getgrgid_r, gid_t gid, group)
	END
	printf '%s\n' 'root:x:0:0::/:/bin/sh' 'local:x:60:0::/:/bin/sh' >passwd
	echo 'root:x:0:' >group
	printf '%s\n' 'passwd: files outage' 'group: files outage' >nsswitch.conf
	LD_LIBRARY_PATH=$PWD with_names <<-'SCRIPT'
		refused() {
			if portctl "$@" >said 2>&1; then exit 1; fi
			cat said
			[[ $(<said) == *"cannot ask for $what: Connection refused"* ]]
		}
		what="user 'remote'" refused grant remote tcp/80
		what="user 'remote'" refused grant +1 tcp/80 -a u:remote:w
		what="group 'remote'" refused grant +1:remote tcp/80
		what="user 'remote'" refused test remote tcp/80
		what="user 'remote'" refused check - <<<"tcp 80 remote 600"
		# A login may be all digits.
		what="user '777'" refused grant 777 tcp/80
		what="user '777'" refused grant +1 tcp/80 -a u:777:w
		# Who is known here, and who asks by number, needs no answer.
		portctl grant local tcp/80 -a u:+777:w
		[[ $(portctl save -) == "tcp 80 local 0620 u:+777:-w-,g::---" ]]
	SCRIPT
}

# program NAME SOURCE…: one of portctl's files and other ones, under ASan and UBSan.
program() {
	local name=$1
	shift
	# shellcheck disable=SC2046 # they are words
	gcc -O1 -g -std=gnu11 -D_GNU_SOURCE -DVERSION='""' -I "$TOOLS/portctl" \
		-fsanitize=address,undefined -fno-sanitize-recover=undefined -c "$@"
	gcc -O1 -g -std=gnu11 -D_GNU_SOURCE -DVERSION='""' -Dmain=portctl_main \
		-fsanitize=address,undefined -fno-sanitize-recover=undefined -o "$name" \
		./*.o "$TOOLS"/portctl/*.c $(portctl_libraries)
}

@test "3000 names made by chance are written so that they are read as the same" {
	program names "$BATS_TEST_DIRNAME"/../fuzz/{names,accounts}.c
	ASAN_OPTIONS=detect_leaks=0 run -0 ./names
	[[ $output == *" names, 0 failures" ]]
}

@test "what no administrator writes: a short run of the fuzz target" {
	run -0 "$BATS_TEST_DIRNAME/../fuzz/run" -p 300
	[[ $output == *"3 files and 300 runs" ]]
}
