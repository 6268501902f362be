# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
packages=python3
ports='
tcp:80  http  it works
'
refusal='PermissionError: [Errno 13] Permission denied'

start() { exec python3 -m http.server --directory www --bind :: 80; }
