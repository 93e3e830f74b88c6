package loopback

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
)

// PortsError says that none of the ports that the provider allows could be
// bound. It unwraps to the reason of each.
type PortsError struct {
	Ports []int // in the order in which they were tried
	errs  []error
}

func (e *PortsError) Error() string {
	names := make([]string, len(e.Ports))
	for i, p := range e.Ports {
		names[i] = strconv.Itoa(p)
	}
	if len(names) == 1 {
		return "port " + names[0] + " on this computer is taken"
	}
	return "all allowed ports on this computer are taken: " + strings.Join(names, ", ")
}

func (e *PortsError) Unwrap() []error { return e.errs }

// The two loopback addresses, as literals: RFC 8252 §8.3 wants neither a name
// that could resolve elsewhere nor a listener on all interfaces.
const (
	ipv4 = "127.0.0.1"
	ipv6 = "::1"
)

// freePortTries is how often a port is sought that is free on both addresses.
const freePortTries = 16

// listenFunc is net.ListenConfig.Listen; tests put one there that lacks an
// address family.
type listenFunc func(ctx context.Context, network, address string) (net.Listener, error)

// bind returns the listeners for a host of Config, all on one port.
//
// The name localhost needs both addresses: a browser may try ::1 first, and if
// that were left to another program, the response would go there.
func bind(ctx context.Context, listen listenFunc, host string, ports []int) ([]net.Listener, error) {
	ips, err := addresses(ctx, listen, host)
	if err != nil {
		return nil, err
	}
	if len(ports) == 0 {
		return bindFree(ctx, listen, ips)
	}
	taken := &PortsError{}
	for _, port := range ports {
		ls, err := bindPort(ctx, listen, ips, port)
		if err == nil {
			return ls, nil
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("binding the redirect receiver: %w", ctx.Err())
		}
		taken.Ports = append(taken.Ports, port)
		taken.errs = append(taken.errs, err)
	}
	return nil, taken
}

// addresses returns the loopback addresses which a host stands for and which
// this computer has.
func addresses(ctx context.Context, listen listenFunc, host string) ([]string, error) {
	var want []string
	switch host {
	case "", "localhost":
		want = []string{ipv4, ipv6}
	case "127.0.0.1":
		want = []string{ipv4}
	case "[::1]":
		want = []string{ipv6}
	default:
		return nil, fmt.Errorf("redirect host %q is not this computer: 127.0.0.1, localhost or [::1] is needed", host)
	}
	var have []string
	var missing []error
	for _, ip := range want {
		// Whether an address exists is asked by binding some free port of it:
		// the errors for "no such address" differ from system to system.
		l, err := listen(ctx, network(ip), net.JoinHostPort(ip, "0"))
		if err != nil {
			missing = append(missing, err)
			continue
		}
		l.Close()
		have = append(have, ip)
		if host == "" {
			break
		}
	}
	if len(have) == 0 {
		return nil, fmt.Errorf("binding the redirect receiver: %w", errors.Join(missing...))
	}
	return have, nil
}

func bindFree(ctx context.Context, listen listenFunc, ips []string) ([]net.Listener, error) {
	var last error
	for range freePortTries {
		first, err := listen(ctx, network(ips[0]), net.JoinHostPort(ips[0], "0"))
		if err != nil {
			return nil, fmt.Errorf("binding the redirect receiver: %w", err)
		}
		rest, err := bindPort(ctx, listen, ips[1:], portOf(first))
		if err == nil {
			return append([]net.Listener{first}, rest...), nil
		}
		first.Close()
		last = err
	}
	return nil, fmt.Errorf("finding a port free on %s: %w", strings.Join(ips, " and "), last)
}

// bindPort binds one port on all of ips, or none.
func bindPort(ctx context.Context, listen listenFunc, ips []string, port int) ([]net.Listener, error) {
	var ls []net.Listener
	for _, ip := range ips {
		l, err := listen(ctx, network(ip), net.JoinHostPort(ip, strconv.Itoa(port)))
		if err != nil {
			for _, l := range ls {
				l.Close()
			}
			return nil, err
		}
		ls = append(ls, l)
	}
	return ls, nil
}

// network keeps Go from binding a dual-stack socket.
func network(ip string) string {
	if ip == ipv6 {
		return "tcp6"
	}
	return "tcp4"
}

func portOf(l net.Listener) int {
	if a, ok := l.Addr().(*net.TCPAddr); ok {
		return a.Port
	}
	return 0
}
