#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Ports that the kernel binds itself: for its NFS server and client, for MPTCP's
# listeners and subflows, for tunnels. The rule decides on whoever it does it for;
# what it does of its own accord it does with all capabilities.
# shellcheck disable=SC2317 # the cases are called by their names

set -u
here=$(cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=tests/kselftest/cases.sh
. "$here/cases.sh"

NFSD=/proc/fs/nfsd
RANGE=/proc/sys/net/ipv4/ip_local_port_range

# Who could configure it, as the network's administrator but without CAP_NET_BIND_SERVICE.
as() {
	setpriv --reuid "$1" --regid "$1" --clear-groups --inh-caps=-all,+net_admin \
		--ambient-caps=-all,+net_admin -- "${@:2}"
}

refused() {
	local words
	if words=$(LC_ALL=C "$@" 2>&1); then
		echo "succeeded: $*"
		return 1
	fi
	# MPTCP says it in words of its own.
	[[ $words == *'Permission denied'* || $words == *'listen socket error'* ]] || { echo "$*: $words"; return 1; }
}

# ---- NFS ----

start_nfsd() {
	mountpoint -q "$NFSD" || mount -t nfsd nfsd "$NFSD" 2>/dev/null || skip 'no NFS server'
	# The others want rpcbind.
	echo '-2 -3 +4' >"$NFSD/versions"
}
stop_nfsd() { echo 1 >"$NFSD/threads" && echo 0 >"$NFSD/threads"; }
# shellcheck disable=SC2016
serve() { bash -c 'echo "tcp 2049" >"$1"' serve "$NFSD/portlist"; }
listening() { [[ $(ss -Hltn "sport = :$1") ]]; }

nfs_server() {
	start_nfsd
	must serve
	must stop_nfsd
	must chown alice "$PORT/tcp/2049"
	must serve
	must listening 2049
	must stop_nfsd
	must_not listening 2049
	must chmod 1600 "$PORT/tcp/2049"
	must refused serve
	must_not listening 2049
	must setfacl -m u:root:rw "$PORT/tcp/2049"
	must serve
	must listening 2049
	must stop_nfsd
}

# The port that the NFS client comes from, which a kernel thread binds; 0 if it has not come after so many seconds,
# or what it died of.
client_port() {
	python3 -S - "$1" <<'END'
import ctypes, errno, os, select, signal, socket, sys

libc = ctypes.CDLL(None, use_errno=True)
server = socket.create_server(("127.0.0.1", 2049))
child = os.fork()
if not child:
	libc.mount(b"127.0.0.1:/", b"/mnt", b"nfs4", 0, b"addr=127.0.0.1,clientaddr=127.0.0.1,vers=4.2")
	os._exit(ctypes.get_errno())
gone = os.pidfd_open(child)
ready, _, _ = select.select([server, gone], [], [], float(sys.argv[1]))
port = server.accept()[1][1] if server in ready else 0
server.close()
os.kill(child, signal.SIGKILL)
status = os.waitpid(child, 0)[1]
print(port or os.WIFEXITED(status) and errno.errorcode.get(os.WEXITSTATUS(status)) or 0)
END
}

nfs_client() {
	modprobe nfsv4 2>/dev/null || skip 'no NFS client'
	# One port to come from.
	must eval 'echo 700 >/proc/sys/sunrpc/min_resvport'
	must eval 'echo 700 >/proc/sys/sunrpc/max_resvport'
	must equal "$(client_port 300)" 700
	must chown alice "$PORT/tcp/700"
	must equal "$(client_port 300)" 700
	must chmod 1600 "$PORT/tcp/700"
	must equal "$(client_port 300)" EACCES
	must setfacl -m u:root:rw "$PORT/tcp/700"
	must equal "$(client_port 300)" 700
}

# ---- MPTCP ----

# A socket of the kernel's own that listens on a port besides.
mptcp_endpoint() {
	local low=81 high=8081 port
	sysctl -q net.mptcp.enabled=1 2>/dev/null || skip 'no MPTCP'
	must ip mptcp endpoint flush
	for port in $low $high; do
		must chown alice "$PORT/tcp/$port"
		must refused as bob ip mptcp endpoint add 127.0.0.1 port "$port" signal
		must_not listening "$port"
		must as alice ip mptcp endpoint add 127.0.0.1 port "$port" signal
		must listening "$port"
		must ip mptcp endpoint flush
		must ip mptcp endpoint add 127.0.0.1 port "$port" signal
		must ip mptcp endpoint flush
		must chmod 1600 "$PORT/tcp/$port"
		must refused ip mptcp endpoint add 127.0.0.1 port "$port" signal
		must rm "$PORT/tcp/$port"
	done
	must refused as bob ip mptcp endpoint add 127.0.0.1 port "$low" signal
	must as bob ip mptcp endpoint add 127.0.0.1 port "$high" signal
	must ip mptcp endpoint flush
}

# The local ports of a client's subflows, once there are two.
subflow_ports() {
	setpriv --reuid alice --regid alice --clear-groups python3 -S - "$1" <<'END'
import os, socket, subprocess, sys, time

MPTCP = 262
port = int(sys.argv[1])
server = socket.socket(socket.AF_INET, socket.SOCK_STREAM, MPTCP)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("10.9.0.1", port))
server.listen()
client = socket.socket(socket.AF_INET, socket.SOCK_STREAM, MPTCP)
client.connect(("10.9.0.1", port))
other, _ = server.accept()
for i in range(600):
	client.send(b"x")
	other.recv(1)
	lines = subprocess.run(["ss", "-Htn", "state", "established", f"dport = :{port}"],
			       capture_output=True, text=True).stdout.split("\n")
	flows = sorted(line.split()[2] for line in lines if line)
	if len(flows) == 2:
		break
	time.sleep(0.1)
print(*flows)
END
}

