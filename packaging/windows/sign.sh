#!/usr/bin/env bash
# Signs a program, a setup or an .msi in place, by Authenticode, where the
# environment names a certificate; otherwise it does nothing. README.md says
# what the variables mean.
#
#   packaging/windows/sign.sh FILE
#   packaging/windows/sign.sh --wanted    succeeds if files are to be signed
set -euo pipefail

certificate=${WINDOWS_CERTIFICATE:-} password=${WINDOWS_CERTIFICATE_PASSWORD_FILE:-}
if [ "$1" = --wanted ]; then [ -n "$certificate" ]; exit; fi
[ -n "$certificate" ] || exit 0
here=$(cd "$(dirname "$0")" && pwd)
"$here/tools.sh" sign
fail() { echo "sign.sh: $1" >&2; exit 1; }
[ -r "$certificate" ] || fail "WINDOWS_CERTIFICATE names no file that can be read: $certificate"
[ -r "$password" ] || fail "WINDOWS_CERTIFICATE_PASSWORD_FILE names no file that can be read: $password"
NAME=$("$here/../values.sh" NAME) HOMEPAGE=$("$here/../values.sh" HOMEPAGE)

# Without a stamp of the time a signature ends with its certificate.
stamp=()
[ -z "${WINDOWS_TIMESTAMP_URL:-}" ] || stamp=(-ts "$WINDOWS_TIMESTAMP_URL")
# The password is read from its file: never on a command line, which all can see.
osslsigncode sign -pkcs12 "$certificate" -readpass "$password" -h sha256 -n "$NAME" -i "$HOMEPAGE" "${stamp[@]}" \
	-in "$1" -out "$1.signed" >/dev/null || { rm -f "$1.signed"; fail "$1 could not be signed"; }
chmod --reference="$1" "$1.signed"
mv "$1.signed" "$1"
