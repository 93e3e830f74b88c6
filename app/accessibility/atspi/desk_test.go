//go:build linux

package atspi_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"

	"app.latchkey/app/accessibility"
	"app.latchkey/app/accessibility/atspi"
)

const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=%s</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
`

const (
	rootPath = "/org/a11y/atspi/accessible/root"
	window   = "/org/a11y/atspi/accessible/1"
	patience = 20 * time.Second
)

// startBus starts a bus of the test's own: it is both the session's and the
// readers'.
func startBus(t *testing.T) (address string, end func()) {
	t.Helper()
	return startBusAs(t, uint32(os.Geteuid()))
}

// startBusAs starts a user's bus.
func startBusAs(t *testing.T, user uint32) (address string, end func()) {
	t.Helper()
	dir, err := os.MkdirTemp("", "lk") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chown(dir, int(user), -1); err != nil {
		t.Fatal(err)
	}
	config, socket := filepath.Join(dir, "bus.conf"), filepath.Join(dir, "bus")
	if err := os.WriteFile(config, fmt.Appendf(nil, busConfig, socket), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("dbus-daemon", "--nofork", "--nopidfile", "--config-file="+config, "--print-address=1")
	if user != uint32(os.Geteuid()) {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user, Gid: user}}
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Skipf("no dbus-daemon here (Debian and Ubuntu: apt-get install dbus-daemon): %v", err)
	}
	var once sync.Once
	end = func() { once.Do(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }) }
	t.Cleanup(end)
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	return "unix:path=" + socket, end
}

func dial(t *testing.T, address string) *dbus.Conn {
	t.Helper()
	conn, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// desk is a desktop's accessibility service and registry.
type desk struct {
	t       *testing.T
	address string
	conn    *dbus.Conn
	props   *prop.Properties
	plugs   chan ref // what registers
	asked   chan struct{}

	mu     sync.Mutex
	events []registered
}

type ref struct {
	Name string
	Path dbus.ObjectPath
}

type registered struct{ Bus, Event string }

func newDesk(t *testing.T, address string, on bool) *desk {
	t.Helper()
	d := &desk{t: t, address: address, conn: dial(t, address), plugs: make(chan ref, 8), asked: make(chan struct{}, 8)}
	var err error
	if d.props, err = prop.Export(d.conn, "/org/a11y/bus", prop.Map{"org.a11y.Status": {
		"IsEnabled":           {Value: on, Emit: prop.EmitTrue},
		"ScreenReaderEnabled": {Value: false, Emit: prop.EmitTrue},
	}}); err != nil {
		t.Fatal(err)
	}
	for _, e := range []error{
		d.conn.Export(d, "/org/a11y/bus", "org.a11y.Bus"),
		d.conn.Export(d, rootPath, "org.a11y.atspi.Socket"),
		d.conn.Export(d, "/org/a11y/atspi/registry", "org.a11y.atspi.Registry"),
	} {
		if e != nil {
			t.Fatal(e)
		}
	}
	for _, name := range []string{"org.a11y.Bus", "org.a11y.atspi.Registry"} {
		if reply, err := d.conn.RequestName(name, dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
			t.Fatal(reply, err)
		}
	}
	return d
}

// GetAddress is org.a11y.Bus's.
func (d *desk) GetAddress() (string, *dbus.Error) {
	d.asked <- struct{}{}
	return d.address, nil
}

// Embed is the registry's.
func (d *desk) Embed(plug ref) (ref, *dbus.Error) {
	d.plugs <- plug
	return ref{d.conn.Names()[0], rootPath}, nil
}

// GetRegisteredEvents is the registry's.
func (d *desk) GetRegisteredEvents() ([]registered, *dbus.Error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.events, nil
}

func (d *desk) listenFor(event string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.events = append(d.events, registered{":1.1", event})
}

func (d *desk) readerIs(on bool) { d.props.SetMust("org.a11y.Status", "ScreenReaderEnabled", on) }

// asks is what the bridge asked the window for.
type asks struct {
	wanted         chan bool
	pressed, focus chan accessibility.ID
	bridge         *atspi.Bridge
}

func open(t *testing.T, address string) *asks {
	t.Helper()
	a := &asks{wanted: make(chan bool, 8), pressed: make(chan accessibility.ID, 8), focus: make(chan accessibility.ID, 8)}
	a.bridge = atspi.Open(atspi.Options{Bus: address, Program: "Latchkey", Version: "1.2.3", Language: func() string { return "pt-BR" },
		Wanted: func(on bool) { a.wanted <- on }, Press: func(id accessibility.ID) { a.pressed <- id }, Focus: func(id accessibility.ID) { a.focus <- id }})
	t.Cleanup(a.close)
	return a
}

func (a *asks) close() { a.bridge.Close() }

// await takes what comes next.
func await[T any](t *testing.T, what string, from <-chan T) T {
	t.Helper()
	select {
	case x := <-from:
		return x
	case <-time.After(patience):
		t.Fatalf("%s did not come", what)
	}
	panic("unreachable")
}

// reader is a screen reader's end.
type reader struct {
	t      *testing.T
	conn   *dbus.Conn
	to     string
	events chan *dbus.Signal
}

func newReader(t *testing.T, address, to string) *reader {
	t.Helper()
	r := &reader{t: t, conn: dial(t, address), to: to, events: make(chan *dbus.Signal, 512)}
	r.conn.Signal(r.events)
	if err := r.conn.AddMatchSignal(dbus.WithMatchSender(to)); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *reader) call(path, method string, args ...any) ([]any, error) {
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	c := r.conn.Object(r.to, dbus.ObjectPath(path)).CallWithContext(ctx, method, 0, args...)
	return c.Body, c.Err
}

// get is an answer as text.
func (r *reader) get(path, method string, args ...any) string {
	r.t.Helper()
	body, err := r.call(path, "org.a11y.atspi."+method, args...)
	if err != nil {
		return "error: " + err.Error()
	}
	return strings.TrimSuffix(fmt.Sprintln(body...), "\n")
}

func (r *reader) property(path, of, name string) string {
	r.t.Helper()
	body, err := r.call(path, "org.freedesktop.DBus.Properties.Get", "org.a11y.atspi."+of, name)
	if err != nil {
		return "error: " + err.Error()
	}
	return fmt.Sprint(body[0].(dbus.Variant).Value())
}

// awaitEvent waits for one event, and returns those before it too.
func (r *reader) awaitEvent(want string) (before []string) {
	r.t.Helper()
	for {
		select {
		case s := <-r.events:
			if len(s.Body) < 4 {
				continue // the bus's own
			}
			got := fmt.Sprintf("%s %s %v %v %v %v", s.Path, s.Name, s.Body[0], s.Body[1], s.Body[2], s.Body[3].(dbus.Variant).Value())
			if got == want {
				return before
			}
			before = append(before, got)
		case <-time.After(patience):
			r.t.Fatalf("no event %q, but %q", want, before)
		}
	}
}
