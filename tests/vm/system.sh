# SPDX-License-Identifier: GPL-2.0
# Whole systems: Debian with systemd, DKMS and a compiler, and the kernels that it can boot.
# shellcheck shell=bash

. "$(dirname -- "${BASH_SOURCE[0]}")/machine.sh"

# shellcheck disable=SC2034
SYSTEM_KERNELS=(6.12 6.12-generic 6.1-generic)

SYSTEM_PACKAGES=(
	acl dbus dkms gcc iproute2 kmod libc6-dev libcap2-bin libmnl-dev libsmartcols-dev
	libmount-dev linux-headers-amd64 linux-headers-cloud-amd64 make mount nginx openssl passwd procps
	rpcbind systemd systemd-sysv udev util-linux
)

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

# The kernels, without what makes the real package build an initramfs, and with the modules that a machine of
# QEMU's has a use for.
# shellcheck disable=SC2016,SC2089
UNPACK_KERNELS='set -e
cd "$1"
for package in images/*.deb; do
	dpkg-deb --fsys-tarfile "$package" | tar -x --keep-directory-symlink --exclude=./usr/share -f -
done
rm -rf images debug-kernel
for modules in usr/lib/modules/*; do
	release=${modules##*/}
	[ -e "boot/vmlinuz-$release" ] || continue
	find "$modules/kernel/drivers" -mindepth 1 -maxdepth 1 ! -name virtio ! -name block ! -name char -exec rm -r {} +
	rm -rf "$modules/kernel/sound"
	chroot . depmod "$release"
done'

# No first boot, which would enable what the packages left disabled; nobody logs in.
# shellcheck disable=SC2016,SC2089
MAKE_SYSTEM='set -e
echo 0123456789abcdef0123456789abcdef >"$1/etc/machine-id"
chroot "$1" systemctl mask getty@tty1.service serial-getty@ttyS0.service'

make_system_root() {
	local suite=$1 packages=$2 dir=$3
	say "making a system to boot, Debian $suite (once, about two minutes)…"
	bootstrap --variant=essential --include="${packages// /,}" --customize-hook="$FETCH_KERNELS" \
		--customize-hook="$UNPACK_KERNELS" --customize-hook="$MAKE_USERS" --customize-hook="$MAKE_SYSTEM" \
		"$suite" "$dir/root" "$(mirror)"
	image_of "$dir/root" "$dir/root.img" 1024
	mkdir "$dir/kernels"
	as_root mv "$dir/root/boot" "$dir/root/usr/lib/modules" "$dir/kernels/"
	as_root rm -rf "$dir/root"
}

# The directory with root.img, kernels/boot and kernels/modules.
system_root() {
	artifact "system-$1" "$1 ${SYSTEM_PACKAGES[*]} $FETCH_KERNELS $UNPACK_KERNELS $MAKE_USERS $MAKE_SYSTEM
		$(declare -f bootstrap image_of make_system_root)" make_system_root "$1" "${SYSTEM_PACKAGES[*]}"
}

# The release of KERNEL among the names in DIR.
system_release() {
	local file release=''
	for file in "$2"/vmlinuz-*; do
		file=${file##*/vmlinuz-}
		case $1:$file in
		*-generic:*-cloud-*) ;;
		*-generic:* | *:*-cloud-*) release=$file ;;
		esac
	done
	[[ $release == "${1%%-*}".* ]] || { say "no kernel $1 in $2"; return 1; }
	printf '%s\n' "$release"
}

make_system_boot() {
	local kernel=$1 system=$2/kernels dir=$3 release
	release=$(system_release "$kernel" "$system/boot")
	mkdir -p "$dir/files/lib/modules"
	ln -s "$system/modules/$release" "$dir/files/lib/modules/$release"
	cp "$system/boot/vmlinuz-$release" "$dir/files/vmlinuz"
	cp "$system/boot/config-$release" "$dir/files/config"
	echo "$release" >"$dir/files/release"
	make_start "$dir/files" "$HOST" "$dir"
	rm -rf "$dir/files"
	echo "$release" >"$dir/release"
}

# The directory with kernel, initramfs.cpio and release.
system_boot() {
	local root
	root=$(system_root "$(suite_of "$1")") || return
	artifact "system-boot-$1" "${root##*/} $(cat "$VM/initramfs")
		$(declare -f early_modules unpack_kernel make_start system_release make_system_boot)" \
		make_system_boot "$1" "$root"
}

# A system without kernels or compiler, with what runs services and containers for users.
CONFINED_PACKAGES=(
	acl apparmor authbind bind9 busybox-static conmon crun curl dbus iproute2 iptables kmod libcap2-bin libmnl0
	libsmartcols1 libmount1 lighttpd mount nftables nginx passt passwd podman procps python3 rootlesskit slirp4netns systemd systemd-sysv udev uidmap util-linux
)

# Which services of Debian's do not start at boot.
# shellcheck disable=SC2016
QUIET='chroot "$1" systemctl -q disable lighttpd.service named.service nginx.service'

make_confined_root() {
	local packages=$1 dir=$2
	say "making a system for confined software, Debian 13 (once, about two minutes)…"
	bootstrap --variant=essential --include="${packages// /,}" --customize-hook="$MAKE_USERS" \
		--customize-hook="$MAKE_SYSTEM" \
		--customize-hook="$QUIET" \
		trixie "$dir/root" "$(mirror)"
	image_of "$dir/root" "$dir/root.img" 1024
	as_root rm -rf "$dir/root"
}

# The directory with root.img.
confined_root() {
	artifact confined-system "${CONFINED_PACKAGES[*]} $MAKE_USERS $MAKE_SYSTEM $QUIET
		$(declare -f bootstrap image_of make_confined_root)" make_confined_root "${CONFINED_PACKAGES[*]}"
}
