#!/usr/bin/env bash
# Makes the installers for Windows from a program that build.sh made:
#
#   packaging/windows/make.sh --program X.exe --out DIR
#
# DIR gets PACKAGE_VERSION_windows_amd64-setup.exe, .msi and -portable.zip. Names
# and version are packaging/values.sh's, so that another program (a bare window, to
# compare sizes) is packed in the very same way. With a certificate (README.md)
# everything that Windows looks at is signed.
set -euo pipefail
cd "$(dirname "$0")/../.."
export LC_ALL=C.UTF-8 # names may hold any letter

program='' out=''
while [ $# -gt 0 ]; do
	case $1 in
	--program) program=$2 ;;
	--out) out=$2 ;;
	*) echo "make.sh: $1 is not known; usage: make.sh --program X.exe --out DIR" >&2; exit 2 ;;
	esac
	shift 2
done
[ -f "$program" ] || { echo "make.sh: --program names no file" >&2; exit 2; }
[ -n "$out" ] || { echo "make.sh: --out is missing" >&2; exit 2; }
packaging/windows/tools.sh installers
named=$(packaging/values.sh) # eval alone would go on where this fails
eval "$named"
export SOURCE_DATE_EPOCH TZ=UTC0
VENDOR=${MAINTAINER% <*}
DATA=$ID # the folder of a person's own files: vendor.go, settings/settings.go
[ "$ID" != app.latchkey.Latchkey ] || DATA=Latchkey
name=${PACKAGE}_${VERSION}_windows_amd64

mkdir -p "$out"
out=$(cd "$out" && pwd)
stage=$(mktemp -d "$out/stage.XXXXXX")
trap 'rm -rf "$stage"' EXIT
umask 022

# Text files with Windows' ends of lines, for Notepad of old.
install -m 0755 "$program" "$stage/program.exe" # whatever umask it was built under
sed 's/\r*$/\r/' LICENSE >"$stage/LICENSE.txt"
build/bin/mkico -out "$stage/program.ico" -side "$stage/side.bmp" "$ICON"
packaging/windows/sign.sh "$stage/program.exe"
# To the second: a zip and a cabinet count in steps of two.
age() { find "$stage" -exec touch -h -d "@$((SOURCE_DATE_EPOCH / 2 * 2))" {} +; }
age

# guid WHAT is always the same for the same ID and WHAT (RFC 4122 §4.3).
guid() {
	local h
	h=$(printf '\x6b\xa7\xb8\x10\x9d\xad\x11\xd1\x80\xb4\x00\xc0\x4f\xd4\x30\xc8%s' "$ID $1" | sha1sum)
	printf '%s-%s-5%s-%x%s-%s' "${h:0:8}" "${h:8:4}" "${h:13:3}" $((0x${h:16:1} & 3 | 8)) "${h:17:3}" "${h:20:12}" | tr a-f A-F
}

make_setup() {
	local sign=()
	! packaging/windows/sign.sh --wanted || sign=("-DSIGN=$PWD/packaging/windows/sign.sh")
	makensis -V2 -WX -NOCD -INPUTCHARSET UTF8 "${sign[@]}" \
		-DNAME="$NAME" -DPACKAGE="$PACKAGE" -DID="$ID" -DVERSION="$VERSION" -DBUILD="$BUILD" -DVENDOR="$VENDOR" \
		-DSUMMARY="$SUMMARY" -DHOMEPAGE="$HOMEPAGE" -DICON="$stage/program.ico" -DSIDE="$stage/side.bmp" -DSOURCE="$stage" \
		-DWORDS="$PWD/packaging/windows/words.nsh" -DKILOBYTES="$(du -k --apparent-size "$stage/program.exe" | cut -f 1)" \
		-DOUT="$out/$name-setup.exe" packaging/windows/setup.nsi
	packaging/windows/sign.sh "$out/$name-setup.exe"
}

make_msi() {
	local text value xml
	local UPGRADE_CODE PRODUCT_CODE PROGRAM_CODE PACKAGE_CODE
	UPGRADE_CODE=$(guid upgrade) PRODUCT_CODE=$(guid "product $VERSION") PROGRAM_CODE=$(guid program)
	PACKAGE_CODE=$(guid "package $VERSION $(sha256sum <"$stage/program.exe")")
	text=$(cat packaging/windows/program.wxs)
	for value in NAME PACKAGE VERSION VENDOR SUMMARY HOMEPAGE UPGRADE_CODE PRODUCT_CODE PROGRAM_CODE PACKAGE_CODE; do
		xml=$(sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g; s/"/\&quot;/g' <<<"${!value}")
		text=${text//@$value@/"$xml"}
	done
	printf '%s\n' "$text" >"$stage/program.wxs"
	# Of absolute paths wixl makes nothing.
	(cd "$stage" && wixl --arch x64 -o "$out/$name.msi" program.wxs)
	# wixl leaves a file's version empty, and then Windows Installer keeps the older
	# program that is there: one with a version beats one without.
	msibuild "$out/$name.msi" -q "UPDATE \`File\` SET \`Version\` = '$VERSION.$BUILD', \`Language\` = '1033' WHERE \`File\` = 'program.exe'"
	packaging/windows/sign.sh "$out/$name.msi"
}

make_zip() {
	local dir=$stage/$NAME
	mkdir "$dir"
	cp -p "$stage/program.exe" "$dir/$PACKAGE.exe"
	cp -p "$stage/LICENSE.txt" "$dir/"
	sed 's/\r*$/\r/' >"$dir/README.txt" <<END
$NAME $VERSION: $SUMMARY

Nothing needs to be installed: start $PACKAGE.exe from wherever it lies. Your
settings are kept in %AppData%\\$DATA, your sign-ins in Windows' Credential
Manager: not in this folder, and not on a stick that you carry it on.
To remove it, delete your data in its settings, quit it, and delete this folder.
END
	age
	rm -f "$out/$name-portable.zip"
	(cd "$stage" && zip -q -9 -X -o "$out/$name-portable.zip" "$NAME" "$NAME/$PACKAGE.exe" "$NAME/LICENSE.txt" "$NAME/README.txt")
}

make_setup
make_msi
make_zip
ls -l "$out/$name"*
