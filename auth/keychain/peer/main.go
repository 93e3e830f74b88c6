// Command peer measures package keychain beside github.com/zalando/go-keyring,
// on one private bus with one gnome-keyring: each reads and writes the same
// 1,000 bytes, in turn. Package keychain does more for it (it looks first
// whether the collection is locked, and reads back what it wrote).
//
// It prints the medians and fails if package keychain takes more than twice the
// time for a read, or three times for a write with read-back.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
	zalando "github.com/zalando/go-keyring"

	"app.latchkey/auth/keychain"
	"app.latchkey/auth/store"
)

// childVar tells the child, for which the bus is ready, where it lives. The
// libraries dial the session bus once, when they are initialised.
const childVar = "LATCHKEY_PEER_DIR"

const (
	name     = "Latchkey sign-in: ada@example.com (Google) 1a2b3c4d"
	rounds   = 300
	maxRead  = 2.0
	maxWrite = 3.0
)

func main() {
	run := parent
	if os.Getenv(childVar) != "" {
		run = measure
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "keychain/peer:", err)
		os.Exit(1)
	}
}

// parent starts a bus and an unlocked gnome-keyring in a folder of their own,
// and this program anew to measure with them.
func parent() error {
	dir, err := os.MkdirTemp("", "lkpeer")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	address := "unix:path=" + dir + "/bus"
	config := `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>` + address + `</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`
	if err := os.WriteFile(dir+"/bus.conf", []byte(config), 0o600); err != nil {
		return err
	}
	env := append(os.Environ(), childVar+"="+dir, "DBUS_SESSION_BUS_ADDRESS="+address, "HOME="+dir,
		"XDG_RUNTIME_DIR="+dir, "XDG_DATA_HOME="+dir+"/data", "XDG_CONFIG_HOME="+dir+"/config")
	bus, err := start(env, "", "dbus-daemon", "--config-file="+dir+"/bus.conf", "--nofork")
	if err != nil {
		return err
	}
	defer bus()
	if err := await(func() bool { return reachable(address, "") }); err != nil {
		return fmt.Errorf("dbus-daemon: %w", err)
	}
	daemon, err := start(env, "password of the bench", "gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets")
	if err != nil {
		return err
	}
	defer daemon()
	if err := await(func() bool { return reachable(address, "org.freedesktop.secrets") }); err != nil {
		return fmt.Errorf("gnome-keyring: %w", err)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	child := exec.Command(self)
	child.Env, child.Stdout, child.Stderr = env, os.Stdout, os.Stderr
	return child.Run()
}

// start starts a program and returns what ends it.
func start(env []string, stdin, program string, arguments ...string) (stop func(), err error) {
	cmd := exec.Command(program, arguments...)
	cmd.Env, cmd.Stdin = env, strings.NewReader(stdin)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w (Debian and Ubuntu: apt-get install dbus-daemon gnome-keyring)", err)
	}
	return func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }, nil
}

func await(ready func() bool) error {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if ready() {
			return nil
		}
	}
	return context.DeadlineExceeded
}

// reachable says whether there is a bus, and on it the owner of a name.
func reachable(address, owned string) bool {
	conn, err := dbus.Connect(address)
	if err != nil {
		return false
	}
	defer conn.Close()
	var has bool
	return owned == "" || conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, owned).Store(&has) == nil && has
}

// measure lets both do the same in turn, so that both meet the same machine.
func measure() error {
	ctx := context.Background()
	ours := keychain.Open(keychain.Config{})
	defer ours.Close()
	if err := await(func() bool { return ours.Status(ctx).Outcome == store.Found }); err != nil {
		return fmt.Errorf("the keychain is not ready: %+v", ours.Status(ctx))
	}
	data := strings.Repeat("0123456789", 100)
	ourPut := func() error { return ours.Put(ctx, name, []byte(data), store.Options{Verify: true}) }
	ourGet := func() error { _, err := ours.Get(ctx, name, store.Options{}); return err }
	theirPut := func() error { return zalando.Set("Latchkey", "ada", data) }
	theirGet := func() error { _, err := zalando.Get("Latchkey", "ada"); return err }
	writes, err := compare("write with read-back", maxWrite, ourPut, theirPut)
	if err != nil {
		return err
	}
	reads, err := compare("read", maxRead, ourGet, theirGet)
	if err != nil {
		return err
	}
	if !writes || !reads {
		return fmt.Errorf("slower than allowed")
	}
	return nil
}

func compare(what string, most float64, ours, theirs func() error) (ok bool, err error) {
	var a, b []time.Duration
	for range rounds {
		for _, side := range []struct {
			run   func() error
			times *[]time.Duration
		}{{ours, &a}, {theirs, &b}} {
			begin := time.Now()
			if err := side.run(); err != nil {
				return false, fmt.Errorf("%s: %w", what, err)
			}
			*side.times = append(*side.times, time.Since(begin))
		}
	}
	slices.Sort(a)
	slices.Sort(b)
	ratio := float64(a[rounds/2]) / float64(b[rounds/2])
	fmt.Printf("keychain, %d bytes, %-21s ours %6.2f ms   zalando/go-keyring %6.2f ms   ratio %.2f (at most %.0f)\n",
		1000, what+":", milliseconds(a[rounds/2]), milliseconds(b[rounds/2]), ratio, most)
	return ratio <= most, nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
