#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # bats sets them
# Help, man page and completions know the same commands and options.

load lib.bash

commands() { portctl help | sed -n 's/^  portctl \([a-z]*\) .*/\1/p'; }

# Its long options, as its help has them.
options() { portctl help "$1" | sed -n 's/^  -., \(--[a-z-]*\).*/\1/p' | sort; }

@test "each command has its help, its place in the man page and its completions" {
	local command
	(($(commands | wc -l) >= 16))
	for command in $(commands); do
		echo "$command"
		run -0 portctl help "$command"
		[[ $output == "portctl "*"$command"* ]]
		grep -qE "^(\\\\fB|\.B )$command(\\\\fR|$)" "$TOOLS/man/portctl.8"
		grep -qw -- "$command" <(sed -n "s/.*commands='//p" "$TOOLS/completions/portctl.bash")
		grep -q "^		'$command:" "$TOOLS/completions/_portctl"
	done
}

@test "the man page and the completions have no other commands" {
	[[ $(sed -n "s/.*commands='\(.*\)'/\1/p" "$TOOLS/completions/portctl.bash" | tr ' ' '\n' | sort) == \
		"$(commands | sort)" ]]
	[[ $(sed -n "s/^		'\([a-z]*\):.*/\1/p" "$TOOLS/completions/_portctl" | sort) == \
		"$(commands | sort)" ]]
	[[ $(sed -n '/^\.SH COMMANDS/,/^\.SH OPTIONS/{/^\.TP/{n;s/\\fR.*//;s/\(\\fB\|\.B \)//;p}}' "$TOOLS/man/portctl.8" | sort) == \
		"$(commands | sort)" ]]
}

@test "each option of each command is in its synopsis and its completions" {
	local command letters letter
	# shellcheck disable=SC1091
	. "$TOOLS/completions/portctl.bash"
	for command in $(commands); do
		echo "$command"
		COMP_WORDS=(portctl "$command" --) COMP_CWORD=2
		_portctl
		[[ $(printf '%s\n' "${COMPREPLY[@]}" | grep -vx -e --help | sort) == "$(options "$command")" ]]
		letters=$(portctl help "$command" | sed -n 's/^  -\(.\), --.*/\1/p')
		for letter in $letters; do
			grep -qE "^\\\\fB$command\\\\fR.*\\\\-[a-zA-Z]*$letter" "$TOOLS/man/portctl.8"
		done
		case $command in help | version | status | doctor | check | diff) continue ;; esac
		[[ $(sed -n "/^	\(.* | \)*$command\( | .*\)*)/,/;;/p" "$TOOLS/completions/_portctl" |
			grep -o "{-.,--[a-z-]*}" | sed 's/.*,//; s/}//' | grep -vx -e --help | sort) == "$(options "$command")" ]]
	done
}

@test "the man page explains each option, and no other" {
	local all
	all=$(for command in $(commands); do options "$command"; done | sort -u)
	[[ $(sed -n '/^\.SH OPTIONS/,/^\.SH EXIT/s/^\.BR \\-\(.\) ", " \\-\\-\([a-z\\-]*\).*/--\2/p' "$TOOLS/man/portctl.8" |
		sed 's/\\//g' | grep -vx -e --help | sort) == "$all" ]]
}

@test "the man pages are right" {
	local page words
	for page in "$TOOLS"/man/*.[58]; do
		words=$(LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)
		[[ -z $words ]] || { echo "$words"; return 1; }
	done
}
