# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# The same h2o, on sockets that the wrapper binds and hands to each generation of the server.
# shellcheck source=tests/daemons/more/h2o.sh
. "${BASH_SOURCE%/*}/h2o.sh"
packages+=' libserver-starter-perl'
refusal='failed to bind to 0.0.0.0:80:Permission denied'

start() {
	exec start_server --port=0.0.0.0:80 --port='[::]:80' --port=0.0.0.0:443 --port='[::]:443' -- h2o -m worker -c h2o.conf
}
