#!/usr/bin/env bash
# Puts a program into an application bundle, unsigned. It runs on any system.
#
#   packaging/macos/bundle.sh PROGRAM FOLDER    makes FOLDER/NAME.app, and prints that
set -euo pipefail
cd "$(dirname "$0")/../.."

[ $# = 2 ] && [ -f "$1" ] || { echo 'usage: packaging/macos/bundle.sh PROGRAM FOLDER' >&2; exit 2; }
[ -x build/bin/mkicns ] || { echo 'bundle.sh: make build/bin/mkicns first' >&2; exit 1; }
program=$1
values=$(packaging/values.sh)
eval "$values"
MAINTAINER=${MAINTAINER% <*}
app=$2/$NAME.app
umask 022

LANGUAGES=
for file in assets/translations/*.json; do
	LANGUAGES+=$'\t\t'"<string>$(basename "$file" .json)</string>"$'\n'
done

# fill writes Info.plist with the values. (macOS has bash 3.2 and an awk of its
# own: this is what both understand.)
fill() {
	local name
	for name in NAME PACKAGE ID VERSION BUILD MAINTAINER; do
		export "$name=$(sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g' <<<"${!name}")"
	done
	export LANGUAGES=${LANGUAGES%$'\n'}
	awk '{
		line = $0; out = ""
		while (match(line, /@[A-Z]+@/)) {
			out = out substr(line, 1, RSTART - 1) ENVIRON[substr(line, RSTART + 1, RLENGTH - 2)]
			line = substr(line, RSTART + RLENGTH)
		}
		print out line
	}' packaging/macos/Info.plist
}

rm -rf "$app"
mkdir -p "$app/Contents/MacOS" "$app/Contents/Resources"
install -m 0755 "$program" "$app/Contents/MacOS/$PACKAGE"
(fill) >"$app/Contents/Info.plist"
printf 'APPL????' >"$app/Contents/PkgInfo"
install -m 0644 LICENSE "$app/Contents/Resources/LICENSE"
build/bin/mkicns -out "$app/Contents/Resources/icon.icns" "$ICON"
printf '%s\n' "$app"
