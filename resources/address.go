package resources

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// ErrPictureAddress means that a picture's address is one that Latchkey does
// not ask: not https, or on a network that is not the open Internet.
var ErrPictureAddress = errors.New("the picture's address is not allowed")

// notPublic are the networks of the IANA special-purpose registries (RFC 6890)
// that netip has no word for.
var notPublic = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
)

var (
	globalUnicast6 = netip.MustParsePrefix("2000::/3")
	nat64          = netip.MustParsePrefix("64:ff9b::/96") // RFC 6052: an IPv4 address in disguise
)

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, p := range list {
		out[i] = netip.MustParsePrefix(p)
	}
	return out
}

// isPublic reports whether ip is an address on the open Internet.
func isPublic(ip netip.Addr) bool {
	ip = ip.Unmap()
	if nat64.Contains(ip) {
		b := ip.As16()
		return isPublic(netip.AddrFrom4([4]byte(b[12:])))
	}
	if ip.Zone() != "" || !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.Is6() && !globalUnicast6.Contains(ip) {
		return false
	}
	for _, p := range notPublic {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

func isLoopback(ip netip.Addr) bool { return ip.Unmap().IsLoopback() }

// pictureClient returns an HTTP client that connects only to addresses for
// which allowed holds. The check is made on the address being dialled, after
// names were resolved, so that no name can lead elsewhere between check and use.
//
// It follows no redirects and keeps no cookies. It uses no proxy, whatever the
// environment says: a proxy resolves names itself, and the check would look at
// the proxy's address only. Who can reach the Internet through a proxy alone
// sees initials instead of pictures.
func pictureClient(allowed func(netip.Addr) bool) *http.Client {
	dialer := &net.Dialer{
		Timeout: 5 * time.Second,
		Control: func(_, address string, _ syscall.RawConn) error {
			ap, err := netip.ParseAddrPort(address)
			if err != nil || !allowed(ap.Addr()) {
				return fmt.Errorf("%w: %s is not on the open Internet", ErrPictureAddress, address)
			}
			return nil
		},
	}
	return &http.Client{
		Timeout:       15 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:       nil,
			DialContext: dialer.DialContext,
			// Compressed pictures gain nothing, and a bomb might be one.
			DisableCompression:     true,
			DisableKeepAlives:      true,
			TLSHandshakeTimeout:    5 * time.Second,
			ResponseHeaderTimeout:  10 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
			ForceAttemptHTTP2:      true,
		},
	}
}
