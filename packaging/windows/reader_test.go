package windows_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"app.latchkey/app/presenter"
	"app.latchkey/packaging/trial"
)

// reader is testdata/reader.c at work.
type reader struct {
	d      *desk
	cmd    *exec.Cmd
	input  io.WriteCloser
	output string
	rounds int
}

// read starts a screen reader, which has read the window when it returns.
func (d *desk) read(ctx context.Context, title string) *reader {
	d.t.Helper()
	program := filepath.Join(d.Dir, "reader.exe")
	d.compile(ctx, "reader.c", program, "-municode")
	file, err := os.Create(filepath.Join(d.Dir, "reader.out"))
	d.try("output", err)
	defer file.Close()
	r := &reader{d: d, output: file.Name(), cmd: exec.CommandContext(ctx, loader, program, title)}
	r.cmd.Env, r.cmd.Dir = d.Environment(), d.Dir
	r.cmd.Stdout, r.cmd.Stderr = file, file
	r.input, err = r.cmd.StdinPipe()
	d.try("input", err)
	d.try("starting the reader", r.cmd.Start())
	return r
}

// round waits for what the reader has to say: what it held of former rounds, and
// what is shown now, each a line of "type|name|error".
func (r *reader) round(ctx context.Context) (held, shown string) {
	r.d.t.Helper()
	r.rounds++
	end := fmt.Sprintf("round %d\n", r.rounds)
	var text string
	r.d.await(ctx, "the reader", func() bool {
		out, err := os.ReadFile(r.output)
		r.d.try("output", err)
		text = strings.ReplaceAll(string(out), "\r", "")
		return strings.Contains(text, end)
	})
	if _, after, ok := strings.Cut(text, fmt.Sprintf("round %d\n", r.rounds-1)); ok {
		text = after
	}
	text, _, ok := strings.Cut(text, end)
	if !ok {
		r.d.t.Fatalf("the reader says\n%s", text)
	}
	held, shown, _ = strings.Cut(text, "shown\n")
	return strings.TrimPrefix(held, "held\n"), shown
}

// again has the reader ask for everything once more.
func (r *reader) again(ctx context.Context) (held, shown string) {
	r.d.t.Helper()
	return r.after(ctx, "")
}

// after is again after a wish of reader.c's.
func (r *reader) after(ctx context.Context, wish string) (held, shown string) {
	r.d.t.Helper()
	_, err := io.WriteString(r.input, wish+"\n")
	r.d.try("asking again", err)
	return r.round(ctx)
}

// end lets the reader go.
func (r *reader) end() {
	r.d.t.Helper()
	r.d.try("input", r.input.Close())
	r.d.try("the reader's end", r.cmd.Wait())
}

