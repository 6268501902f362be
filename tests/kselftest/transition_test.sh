#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# While portctl changes the rule of a port, a user who never stops trying is let in, or refused, as both rules
# say. Begins and ends with the module loaded and mounted at /dev/port.
# shellcheck disable=SC2317 # the cases are called by their names

set -u
here=$(cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=tests/kselftest/cases.sh
. "$here/cases.sh"

ROUNDS=6

# race UID GROUPS PORT RULE RULE…: restore the one rule and the other in turn, while UID of GROUPS tries to
# bind; sets $let and $refused to how often it could and could not.
race() {
	local uid=$1 groups=$2 port=$3 rule i
	shift 3
	must portctl restore - <<<"tcp $port $1"
	coproc { setpriv --reuid "$uid" --regid "${groups%%,*}" --groups "$groups" python3 -S -c '
import select, socket, sys
port = int(sys.argv[1])
tries = [0, 0]
print(flush=True)
while not select.select([sys.stdin], [], [], 0)[0]:
	for _ in range(50):
		s = socket.socket()
		try:
			s.bind(("127.0.0.1", port))
			tries[0] += 1
		except PermissionError:
			tries[1] += 1
		s.close()
print(*tries, flush=True)' "$port"; }
	read -r _ <&"${COPROC[0]}"
	for ((i = 0; i < ROUNDS; i++)); do
		for rule; do
			must portctl restore - <<<"tcp $port $rule"
		done
	done
	echo >&"${COPROC[1]}"
	read -r let refused <&"${COPROC[0]}"
	echo "$*: $let times let, $refused times refused"
}

never_let() {
	race "$@"
	must equal "$let" 0
	((refused > 100)) || exit 1
}

always_let() {
	race "$@"
	must equal "$refused" 0
	((let > 100)) || exit 1
}

# The list names a user whom everybody's bit would let in.
refused_by_the_list() { never_let 2 2 80 'root 0666 u:2:---,g::rw-'; }
let_by_the_list() { always_let 2 2 80 'root 0660 u:2:rw'; }
refused_while_the_list_changes() {
	never_let 2 2 80 'root 0666 u:2:---,g::rw-' 'root 0666 u:2:r--,u:3:rw,g::---' 'root:2 0606' 'root 1620 u:4:w'
}
let_while_the_list_changes() {
	always_let 2 2 80 'root 0660 u:2:rw' 'root 0620 u:2:w,u:3:r,g::---' 'root 0666' 'root 1662 g:2:w'
}
refused_while_the_owner_changes() {
	never_let 2 2 80 'root 0666 u:2:---,g::rw-' '3:3 0626 u:2:---,g:4:rw' '4:2 0602' '5 0600'
}
let_while_the_owner_changes() {
	always_let 2 2,7 80 'root 0660 u:2:rw' '3:3 0620 g:2:w' '4:2 0660' '5:5 0666' '2 0600' '5:7 1660'
}
# Unclaimed, the port is everybody's: then whom the rule names is let in all the time.
let_while_a_high_port_is_claimed() { always_let 2 2 8080 '2 0600' - '3:3 0660 g:2:w' - '4 0602' -; }
refused_while_a_low_port_is_claimed() { never_let 2 2 80 '3 0600' - '2:2 0066' - '3:3 0660 u:2:r,g:4:w' -; }

restore() { release_all; }

trap restore EXIT
restore
echo TAP version 13
run 'an ACL that refuses, restored again and again' refused_by_the_list
run 'an ACL that lets in, restored again and again' let_by_the_list
run 'refused while the ACL changes' refused_while_the_list_changes
run 'let in while the ACL changes' let_while_the_list_changes
run 'refused while owner and group change' refused_while_the_owner_changes
run 'let in while owner and group change' let_while_the_owner_changes
run 'let in while a high port is claimed and released' let_while_a_high_port_is_claimed
run 'refused while a low port is claimed and released' refused_while_a_low_port_is_claimed
plan
