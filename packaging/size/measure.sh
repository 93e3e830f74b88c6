#!/usr/bin/env bash
# Packs a bare Fyne window exactly as Latchkey is packed and compares sizes. A
# package of Latchkey may be LIMIT (1.25) times as large.
#
#   LDFLAGS=… HARDENING=… packaging/size/measure.sh
#
# build/latchkey must be built. The installers for Windows are measured where the
# tools for them are.
set -euo pipefail
cd "$(dirname "$0")/../.."

limit=${LIMIT:-1.25}
stage=build/size
rm -rf "$stage"
mkdir -p "$stage/bare" "$stage/ours"
plain=${GOFLAGS%% -gcflags=*} # what makes our packages smaller would make that of a window larger
GOFLAGS=$plain go build -ldflags "${LDFLAGS:--s -w} ${HARDENING:-}" -o "$stage/bare/program" packaging/size/bare/main.go
over=0

# compare NAME FILE OTHER prints a line.
compare() {
	local ours bare
	ours=$(stat -c %s "$2") bare=$(stat -c %s "$3")
	awk -v name="$1" -v ours="$ours" -v bare="$bare" -v limit="$limit" 'BEGIN {
		printf "%-10s %6.2f MB, a bare window %6.2f MB: %.2f times as large%s\n", name, ours / 1e6, bare / 1e6, ours / bare, (ours > limit * bare) ? ", MORE THAN " limit : ""
		exit ours > limit * bare }' || over=$((over + 1))
}

# quietly prints what a command says only if it fails.
quietly() { "$@" >"$stage/log" 2>&1 || { cat "$stage/log" >&2; exit 1; }; }

if command -v dpkg-deb >/dev/null; then
	quietly env PROGRAM="$stage/bare/program" packaging/deb/make.sh "$stage/bare"
	quietly packaging/deb/make.sh "$stage/ours"
	compare .deb "$stage"/ours/*.deb "$stage"/bare/*.deb
fi
if [ -x packaging/windows/make.sh ] && packaging/windows/tools.sh program 2>/dev/null && packaging/windows/tools.sh installers 2>/dev/null; then
	[ -f build/windows/latchkey.exe ] || quietly packaging/windows/build.sh build/windows/latchkey.exe . "${LDFLAGS:-}"
	quietly env GOFLAGS="$plain" packaging/windows/build.sh "$stage/bare/program.exe" packaging/size/bare/main.go
	quietly packaging/windows/make.sh --program "$stage/bare/program.exe" --out "$stage/bare"
	quietly packaging/windows/make.sh --program build/windows/latchkey.exe --out "$stage/ours"
	compare setup.exe "$stage"/ours/*setup.exe "$stage"/bare/*setup.exe
	compare .msi "$stage"/ours/*.msi "$stage"/bare/*.msi
else
	echo 'setup.exe and .msi: NOT MEASURED, their tools are missing: make package names them'
fi
compare program build/latchkey "$stage/bare/program" | sed 's/, MORE.*/ (not packed; no limit)/'
[ "$over" = 0 ]
