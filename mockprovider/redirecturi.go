package mockprovider

import (
	"net"
	"net/url"
	"strconv"
	"strings"
)

// sameRedirect compares a redirect URI with a registered one: exactly, except
// that http on a loopback IP literal may have any port (RFC 8252 §7.3). Host
// and path count there too, and localhost is no IP literal.
func sameRedirect(registered, got string) bool {
	if got == "" {
		return false
	}
	if registered == got {
		return true
	}
	want, err := url.Parse(registered)
	if err != nil || want.Scheme != "http" {
		return false
	}
	if ip := net.ParseIP(want.Hostname()); ip == nil || !ip.IsLoopback() {
		return false
	}
	u, err := url.Parse(got)
	if err != nil || u.Port() == "" {
		return false
	}
	if port, err := strconv.ParseUint(u.Port(), 10, 16); err != nil || port == 0 {
		return false
	}
	// Taking the port out of the text and comparing the rest byte for byte
	// leaves no room for what URL parsers disagree about.
	prefix := "http://" + hostOf(want)
	return got == prefix+":"+u.Port()+strings.TrimPrefix(stripPort(registered, want), prefix)
}

// hostOf returns the host without port, with the brackets of an IPv6 literal.
func hostOf(u *url.URL) string {
	if strings.Contains(u.Hostname(), ":") {
		return "[" + u.Hostname() + "]"
	}
	return u.Hostname()
}

// stripPort returns the URI's text without its port.
func stripPort(text string, u *url.URL) string {
	if u.Port() == "" {
		return text
	}
	host := "http://" + hostOf(u)
	return host + strings.TrimPrefix(text, host+":"+u.Port())
}
