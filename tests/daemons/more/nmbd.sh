# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
packages='samba samba-common-bin'
# NetBIOS is IPv4's.
ports='
udp:137  netbios  PORTFS<00>
udp:138  opened   138
'
families=IPv4
refusal='bind for 0.0.0.0 port 137 failed: Permission denied'

# It waits for ever for an interface with broadcasts.
machine() { ip link add net0 type bridge && ip addr add 192.0.2.1/24 broadcast + dev net0 && ip link set net0 up; }

configure() {
	mkdir -p state
	cat >smb.conf <<-END
		[global]
			netbios name = PORTFS
			interfaces = net0
			lock directory = $PWD/state
			state directory = $PWD/state
			cache directory = $PWD/state
			private dir = $PWD/state
			pid directory = $PWD/state
			ncalrpc dir = $PWD/state/ncalrpc
			nmbd:socket dir = $PWD/state/nmbd
	END
}

# At its usual level it ends without a word.
start() { exec nmbd -F --debug-stdout -d 10 --no-process-group -s "$PWD/smb.conf"; }
