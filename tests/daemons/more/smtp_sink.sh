# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
packages=postfix
ports='
tcp:25  greeting  220 smtp-sink
'
refusal='port 25: Permission denied'

# What of postfix asks for nothing but the port: its server for tests, which takes mail and drops it. It has one socket.
start() {
	smtp-sink -v '[::]:25' 100 &
	exec smtp-sink -v 0.0.0.0:25 100
}
