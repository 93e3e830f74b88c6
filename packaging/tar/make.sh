#!/usr/bin/env bash
# Makes dist/PACKAGE-VERSION-linux-ARCH.tar.xz from build/latchkey: for systems
# without .deb and .rpm, and for people without root.
# Usage: packaging/tar/make.sh [FOLDER]     (default: dist)
#
# QUICK=1 packs with little compression, for tests. Two runs at the same commit
# give the same bytes.
set -euo pipefail
cd "$(dirname "$0")/../.."
. packaging/linux/lib.sh

out=${1:-dist}
need tar tar xz xz-utils
arch=$(go env GOARCH)
place=build/linux/tar
folder=$PACKAGE-$VERSION
stage "$place/$folder" ""
own=$place/$folder/share/$PACKAGE
mkdir -p "$own"
printf '%s\n' "$VERSION" >"$own/version"
printf 'Linux on %s\n' "$arch" >"$own/system"
install -m 0644 LICENSE "$own/LICENSE"
fill packaging/tar/README >"$place/$folder/README"
fill packaging/tar/install.sh >"$place/$folder/install.sh"
chmod 0755 "$place/$folder/install.sh"
settle "$place/$folder"

mkdir -p "$out"
file=$out/$PACKAGE-$VERSION-linux-$arch.tar.xz
level=-9
[ -z "${QUICK:-}" ] || level=-1
# One thread: what several make depends on their number.
tar --sort=name --format=ustar --owner=root:0 --group=root:0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
	-C "$place" -cf - "$folder" | xz --threads=1 "$level" >"$file.part"
mv "$file.part" "$file"
printf '%s: %s bytes, glibc %s or newer\n' "$file" "$(stat -c %s "$file")" "$GLIBC"
