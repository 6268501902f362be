# SPDX-License-Identifier: GPL-2.0
# The kernels that a suite of Debian offers, by the archive's own index, and their packages. SUITE-ARCHITECTURE is
# the index with those of an architecture that is not this machine's, and with the programs that build for it here.
# shellcheck shell=bash

. "$(dirname -- "${BASH_SOURCE[0]}")/roots.sh"

# archive SUITE PROGRAM ARGS…: a program of apt's, for whom SUITE is all there is. One of us at a time.
archive() {
	local dir=$CACHE/archive-$1 program=$2 lock status=0 architectures=$HOST
	[[ $1 != *-*64 ]] || architectures+=,${1##*-}
	shift 2
	mkdir -p "$CACHE/locks" "$dir/lists/partial" "$dir/archives/partial"
	exec {lock}>"$CACHE/locks/${dir##*/}.apt"
	flock "$lock"
	"$program" -q -o Dir::Etc::SourceList="$dir/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
		-o Dir::State="$dir" -o Dir::State::status=/dev/null -o Dir::Cache="$dir" \
		-o APT::Architecture="$HOST" -o APT::Architectures="$architectures" -o APT::Sandbox::User=root \
		-o Acquire::Languages=none -o Acquire::Check-Valid-Until=false "$@" || status=$?
	exec {lock}>&-
	return "$status"
}

# The index, once a day: if it cannot be had, the one of before will do.
look_at_archive() {
	local suite=$1 dir=$CACHE/archive-$1 lock keys
	mkdir -p "$CACHE/locks" "$dir"
	exec {lock}>"$CACHE/locks/${dir##*/}"
	flock "$lock"
	if [[ -z $(find "$dir/packages" -mmin -1440 2>/dev/null) ]]; then
		need_packages debian-archive-keyring
		keys=$(archive_keys)
		echo "deb [signed-by=$keys] $(mirror) ${suite%-*64} main" >"$dir/sources.list"
		if archive "$suite" apt-get update >"$dir/log" 2>&1; then
			archive "$suite" apt-cache dumpavail | awk '
				$1 == "Package:" { name = $2 }
				$1 == "Version:" && name ~ /^linux-[a-z]+-[0-9]/ { print name, $2 }' |
				sort -V >"$dir/packages.new"
			mv "$dir/packages.new" "$dir/packages"
		elif [[ -e $dir/packages ]]; then
			say "the index of Debian $suite cannot be had now; the one of $(date -r "$dir/packages" '+%F %R') will do"
		else
			cat "$dir/log" >&2
			say "the index of Debian $suite cannot be had"
			return 1
		fi
	fi
	exec {lock}>&-
}

# Kernels of SUITE, FLAVOUR and ARCHITECTURE, oldest first: "RELEASE VERSION".
archive_kernels() {
	local suite=$1 flavour=-$2 architecture=$3
	[[ $flavour != -generic ]] || flavour=''
	look_at_archive "$suite" || return
	sed -nE "s/^linux-image-([0-9.]+([-+][a-z0-9.]+)?$flavour-$architecture )/\\1/p" "$CACHE/archive-$suite/packages"
}

# The minor versions among them, such as 6.18.
archive_minors() {
	archive_kernels "$@" | grep -oE '^[0-9]+\.[0-9]+' | sort -uV
}

# Into the directory that we are in. Of backports the index keeps old kernels, but not all that belongs to them;
# the pool does. Nothing vouches for what comes from there: a file `unverified` has its names.
fetch_package() {
	local suite=$1 name=$2 version=$3 architecture pool
	if grep -qxF "$name $version" "$CACHE/archive-$suite/packages"; then
		archive "$suite" apt-get download "$name=$version" >/dev/null
		return
	fi
	pool=$(mirror)
	for architecture in amd64 all; do
		# shellcheck disable=SC2310
		! archive "$suite" /usr/lib/apt/apt-helper download-file \
			"${pool%/}/pool/main/l/linux/${name}_${version}_$architecture.deb" \
			"${name}_${version}_$architecture.deb" >/dev/null 2>&1 ||
			{ echo "$name" >>unverified; return 0; }
	done
	say "$name $version is neither in the index of Debian $suite nor in the pool"
	return 1
}

# The same of packages NAME… and of all parts of the same kernel that they need.
fetch_kernel_packages() {
	local suite=$1 version=$2 todo=("${@:3}") name parts
	while ((${#todo[@]})); do
		name=${todo[0]}
		todo=("${todo[@]:1}")
		[[ -z $(find . -name "${name}_*.deb") ]] || continue
		fetch_package "$suite" "$name" "$version" || return
		mapfile -t parts < <(dpkg-deb -f "$name"_*.deb Depends |
			grep -oE '\blinux-(base|binary|modules|headers|kbuild)-[^ ,]*[0-9][^ ,]*')
		todo+=("${parts[@]}")
	done
}
