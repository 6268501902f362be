# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
packages='bind9 bind9-dnsutils'
ports='
udp:53  dns  192.0.2.80
tcp:53  dns  192.0.2.80
'
# It does not say why, stays up and listens on nothing.
refusal='creating IPv4 interface lo failed; interface ignored'

configure() {
	cat >named.conf <<-END
		options {
			directory "$PWD";
			pid-file none;
			listen-on { any; };
			listen-on-v6 { any; };
			recursion no;
			dnssec-validation no;
			session-keyfile none;
		};
		controls { };
		zone "test" { type primary; file "$PWD/zone"; };
	END
	cat >zone <<-'END'
		$TTL 60
		@	SOA ns root 1 60 60 60 60
		@	NS ns
		ns	A 127.0.0.1
		www	A 192.0.2.80
	END
}

start() { exec named -g -n 1 -c "$PWD/named.conf"; }
