# SPDX-License-Identifier: GPL-2.0
# Clients: each asks PORT at $address and prints the answer.
# shellcheck shell=bash
# shellcheck disable=SC2154 # the guest's

# fetch SCHEME PORT [PATH]: by curl, which speaks most of what has a server here. Who is asked for a name is a reader.
fetch() { curl -s -k -m 60 -u reader:secret "$1://${address/*:*/[$address]}:$2/${3-}"; }

http() { fetch http "$1"; }
https() { fetch https "$1"; }
imap() { fetch imap "$1"; }
imaps() { fetch imaps "$1"; }
pop3() { fetch pop3 "$1" 1; }
pop3s() { fetch pop3s "$1" 1; }
dns() { dig +short +tries=1 +time=10 "+${protocol/udp/notcp}" -p "$1" "@$address" www.test; }
redis() { redis-cli -h "$address" -p "$1" ping; }
netbios() { nmblookup -U "$address" PORTFS; }
ftp() { curl -s -m 60 "ftp://${address/*:*/[$address]}:$1/index.html"; }

# The first line that a server says.
greeting() {
	local line
	{ exec {connection}<>"/dev/tcp/$address/$1"; } 2>/dev/null || return
	read -r -t 60 line <&"$connection"
	exec {connection}>&-
	printf '%s\n' "$line"
}

memcached() {
	local line
	{ exec {connection}<>"/dev/tcp/$address/$1"; } 2>/dev/null || return
	printf 'version\r\n' >&"$connection"
	read -r -t 60 line <&"$connection"
	exec {connection}>&-
	printf '%s\n' "$line"
}

ssh() {
	command ssh -F none -n -q -p "$1" -i "$directory/login" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
		-o IdentitiesOnly=yes "alice@$address" cat "$directory/www/index.html"
}

# That a port is bound, for whom there is no client here: one socket is for both families, or each has its own.
opened() { ss -H -l -n "--$protocol" "sport = :$1"; }

# It waits for ever for an answer that is lost.
stun() { timeout 10 turnutils_stunclient -p "$1" "$address"; }

# Two clients that talk by relays of the server's.
call() {
	local options=(-v -c -y -n 5 -u reader -w secret)
	[[ $protocol != tcp ]] || options+=(-t)
	[[ $address != *:* ]] || options+=(-x)
	timeout 120 turnutils_uclient "${options[@]}" "$address"
}

turn() { call | grep -o 'Total lost packets [0-9]*'; }

# The same, where each relay is one of the ports FIRST-LAST.
relays() {
	local said relay relays
	said=$(call) || return
	mapfile -t relays < <(sed -n 's/.*relay addr: .*:\([0-9]*\)$/\1/p' <<<"$said")
	((${#relays[@]})) || { echo 'no relay was seen'; return 1; }
	for relay in "${relays[@]}"; do
		((relay >= ${1%-*} && relay <= ${1#*-})) || { echo "a relay at $relay"; return 1; }
	done
	echo "relays at ${relays[*]}: $(grep -o 'Total lost packets [0-9]*' <<<"$said")"
}
