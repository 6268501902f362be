#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # bats sets them
# allow, deny and revoke: one user more or less.

load lib.bash

rule() { getfacl -cpnE "$PORT/${1:-tcp/80}" | xargs; }

@test "allow adds one user, and the rest stays" {
	node tcp/80 daemon:sys 1660
	portctl allow nobody tcp/80
	[[ $(rule) == "user::rw- user:$(id -u nobody):rw- group::rw- mask::rw- other::---" ]]
	[[ $(nodes) == "tcp/80 1:3 1660" ]]
	portctl allow bin tcp/80
	[[ $(rule) == "user::rw- user:2:rw- user:$(id -u nobody):rw- group::rw- mask::rw- other::---" ]]
	before=$(rule)
	portctl allow bin tcp/80
	[[ $(rule) == "$before" ]]
	run -0 portctl test bin tcp/80
	unchanged 2 "there is no user 'nosuchuser'" portctl allow nosuchuser tcp/80
	unchanged 2 "did you mean: portctl allow nobody tcp/80 tcp/81" portctl allow tcp/80 tcp/81 nobody
}

@test "allow wakes nobody whom the mask silenced" {
	node tcp/80 daemon 600
	setfacl -m u:bin:rw,g:sys:r,m::r "$PORT/tcp/80"
	portctl allow nobody tcp/80
	[[ $(rule) == "user::rw- user:2:r-- user:$(id -u nobody):rw- group::--- group:3:r-- mask::rw- other::---" ]]
	run -1 portctl test bin tcp/80
}

@test "allow and deny of unclaimed ports begin with the kernel's own rule" {
	portctl allow nobody tcp/80 tcp/8080
	[[ $(rule tcp/80) == "user::rw- user:$(id -u nobody):rw- group::--- mask::rw- other::---" ]]
	[[ $(rule tcp/8080) == "user::rw- user:$(id -u nobody):rw- group::rw- mask::rw- other::rw-" ]]
	portctl deny nobody tcp/81 tcp/8081
	[[ ! -e $PORT/tcp/81 ]]
	[[ $(rule tcp/8081) == "user::rw- user:$(id -u nobody):--- group::rw- mask::rw- other::rw-" ]]
	run -1 portctl test nobody tcp/8081
	run -0 portctl test bin tcp/8081
}

@test "a list that was passed over gives and takes nothing later" {
	node tcp/80 root:daemon 606
	setfacl -m u:bin:rw,g:bin:rw,m::- "$PORT/tcp/80"
	for user in bin nobody; do run -0 portctl test $user tcp/80; done
	run -1 portctl test daemon tcp/80
	before=$(rule)
	for command in "allow games" "deny nobody" "revoke nobody"; do
		# shellcheck disable=SC2086
		portctl $command tcp/80
		[[ $(rule) != "$before" ]]
		run -0 portctl test bin tcp/80
		run -1 portctl test daemon tcp/80
		setfacl --set "${before// /,}" "$PORT/tcp/80"
	done
}

@test "deny takes one user out, and the rest stays" {
	node tcp/80 daemon:sys 660
	portctl allow nobody tcp/80
	portctl allow bin tcp/80
	portctl deny nobody tcp/80
	[[ $(rule) == "user::rw- user:2:rw- group::rw- mask::rw- other::---" ]]
	portctl deny bin tcp/80
	[[ $(rule) == "user::rw- group::rw- other::---" ]]
	[[ $(nodes) == "tcp/80 1:3 660" ]]
	before=$(rule)
	portctl deny bin tcp/80
	[[ $(rule) == "$before" ]]
}

@test "deny of somebody whom a group or all others let in" {
	node tcp/80 daemon 602
	portctl deny nobody tcp/80
	run -1 portctl test nobody tcp/80
	run -0 portctl test bin tcp/80
	node tcp/81 "daemon:$(id -gn nobody)" 660
	portctl deny nobody tcp/81
	run -1 portctl test nobody tcp/81
	run -0 portctl test daemon tcp/81
}

