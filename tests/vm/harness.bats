#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2016,SC1003 # bats sets them; arguments as they are
# Does the harness notice what it is there to notice? Each test boots machines; K chooses the debug
# kernel away when it is not at hand: HARNESS_KERNEL (6.12) and HARNESS_DEBUG (6.12-debug; empty: skip).

bats_require_minimum_version 1.5.0

setup_file() {
	cd "$BATS_TEST_DIRNAME" || return
	export PORTFS_VM_LOG=$BATS_FILE_TMPDIR/log
	export KERNEL=${HARNESS_KERNEL-6.12} DEBUG=${HARNESS_DEBUG-6.12-debug}
	PROVOKE=$(./build -C provoke "$KERNEL")
	[[ -z $DEBUG ]] || PROVOKE_DEBUG=$(./build -C provoke "$DEBUG")
	export PROVOKE PROVOKE_DEBUG
}

setup() { cd "$BATS_TEST_DIRNAME" || return; }

# One processor: many boots, of which none is about two.
vm() { run --separate-stderr ./run -1 -k "$KERNEL" -t 300 "$@"; }

# The last line on stderr is the verdict.
verdict() {
	echo "status $status, expected $1; stderr: $stderr" | tail -n 60
	((status == $1)) && [[ ${stderr_lines[-1]} == *"$2"* ]]
}

provoke() { vm -s "$PROVOKE" -- sh -c "insmod ./provoke.ko harm=$1; sleep 1"; }

provoke_debug() {
	[[ $DEBUG ]] || skip "no debug kernel"
	run --separate-stderr ./run -1 -k "$DEBUG" -t 900 -s "$PROVOKE_DEBUG" -- sh -c "insmod ./provoke.ko harm=$1; sleep 1"
}

# ---- a machine that is well

@test "COMMAND's status, silently" {
	vm -- true
	((status == 0)) && [[ -z $output && -z $stderr ]]
	vm -- sh -c 'exit 3'
	((status == 3)) && [[ -z $output && -z $stderr ]]
}

@test "a COMMAND that is not there: 127" {
	run -127 --separate-stderr ./run -k "$KERNEL" -t 300 -- no-such-command
	 [[ $stderr == *no-such-command* ]]
}

@test "arguments arrive as they are, in /, with portfs in place" {
	vm -- python3 -c 'import sys, os; print(sys.argv[1:], os.getcwd(), os.path.ismount("/dev/port"))' \
		'' 'a b' "it's" '"$HOME" `x` \' $'new\nline' '*' -e '' ü
	[[ $output == "['', 'a b', \"it's\", '\"\$HOME\" \`x\` \\\\', 'new\\nline', '*', '-e', '', 'ü'] / True" ]]
}

@test "stdout and stderr: apart, and byte for byte" {
	local want
	# shellcheck disable=SC2016
	local program='import sys, random; r = random.Random(1); sys.stdout.buffer.write(r.randbytes(3000000)); sys.stderr.buffer.write(b"\0\r\n\xff" * 999)'
	want=$(python3 -c "$program" 2>&1 >/dev/null | sha256sum; python3 -c "$program" 2>/dev/null | sha256sum)
	./run -k "$KERNEL" -t 300 -- python3 -c "$program" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err"
	[[ $(sha256sum <"$BATS_TEST_TMPDIR/err"; sha256sum <"$BATS_TEST_TMPDIR/out") == "$want" ]]
}

@test "stdout streams" {
	./run -k "$KERNEL" -t 300 -- sh -c 'echo now; sleep 20' >"$BATS_TEST_TMPDIR/out" &
	until grep -q now "$BATS_TEST_TMPDIR/out"; do sleep 0.1; done
	kill -0 $!
	wait $!
}

@test "a user can open /dev/stderr and /dev/stdout" {
	vm -- setpriv --reuid alice --regid alice --clear-groups sh -c 'echo out >/dev/stdout; echo err >/dev/stderr'
	((status == 0)) && [[ $output == out && $stderr == err ]]
}

