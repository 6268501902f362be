# SPDX-License-Identifier: GPL-2.0
# Shared by setup, build and run: the cache, the roots, the kernels, the module.
# shellcheck shell=bash

VM=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034
REPO=$(cd -- "$VM/../.." && pwd)
CACHE=${PORTFS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/portfs}
KERNELS=(6.1 6.12 7.2 6.1-generic 6.12-debug)

say() { printf 'vm: %s\n' "$*" >&2; }
die() { say "$@"; exit 1; }

usage_error() {
	printf '%s: %s\n' "${0##*/}" "$1" >&2
	exit 2
}

as_root() {
	if ((EUID == 0)); then "$@"; else sudo -- "$@"; fi
}

hash_of() { sha256sum | cut -c1-12; }

# What other recipes, and killed makers, have left under NAME and nobody has used for two weeks.
forget_old() {
	find "$CACHE" -mindepth 1 -maxdepth 1 -mtime +14 \( -name "$1-????????????" -o -name "$1-????????????.tmp" \) \
		-print0 | as_root xargs -0 -r rm -rf
}

# artifact NAME KEY MAKER ARGS…: print the directory that MAKER ARGS… DIR fills, once for each KEY.
# A kill leaves at most DIR.tmp, which the next one to hold the lock removes.
artifact() {
	local name=$1 key=$2 dir lock
	shift 2
	dir=$CACHE/$name-$(printf '%s' "$key" | hash_of)
	if [[ ! -d $dir ]]; then
		mkdir -p "$CACHE/locks" || return
		exec {lock}>"$CACHE/locks/${dir##*/}"
		flock "$lock"
		if [[ ! -d $dir ]]; then
			[[ ! -e $dir.tmp ]] || as_root rm -rf "$dir.tmp" || return
			mkdir "$dir.tmp" || return
			# A bash of its own, for set -e is off in whatever a caller tests.
			# shellcheck disable=SC2016
			bash -euo pipefail -c '. "$0"; "$@"' "$VM/lib.sh" "$@" "$dir.tmp" >&2 ||
				{ say "could not make $name"; return 1; }
			mv -T "$dir.tmp" "$dir" || return
			forget_old "$name"
		fi
		exec {lock}>&-
	fi
	touch "$dir"
	printf '%s\n' "$dir"
}

# ---- roots ---------------------------------------------------------------------------------------

# apt waits for the packages' lock, but not for that of its lists: one of us at a time.
apt_locked() {
	local lock status=0
	mkdir -p "$CACHE/locks"
	exec {lock}>"$CACHE/locks/apt"
	flock "$lock"
	"$@" || status=$?
	exec {lock}>&-
	return "$status"
}

missing_packages() {
	local p
	for p; do
		[[ $(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null) == installed ]] || echo "$p"
	done
}

apt_install() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
		-o DPkg::Lock::Timeout=600 install "$@" >&2
}

