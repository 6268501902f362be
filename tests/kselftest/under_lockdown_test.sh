#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A kernel that is locked down takes no unsigned module, and portctl says which step is missing. Nothing
# unlocks a kernel, so no test program can follow this one.

set -u

LOCKDOWN=/sys/kernel/security/lockdown

echo TAP version 13
echo 1..1
if [[ ! -e $LOCKDOWN ]]; then
	echo "ok 1 - portctl names the missing step # SKIP this kernel has no lockdown"
	exit
fi

# names_the_step COMMAND…: in one line, with status 3.
names_the_step() {
	local words status
	words=$("$@" 2>&1 >/dev/null)
	status=$?
	echo "# $*: $status: $words"
	[[ $status == 3 && $words == *'mokutil --import '* && $words != *$'\n'* ]]
}

umount /dev/port
rmmod portfs
echo integrity >$LOCKDOWN
if names_the_step portctl list && names_the_step portctl mount; then
	echo "ok 1 - portctl names the missing step"
else
	echo "not ok 1 - portctl names the missing step"
fi
