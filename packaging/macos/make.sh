#!/usr/bin/env bash
# Makes dist/PACKAGE_VERSION_macos.dmg, on a Mac: a program for both processors,
# in a bundle, signed with the hardened runtime, in a disk image that Apple has
# notarized.
#
#   packaging/macos/make.sh LDFLAGS     flags for Go's linker: the Makefile's
#
#   MACOS_IDENTITY   "Developer ID Application: … (TEAM)", from the keychain. Without it
#                    the bundle is signed ad hoc: it starts on this Mac, and on others
#                    after a right click and Open.
#   NOTARY_PROFILE   asks Apple for notarization in the name of an Apple ID: a profile that
#                    `xcrun notarytool store-credentials PROFILE` has put into the keychain
#   NOTARY_KEY, NOTARY_KEY_ID, NOTARY_ISSUER
#                    or with a key of App Store Connect: the .p8 file and its two numbers
#
# None of them is a secret on a command line.
set -euo pipefail
cd "$(dirname "$0")/../.."

fail() { printf 'macos/make.sh: %s\n' "$1" >&2; exit 1; }
[ "$(uname -s)" = Darwin ] || fail 'a program with a window for macOS is only made on a Mac: Apple gives its libraries to no other system'
for tool in clang lipo codesign hdiutil xcrun; do
	command -v $tool >/dev/null || fail "$tool is missing: xcode-select --install"
done
command -v go >/dev/null || fail 'Go is missing: https://go.dev/dl/'

values=$(packaging/values.sh)
eval "$values"
stage=build/macos
rm -rf "$stage"
mkdir -p "$stage/image" dist

# 10.15 is the oldest that Fyne runs on, 11.0 the first on Apple's processors.
# Not with -tags accessibility: packaging/README.md says why.
ldflags=${1:?packaging/macos/make.sh LDFLAGS}
compile() {
	local arch=$1 oldest=$2
	MACOSX_DEPLOYMENT_TARGET=$oldest GOOS=darwin GOARCH=$arch CGO_ENABLED=1 \
		CGO_CFLAGS="-O2 -mmacosx-version-min=$oldest" CGO_LDFLAGS="-mmacosx-version-min=$oldest" \
		go build -ldflags "$ldflags" -o "$stage/$PACKAGE-$arch" .
}
compile amd64 10.15
compile arm64 11.0
lipo -create -output "$stage/$PACKAGE" "$stage/$PACKAGE-amd64" "$stage/$PACKAGE-arm64"
cp "$stage/$PACKAGE-arm64" "$stage/latchkey" # whose contents packaging/sbom.sh lists: both have the same

app=$(packaging/macos/bundle.sh "$stage/$PACKAGE" "$stage/image")
plutil -lint "$app/Contents/Info.plist" packaging/macos/entitlements.plist
identity=${MACOS_IDENTITY:--}
sign=(codesign --force --options runtime --sign "$identity")
[ "$identity" = - ] || sign+=(--timestamp)
"${sign[@]}" --entitlements packaging/macos/entitlements.plist "$app"
codesign --verify --strict --verbose=2 "$app"

ln -s /Applications "$stage/image/Applications"
image=dist/${PACKAGE}_${VERSION}_macos.dmg
rm -f "$image"
hdiutil create -quiet -volname "$NAME" -srcfolder "$stage/image" -fs HFS+ -format UDZO "$image"
if [ "$identity" = - ]; then
	echo 'macos/make.sh: signed ad hoc and not notarized: set MACOS_IDENTITY (packaging/README.md)' >&2
	exit 0
fi
"${sign[@]}" "$image"
if [ -n "${NOTARY_PROFILE:-}" ]; then
	xcrun notarytool submit "$image" --keychain-profile "$NOTARY_PROFILE" --wait
elif [ -n "${NOTARY_KEY:-}" ]; then
	xcrun notarytool submit "$image" --key "$NOTARY_KEY" --key-id "$NOTARY_KEY_ID" --issuer "$NOTARY_ISSUER" --wait
else
	echo 'macos/make.sh: signed but not notarized: set NOTARY_PROFILE (packaging/README.md)' >&2
	exit 0
fi
xcrun stapler staple "$image"
spctl --assess --type open --context context:primary-signature --verbose "$image"
