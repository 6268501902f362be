# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
packages='libserver-starter-perl starlet'
ports='
tcp:80  http  it works
'
# It knows IPv4's addresses only.
families=IPv4
refusal='failed to bind to 0.0.0.0:80:Permission denied'

configure() {
	cat >app.psgi <<-'END'
		sub { [200, ['Content-Type' => 'text/plain'], ["it works\n"]] }
	END
}

start() { exec start_server --port=0.0.0.0:80 -- plackup -s Starlet --max-workers=2 -E deployment app.psgi; }
