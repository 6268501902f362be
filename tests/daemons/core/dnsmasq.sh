# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
packages='dnsmasq-base bind9-dnsutils'
ports='
udp:53  dns  192.0.2.80
tcp:53  dns  192.0.2.80
'
refusal='failed to create listening socket for port 53: Permission denied'

start() {
	exec dnsmasq --keep-in-foreground --conf-file=/dev/null --log-facility=- --pid-file --no-resolv --no-hosts \
		--address=/www.test/192.0.2.80
}