# They come and go on ports that are nobody's, to a port that is somebody's.
mptcp_subflows() {
	local left=20002 port
	sysctl -q net.mptcp.enabled=1 2>/dev/null || skip 'no MPTCP'
	must ip address add 10.9.0.1/32 dev lo
	must ip address add 10.9.0.2/32 dev lo
	must ip mptcp limits set subflow 2 add_addr_accepted 2
	must ip mptcp endpoint flush
	must ip mptcp endpoint add 10.9.0.2 subflow
	must eval "echo 20000 20007 >$RANGE"
	must chown alice "$PORT/tcp/81"
	for port in {20000..20007}; do
		[[ $port == "$left" ]] || must chown bob "$PORT/tcp/$port"
	done
	must equal "$(subflow_ports 81)" "10.9.0.1:$left 10.9.0.2:$left"
}

# ---- tunnels ----

vxlan() {
	modprobe vxlan 2>/dev/null || skip 'no VXLAN'
	must ip link add vxlan9 type vxlan id 9 local 127.0.0.1 dev lo dstport 8472
	must chown alice "$PORT/udp/8472"
	must refused as bob ip link set vxlan9 up
	must as alice ip link set vxlan9 up
	must ip link set vxlan9 down
	must ip link set vxlan9 up
	must ip link set vxlan9 down
	must chmod 1600 "$PORT/udp/8472"
	must refused ip link set vxlan9 up
}

# ---- what programs of root's do ----

# rpcbind and others look for a privileged port, from 600 on: bindresvport(3).
bindresvport() {
	cat >/tmp/resvport.py <<'END'
import ctypes, socket
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
libc = ctypes.CDLL(None, use_errno=True)
print(s.getsockname()[1] if not libc.bindresvport(s.fileno(), None) else ctypes.get_errno())
END
	must chown alice "$PORT"/tcp/{600..1023}
	(($(python3 -S /tmp/resvport.py) >= 600)) || { echo 'root got none'; exit 1; }
	must equal "$(as bob python3 -S /tmp/resvport.py)" 13
}

restore() {
	{
		[[ ! -e $NFSD/threads ]] || { stop_nfsd; umount "$NFSD"; }
		[[ ! -d /proc/sys/sunrpc ]] || {
			echo 665 >/proc/sys/sunrpc/min_resvport
			echo 1023 >/proc/sys/sunrpc/max_resvport
		}
		ip mptcp endpoint flush
		ip address del 10.9.0.1/32 dev lo
		ip address del 10.9.0.2/32 dev lo
		ip link del vxlan9
		echo 32768 60999 >"$RANGE"
		release_all
	} 2>/dev/null
}

trap restore EXIT
restore
echo TAP version 13
run 'the NFS server' nfs_server
run 'the NFS client' nfs_client
run 'a port that MPTCP announces' mptcp_endpoint
run "MPTCP's subflows" mptcp_subflows
run 'a tunnel' vxlan
run 'bindresvport' bindresvport
plan
