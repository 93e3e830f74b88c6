//go:build linux

package keychain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/99designs/keyring"
	olddbus "github.com/godbus/dbus"
	"github.com/godbus/dbus/v5"

	"app.latchkey/auth/busguard"
	"app.latchkey/auth/store"
)

// link is our own connection to the session bus, made when it is needed and
// made anew when it broke. The zero value is ready.
type link struct {
	mu     sync.Mutex
	conn   *dbus.Conn
	dial   *dialing
	cancel context.CancelFunc // ends conn, and an attempt to get one
	broke  bool               // a connection of ours was lost
	lost   bool               // the library's connection was lost too, and that is for good
	closed bool

	found  busguard.Bus // what the last look found, for a program without a bus
	looked time.Time
}

// dialing is one attempt to connect, which whoever needs it waits for.
type dialing struct {
	done chan struct{}
	err  error
}

var errLost = &store.Error{
	Outcome: store.Unavailable, Reason: store.ReasonLost,
	Err: errors.New("the session bus went away; the keyring library can't connect again before the program is started anew"),
}

// get returns a live connection. A nil worker means: don't check the library's
// connection.
func (l *link) get(ctx context.Context, w *worker, cfg Config) (*dbus.Conn, error) {
	if !slices.Contains(keyring.AvailableBackends(), keyring.SecretServiceBackend) {
		return nil, l.withoutBus()
	}
	conn, d, check, err := l.current()
	if err != nil {
		return nil, err
	}
	if conn == nil {
		select {
		case <-d.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if d.err != nil {
			return nil, d.err
		}
		if conn, _, check, err = l.current(); err != nil || conn == nil {
			return nil, errors.Join(err, dbus.ErrClosed)
		}
	}
	if check && w != nil {
		if err := l.checkLibrary(ctx, w, cfg); err != nil {
			return nil, err
		}
	}
	return conn, nil
}

// lookAgainAfter is how long a look at the bus counts.
const lookAgainAfter = 5 * time.Second

// withoutBus is the error of a program that came up without a session bus. The
// library looked once, at the start; if there is a bus now, a program started
// now would have it.
func (l *link) withoutBus() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.looked.IsZero() || time.Since(l.looked) > lookAgainAfter {
		l.found, l.looked = busguard.Look(), time.Now()
	}
	err := fmt.Errorf("there was no usable D-Bus session bus when the program started (%v)", busguard.State())
	if l.found == busguard.Live {
		return &store.Error{
			Outcome: store.Unavailable, Reason: store.ReasonLost,
			Err: fmt.Errorf("%w; there is one now, for a program that is started anew", err),
		}
	}
	return &store.Error{Outcome: store.Unavailable, Reason: store.ReasonNoService, Err: err}
}

// current returns the connection if it lives, or else the attempt to make one.
// check says that the library's connection has to be looked at first.
func (l *link) current() (conn *dbus.Conn, d *dialing, check bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return nil, nil, false, dbus.ErrClosed
	case l.lost:
		return nil, nil, false, errLost
	case l.conn != nil && l.conn.Connected():
		return l.conn, nil, l.broke, nil
	}
	if l.conn != nil {
		l.conn, l.broke = nil, true
		l.cancel()
	}
	if l.dial == nil {
		l.dial = &dialing{done: make(chan struct{})}
		var ctx context.Context
		ctx, l.cancel = context.WithCancel(context.Background())
		go l.connect(ctx, l.dial)
	}
	return nil, l.dial, false, nil
}

// connect dials on a goroutine of its own, since godbus can't be interrupted
// while it connects; ctx ends it while it authenticates, and the connection
// later.
func (l *link) connect(ctx context.Context, d *dialing) {
	conn, err := dbus.Connect(busguard.Address(), dbus.WithContext(ctx))
	l.mu.Lock()
	defer l.mu.Unlock()
	defer close(d.done)
	l.dial = nil
	switch {
	case err != nil:
		// There was a bus when the program started: the library has it.
		d.err = &store.Error{Outcome: store.Unavailable, Reason: store.ReasonLost, Err: fmt.Errorf("connecting to the session bus: %w", err)}
	case l.closed:
		_ = conn.Close()
		d.err = dbus.ErrClosed
	default:
		l.conn = conn
	}
}

