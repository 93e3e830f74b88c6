#!/usr/bin/env bash
# Lists what is inside each program that packages were made of, as
# dist/PACKAGE_VERSION_SYSTEM_ARCH.spdx.json (SPDX 2.3).
set -euo pipefail
cd "$(dirname "$0")/.."

values=$(packaging/values.sh)
set -a
eval "$values"
set +a
mkdir -p dist
made=0
for program in build/latchkey build/windows/*.exe build/macos/latchkey; do
	[ -f "$program" ] || continue
	target=$(go version -m "$program" 2>/dev/null | awk '$1 == "path" { path = $2 } $2 ~ /^GOOS=/ { os = substr($2, 6) } $2 ~ /^GOARCH=/ { arch = substr($2, 8) }
		END { if (path == "app.latchkey") print os "_" arch }')
	[ -n "$target" ] || continue # a setup program, or no Go program of ours
	build/bin/mksbom -out "dist/${PACKAGE}_${VERSION}_$target.spdx.json" "$program"
	made=$((made + 1))
done
[ "$made" -gt 0 ] || { echo 'sbom.sh: no program was built: make build' >&2; exit 1; }
