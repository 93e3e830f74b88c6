//go:build linux

package busguard_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	// What the guard has to precede: keyring dials the bus in its init().
	_ "github.com/99designs/keyring"
	dbus "github.com/godbus/dbus/v5"

	"app.latchkey/auth/busguard"
)

// childVar makes the test binary print what the guard found, and exit.
const childVar = "LATCHKEY_TEST_GUARD_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVar) != "" {
		addr, ok := busguard.Original()
		fmt.Printf("%v|%s|%s|%v\n", busguard.State(), os.Getenv("DBUS_SESSION_BUS_ADDRESS"), addr, ok)
		// What Fyne does once it runs.
		if c, err := dbus.ConnectSessionBus(); err == nil {
			c.Close()
		}
		fmt.Println(strings.Join(busguard.ChildEnv([]string{"A=1", "DBUS_SESSION_BUS_ADDRESS=x"}), " "))
		if restartWhen(os.Getenv(restartVar)) {
			fmt.Println("restart:", busguard.Restart())
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// restartVar names a file; when it appears, a child without a bus looks for one
// and starts itself anew if it finds one.
const restartVar = "LATCHKEY_TEST_GUARD_RESTART"

func restartWhen(file string) bool {
	if file == "" || busguard.State() == busguard.Live {
		return false
	}
	fmt.Println("again:", busguard.Look())
	for {
		if _, err := os.Stat(file); err == nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	fmt.Println("again:", busguard.Look())
	return busguard.Look() == busguard.Live
}

// start runs this test binary anew with env, so that all its init() run under
// it, and returns what it printed.
func start(t *testing.T, env ...string) (lines []string, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	home := t.TempDir()
	cmd.Env = append([]string{childVar + "=" + home, "HOME=" + home, "PATH=" + os.Getenv("PATH"), "XDG_RUNTIME_DIR=" + home, "GORACE=atexit_sleep_ms=0"}, env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	// A leaked daemon inherits the pipes; do not wait for it.
	cmd.WaitDelay = 5 * time.Second
	err := cmd.Run()
	for _, p := range marked(childVar + "=" + home) {
		t.Errorf("left behind: %s", p)
	}
	if err != nil {
		t.Fatalf("child: %v\n%s", err, errs.String())
	}
	return strings.Split(strings.TrimSpace(out.String()), "\n"), errs.String()
}

// marked kills the processes with marker in their environment and returns
// their command lines.
func marked(marker string) (found []string) {
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, f := range files {
		env, err := os.ReadFile(f)
		if err != nil || !slices.Contains(strings.Split(string(env), "\x00"), marker) {
			continue
		}
		cmd, _ := os.ReadFile(filepath.Join(filepath.Dir(f), "cmdline"))
		found = append(found, strings.ReplaceAll(string(cmd), "\x00", " "))
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(f))); err == nil {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	return found
}

func TestInitOrder(t *testing.T) {
	_, trace := start(t, "GODEBUG=inittrace=1", "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent")
	position := func(pkg string) int {
		i := strings.Index(trace, "init "+pkg+" @")
		if i < 0 {
			t.Fatalf("%s has no init in\n%s", pkg, trace)
		}
		return i
	}
	guard := position("app.latchkey/auth/busguard")
	for _, later := range []string{"net", "github.com/godbus/dbus/v5", "github.com/99designs/keyring"} {
		if position(later) < guard {
			t.Errorf("%s is initialised before the guard:\n%s", later, trace)
		}
	}
}

// noUsualBus skips on a machine with a real session bus at the usual place:
// "no bus" cannot be had there.
func noUsualBus(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(fmt.Sprintf("/run/user/%d/bus", os.Getuid())); err == nil {
		t.Skip("this user has a session bus at the usual place")
	}
}

func TestNoBusLaunchesNothing(t *testing.T) {
	noUsualBus(t)
	t.Run("stand-in for dbus-launch", func(t *testing.T) {
		bin := t.TempDir()
		called := filepath.Join(bin, "called")
		script := "#!/bin/sh\n: > '" + called + "'\necho DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent/launched\n"
		if err := os.WriteFile(filepath.Join(bin, "dbus-launch"), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
		lines, _ := start(t, "PATH="+bin)
		if !strings.HasPrefix(lines[0], "missing|unix:path=/nonexistent/") || !strings.HasSuffix(lines[0], "||false") {
			t.Errorf("child says %q", lines[0])
		}
		if _, err := os.Stat(called); err == nil {
			t.Error("dbus-launch was run")
		}
	})
	t.Run("real dbus-launch", func(t *testing.T) {
		if _, err := exec.LookPath("dbus-launch"); err != nil {
			t.Fatal("dbus-launch is missing; on Debian and Ubuntu: apt-get install dbus-x11")
		}
		start(t)
	})
}

func TestMuteBusDoesNotHang(t *testing.T) {
	dir, err := os.MkdirTemp("", "bg")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	l, err := net.Listen("unix", dir+"/bus")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	address := "unix:path=" + dir + "/bus"
	begin := time.Now()
	lines, _ := start(t, "DBUS_SESSION_BUS_ADDRESS="+address)
	if d := time.Since(begin); d > 5*time.Second {
		t.Errorf("start took %v", d)
	}
	if !strings.HasPrefix(lines[0], "mute|unix:path=/nonexistent/") || !strings.HasSuffix(lines[0], "|"+address+"|true") {
		t.Errorf("child says %q", lines[0])
	}
	if want := "A=1 DBUS_SESSION_BUS_ADDRESS=" + address; lines[1] != want {
		t.Errorf("ChildEnv = %q, want %q", lines[1], want)
	}
}

// A bus that is mute at the start and answers later: the child sees it, starts
// anew in the same process, and has it.
func TestRestartWithABusThatCameLate(t *testing.T) {
	dir, err := os.MkdirTemp("", "bg")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	l, err := net.Listen("unix", dir+"/bus")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var lines []string
	done := make(chan struct{})
	go func() {
		defer close(done)
		lines, _ = start(t, "DBUS_SESSION_BUS_ADDRESS=unix:path="+dir+"/bus", restartVar+"="+dir+"/go")
	}()
	for i := 0; ; i++ {
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		switch i {
		case 0: // the start: mute
		case 1: // the first look: mute, and then the bus wakes up
			if err := os.WriteFile(dir+"/go", nil, 0o600); err != nil {
				t.Fatal(err)
			}
			go func() {
				for {
					c, err := l.Accept()
					if err != nil {
						return
					}
					_, _ = c.Read(make([]byte, 64))
					_, _ = c.Write([]byte("REJECTED EXTERNAL\r\n"))
					c.Close() // the libraries find no way to authenticate, and go on without
				}
			}()
			<-done
			want := []string{"mute|unix:path=/nonexistent/no-session-bus|unix:path=" + dir + "/bus|true", "", "again: mute", "again: live",
				"live|unix:path=" + dir + "/bus|unix:path=" + dir + "/bus|true"}
			for i, w := range want {
				if w != "" && (i >= len(lines) || lines[i] != w) {
					t.Fatalf("child says %q, want %q", lines, want)
				}
			}
			return
		}
	}
}

func TestChildEnvWithoutOriginal(t *testing.T) {
	noUsualBus(t)
	lines, _ := start(t)
	if lines[1] != "A=1" {
		t.Errorf("ChildEnv = %q, want it without the variable", lines[1])
	}
}
