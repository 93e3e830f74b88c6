#!/usr/bin/env bash
# What installers need to know, from FyneApp.toml, as shell assignments:
#
#   eval "$(packaging/values.sh)"    NAME PACKAGE ID VERSION BUILD ICON SUMMARY
#                                    GENERIC_NAME MAINTAINER HOMEPAGE
#                                    GOOGLE_CLIENT_ID GOOGLE_CLIENT_SECRET
#                                    SOURCE_DATE_EPOCH COMMIT
#   packaging/values.sh VERSION      one of them, as it is
#
# A value that no installer could use is refused: the message says what is wrong
# with it, and nothing is printed. Before the file go the environment's
# GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET and SOURCE_DATE_EPOCH, and
# LATCHKEY_VERSION, by which tests make a package to upgrade from.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
file=$root/FyneApp.toml

fail() { printf 'values.sh: %s\n' "$1" >&2; exit 1; }

[ -r "$file" ] || fail "there is no FyneApp.toml beside packaging/"

# The file's pairs as "Section.Key<tab>value". It is read line by line: every
# value of ours is a string or a number on one line, which `fyne` keeps so.
pairs=$(awk '
	/^[ \t]*\[[A-Za-z]+\]/ { section = $0; gsub(/[][ \t]|#.*/, "", section); next }
	match($0, /^[ \t]*[A-Za-z]+[ \t]*=[ \t]*/) {
		key = $0; sub(/[ \t]*=.*/, "", key); sub(/^[ \t]*/, "", key)
		value = substr($0, RLENGTH + 1)
		if (value ~ /^"""|^\047\047\047/) value = "\001"
		else if (value ~ /^"/) { sub(/^"/, "", value); if (!sub(/"[ \t]*(#.*)?$/, "", value) || value ~ /[\\"]/) value = "\001" }
		else if (value ~ /^\047/) { sub(/^\047/, "", value); if (!sub(/\047[ \t]*(#.*)?$/, "", value)) value = "\001" }
		else sub(/[ \t]*(#.*)?$/, "", value)
		print section "." key "\t" value
	}' "$file")

# value SECTION.KEY is what the file says, "" where it says nothing.
value() {
	local v
	v=$(awk -F '\t' -v key="$1" '$1 == key { print $2; exit }' <<<"$pairs")
	[ "$v" != $'\001' ] || fail "$1 in FyneApp.toml must be one string in quotes on its line, without \\ or quotes inside"
	[[ $v != *[[:cntrl:]]* ]] || fail "$1 in FyneApp.toml holds a control character"
	printf '%s' "$v"
}

# need VALUE NAME refuses a value that is not there.
need() { [ -n "$1" ] || fail "$2 is missing in FyneApp.toml"; }

NAME=$(value Details.Name)
ID=$(value Details.ID)
VERSION=${LATCHKEY_VERSION:-$(value Details.Version)}
BUILD=$(value Details.Build)
ICON=$(value Details.Icon)
SUMMARY=$(value LinuxAndBSD.Comment)
GENERIC_NAME=$(value LinuxAndBSD.GenericName)
HOMEPAGE=$(value .Website)
PACKAGE=$(value Release.Package)
MAINTAINER=$(value Release.Maintainer)
GOOGLE_CLIENT_ID=${GOOGLE_CLIENT_ID:-$(value Release.GoogleClientID)}
GOOGLE_CLIENT_SECRET=${GOOGLE_CLIENT_SECRET:-$(value Release.GoogleClientSecret)}

need "$NAME" Details.Name
[ "${#NAME}" -le 40 ] || fail "Details.Name is longer than 40 characters"
[[ $NAME != *[/:\*\?\"\<\>\|\&\$%\;=\`\\{}@]* && $NAME != .* ]] ||
	fail "Details.Name \"$NAME\" cannot be the name of a folder or a menu entry everywhere: leave out / : * ? \" < > | & \$ % ; = \` \\ { } @ and a dot at its beginning"
need "$ID" Details.ID
[[ $ID =~ ^[A-Za-z][A-Za-z0-9-]*(\.[A-Za-z][A-Za-z0-9-]*){2,}$ ]] ||
	fail "Details.ID \"$ID\" is no application ID: write a domain that you own backwards and a name, such as com.example.SignIn"
need "$VERSION" Details.Version
[[ $VERSION =~ ^(0|[1-9][0-9]{0,3})\.(0|[1-9][0-9]{0,3})\.(0|[1-9][0-9]{0,3})$ ]] ||
	fail "the version \"$VERSION\" is not MAJOR.MINOR.PATCH, such as 1.4.2"
[[ $VERSION =~ ^([0-9]+)\.([0-9]+)\. ]]
[ "${BASH_REMATCH[1]}" -le 255 ] && [ "${BASH_REMATCH[2]}" -le 255 ] || # as Windows Installer counts
	fail "the version \"$VERSION\" is too large: Windows Installer knows MAJOR and MINOR up to 255"
[[ $BUILD =~ ^[1-9][0-9]{0,4}$ ]] && [ "$BUILD" -le 65535 ] || fail "Details.Build \"$BUILD\" is no number from 1 to 65535"
need "$ICON" Details.Icon
[ -f "$root/$ICON" ] || fail "the icon $ICON, which FyneApp.toml names, is not there"
[ "$(od -An -tx1 -N8 "$root/$ICON" | tr -d ' \n')" = 89504e470d0a1a0a ] || fail "the icon $ICON is no PNG"
read -r width height < <(od -An -tu1 -j16 -N8 "$root/$ICON" |
	awk '{ print $1*16777216+$2*65536+$3*256+$4, $5*16777216+$6*65536+$7*256+$8 }')
[ "$width" = "$height" ] && [ "$width" -ge 512 ] || fail "the icon $ICON is $width x $height: it must be square, of 512 pixels or more"
need "$SUMMARY" LinuxAndBSD.Comment
[ "${#SUMMARY}" -le 80 ] || fail "LinuxAndBSD.Comment is longer than the 80 characters that package lists show"
need "$GENERIC_NAME" LinuxAndBSD.GenericName
need "$PACKAGE" Release.Package
[[ $PACKAGE =~ ^[a-z][a-z0-9-]{1,39}$ ]] || fail "Release.Package \"$PACKAGE\" must be of a to z, 0 to 9 and -, beginning with a letter"
[[ $MAINTAINER =~ ^[^\<\>]+\ \<[^@\<\>\ ]+@[^@\<\>\ ]+\>$ ]] || fail "Release.Maintainer \"$MAINTAINER\" must be written Name <address@example.com>"
[[ $HOMEPAGE =~ ^https://[^[:space:]\"\<\>\']+$ ]] || fail "Website \"$HOMEPAGE\" is no https:// address"
if [ "$ID" != app.latchkey.Latchkey ]; then
	[ "$PACKAGE" != latchkey ] && [ "$NAME" != Latchkey ] ||
		fail "Details.ID is your own; Details.Name and Release.Package must be too, or your packages and ours replace each other"
fi
if [ -n "$GOOGLE_CLIENT_ID$GOOGLE_CLIENT_SECRET" ]; then
	[[ $GOOGLE_CLIENT_ID =~ ^[0-9]{1,30}(-[a-z0-9]{1,64})?\.apps\.googleusercontent\.com$ ]] ||
		fail "the Google client ID \"$GOOGLE_CLIENT_ID\" is not one: they look like 1234567890-abc….apps.googleusercontent.com"
	[[ $GOOGLE_CLIENT_SECRET =~ ^[A-Za-z0-9_.~-]{8,200}$ ]] ||
		fail "the Google client's secret is missing or damaged: a client of the type \"Desktop app\" has one"
fi

# The time of the commit, or, of a source tree without git, of the release.
if COMMIT=$(git -C "$root" rev-parse HEAD 2>/dev/null) && [ -e "$root/.git" ]; then
	committed=$(git -C "$root" log -1 --format=%ct)
else
	COMMIT=unknown
	released=$(sed -n "s/^## \\[\\{0,1\\}${VERSION//./\\.}\\]\\{0,1\\} - \\([0-9-]*\\).*/\\1/p" "$root/CHANGELOG.md" 2>/dev/null | head -n 1)
	committed=$(date -u -d "${released:-1980-01-01}" +%s 2>/dev/null || echo 315532800)
fi
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$committed}
[[ $SOURCE_DATE_EPOCH =~ ^[0-9]+$ ]] || fail "SOURCE_DATE_EPOCH \"$SOURCE_DATE_EPOCH\" is no number of seconds"

names=(NAME PACKAGE ID VERSION BUILD ICON SUMMARY GENERIC_NAME MAINTAINER HOMEPAGE
	GOOGLE_CLIENT_ID GOOGLE_CLIENT_SECRET SOURCE_DATE_EPOCH COMMIT)
if [ $# -gt 0 ]; then
	[[ " ${names[*]} " == *" $1 "* ]] || fail "there is no value \"$1\": ${names[*]}"
	printf '%s\n' "${!1}"
	exit 0
fi
for name in "${names[@]}"; do printf '%s=%q\n' "$name" "${!name}"; done
