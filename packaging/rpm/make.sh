#!/usr/bin/env bash
# Makes dist/PACKAGE-VERSION-1.ARCH.rpm from build/latchkey and looks it over.
# Usage: packaging/rpm/make.sh [FOLDER]     (default: dist)
#
# QUICK=1 packs with little compression, for tests. Two runs at the same commit,
# with the same rpmbuild, give the same bytes.
set -euo pipefail
cd "$(dirname "$0")/../.."
. packaging/linux/lib.sh

out=${1:-dist}
need rpmbuild rpm rpm rpm rpmlint rpmlint
case $(go env GOARCH) in
amd64) arch=x86_64 ;;
arm64) arch=aarch64 ;;
*) arch=$(uname -m) ;;
esac
top=$PWD/build/linux/rpm
rm -rf "$top"
STAGE=$top/stage
stage "$STAGE" /usr
install -D -m 0644 LICENSE "$STAGE/usr/share/licenses/$PACKAGE/LICENSE"
mkdir -p "$STAGE/usr/share/doc/$PACKAGE"
fill packaging/rpm/README.md >"$STAGE/usr/share/doc/$PACKAGE/README.md"
settle "$STAGE"

# rpm names a 64-bit library so, and says of those that the program is linked
# with the same by itself.
linked=$(readelf -d build/latchkey | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
REQUIRES=$(libraries build/latchkey | grep -vxF "$linked" | sed 's/.*/Requires:       &()(64bit)/')
[ -n "$REQUIRES" ] || fail "the program's libraries could not be found"
# One by one: rpmbuild's patterns end at a space, which the tree's path may have.
ICONS=$(cd "$STAGE" && find usr/share/icons -type f | sort | sed 's,^,/,')
DAY=$(date -u -d "@$SOURCE_DATE_EPOCH" '+%a %b %d %Y')
spec=$(fill packaging/rpm/package.spec)
for key in STAGE REQUIRES ICONS DAY; do spec=${spec//"@$key@"/"${!key}"}; done
printf '%s\n' "$spec" >"$top/$PACKAGE.spec"

payload=w9.xzdio
[ -z "${QUICK:-}" ] || payload=w1.xzdio
# Nothing is compiled, so there is nothing to strip, and no other machine's name
# or time belongs into the package.
rpmbuild -bb --quiet --target "$arch" \
	--define "_topdir $top" --define "_rpmdir $top/made" --define '_build_name_fmt %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm' \
	--define "_binary_payload $payload" --define 'debug_package %{nil}' --define '__os_install_post %{nil}' --define '_build_id_links none' \
	--define '_buildhost reproducible' --define 'use_source_date_epoch_as_buildtime 1' --define 'clamp_mtime_to_source_date_epoch 1' \
	--define '_use_internal_dependency_generator 1' \
	"$top/$PACKAGE.spec" >"$top/rpmbuild.log" 2>&1 || { cat "$top/rpmbuild.log" >&2; fail "rpmbuild failed"; }
mkdir -p "$out"
file=$out/$PACKAGE-$VERSION-1.$arch.rpm
mv "$top/made/$PACKAGE-$VERSION-1.$arch.rpm" "$file"
# What is left out, and why, is in rpmlint.toml. --strict: a warning is an error.
rpmlint --strict -c packaging/rpm/rpmlint.toml "$file" >"$top/rpmlint.log" 2>&1 || { cat "$top/rpmlint.log" >&2; fail "rpmlint complains"; }
printf '%s: %s bytes, glibc %s or newer\n' "$file" "$(stat -c %s "$file")" "$GLIBC"
