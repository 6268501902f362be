# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
packages=nodejs
ports='
tcp:80  http  it works
'
refusal='Error: listen EACCES: permission denied :::80'

start() { exec nodejs -e 'require("http").createServer((request, answer) => answer.end("it works\n")).listen(80, "::")'; }
