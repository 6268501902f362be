# SPDX-License-Identifier: GPL-2.0
# The cache: things made once, each named by a hash of its recipe.
# shellcheck shell=bash

VM=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034
REPO=$(cd -- "$VM/../.." && pwd)
CACHE=${PORTFS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/portfs}

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
		-print0 | as_root xargs -0 -r rm -rf --one-file-system
}

# artifact NAME KEY MAKER ARGS…: print the directory that MAKER ARGS… DIR fills, once for each KEY.
# A kill leaves at most DIR.tmp, which the next one to hold the lock removes; what is mounted there it leaves alone.
artifact() {
	local name=$1 key=$2 dir lock
	shift 2
	dir=$CACHE/$name-$(printf '%s' "$key" | hash_of)
	if [[ ! -d $dir ]]; then
		mkdir -p "$CACHE/locks" || return
		exec {lock}>"$CACHE/locks/${dir##*/}"
		flock "$lock"
		if [[ ! -d $dir ]]; then
			[[ ! -e $dir.tmp ]] || as_root rm -rf --one-file-system "$dir.tmp" || return
			mkdir "$dir.tmp" || return
			# A bash of its own, for set -e is off in whatever a caller tests.
			# shellcheck disable=SC2016
			bash -euo pipefail -c 'for room in "$0"/*.sh; do . "$room"; done; "$@"' "$VM" "$@" "$dir.tmp" >&2 ||
				{ say "could not make $name"; return 1; }
			mv -T "$dir.tmp" "$dir" || return
			forget_old "$name"
		fi
		exec {lock}>&-
	fi
	touch "$dir"
	printf '%s\n' "$dir"
}
