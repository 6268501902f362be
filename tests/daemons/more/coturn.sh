# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
packages=coturn
# Beside its own, those of the relays, of which each call takes some.
ports='
udp:3478         stun    UDP reflexive addr
tcp:3478         turn    Total lost packets 0
udp:49152-53247  relays  Total lost packets 0
'
refusal='Cannot bind local socket to addr: Permission denied'

start() {
	exec turnserver -n --no-tls --no-dtls --no-cli --no-rfc5780 --no-stdout-log -l stdout --lt-cred-mech \
		-u reader:secret -r test --min-port 49152 --max-port 53247 --allow-loopback-peers --listening-ip 127.0.0.1 \
		--listening-ip ::1 --relay-ip 127.0.0.1 --relay-ip ::1 --pidfile "$PWD/pid" --db "$PWD/db"
}
