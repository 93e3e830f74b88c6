#!/usr/bin/env bash
# Prints the release notes of a version: its section of CHANGELOG.md.
#
#   packaging/notes.sh            of FyneApp.toml's version
#   packaging/notes.sh v1.2.3     of that one, which must be FyneApp.toml's (a tag's name)
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { printf 'notes.sh: %s\n' "$1" >&2; exit 1; }

VERSION=$(packaging/values.sh VERSION)
[ $# = 0 ] || [ "${1#v}" = "$VERSION" ] || fail "the tag says ${1#v}, FyneApp.toml says $VERSION: tag the commit that has the version"
[ -r CHANGELOG.md ] || fail "there is no CHANGELOG.md"
notes=$(awk -v version="$VERSION" '
	/^## / { here = index($0, "## [" version "] - ") == 1; next }
	here { print }' CHANGELOG.md | sed -e '/./,$!d')
[ -n "$notes" ] || fail "CHANGELOG.md has no section \"## [$VERSION] - YEAR-MONTH-DAY\" with anything in it"
printf '%s\n' "$notes"
