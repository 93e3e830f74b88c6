#!/usr/bin/env bash
# Puts the certificate of a release workflow into a keychain of its own, on a
# machine that is thrown away afterwards. A developer's Mac has it in the login
# keychain already.
#
#   MACOS_CERTIFICATE            the .p12, in base64
#   MACOS_CERTIFICATE_PASSWORD   its password
set -euo pipefail

[ -n "${GITHUB_ACTIONS:-}" ] || { echo 'certificate.sh: only for a machine of GitHub Actions: it changes the search list of keychains' >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
base64 --decode <<<"$MACOS_CERTIFICATE" >"$folder/certificate.p12"
keychain=$RUNNER_TEMP/release.keychain-db
password=$(openssl rand -hex 20)
security create-keychain -p "$password" "$keychain"
security set-keychain-settings -lut 21600 "$keychain"
security unlock-keychain -p "$password" "$keychain"
security import "$folder/certificate.p12" -P "$MACOS_CERTIFICATE_PASSWORD" -f pkcs12 -T /usr/bin/codesign -k "$keychain"
security set-key-partition-list -S apple-tool:,apple: -s -k "$password" "$keychain" >/dev/null
security list-keychains -d user -s "$keychain" login.keychain-db
