package windows_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"app.latchkey/app/presenter"
	"app.latchkey/packaging/trial"
)

// hears waits until a reader was told of something, and forgets what it was told.
func (d *desk) hears(ctx context.Context, lines ...string) {
	d.t.Helper()
	path := d.path(`C:\heard.txt`)
	var heard string
	all := func() bool {
		text, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			d.t.Fatal(err)
		}
		heard = strings.ReplaceAll(string(text), "\r", "")
		for _, line := range lines {
			if !strings.Contains(heard, line) {
				return false
			}
		}
		return true
	}
	d.await(ctx, "what a reader is told", all)
	if !all() {
		d.t.Errorf("a reader is told, without all of %q:\n%s", lines, heard)
	}
	_ = os.Remove(path)
}

// press has a reader press something.
func (d *desk) press(name string) {
	d.t.Helper()
	d.try("press", os.WriteFile(d.path(`C:\press.new`), []byte(name), 0o600))
	d.try("press", os.Rename(d.path(`C:\press.new`), d.path(`C:\press.txt`)))
}

// TestReaderIsTold puts testdata/core.c in the place of Windows' side: the program
// tells it what a reader must hear, and does what one presses.
func TestReaderIsTold(t *testing.T) {
	ctx, d, i := open(t)
	report := trial.NewReport(t, i.zip)
	if out, err := exec.CommandContext(ctx, "unzip", "-q", i.zip, "-d", d.path(`C:\`)).CombinedOutput(); err != nil {
		t.Fatalf("unzip: %v\n%s", err, out)
	}
	d.compile(ctx, "core.c", d.path(`C:\windows\system32\uiautomationcore.dll`), "-shared")
	d.must(ctx, "reg", "add", `HKCU\Software\Wine\DllOverrides`, "/v", "uiautomationcore", "/d", "native", "/f")
	reader := filepath.Join(d.Dir, "reader.exe")
	d.compile(ctx, "reader.c", reader, "-municode")

	p := d.start(ctx, `C:\Latchkey\latchkey.exe`, i.version)
	short, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err := p.Await(short, "the sign-in screen", func(s presenter.State) bool {
		return s.Screen == presenter.ScreenSignIn && s.SignIn.Keep.Known
	})
	d.try("sign-in screen", err)
	d.must(ctx, reader, "Latchkey") // only now anything is told
	d.try("Tab", p.Press(ctx, "Tab"))
	d.hears(ctx, "event 20005 ")
	report.Tried("the focus is told")
	d.press("Use another provider…")
	d.hears(ctx, "pressed 0 Use another provider…", "structure 2", "say 2 Use another provider")
	report.Tried("a press opens a page, which is told")
	d.press("nothing of the kind")
	d.hears(ctx, "not there")
	for typed := false; !typed && short.Err() == nil; { // the way to the first field
		d.try("typing", p.Press(ctx, "Tab", "x"))
		text, err := os.ReadFile(d.path(`C:\heard.txt`))
		typed = err == nil && strings.Contains(string(text), "property 30045 ")
	}
	d.hears(ctx, "event 20005 ", "property 30045 x")
	report.Tried("what is typed is told")
	d.try("Escape", p.Press(ctx, "Escape"))
	d.hears(ctx, "structure 2", "say 2 Sign in to Latchkey")
	d.quit(ctx, p)
}
