# For the scripts that make packages for Linux; sourced, from the folder of the
# repository. It reads FyneApp.toml's values, and lays out the files that every
# package holds.
#
#   need COMMAND PACKAGE...   refuses to go on without the commands
#   stage DIR PREFIX          everything that is installed, below DIR/PREFIX
#   libraries FILE            the sonames that a program needs, one a line
#   oldest_glibc FILE         the oldest C library that it runs with: 2.34
#   fill FILE                 a template with its @VALUES@ filled in

values=$(packaging/values.sh) || exit 1
eval "$values"
export SOURCE_DATE_EPOCH TZ=UTC LC_ALL=C.UTF-8
umask 022
program=${PROGRAM:-build/latchkey} # another one, packed to compare sizes

# The program's folders and keychain items, as vendor.go names them.
FOLDER=$ID KEYCHAIN="$NAME ($ID)"
[ "$ID" != app.latchkey.Latchkey ] || FOLDER=latchkey KEYCHAIN=$NAME

fail() { printf '%s: %s\n' "${0#"$PWD/"}" "$1" >&2; exit 1; }

# need names everything that is missing at once: pairs of a command and the
# Debian package that has it.
need() {
	local commands=() packages=()
	while [ $# -gt 0 ]; do
		command -v "$1" >/dev/null || { commands+=("$1"); packages+=("$2"); }
		shift 2
	done
	[ ${#commands[@]} = 0 ] ||
		fail "missing: ${commands[*]}. Install with: apt-get install ${packages[*]} (or tools/setup.sh package)"
}

# fill replaces @NAME@, @PACKAGE@, … by FyneApp.toml's values; @DATE@ is the
# commit's day, @LEFT@ what is said after the program was removed. A second
# argument "xml" escapes them for XML.
fill() {
	local text key value
	text=$(<"$1")
	text=${text//"@LEFT@"/"$(<packaging/linux/left.txt)"}
	for key in NAME PACKAGE ID VERSION SUMMARY GENERIC_NAME MAINTAINER HOMEPAGE DATE DEVELOPER GLIBC FOLDER KEYCHAIN; do
		case $key in
		DATE) value=$(date -u -d "@$SOURCE_DATE_EPOCH" +%F) ;;
		DEVELOPER) value=${MAINTAINER% <*} ;;
		HOMEPAGE) value=${HOMEPAGE%/} ;;
		*) value=${!key-} ;;
		esac
		if [ "${2:-}" = xml ]; then
			value=${value//"&"/"&amp;"} value=${value//"<"/"&lt;"} value=${value//">"/"&gt;"}
		fi
		text=${text//"@$key@"/"$value"}
	done
	printf '%s\n' "$text"
}

# libraries prints what a program is linked with, and what GLFW opens by name
# while it runs.
libraries() {
	{
		readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'
		strings -a "$1" | grep -xE 'lib(GL|EGL|X11|Xrandr|Xi|Xcursor|Xinerama|Xrender|Xxf86vm|Xext|X11-xcb|wayland-(client|cursor|egl)|xkbcommon)\.so\.[0-9]+' || true
	} | sort -u
}

oldest_glibc() {
	objdump -T "$1" | sed -n 's/.*GLIBC_\([0-9.]*\).*/\1/p' | sort -uV | tail -n 1
}

# stage lays out what is installed. Times are the commit's, so that the same
# commit makes the same package.
stage() {
	local dir=$1$2 size
	need readelf binutils objdump binutils desktop-file-validate desktop-file-utils appstreamcli appstream groff groff-base
	[ -x "$program" ] || fail "$program is not built: make build"
	[ -x build/bin/mkicons ] || fail "build/bin/mkicons is not built: make build/bin/mkicons"
	rm -rf "$1"
	mkdir -p "$(dirname "$1")"
	install -D -m 0755 "$program" "$dir/bin/$PACKAGE"
	GLIBC=$(oldest_glibc "$program")

	mkdir -p "$dir"/share/{applications,metainfo,man/man1}
	fill packaging/linux/menu.desktop >"$dir/share/applications/$ID.desktop"
	desktop-file-validate "$dir/share/applications/$ID.desktop" || fail "the menu entry is wrong (see above)"
	fill packaging/linux/metainfo.xml xml >"$dir/share/metainfo/$ID.metainfo.xml"
	appstreamcli validate --pedantic --no-net "$dir/share/metainfo/$ID.metainfo.xml" >"$1.appstream" 2>&1 ||
		{ cat "$1.appstream" >&2; fail "the AppStream metainfo is wrong"; }
	rm "$1.appstream"
	fill packaging/linux/manual.1 >"$1.1"
	groff -Kutf8 -man -Tutf8 -ww -z -rCHECKSTYLE=3 "$1.1" 2>"$1.groff"
	[ ! -s "$1.groff" ] || { cat "$1.groff" >&2; fail "the man page is wrong"; }
	gzip -9n <"$1.1" >"$dir/share/man/man1/$PACKAGE.1.gz"
	rm "$1.1" "$1.groff"

	build/bin/mkicons -name "$ID" -out "$dir/share/icons/hicolor" "$ICON"
	if [ -f "${ICON%.png}.svg" ]; then
		install -D -m 0644 "${ICON%.png}.svg" "$dir/share/icons/hicolor/scalable/apps/$ID.svg"
	fi
	for size in 16 24 32 48 64 128 256 512; do
		[ -s "$dir/share/icons/hicolor/${size}x$size/apps/$ID.png" ] || fail "no icon of $size pixels came out of $ICON"
	done
	settle "$1"
}

# settle gives everything below a folder the modes and the time of a package.
settle() {
	chmod -R u=rwX,go=rX "$1"
	find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}
