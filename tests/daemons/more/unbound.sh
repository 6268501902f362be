# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
packages='unbound bind9-dnsutils'
ports='
udp:53  dns  192.0.2.80
tcp:53  dns  192.0.2.80
'
refusal="can't bind socket: Permission denied"

configure() {
	cat >unbound.conf <<-END
		server:
			username: ""
			chroot: ""
			directory: "$PWD"
			pidfile: "$PWD/pid"
			use-syslog: no
			do-daemonize: no
			interface: 0.0.0.0
			interface: ::
			access-control: ::0/0 allow
			access-control: 0.0.0.0/0 allow
			module-config: iterator
			local-data: "www.test. A 192.0.2.80"
	END
}

start() { exec unbound -d -c unbound.conf; }
