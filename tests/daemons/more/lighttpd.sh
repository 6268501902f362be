# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
packages='lighttpd lighttpd-mod-openssl'
ports='
tcp:80   http   it works
tcp:443  https  it works
'
refusal='bind() [::]:443: Permission denied'

# One socket of each port for both families.
configure() {
	cat >lighttpd.conf <<-END
		server.modules = ("mod_openssl", "mod_indexfile", "mod_staticfile")
		server.document-root = "$PWD/www"
		server.pid-file = "$PWD/pid"
		server.v4mapped = "enable"
		server.bind = "[::]"
		server.port = 80
		index-file.names = ("index.html")
		mimetype.assign = (".html" => "text/html")
		ssl.pemfile = "$PWD/cert.pem"
		ssl.privkey = "$PWD/key.pem"
		\$SERVER["socket"] == "[::]:443" { ssl.engine = "enable" }
	END
}

start() { exec lighttpd -D -f lighttpd.conf; }