// checkLibrary asks the bus a question over the library's connection. That one
// is made once for the whole process and never again; when our own broke, it
// most likely did too, and then each later call of the library fails.
func (l *link) checkLibrary(ctx context.Context, w *worker, cfg Config) error {
	_, err := do(ctx, w, cfg.ProbeTimeout, func() (struct{}, error) { return struct{}{}, askLibraryBus() })
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err == nil:
		l.broke = false
		return nil
	case errors.Is(err, olddbus.ErrClosed):
		l.lost = true
		return errLost
	}
	return err
}

// askLibraryBus has no time limit of its own: call it on the worker.
func askLibraryBus() error {
	conn, err := olddbus.SessionBus()
	if err != nil {
		return err
	}
	var id string
	return conn.BusObject().Call("org.freedesktop.DBus.GetId", 0).Store(&id)
}

func (l *link) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.cancel != nil {
		l.cancel()
	}
	if l.conn != nil {
		_ = l.conn.Close()
	}
}

// property reads a property of a D-Bus object into out, checking its type.
func property(ctx context.Context, o dbus.BusObject, name string, out any) error {
	i := strings.LastIndexByte(name, '.')
	var v dbus.Variant
	err := o.CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", 0, name[:i], name[i+1:]).Store(&v)
	if err != nil {
		return err
	}
	return v.Store(out)
}

func nameOwner(ctx context.Context, conn *dbus.Conn, name string) (string, error) {
	var owner string
	err := conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.GetNameOwner", 0, name).Store(&owner)
	return owner, err
}

// errorName returns the D-Bus name of an error of either godbus version.
func errorName(err error) string {
	if e, ok := errors.AsType[dbus.Error](err); ok {
		return e.Name
	}
	if e, ok := errors.AsType[*dbus.Error](err); ok {
		return e.Name
	}
	if e, ok := errors.AsType[olddbus.Error](err); ok {
		return e.Name
	}
	if e, ok := errors.AsType[*olddbus.Error](err); ok {
		return e.Name
	}
	return ""
}

func isDBusError(err error, name string) bool { return errorName(err) == name }

func isDBusErrorPrefix(err error, prefix string) bool {
	return strings.HasPrefix(errorName(err), prefix)
}

// errorText is the text of an error with the name that D-Bus gave it.
func errorText(e *store.Error) string {
	if e.Err == nil {
		return e.Error()
	}
	if name := errorName(e.Err); name != "" {
		return name + ": " + e.Err.Error()
	}
	return e.Err.Error()
}

// code implements platform.
func (p *secretService) code(err error) string { return errorName(err) }

// translate turns an error of our own connection into an *store.Error.
func (p *secretService) translate(err error) error {
	if e, ok := errors.AsType[*store.Error](err); ok {
		return e
	}
	outcome, reason := p.explain(err)
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		reason = store.ReasonTimeout
	}
	return &store.Error{Outcome: outcome, Reason: reason, Err: err}
}

// explain implements platform. Nothing here is ever Absent.
func (p *secretService) explain(err error) (store.Outcome, store.Reason) {
	switch errorName(err) {
	case "org.freedesktop.Secret.Error.IsLocked":
		return store.Locked, store.ReasonNone
	case "org.freedesktop.DBus.Error.AccessDenied", "org.freedesktop.DBus.Error.AuthFailed":
		return store.Locked, store.ReasonDenied
	case "org.freedesktop.DBus.Error.Timeout", "org.freedesktop.DBus.Error.TimedOut":
		return store.Unavailable, store.ReasonTimeout
	}
	for _, broken := range []error{olddbus.ErrClosed, dbus.ErrClosed, io.EOF, syscall.EPIPE, syscall.ECONNRESET} {
		if errors.Is(err, broken) {
			return store.Unavailable, store.ReasonLost
		}
	}
	// Also a service that was there a moment ago and has gone.
	return store.Unavailable, store.ReasonNone
}
