#!/usr/bin/env bash
# Makes dist/latchkey_VERSION_ARCH.deb from build/latchkey and looks it over.
# Usage: packaging/deb/make.sh VERSION ARCH
set -euo pipefail
cd "$(dirname "$0")/../.."

export VERSION=$1 ARCH=$2
stage=build/deb
rm -rf "$stage"
mkdir -p "$stage"
umask 022

# depends prints the packages of the libraries that a binary needs, and of
# those that GLFW opens by name while it runs, with the C library's version.
depends() {
	local library path libc
	libc=$(objdump -T "$1" | sed -n 's/.*GLIBC_\([0-9.]*\).*/\1/p' | sort -V | tail -n 1)
	{
		readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'
		strings -a "$1" | grep -xE 'lib(GL|EGL|X11|Xrandr|Xi|Xcursor|Xinerama|Xrender|Xxf86vm|Xext|X11-xcb|wayland-(client|cursor|egl)|xkbcommon)\.so\.[0-9]+' || true
	} | sort -u | while read -r library; do
		path=$(ldconfig -p | awk -v name="$library" '$1 == name { print $NF; exit }')
		[ -n "$path" ] || { echo "no file for $library" >&2; exit 1; }
		dpkg -S "$path" 2>/dev/null || dpkg -S "$(readlink -f "$path")"
	done | sed 's/:.*//' | sort -u | sed "s/^libc6\$/libc6 (>= $libc)/" | paste -sd, | sed 's/,/, /g'
}

cp build/latchkey "$stage/latchkey"
DEPENDS=$(depends "$stage/latchkey")
export DEPENDS
[ -n "$DEPENDS" ] || { echo "make.sh: the program's libraries could not be found" >&2; exit 1; }

build/bin/mkicons -name app.latchkey.Latchkey -out "$stage/icons" assets/Icon.png
install -D -m 0644 assets/Icon.svg "$stage/icons/scalable/apps/app.latchkey.Latchkey.svg"
gzip -9nc packaging/linux/latchkey.1 >"$stage/latchkey.1.gz"
printf 'latchkey (%s) unstable; urgency=medium\n\n  * Packaged from the source tree.\n\n -- The Latchkey authors <authors@latchkey.invalid>  %s\n' \
	"$VERSION" "$(date -R -d "@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}")" |
	gzip -9nc >"$stage/changelog.gz"

desktop-file-validate packaging/linux/app.latchkey.Latchkey.desktop
deb=$(build/bin/mkdeb -config packaging/deb/nfpm.yaml -target dist)
dpkg-deb --field "$deb" Package Version Architecture Depends
# Only errors fail. hardening-no-pie is known: with another build mode all of
# Fyne would be compiled a second time.
lintian --allow-root --fail-on error "$deb"
ls -l "$deb"