@test "-s: DIR is at /share, writable, and does not change" {
	mkdir "$BATS_TEST_TMPDIR/share"
	echo text >"$BATS_TEST_TMPDIR/share/a file"
	vm -s "$BATS_TEST_TMPDIR/share" -- sh -c 'pwd; cat "a file"; echo more >"a file"'
	((status == 0)) && [[ $output == $'/share\ntext' && $(<"$BATS_TEST_TMPDIR/share/a file") == text ]]
}

@test "-n: the stock kernel" {
	vm -n -- sh -c '! grep -q portfs /proc/modules /proc/filesystems && [ ! -e /dev/port ]'
	((status == 0)) && [[ -z $stderr ]]
}

@test "what COMMAND leaves is cleared away: rules, mounts, processes, namespaces" {
	vm -- sh -c 'chown alice /dev/port/tcp/80; mkdir "/tmp/a b"; mount -t portfs portfs "/tmp/a b"
		ip netns add left; ip netns exec left sh -c "mount -t portfs portfs /mnt && chown bob /mnt/udp/53"
		ip netns exec left sleep 1000 & unshare --net --mount sleep 1000 & sleep 1'
	((status == 0)) && [[ -z $stderr ]]
}

@test "what a test program leaves is its failure, and not the next one's" {
	local share=$BATS_TEST_TMPDIR/share
	mkdir "$share"
	cp ../kselftest/run "$share/"
	printf '%s\n' '#!/bin/sh' 'chown alice /dev/port/tcp/80' 'mkdir -p /tmp/m' 'mount -t portfs portfs /tmp/m' \
		'ip netns add left' 'echo 1..1' 'echo ok 1 x' >"$share/leaves"
	printf '%s\n' '#!/bin/sh' 'echo 1..1' 'echo ok 1 x' >"$share/clean"
	chmod 755 "$share"/*
	vm -s "$share" -- ./run leaves clean
	((status == 0)) && [[ $output == *'# left /dev/port/tcp/80'*'# left a mount of portfs at /tmp/m'* ]]
	[[ $output == *'# left a mount of nsfs at /run/netns/left'* && ${output#*begin clean} != *'# left'* ]]
	run ../kselftest/tap EXPECTED=2 <(printf '%s\n' "$output")
	[[ ${lines[-1]} == '# total 2 3 0' ]]
}

@test "two at once" {
	./run -k "$KERNEL" -t 300 -- sh -c 'sleep 5; echo one' >"$BATS_TEST_TMPDIR/one" &
	vm -- sh -c 'sleep 5; echo two'
	wait $!
	[[ $output == two && $(<"$BATS_TEST_TMPDIR/one") == one ]]
}

@test "an interrupted run leaves nothing" {
	TMPDIR=$BATS_TEST_TMPDIR ./run -k "$KERNEL" -t 300 -- sh -c 'echo now; sleep 100' >"$BATS_TEST_TMPDIR/out" &
	until grep -q now "$BATS_TEST_TMPDIR/out"; do sleep 0.1; done
	kill $!
	local status=0
	wait $! || status=$?
	((status == 143))
	[[ -z $(find "$BATS_TEST_TMPDIR" -name 'portfs-vm.*') ]]
	run ! pgrep -f "$BATS_TEST_TMPDIR/portfs-vm"
}

# ---- a machine that is not

# The words are on their way until what carries them to the host has written them.
@test "a panic" {
	vm -- sh -c 'echo before
		until grep -q "^wchar: [1-9]" "/proc/$(pgrep -o -x dd)/io"; do sleep 0.1; done
		echo c >/proc/sysrq-trigger'
	verdict 125 "the guest panicked: "
	[[ $stderr == *"sysrq triggered crash"* && $output == before && -s $PORTFS_VM_LOG ]]
}

# Not the harness's own, but nothing else outlives it.
@test "a dead hook, if panic_on_dead_hook is set" {
	local modules
	modules=$(./build -C ../kselftest/modules "$KERNEL")
	vm -s "$modules" -- sh -c 'echo 1 >/sys/module/portfs/parameters/panic_on_dead_hook
		insmod ./kill.ko
		sleep 60'
	verdict 125 "the guest panicked: "
	[[ ${stderr_lines[-1]} == *"portfs: the hook of __inet_bind is dead"* ]]
}

@test "hooks that ftrace does not let go: the module stays, the log says why" {
	local modules
	modules=$(./build -C ../kselftest/modules "$KERNEL")
	vm -s "$modules" -- sh -c 'function=unregister_ftrace_direct
		! grep -q " ${function}_multi$" /proc/kallsyms || function=${function}_multi
		umount /dev/port
		insmod ./refuse.ko function=$function error=-22
		rmmod portfs >/dev/null 2>&1 &
		until dmesg | grep "portfs: .*stays in memory"; do sleep 0.1; done
		rmmod portfs 2>&1
		bind_port tcp 80 && bind_port tcp 8080 ::1 && echo binds'
	verdict 125 "portfs could not be unloaded: "
	[[ $output == *"cannot unhook proc_do_large_bitmap: ftrace refused (error -22); the module stays"*$'\n'binds ]]
}

@test "an oops" { provoke bug; verdict 125 "the guest panicked: "; [[ ${stderr_lines[-1]} == *"kernel BUG at"* ]]; }

@test "a WARN" { provoke warn; verdict 125 "splat in the kernel log: "; [[ ${stderr_lines[-1]} == *"WARNING: "* ]]; }

@test "a slab cache left behind" { provoke cache; verdict 125 "leak: slab cache left behind: portfs_provoke"; }

@test "a hang in COMMAND" {
	vm -t 60 -- sleep 1000
	verdict 124 "time-out after 60 s (last stage: load)"
}

@test "a hang in the kernel" {
	vm -t 60 -s "$PROVOKE" -- sh -c 'echo 0 >/proc/sys/kernel/watchdog; insmod ./provoke.ko harm=hang'
	verdict 124 "time-out after 60 s (last stage: load)"
}

@test "a machine that stops half-way" {
	vm -- sh -c 'echo before; busybox poweroff -f'
	verdict 125 "the guest stopped before it finished (last stage: load)"
	[[ $output == before ]]
}

@test "a reboot half-way" { vm -- busybox reboot -f; verdict 125 "the guest stopped before it finished"; }

@test "a module that does not load" {
	mkdir "$BATS_TEST_TMPDIR/m"
	cp "$PROVOKE/provoke.ko" "$BATS_TEST_TMPDIR/m/portfs.ko"
	vm -M "$BATS_TEST_TMPDIR/m" -- true
	verdict 125 "portfs did not load: modprobe: "
}

@test "a module that cannot be unloaded" {
	provoke pin
	verdict 125 "portfs could not be unloaded: "
}

@test "debug kernel: well" {
	[[ $DEBUG ]] || skip "no debug kernel"
	run --separate-stderr ./run -1 -k "$DEBUG" -t 900 -- sh -c 'zcat /proc/config.gz; chown alice /dev/port/tcp/80'
	((status == 0)) && [[ -z $stderr ]]
	for option in KASAN PROVE_LOCKING PROVE_RCU DEBUG_ATOMIC_SLEEP DEBUG_OBJECTS DEBUG_KMEMLEAK FAULT_INJECTION; do
		echo "$option"
		[[ $output == *"CONFIG_$option=y"* ]]
	done
}

@test "debug kernel: a leak" { provoke_debug leak; verdict 125 "leak: "; [[ $stderr == *"unreferenced object"* ]]; }
@test "debug kernel: locks in both orders" { provoke_debug abba; verdict 125 "possible circular locking dependency"; }
@test "debug kernel: sleep under a spinlock" { provoke_debug atomic; verdict 125 "atomic"; }
@test "debug kernel: an overrun" { provoke_debug overrun; [[ $stderr == *"KASAN: slab-out-of-bounds"* ]] && ((status == 125)); }
