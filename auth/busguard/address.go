package busguard

import (
	"strconv"
	"strings"
)

// decision is what to do about the session bus.
type decision struct {
	state   Bus
	address string // what the libraries shall dial
}

// socket names a Unix-domain socket in the way of Go's syscall package: a
// leading '@' stands for the abstract namespace.
type socket string

// decide finds the session bus that the environment names, asking probe about
// each candidate in turn. It has no effect of its own.
//
// The D-Bus libraries take the first address of a list that they can connect
// to, even if nothing answers there; so the one that answered is singled out.
func decide(env func(string) (string, bool), uid int, probe func(socket) Bus) decision {
	value, _ := env(envName)
	if value == "" || strings.HasPrefix(value, "autolaunch:") {
		return decideDefault(env, uid, probe)
	}
	worst := Dead
	for entry := range strings.SplitSeq(value, ";") {
		s, canonical, kind := parse(entry, env)
		switch kind {
		case foreign:
			// A socket of another kind comes first: the user's explicit wish,
			// and nothing we can look at cheaply.
			return decision{Unchecked, canonical}
		case unusable:
			continue
		}
		switch probe(s) {
		case Live:
			return decision{Live, canonical}
		case Mute:
			worst = Mute
		}
	}
	return decision{worst, deadAddress}
}

// decideDefault looks at the places where systemd and elogind put the session
// bus. (godbus knows only the second, and forks dbus-launch after it.)
func decideDefault(env func(string) (string, bool), uid int, probe func(socket) Bus) decision {
	var paths []string
	if dir, ok := env("XDG_RUNTIME_DIR"); ok && strings.HasPrefix(dir, "/") {
		paths = append(paths, strings.TrimRight(dir, "/")+"/bus")
	}
	if usual := "/run/user/" + strconv.Itoa(uid) + "/bus"; len(paths) == 0 || paths[0] != usual {
		paths = append(paths, usual)
	}
	worst := Missing
	for _, path := range paths {
		switch probe(socket(path)) {
		case Live:
			return decision{Live, "unix:path=" + readable(path)}
		case Mute:
			worst = Mute
		}
	}
	return decision{worst, deadAddress}
}

// kind sorts the entries of an address list.
type kind int

const (
	unusable kind = iota // no library of ours can dial it
	local                // a Unix-domain socket
	foreign              // another transport that the libraries know
)

// parse reads one entry of an address list (D-Bus specification, "Server
// Addresses"): transport:key=value,key=value, with %xx in values. canonical is
// the entry in a form that both godbus versions can dial.
func parse(entry string, env func(string) (string, bool)) (s socket, canonical string, k kind) {
	transport, rest, ok := strings.Cut(entry, ":")
	if !ok {
		return "", "", unusable
	}
	switch transport {
	case "tcp", "nonce-tcp":
		return "", entry, foreign
	case "unix":
	default:
		return "", "", unusable
	}
	var others []string
	var name, value string
	for pair := range strings.SplitSeq(rest, ",") {
		key, v, ok := strings.Cut(pair, "=")
		if !ok {
			return "", "", unusable
		}
		switch key {
		case "path", "abstract", "runtime":
			if name != "" {
				return "", "", unusable // the specification forbids both
			}
			name = key
			if value, ok = unescape(v); !ok {
				return "", "", unusable
			}
		case "dir", "tmpdir":
			return "", "", unusable // for servers to listen on only
		default:
			others = append(others, pair)
		}
	}
	switch name {
	case "path":
		s = socket(value)
	case "abstract":
		s = socket("@" + value)
	case "runtime":
		dir, _ := env("XDG_RUNTIME_DIR")
		if value != "yes" || !strings.HasPrefix(dir, "/") {
			return "", "", unusable
		}
		name, value = "path", strings.TrimRight(dir, "/")+"/bus"
		s = socket(value)
	}
	if value == "" || strings.ContainsRune(value, 0) {
		return "", "", unusable
	}
	parts := append([]string{name + "=" + readable(value)}, others...)
	return s, "unix:" + strings.Join(parts, ","), local
}

// readable returns value as an address may hold it: plain wherever possible,
// since the godbus of 2019 does not decode %xx and would dial the literal
// characters; escaped only where a plain byte would end the value or begin an
// escape (there keyring finds no bus, which is harmless, and godbus/v5 does).
func readable(value string) string {
	if !strings.ContainsAny(value, ",;%") {
		return value
	}
	const digits = "0123456789abcdef"
	var b strings.Builder
	for i := 0; i < len(value); i++ {
		switch c := value[i]; c {
		case ',', ';', '%':
			b.WriteByte('%')
			b.WriteByte(digits[c>>4])
			b.WriteByte(digits[c&15])
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// unescape decodes %xx. It is not ok if an escape is broken.
func unescape(s string) (string, bool) {
	if !strings.Contains(s, "%") {
		return s, true
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", false
		}
		n, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
		if err != nil {
			return "", false
		}
		b.WriteByte(byte(n))
		i += 2
	}
	return b.String(), true
}
