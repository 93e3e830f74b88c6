#!/usr/bin/env bash
# Compiles a program of this module for 64-bit Windows, with icon, version and
# manifest, and without a console window. Two builds give the same bytes.
#
#   packaging/windows/build.sh OUT.exe [PACKAGE] [LDFLAGS]
#
# PACKAGE is the main package, default "."; of LDFLAGS, flags for Go's linker, only
# the values (-X) are taken, for the rest is about another system. GOFLAGS are the
# caller's. It needs mingw-w64.
set -euo pipefail
cd "$(dirname "$0")/../.."
export LC_ALL=C.UTF-8 # names may hold any letter

out=$1 package=${2:-.} values=()
# shellcheck disable=SC2086 # no value holds a space
set -- ${3:-}
while [ $# -gt 0 ]; do
	[ "$1" != -X ] || { values+=(-X "$2"); shift; }
	shift
done
packaging/windows/tools.sh program
named=$(packaging/values.sh) # eval alone would go on where this fails
eval "$named"
VENDOR=${MAINTAINER% <*}

mkdir -p "$(dirname "$out")"
stage=$(mktemp -d "$(dirname "$out")/resource.XXXXXX")
trap 'rm -rf "$stage"' EXIT

# fill FILE ESCAPE writes a template with the values, escaped by a function.
fill() {
	local text value
	text=$(cat "packaging/windows/$1")
	for value in NAME PACKAGE ID VERSION BUILD SUMMARY VENDOR; do
		text=${text//@$value@/$("$2" "${!value}")}
	done
	printf '%s\n' "${text//@NUMBERS@/${VERSION//./,},$BUILD}" >"$stage/$1"
}
xml() { local t=${1//&/&amp;}; t=${t//</&lt;}; printf '%s' "${t//>/&gt;}"; }
rc() { printf '%s' "${1//\"/\"\"}"; }

shopt -u patsub_replacement 2>/dev/null || true # an & is an &
fill manifest.xml xml
fill program.rc rc
build/bin/mkico -out "$stage/program.ico" "$ICON"
(cd "$stage" && x86_64-w64-mingw32-windres -c 65001 program.rc -O coff program.o)

# The build ID would hold the temporary folder's name. -buildid= also has Go
# link anew each time, for it does not see that the resources changed.
rm -f "$out"
CGO_ENABLED=1 GOOS=windows GOARCH=amd64 CC=x86_64-w64-mingw32-gcc CXX=x86_64-w64-mingw32-g++ \
	go build -ldflags "-s -w -H=windowsgui -buildid= -linkmode=external -extldflags=$PWD/$stage/program.o ${values[*]}" -o "$out" "$package"