// TestReader has a screen reader read the window, and hold all it ever saw while
// the window changes and goes. With Fyne's own provider that reads and writes
// memory that was freed.
func TestReader(t *testing.T) {
	ctx, d, i := open(t)
	report := trial.NewReport(t, i.zip)
	if out, err := exec.CommandContext(ctx, "unzip", "-q", i.zip, "-d", d.path(`C:\`)).CombinedOutput(); err != nil {
		t.Fatalf("unzip: %v\n%s", err, out)
	}
	p := d.start(ctx, `C:\Latchkey\latchkey.exe`, i.version)
	short, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err := p.Await(short, "the sign-in screen", func(s presenter.State) bool {
		return s.Screen == presenter.ScreenSignIn && s.SignIn.Keep.Known
	})
	d.try("sign-in screen", err)
	r := d.read(ctx, "Latchkey")
	_, shown := r.round(ctx)
	want := func(shown string, lines ...string) {
		t.Helper()
		for _, line := range lines {
			if !strings.Contains(shown, line) {
				t.Errorf("the reader does not hear %q:\n%s", line, shown)
			}
		}
	}
	want(shown, "50020|Sign in to Latchkey|0", "50000|Sign in with ", "50020|You stay signed in through Credential Manager|0", "50000|Menu|0")
	report.Tried("read over UI Automation from another process")

	for range 3 {
		d.try("Enter", p.Press(ctx, "Return"))
		_, err = p.AwaitScreen(short, presenter.ScreenWaiting)
		d.try("waiting", err)
		held, _ := r.drawn(ctx, "50000|Cancel|0")
		// Wine's reader hears no error, and no name.
		if strings.Contains(held, "Sign in to Latchkey") || !strings.Contains(held, "0||0") {
			t.Errorf("what is gone is still named:\n%s", held)
		}
		want(held, "50000|Menu|0") // and what is still there answers
		d.try("Escape", p.Press(ctx, "Escape"))
		_, err = p.AwaitScreen(short, presenter.ScreenSignIn)
		d.try("cancelled", err)
		r.drawn(ctx, "50020|Sign in to Latchkey|0")
	}
	report.Tried("what a reader held of former screens had no name any more, and did no harm")
	d.quit(ctx, p)
	if _, shown := r.again(ctx); shown != "" {
		t.Errorf("after the end the reader hears\n%s", shown)
	}
	r.end()
	report.Tried("ended while a reader held all of it")
}

// drawn asks again until the reader hears something.
func (r *reader) drawn(ctx context.Context, line string) (held, shown string) {
	r.d.t.Helper()
	for end := time.Now().Add(patience); ; {
		if held, shown = r.again(ctx); strings.Contains(shown, line) {
			return held, shown
		}
		if time.Now().After(end) {
			r.d.t.Fatalf("the reader does not hear %q:\n%s", line, shown)
		}
	}
}

// TestProviderForReaders asks each object that a reader may hold, in Windows' own
// words, in the process that it belongs to: Wine's readers can't press.
func TestProviderForReaders(t *testing.T) {
	ctx, d, i := open(t)
	program := os.Getenv("LATCHKEY_WINDOWS_UIA")
	if program == "" {
		t.Skip("LATCHKEY_WINDOWS_UIA names no program: make test-packages makes it")
	}
	d.must(ctx, program, "-test.run=Reader", "-test.v")
	trial.NewReport(t, i.zip).Tried("a reader's presses, choices, values, focus and places; 150 changes under four readers")
}

// TestFynesProvider says why our builds do without Fyne's tag accessibility: it
// reads and writes what it has freed. Once it doesn't, this fails, and README.md
// is to be looked at again.
func TestFynesProvider(t *testing.T) {
	ctx, d, _ := open(t)
	fyne, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "fyne.io/fyne/v2").Output()
	d.try("Fyne", err)
	program := filepath.Join(d.Dir, "fyne.exe")
	d.compile(ctx, "fyne.c", program, "-Daccessibility", "-I"+filepath.Join(strings.TrimSpace(string(fyne)), "internal/driver/glfw"))
	cmd := exec.CommandContext(ctx, loader, program)
	cmd.Env, cmd.Dir = d.Environment(), d.Dir
	d.try("starting it", cmd.Start())
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	r := d.read(ctx, "Countdown")
	_, shown := r.round(ctx)
	if strings.Count(shown, "\n") != 4 || !strings.Contains(shown, "50020|1000 seconds left|0") {
		t.Fatalf("the reader hears\n%s", shown)
	}
	asked, refused, wrong := 0, 0, 0
	for range 4 {
		held, _ := r.after(ctx, "c")
		for i, want := range []string{"50020|Waiting for your browser|0", "50020|1000 seconds left|0", "50000|Cancel|0"} {
			asked++
			switch got := strings.Split(held, "\n")[i+1]; {
			case strings.HasSuffix(got, "|800703e6"): // ERROR_NOACCESS
				refused++
			case got != want:
				wrong++
			}
		}
	}
	t.Logf("%d questions about what was freed: %d access violations, %d answers from other memory", asked, refused, wrong)
	if refused+wrong == 0 {
		t.Error("Fyne's provider no longer uses what it has freed: is its tag of use now?")
	}
}
