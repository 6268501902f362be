#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2030,SC2031 # bats sets them
# import authbind: which names and lines give ports is what authbind's own helper says of them.

load lib.bash
load host.bash

imports() {
	run --separate-stderr unshare --net portctl import authbind "${@:2}"
	printf '%s\n' "$output" "$stderr"
	[[ $status == "$1" ]]
	printf '%s\n' "$output" | portctl check -
}

# may USER… / may_not USER…: by the rule of tcp/80, as it was imported.
restored() { portctl import authbind >"$ETC/authbind.conf" 2>/dev/null || true; portctl restore; }
may() { for user; do portctl test "$user" tcp/80; done; }
may_not() { for user; do run -1 portctl test "$user" tcp/80; done; }

@test "several files for one port: who has it by any of them has it" {
	by byaddr/127.0.0.1,80 daemon:root 050
	by byaddr/127.0.0.2,80 root:root 755
	imports 1
	restored
	may daemon bin nobody
	# As well if the first of them gives it to its owner alone.
	by byaddr/127.0.0.1,80 nobody:root 500
	restored
	may daemon bin nobody
}
