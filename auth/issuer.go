package auth

import (
	"errors"
	"net"
	"net/url"
	"strings"

	"golang.org/x/net/idna"
)

// wellKnown is where discovery documents lie below an issuer (OpenID Connect
// Discovery §4, RFC 8414 §3): people paste such addresses for the issuer.
var wellKnown = []string{"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"}

// ReadIssuer makes an issuer of what a person typed or pasted: https is added
// where no scheme stands (http for this computer), the host is written in small
// letters and, if it has others than ASCII, in punycode, so that a look-alike
// shows; and the address of a discovery document is that of its issuer. The path
// is left as it is, to its last slash, since issuers are compared character by
// character. It does no I/O. The error is an [*IssuerError] with FaultAddress or
// FaultHTTP.
func ReadIssuer(typed string) (string, error) {
	typed = strings.TrimSpace(typed)
	no := func(fault Fault, host, why string) (string, error) {
		return "", &IssuerError{Fault: fault, Host: host, Err: errors.New(why)}
	}
	if strings.ContainsFunc(typed, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return no(FaultAddress, "", "an address has no spaces")
	}
	if !strings.Contains(typed, "://") {
		scheme := "https://"
		if IsLoopbackURL(scheme + typed) {
			scheme = "http://"
		}
		typed = scheme + typed
	}
	u, err := url.Parse(typed)
	switch {
	case err != nil || u.Opaque != "" || u.Hostname() == "" || strings.HasSuffix(u.Host, ":"):
		return no(FaultAddress, "", "no absolute https address")
	case u.User != nil:
		return no(FaultAddress, "", "the address must not hold a user name or password")
	case u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		return no(FaultAddress, u.Host, "expected an address without query and fragment (OpenID Connect Discovery §2)")
	}
	host, err := plainHost(u.Host)
	if err != nil {
		return no(FaultAddress, "", "the host is no name")
	}
	u.Host = host
	for _, suffix := range wellKnown {
		if path, found := strings.CutSuffix(u.Path, suffix); found {
			u.Path, u.RawPath = path, ""
		}
	}
	issuer := u.String()
	if err := CheckEndpoint(issuer, true); err != nil {
		if u.Scheme == "http" {
			return no(FaultHTTP, u.Host, err.Error())
		}
		return no(FaultAddress, u.Host, err.Error())
	}
	return issuer, nil
}

// hostNames is how a name is looked up, underscores let through.
var hostNames = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false))

// longestHost is the greatest length of a host's name (RFC 1035 §2.3.4).
const longestHost = 253

// plainHost writes a host, with its port, in small ASCII letters.
func plainHost(host string) (string, error) {
	name, port := host, ""
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		name, port = host[:i], host[i:]
	}
	if net.ParseIP(strings.Trim(name, "[]")) != nil {
		return host, nil
	}
	name, err := hostNames.ToASCII(name)
	if err != nil || name == "" || len(name) > longestHost {
		return "", errors.New("no name of a host")
	}
	return name + port, nil
}
