# SPDX-License-Identifier: GPL-2.0
# What QEMU starts: the guest's root, a kernel's start and its modules.
# shellcheck shell=bash

. "$(dirname -- "${BASH_SOURCE[0]}")/kernels.sh"

VM_PACKAGES=(
	acl apparmor bash bind9 bind9-dnsutils busybox-static coreutils curl inotify-tools iproute2 kmod
	libcap2-bin libmnl0 libmount1 libsmartcols1 mount nginx openssl passwd procps python3 util-linux
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

# Another architecture's programs run here while its packages are set up, by binfmt_misc, which systemd mounts and a
# container may lack.
run_foreign() {
	need_packages arch-test binfmt-support qemu-user-static
	grep -q ' binfmt_misc ' /proc/mounts || as_root mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
	arch-test "$1" >/dev/null || as_root update-binfmts --enable
}

make_vm_root() {
	local architecture=$1 dir=$2 packages
	packages=$(IFS=,; echo "${VM_PACKAGES[*]}")
	[[ $architecture == "$HOST" ]] || run_foreign "$architecture"
	say "making the guest's root of Debian 13 (once, about a minute; ten for another architecture)…"
	bootstrap --architectures="$architecture" --variant=essential --include="$packages" \
		--customize-hook="$MAKE_USERS" trixie "$dir/root" "$(mirror)"
	image_of "$dir/root" "$dir/root.img" 1024
	as_root rm -rf "$dir/root"
}

# vm_root [ARCHITECTURE]
vm_root() {
	local architecture=${1:-$HOST}
	artifact "vm-root-$architecture" "${VM_PACKAGES[*]} $MAKE_USERS $(declare -f bootstrap image_of make_vm_root)" \
		make_vm_root "$architecture"
}

# A root with more: BASE's packages (space-separated) and MORE. NAME/SUITE is a package that only another suite has.
# Services that the packages bring are not started by a boot. Java's package wants a directory for its manual pages.
# shellcheck disable=SC2016,SC2089,SC2090
make_root_with() {
	local base=$1 more=$2 hook=$3 dir=$4 names=() package sources
	say "making a guest's root with ${more// /, } (once, some minutes)…"
	mapfile -t names < <(xargs -n 1 <<<"$base $more" | sort -u)
	sources=$(for package in "${names[@]}"; do
		[[ $package != */* ]] || echo "deb [signed-by=$(archive_keys)] $(mirror) ${package#*/} main"
	done)
	bootstrap --variant=essential --include="$(IFS=,; echo "${names[*]%/*}")" \
		--setup-hook="echo '$sources' >\"\$1/etc/apt/sources.list.d/more.list\"" \
		--essential-hook='mkdir -p "$1/usr/share/man/man1"' --customize-hook="$MAKE_USERS"$'\n'"$hook" \
		--customize-hook='echo "disable *" | install -D -m 644 /dev/stdin "$1/etc/systemd/system-preset/00-none.preset"
			[ ! -e "$1/usr/bin/systemctl" ] || chroot "$1" systemctl preset-all' \
		trixie "$dir/root" "$(mirror)"
	image_of "$dir/root" "$dir/root.img" 1024
	as_root rm -rf "$dir/root"
}

# root_with BASE MORE HOOK: the directory with root.img.
root_with() {
	artifact root-with "$* $MAKE_USERS $(declare -f bootstrap image_of make_root_with)" make_root_with "$@"
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

# The initramfs of KERNEL's directory and ARCHITECTURE, and what QEMU starts.
make_start() {
	local kernel=$1 architecture=$2 dir=$3 release module applet n=10
	release=$(<"$kernel/release")
	mkdir -p "$dir/initramfs"/{bin,modules,proc,sys,dev,root}
	cp "$(build_root_for "$architecture")/root/usr/bin/busybox" "$dir/initramfs/bin/busybox"
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
	(cd "$dir/initramfs" && find . | lent busybox cpio -o -H newc -R 0:0 2>/dev/null) >"$dir/initramfs.cpio"
	rm -rf "$dir/initramfs"
	if ! grep -q '^CONFIG_PVH=y' "$kernel/config" || ! unpack_kernel "$kernel/vmlinuz" >"$dir/kernel"; then
		cp "$kernel/vmlinuz" "$dir/kernel"
	fi
}

make_boot() {
	make_start "$1" "$2" "$3"
	image_of "$1/lib/modules" "$3/modules.img" 64
}

boot_files() {
	local kernel
	kernel=$(kernel "$1") || return
	artifact "boot-$1" "${kernel##*/} $(cat "$VM/initramfs") $(declare -f image_of early_modules unpack_kernel make_start make_boot)" \
		make_boot "$kernel" "$(architecture_of "$1")"
}
