#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # bats sets them
# status: the module, its hooks and what keeps it loaded, in stand-ins for /sys and /proc.

load lib.bash

module() {
	mkdir -p "$PORTCTL_ROOT/sys/module/portfs/hooks"
	echo 1.2.3 >"$PORTCTL_ROOT/sys/module/portfs/version"
	for hook in __inet_bind __inet6_bind; do echo alive >"$PORTCTL_ROOT/sys/module/portfs/hooks/$hook"; done
}

# process PID NAME MOUNTINFO
process() {
	mkdir -p "$PORTCTL_ROOT/proc/$1/ns"
	printf '%s\n' "$2" >"$PORTCTL_ROOT/proc/$1/comm"
	printf '%s\n' "$3" >"$PORTCTL_ROOT/proc/$1/mountinfo"
	ln -s "mnt:[$1]" "$PORTCTL_ROOT/proc/$1/ns/mnt"
	ln -s "$(readlink /proc/self/ns/net)" "$PORTCTL_ROOT/proc/$1/ns/net"
}

OURS='33 22 0:44 / /dev/port rw,relatime - portfs portfs rw'
THEIRS='35 23 0:44 / /mnt/a\040b\033 ro,relatime - portfs portfs rw'
OTHER='22 1 0:45 / /tmp rw,relatime - tmpfs tmpfs rw'

@test "each hook, and what keeps the module loaded" {
	module
	process 1 init "$OTHER
$OURS"
	node tcp/80 nobody 600
	run -0 --separate-stderr portctl status
	[[ -z $stderr && $output == "module   loaded, version 1.2.3
mount    $PORT
hooks    __inet6_bind alive, __inet_bind alive
rules    1 tcp, 0 udp
saved    no: 1 port differs; 'portctl diff' shows them, 'portctl save' keeps them
in use   by the rules of this network namespace
in use   by the mount /dev/port, seen by process 1 (init)" ]]
	# The same mount, and another.
	process 12 $'\e[31m' "$OURS
$THEIRS"
	rm "$PORT/tcp/80" "$PORTCTL_ROOT/proc/1/mountinfo"
	run -0 portctl status
	[[ $(grep '^in use' <<<"$output") == 'in use   by the mount /dev/port, seen by process 12 (\x1b[31m)
in use   by the mount /mnt/a b\x1b, seen by process 12 (\x1b[31m)' ]]
	# Who has the counters open, of whichever network namespace, once; of other files nobody.
	mkdir "$PORTCTL_ROOT/proc/12/fd"
	ln -s /proc/12/net/portfs "$PORTCTL_ROOT/proc/12/fd/3"
	ln -s '/9/net/portfs (deleted)' "$PORTCTL_ROOT/proc/12/fd/4"
	mkdir "$PORTCTL_ROOT/proc/1/fd"
	ln -s /srv/net/portfs.old "$PORTCTL_ROOT/proc/1/fd/3"
	ln -s /proc/1/net/tcp "$PORTCTL_ROOT/proc/1/fd/4"
	run -0 portctl status
	[[ $(grep '^in use' <<<"$output" | tail -n 1) == 'in use   by process 12 (\x1b[31m), which has /proc/net/portfs open' ]]
	[[ $(grep -c 'has /proc/net/portfs open' <<<"$output") == 1 ]]
	portctl status -j | python3 -c '
import json, sys
holder = json.load(sys.stdin)["holders"][-1]
assert holder["kind"] == "counters" and holder["path"].endswith("/net/portfs (deleted)") or \
	holder["path"] == "/proc/12/net/portfs", holder
assert holder["pid"] == 12 and holder["namespace"] is holder["rules"] is None, holder'
	# A namespace that cannot be looked into is not passed over.
	ln -sfn 'net:[1]' "$PORTCTL_ROOT/proc/12/ns/net"
	run -0 portctl status
	[[ $output == *"in use   perhaps by more: not all processes can be looked into" ]]
}

@test "a dead hook is a failure" {
	module
	process 1 init "$OURS"
	echo dead >"$PORTCTL_ROOT/sys/module/portfs/hooks/__inet_bind"
	run -1 --separate-stderr portctl status
	[[ $output == *"hooks    __inet6_bind alive, __inet_bind dead
"* && ${#stderr_lines[@]} == 1 && $stderr == *"a hook is dead"* ]]
	run -1 --separate-stderr portctl status -j
	[[ -z $stderr ]]
	python3 -c '
import json, sys
document = json.loads(sys.argv[1])
assert document["hooks"] == [{"name": "__inet6_bind", "state": "alive"}, {"name": "__inet_bind", "state": "dead"}]
assert len(document["errors"]) == 1' "$output"
}

@test "JSON" {
	module
	process 1 init "$OURS"
	node udp/53 nobody 600
	portctl status -j | python3 -c '
import json, sys
document = json.load(sys.stdin)
assert list(document) == ["version", "module", "mount", "hooks", "rules", "unsaved", "wrong", "waiting", "holders",
	"all_holders", "errors"], document
assert document["module"] == {"loaded": True, "version": "1.2.3"}
assert document["mount"]["mounted"] is True and document["rules"] == {"tcp": 0, "udp": 1}
assert document["unsaved"] == 1 and document["wrong"] == document["waiting"] == document["errors"] == []
assert document["holders"] == [{"kind": "mount", "path": "/dev/port", "namespace": None, "rules": None, "pid": 1,
	"process": "init"}] and document["all_holders"] is True'
	echo nonsense >"$ETC/10.conf"
	portctl status -j | python3 -c '
import json, sys
document = json.load(sys.stdin)
assert document["unsaved"] is None and len(document["errors"]) == 1, document'
}

@test "/proc that ends in an error is told" {
	module
	process 1 init "$OURS"
	rm -r "$PORTCTL_ROOT/proc"
	run -0 --separate-stderr portctl status
	[[ $stderr == *"cannot see what keeps the module loaded: No such file or directory" ]]
}
