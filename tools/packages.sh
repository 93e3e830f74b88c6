#!/usr/bin/env bash
# Prints our packages, one a line, by what their tests link:
#
#   tools/packages.sh plain    without Fyne: tested with -race
#   tools/packages.sh fyne     with Fyne, whose test driver is not made for -race
#
# The tests in e2e/ and below packaging/ are neither: they need the stage.
# packaging/macos, which nobody here can install, needs nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

want=${1:?plain or fyne}
go list -test -f '{{.ImportPath}} {{range .Deps}}{{if eq . "fyne.io/fyne/v2"}}fyne{{end}}{{end}}' ./... |
	awk -v want="$want" '
		{ with = ($NF == "fyne"); name = $1; sub(/\.test$/, "", name); sub(/_test$/, "", name) }
		name ~ /^app\.latchkey\/(e2e(\/|$)|packaging\/)/ && name !~ /\/packaging\/macos$/ { next }
		{ seen[name] = 1; if (with) fyne[name] = 1 }
		END { for (n in seen) if ((n in fyne) == (want == "fyne")) print n }' | sort
