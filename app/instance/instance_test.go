package instance_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"app.latchkey/app/instance"
)

// child is the folder that this test binary, started as another process, claims.
const child = "LATCHKEY_TEST_INSTANCE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(child); dir != "" {
		other(dir)
		return
	}
	os.Exit(m.Run())
}

// other is another process: it says what came of its claim, and stays until its
// input ends.
func other(dir string) {
	one, err := instance.Claim(context.Background(), dir, func() { fmt.Println("raised") })
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("first")
	_, _ = io.Copy(io.Discard, os.Stdin)
	one.Release()
}

// claim makes this process the first of dir and counts who asks it for its
// window.
func claim(t *testing.T, dir string) (*instance.Instance, <-chan struct{}) {
	t.Helper()
	raised := make(chan struct{}, 1000)
	one, err := instance.Claim(t.Context(), dir, func() { raised <- struct{}{} })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(one.Release)
	return one, raised
}

func second(t *testing.T, dir string) error {
	t.Helper()
	one, err := instance.Claim(t.Context(), dir, func() {})
	one.Release()
	return err
}

// short is a folder whose name leaves room for a socket's.
func short(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "lk")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	t.Setenv("XDG_RUNTIME_DIR", "")
	return dir
}

func TestTheSecondRaisesTheFirst(t *testing.T) {
	long := func(t *testing.T) string {
		dir := filepath.Join(t.TempDir(), strings.Repeat("long", 20))
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		t.Setenv("XDG_RUNTIME_DIR", "")
		return dir
	}
	for _, c := range []struct {
		name string
		dir  func(*testing.T) string
	}{
		{"socket in the runtime folder", func(t *testing.T) string {
			dir := short(t)
			t.Setenv("XDG_RUNTIME_DIR", short(t))
			t.Setenv("XDG_RUNTIME_DIR", short(t))
			return dir
		}},
		{"socket in the configuration folder", short},
		{"a folder whose name is too long for a socket", long},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := c.dir(t)
			_, raised := claim(t, dir)
			for range 3 {
				if err := second(t, dir); !errors.Is(err, instance.ErrRaised) {
					t.Fatalf("the second start: %v, want ErrRaised", err)
				}
				<-raised
			}
		})
	}
}

func TestFoldersAreSeparate(t *testing.T) {
	dir := short(t)
	_, raised := claim(t, dir)
	_, _ = claim(t, short(t))
	if len(raised) != 0 {
		t.Error("another folder's instance raised this one")
	}
	t.Run("by whatever name one is called", func(t *testing.T) {
		link := filepath.Join(short(t), "link")
		if err := os.Symlink(dir, link); err != nil {
			t.Skip(err) // Windows without the right to
		}
		if err := second(t, link); !errors.Is(err, instance.ErrRaised) {
			t.Errorf("through a link: %v, want ErrRaised", err)
		}
	})
}

// Two starts of one desktop session may differ in what they were told of it.
func TestTheRuntimeFolderMayDiffer(t *testing.T) {
	dir := short(t)
	t.Setenv("XDG_RUNTIME_DIR", short(t))
	runtime := os.Getenv("XDG_RUNTIME_DIR")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	_, _ = claim(t, dir)
	t.Setenv("XDG_RUNTIME_DIR", runtime)
	if err := second(t, dir); !errors.Is(err, instance.ErrRaised) {
		t.Errorf("with another XDG_RUNTIME_DIR: %v, want ErrRaised", err)
	}
}

// Two starts of a Flatpak share only a part of the runtime folder.
func TestFlatpak(t *testing.T) {
	dir, id := short(t), "app.latchkey.Latchkey"
	sandbox := short(t)
	t.Setenv("XDG_RUNTIME_DIR", sandbox)
	t.Setenv("FLATPAK_ID", id)
	if err := os.MkdirAll(filepath.Join(sandbox, "app", id), 0o700); err != nil {
		t.Fatal(err)
	}
	_, _ = claim(t, dir)
	if got, want := socket(t, dir), filepath.Join(sandbox, "app", id); !strings.HasPrefix(got, want) {
		t.Errorf("the socket is %s, want it below %s", got, want)
	}
	if err := second(t, dir); !errors.Is(err, instance.ErrRaised) {
		t.Errorf("got %v, want ErrRaised", err)
	}
}

// A process that was killed leaves its socket and its files behind.
func TestADeadProcessIsNobody(t *testing.T) {
	dir := short(t)
	cmd, in, lines := start(t, dir)
	if got := <-lines; got != "first" {
		t.Fatalf("the other process said %q", got)
	}
	if err := second(t, dir); !errors.Is(err, instance.ErrRaised) {
		t.Fatalf("while it lives: %v, want ErrRaised", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
	_ = in.Close()
	_, raised := claim(t, dir)
	if err := second(t, dir); !errors.Is(err, instance.ErrRaised) {
		t.Fatalf("after it was taken over: %v, want ErrRaised", err)
	}
	<-raised
}

func start(t *testing.T, dir string) (*exec.Cmd, io.Closer, <-chan string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), child+"="+dir)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Process.Kill(); _ = cmd.Wait() })
	lines := make(chan string, 10)
	go func() {
		defer close(lines)
		var text [256]byte
		for {
			n, err := out.Read(text[:])
			for line := range bytes.Lines(text[:n]) {
				lines <- strings.TrimSpace(string(line))
			}
			if err != nil {
				return
			}
		}
	}()
	return cmd, in, lines
}

