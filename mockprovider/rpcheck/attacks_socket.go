package rpcheck

import (
	"context"
	"io"
	"net"
	"strings"
	"time"
)

// socketAttacks are what a program does with bare connections to the client's
// port.
func socketAttacks() []Case {
	sockets := []struct {
		name, about string
		no          int
		connections int
		// sent goes over each connection; {host} stands for the redirect URI's.
		sent string
		// reset breaks the connection off after that; else it stays open.
		reset bool
		// whole says that what is sent is a whole request: its answer is waited for,
		// so that the client has met it before the right response comes.
		whole bool
	}{
		{name: "idle-connections", no: 10, connections: 100, about: "a hundred connections that send nothing, as browsers open some in advance"},
		{name: "half-requests", no: 10, connections: 100, sent: "GET /callback HTTP/1.1\r\nHost: {host}\r\nX-Slow: ", about: "a hundred requests that never end"},
		{name: "resets", no: 10, connections: 50, sent: "GET /callback?error=x HTTP/1.1\r\n", reset: true, about: "connections that are reset in the middle of a request"},
		{name: "not-http", no: 10, connections: 3, sent: "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", about: "a TLS greeting and other bytes that are no HTTP"},
		{name: "huge-header", no: 11, connections: 3, whole: true, sent: "GET /callback HTTP/1.1\r\nHost: {host}\r\nX-Large: " + strings.Repeat("x", 1<<20) + "\r\n\r\n", about: "a mebibyte of header"},
		{name: "huge-query", no: 11, connections: 3, whole: true, sent: "GET /callback?" + strings.Repeat("x", 1<<20) + " HTTP/1.1\r\nHost: {host}\r\n\r\n", about: "a mebibyte of query"},
		{name: "huge-form", no: 11, connections: 3, whole: true, sent: "POST /callback HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 8388608\r\n\r\n" +
			strings.Repeat("x", 8<<20), about: "a form of eight mebibytes"},
	}
	var cases []Case
	for _, x := range sockets {
		cases = append(cases, Case{Name: "attack/" + x.name, Kind: Attack, Want: Refuse, About: x.about,
			Must: "go on waiting, and hear the browser meanwhile", Spec: "RFC 8252 §8.3", Source: attackNumber(x.no),
			Play: func(ctx context.Context, s *Stand) Outcome {
				_, response, failed := s.waiting(ctx)
				if response == nil {
					return failed
				}
				host := s.Redirect().Host
				for range x.connections {
					c, err := net.DialTimeout("tcp", host, Patience)
					if err != nil {
						break // whether the client still waits is seen next
					}
					defer c.Close()
					send(c, strings.ReplaceAll(x.sent, "{host}", host))
					if x.whole {
						_ = c.SetReadDeadline(time.Now().Add(Patience))
						_, _ = c.Read(make([]byte, 1))
					}
					if tcp, ok := c.(*net.TCPConn); ok && x.reset {
						_ = tcp.SetLinger(0)
						_ = tcp.Close()
					}
				}
				return s.goesOn(ctx, response)
			}})
	}
	return append(cases, allInterfaces())
}

// send writes, but not for ever: a client may read no further.
func send(c net.Conn, text string) {
	_ = c.SetWriteDeadline(time.Now().Add(2 * time.Second))
	_, _ = io.WriteString(c, text)
}

// allInterfaces looks for the client on this computer's other addresses.
func allInterfaces() Case {
	return Case{Name: "attack/other-interfaces", Kind: Attack, Want: Refuse,
		About: "another computer of the network connects to the client's port", Must: "listen on loopback alone",
		Spec: "RFC 8252 §8.3", Source: attackNumber(9),
		Play: func(ctx context.Context, s *Stand) Outcome {
			_, response, failed := s.waiting(ctx)
			if response == nil {
				return failed
			}
			addresses, err := net.InterfaceAddrs()
			if err != nil {
				return RefusedBy(SignIn, err)
			}
			for _, a := range addresses {
				ip, ok := a.(*net.IPNet)
				if !ok || ip.IP.IsLoopback() || ip.IP.IsLinkLocalUnicast() {
					continue
				}
				c, err := net.DialTimeout("tcp", net.JoinHostPort(ip.IP.String(), s.Redirect().Port()), time.Second)
				if err == nil {
					c.Close()
					return Took("it listens on this computer's other addresses too")
				}
			}
			return s.goesOn(ctx, response)
		}}
}
