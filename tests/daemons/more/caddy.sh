# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
packages=caddy
ports='
tcp:80   http    it works
tcp:443  https   it works
udp:443  opened  443
'
refusal='bind: permission denied'

# udp/443 is for HTTP/3, which Debian's curl does not ask for: that the port is open is all that is seen.
configure() {
	cat >Caddyfile <<-END
		{
			admin off
			auto_https off
			storage file_system $PWD/storage
		}
		:80 {
			root * $PWD/www
			file_server
		}
		:443 {
			tls $PWD/cert.pem $PWD/key.pem
			root * $PWD/www
			file_server
		}
	END
}

start() { exec caddy run --config Caddyfile --adapter caddyfile; }
