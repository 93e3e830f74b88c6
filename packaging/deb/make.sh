#!/usr/bin/env bash
# Makes dist/PACKAGE_VERSION_ARCH.deb from build/latchkey and looks it over.
# Usage: packaging/deb/make.sh [FOLDER]     (default: dist)
#
# QUICK=1 packs with little compression, for tests. Two runs at the same commit
# give the same bytes: names are sorted by dpkg-deb, everything belongs to root
# and is as old as the commit.
set -euo pipefail
cd "$(dirname "$0")/../.."
. packaging/linux/lib.sh

out=${1:-dist}
need dpkg-deb dpkg lintian lintian gzip gzip
arch=$(dpkg --print-architecture)
root=build/linux/deb
stage "$root" /usr
doc=$root/usr/share/doc/$PACKAGE

# depends prints the packages of the libraries that a program needs, with the
# oldest C library it runs with. The versions that the others must have are not
# asked for: Mesa, X11 and Wayland keep their interfaces.
depends() {
	local library path
	libraries "$1" | while read -r library; do
		path=$(ldconfig -p | awk -v name="$library" '$1 == name { print $NF; exit }')
		[ -n "$path" ] || fail "no file for $library: tools/setup.sh build"
		# A library may be known by the path before or after /usr was merged.
		dpkg -S "$path" 2>/dev/null || dpkg -S "$(readlink -f "$path")"
	done | sed 's/:.*//' | sort -u | sed "s/^libc6\$/libc6 (>= $GLIBC)/" | paste -sd, | sed 's/,/, /g'
}
depends=$(PATH=$PATH:/sbin:/usr/sbin depends "$program")
[ -n "$depends" ] || fail "the program's libraries could not be found"

install -D -m 0644 packaging/linux/copyright "$doc/copyright"
fill packaging/deb/changelog | sed "s/@WHEN@/$(date -R -d "@$SOURCE_DATE_EPOCH")/" | gzip -9n >"$doc/changelog.gz"
mkdir -p "$root/DEBIAN"
fill packaging/deb/postrm >"$root/DEBIAN/postrm"
chmod 0755 "$root/DEBIAN/postrm"
cat >"$root/DEBIAN/control" <<CONTROL
Package: $PACKAGE
Version: $VERSION
Architecture: $arch
Section: net
Priority: optional
Maintainer: $MAINTAINER
Homepage: $HOMEPAGE
Installed-Size: $(du -sk --apparent-size "$root/usr" | cut -f 1)
Depends: $depends
Recommends: ca-certificates, xdg-utils, gnome-keyring | kwalletmanager | keepassxc
Suggests: fonts-noto-core, fonts-noto-cjk | fonts-ipafont-gothic | fonts-wqy-microhei
Description: $SUMMARY
 $NAME signs you in at an OAuth 2.0 / OpenID Connect provider with the
 system's own browser, keeps you signed in through the system's keychain and
 shows your profile. It never sees your password.
CONTROL
(cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
settle "$root"

level=9
[ -z "${QUICK:-}" ] || level=1
mkdir -p "$out"
deb=$out/${PACKAGE}_${VERSION}_$arch.deb
# One thread: what several make depends on their number.
dpkg-deb --root-owner-group --threads-max=1 -Zxz "-z${level}" --build "$root" "$deb.part" >/dev/null
mv "$deb.part" "$deb"
# No error, no warning, and nothing overridden.
lintian --allow-root --fail-on error,warning,override --tag-display-limit 0 "$deb" || fail "lintian complains (see above)"
printf '%s: %s bytes, glibc %s or newer\n' "$deb" "$(stat -c %s "$deb")" "$GLIBC"
