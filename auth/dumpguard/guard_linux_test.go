package dumpguard_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"app.latchkey/auth/dumpguard"
)

// crashEnv makes this test program a program that crashes: its value is the
// calls that are made before, in order.
const crashEnv = "LATCHKEY_TEST_CRASH"

// secret is what a core dump must not hold.
const secret = "refresh-token-"

func TestMain(m *testing.M) {
	if calls, ok := os.LookupEnv(crashEnv); ok {
		crash(calls)
	}
	os.Exit(m.Run())
}

// crash dies of a signal that dumps core.
func crash(calls string) {
	held := []byte(strings.Repeat(secret, 64)) // only here does the whole text exist
	for call := range strings.FieldsSeq(calls) {
		var err error
		switch call {
		case "forbid":
			err = dumpguard.Forbid()
		case "hide":
			_, err = dumpguard.Hide()
		}
		if err != nil {
			fmt.Println(err)
			os.Exit(3)
		}
	}
	dumpable, _ := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	var limit unix.Rlimit
	_ = unix.Getrlimit(unix.RLIMIT_CORE, &limit)
	filter, _ := os.ReadFile("/proc/self/coredump_filter")
	fmt.Printf("dumpable=%d limit=%d filter=%s", dumpable, limit.Cur, strings.TrimSpace(string(filter)))
	defer runtime.KeepAlive(held) // a call after crashNow would be none: that never returns
	crashNow()
}

// crashNow ends the process by a signal's default action, as a fault in C code
// may: past the Go runtime's handler, which would print a trace and exit.
func crashNow() {
	type sigaction struct {
		handler, flags, restorer uintptr
		mask                     uint64
	}
	var byDefault sigaction
	_, _, _ = syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(syscall.SIGSEGV), uintptr(unsafe.Pointer(&byDefault)), 0, 8, 0, 0)
	_ = syscall.Kill(os.Getpid(), syscall.SIGSEGV)
	select {}
}

// A program that crashes leaves no core dump, by either way alone; without
// them it leaves one that holds the secret, or the test would prove nothing.
func TestNoCoreDump(t *testing.T) {
	plain := run(t, "")
	if !plain.dumped {
		t.Logf("this computer writes no core dumps at all (%q): only the flags are looked at", plain.said)
	} else if plain.file && !plain.leaks {
		t.Error("the unprotected core dump does not hold the secret: the test proves nothing")
	}
	for _, c := range []struct{ calls, said string }{
		{"forbid", "dumpable=1 limit=0 filter=00000000"},
		{"forbid hide", "dumpable=0 limit=0 filter=00000000"},
		{"hide", "dumpable=0"},
	} {
		t.Run(c.calls, func(t *testing.T) {
			got := run(t, c.calls)
			if !strings.HasPrefix(got.said, c.said) {
				t.Errorf("the process says %q, want %q", got.said, c.said)
			}
			if got.file || got.leaks {
				t.Errorf("a core dump was written: %+v", got)
			}
			if got.dumped && c.calls != "forbid" { // a handler may be started all the same, and is given no memory
				t.Error("the system dumped core")
			}
		})
	}
}

// Inside a Snap portals need to see who asks.
func TestHideSparesSandboxes(t *testing.T) {
	t.Setenv("SNAP_NAME", "latchkey")
	if hidden, err := dumpguard.Hide(); hidden || err != nil {
		t.Errorf("Hide = %v, %v; want false, nil", hidden, err)
	}
	if dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0); dumpable != 1 || err != nil {
		t.Errorf("dumpable = %d, %v; want it left alone", dumpable, err)
	}
}

type outcome struct {
	said                string
	dumped, file, leaks bool
}

// run crashes a child in a folder of its own, with core dumps allowed.
func run(t *testing.T, calls string) outcome {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd := exec.Command("/bin/sh", "-c", `ulimit -c unlimited 2>/dev/null; exec "$0"`, self)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), crashEnv+"="+calls)
	said, err := cmd.Output()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || !exit.Sys().(syscall.WaitStatus).Signaled() {
		t.Fatalf("the child did not crash: %v, %q", err, said)
	}
	o := outcome{said: string(said), dumped: exit.Sys().(syscall.WaitStatus).CoreDump()}
	cores, _ := filepath.Glob(filepath.Join(dir, "core*"))
	for _, core := range cores {
		o.file = true
		b, err := os.ReadFile(core)
		if err != nil {
			t.Fatal(err)
		}
		o.leaks = o.leaks || strings.Contains(string(b), strings.Repeat(secret, 64))
	}
	return o
}
