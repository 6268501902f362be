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
