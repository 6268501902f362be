#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # bats sets them
# What bash and zsh make of a line that ends with a TAB.

load lib.bash

ports() { portctl grant nobody tcp/8080 udp/8081 && portctl grant daemon tcp/9000-9009; }

# In bash: all words that it offers.
offered() {
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
	_portctl
	printf '%s\n' "${COMPREPLY[*]}"
}

@test "bash" {
	# shellcheck disable=SC1091
	. "$TOOLS/completions/portctl.bash"
	compopt() { :; }
	ports
	[[ $(offered portctl gra) == grant ]]
	[[ $(offered portctl relo) == reload ]]
	[[ $(offered portctl -n gra) == grant ]]
	[[ $(offered portctl release tcp/80) == tcp/8080 ]]
	[[ $(offered portctl release tcp/9) == tcp/9000-9009 ]]
	[[ $(offered portctl rm tcp/80) == tcp/8080 ]]
	[[ $(offered portctl list -o own) == owner ]]
	[[ $(offered portctl list -o port,own) == port,owner ]]
	[[ $(offered portctl list -O nobo) == nobody ]]
	[[ $(offered portctl help upd) == "" ]]
	[[ $(offered portctl import mac) == mac_portacl ]]
	: >table
	[[ $(offered portctl restore tab) == table ]]
}

@test "bash: users after options" {
	# shellcheck disable=SC1091
	. "$TOOLS/completions/portctl.bash"
	ports
	[[ $(offered portctl grant nobo) == nobody ]]
	[[ $(offered portctl grant -n nobo) == nobody ]]
	[[ $(offered portctl -m 600 grant --acl u:bin:rw nobo) == nobody ]]
	[[ $(offered portctl grant --mode = 600 nobo) == nobody ]]
	[[ $(offered portctl allow -s nobo) == nobody ]]
	[[ $(offered portctl revoke nobo) == nobody ]]
	[[ $(offered portctl why tcp/80) == tcp/8080 ]]
	[[ $(offered portctl why tcp/80 nobo) == nobody ]]
	[[ $(offered portctl grant nobody : daem) == daemon ]]
	[[ $(offered portctl grant -n nobody : daemon tcp/80) == tcp/8080 ]]
	[[ $(offered portctl grant nobody -m 600 tcp/80) == tcp/8080 ]]
	[[ $(offered portctl allow nobody tcp/80) == tcp/8080 ]]
}

@test "bash: ports after commas" {
	# shellcheck disable=SC1091
	. "$TOOLS/completions/portctl.bash"
	ports
	[[ $(offered portctl release tcp/22,80) == tcp/22,8080 ]]
	[[ $(offered portctl release udp/22,80) == udp/22,8081 ]]
	[[ $(offered portctl release tcp/22,udp/8) == tcp/22,udp/8081 ]]
	[[ $(offered portctl release 22,tcp/80) == 22,tcp/8080 ]]
}

# In zsh, with its editor on a terminal of its own: what becomes of the line.
completed() {
	LINE=$1 zsh -fc 'zmodload zsh/zpty; zpty shell zsh -d -i; while zpty -r shell; do :; done' >"$ZDOTDIR/log" 2>&1
	cat "$ZDOTDIR/completed"
}

@test "zsh" {
	type zsh >/dev/null || { echo "no zsh"; return 1; }
	export ZDOTDIR=$BATS_TEST_TMPDIR/zsh COMPLETIONS=$TOOLS/completions TERM=xterm LINE
	mkdir "$ZDOTDIR"
	cat >"$ZDOTDIR/.zshrc" <<-'END'
		fpath=("$COMPLETIONS" $fpath)
		autoload -Uz compinit
		compinit -u -d "$ZDOTDIR/dump"
		zle-line-init() {
			BUFFER=$LINE CURSOR=$#LINE
			zle complete-word
			print -r -- "$BUFFER" >"$ZDOTDIR/completed"
			exit
		}
		zle -N zle-line-init
	END
	ports
	while IFS='>' read -r line expected; do
		echo "$line: $(completed "$line")"
		[[ $(completed "$line") == "$expected" ]]
	done <<-'END'
		portctl gra>portctl grant 
		portctl -n umo>portctl -n umount 
		portctl help umo>portctl help umount 
		portctl release tcp/80>portctl release tcp/8080 
		portctl release tcp/22,80>portctl release tcp/22,8080 
		portctl release udp/22,80>portctl release udp/22,8081 
		portctl rm tcp/80>portctl rm tcp/8080 
		portctl grant nobo>portctl grant nobody
		portctl grant -n nobo>portctl grant -n nobody
		portctl grant --mode 600 nobody:daem>portctl grant --mode 600 nobody:daemon 
		portctl -m 600 grant nobody tcp/80>portctl -m 600 grant nobody tcp/8080 
		portctl allow -s nobo>portctl allow -s nobody 
		portctl allow nobody tcp/80>portctl allow nobody tcp/8080 
		portctl why tcp/80>portctl why tcp/8080 
		portctl why tcp/80 nobo>portctl why tcp/80 nobody 
		portctl list -O nobo>portctl list -O nobody 
		portctl list -o port,own>portctl list -o port,owner,
		portctl import mac>portctl import mac_portacl 
		portctl list --js>portctl list --json 
	END
}
