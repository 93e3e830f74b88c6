#!/usr/bin/env bash
# Makes a clean Debian in build/roots/clean, once: what debootstrap calls minbase,
# with the package lists that apt needs. Needs root, the network and two minutes.
# build/roots/archives keeps what apt loads, so that it is loaded once.
set -euo pipefail
cd "$(dirname "$0")/../.."
roots=$PWD/build/roots

[ ! -e "$roots/clean" ] || exit 0
[ "$(id -u)" = 0 ] || { echo 'cleanroot.sh: debootstrap needs root: sudo make test-packages' >&2; exit 1; }
command -v debootstrap >/dev/null || { echo 'cleanroot.sh: debootstrap is missing: apt-get install debootstrap' >&2; exit 1; }

# The release that this machine has, if it is a Debian; else bookworm, the oldest
# in which the package was tried.
suite=$(. /etc/os-release; [ "${ID:-}" = debian ] && echo "${VERSION_CODENAME:-}") || suite=
suite=${suite:-bookworm}
rm -rf "$roots/making"
mkdir -p "$roots/archives/partial"
debootstrap --variant=minbase "$suite" "$roots/making" http://deb.debian.org/debian >"$roots/debootstrap.log" ||
	{ tail -n 20 "$roots/debootstrap.log" >&2; exit 1; }
# Nothing is to be started in it.
printf '#!/bin/sh\nexit 101\n' >"$roots/making/usr/sbin/policy-rc.d"
chmod 0755 "$roots/making/usr/sbin/policy-rc.d"
# Nor is it to survive a loss of power: without this dpkg waits for the disk
# after each of many thousand files.
echo force-unsafe-io >"$roots/making/etc/dpkg/dpkg.cfg.d/unsafe-io"
cp -L /etc/resolv.conf "$roots/making/etc/resolv.conf"
chroot "$roots/making" apt-get update -qq
rm -f "$roots"/making/var/cache/apt/archives/*.deb
mv "$roots/making" "$roots/clean"
