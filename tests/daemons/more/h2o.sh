# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
packages=h2o/bookworm
ports='
tcp:80   http   it works
tcp:443  https  it works
'
refusal='failed to listen to port'

configure() {
	cat >h2o.conf <<-END
		num-threads: 1
		pid-file: $PWD/pid
		hosts:
		  "default:80":
		    listen: { port: 80 }
		    paths: { "/": { file.dir: $PWD/www } }
		  "default:443":
		    listen: { port: 443, ssl: { certificate-file: $PWD/cert.pem, key-file: $PWD/key.pem } }
		    paths: { "/": { file.dir: $PWD/www } }
	END
}

start() { exec h2o -m worker -c h2o.conf; }