install_packages() {
	local missing
	mapfile -t missing < <(missing_packages "$@")
	((${#missing[@]})) || return 0
	say "installing on this machine: ${missing[*]}"
	if [[ ! $(mirror_known) ]] || ! apt_install "${missing[@]}"; then
		as_root apt-get -qq update >&2
		apt_install "${missing[@]}"
	fi
}

need_packages() {
	[[ ! $(missing_packages "$@") ]] || apt_locked install_packages "$@"
}

mirror_known() {
	# shellcheck disable=SC2016 # apt's own variables
	apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' |
		awk '$1 !~ /-/ { print $2; exit }'
}

update_lists() {
	[[ $(mirror_known) ]] || as_root apt-get -qq update >&2
}

# The mirror that this machine's own apt uses for Debian.
mirror() {
	local uri
	uri=$(mirror_known)
	if [[ -z $uri ]]; then
		apt_locked update_lists
		uri=$(mirror_known)
	fi
	[[ -n $uri ]] || die "this machine's apt knows no Debian mirror (a Debian 12 or 13 is needed)"
	printf '%s\n' "$uri"
}

# bootstrap OPTIONS… SUITE TARGET MIRROR; mmdebstrap's words go beside TARGET.
bootstrap() {
	local suite=${*: -3:1} target=${*: -2:1} uri=${*: -1} proxy keys options=("${@:1:$#-3}")
	need_packages mmdebstrap debian-archive-keyring
	keys=$(find /usr/share/keyrings/debian-archive-keyring.[gp]* | sort | head -n 1)
	while read -r proxy; do options+=(--aptopt="$proxy"); done < <(
		apt-config dump | grep -i '^Acquire::https\?::Proxy ' || true)
	# sid's release file may be past its date; signatures are checked all the same.
	as_root mmdebstrap --mode=root --format=directory \
		--aptopt='Acquire::Check-Valid-Until "false"' \
		--dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/info/*' \
		"${options[@]}" "$suite" "$target" "deb [signed-by=$keys] $uri $suite main" >"${target%/*}/mmdebstrap.log" 2>&1 ||
		{ tail -n 20 "${target%/*}/mmdebstrap.log" >&2; return 1; }
}

# For each flavour of headers the kernel of the same version, checked by apt; newer packages have it in
# several parts.
# shellcheck disable=SC2016
FETCH_KERNELS='set -e
export APT_CONFIG=$MMDEBSTRAP_APT_CONFIG
mkdir -p "$1/images" "$1/debug-kernel"
cd "$1/images"
for headers in ../usr/src/linux-headers-*-amd64; do
	[ -d "$headers" ] || continue
	release=${headers##*/linux-headers-}
	set -- "linux-image-$release"
	for part in base binary modules; do
		! apt-cache show "linux-$part-$release" >/dev/null 2>&1 || set -- "$@" "linux-$part-$release"
	done
	apt-get -q -o APT::Sandbox::User=root download "$@"
done'

build_packages() {
	[[ $1 == *-debug ]] || echo gcc make kmod libc6-dev linux-headers-cloud-amd64
	case $1 in
	bookworm) echo linux-headers-amd64 ;;
	trixie)
		echo sparse libacl1-dev libmnl-dev libcap-dev libjson-c-dev libkmod-dev libmount-dev
		echo qemu-system-x86 qemu-system-data seabios busybox-static e2fsprogs xz-utils zstd lz4
		;;
	trixie-debug) "$VM/debug-kernel" --packages ;;
	esac
}

make_build_root() {
	local suite=$1 dir=$2 packages
	packages=$(build_packages "$suite" | xargs | tr ' ' ,)
	say "making a root to build in, Debian $suite (once, about a minute)…"
	bootstrap --variant=apt --include="$packages" --customize-hook="$FETCH_KERNELS" \
		"${suite%-*}" "$dir/root" "$(mirror)"
}

build_root() {
	artifact "build-$1" "$1 $(build_packages "$1") $FETCH_KERNELS $(declare -f bootstrap make_build_root)" \
		make_build_root "$1"
}

# Run a program of Debian 13's build root on this machine, with its own libraries.
# AS=as_root: as root.
lent() {
	local name=$1 root program
	shift
	root=$(build_root trixie)/root || return
	program=$root/usr/bin/$name
	[[ -e $program ]] || program=$root/usr/sbin/$name
	${AS:-} env LC_ALL=C "$root/usr/lib64/ld-linux-x86-64.so.2" \
		--library-path "$root/usr/lib/x86_64-linux-gnu" --argv0 "$name" "$program" "$@"
}

# ext4 image FILE of DIR's content, with ROOM megabytes to write in.
image_of() {
	local dir=$1 file=$2 room=$3 size
	size=$(as_root du -s --apparent-size -BM "$dir" | cut -f1)
	truncate -s "$((${size%M} * 5 / 4 + room))M" "$file"
	AS=as_root lent mke2fs -q -F -t ext4 -m 0 -O ^has_journal,^metadata_csum,^resize_inode \
		-E lazy_itable_init=1,nodiscard -d "$dir" "$file"
}

