#!/usr/bin/env bash
# Builds the commit that is checked out twice, in two clones that have as little
# in common as one machine allows (folder, time zone, locale, umask), and
# compares what comes out, byte by byte.
#
#   packaging/reproducible.sh TARGET…    make targets, such as package-deb
#
# Both builds share Go's build cache, whose keys hold no path of the tree. With
# FRESH=1 the second one compiles everything anew, which takes minutes.
set -euo pipefail
cd "$(dirname "$0")/.."

[ $# -gt 0 ] || { echo 'reproducible.sh: no targets' >&2; exit 2; }
[ -e .git ] || { echo 'reproducible.sh: it clones a commit, and there is no git here' >&2; exit 2; }
[ -z "$(git status --porcelain)" ] || echo 'reproducible.sh: what is not committed is not looked at' >&2
place=$(mktemp -d)
trap 'chmod -R u+w "$place"; rm -rf "$place"' EXIT

# build FOLDER TARGET… clones into the folder and makes the targets there.
build() {
	local folder=$1 log=$1.log
	shift
	git clone -q --no-local . "$folder"
	# The caller's make must not tell this one what to do.
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS -u MAKEOVERRIDES -u SOURCE_DATE_EPOCH make -C "$folder" "$@" >"$log" 2>&1 ||
		{ tail -n 30 "$log" >&2; exit 1; }
}

export ALLOW_DIRTY=
mkdir -p "$place/a" "$place/quite/another/place"
(umask 022; TZ=UTC LC_ALL=C.UTF-8 build "$place/a/tree" "$@")
(
	umask 077
	export TZ=Pacific/Chatham LC_ALL=C
	[ -z "${FRESH:-}" ] || export GOCACHE=$place/cache
	build "$place/quite/another/place/tree2" "$@"
)

# made FOLDER lists what was made there.
made() { (cd "$1" && mkdir -p build dist && find build dist -type f \( -path build/latchkey -o -path 'build/windows/*.exe' -o -path 'dist/*' \) | LC_ALL=C sort); }
a=$place/a/tree b=$place/quite/another/place/tree2
[ "$(made "$a")" = "$(made "$b")" ] || { diff <(made "$a") <(made "$b") >&2 || true; echo 'reproducible.sh: the two builds made different files' >&2; exit 1; }
differ=0 same=0
while read -r file; do
	sum=$(sha256sum <"$a/$file")
	if cmp -s "$a/$file" "$b/$file"; then
		printf 'same    %s  %s\n' "${sum%% *}" "$file"
		same=$((same + 1))
	else
		printf 'DIFFERS %s  %s\n' "$(cmp "$a/$file" "$b/$file" 2>&1 | sed 's/.*differ: //')" "$file"
		# An .msi must have a number of its own each time. The rest is promised.
		case $file in *.msi) ;; *) differ=$((differ + 1)) ;; esac
		[ -z "${KEEP:-}" ] || { mkdir -p "$KEEP/a" "$KEEP/b"; cp "$a/$file" "$KEEP/a/"; cp "$b/$file" "$KEEP/b/"; }
	fi
done < <(made "$a")
[ "$same" -gt 0 ] || { echo 'reproducible.sh: nothing was made' >&2; exit 1; }
[ "$differ" = 0 ] || { echo "reproducible.sh: $differ of what is promised to be the same differ" >&2; exit 1; }
