#!/usr/bin/env bash
# Says which tools are missing, and how to install them; fails if any is.
#
#   packaging/windows/tools.sh program|installers|wine
set -euo pipefail

case $1 in
program) need=(x86_64-w64-mingw32-gcc:gcc-mingw-w64-x86-64 x86_64-w64-mingw32-g++:g++-mingw-w64-x86-64 x86_64-w64-mingw32-windres:binutils-mingw-w64-x86-64) ;;
installers) need=(makensis:nsis wixl:wixl msibuild:msitools zip:zip) ;;
sign) need=(osslsigncode:osslsigncode) ;;
*) echo "tools.sh: program, installers or sign" >&2; exit 2 ;;
esac

tools=() packages=()
for pair in "${need[@]}"; do
	command -v "${pair%%:*}" >/dev/null && continue
	tools+=("${pair%%:*}") packages+=("${pair#*:}")
done
[ ${#tools[@]} -gt 0 ] || exit 0
echo "Packages for Windows need ${tools[*]}: apt-get install ${packages[*]}" >&2
exit 1
