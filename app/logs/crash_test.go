package logs_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"app.latchkey/app/logs"
)

// Names of variables by which this test binary breaks down on purpose.
const (
	crashHow = "LATCHKEY_TEST_CRASH"
	crashDir = "LATCHKEY_TEST_CRASH_DIR"
)

// token is what must never be in a report: secrets have that look.
const token = "1//0refresh-token-ya29.abcdefghijklmnop"

type sneaky struct{ text string }

func (s sneaky) Error() string { return "runtime error: " + s.text }

// crashes are the ways to break down.
var crashes = map[string]func(){
	"a text":               func() { panic(token) },
	"a text of many lines": func() { panic("a\ngoroutine 1 [running]:\nmain.main()\n\t" + token + ":1\n" + token) },
	"an error":             func() { panic(errors.New(token)) },
	"an error like the runtime's": func() {
		panic(sneaky{"index out of range [" + token + "]"})
	},
	"a type with fields": func() { panic(struct{ a string }{token}) },
	"a nil pointer":      func() { var p *int; *p = 1 },
	"an index": func() {
		a, n := []int{1}, len(os.Args)+5
		a[n] = 1
	},
	"again while it is recovered": func() {
		defer func() { panic(recover()) }()
		panic(token)
	},
	"a quit signal": func() { quit() },
}

func quit() {
	p, err := os.FindProcess(os.Getpid())
	if err == nil && runtime.GOOS != "windows" {
		_ = p.Signal(syscall.SIGQUIT)
	}
	select {}
}

func TestMain(m *testing.M) {
	how := os.Getenv(crashHow)
	if how == "" {
		os.Exit(m.Run())
	}
	l := logs.Open(logs.Config{Dir: os.Getenv(crashDir), Screen: os.Stderr})
	defer l.Close()
	kind, guarded := strings.CutPrefix(how, "guarded ")
	if guarded {
		defer l.Guard()
		crashes[kind]()
	}
	if kind, ended := strings.CutPrefix(how, "at the end "); ended {
		defer l.Guard()
		defer l.Close() // a panic unwinds it first
		crashes[kind]()
	}
	go crashes[kind]()
	select {}
}

// breakDown lets another process break down and returns what it wrote.
func breakDown(t *testing.T, how, dir string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashHow+"="+how, crashDir+"="+dir)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 2 {
		t.Fatalf("it ended with %v\n%s", err, out)
	}
	return string(out)
}

// holds looks for the token in every file of dir.
func holds(t *testing.T, dir string) (where []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.Contains(read(t, f), "refresh-token") {
			where = append(where, filepath.Base(f))
		}
	}
	return where
}

func TestCrash(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no such signals")
	}
	for how := range crashes {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			breakDown(t, how, dir)
			check(t, dir)
		})
	}
}

// check starts anew after a crash, twice.
func check(t *testing.T, dir string) {
	t.Helper()
	l := logs.Open(logs.Config{Dir: dir})
	path, ok := l.Crash()
	l.Close()
	if !ok {
		t.Fatal("no crash was noticed")
	}
	report := read(t, path)
	if !strings.Contains(report, "goroutine ") || !strings.Contains(report, "_test.go:") {
		t.Errorf("the report says too little:\n%s", report)
	}
	if where := holds(t, dir); len(where) > 0 {
		t.Errorf("a secret is in %q:\n%s", where, report)
	}
	again := logs.Open(logs.Config{Dir: dir})
	defer again.Close()
	if _, ok := again.Crash(); ok {
		t.Error("it was noticed twice")
	}
	if read(t, path) != report {
		t.Error("the report did not stay")
	}
}

// A panic of a guarded goroutine never tells its value: neither to a file nor to
// the screen.
func TestGuard(t *testing.T) {
	for how := range crashes {
		if how == "a quit signal" {
			continue
		}
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			shown := breakDown(t, "guarded "+how, dir)
			if where := holds(t, dir); len(where) > 0 || strings.Contains(shown, "refresh-token") {
				t.Errorf("the secret is in %q; shown:\n%s", where, shown)
			}
			if !strings.Contains(shown, "panic: ") {
				t.Errorf("shown:\n%s", shown)
			}
			check(t, dir)
		})
	}
}

// A panic of the main goroutine closes the log on its way out, and is written
// down all the same.
func TestGuardAfterClose(t *testing.T) {
	for how := range crashes {
		if how == "a quit signal" {
			continue
		}
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if shown := breakDown(t, "at the end "+how, dir); !strings.Contains(shown, "panic: ") {
				t.Errorf("shown:\n%s", shown)
			}
			check(t, dir)
		})
	}
}

func TestNoCrash(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		l := logs.Open(logs.Config{Dir: dir})
		if _, ok := l.Crash(); ok {
			t.Error("a crash was noticed")
		}
		l.Close()
	}
}

func TestRedact(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a value", "panic: secret\n\ngoroutine 1 [running]:\n", logs.Left + "\n\ngoroutine 1 [running]:\n"},
		{"many lines of it", "panic: a\n\tb\n\tc\n", logs.Left + "\n"},
		{"the runtime's", "panic: runtime error: index out of range [5] with length 3\n", "panic: runtime error: index out of range [5] with length 3\n"},
		{"like the runtime's", "panic: runtime error: index out of range [secret]\n", logs.Left + "\n"},
		{"thrown", "fatal error: concurrent map writes\n", "fatal error: concurrent map writes\n"},
		{"a signal", "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x46c6f5]\n", "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x46c6f5]\n"},
		{
			"a stack", "goroutine 7 [chan receive, 5 minutes]:\nnet/http.(*conn).serve(0xc000128000, {0x6f9d38, 0xc00010e990})\n\tnet/http/server.go:2092 +0x5d0\ncreated by net/http.(*Server).Serve in goroutine 1\n",
			"goroutine 7 [chan receive, 5 minutes]:\nnet/http.(*conn).serve(0xc000128000, {0x6f9d38, 0xc00010e990})\n\tnet/http/server.go:2092 +0x5d0\ncreated by net/http.(*Server).Serve in goroutine 1\n",
		},
		{"something in a stack", "goroutine 1 [running]:\nyour token is here\n", "goroutine 1 [running]:\n" + logs.Left + "\n"},
		{"nothing", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := string(logs.Redact([]byte(c.text))); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