VM_PACKAGES=(
	acl bash bind9 bind9-dnsutils busybox-static coreutils curl inotify-tools iproute2 kmod
	libacl1 libcap2-bin libjson-c5 libkmod2 libmnl0 libmount1 mount nginx openssl passwd procps python3 util-linux
)

# shellcheck disable=SC2016
MAKE_USERS='set -e
chroot "$1" groupadd -g 1100 web
chroot "$1" useradd -m -U -u 1001 -G web -s /bin/bash alice
chroot "$1" useradd -m -U -u 1002 -s /bin/bash bob
mkdir -p "$1/usr/lib/modules" "$1/share"
rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*
echo portfs-vm >"$1/etc/hostname"
printf "127.0.0.1 localhost portfs-vm\n::1 localhost\n" >"$1/etc/hosts"'

make_vm_root() {
	local dir=$1 packages
	packages=$(IFS=,; echo "${VM_PACKAGES[*]}")
	say "making the guest's root of Debian 13 (once, about a minute)…"
	bootstrap --variant=essential --include="$packages" --customize-hook="$MAKE_USERS" \
		trixie "$dir/root" "$(mirror)"
	image_of "$dir/root" "$dir/root.img" 1024
	as_root rm -rf "$dir/root"
}

vm_root() {
	artifact vm-root "${VM_PACKAGES[*]} $MAKE_USERS $(declare -f bootstrap image_of make_vm_root)" make_vm_root
}

# ---- kernels -------------------------------------------------------------------------------------

known_kernel() {
	local k
	for k in "${KERNELS[@]}"; do [[ $k != "$1" ]] || return 0; done
	usage_error "unknown kernel '$1'; known: ${KERNELS[*]}"
}

suite_of() {
	case $1 in
	6.1 | 6.1-generic) echo bookworm ;;
	6.12 | 6.12-*) echo trixie ;;
	7.2) echo sid ;;
	esac
}

make_packaged_kernel() {
	local kernel=$1 root=$2 dir=$3 release package modules
	case $kernel in
	*-generic) release=$(cd "$root/images" && ls linux-image-*[0-9]-amd64_*.deb) ;;
	*) release=$(cd "$root/images" && ls linux-image-*-cloud-amd64_*.deb) ;;
	esac
	release=${release#linux-image-}
	release=${release%%_*}
	[[ $release == "${kernel%%-*}".* ]] ||
		die "Debian $(suite_of "$kernel") has kernel $release, where ${kernel%%-*} is expected"
	say "unpacking kernel $release…"
	for package in "$root"/images/linux-*-"$release"_*.deb; do dpkg-deb -x "$package" "$dir/x"; done
	mv "$(find "$dir/x" -name "vmlinuz-$release" -o -name vmlinuz)" "$dir/vmlinuz"
	mv "$(find "$dir/x" -name "config-$release" -o -name config -type f)" "$dir/config"
	mkdir -p "$dir/lib/modules/$release"
	for modules in "$dir"/x/{usr/,}lib/modules/"$release"; do
		[[ ! -d $modules ]] || cp -a "$modules/." "$dir/lib/modules/$release/"
	done
	rm -rf "$dir/x"
	lent depmod -b "$dir" "$release"
	echo "$release" >"$dir/release"
}

make_debug_kernel() {
	say "building the debug kernel (once, about twenty minutes)…"
	as_root "$VM/debug-kernel" "$(build_root trixie-debug)/root" "$1"
}

# The directory with vmlinuz, config, release and lib/modules.
kernel() {
	local root
	case $1 in
	*-debug)
		artifact "kernel-$1" "$(cat "$VM/debug.config" "$VM/debug-kernel") $(declare -f make_debug_kernel)" \
			make_debug_kernel
		;;
	*)
		root=$(build_root "$(suite_of "$1")") || return
		artifact "kernel-$1" "${root##*/} $(declare -f suite_of make_packaged_kernel)" \
			make_packaged_kernel "$1" "$root/root"
		;;
	esac
}

