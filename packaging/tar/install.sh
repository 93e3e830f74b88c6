#!/bin/sh
# Installs @NAME@, for you alone or for everybody on this computer.
#
#   ./install.sh                    for you, into ~/.local; needs no rights
#   sudo ./install.sh --system      for everybody, into /usr/local
#   ./install.sh --uninstall        removes it again; with --system what that installed
#   ./install.sh --older            over a newer version, too
#
# PREFIX=/opt/@PACKAGE@ chooses another place, and DESTDIR=… one that another
# computer will know as PREFIX. A running @NAME@ goes on, and is new after its next
# start. After this the folder can be deleted: PREFIX/share/@PACKAGE@ keeps what is
# needed to uninstall.
set -eu
umask 022
package=@PACKAGE@ version=@VERSION@
name=$(cat <<'NAME'
@NAME@
NAME
)

fail() { printf '%s: %s\n' "$0" "$1" >&2; exit 1; }
usage() { sed -n '2,/^set -eu/s/^# \{0,1\}//p' "$0"; }

task=install place=user older=no
for argument; do
	case $argument in
	--system) place=system ;;
	--user) place=user ;;
	--uninstall) task=uninstall ;;
	--older) older=yes ;;
	-h | --help) usage; exit 0 ;;
	*) usage >&2; fail "what is $argument?" ;;
	esac
done

# Where this script lies, also when it was called by a link or from elsewhere.
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
if [ "$task" = uninstall ] && [ -f "$here/installed" ]; then
	prefix=${PREFIX:-$(CDPATH='' cd -- "$here/../.." && pwd)} # the copy that install leaves
	destdir=''
elif [ -n "${PREFIX:-}" ]; then
	prefix=$PREFIX destdir=${DESTDIR:-}
elif [ "$place" = system ]; then
	prefix=/usr/local destdir=${DESTDIR:-}
else
	[ -n "${HOME:-}" ] || fail 'HOME is not set; PREFIX=… chooses a place'
	prefix=$HOME/.local destdir=${DESTDIR:-}
fi
case $prefix in /*) ;; *) fail "PREFIX must begin with a slash: $prefix" ;; esac
case $prefix in *'
'*) fail 'PREFIX must be one line' ;; esac
target=$destdir$prefix
list=$target/share/$package/installed # what install has put there, one path a line

# writable refuses, before anything is changed, what could not be finished.
writable() {
	dir=$1
	while [ ! -e "$dir" ]; do dir=$(dirname -- "$dir"); done
	[ -d "$dir" ] || fail "$dir is no folder"
	[ -w "$dir" ] ||
		fail "you may not change $dir. For everybody: sudo $0 --system. For you alone, into ~/.local: $0"
}

# remove deletes what a list names, and the folders of it that are empty then.
remove() {
	while IFS= read -r path; do
		case $path in
		*/) ;;
		*) rm -f -- "$target/$path" ;;
		esac
	done <"$1"
	sort -r "$1" | while IFS= read -r path; do
		case $path in */) rmdir -- "$target/$path" 2>/dev/null || true ;; esac
	done
}

if [ "$task" = uninstall ]; then
	[ -f "$list" ] || fail "$name is not installed in $target"
	writable "$target/bin"
	writable "$target/share/$package"
	copy=$(mktemp)
	trap 'rm -f -- "$copy"' EXIT
	cat -- "$list" >"$copy"
	remove "$copy"
	rmdir -- "$target" 2>/dev/null || true # not empty, as a rule
	cat <<'TEXT'
@LEFT@
TEXT
	exit 0
fi

[ -x "$here/bin/$package" ] || fail "this folder is not whole: bin/$package is missing"
"$here/bin/$package" --version >/dev/null 2>&1 || {
	lacking=$(ldd "$here/bin/$package" 2>&1 | sed -n 's/^[[:space:]]*\(.*not found.*\)/  \1/p')
	[ -z "$lacking" ] || fail "$name does not run here. It lacks:
$lacking
On Debian and Ubuntu: apt-get install libgl1 libegl1 libwayland-client0 libxkbcommon0 libxcursor1 libxi6 libxinerama1 libxrandr2 libxxf86vm1
It needs glibc @GLIBC@ or newer."
	fail "$name does not run on this computer: it is for $(cat "$here/share/$package/system" 2>/dev/null || echo another one), with glibc @GLIBC@ or newer"
}
for dir in bin share "share/$package" share/applications share/icons/hicolor share/man/man1 share/metainfo; do
	writable "$target/$dir"
done
if [ -f "$target/share/$package/version" ]; then
	there=$(cat -- "$target/share/$package/version")
	newest=$(printf '%s\n%s\n' "$there" "$version" | sort -V | tail -n 1)
	if [ "$there" != "$version" ] && [ "$newest" = "$there" ] && [ "$older" = no ]; then
		fail "$there is installed, which is newer than $version. To go back all the same: $0 --older"
	fi
fi

old=''
if [ -f "$list" ]; then
	old=$(mktemp)
	trap 'rm -f -- "$old"' EXIT
	cat -- "$list" >"$old"
fi

# folder makes a folder and those above it, and notes those that were not there.
new=$(mktemp)
trap 'rm -f -- "$new" ${old:+"$old"}' EXIT
folder() {
	case $1 in . | '') return ;; esac
	folder "$(dirname -- "$1")"
	if [ ! -d "$target/$1" ]; then
		mkdir -- "$target/$1"
		printf '%s/\n' "$1" >>"$new"
	elif [ -n "$old" ] && grep -qxF -- "$1/" "$old"; then
		printf '%s/\n' "$1" >>"$new"
	fi
}

# put installs a file from standard input: whole or not at all, and under a
# program that runs.
put() {
	folder "$(dirname -- "$1")"
	cat >"$target/$1.$$"
	chmod "$2" "$target/$1.$$"
	mv -f -- "$target/$1.$$" "$target/$1"
	printf '%s\n' "$1" >>"$new"
}

# entry is the menu entry with the program's whole path, since ~/.local/bin may
# not be where a desktop looks. Quoting is that of the Desktop Entry
# Specification: a \ stands for itself only fourfold.
entry() {
	quoted=$(printf '%s' "$prefix/bin/$package" | sed 's/\\/\\\\\\\\/g; s/["`$]/\\\\&/g; s/%/%%/g')
	while IFS= read -r line; do
		case $line in
		Exec=*) printf 'Exec="%s"\n' "$quoted" ;;
		*) printf '%s\n' "$line" ;;
		esac
	done
}

mkdir -p -- "$target"
(cd -- "$here" && find bin share -type f) | sort | while IFS= read -r path; do
	mode=644
	[ ! -x "$here/$path" ] || mode=755
	case $path in
	share/applications/*) entry <"$here/$path" | put "$path" "$mode" ;;
	*) put "$path" "$mode" <"$here/$path" ;;
	esac
done
put "share/$package/install.sh" 755 <"$here/install.sh"
printf 'share/%s/installed\n' "$package" >>"$new"
sort -u "$new" | put "share/$package/installed" 644
if [ -n "$old" ]; then # what the older version had and this one has not
	gone=$(mktemp)
	grep -vxF -f "$target/share/$package/installed" "$old" >"$gone" || true
	remove "$gone"
	rm -f -- "$gone"
fi
touch -c -- "$target/share/icons/hicolor" # desktops read icons anew when the folder is newer

printf '%s %s is installed in %s. Start it from the menu, or with: %s\n' "$name" "$version" "$prefix" "$prefix/bin/$package"
printf 'To remove it: %s --uninstall\n' "$prefix/share/$package/install.sh"
