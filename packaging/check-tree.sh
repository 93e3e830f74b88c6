#!/usr/bin/env bash
# Refuses to make packages of a tree that differs from its commit: nobody could
# say later what is in them. ALLOW_DIRTY=1 makes them all the same.
set -euo pipefail
cd "$(dirname "$0")/.."

[ -e .git ] || { echo 'check-tree: no git here: packing the source tree as it is' >&2; exit 0; }
command -v git >/dev/null || { echo 'check-tree: git is missing: apt-get install git' >&2; exit 1; }
changed=$(git status --porcelain) || exit 1
[ -n "$changed" ] || exit 0
if [ "${ALLOW_DIRTY:-}" = 1 ]; then
	echo 'check-tree: packing a tree with changes that no commit has (ALLOW_DIRTY=1): not for others' >&2
	exit 0
fi
printf 'check-tree: these files differ from the commit:\n%s\nCommit or remove them first, or make packages for yourself alone: make package ALLOW_DIRTY=1\n' "$changed" >&2
exit 1
