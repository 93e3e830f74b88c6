package loopback

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"slices"
	"sync"
)

// A gate caps the connections. When it is full it does not make newcomers wait
// behind those inside, as a semaphore would: a browser's idle connections, or a
// hostile program's, would then lock the user's browser out for as long as they
// like. It closes the connection that has waited longest without a request in
// hand, so that whoever comes and speaks at once is heard. Requests are
// answered in well under a millisecond, so those in hand are few; the one page
// that stays open has an address that nobody can guess.
type gate struct {
	max int

	mu    sync.Mutex
	conns []*conn // oldest first
}

func newGate(max int) *gate { return &gate{max: max} }

// conn is one connection. busy is guarded by the gate's lock.
type conn struct {
	net.Conn
	gate *gate
	busy bool // a request of it is being answered
}

type connKey struct{}

type gateListener struct {
	net.Listener
	gate *gate
}

func (g *gate) listener(l net.Listener) net.Listener { return gateListener{l, g} }

func (l gateListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.gate.admit(c), nil
}

func (g *gate) admit(nc net.Conn) *conn {
	c := &conn{Conn: nc, gate: g}
	g.mu.Lock()
	var out *conn
	if len(g.conns) >= g.max {
		out = g.dropOldestQuiet()
	}
	g.conns = append(g.conns, c)
	g.mu.Unlock()
	if out != nil {
		out.Conn.Close()
	}
	return c
}

func (g *gate) dropOldestQuiet() *conn {
	for i, c := range g.conns {
		if !c.busy {
			g.conns = append(g.conns[:i], g.conns[i+1:]...)
			return c
		}
	}
	return nil
}

// state is http.Server.ConnState.
func (g *gate) state(nc net.Conn, s http.ConnState) {
	c, ok := nc.(*conn)
	if !ok {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	switch s {
	case http.StateIdle:
		c.busy = false
	case http.StateClosed, http.StateHijacked:
		g.conns = slices.DeleteFunc(g.conns, func(o *conn) bool { return o == c })
	}
}

// busy marks the connection of a request that is being answered. It stays busy
// until http.Server calls it idle or closed, which is after the last byte of
// the reply went out, later than the handler's end.
func (g *gate) busy(ctx context.Context) {
	if c, ok := ctx.Value(connKey{}).(*conn); ok {
		g.mu.Lock()
		c.busy = true
		g.mu.Unlock()
	}
}

// closeQuiet closes all connections that no request is being answered on, which
// http.Server.Shutdown would give seconds to.
func (g *gate) closeQuiet() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range g.conns {
		if !c.busy {
			c.Conn.Close()
		}
	}
}

// CloseWrite lets http.Server finish its reply before a client that is still
// sending meets a reset.
func (c *conn) CloseWrite() error {
	if w, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return w.CloseWrite()
	}
	return nil
}

// Write adds our headers to the replies that http.Server writes by itself
// (400, 431, 501 to what it cannot read): they are of every reply.
func (c *conn) Write(b []byte) (int, error) {
	head, rest, ok := bytes.Cut(b, []byte("\r\n"))
	if !ok || !bytes.HasPrefix(head, []byte("HTTP/1.1 ")) || bytes.Contains(b, []byte("Content-Security-Policy: ")) {
		return c.Conn.Write(b)
	}
	var out bytes.Buffer
	out.Write(head)
	out.WriteString("\r\nContent-Security-Policy: " + policy("") + "\r\n")
	for _, s := range security {
		if !bytes.Contains(b, []byte("\r\n"+s.name+": ")) {
			out.WriteString(s.name + ": " + s.value + "\r\n")
		}
	}
	out.Write(rest)
	if _, err := c.Conn.Write(out.Bytes()); err != nil {
		return 0, err
	}
	return len(b), nil
}
