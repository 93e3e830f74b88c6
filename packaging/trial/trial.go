// Package trial is what the tests of all installers share: a person who signs in
// with an installed program while it is upgraded and removed (Person), a clean
// Debian root in which nothing is installed yet (Root), lists of what lies in a
// folder (Files), and one line for each installer that says what was tried
// (Report).
package trial

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"app.latchkey/e2e/mainjob"
	"app.latchkey/e2e/stage"
)

// patience is how long one thing that a person does may take.
const patience = 5 * time.Minute

// Person uses an installed program on a stage of their own.
type Person struct {
	t    *testing.T
	play *mainjob.Play
}

// NewPerson opens a stage for a program that command starts. Pictures of what
// the person sees go to the repository's build/trials, beginning with name.
func NewPerson(t *testing.T, name string, command ...string) *Person {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	s, err := stage.Open(ctx, stage.Options{Program: os.Args[0]})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the program wrote:\n%s", s.Log("latchkey"))
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	pictures := filepath.Join(Repository(t), "build", "trials", name)
	if err := os.RemoveAll(pictures); err != nil {
		t.Fatal(err)
	}
	return &Person{t: t, play: &mainjob.Play{Stage: s, Command: command, Pictures: pictures, Say: func(step string) { t.Log(step) }}}
}

// Stage is the person's desktop.
func (p *Person) Stage() *stage.Stage { return p.play.Stage }

// StartsFromMenu starts the program by its menu entry, as a desktop does, and
// quits it again.
func (p *Person) StartsFromMenu(entry string) {
	p.t.Helper()
	p.does("starting it from its menu entry", func(ctx context.Context) error {
		window, err := p.play.Stage.Launch(ctx, entry, "Latchkey")
		if err != nil {
			return err
		}
		if err := p.play.Stage.Press(ctx, window, "ctrl+q"); err != nil {
			return err
		}
		return p.play.Stage.AwaitGone(ctx, window)
	})
}

// StartsWith makes command start the program from now on.
func (p *Person) StartsWith(command ...string) { p.play.Command = command }

// SignsIn starts the program and signs in; the program goes on running.
func (p *Person) SignsIn() {
	p.t.Helper()
	p.does("signing in", p.play.SignIn)
}

// Refreshes has the running program, whatever became of its files, fetch the
// profile anew.
func (p *Person) Refreshes() {
	p.t.Helper()
	p.does("refreshing the profile in the running program", p.play.Refresh)
}

// Quits ends the program.
func (p *Person) Quits() {
	p.t.Helper()
	p.does("quitting", p.play.Quit)
}

// IsStillSignedIn starts the program again, which must show the profile without
// a browser. It goes on running.
func (p *Person) IsStillSignedIn() {
	p.t.Helper()
	p.does("starting again", p.play.Again)
}

// KeepsWhatIsTheirs wants the sign-in to be where the program left it.
func (p *Person) KeepsWhatIsTheirs() {
	p.t.Helper()
	p.does("looking for the user's data", func(ctx context.Context) error {
		items, err := p.play.Stage.KeychainItems(ctx)
		if err == nil && len(items) != 1 {
			err = fmt.Errorf("the keychain holds %q, want the sign-in", items)
		}
		_, gone := os.Stat(filepath.Join(p.play.Stage.Config, "accounts.json"))
		return errors.Join(err, gone)
	})
}

func (p *Person) does(what string, do func(context.Context) error) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	if err := do(ctx); err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

// Files lists what lies below a folder, folders with a slash at their end, but
// for what the folders that are left out hold.
func Files(t *testing.T, dir string, leftOut ...string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if slices.Contains(leftOut, name) {
				return filepath.SkipDir
			}
			name += "/"
		}
		files = append(files, name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Added lists what is in after and not in before.
func Added(before, after []string) []string {
	new := maps.Collect(func(yield func(string, bool) bool) {
		for _, name := range after {
			if !yield(name, true) {
				return
			}
		}
	})
	for _, name := range before {
		delete(new, name)
	}
	return slices.Sorted(maps.Keys(new))
}

// Report is the line about one installer.
type Report struct{ tried []string }

// NewReport writes, when the test has ended, one line about an installer: its
// name and size, what was tried, and whether all of it was right. The line is
// logged and added to the file that LATCHKEY_TRIALS names.
func NewReport(t *testing.T, installer string) *Report {
	t.Helper()
	info, err := os.Stat(installer)
	if err != nil {
		t.Fatalf("no installer to try: %v", err)
	}
	r := &Report{}
	t.Cleanup(func() {
		verdict := "ok"
		if t.Failed() {
			verdict = "FAILED after this"
		}
		line := fmt.Sprintf("%-40s %5.1f MB  %s: %s\n", filepath.Base(installer), float64(info.Size())/1e6, strings.Join(r.tried, ", "), verdict)
		t.Log(line)
		name := os.Getenv("LATCHKEY_TRIALS")
		if name == "" {
			return
		}
		file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			t.Error(err)
			return
		}
		_, err = file.WriteString(line)
		if err := errors.Join(err, file.Close()); err != nil {
			t.Error(err)
		}
	})
	return r
}

// Tried adds what was just tried, and was right.
func (r *Report) Tried(what string) { r.tried = append(r.tried, what) }

// Repository is the folder of go.mod.
func Repository(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the working directory")
		}
		dir = filepath.Dir(dir)
	}
}

// Value is one of FyneApp.toml's values for installers, such as "VERSION".
func Value(t *testing.T, name string) string {
	t.Helper()
	return strings.TrimSpace(Run(t, filepath.Join(Repository(t), "packaging/values.sh"), name))
}
