package endurance

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"app.latchkey/auth/store"
)

// busMark is in the environment of a process that has a session bus with a
// gnome-keyring of its own.
const busMark = "LATCHKEY_TEST_BUS"

// withStore runs f over a store of the kind. The keychain library dials the
// session bus while it is initialised, so a test on gnome-keyring runs in a
// process of its own: this binary, started again for that one test.
func withStore(t *testing.T, kind string, f func(*testing.T, *world)) {
	t.Helper()
	if kind == "vault" {
		f(t, newWorld(t, kind))
		return
	}
	if runtime.GOOS != "linux" {
		t.Skip("gnome-keyring is on Linux only")
	}
	if os.Getenv(busMark) != "" {
		f(t, newWorld(t, kind))
		return
	}
	dir, err := os.MkdirTemp("", "lk") // t.TempDir is too long for a socket's name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	env := startGnomeKeyring(t, dir)
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+strings.ReplaceAll(t.Name(), "/", "$/^")+"$", "-test.v", "-test.timeout=50m")
	cmd.Env = append(env, busMark+"="+dir)
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		t.Errorf("child: %v\n%s", err, out)
		return
	}
	for line := range strings.Lines(string(out)) {
		if _, figures, ok := strings.Cut(line, "_test.go:"); ok {
			_, figures, _ = strings.Cut(figures, ": ")
			t.Log(strings.TrimSpace(figures))
		}
	}
}

// startGnomeKeyring starts a private bus and an unlocked gnome-keyring on it.
func startGnomeKeyring(t *testing.T, dir string) (env []string) {
	t.Helper()
	for _, program := range []string{"dbus-daemon", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("%s is missing; on Debian and Ubuntu: apt-get install dbus-daemon gnome-keyring", program)
		}
	}
	config := `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=` + dir + `/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`
	if err := os.WriteFile(filepath.Join(dir, "bus.conf"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "DBUS_SESSION_BUS_ADDRESS=") && !strings.HasPrefix(e, "HOME=") && !strings.HasPrefix(e, "XDG_") {
			env = append(env, e)
		}
	}
	env = append(env, "DBUS_SESSION_BUS_ADDRESS=unix:path="+dir+"/bus", "HOME="+dir, "XDG_RUNTIME_DIR="+dir, "XDG_DATA_HOME="+dir+"/data")
	start := func(cmd *exec.Cmd) {
		cmd.Env = env
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	}
	start(exec.Command("dbus-daemon", "--config-file="+dir+"/bus.conf", "--nofork"))
	await(t, "the bus", func() bool { _, err := os.Stat(dir + "/bus"); return err == nil })
	keyring := exec.Command("gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets")
	keyring.Stdin = strings.NewReader("password of the test")
	start(keyring)
	return env
}

// await polls until ok, for a minute at most.
func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	end := time.After(time.Minute)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// ready waits until the store can be used: gnome-keyring takes its time.
func (w *world) ready() {
	w.t.Helper()
	await(w.t, "the store", func() bool {
		return w.store.Status(context.Background()).Outcome == store.Found
	})
}
