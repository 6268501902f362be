# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
packages=memcached
# Not privileged ports: whoever comes first would have them, had they no owner.
ports='
tcp:11211  memcached  VERSION
'
refusal='bind(): Permission denied'

start() { exec memcached -l 0.0.0.0,:: -p 11211 -U 0 -t 1; }
