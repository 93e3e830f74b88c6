package loopback_test

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"app.latchkey/auth/loopback"
)

// occupied is a port on 127.0.0.1 that somebody else has.
func occupied(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().(*net.TCPAddr).Port
}

func free(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func TestPorts(t *testing.T) {
	taken, second, other := occupied(t), free(t), occupied(t)
	r := listen(t, loopback.Config{Ports: []int{taken, second}, Path: "/cb/google"})
	if want := "http://127.0.0.1:" + strconv.Itoa(second) + "/cb/google"; r.RedirectURI() != want {
		t.Errorf("%s, want %s", r.RedirectURI(), want)
	}
	_, err := loopback.Listen(t.Context(), loopback.Config{Ports: []int{taken, other}})
	var ports *loopback.PortsError
	if !errors.As(err, &ports) || len(ports.Ports) != 2 {
		t.Fatalf("error %v", err)
	}
	for _, p := range []int{taken, other} {
		if !strings.Contains(err.Error(), strconv.Itoa(p)) {
			t.Errorf("%q does not name %d", err, p)
		}
	}
	var op *net.OpError
	if !errors.As(err, &op) {
		t.Error("the reason is lost")
	}
}

func TestHosts(t *testing.T) {
	cases := []struct{ host, origin string }{
		{"", "http://127.0.0.1:"}, {"127.0.0.1", "http://127.0.0.1:"},
		{"localhost", "http://localhost:"}, {"[::1]", "http://[::1]:"},
	}
	for _, c := range cases {
		t.Run(c.host, func(t *testing.T) {
			r, err := loopback.Listen(t.Context(), loopback.Config{Host: c.host})
			if err != nil && c.host == "[::1]" {
				t.Skip("no IPv6 here")
			}
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			r.Arm(loopback.Attempt{State: state, AuthorizationURL: provider})
			if !strings.HasPrefix(r.RedirectURI(), c.origin) || !strings.HasPrefix(link(t, r), c.origin) {
				t.Fatalf("%s, %s", r.RedirectURI(), link(t, r))
			}
			b := opened(t, r)
			if got := status(t, b, good(r)); got != 303 {
				t.Errorf("the response got %d", got)
			}
		})
	}
}

// TestOnlyLoopback: nothing listens on this computer's other addresses.
func TestOnlyLoopback(t *testing.T) {
	for _, host := range []string{"", "localhost"} {
		r := listen(t, loopback.Config{Host: host})
		u, _ := url.Parse(r.RedirectURI())
		addrs, err := net.InterfaceAddrs()
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range addrs {
			ip := a.(*net.IPNet).IP
			if ip.IsLoopback() || ip.IsLinkLocalUnicast() {
				continue
			}
			if c, err := net.Dial("tcp", net.JoinHostPort(ip.String(), u.Port())); err == nil {
				c.Close()
				t.Errorf("it answers on %s", ip)
			}
		}
	}
}

// TestLocalhostHasBoth: nobody else may have ::1 on the port of localhost.
func TestLocalhostHasBoth(t *testing.T) {
	probe, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Skip("no IPv6 here")
	}
	defer probe.Close()
	port := probe.Addr().(*net.TCPAddr).Port
	if _, err := loopback.Listen(t.Context(), loopback.Config{Host: "localhost", Ports: []int{port}}); err == nil {
		t.Fatal("the port is somebody else's on ::1")
	}
	r := listen(t, loopback.Config{Host: "localhost"})
	u, _ := url.Parse(r.RedirectURI())
	for _, ip := range []string{"127.0.0.1", "::1"} {
		c, err := net.Dial("tcp", net.JoinHostPort(ip, u.Port()))
		if err != nil {
			t.Errorf("%s: %v", ip, err)
			continue
		}
		c.Close()
	}
}

