# SPDX-License-Identifier: GPL-2.0
# What differs by architecture: names that Debian, compilers and QEMU have for the same thing. Debian's is ours.
# shellcheck shell=bash

. "$(dirname -- "${BASH_SOURCE[0]}")/cache.sh"

# This machine's. Rows of the table with another are built by a cross compiler.
HOST=$(dpkg --print-architecture)

# What compilers and libraries call it.
triplet() {
	case $1 in
	amd64) echo x86_64-linux-gnu ;;
	arm64) echo aarch64-linux-gnu ;;
	*) die "nobody has tried the architecture $1" ;;
	esac
}

# Where a root has its dynamic linker.
loader() {
	case $1 in
	amd64) echo usr/lib64/ld-linux-x86-64.so.2 ;;
	arm64) echo usr/lib/ld-linux-aarch64.so.1 ;;
	esac
}

# What kbuild wants to know, a word a line. The headers of older kernels name a compiler that the root has not.
kbuild_words() {
	[[ $1 == "$HOST" ]] || printf '%s\n' "ARCH=$1" "CROSS_COMPILE=$(triplet "$1")-" "CC=$(triplet "$1")-gcc"
}

emulator_packages() {
	case $1 in
	amd64) echo qemu-system-x86 qemu-system-data seabios ;;
	arm64) echo qemu-system-arm ;;
	esac
}

# QEMU's program and the machine that it plays, a word a line. max: signed return addresses, made fast.
emulator() {
	case $1 in
	amd64) printf '%s\n' qemu-system-x86_64 -machine pc -cpu Nehalem,+rdrand ;;
	arm64) printf '%s\n' qemu-system-aarch64 -machine virt -cpu max,pauth-impdef=on ;;
	esac
}

# What the guest's kernel calls its serial lines, but for the number.
serial_line() {
	case $1 in
	amd64) echo ttyS ;;
	arm64) echo ttyAMA ;;
	esac
}