# What the kernel needs to reach its discs and its ports, in the order of loading.
early_modules() {
	local m
	for m in virtio_pci virtio_blk virtio_console ext4; do
		lent modprobe -d "$1" -S "$2" --show-depends "$m"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

# The bare kernel in a bzImage, which QEMU starts by its PVH entry: unpacking it in the guest takes 2 s.
unpack_kernel() {
	local file=$1 start size magic
	number() { od -An -t "u$2" -j "$1" -N "$2" "$file" | tr -d ' '; }
	start=$((($(number 497 1) + 1) * 512 + $(number 584 4)))
	# Behind it are four bytes of its unpacked size, except in gzip, which has them itself.
	size=$(number 588 4)
	magic=$(od -An -t x1 -j "$start" -N 4 "$file" | tr -d ' ')
	head -c "$((start + size - 4))" "$file" | tail -c "+$((start + 1))" | case $magic in
	28b52ffd) lent zstd -dc ;;
	02214c18) lent lz4 -dc ;;
	*) cat >/dev/null; return 1 ;;
	esac
}

# The initramfs of KERNEL's directory, and what QEMU starts.
make_start() {
	local kernel=$1 dir=$2 release module applet busybox n=10
	busybox=$(build_root trixie)/root/usr/bin/busybox
	release=$(<"$kernel/release")
	mkdir -p "$dir/initramfs"/{bin,modules,proc,sys,dev,root}
	cp "$busybox" "$dir/initramfs/bin/busybox"
	for applet in sh mount insmod tar cp mkdir chmod ln switch_root; do
		ln -s busybox "$dir/initramfs/bin/$applet"
	done
	install -m 755 "$VM/initramfs" "$dir/initramfs/init"
	for module in $(early_modules "$kernel" "$release"); do
		case $module in
		*.xz) lent xz -dc "$module" >"$dir/initramfs/modules/$n-$(basename "$module" .xz)" ;;
		*) cp "$module" "$dir/initramfs/modules/$n-${module##*/}" ;;
		esac
		n=$((n + 1))
	done
	(cd "$dir/initramfs" && find . | "$busybox" cpio -o -H newc -R 0:0 2>/dev/null) >"$dir/initramfs.cpio"
	rm -rf "$dir/initramfs"
	if ! grep -q '^CONFIG_PVH=y' "$kernel/config" || ! unpack_kernel "$kernel/vmlinuz" >"$dir/kernel"; then
		cp "$kernel/vmlinuz" "$dir/kernel"
	fi
}

make_boot() {
	make_start "$1" "$2"
	image_of "$1/lib/modules" "$2/modules.img" 64
}

boot_files() {
	local kernel
	kernel=$(kernel "$1") || return
	artifact "boot-$1" "${kernel##*/} $(cat "$VM/initramfs") $(declare -f image_of early_modules unpack_kernel make_start make_boot)" \
		make_boot "$kernel"
}

# ---- modules -------------------------------------------------------------------------------------

# Run a command in SUITE's build root with directory WORK at /mnt: mounts are private to it. KERNEL's
# own tree, if it is not one of the suite's packages, is at /debug-kernel.
in_build_root() {
	local root=$1 work=$2 debug=$3 map=()
	shift 3
	((EUID == 0)) || map=(--map-root-user)
	# shellcheck disable=SC2016
	unshare --mount "${map[@]}" bash -euc '
		root=$1 work=$2 debug=$3
		shift 3
		mount --bind "$work" "$root/mnt"
		mount --bind "$work" "$root/tmp"
		[[ -z $debug ]] || mount --bind "$debug" "$root/debug-kernel"
		for d in dev proc; do mount --rbind "/$d" "$root/$d"; done
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LC_ALL=C.UTF-8 chroot "$root" "$@"
	' in_build_root "$root" "$work" "$debug" "$@"
}

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
	local kernel=$1 source=$2 work=$3 root files debug='' tree
	shift 3
	files=$(kernel "$kernel")
	root=$(build_root "$(suite_of "$kernel")")/root
	if [[ $kernel == *-debug ]]; then
		debug=$files/build tree=/debug-kernel
	else
		tree=/lib/modules/$(<"$files/release")/build
	fi
	mkdir "$work/src"
	module_sources "$source" | tar -C "$source" -cf - -T - | tar -C "$work/src" -xf -
	in_build_root "$root" "$work" "$debug" \
		make -s -j "$(nproc)" -C "$tree" M=/mnt/src "$@" modules >"$work/log" 2>&1
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
	local kernel source=${2:-$REPO} name dir
	kernel=$(kernel "$1") || return
	name=module
	[[ $source == "$REPO" ]] || name=$(basename "$source")
	[[ -e $source/Kbuild ]] || { say "no Kbuild in $source"; return 1; }
	dir=$(artifact "$name-$1" "${kernel##*/} $(hash_sources "$source") $(declare -f kbuild make_module real_warnings)" \
		make_module "$1" "$source") || return
	[[ ! -s $dir/warnings ]] || cat "$dir/warnings" >&2
	printf '%s\n' "$dir"
}