// TestMissingAddress: computers without one of the address families.
func TestMissingAddress(t *testing.T) {
	missing := errors.New("cannot assign requested address")
	cases := []struct {
		name, host, missing, origin string
	}{
		{"IPv6 instead of IPv4", "", "tcp4", "http://[::1]:"},
		{"IPv4 was demanded", "127.0.0.1", "tcp4", ""},
		{"IPv6 was demanded", "[::1]", "tcp6", ""},
		{"localhost without IPv6", "localhost", "tcp6", "http://localhost:"},
		{"localhost without IPv4", "localhost", "tcp4", "http://localhost:"},
		{"none", "", "tcp", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r, err := loopback.ListenWith(t.Context(), loopback.Config{Host: c.host},
				func(ctx context.Context, network, address string) (net.Listener, error) {
					if strings.HasPrefix(network, c.missing) {
						return nil, missing
					}
					// What is there stands on 127.0.0.1 for computers that run
					// this test without IPv6; the address is made to match.
					var lc net.ListenConfig
					l, err := lc.Listen(ctx, "tcp4", strings.Replace(address, "[::1]", "127.0.0.1", 1))
					if err != nil || network != "tcp6" {
						return l, err
					}
					return sixth{l}, nil
				})
			if c.origin == "" {
				if !errors.Is(err, missing) {
					t.Fatalf("error %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if !strings.HasPrefix(r.RedirectURI(), c.origin) {
				t.Errorf("%s", r.RedirectURI())
			}
		})
	}
}

// TestLocalhostTriesAgain: a free port of one address is taken on the other.
// The next is tried, and the first not kept.
func TestLocalhostTriesAgain(t *testing.T) {
	var first int
	r, err := loopback.ListenWith(t.Context(), loopback.Config{Host: "localhost"},
		func(ctx context.Context, network, address string) (net.Listener, error) {
			_, port, _ := net.SplitHostPort(address)
			if network == "tcp6" && port != "0" && first == 0 {
				first, _ = strconv.Atoi(port)
				return nil, errors.New("address already in use")
			}
			if network == "tcp6" {
				address = "127.0.0.2:" + port // stands for ::1, which may be missing here
			}
			var lc net.ListenConfig
			return lc.Listen(ctx, "tcp4", address)
		})
	if err != nil {
		t.Skip(err) // only Linux has 127.0.0.2 at once
	}
	defer r.Close()
	if first == 0 || strings.Contains(r.RedirectURI(), ":"+strconv.Itoa(first)+"/") {
		t.Fatalf("first %d, now %s", first, r.RedirectURI())
	}
	l, err := net.Listen("tcp4", "127.0.0.1:"+strconv.Itoa(first))
	if err != nil {
		t.Fatalf("the first port was kept: %v", err)
	}
	l.Close()
}

// sixth is a listener that says it is on ::1.
type sixth struct{ net.Listener }

func (s sixth) Addr() net.Addr {
	return &net.TCPAddr{IP: net.IPv6loopback, Port: s.Listener.Addr().(*net.TCPAddr).Port}
}

func TestBadConfig(t *testing.T) {
	cases := map[string]loopback.Config{
		"all interfaces":      {Host: "0.0.0.0"},
		"a stranger":          {Host: "example.com"},
		"no slash":            {Path: "callback"},
		"query":               {Path: "/callback?x=1"},
		"cookie injection":    {Path: "/callback; Domain=example.com"},
		"a line break":        {Path: "/callback\r\nX: y"},
		"escape":              {Path: "/%2e"},
		"dots":                {Path: "/a/../b"},
		"two slashes":         {Path: "//evil.example"},
		"the receiver's own":  {Path: "/start/x"},
		"the receiver's own2": {Path: "/done/x"},
		"port 0":              {Ports: []int{0}},
		"port too high":       {Ports: []int{65536}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if r, err := loopback.Listen(t.Context(), c); err == nil {
				r.Close()
				t.Errorf("accepted: %s", r.RedirectURI())
			}
		})
	}
}

func TestRootPath(t *testing.T) {
	r := armed(t, loopback.Config{Path: "/"})
	b := opened(t, r)
	if got := status(t, b, good(r)); got != 303 {
		t.Errorf("the response got %d", got)
	}
}

func TestListenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r, err := loopback.Listen(ctx, loopback.Config{Ports: []int{occupied(t)}}); err == nil {
		r.Close()
		t.Error("it listens")
	} else if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
