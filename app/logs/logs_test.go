package logs_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"app.latchkey/app/logs"
)

// screen is a terminal that a test can look at.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestOneLinePerEvent(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state", "latchkey")
	var s screen
	l := logs.Open(logs.Config{Dir: dir, Screen: &s})
	l.Logger().Info("hello", "who", "a person\nwith a line break")
	l.Close()
	l.Logger().Info("lost")
	l.Close()
	text := read(t, filepath.Join(dir, logs.Name))
	if strings.Count(text, "\n") != 1 || !strings.Contains(text, `msg=hello who="a person\nwith a line break"`) {
		t.Errorf("the log is %q", text)
	}
	if s.String() != text {
		t.Errorf("the screen shows %q", s.String())
	}
	if runtime.GOOS == "windows" {
		return
	}
	for path, want := range map[string]os.FileMode{dir: 0o700 | os.ModeDir, filepath.Join(dir, logs.Name): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, error %v, want %v", path, info.Mode(), err, want)
		}
	}
}

// A log of an earlier version, or of a careless umask, is made private.
func TestAnOldLogIsNarrowed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no such rights")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, logs.Name)
	if err := os.WriteFile(path, []byte("old\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	logs.Open(logs.Config{Dir: dir}).Close()
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, error %v, want 0600", info.Mode(), err)
	}
}

func TestRotation(t *testing.T) {
	dir := t.TempDir()
	l := logs.Open(logs.Config{Dir: dir})
	line := strings.Repeat("x", 16<<10)
	for n := range 10 << 20 / len(line) {
		l.Logger().Info(line)
		if n%100 == 99 { // as a program would: not faster than the disk
			waitFor(t, func() bool { return l.Waiting() == 0 })
		}
	}
	l.Close()
	var total int64
	waitFor(t, func() bool { // the library removes old ones in the background
		files, err := filepath.Glob(filepath.Join(dir, "latchkey*.log"))
		if err != nil {
			t.Fatal(err)
		}
		total = 0
		for _, f := range files {
			info, err := os.Stat(f)
			if err != nil {
				return false // just removed
			}
			total += info.Size()
			if info.Mode().Perm() != 0o600 && runtime.GOOS != "windows" {
				t.Errorf("%s has the rights %v", f, info.Mode())
			}
		}
		return len(files) == 3
	})
	if total > 3<<20 {
		t.Errorf("%d bytes are kept, want 3 MiB at most", total)
	}
}

func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); {
		if time.Now().After(deadline) {
			t.Fatal("it did not come to pass")
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// A log that can't be kept is no reason to stop, and its lines are shown where
// they can be.
func TestNoFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	taken := t.TempDir()
	if err := os.Mkdir(filepath.Join(taken, logs.Name), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, dir := range map[string]string{"none": "", "below a file": filepath.Join(file, "logs"), "the name is taken": taken} {
		t.Run(name, func(t *testing.T) {
			var s screen
			l := logs.Open(logs.Config{Dir: dir, Fallback: &s})
			l.Logger().Info("hello")
			l.Close()
			if text := s.String(); !strings.Contains(text, "there is no log file") || !strings.Contains(text, "msg=hello") {
				t.Errorf("shown: %q", text)
			}
			if _, ok := l.Crash(); ok {
				t.Error("a crash was reported")
			}
		})
	}
}

// stuck is a disk, or a terminal, that takes nothing.
type stuck struct{ release chan struct{} }

func (s stuck) Write(p []byte) (int, error) {
	<-s.release
	return len(p), nil
}

func TestNobodyWaitsForTheDisk(t *testing.T) {
	s := stuck{make(chan struct{})}
	l := logs.Open(logs.Config{Screen: s})
	for n := range 10_000 { // hangs, if it waits
		l.Logger().Info("line", "n", n)
	}
	l.Close() // gives up
	close(s.release)
}

// broken is a full disk.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, fmt.Errorf("no space left on device") }

func TestABrokenScreenSparesTheFile(t *testing.T) {
	dir := t.TempDir()
	l := logs.Open(logs.Config{Dir: dir, Screen: io.Writer(broken{})})
	l.Logger().Info("hello")
	l.Close()
	if text := read(t, filepath.Join(dir, logs.Name)); !strings.Contains(text, "hello") {
		t.Errorf("the log is %q", text)
	}
}