// Of many that start at once over what a dead process left, one is the first.
func TestOneOfMany(t *testing.T) {
	dir := short(t)
	var first, raised int
	var mu sync.Mutex
	var all sync.WaitGroup
	var ones []*instance.Instance
	for range 20 {
		all.Go(func() {
			one, err := instance.Claim(t.Context(), dir, func() {})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				first++
				ones = append(ones, one)
			case errors.Is(err, instance.ErrRaised):
				raised++
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, one := range ones {
		one.Release()
	}
	if first != 1 || raised != 19 {
		t.Errorf("%d were first and %d raised it, want 1 and 19", first, raised)
	}
}

// A first program that is ending can't raise anything: the second waits and
// takes its place.
func TestAfterTheEnd(t *testing.T) {
	dir := short(t)
	one, raised := claim(t, dir)
	one.Deaf()
	one.Deaf()
	got := make(chan error)
	go func() {
		next, err := instance.Claim(t.Context(), dir, func() {})
		next.Release()
		got <- err
	}()
	select {
	case err := <-got:
		t.Fatalf("the second did not wait: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	one.Release()
	if err := <-got; err != nil {
		t.Errorf("the second did not take the place: %v", err)
	}
	if len(raised) != 0 {
		t.Error("a program that is ending was asked for its window")
	}
}

// One that holds the lock and says nothing, a stopped process for one.
func TestAMuteFirst(t *testing.T) {
	dir := short(t)
	one, _ := claim(t, dir)
	one.Deaf()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := instance.Claim(ctx, dir, func() {}); !errors.Is(err, instance.ErrMute) {
		t.Errorf("got %v, want ErrMute", err)
	}
}

func TestUnsupported(t *testing.T) {
	if err := second(t, filepath.Join(t.TempDir(), "missing")); !errors.Is(err, instance.ErrUnsupported) {
		t.Errorf("got %v, want ErrUnsupported", err)
	}
}

// socket is where the first instance of dir listens.
func socket(t *testing.T, dir string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("a pipe has no file")
	}
	text, err := os.ReadFile(filepath.Join(dir, "instance.socket"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

func TestPrivate(t *testing.T) {
	dir := short(t)
	_, _ = claim(t, dir)
	path := socket(t, dir)
	for path, want := range map[string]os.FileMode{
		path: 0o600 | os.ModeSocket, filepath.Dir(path): 0o700 | os.ModeDir,
		filepath.Join(dir, "instance.lock"): 0o600, filepath.Join(dir, "instance.socket"): 0o600,
	} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != want {
			t.Errorf("%s has the rights %v, want %v", filepath.Base(path), info.Mode(), want)
		}
	}
	t.Run("not in a folder that others may enter", func(t *testing.T) {
		open := short(t)
		t.Setenv("XDG_RUNTIME_DIR", open)
		if err := os.Mkdir(filepath.Join(open, "latchkey"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(filepath.Join(open, "latchkey"), 0o755); err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		_, _ = claim(t, dir)
		if got := socket(t, dir); strings.HasPrefix(got, open) {
			t.Errorf("the socket is %s", got)
		}
	})
}

// Nothing but the verb is understood, and nobody keeps the first from hearing it.
func TestBadGuests(t *testing.T) {
	dir := short(t)
	_, raised := claim(t, dir)
	path := socket(t, dir)
	connect := func(t *testing.T) net.Conn {
		t.Helper()
		c, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		return c
	}
	for name, text := range map[string]string{
		"garbage": "\x00\xff\n", "another verb": "quit\n", "in capitals": "RAISE\n", "with an argument": "raise x\n",
		"twice in a line": "raiseraise\n", "space before": " raise\n", "CRLF": "raise\r\n", "nothing": "\n",
		"long": strings.Repeat("x", 1<<20) + "\n", "no end": "raise ",
		"a web page's request": "GET / HTTP/1.1\r\nHost: localhost\r\n\r\nraise\n",
	} {
		t.Run(name, func(t *testing.T) {
			c := connect(t)
			_, _ = io.WriteString(c, text) // may be hung up on half-way
			if got, _ := io.ReadAll(c); len(got) != 0 {
				t.Errorf("it answered %q", got)
			}
		})
	}
	if len(raised) != 0 {
		t.Error("one of them raised the window")
	}
	t.Run("silent guests keep nobody out", func(t *testing.T) {
		for range 50 {
			connect(t)
		}
		if err := second(t, dir); !errors.Is(err, instance.ErrRaised) {
			t.Errorf("got %v, want ErrRaised", err)
		}
	})
}
