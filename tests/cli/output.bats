#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2030,SC2031 # bats sets them, and has a subshell for each test
# What comes from elsewhere, names above all, and what of it reaches a terminal or a program.

load lib.bash

# harmless TEXT: no control character, as ASCII or as C1, and no byte that is no UTF-8.
harmless() {
	python3 -c '
import os, sys, unicodedata
text = os.fsencode(sys.argv[1]).decode()
bad = [c for c in text if unicodedata.category(c) == "Cc" and c not in "\n\r"]
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
