package endurance

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"app.latchkey/auth"
)

// A disk that takes nothing more ends no session: what was rotated lasts until
// the program ends, the window is told, and it is stored once there is room.
func TestDiskFull(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the limit is Linux's")
	}
	w := newWorld(t, "vault")
	w.signIn()
	w.runToEnd("full", nil)
	session, err := resume(w.client(), w.orders.provider())
	if err != nil {
		t.Fatal(err)
	}
	mustToken(t, session)
}

// A folder that cannot be written to ends no session either.
func TestReadOnlyFolder(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("setpriv is Linux's")
	}
	w := newWorld(t, "vault")
	w.signIn()
	chmod := func(dir, file fs.FileMode) {
		err := filepath.WalkDir(w.orders.Dir, func(path string, e fs.DirEntry, err error) error {
			if err == nil && e.IsDir() {
				return os.Chmod(path, dir)
			}
			return errors.Join(err, os.Chmod(path, file))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	chmod(0o500, 0o400)
	defer chmod(0o700, 0o600)
	var without []string
	if os.Getuid() == 0 { // whom no access rights stop, unless these powers are given up
		without = []string{"setpriv", "--bounding-set", "-all", "--inh-caps", "-all"}
	}
	w.runToEnd("readonly", without)
	if list, err := w.client().Accounts(); err != nil || len(list) != 1 {
		t.Errorf("afterwards: %d accounts, %v", len(list), err)
	}
}

// runToEnd runs a driver that must not fail.
func (w *world) runToEnd(do string, by []string) {
	w.t.Helper()
	o := w.orders
	o.Do = do
	cmd := w.driver(w.t.Context(), o)
	if len(by) > 0 {
		prefixed := exec.CommandContext(w.t.Context(), by[0], append(by[1:], cmd.Path)...)
		prefixed.Env = cmd.Env
		cmd = prefixed
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		w.t.Errorf("%s: %v\n%s", do, err, out)
	}
}

// onFullDisk is the driver's part: no file may grow while the limit holds.
func onFullDisk(ctx context.Context, client *auth.Client, session *auth.Session) error {
	signal.Ignore(syscall.SIGXFSZ)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		return err
	}
	limit := func(bytes uint64) error {
		return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bytes, Max: before.Max})
	}
	if err := limit(0); err != nil {
		return err
	}
	if err := untilQuit(ctx, session); err != nil {
		return err
	}
	if err := limit(before.Cur); err != nil {
		return err
	}
	if err := client.Close(ctx); err != nil {
		return err
	}
	if kept := session.Kept(ctx); kept.UntilQuit() {
		return fmt.Errorf("there is room again, and it was not stored: %w", kept.Problem)
	}
	return nil
}

// untilQuit wants tokens that go on coming, and the window to be told why they
// end with the program.
func untilQuit(ctx context.Context, session *auth.Session) error {
	for range 3 {
		token, err := session.Token(ctx)
		if err != nil {
			return err
		}
		session.Expire(token)
	}
	kept := session.Kept(ctx)
	if !kept.UntilQuit() || kept.Problem == nil || kept.Problem.Code != auth.CodeStoreWriteFailed {
		return fmt.Errorf("Kept = %+v (until quit %v), want store_write_failed", kept.Problem, kept.UntilQuit())
	}
	return nil
}

// onReadOnlyDisk is the driver's part.
func onReadOnlyDisk(ctx context.Context, session *auth.Session) error {
	if err := untilQuit(ctx, session); err != nil {
		return err
	}
	if err := session.SignOut(ctx); auth.CodeOf(err) != auth.CodeSignOutIncomplete {
		return fmt.Errorf("SignOut: %w, want sign_out_incomplete", err)
	}
	return nil
}
