# SPDX-License-Identifier: GPL-2.0
# Modules, built for a kernel.
# shellcheck shell=bash

. "$(dirname -- "${BASH_SOURCE[0]}")/kernels.sh"

# The files that make the module in directory $1, relative to it.
module_sources() {
	local files=(Kbuild)
	[[ -d $1/module ]] && files+=(module)
	[[ $1 == "$REPO" ]] || files=(.)
	(cd "$1" && find "${files[@]}" -type f ! -name '*.ko' ! -name '*.o' ! -name '*.mod*' ! -name '.*' | LC_ALL=C sort)
}

hash_sources() {
	(cd "$1" && module_sources "$1" | tr '\n' '\0' | xargs -0 sha256sum) | hash_of
}

# kbuild KERNEL SOURCE WORK MAKE-ARGS…: build in WORK/src; what make had to say goes to WORK/log.
kbuild() {
	local kernel=$1 source=$2 work=$3 root files release mounted tree confined=() words
	shift 3
	mapfile -t words < <(kbuild_words "$(architecture_of "$kernel")")
	files=$(kernel "$kernel")
	root=$(build_root_of "$kernel")/root
	release=$(<"$files/release")
	if is_debug "$kernel"; then
		mounted=$files/build:/debug-kernel tree=/debug-kernel
	else
		mounted=$files/src:/usr/src tree=/usr/src/linux-headers-$release
	fi
	mkdir "$work/src"
	module_sources "$source" | tar -C "$source" -cf - -T - | tar -C "$work/src" -xf -
	if [[ -e $files/unverified ]] && ((EUID == 0)); then
		chown -R 65534:65534 "$work"
		confined=(unshare --net --ipc setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs
			--bounding-set=-all)
	fi
	in_build_root "$root" "$work" "$mounted" "${confined[@]}" \
		make -s -j "$(nproc)" -C "$tree" M=/mnt/src "${words[@]}" "$@" modules >"$work/log" 2>&1
}

# kbuild's own notices that say nothing about the module.
real_warnings() {
	grep -v -e '^Skipping BTF generation' -e '^warning: the compiler differs' \
		-e '^  *\(The kernel was built by\|You are using\):' -e '^make\(\[[0-9]*\]\)\?: \(Entering\|Leaving\)' \
		-e 'Clock skew detected' -e 'has modification time' "$1" || true
}

make_module() {
	local kernel=$1 source=$2 dir=$3
	mkdir "$dir/work"
	if ! kbuild "$kernel" "$source" "$dir/work"; then
		cat "$dir/work/log" >&2
		return 1
	fi
	real_warnings "$dir/work/log" >"$dir/warnings"
	mv "$dir/work/src"/*.ko "$dir/"
	rm -rf "$dir/work"
}

# The directory with the .ko that SOURCE (this tree, if not said) makes for KERNEL.
module() {
	local kernel root source=${2:-$REPO} name dir
	kernel=$(kernel "$1") && root=$(build_root_of "$1") || return
	name=module
	[[ $source == "$REPO" ]] || name=$(basename "$source")
	[[ -e $source/Kbuild ]] || { say "no Kbuild in $source"; return 1; }
	dir=$(artifact "$name-$1" "${kernel##*/} $root $(hash_sources "$source") $(declare -f kbuild make_module real_warnings)" \
		make_module "$1" "$source") || return
	[[ ! -s $dir/warnings ]] || cat "$dir/warnings" >&2
	printf '%s\n' "$dir"
}

make_index() {
	local kernel=$1 architecture=$2 ko=$3 dir=$4 release
	release=$(<"$kernel/release")
	mkdir -p "$dir/x/lib/modules/$release/updates" "$dir/$release/updates"
	cp "$kernel/lib/modules/$release"/modules.{order,builtin,builtin.modinfo} "$dir/x/lib/modules/$release/"
	[[ ! -d $kernel/lib/modules/$release/kernel ]] ||
		ln -s "$kernel/lib/modules/$release/kernel" "$dir/x/lib/modules/$release/kernel"
	# 2 MB of debugging information would take the guest a second.
	lent_for "$architecture" "$(triplet "$architecture")-strip" --strip-debug -o "$dir/x/lib/modules/$release/updates/${ko##*/}" "$ko"
	lent depmod -b "$dir/x" "$release"
	mv "$dir/x/lib/modules/$release"/modules.{*.bin,dep,softdep} "$dir/$release/"
	mv "$dir/x/lib/modules/$release/updates" "$dir/$release/"
	rm -rf "$dir/x"
}

# What goes over KERNEL's /lib/modules so that modprobe finds portfs.
module_index() {
	local kernel
	kernel=$(kernel "$1") || return
	artifact "index-$1" "${kernel##*/} $(hash_of <"$2") $(declare -f make_index)" make_index "$kernel" "$(architecture_of "$1")" "$2"
}