make_index() {
	local kernel=$1 ko=$2 dir=$3 release
	release=$(<"$kernel/release")
	mkdir -p "$dir/x/lib/modules/$release/updates" "$dir/$release/updates"
	cp "$kernel/lib/modules/$release"/modules.{order,builtin,builtin.modinfo} "$dir/x/lib/modules/$release/"
	[[ ! -d $kernel/lib/modules/$release/kernel ]] ||
		ln -s "$kernel/lib/modules/$release/kernel" "$dir/x/lib/modules/$release/kernel"
	# 2 MB of debugging information would take the guest a second.
	lent strip --strip-debug -o "$dir/x/lib/modules/$release/updates/${ko##*/}" "$ko"
	lent depmod -b "$dir/x" "$release"
	mv "$dir/x/lib/modules/$release"/modules.*.bin "$dir/x/lib/modules/$release/modules.softdep" "$dir/$release/"
	mv "$dir/x/lib/modules/$release/updates" "$dir/$release/"
	rm -rf "$dir/x"
}

# What goes over KERNEL's /lib/modules so that modprobe finds portfs.
module_index() {
	local kernel
	kernel=$(kernel "$1") || return
	artifact "index-$1" "${kernel##*/} $(hash_of <"$2") $(declare -f make_index)" make_index "$kernel" "$2"
}

# ---- portctl -------------------------------------------------------------------------------------

tool_sources() {
	(cd "$REPO" && find module/main.c tools -type f ! -name '*.o' ! -name .gitignore ! -perm /111 | LC_ALL=C sort)
}

make_tools() {
	local dir=$1
	mkdir "$dir/work" "$dir/sbin"
	tool_sources | tar -C "$REPO" -cf - -T - | tar -C "$dir/work" -xf -
	in_build_root "$(build_root trixie)/root" "$dir/work" '' make -s -C /mnt/tools -j "$(nproc)" CFLAGS='-O2 -Werror'
	mv "$dir/work/tools/portctl/portctl" "$dir/sbin/"
	rm -rf "$dir/work"
}

# The directory whose sbin has what goes into the guest's.
tools() {
	local root
	root=$(build_root trixie) || return
	artifact tools "${root##*/} $(cd "$REPO" && tool_sources | tr '\n' '\0' | xargs -0 sha256sum) $(declare -f make_tools)" \
		make_tools
}

# ---- the kernel's tools for tests ----------------------------------------------------------------

KERNEL_SOURCE=linux-source-6.12

make_kernel_tools() {
	local root=$1 dir=$2
	say "getting the kernel's test harness and checkpatch ($KERNEL_SOURCE, once)…"
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
				"*/scripts/spelling.txt" "*/scripts/const_structs.checkpatch"
	' make_kernel_tools "$KERNEL_SOURCE"
	mv "$dir/work/tools/testing/selftests"/*.h "$dir/work/scripts"/* "$dir/"
	rm -rf "$dir/work"
}

# The directory with kselftest_harness.h and checkpatch.pl, from the kernel's source package.
kernel_tools() {
	local root
	root=$(build_root trixie)/root || return
	artifact kernel-tools "$root $KERNEL_SOURCE $(declare -f make_kernel_tools)" make_kernel_tools "$root"
}
