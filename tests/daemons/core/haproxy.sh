# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
packages=haproxy
ports='
tcp:80   http   it works
tcp:443  https  it works
'
refusal='cannot bind socket (Permission denied) for [0.0.0.0:80]'

configure() {
	cat cert.pem key.pem >both.pem
	cat >haproxy.cfg <<-END
		defaults
			mode http
			timeout connect 1m
			timeout client 1m
			timeout server 1m
		frontend web
			bind 0.0.0.0:80
			bind [::]:80 v6only
			bind 0.0.0.0:443 ssl crt $PWD/both.pem
			bind [::]:443 v6only ssl crt $PWD/both.pem
			http-request return status 200 content-type text/plain string "it works"
	END
}

start() { exec haproxy -W -f haproxy.cfg; }
