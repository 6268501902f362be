# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
packages=redis-server
# Not a privileged port: whoever comes first would have it, had it no owner.
ports='
tcp:6379  redis  PONG
'
refusal='Could not create server TCP listening socket *:6379: bind: Permission denied'

start() { exec redis-server --port 6379 --bind '*' '::*' --protected-mode no --save '' --dir "$PWD"; }
