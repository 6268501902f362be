# SPDX-License-Identifier: GPL-2.0
# Roots to build in, of one Debian suite each, and what their programs are good for here.
# shellcheck shell=bash

. "$(dirname -- "${BASH_SOURCE[0]}")/architecture.sh"

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

archive_keys() { find /usr/share/keyrings/debian-archive-keyring.[gp]* | sort | head -n 1; }

# bootstrap OPTIONS… SUITE TARGET MIRROR; mmdebstrap's words go beside TARGET.
bootstrap() {
	local suite=${*: -3:1} target=${*: -2:1} uri=${*: -1} proxy keys options=("${@:1:$#-3}")
	need_packages mmdebstrap debian-archive-keyring
	keys=$(archive_keys)
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

build_packages() {
	local package
	case $1 in
	*-debug) "$VM/debug-kernel" --packages ;;
	*-cross-*)
		echo kmod make pahole "gcc-$(triplet "${1##*-}")" "$(emulator_packages "${1##*-}")"
		for package in busybox-static libc6-dev libmnl-dev libmount-dev libsmartcols-dev; do
			echo "$package:${1##*-}"
		done
		;;
	*) echo gcc make kmod libc6-dev libmnl-dev libmount-dev libsmartcols-dev "linux-headers-cloud-$HOST" ;;
	esac
	if [[ $1 == trixie ]]; then
		echo sparse libcap-dev
		echo "$(emulator_packages "$HOST")" busybox-static e2fsprogs xz-utils zstd lz4
	fi
}

# shellcheck disable=SC2016
make_build_root() {
	local suite=$1 dir=$2 packages
	packages=$(build_packages "$suite" | xargs | tr ' ' ,)
	say "making a root to build in, Debian $suite (once, about a minute)…"
	bootstrap --variant=apt --include="$packages" --customize-hook='mkdir "$1/debug-kernel"' \
		"${suite%-*}" "$dir/root" "$(mirror)"
}

# SUITE-cross-ARCHITECTURE: nothing of the other architecture runs in it.
make_cross_root() {
	local suite=${1%%-*} architecture=${1##*-} dir=$2 packages
	packages=$(build_packages "$1" | xargs | tr ' ' ,)
	say "making a root to build in for $architecture, Debian $suite (once, about two minutes)…"
	bootstrap --architectures="$HOST,$architecture" --variant=apt --include="$packages" \
		"$suite" "$dir/root" "$(mirror)"
}

build_root() {
	local maker=make_build_root
	[[ $1 != *-cross-* ]] || maker=make_cross_root
	artifact "build-$1" "$1 $(build_packages "$1") $(declare -f bootstrap "$maker")" "$maker" "$1"
}

# Debian 13's for programs of ARCHITECTURE, and for QEMU to run them.
build_root_for() { build_root "trixie$([[ $1 == "$HOST" ]] || echo "-cross-$1")"; }

# Run a program of Debian 13's build root on this machine, with its own libraries. lent_for: of the root that builds
# for ARCHITECTURE. AS=as_root: as root.
lent() { lent_for "$HOST" "$@"; }

lent_for() {
	local architecture=$1 name=$2 root program
	shift 2
	root=$(build_root_for "$architecture")/root || return
	program=$root/usr/bin/$name
	[[ -e $program ]] || program=$root/usr/sbin/$name
	${AS:-} env LC_ALL=C "$root/$(loader "$HOST")" \
		--library-path "$root/usr/lib/$(triplet "$HOST")" --argv0 "$name" "$program" "$@"
}

# ext4 image FILE of DIR's content, with ROOM megabytes to write in.
image_of() {
	local dir=$1 file=$2 room=$3 size
	size=$(as_root du -s --apparent-size -BM "$dir" | cut -f1)
	truncate -s "$((${size%M} * 5 / 4 + room))M" "$file"
	AS=as_root lent mke2fs -q -F -t ext4 -m 0 -O ^has_journal,^metadata_csum,^resize_inode \
		-E lazy_itable_init=1,nodiscard -d "$dir" "$file"
}

# in_build_root ROOT WORK TREE COMMAND…: run a command in a build root with directory WORK at /mnt. TREE is
# empty, or "DIR:PLACE": DIR is at PLACE. The mounts are private to it.
in_build_root() {
	local root=$1 work=$2 tree=$3 map=()
	shift 3
	((EUID == 0)) || map=(--map-root-user)
	# shellcheck disable=SC2016
	unshare --mount "${map[@]}" bash -euc '
		root=$1 work=$2 tree=$3
		shift 3
		mount --bind "$work" "$root/mnt"
		mount --bind "$work" "$root/tmp"
		[[ -z $tree ]] || mount --bind "${tree%:*}" "$root${tree##*:}"
		for d in dev proc; do mount --rbind "/$d" "$root/$d"; done
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LC_ALL=C.UTF-8 chroot "$root" "$@"
	' in_build_root "$root" "$work" "$tree" "$@"
}
