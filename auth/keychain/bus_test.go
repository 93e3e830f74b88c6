//go:build linux

package keychain

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"app.latchkey/auth/store"
)

// The library dials the session bus once, in its init(); so each test with a
// bus runs in a process of its own: this test binary, started again for that
// one test with the bus in its environment.

// childMark is in the environment of the child and of all that it starts. Its
// value is the test's own directory.
const childMark = "LATCHKEY_TEST_BUS_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childMark) == "" {
		// The library has dialled already; the guard saw to it that nothing
		// was launched. This is for what the tests start.
		os.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	}
	if step := os.Getenv(stepVar); step != "" {
		os.Exit(anotherProgram(step))
	}
	os.Exit(m.Run())
}

// setup says what a child finds.
type setup struct {
	noBus       bool // no dbus-daemon: address names a socket nobody listens on
	mute        bool // the socket accepts and never answers
	gnome       bool // gnome-keyring runs, with an unlocked login collection
	activatable bool // D-Bus can start gnome-keyring
	hangs       bool // D-Bus can start something that never takes the name
	screen      bool // there is a display, and GNOME's dialogs appear on it

	product *product // a real service; with a screen
}

// onBus runs fn in a process of its own as s says.
func onBus(t *testing.T, s setup, fn func(t *testing.T, dir string)) {
	t.Helper()
	if dir := os.Getenv(childMark); dir != "" {
		fn(t, dir)
		return
	}
	t.Parallel()
	dir, err := os.MkdirTemp("", "lk") // t.TempDir is too long for a socket's name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	t.Cleanup(func() { killMarked(childMark + "=" + dir) })
	if s.screen || s.product != nil {
		screen(t, dir)
	}
	switch {
	case s.mute:
		muteSocket(t, dir)
	case !s.noBus:
		startBus(t, dir, s)
	}
	if s.gnome {
		startGnomeKeyring(t, dir)
	}
	if s.product != nil {
		s.product.start(t, dir)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 150*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run="+exactly(t.Name()), "-test.v", "-test.timeout=120s")
	cmd.Env = environ(dir)
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		t.Errorf("child: %v\n%s", err, out)
		return
	}
	for line := range strings.Lines(string(out)) { // what it logged, with its figures
		if _, text, ok := strings.Cut(line, "_test.go:"); ok {
			t.Log(strings.TrimSpace(text))
		}
	}
}

// exactly is the pattern that runs one test, or one subtest.
func exactly(name string) string { return "^" + strings.ReplaceAll(name, "/", "$/^") + "$" }

func environ(dir string) []string {
	display, _ := os.ReadFile(dir + "/display")
	return []string{
		childMark + "=" + dir, storesVar + "=" + os.Getenv(storesVar), "DISPLAY=" + string(display),
		"DBUS_SESSION_BUS_ADDRESS=unix:path=" + dir + "/bus",
		"HOME=" + dir, "TMPDIR=" + dir, "XDG_RUNTIME_DIR=" + dir, "XDG_DATA_HOME=" + dir + "/data", "XDG_CONFIG_HOME=" + dir + "/config", "XDG_CACHE_HOME=" + dir + "/cache",
		"QT_QPA_PLATFORM=xcb",
		"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "GORACE=atexit_sleep_ms=0 " + os.Getenv("GORACE"),
	}
}

// need finds a program, or fails with what to install.
func need(t *testing.T, program, debian string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatalf("%s is missing; on Debian and Ubuntu: apt-get install %s", program, debian)
	}
	return path
}

