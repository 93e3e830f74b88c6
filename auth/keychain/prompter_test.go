//go:build linux

package keychain

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"app.latchkey/auth/store"
)

// screen starts a display of its own and lets D-Bus start GNOME's prompter
// (gcr) on it, from the parent of a test on a bus.
func screen(t *testing.T, dir string) {
	t.Helper()
	need(t, "xdotool", "xdotool")
	prompter := need(t, "/usr/libexec/gcr-prompter", "gcr")
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	x := exec.Command(need(t, "Xvfb", "xvfb"), "-displayfd", "3", "-screen", "0", "800x600x24", "-nolisten", "tcp")
	x.ExtraFiles = []*os.File{write}
	x.Env = environ(dir)
	launch(t, x)
	write.Close()
	number, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb said nothing: %v", err)
	}
	display := ":" + strings.TrimSpace(number)
	service := "[D-BUS Service]\nName=org.gnome.keyring.SystemPrompter\nExec=/usr/bin/env DISPLAY=" + display + " GDK_BACKEND=x11 NO_AT_BRIDGE=1 " + prompter + "\n"
	if err := os.MkdirAll(dir+"/services", 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"services/org.gnome.keyring.SystemPrompter.service": service, "display": display} {
		if err := os.WriteFile(dir+"/"+name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// person types into the GNOME dialog on the test's display as soon as it is
// there. It may run beside the test.
func person(t *testing.T, dir string, keys ...string) {
	personAt(t, dir, []string{"--class", "gcr-prompter"}, keys...)
}

// personAt types into the window that xdotool finds by these arguments.
func personAt(t *testing.T, dir string, window []string, keys ...string) {
	// --sync waits for the window, and for the focus.
	args := append([]string{"search", "--sync", "--onlyvisible"}, window...)
	args = append(append(args, "windowfocus", "--sync"), keys...)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "xdotool", args...)
	cmd.Env = environ(dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("xdotool %q: %v\n%s", window, err, out)
	}
}

// locked has an item in a locked collection.
func locked(t *testing.T) *Store {
	t.Helper()
	s := open(t)
	if err := s.Put(t.Context(), name, secret, store.Options{}); err != nil {
		t.Fatal(err)
	}
	lock(t, admin(t))
	return s
}

func TestRealDialogAnswered(t *testing.T) {
	onBus(t, setup{gnome: true, screen: true}, func(t *testing.T, dir string) {
		s := locked(t)
		var typing sync.WaitGroup
		typing.Go(func() { person(t, dir, "type", "password of the test\r") })
		got, err := s.Get(t.Context(), name, store.Options{Interact: true})
		if err != nil || !bytes.Equal(got, secret) {
			t.Errorf("get = %q, %v", got, err)
		}
		typing.Wait()
	})
}

func TestRealDialogClosed(t *testing.T) {
	onBus(t, setup{gnome: true, screen: true}, func(t *testing.T, dir string) {
		s := locked(t)
		var typing sync.WaitGroup
		// Down only: the window is gone before the key comes up.
		typing.Go(func() { person(t, dir, "keydown", "Escape") })
		want(t, s.Unlock(t.Context()), "unlock", store.Locked, store.ReasonDismissed)
		typing.Wait()
		neverAbsent(t, s, store.Locked, "")
	})
}

// The caller leaves, gnome-keyring lives on, its dialog stays, and the answer
// typed late counts.
func TestRealDialogLeft(t *testing.T) {
	onBus(t, setup{gnome: true, screen: true}, func(t *testing.T, dir string) {
		s := locked(t)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		want(t, s.Unlock(ctx), "unlock", store.Locked, store.ReasonTimeout)
		wantStatus(t, s, store.Locked, "", "GNOME Keyring")
		person(t, dir, "type", "password of the test\r")
		waitFor(t, "the late answer", func() bool { return s.Status(t.Context()).Outcome == store.Found })
		got, err := s.Get(t.Context(), name, store.Options{})
		if err != nil || !bytes.Equal(got, secret) {
			t.Errorf("get = %q, %v", got, err)
		}
	})
}
