//go:build linux

package tray_test

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"

	"app.latchkey/app/tray"
)

const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=%s</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
`

// bus starts a session bus of the test's own.
func bus(t *testing.T) (address string, end func()) {
	t.Helper()
	dir, err := os.MkdirTemp("", "lk") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	config, socket := filepath.Join(dir, "bus.conf"), filepath.Join(dir, "bus")
	if err := os.WriteFile(config, fmt.Appendf(nil, busConfig, socket), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("dbus-daemon", "--nofork", "--nopidfile", "--config-file="+config, "--print-address=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Skipf("no dbus-daemon here (Debian and Ubuntu: apt-get install dbus-daemon): %v", err)
	}
	end = func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }
	t.Cleanup(end)
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	return "unix:path=" + socket, end
}

const watcher = "org.kde.StatusNotifierWatcher"

// panel is a desktop's tray. hosts: whether it shows icons; nil: it does not say.
func panel(t *testing.T, address string, hosts *bool) *dbus.Conn {
	t.Helper()
	conn, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if hosts != nil {
		_, err := prop.Export(conn, "/StatusNotifierWatcher", prop.Map{watcher: {"IsStatusNotifierHostRegistered": {Value: *hosts, Emit: prop.EmitFalse}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	if reply, err := conn.RequestName(watcher, dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatal(reply, err)
	}
	return conn
}

func yes() *bool { b := true; return &b }
func no() *bool  { b := false; return &b }

func look(t *testing.T, address string) (*tray.Watch, <-chan bool) {
	t.Helper()
	changes := make(chan bool, 100)
	w := tray.Look(address, func(there bool) { changes <- there })
	t.Cleanup(w.Close)
	return w, changes
}

func TestWhetherThereIsATray(t *testing.T) {
	for _, c := range []struct {
		name  string
		hosts *bool
		want  bool
	}{{"a panel", yes(), true}, {"a watcher without a panel", no(), false}, {"a panel that does not say", nil, true}} {
		t.Run(c.name, func(t *testing.T) {
			address, _ := bus(t)
			panel(t, address, c.hosts)
			if w, _ := look(t, address); w.Await() != c.want {
				t.Errorf("a tray: %v, want %v", !c.want, c.want)
			}
		})
	}
}

func TestATrayThatComesAndGoes(t *testing.T) {
	address, end := bus(t)
	w, changes := look(t, address)
	if w.Await() {
		t.Fatal("a tray without a panel")
	}
	for range 3 {
		conn := panel(t, address, yes())
		if !w.AwaitLate(20*time.Second) || !<-changes {
			t.Fatal("it was not noticed")
		}
		_ = conn.Close()
		if <-changes || w.Answers() {
			t.Fatal("its end was not noticed")
		}
	}
	panel(t, address, yes())
	<-changes
	end()
	if <-changes || w.Answers() {
		t.Error("a tray without a bus")
	}
}

// mute is a bus that accepts and says nothing.
func mute(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "lk")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path := filepath.Join(dir, "bus")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return "unix:path=" + path
}

func TestNoTray(t *testing.T) {
	mutePanel := func(t *testing.T) string {
		address, _ := bus(t)
		conn := panel(t, address, nil)
		// Nobody reads what this one is asked: its answers never come.
		conn.Eavesdrop(make(chan *dbus.Message, 1000))
		return address
	}
	for name, address := range map[string]func(*testing.T) string{
		"no bus":      func(*testing.T) string { return "unix:path=/nonexistent/no-session-bus" },
		"no address":  func(*testing.T) string { return "" },
		"a mute bus":  mute,
		"a mute tray": mutePanel,
	} {
		t.Run(name, func(t *testing.T) {
			w, _ := look(t, address(t)) // and its Close waits for nobody
			if w.Await() || w.AwaitLate(30*time.Millisecond) {
				t.Error("there is a tray")
			}
		})
	}
}
