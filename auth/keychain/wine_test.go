//go:build linux

package keychain

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// wine runs this package's tests, built for Windows, in a prefix of its own.
type wine struct{ dir, loader, program string }

// newWine builds the test binary without cgo, and what Wine 8 lacks and Go
// needs: bcryptprimitives.dll with ProcessPrng.
func newWine(t *testing.T) *wine {
	t.Helper()
	dir := t.TempDir()
	w := &wine{dir: dir, loader: "/usr/lib/wine/wine64", program: dir + "/keychain.test.exe"}
	need(t, w.loader, "wine64")
	write(t, dir+"/prng.c", `#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE p, SIZE_T n) { return SystemFunction036(p, n); }
`)
	build := exec.Command("go", "test", "-c", "-o", w.program, ".")
	build.Env = append(os.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
	dll := exec.Command(need(t, "x86_64-w64-mingw32-gcc", "gcc-mingw-w64-x86-64"), "-shared", "-o", dir+"/bcryptprimitives.dll", dir+"/prng.c", "-ladvapi32")
	// The server outlives the programs by some seconds; it must not see the test end.
	t.Cleanup(func() { w.run(context.Background(), "/usr/lib/wine/wineserver64", "-k", "-w") })
	for _, cmd := range []*exec.Cmd{build, dll} {
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", cmd, err, out)
		}
	}
	if out, err := w.run(t.Context(), w.loader, "wineboot", "-i"); err != nil {
		t.Fatalf("wineboot: %v\n%s", err, out)
	}
	system := filepath.Join(dir, "prefix/drive_c/windows/system32")
	if err := os.Rename(dir+"/bcryptprimitives.dll", system+"/bcryptprimitives.dll"); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *wine) command(ctx context.Context, program string, arguments ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, arguments...)
	cmd.Env = []string{"HOME=" + w.dir, "PATH=" + os.Getenv("PATH"), "WINEPREFIX=" + w.dir + "/prefix", "WINEDEBUG=-all",
		"WINEDLLOVERRIDES=mscoree,mshtml=", storesVar + "=1", "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent"}
	cmd.Dir = w.dir
	return cmd
}

func (w *wine) run(ctx context.Context, program string, arguments ...string) (string, error) {
	return w.output(w.command(ctx, program, arguments...))
}

// output runs a command with its output in a file: Wine's services inherit it,
// and a pipe would not end before they do.
func (w *wine) output(cmd *exec.Cmd) (string, error) {
	file, err := os.Create(w.dir + "/output")
	if err != nil {
		return "", err
	}
	defer file.Close()
	cmd.Stdout, cmd.Stderr = file, file
	err = cmd.Run()
	out, _ := os.ReadFile(file.Name())
	return strings.ReplaceAll(string(out), "\r", ""), err
}

// step runs a step of wincred_windows_test.go.
func (w *wine) step(ctx context.Context, step string) *exec.Cmd {
	cmd := w.command(ctx, w.loader, w.program)
	cmd.Env = append(cmd.Env, stepVar+"="+step)
	return cmd
}

// TestWine drives the Credential Manager: sizes, and a program that is killed
// while it writes.
func TestWine(t *testing.T) {
	needStores(t)
	w := newWine(t)
	t.Run("tests", func(t *testing.T) {
		out, err := w.run(t.Context(), w.loader, w.program, "-test.v")
		if err != nil || !strings.Contains(out, "--- PASS: TestCredentialManager") {
			t.Errorf("%v\n%s", err, out)
		}
		for line := range strings.Lines(out) {
			if strings.Contains(line, " bytes: ") {
				t.Log(strings.TrimSpace(line))
			}
		}
	})
	t.Run("killed while writing", func(t *testing.T) {
		const kills = 20
		next := 0
		for i := range kills {
			last := w.killedWriter(t, next, i)
			out, err := w.output(w.step(t.Context(), "read"))
			got, convErr := strconv.Atoi(strings.TrimSpace(out))
			if err != nil || convErr != nil || got != last && got != last+1 {
				t.Fatalf("the writer reported %d; then %q, %v", last, out, err)
			}
			next = got + 1
		}
		t.Logf("%d kills during %d writes: nothing lost", kills, next)
	})
}

// killedWriter writes until it has reported five values, is killed somewhere in
// the following ones, and returns the last number that it reported.
func (w *wine) killedWriter(t *testing.T, first, i int) int {
	t.Helper()
	file, err := os.Create(w.dir + "/writer")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	cmd := w.step(t.Context(), "write "+strconv.Itoa(first))
	cmd.Stdout = file
	launch(t, cmd)
	reported := func() (last int, ended string) {
		out, _ := os.ReadFile(file.Name())
		last = -1
		for line := range strings.Lines(string(out)) {
			line = strings.TrimSpace(line)
			if n, err := strconv.Atoi(line); err == nil {
				last = n
			} else {
				ended = line
			}
		}
		return last, ended
	}
	waitFor(t, "five writes", func() bool {
		last, ended := reported()
		return last >= first+4 || ended != ""
	})
	time.Sleep(time.Duration(i) * 731 * time.Microsecond) // a different moment each time
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	last, ended := reported()
	if ended != "" {
		t.Fatalf("the writer: %s", ended)
	}
	return last
}
