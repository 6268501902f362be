# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bash completion for portctl

_portctl_ports() {
	local word=$1 claimed
	claimed=$(portctl list -H -o port 2>/dev/null)
	mapfile -t COMPREPLY < <(compgen -W "$claimed tcp/ udp/" -- "$word")
	[[ ${COMPREPLY[*]} != */ ]] || compopt -o nospace
}

_portctl() {
	local commands='list grant release revoke flush test save restore sync check diff status mount umount version help'
	local command=${COMP_WORDS[1]-} word previous options=''
	word=${COMP_WORDS[COMP_CWORD]}
	previous=${COMP_WORDS[COMP_CWORD - 1]}
	# A colon parts words for readline.
	[[ $word != : ]] || word=''

	if ((COMP_CWORD == 1)); then
		mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$word")
		return
	fi
	case $command in
	list) options='--json --numeric --no-header --owner --columns' ;;
	grant) options='--mode --acl --dry-run --save' ;;
	release | revoke | flush) options='--dry-run --save' ;;
	test) options='--numeric' ;;
	restore) options='--dry-run --boot' ;;
	sync) options='--dry-run --boot --late' ;;
	save | mount | umount) options='--dry-run' ;;
	esac
	if [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options --help" -- "$word")
		return
	fi
	case $command/$previous in
	list/-o | list/--columns)
		mapfile -t COMPREPLY < <(compgen -W 'port owner group mode acl saved listeners' -- "$word")
		;;
	*/-m | */--mode | */-a | */--acl) ;;
	grant/grant | test/test) mapfile -t COMPREPLY < <(compgen -u -- "$word") ;;
	grant/: | grant/*:) mapfile -t COMPREPLY < <(compgen -g -- "$word") ;;
	list/* | grant/* | release/* | revoke/* | test/*) _portctl_ports "$word" ;;
	save/* | restore/* | sync/* | check/* | diff/*)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		;;
	help/help) mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$word") ;;
	esac
}

complete -F _portctl portctl
