//go:build linux

package atspi

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	// patience is how long a bus may take for anything.
	patience = 3 * time.Second
	// maxMessage is the greatest message that is read, in bytes. Readers' calls
	// are a few hundred.
	maxMessage = 64 << 10
	// maxCalls is how many calls are answered at a time; further ones wait.
	maxCalls = 16
	// maxSignals is how many signals wait to be looked at; further ones are lost.
	maxSignals = 16
)

// connect dials a bus of this user's own and says hello. Calls are answered by
// handler; signals go to signals, or nowhere when that is full.
func connect(ctx context.Context, address string, handler dbus.Handler, signals chan<- *dbus.Signal) (*dbus.Conn, error) {
	path, err := socketOf(address)
	if err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	raw, err := (&net.Dialer{}).DialContext(limited, "unix", path)
	if err != nil {
		return nil, err
	}
	if err := ours(raw.(*net.UnixConn)); err != nil {
		raw.Close()
		return nil, err
	}
	_ = raw.SetDeadline(time.Now().Add(patience))
	g := &gate{free: make(chan struct{}, maxCalls)}
	conn, err := dbus.NewConn(&guarded{Conn: raw}, dbus.WithContext(ctx), dbus.WithHandler(handler),
		dbus.WithSignalHandler(dropping(signals)), dbus.WithAuth(dbus.AuthExternal(strconv.Itoa(os.Geteuid()))),
		dbus.WithIncomingInterceptor(g.in), dbus.WithOutgoingInterceptor(g.out))
	if err != nil {
		raw.Close()
		return nil, err
	}
	g.done = conn.Context().Done()
	if err = conn.Auth(nil); err == nil {
		err = conn.Hello()
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	_ = raw.SetDeadline(time.Time{})
	return conn, nil
}

// socketOf is the Unix socket of the first such address in a list (D-Bus
// specification, "Server Addresses"). Other transports are not used: their other
// end may be anybody.
func socketOf(addresses string) (string, error) {
	for a := range strings.SplitSeq(addresses, ";") {
		rest, ok := strings.CutPrefix(a, "unix:")
		if !ok {
			continue
		}
		for pair := range strings.SplitSeq(rest, ",") {
			key, value, _ := strings.Cut(pair, "=")
			value, err := url.PathUnescape(value)
			switch {
			case err != nil || value == "" || strings.ContainsRune(value, 0):
			case key == "path" && strings.HasPrefix(value, "/"):
				return value, nil
			case key == "abstract":
				return "@" + value, nil
			}
		}
	}
	return "", errors.New("the bus has no socket on this computer")
}

// ours refuses a socket that another user listens at.
func ours(c *net.UnixConn) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var cred *syscall.Ucred
	var asked error
	if err := raw.Control(func(fd uintptr) {
		cred, asked = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	}); err != nil {
		return err
	}
	if asked != nil {
		return fmt.Errorf("asking whose the bus is: %w", asked)
	}
	if int(cred.Uid) != os.Geteuid() {
		return errors.New("the bus is another user's")
	}
	return nil
}

// guarded is a connection with limits: no write waits longer than patience, and
// what is read is a whole message of at most maxMessage bytes. The library makes
// room for whatever length the other end says, and panics where a message is cut
// off in the wrong place.
type guarded struct {
	net.Conn
	begun atomic.Bool // messages, no longer the lines of the authentication
	rest  []byte      // of the message that is being read
}

// Write implements [io.Writer]. After one that fails nothing can follow.
func (g *guarded) Write(p []byte) (int, error) {
	if bytes.HasPrefix(p, []byte("BEGIN")) {
		g.begun.Store(true)
	}
	if g.begun.Load() {
		_ = g.SetWriteDeadline(time.Now().Add(patience))
	}
	n, err := g.Conn.Write(p)
	if err != nil {
		g.Close()
	}
	return n, err
}

// Read implements [io.Reader].
func (g *guarded) Read(p []byte) (int, error) {
	if !g.begun.Load() {
		return g.Conn.Read(p)
	}
	if len(g.rest) == 0 {
		message, err := g.message()
		if err != nil {
			g.Close()
			return 0, err
		}
		g.rest = message
	}
	n := copy(p, g.rest)
	g.rest = g.rest[n:]
	return n, nil
}

// message reads the next message (D-Bus specification, "Message Format").
func (g *guarded) message() ([]byte, error) {
	const fixed = 16
	m := make([]byte, fixed)
	if _, err := io.ReadFull(g.Conn, m); err != nil {
		return nil, err
	}
	var order binary.ByteOrder = binary.LittleEndian
	if m[0] == 'B' {
		order = binary.BigEndian
	}
	body, fields := uint64(order.Uint32(m[4:])), uint64(order.Uint32(m[12:]))
	length := (fields+7)/8*8 + body
	if length > maxMessage {
		return nil, fmt.Errorf("a message of %d bytes", length)
	}
	m = append(m, make([]byte, length)...)
	if _, err := io.ReadFull(g.Conn, m[fixed:]); err != nil {
		return nil, err
	}
	return m, nil
}

// gate lets in maxCalls calls at a time, and nothing that the library stumbles
// over.
type gate struct {
	free chan struct{}
	done <-chan struct{}
}

// in looks at each message before it is handled, one after another: while it
// waits, none is read.
func (g *gate) in(m *dbus.Message) {
	const nothing = 0 // a type that is passed over
	switch m.Type {
	case dbus.TypeMethodCall:
		if m.Flags&dbus.FlagNoReplyExpected != 0 {
			m.Type = nothing // no reader asks without wanting to know
			return
		}
		select {
		case g.free <- struct{}{}:
		case <-g.done:
			m.Type = nothing
		}
	case dbus.TypeSignal:
		if _, isName := bodyOf(m).(string); !isName && strings.HasPrefix(member(m), "Name") {
			m.Type = nothing // NameLost and NameAcquired without a name
		}
	}
}

// out looks at each message that is sent: an answer makes room for a call.
func (g *gate) out(m *dbus.Message) {
	if m.Type == dbus.TypeMethodReply || m.Type == dbus.TypeError {
		select {
		case <-g.free:
		default:
		}
	}
}

func bodyOf(m *dbus.Message) any {
	if len(m.Body) == 0 {
		return nil
	}
	return m.Body[0]
}

func member(m *dbus.Message) string {
	s, _ := m.Headers[dbus.FieldMember].Value().(string)
	return s
}

// dropping hands signals on as long as somebody looks at them. The library's own
// handler keeps a goroutine for each that waits.
type dropping chan<- *dbus.Signal

// DeliverSignal implements [dbus.SignalHandler].
func (d dropping) DeliverSignal(_, _ string, s *dbus.Signal) {
	select {
	case d <- s:
	default:
	}
}

// call calls a method and waits for the answer, no longer than patience.
func call(ctx context.Context, conn *dbus.Conn, to, path, method string, flags dbus.Flags, args ...any) *dbus.Call {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return conn.Object(to, dbus.ObjectPath(path)).CallWithContext(ctx, method, flags, args...)
}
