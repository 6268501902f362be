# SPDX-License-Identifier: GPL-2.0
# What the guest gets: portctl, what mount(8) calls and the probe of ports; and the kernel's own tools for tests.
# shellcheck shell=bash

. "$(dirname -- "${BASH_SOURCE[0]}")/roots.sh"

tool_sources() {
	(cd "$REPO" && find module/main.c tools -type f ! -name '*.o' ! -name .gitignore ! -perm /111 | LC_ALL=C sort)
}

make_tools() {
	local root=$1/root cc=$2-gcc dir=$3
	mkdir "$dir/work" "$dir/sbin"
	tool_sources | tar -C "$REPO" -cf - -T - | tar -C "$dir/work" -xf -
	in_build_root "$root" "$dir/work" '' make -s -C /mnt/tools -j "$(nproc)" CC="$cc" CFLAGS='-O2 -Werror'
	in_build_root "$root" "$dir/work" '' make -s -C /mnt/tools/mount CC="$cc" mount.portfs
	cp "$REPO/tests/bind_port.c" "$dir/work/"
	in_build_root "$root" "$dir/work" '' "$cc" -O2 -Wall -Wextra -Werror -o /mnt/bind_port /mnt/bind_port.c
	mv "$dir/work"/{tools/portctl/portctl,tools/mount/mount.portfs,bind_port} "$dir/sbin/"
	ln -s mount.portfs "$dir/sbin/umount.portfs"
	rm -rf "$dir/work"
}

# tools [ARCHITECTURE]: the directory whose sbin has what goes into the guest's.
tools() {
	local architecture=${1:-$HOST} root
	root=$(build_root_for "$architecture") || return
	artifact "tools-$architecture" "${root##*/} $(cd "$REPO" && tool_sources | tr '\n' '\0' | xargs -0 sha256sum) $(sha256sum <"$REPO/tests/bind_port.c") $(declare -f make_tools)" \
		make_tools "$root" "$(triplet "$architecture")"
}

KERNEL_SOURCE=linux-source-6.12

make_kernel_tools() {
	local root=$1 dir=$2
	say "getting the kernel's test harness, memory model and checkpatch ($KERNEL_SOURCE, once)…"
	mkdir -p "$dir/work/lists/partial" "$dir/work/cache/archives/partial"
	# shellcheck disable=SC2016
	in_build_root "$root" "$dir/work" '' bash -euc '
		apt() { apt-get -qq -o Dir::State::Lists=/mnt/lists \
			-o Dir::Cache=/mnt/cache -o APT::Sandbox::User=root "$@"; }
		cd /mnt
		apt update
		apt download "$1"
		dpkg-deb --fsys-tarfile "$1"_*.deb | tar -xO "./usr/src/$1.tar.xz" |
			tar -xJ --strip-components=1 --wildcards \
				"*/tools/testing/selftests/kselftest*.h" "*/scripts/checkpatch.pl" \
				"*/scripts/spelling.txt" "*/scripts/const_structs.checkpatch" \
				"*/memory-model/linux-kernel.*" "*/memory-model/lock.cat"
	' make_kernel_tools "$KERNEL_SOURCE"
	mv "$dir/work/tools/testing/selftests"/*.h "$dir/work/scripts"/* "$dir/work/tools/memory-model" "$dir/"
	rm -rf "$dir/work"
}

# The directory with kselftest_harness.h, checkpatch.pl and memory-model, from the kernel's source package.
kernel_tools() {
	local root
	root=$(build_root trixie)/root || return
	artifact kernel-tools "$root $KERNEL_SOURCE $(declare -f make_kernel_tools)" make_kernel_tools "$root"
}
