#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # bats sets them
# Ports, owners and modes: what portctl understands, and what it says of the rest.

load lib.bash

granted() {
	local port expected=$2
	rm -f "$PORT"/*/*
	portctl grant nobody "$1"
	[[ $(nodes | cut -d' ' -f1 | xargs) == "$expected" ]]
}

@test "each way to name a port" {
	granted tcp/80 tcp/80
	granted 80/udp udp/80
	granted tcp:80 tcp/80
	granted /dev/port/tcp/80 tcp/80
	granted "$PORT/udp/80" udp/80
	granted 80 "tcp/80 udp/80"
	granted http tcp/80
	granted domain "tcp/53 udp/53"
	granted udp/domain udp/53
	granted 80,443/tcp "tcp/80 tcp/443"
	granted tcp/80,443 "tcp/80 tcp/443"
	granted tcp/80,udp/53 "tcp/80 udp/53"
	granted tcp/8000-8003 "tcp/8000 tcp/8001 tcp/8002 tcp/8003"
	granted tcp/1,65535 "tcp/1 tcp/65535"
	granted tcp/22,8000-8001,https "tcp/22 tcp/443 tcp/8000 tcp/8001"
	granted TCP/80 tcp/80
	granted 80/Udp udp/80
	granted :80 "tcp/80 udp/80"
	granted tcp:80:82 "tcp/80 tcp/81 tcp/82"
	granted 80:81/udp "udp/80 udp/81"
}

@test "a port without a protocol is of the one beside it" {
	granted 80/tcp,443 "tcp/80 tcp/443"
	granted 80,443/tcp,53/udp "tcp/80 tcp/443 udp/53"
	granted udp/53,tcp/80,443 "tcp/80 tcp/443 udp/53"
	granted 80/tcp,domain "tcp/53 tcp/80"
}

@test "a service is of the protocols that services(5) has it for, before and after a slash" {
	granted who udp/513
	granted login tcp/513
	granted domain,who "tcp/53 udp/53 udp/513"
	granted tcp/domain tcp/53
	granted domain/udp udp/53
	unchanged 2 "service 'http' is tcp/80 in services(5); udp/80 names the other port" portctl grant nobody udp/http
	unchanged 2 "service 'who' is udp/513 in services(5); tcp/513 names the other port" portctl grant nobody who/tcp
	unchanged 2 "service 'who' is udp/513" portctl grant nobody 80/tcp,who
}

@test "a service at port 0 is none" {
	{ cat /etc/services; echo "zerosrv 0/tcp"; } >services
	at_zero() { unshare --mount bash -c 'mount --bind services /etc/services && exec "$@"' - "$@"; }
	for word in zerosrv tcp/zerosrv 80,zerosrv; do
		unchanged 2 "service 'zerosrv' is port 0 in services(5)" at_zero portctl grant nobody $word
	done
	unchanged 2 "'zerosrv' is not a port or a service" at_zero portctl grant nobody udp/zerosrv
	[[ -z $(nodes) ]]
	echo "tcp zerosrv nobody 600" >table
	unchanged 2 "table:1:5: error: service 'zerosrv' is port 0" at_zero portctl check table
}

@test "the word that was meant" {
	unchanged 2 "did you mean 'list'?" portctl lst
	unchanged 2 "did you mean 'release'?" portctl relaese tcp/80
	unchanged 2 "did you mean 'status'?" portctl stat
	unchanged 2 "did you mean 'grant'?" portctl help grnat
	unchanged 2 "did you mean '--json'?" portctl list --jsno
	unchanged 2 "did you mean '--dry-run'?" portctl grant nobody 80 --dryrun
	unchanged 2 "did you mean 'tcp'?" portctl grant nobody tpc/80
	unchanged 2 "did you mean 'udp'?" portctl grant nobody 80/upd
	unchanged 2 "did you mean 'https'?" portctl grant nobody htpps
	unchanged 2 "did you mean 'http'?" portctl grant nobody HTTP
	unchanged 2 "there is no user 'nobdoy'; did you mean 'nobody'?" portctl grant nobdoy tcp/80
	unchanged 2 "there is no group 'deamon'; did you mean 'daemon'?" portctl grant nobody:deamon tcp/80
	unchanged 2 "there is no user 'nobod'; did you mean 'nobody'?" portctl list nobod
	unchanged 2 "there is no column 'PROT'; did you mean 'PORT'?" portctl list -o PROT
	unchanged 2 "did you mean: tcp/80" portctl grant nobody tcp 80
	# Nothing is like it.
	unchanged 2 "'portctl help' lists the commands" portctl qqqqqq
	unchanged 2 "tcp/80, 80, 8000-8099 and http are" portctl grant nobody qqqqqqqqqq
}

@test "an address is no port" {
	unchanged 2 "'*:80' names an address; a rule is for all of them, and 80 is the port" portctl grant nobody '*:80'
	unchanged 2 "names an address" portctl grant nobody '[::]:80'
	unchanged 2 "names an address" portctl grant nobody localhost:80
}

@test "other names of the commands" {
	portctl add nobody tcp/80-83,8080
	for command in list show ls; do
		run -0 portctl $command -H -o port
		[[ $output == "tcp/80-83"$'\n'"tcp/8080" ]]
	done
	portctl rm tcp/80
	portctl del tcp/81
	portctl delete tcp/82
	[[ $(nodes | cut -d' ' -f1 | xargs) == "tcp/83 tcp/8080" ]]
	echo "tcp 90 nobody 600" >"$ETC/10.conf"
	portctl reload
	[[ $(nodes) == "tcp/90 $(id -u nobody):0 600" ]]
	portctl flush
	[[ -z $(nodes) ]]
	run -0 portctl help ls
	[[ $output == "portctl list "*"also called: show ls"* ]]
}

@test "options stand where they like" {
	node tcp/80 nobody 600
	run -0 portctl -j list
	[[ $output == *'"port": 80'* ]]
	run -0 portctl -H -o port ls tcp/80
	[[ $output == tcp/80 ]]
	run -0 portctl -o port tcp/80 -H
	[[ $output == tcp/80 ]]
	portctl -n release tcp/80
	portctl --mode 640 grant daemon tcp/81 --save
	[[ $(nodes) == "tcp/80 $(id -u nobody):0 600"$'\n'"tcp/81 $(id -u daemon):0 640" && -s $SAVED ]]
	unchanged 2 "'release' takes no option -m, --mode" portctl -m 600 release tcp/80
	unchanged 2 "option --json=1 takes no argument" portctl list --json=1
	run -0 portctl -h grant
	[[ $output == "portctl grant "* ]]
}

@test "a first word that is no command is a port only in a line of ports" {
	node tcp/80 nobody 600
	run -0 portctl tcp/80 http -H -o port
	[[ $output == tcp/80 ]]
	run -0 portctl who -H -o port
	[[ $output == udp/513 ]]
	unchanged 2 "'who' is not a command; 'portctl list who' lists the port" portctl who tcp/80
	unchanged 2 "'tcp/80' is not a command; 'portctl list tcp/80' lists the port" portctl tcp/80 nobody
}

@test "what is no port" {
	unchanged 2 "ports are 1 to 65535" portctl grant nobody 0
	unchanged 2 "ports are 1 to 65535" portctl grant nobody 65536
	unchanged 2 "ports are 1 to 65535" portctl grant nobody tcp/99999999999999999999
	unchanged 2 "port 080 is written 80" portctl grant nobody tcp/080
	unchanged 2 "runs backwards: 8000-8099" portctl grant nobody 8099-8000
	unchanged 2 "a port number is missing" portctl grant nobody tcp/80,
	unchanged 2 "a port number is missing" portctl grant nobody 80-
	unchanged 2 "a port number is missing" portctl grant nobody ""
	unchanged 2 "'sctp' is not a protocol; tcp and udp are" portctl grant nobody sctp/80
	unchanged 2 "not a port or a service" portctl grant nobody nosuchservice
	unchanged 2 "not a port" portctl grant nobody 80-90-100
	# A mistake in the second port keeps the first from being granted.
	unchanged 2 "ports are 1 to 65535" portctl grant nobody 80 70000
}

@test "each way to name an owner" {
	portctl grant nobody tcp/1
	portctl grant nobody:daemon tcp/2
	portctl grant nobody: tcp/3
	portctl grant :daemon tcp/4
	portctl grant 12345 tcp/5
	portctl grant +0:+12346 tcp/6
	nobody=$(id -u nobody) daemon=$(getent group daemon | cut -d: -f3)
	[[ $(nodes) == "tcp/1 $nobody:0 600
tcp/2 $nobody:$daemon 660
tcp/3 $nobody:$(id -g nobody) 660
tcp/4 0:$daemon 60
tcp/5 12345:0 600
tcp/6 0:12346 660" ]]
}

@test "what is no owner" {
	unchanged 2 "there is no user 'nosuchuser'" portctl grant nosuchuser tcp/80
	unchanged 2 "there is no group 'nosuchgroup'" portctl grant nobody:nosuchgroup tcp/80
	unchanged 2 "an owner is missing" portctl grant "" tcp/80
	unchanged 2 "an owner is missing" portctl grant : tcp/80
	unchanged 2 "there is no user '4294967295'" portctl grant 4294967295 tcp/80
	unchanged 2 "no login group" portctl grant 123456: tcp/80
}

@test "modes" {
	portctl grant nobody tcp/80 -m 640
	portctl grant nobody tcp/81 --mode 1600
	[[ $(nodes) == "tcp/80 $(id -u nobody):0 640
tcp/81 $(id -u nobody):0 1600" ]]
	for mode in 8 60 6666666 u+q -1 "" u u+rw, ,u+w w +s; do
		unchanged 2 "is not a mode" portctl grant nobody tcp/80 -m "$mode"
	done
}

@test "modes in words, from what grant gives" {
	mode() {
		rm -f "$PORT/tcp/80"
		portctl grant "$1" tcp/80 -m "$2"
		[[ $(nodes) == *" $3" ]]
	}
	mode nobody u+rw,g=w,+t 1620
	mode nobody:daemon g-r 620
	mode nobody g=u 660
	mode nobody a=w 222
	mode nobody u=r,go+rw-r 422
	# Without a class, what the umask takes is not given.
	umask 022
	mode nobody +w 600
	umask 000
	mode nobody +w 622
	mode nobody +t,-t 600
	mode nobody = 0
}

@test "arguments that are swapped get the right command" {
	unchanged 2 "did you mean: portctl grant nobody tcp/80 tcp/443 8080" portctl grant tcp/80 tcp/443 8080 nobody
	unchanged 2 "did you mean: portctl grant nobody: 80 443" portctl grant 80 443 nobody:
	unchanged 2 "did you mean: portctl grant nobody tcp/80" portctl grant tcp/80 nobody
	unchanged 2 "did you mean: portctl test nobody 80" portctl test 80 nobody
	unchanged 2 "did you mean: portctl grant nobody-knows tcp/80" portctl grant tcp/80 nobody-knows
	unchanged 2 "there is no user 'tcp/80'" portctl grant tcp/80 tpc/443
}

@test "usage" {
	unchanged 2 "'lst' is not a command" portctl lst
	unchanged 2 "too few arguments; the command is: portctl grant USER[:GROUP] PORT..." portctl grant nobody
	unchanged 2 "too many arguments" portctl save a b
	unchanged 2 "unknown option -x" portctl list -x
	unchanged 2 "'list' takes no option -n, --dry-run" portctl list --dry
	unchanged 2 "'grant' takes no option -N, --numeric" portctl grant -N nobody 80
	unchanged 2 "-m needs an argument" portctl grant nobody 80 -m
	unchanged 2 "there is no command 'x'" portctl help x
	unchanged 2 "there is no column 'colour'" portctl list -o port,colour
	unchanged 2 "there is no column ','" portctl list -o ,
	run -0 portctl help
	run -0 portctl --help
	run -0 portctl -h
	run -0 portctl --version
	[[ $output == "portctl "[0-9]* ]]
	run -0 portctl version
}

@test "words are not printed as they came" {
	unchanged 2 "there is no user '\\x1b[31m'" portctl grant $'\e[31m' 80
}

@test "a set-user-id run ignores PORTCTL_ROOT" {
	node tcp/80 nobody 600
	chmod 711 "$BATS_RUN_TMPDIR"
	install -m 4755 "$(command -v portctl)" "$BATS_TEST_TMPDIR/setuid"
	run --separate-stderr setpriv --reuid nobody --clear-groups "$BATS_TEST_TMPDIR/setuid" status
	((status == 3)) && [[ $output$stderr != *"$PORTCTL_ROOT"* && $output == module* ]]
}
