package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

// openGrace is how long the system's opener may take to fail. One that still
// runs after that has started a browser and is waiting for it.
const openGrace = 3 * time.Second

// ErrNoBrowser says that the system could not open an address.
var ErrNoBrowser = errors.New("no browser could be opened")

// opener opens addresses by the system's way. Where that is xdg-open we run it
// ourselves: Fyne never looks at its exit code, which is the only sign that
// there is no browser, and lets the browser write to our output.
type opener struct {
	env    func([]string) []string
	system func(*url.URL) error // where there is no xdg-open
	log    *slog.Logger

	grace time.Duration // 0: openGrace
}

// OpenURL opens an http or https address in the user's browser. It waits until
// the browser was started or the system says that it can't be, 3 seconds at
// most; cancelling ctx ends the wait, not the browser. The error wraps
// ErrNoBrowser and does not hold the address, which may hold a secret.
func (w *Window) OpenURL(ctx context.Context, address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return fmt.Errorf("%w: not a web address", ErrNoBrowser)
	}
	return w.opener.open(ctx, u)
}

// OpenFolder shows a folder in the system's file manager and returns at once. A
// failure is logged.
func (w *Window) OpenFolder(path string) {
	go func() {
		if err := w.opener.openFolder(path); err != nil {
			w.log.Warn("showing a folder", "path", path, "error", err.Error())
		}
	}()
}

func (o opener) openFolder(path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("finding the folder: %w", err)
	}
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return fmt.Errorf("%s is no folder", path)
	}
	slashed := filepath.ToSlash(path)
	if slashed[0] != '/' {
		slashed = "/" + slashed // C:/… becomes file:///C:/…
	}
	return o.open(context.Background(), &url.URL{Scheme: "file", Path: slashed})
}

func (o opener) open(ctx context.Context, u *url.URL) error {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		if err := o.system(u); err != nil {
			return fmt.Errorf("%w: the system's opener failed", ErrNoBrowser)
		}
		return nil
	}
	return o.xdgOpen(ctx, u.String())
}

func (o opener) xdgOpen(ctx context.Context, address string) error {
	path, err := exec.LookPath("xdg-open")
	if err != nil {
		return fmt.Errorf("%w: xdg-open is not installed", ErrNoBrowser)
	}
	// Not CommandContext: the browser outlives the sign-in that opened it.
	cmd := exec.Command(path, address)
	detach(cmd)
	cmd.Env = os.Environ()
	if o.env != nil {
		cmd.Env = o.env(cmd.Env)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%w: starting xdg-open: %w", ErrNoBrowser, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()

	grace := o.grace
	if grace == 0 {
		grace = openGrace
	}
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case err := <-ended:
		if err != nil {
			return fmt.Errorf("%w: xdg-open: %w", ErrNoBrowser, err)
		}
		return nil
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