@test "deny of an owner, and of root" {
	node tcp/80 nobody 600
	node tcp/81 root 600
	unchanged 1 "nobody owns tcp/80: 'portctl revoke' takes it away" portctl deny nobody tcp/80
	unchanged 1 "root owns tcp/81" portctl deny root tcp/81
	unchanged 1 "root may bind tcp/80 whatever its ACL says" portctl deny root tcp/80
	# One of them cannot be: none is changed.
	setfacl -m u:nobody:rw "$PORT/tcp/81"
	unchanged 1 "nobody owns tcp/80" portctl deny nobody tcp/80-81
}

@test "allow of an owner who was not" {
	node tcp/80 nobody 60
	portctl allow nobody tcp/80
	[[ $(nodes) == *" 660" ]]
}

@test "a list that is full" {
	node tcp/80 daemon 600
	setfacl -m "$(seq -s, -f 'u:%g:rw' 1000 1251)" "$PORT/tcp/80"
	unchanged 1 "tcp/80 has as many ACL entries as a port takes" portctl allow nobody tcp/80
}

@test "revoke USER PORT takes the port from that user" {
	node tcp/80 nobody 600
	node tcp/81 nobody:sys 660
	node tcp/8080 nobody 600
	node tcp/82 daemon 600
	setfacl -m u:nobody:rw,u:bin:rw "$PORT/tcp/82"
	run -0 portctl revoke nobody tcp/80-82,8080
	[[ $(nodes) == "tcp/81 0:3 660"$'\n'"tcp/82 1:0 660"$'\n'"tcp/8080 0:0 600" ]]
	[[ $(rule tcp/82) == "user::rw- user:2:rw- group::--- mask::rw- other::---" ]]
	for port in tcp/80 tcp/81 tcp/82 tcp/8080; do run -1 portctl test nobody $port; done
	# An owner of many ways.
	node tcp/83 "nobody:$(id -gn nobody)" 666
	run -0 portctl revoke nobody tcp/83
	run -1 portctl test nobody tcp/83
	run -0 portctl test bin tcp/83
}

@test "revoke PORT releases, and a user who is a service is asked for" {
	node tcp/80 nobody 600
	node tcp/443 nobody 600
	portctl revoke tcp/80 https
	[[ -z $(nodes) ]]
	node tcp/80 nobody 600
	unchanged 2 "the ports are missing; 'portctl list --owner nobody'" portctl revoke nobody
	unchanged 2 "there is no user 'nosuchuser'" portctl revoke nosuchuser tcp/80
	unchanged 2 "not a port or a service" portctl revoke nosuchuser
	unchanged 2 "did you mean: portctl revoke nobody tcp/80" portctl revoke tcp/80 nobody
	getent passwd uucp && getent services uucp
	node tcp/540 uucp 600
	unchanged 2 "'uucp' is a user and a service" portctl revoke uucp tcp/540
	portctl revoke "+$(id -u uucp)" tcp/540
	[[ $(nodes) == "tcp/80 "* ]]
	portctl revoke uucp -n
}

@test "revoke asks whether a number is a user or a port" {
	portctl grant daemon tcp/8080
	portctl grant games 1
	unchanged 2 "'portctl revoke +1 tcp/8080' or 'portctl release 1 tcp/8080'" portctl revoke 1 tcp/8080
	unchanged 2 "'portctl revoke +99999 tcp/8080'" portctl revoke 99999 tcp/8080
	unchanged 2 "there is no user '1x'" portctl revoke 1x tcp/8080
	portctl revoke +1 tcp/8080
	[[ $(nodes) == "tcp/1 5:0 600
tcp/8080 0:0 600
udp/1 5:0 600" ]]
	portctl revoke 1
	[[ $(nodes) == "tcp/8080 0:0 600" ]]
}

@test "allow, deny and revoke take the options of grant and release" {
	node tcp/80 daemon 600
	before=$(rule)
	run -0 portctl allow nobody tcp/80 -n
	[[ $output == "-tcp 80 daemon 0600"$'\n'"+tcp 80 daemon 0660 u:nobody:rw-,g::---" ]]
	[[ $(rule) == "$before" ]]
	portctl allow nobody tcp/80 --save
	grep -qx "tcp 80 daemon 0660 u:nobody:rw-,g::---" "$SAVED"
}
