#!/usr/bin/env bash
# Makes sure that this machine has what a make target needs, and installs what
# Debian or Ubuntu can install. It changes nothing, and takes a moment only,
# where all of it is there.
#
#   tools/setup.sh build      to compile and run the program
#   tools/setup.sh test       also the virtual display, keychain and browser of the tests
#   tools/setup.sh stores     also the keychains of make test-stores, and Wine
#   tools/setup.sh package    also what checks a finished package
#   tools/setup.sh windows    also what makes the packages for Windows
#   tools/setup.sh wine       also what tries them
set -euo pipefail

want=${1:-build}
cd "$(dirname "$0")/.."

build=(gcc libgl1-mesa-dev xorg-dev libwayland-dev libxkbcommon-dev pkg-config xdg-utils)
# libgl1-mesa-dri draws without a graphics card, fonts-noto-core has the scripts
# of the seeded users' names, wqy and ipafont those of Chinese and Japanese (5 MB;
# Noto's are 55), xev of x11-utils is "another window".
# dbus-x11 is the launcher that busguard keeps from being launched.
test=(xvfb openbox dbus-daemon dbus-x11 at-spi2-core gnome-keyring xdotool x11-utils libgl1-mesa-dri fonts-noto-core
	fonts-wqy-microhei fonts-ipafont-gothic fontconfig)
# What packs and looks over the .deb that make test installs.
test+=(lintian desktop-file-utils libglib2.0-bin appstream groff-base binutils)
# The other keychains; kwalletd5 comes with libkf5wallet-bin. mingw links the one
# DLL that Wine 8 lacks.
stores=(gcr keepassxc libkf5wallet-bin wine64 gcc-mingw-w64-x86-64)
# A clean Debian to install into, and the other packages of Linux.
package=(debootstrap debian-archive-keyring rpm rpmlint xz-utils flatpak-builder)
windows=(gcc-mingw-w64-x86-64 g++-mingw-w64-x86-64 nsis wixl msitools zip osslsigncode)
wine=(wine64 openssl unzip)

fail() { printf 'setup: %s\n' "$1" >&2; exit 1; }

check_go() {
	local need have
	need=$(sed -n 's/^go \([0-9]*\.[0-9]*\).*/\1/p' go.mod)
	command -v go >/dev/null || fail "Go is missing. Install Go $need or newer: https://go.dev/dl/"
	have=$(go env GOVERSION 2>/dev/null) || fail "Go $need or newer is needed; 'go env' of $(command -v go) fails. See https://go.dev/dl/"
	have=${have#go}
	[ "$(printf '%s\n%s\n' "$need" "$have" | sort -V | head -n 1)" = "$need" ] ||
		fail "Go $need or newer is needed, this is go$have. See https://go.dev/dl/"
}

# missing prints those of its arguments that are not installed.
missing() {
	local installed
	installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' || true)
	printf '%s\n' "$@" | grep -vxF "$installed" || true
}

check_go
[ "$(uname -s)" = Linux ] || exit 0

distribution=$(. /etc/os-release 2>/dev/null && printf '%s' "${ID:-}") || distribution=
packages=("${build[@]}")
case $want in
build) ;;
test) packages+=("${test[@]}") ;;
stores) packages+=("${test[@]}" "${stores[@]}") ;;
windows) packages+=("${windows[@]}") ;;
wine) packages+=("${test[@]}" "${windows[@]}" "${wine[@]}") ;;
package) packages+=("${test[@]}" "${package[@]}") ;;
*) fail "unknown set '$want' (build, test, stores, package, windows, wine)" ;;
esac
if [ "$want" != build ] && [ "$want" != windows ]; then
	# Ubuntu's chromium is a snap: it cannot use a home folder of its own under
	# /tmp, so there the stage works only with a browser installed by hand.
	if [ "$distribution" != ubuntu ]; then packages+=(chromium); fi
fi

command -v dpkg-query >/dev/null || {
	printf 'setup: this is no Debian or Ubuntu, so nothing is installed here. Needed, by Debian names:\n  %s\n' "${packages[*]}" >&2
	exit 0
}

lack=$(missing "${packages[@]}" | tr '\n' ' ')
lack=${lack% }
[ -n "$lack" ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
	if command -v sudo >/dev/null; then as_root=(sudo); else
		fail "these packages are missing and this is neither root nor is sudo there. Ask for: apt-get install $lack"
	fi
fi
command -v apt-get >/dev/null || fail "these packages are missing and there is no apt-get: $lack"

printf 'setup: installing %s\n' "$lack"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() {
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1 </dev/null || {
		tail -n 25 "$log" >&2
		fail "apt-get $1 failed; needed: $lack"
	}
}
install update
# shellcheck disable=SC2086 # one word a package
install install --yes --no-install-recommends $lack

lack=$(missing "${packages[@]}" | tr '\n' ' ')
[ -z "$lack" ] || fail "still missing after apt-get install: $lack"
