//go:build linux

package atspi

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"

	"app.latchkey/app/accessibility"
)

// Where the session bus tells of readers.
const (
	a11yBus    = "org.a11y.Bus"
	a11yPath   = "/org/a11y/bus"
	a11yStatus = "org.a11y.Status"
	busDaemon  = "org.freedesktop.DBus"
	properties = "org.freedesktop.DBus.Properties"
)

// retryLeast and retryMost are the time between attempts to reach an
// accessibility bus that should be there.
const (
	retryLeast = 500 * time.Millisecond
	retryMost  = time.Minute
)

// Bridge hands the window to the readers.
type Bridge struct {
	o    Options
	end  context.CancelFunc
	done chan struct{}
	news chan struct{} // something waits in next

	mu   sync.Mutex
	next shown
}

// shown is what the window shows.
type shown struct {
	tree   accessibility.Tree
	active bool // the window has the keyboard
}

// Open looks for readers in the background and goes on watching for them.
func Open(o Options) *Bridge {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	ctx, cancel := context.WithCancel(context.Background())
	b := &Bridge{o: o, end: cancel, done: make(chan struct{}), news: make(chan struct{}, 1)}
	go func() {
		defer close(b.done)
		b.watch(ctx)
	}()
	return b
}

// Show hands over what the window shows from now on, and whether it has the
// keyboard. It never waits; when Trees come faster than a reader can be told,
// those between are left out.
func (b *Bridge) Show(t accessibility.Tree, active bool) {
	b.mu.Lock()
	b.next = shown{t, active}
	b.mu.Unlock()
	select {
	case b.news <- struct{}{}:
	default:
	}
}

func (b *Bridge) latest() shown {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.next
}

// Close takes the program off the bus. It returns when nothing of the Bridge
// runs any more.
func (b *Bridge) Close() {
	b.end()
	<-b.done
}

// watch serves readers while there are some, until ctx ends or the session bus
// does. A computer without a bus has no readers.
func (b *Bridge) watch(ctx context.Context) {
	signals := make(chan *dbus.Signal, maxSignals)
	conn, err := connect(ctx, b.o.Bus, nobody{}, signals)
	if err != nil {
		return
	}
	defer conn.Close()
	for _, match := range [][]dbus.MatchOption{
		{dbus.WithMatchSender(busDaemon), dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, a11yBus)},
		{dbus.WithMatchSender(a11yBus), dbus.WithMatchInterface(properties), dbus.WithMatchMember("PropertiesChanged"), dbus.WithMatchArg(0, a11yStatus)},
	} {
		limited, cancel := context.WithTimeout(ctx, patience)
		err := conn.AddMatchSignalContext(limited, match...)
		cancel()
		if err != nil {
			return
		}
	}
	stop := func() {}
	defer func() { stop() }()
	serving := false
	for {
		if wanted := readerThere(ctx, conn); wanted != serving {
			serving = wanted
			stop()
			stop = func() {}
			if wanted {
				stop = b.start(ctx, conn)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-conn.Context().Done():
			return
		case <-signals:
		}
	}
}

// readerThere asks whether somebody reads. The service is not started for that:
// where it does not run, nobody does.
func readerThere(ctx context.Context, conn *dbus.Conn) bool {
	var all map[string]dbus.Variant
	err := call(ctx, conn, a11yBus, a11yPath, properties+".GetAll", dbus.FlagNoAutoStart, a11yStatus).Store(&all)
	if err != nil {
		return false
	}
	for _, name := range []string{"IsEnabled", "ScreenReaderEnabled"} {
		if on, _ := all[name].Value().(bool); on {
			return true
		}
	}
	return false
}

// start serves in the background, again and again while that fails. stop ends it.
func (b *Bridge) start(ctx context.Context, session *dbus.Conn) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		told := false
		for wait := retryLeast; ctx.Err() == nil; wait = min(2*wait, retryMost) {
			began := time.Now()
			if err := b.serve(ctx, session); err != nil && ctx.Err() == nil && !told {
				told = true
				b.o.Logger.Warn("talking to screen readers; it is tried again", "error", err.Error())
			}
			if time.Since(began) > retryMost {
				wait = retryLeast
			}
			select {
			case <-ctx.Done():
			case <-time.After(wait):
			}
		}
	}()
	return func() { cancel(); <-done }
}

// nobody answers no calls.
type nobody struct{}

// LookupObject implements [dbus.Handler].
func (nobody) LookupObject(dbus.ObjectPath) (dbus.ServerObject, bool) { return nil, false }
