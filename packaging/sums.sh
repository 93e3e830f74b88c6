#!/usr/bin/env bash
# Writes dist/SHA256SUMS, over everything else in dist/, for `sha256sum -c`.
set -euo pipefail
cd "$(dirname "$0")/../dist"

shopt -s nullglob
files=()
for f in *; do [ "$f" = SHA256SUMS ] || files+=("$f"); done
[ ${#files[@]} -gt 0 ] || { echo 'sums.sh: there is nothing in dist/: make package' >&2; exit 1; }
for f in "${files[@]}"; do [ -f "$f" ] || { echo "sums.sh: $f in dist/ is no file" >&2; exit 1; }; done
if command -v sha256sum >/dev/null; then sha256sum -- "${files[@]}"; else shasum -a 256 -- "${files[@]}"; fi >SHA256SUMS.new
mv SHA256SUMS.new SHA256SUMS
