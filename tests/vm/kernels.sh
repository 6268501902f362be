# SPDX-License-Identifier: GPL-2.0
# The kernels: a table, and what each line of it is made of.
# shellcheck shell=bash

. "$(dirname -- "${BASH_SOURCE[0]}")/archive.sh"

# A name that begins with a version must find that version in its suite; of all that fit, the newest is taken.
# Tests: all programs; core, what every kernel must pass; debug, what its checkers can say of; none: only in whole systems;
# refused: the module must not be built for it. Special: debug, built here.
KERNEL_TABLE='
name             suite             flavour  architecture  tests    special
6.1              bookworm          cloud    amd64         all      -
6.12             trixie            cloud    amd64         all      -
7.2              sid               cloud    amd64         core     -
backports        trixie-backports  cloud    amd64         all      -
6.12-rt          trixie            rt       amd64         core     -
6.1-generic      bookworm          generic  amd64         core     -
6.12-generic     trixie            generic  amd64         none     -
6.12-debug       trixie            -        amd64         debug    debug
6.12-arm64       trixie            cloud    arm64         core     -
backports-arm64  trixie-backports  cloud    arm64         core     -
6.1-arm64        bookworm          cloud    arm64         refused  -
'

# What is not in the table: the newest of each minor version that backports offer, by that version's name.
BACKPORTS='trixie-backports cloud amd64'

# kernel_names [TESTS [ARCHITECTURE]]: all, or those of which these tests are run, or which are of an architecture.
# shellcheck disable=SC2120
kernel_names() {
	awk -v tests="${1-}" -v architecture="${2-}" '
		NF && $1 != "name" && (!tests || $5 == tests) && (!architecture || $4 == architecture) { print $1 }
	' <<<"$KERNEL_TABLE"
}

# Their names, in the order of the table, that other minor versions have.
# shellcheck disable=SC2086 # three words
backports_names() { archive_minors $BACKPORTS; }

# kernel_row NAME: its line.
kernel_row() {
	local row
	row=$(awk -v name="$1" '$1 == name && name != "name"' <<<"$KERNEL_TABLE")
	if [[ -z $row && $1 =~ ^[0-9]+\.[0-9]+$ ]] && backports_names | grep -qxF "$1"; then
		row="$1 $BACKPORTS core -"
	fi
	[[ $row ]] && echo "$row"
}

known_kernel() {
	kernel_row "$1" >/dev/null ||
		usage_error "unknown kernel '$1'; known: $(kernel_names '' | xargs) and those of backports: $(backports_names | xargs)"
}

column() { kernel_row "$1" | awk -v n="$2" '{ print $n }'; }
suite_of() { column "$1" 2; }
architecture_of() { column "$1" 4; }
tests_of() { column "$1" 5; }
is_debug() { [[ $(column "$1" 6) == debug ]]; }

# Backports are built on the release that they are for, another architecture's kernels with Debian 13's compiler.
build_root_of() {
	local suite architecture
	suite=$(suite_of "$1")
	architecture=$(architecture_of "$1")
	if [[ $architecture == "$HOST" ]]; then
		build_root "${suite%-backports}"
	else
		build_root_for "$architecture"
	fi
}

# The archive's index that has KERNEL.
index_of() {
	local suite architecture
	suite=$(suite_of "$1")
	architecture=$(architecture_of "$1")
	[[ $architecture == "$HOST" ]] && echo "$suite" || echo "$suite-$architecture"
}

# "RELEASE VERSION" of a packaged kernel, as the archive has it.
release_of() {
	local name suite flavour architecture found
	read -r name suite flavour architecture _ < <(kernel_row "$1")
	found=$(archive_kernels "$(index_of "$1")" "$flavour" "$architecture" |
		if [[ $name == [0-9]* ]]; then grep "^${name%%-*}[.]"; else cat; fi | tail -n 1)
	[[ $found ]] || { say "Debian $suite offers no kernel $name"; return 1; }
	echo "$found"
}

make_packaged_kernel() {
	local suite=$1 release=$2 version=$3 dir=$4 package modules headers kbuild
	say "getting kernel $release of Debian $suite…"
	mkdir "$dir/packages" "$dir/x"
	(cd "$dir/packages" && fetch_kernel_packages "$suite" "$version" "linux-image-$release" "linux-headers-$release")
	if [[ -e $dir/packages/unverified ]]; then
		mv "$dir/packages/unverified" "$dir/"
		say "not in the index any more, from the pool, unverified: $(xargs <"$dir/unverified")"
	fi
	for package in "$dir"/packages/*.deb; do
		dpkg-deb --fsys-tarfile "$package" | tar -x --exclude=./usr/share --keep-directory-symlink -C "$dir/x" -f -
	done
	mv "$(find "$dir/x" -name "vmlinuz-$release" -o -name vmlinuz)" "$dir/vmlinuz"
	mv "$(find "$dir/x" -name "config-$release" -o -name config -type f)" "$dir/config"
	mkdir -p "$dir/lib/modules/$release" "$dir/src"
	for modules in "$dir"/x/{usr/,}lib/modules/"$release"; do
		[[ ! -d $modules ]] || cp -a "$modules/." "$dir/lib/modules/$release/"
	done
	rm -f "$dir/lib/modules/$release"/{build,source}
	mv "$dir/x/usr/src"/linux-headers-* "$dir/src/"
	kbuild=$(cd "$dir/x/usr/lib" && echo linux-kbuild-*)
	mv "$dir/x/usr/lib/$kbuild" "$dir/src/"
	for headers in "$dir"/src/linux-headers-*; do
		ln -sfn "../$kbuild/scripts" "$headers/scripts"
		ln -sfn "../$kbuild/tools" "$headers/tools"
	done
	rm -rf "$dir/x" "$dir/packages"
	lent depmod -b "$dir" "$release"
	echo "$release" >"$dir/release"
}

make_debug_kernel() {
	say "building the debug kernel (once, about twenty minutes)…"
	as_root "$VM/debug-kernel" "$(build_root trixie-debug)/root" "$1"
}

# The directory with vmlinuz, config, release, lib/modules and src, for /usr/src; a debug kernel has build
# instead, for /debug-kernel. If there is `unverified`, what is in src runs as nobody.
kernel() {
	local index release version
	if is_debug "$1"; then
		artifact "kernel-$1" "$(cat "$VM/debug.config" "$VM/debug-kernel") $(declare -f make_debug_kernel)" \
			make_debug_kernel
		return
	fi
	index=$(index_of "$1")
	read -r release version < <(release_of "$1") || return
	artifact "kernel-$release" "$index $release $version $(declare -f fetch_package fetch_kernel_packages make_packaged_kernel)" \
		make_packaged_kernel "$index" "$release" "$version"
}
