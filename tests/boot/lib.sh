# SPDX-License-Identifier: GPL-2.0
# What the steps in the guest share. A step is a list of cases.
# shellcheck shell=bash
# shellcheck disable=SC2034 # the steps use what they need

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
tree=/var/tmp/portfs
state=/root/state

# shellcheck source=tests/kselftest/cases.sh
. "$here/../kselftest/cases.sh"

like() { [[ $1 == *"$2"* ]] || { printf '%s\nno "%s" in that\n' "$1" "$2"; return 1; }; }
unlike() { [[ $1 != *"$2"* ]] || { printf '%s\n"%s" is in that\n' "$1" "$2"; return 1; }; }

# await COMMAND…: for as long as an emulated machine may need; what it waited for fails by the plan's time-out.
await() {
	until "$@"; do sleep 0.2; done
}

is_loaded() { [[ -d /sys/module/portfs ]]; }
is_mounted() { mountpoint -q /dev/port && [[ $(stat -f -c %t /dev/port) == 706f7274 ]]; }
node() { stat -c '%U:%G %a' "/dev/port/$1"; }

# The device for I/O ports at $1: its type and number, owner, mode, and what its link says.
io_device() { echo "$(stat -c '%F %t:%T %U:%G %a' "$1") $(readlink /dev/char/1:4)"; }

# All files, with what they are and, in /etc, what they hold. Not what any boot changes.
list_files() {
	find / -xdev \( -path /proc -o -path /root -o -path /tmp -o -path /var/tmp -o -path /var/log -o -path /var/cache \
		-o -path /var/backups -o -path /var/lib/systemd -o -path '/var/lib/dkms/mok.*' -o -path /share -o -path /var/lib/nginx \) -prune \
		-o -printf '%p %y %m %U:%G %l\n' | sort
	find /etc -xdev -type f ! -name 'passwd*' -exec sha256sum {} + | sort -k 2
}

# The times at which units left their first state, in µs since the boot.
started() { systemctl show -P InactiveExitTimestampMonotonic "$1"; }
finished() { systemctl show -P ExecMainExitTimestampMonotonic "$1"; }
