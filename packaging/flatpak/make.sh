#!/usr/bin/env bash
# Writes the Flatpak manifest of this commit, with menu entry, metainfo and icon,
# and looks it over as far as that goes without a network. README.md says how to
# build it.
# Usage: packaging/flatpak/make.sh     (into build/flatpak)
set -euo pipefail
cd "$(dirname "$0")/../.."
. packaging/linux/lib.sh

out=build/flatpak
need appstreamcli appstream desktop-file-validate desktop-file-utils flatpak-builder flatpak-builder
rm -rf "$out"
mkdir -p "$out"
fill packaging/flatpak/manifest.yml >"$out/$ID.yml"
fill packaging/linux/menu.desktop >"$out/$ID.desktop"
fill packaging/linux/metainfo.xml xml >"$out/$ID.metainfo.xml"
install -m 0644 "$ICON" "$out/$ID.png"
if [ -f "${ICON%.png}.svg" ]; then install -m 0644 "${ICON%.png}.svg" "$out/$ID.svg"; fi

desktop-file-validate "$out/$ID.desktop" || fail "the menu entry is wrong (see above)"
look=$(appstreamcli validate --pedantic --no-net "$out/$ID.metainfo.xml" 2>&1) || { printf '%s\n' "$look" >&2; fail "the AppStream metainfo is wrong"; }
# It also finds sources and files that are not there.
manifest=$(flatpak-builder --show-manifest "$out/$ID.yml" 2>"$out/complaints") && [ ! -s "$out/complaints" ] ||
	{ cat "$out/complaints" >&2; fail "the manifest is wrong (see above)"; }
rm "$out/complaints"
for word in '"id" : "'"$ID"'"' --share=network --talk-name=org.freedesktop.secrets --socket=wayland; do
	grep -qF -e "$word" <<<"$manifest" || fail "flatpak-builder understood the manifest without $word"
done
printf '%s: looked over, NOT BUILT: runtime and SDK are loaded from Flathub (packaging/flatpak/README.md)\n' "$out/$ID.yml"
