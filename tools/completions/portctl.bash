# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bash completion for portctl

# The claimed ports; behind a comma, those of the protocol that the list is of.
_portctl_ports() {
	local word=$1 before='' claimed
	claimed="$(portctl list -H -o port 2>/dev/null) tcp/ udp/"
	if [[ $word == *,* ]]; then
		before=${word%,*},
		word=${word##*,}
		case $before in
		tcp[/:]* | udp[/:]*)
			[[ $word == */* ]] ||
				claimed=$(tr ' ' '\n' <<<"$claimed" | sed -n "s,^${before::3}/\(.\),\1,p")
			;;
		esac
	fi
	mapfile -t COMPREPLY < <(compgen -P "$before" -W "$claimed" -- "$word")
	[[ ${COMPREPLY[*]} != */ ]] || compopt -o nospace
}

# The words up to the cursor, without options and what belongs to them. A colon parts words for readline.
_portctl_words() {
	local i word last=''
	words=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		case $last in
		-o | -O | -m | -a | --columns | --owner | --mode | --acl)
			[[ $word == = ]] || last=''
			continue
			;;
		esac
		if [[ $word == : || ${COMP_WORDS[i - 1]} == : ]] && ((${#words[@]} > 1)); then
			words[-1]+=$word
		elif [[ $word != -* ]]; then
			words+=("$word")
		fi
		last=$word
	done
}

_portctl() {
	local commands='list grant release allow deny revoke flush test why save restore sync check diff status metrics monitor doctor import adopt mount umount version help'
	local aliases='show ls add rm del delete reload'
	local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command words options=''

	_portctl_words
	command=${words[0]-}
	# What is typed right behind a colon belongs to the word before it.
	if [[ $previous == : || $word == : ]] && ((${#words[@]} > 1)); then
		unset 'words[-1]'
	fi
	[[ $word != : ]] || word=''
	case $command in
	'') options='--json --numeric --no-header --owner --columns --mode --acl --dry-run --save --boot --late --keep --apply --undo' ;;
	list | show | ls) options='--json --numeric --no-header --owner --columns' ;;
	grant | add) options='--mode --acl --dry-run --save' ;;
	release | rm | del | delete | allow | deny | revoke | flush) options='--dry-run --save' ;;
	test | why | monitor) options='--json --numeric' ;;
	check | diff | status | doctor) options='--json' ;;
	restore) options='--dry-run --boot' ;;
	sync | reload) options='--dry-run --boot --keep --late' ;;
	save | mount | umount) options='--dry-run' ;;
	adopt) options='--apply --undo' ;;
	esac
	case $previous in
	-o | --columns)
		mapfile -t COMPREPLY < <(compgen -P "${word%"${word##*,}"}" \
			-W 'port owner group mode acl saved listeners' -- "${word##*,}")
		return
		;;
	-O | --owner)
		mapfile -t COMPREPLY < <(compgen -u -- "$word")
		return
		;;
	-m | --mode | -a | --acl) return ;;
	esac
	if [[ $word == -?* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options --help" -- "$word")
		return
	fi
	case $command/${#words[@]} in
	/*) mapfile -t COMPREPLY < <(compgen -W "$commands $aliases" -- "$word") ;;
	grant/1 | add/1)
		if [[ $previous == : || ${COMP_WORDS[COMP_CWORD]} == : ]]; then
			mapfile -t COMPREPLY < <(compgen -g -- "$word")
		else
			mapfile -t COMPREPLY < <(compgen -u -- "$word")
		fi
		;;
	allow/1 | deny/1 | test/1 | why/2) mapfile -t COMPREPLY < <(compgen -u -- "$word") ;;
	revoke/1)
		_portctl_ports "$word"
		mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -u -- "$word")
		;;
	list/* | show/* | ls/* | grant/* | add/* | release/* | rm/* | del/* | delete/* | allow/* | deny/* | revoke/* | test/* | why/1 | monitor/*)
		_portctl_ports "$word"
		;;
	save/1 | restore/1 | sync/1 | reload/1 | check/1 | diff/1 | import/2 | metrics/1)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		;;
	adopt/1) mapfile -t COMPREPLY < <(compgen -W 'lighttpd.service named.service nginx.service' -- "$word") ;;
	import/1) mapfile -t COMPREPLY < <(compgen -W 'authbind mac_portacl redirect setcap sysctl systemd' -- "$word") ;;
	help/1) mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$word") ;;
	esac
}

complete -F _portctl portctl
