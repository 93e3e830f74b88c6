//go:build linux || freebsd || openbsd || netbsd

package tray

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/godbus/dbus/v5"
)

// The tray's name on the session bus (freedesktop.org StatusNotifierItem).
const (
	watcher     = "org.kde.StatusNotifierWatcher"
	watcherPath = "/StatusNotifierWatcher"
)

// patience is how long the bus or the tray may take to answer.
const patience = time.Second

// Watch knows whether there is a tray.
type Watch struct {
	answers atomic.Bool
	changed func(bool)
	first   chan struct{} // closed when it was looked for once
	once    sync.Once
	end     context.CancelFunc
	done    chan struct{}
}

// Look looks for a tray on the session bus at address, in the background, and
// goes on watching it. changed, which may be nil, is told of each change after
// the first look, on a goroutine of Watch's own. A bus that is missing or mute
// has no tray, and holds nobody up.
func Look(address string, changed func(bool)) *Watch {
	ctx, cancel := context.WithCancel(context.Background())
	w := &Watch{changed: changed, first: make(chan struct{}), end: cancel, done: make(chan struct{})}
	go func() {
		defer close(w.done)
		defer w.set(false)
		conn := connect(ctx, address)
		if conn == nil {
			return
		}
		defer conn.Close()
		w.watch(ctx, conn)
	}()
	return w
}

// Answers reports whether there is a tray now. It never waits.
func (w *Watch) Answers() bool { return w.answers.Load() }

// Await is Answers after the first look, which takes a few milliseconds, or a
// second at a bus that does not answer.
func (w *Watch) Await() bool {
	<-w.first
	return w.Answers()
}

// AwaitLate waits for a tray that may only just be starting, as at log-in.
func (w *Watch) AwaitLate(limit time.Duration) bool {
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for end := time.Now().Add(limit); !w.Await() && time.Now().Before(end); {
		select {
		case <-w.done:
			return false
		case <-ticker.C:
		}
	}
	return w.Answers()
}

// Close ends the watch.
func (w *Watch) Close() {
	w.end()
	<-w.done
}

// connect dials the bus; nil if it can't be reached within patience.
func connect(ctx context.Context, address string) *dbus.Conn {
	dialled := make(chan *dbus.Conn, 1)
	go func() {
		conn, err := dbus.Connect(address, dbus.WithContext(ctx))
		if err != nil {
			conn = nil
		}
		dialled <- conn
	}()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case conn := <-dialled:
		return conn
	case <-ctx.Done():
	case <-timer.C:
	}
	go func() { // it may come late, and nobody wants it any more
		if conn := <-dialled; conn != nil {
			conn.Close()
		}
	}()
	return nil
}

func (w *Watch) watch(ctx context.Context, conn *dbus.Conn) {
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	for _, match := range [][]dbus.MatchOption{
		{dbus.WithMatchInterface("org.freedesktop.DBus"), dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, watcher)},
		{dbus.WithMatchInterface(watcher), dbus.WithMatchMember("StatusNotifierHostRegistered")},
		{dbus.WithMatchInterface(watcher), dbus.WithMatchMember("StatusNotifierHostUnregistered")},
	} {
		limited, cancel := context.WithTimeout(ctx, patience)
		err := conn.AddMatchSignalContext(limited, match...)
		cancel()
		if err != nil {
			return
		}
	}
	for {
		w.set(there(ctx, conn))
		select {
		case <-ctx.Done():
			return
		case _, ok := <-signals:
			if !ok {
				return // the bus has ended
			}
		}
	}
}

// there asks the bus whether somebody is the tray, and the tray whether it shows
// icons: a watcher alone shows none.
func there(ctx context.Context, conn *dbus.Conn) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var owned bool
	err := conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, watcher).Store(&owned)
	if err != nil || !owned {
		return false
	}
	var shows dbus.Variant
	err = conn.Object(watcher, watcherPath).CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", dbus.FlagNoAutoStart,
		watcher, "IsStatusNotifierHostRegistered").Store(&shows)
	if ctx.Err() != nil {
		return false // mute
	}
	yes, isBool := shows.Value().(bool)
	return err != nil || !isBool || yes // some have no such property, and show icons
}

func (w *Watch) set(there bool) {
	old := w.answers.Swap(there)
	early := false
	w.once.Do(func() { early = true; close(w.first) })
	if !early && old != there && w.changed != nil {
		w.changed(there)
	}
}