// startBus starts a private bus at dir/bus and waits until it listens.
func startBus(t *testing.T, dir string, s setup) *exec.Cmd {
	t.Helper()
	config := `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=` + dir + `/bus</listen><auth>EXTERNAL</auth>
<servicedir>` + dir + `/services</servicedir>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`
	service := ""
	switch {
	case s.activatable:
		service = need(t, "gnome-keyring-daemon", "gnome-keyring") + " --start --foreground --components=secrets"
	case s.hangs:
		service = need(t, "sleep", "coreutils") + " 300"
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(dir+"/services", 0o700); err != nil {
		t.Fatal(err)
	}
	write("bus.conf", config)
	if service != "" {
		write("services/"+serviceName+".service", "[D-BUS Service]\nName="+serviceName+"\nExec="+service+"\n")
	}
	cmd := exec.Command(need(t, "dbus-daemon", "dbus-daemon"), "--config-file="+dir+"/bus.conf", "--nofork", "--print-address=1")
	cmd.Env = environ(dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	launch(t, cmd)
	write("bus.pid", strconv.Itoa(cmd.Process.Pid))
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatalf("dbus-daemon said nothing: %v", err)
	}
	return cmd
}

// launch starts cmd and ends it with the test.
func launch(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}

// startGnomeKeyring starts gnome-keyring with an unlocked login collection and
// waits until it answers.
func startGnomeKeyring(t *testing.T, dir string) {
	t.Helper()
	cmd := exec.Command(need(t, "gnome-keyring-daemon", "gnome-keyring"), "--foreground", "--unlock", "--components=secrets")
	cmd.Env = environ(dir)
	cmd.Stdin = strings.NewReader("password of the test")
	cmd.Stdout, cmd.Stderr = io.Discard, io.Discard
	launch(t, cmd)
	conn, err := dbus.Connect("unix:path=" + dir + "/bus")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	waitFor(t, "gnome-keyring", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := nameOwner(ctx, conn, serviceName); err != nil {
			return false
		}
		place, err := defaultCollection(ctx, conn)
		if err != nil {
			return false
		}
		locked, err := isLocked(ctx, conn, place)
		return err == nil && !locked
	})
}

// waitFor polls until ok, for 20 s at most.
func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	end := time.After(20 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("waited 20 s for %s", what)
		}
	}
}

// killMarked kills what the children of a test left behind.
func killMarked(marker string) {
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, f := range files {
		env, err := os.ReadFile(f)
		if err != nil || !slices.Contains(strings.Split(string(env), "\x00"), marker) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(f))); err == nil && pid != os.Getpid() {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// admin is a connection of the test's own to the private bus.
func admin(t *testing.T) *dbus.Conn {
	t.Helper()
	conn, err := dbus.Connect(os.Getenv("DBUS_SESSION_BUS_ADDRESS"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// open is a Store with limits that a busy machine keeps.
func open(t *testing.T) *Store {
	t.Helper()
	return openWith(t, 5*time.Second, 20*time.Second)
}

// openImpatient is a Store for what hangs on purpose.
func openImpatient(t *testing.T) *Store {
	t.Helper()
	return openWith(t, time.Second, 2*time.Second)
}

func openWith(t *testing.T, probe, op time.Duration) *Store {
	t.Helper()
	s := Open(Config{ProbeTimeout: probe, OpTimeout: op, PromptTimeout: 60 * time.Second})
	t.Cleanup(func() { s.Close() })
	return s
}

// within fails if fn takes much longer than limit: it hangs then. The machine
// may be busy.
func within(t *testing.T, limit time.Duration, fn func()) {
	t.Helper()
	begin := time.Now()
	fn()
	if d := time.Since(begin); d > limit+10*time.Second {
		t.Errorf("took %v, about %v expected", d.Round(time.Millisecond), limit)
	}
}

func wantStatus(t *testing.T, s *Store, o store.Outcome, r store.Reason, name string) {
	t.Helper()
	st := s.Status(t.Context())
	if st.Outcome != o || st.Reason != r || st.Name != name || st.Kind != "secret_service" {
		t.Errorf("status %+v, want %v (%s), %s", st, o, r, name)
	}
	if st.Detail == "" {
		t.Error("status without detail")
	}
}

// neverAbsent does all that could sign somebody out, and fails if it would.
func neverAbsent(t *testing.T, s *Store, o store.Outcome, r store.Reason) {
	t.Helper()
	ctx := t.Context()
	_, err := s.Get(ctx, name, store.Options{})
	want(t, err, "get", o, r)
	want(t, s.Delete(ctx, name, store.Options{}), "delete", o, r)
	want(t, s.Put(ctx, name, secret, store.Options{Verify: true}), "put", o, r)
}

func muteSocket(t *testing.T, dir string) {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	if err := syscall.Bind(fd, &syscall.SockaddrUnix{Name: dir + "/bus"}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(fd, 16); err != nil {
		t.Fatal(err)
	}
}

func busPID(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(dir + "/bus.pid")
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(string(text))
	if err != nil {
		t.Fatal(fmt.Errorf("bus.pid: %w", err))
	}
	return pid
}
