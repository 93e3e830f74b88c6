package vendor_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"app.latchkey/app/presenter"
	"app.latchkey/e2e/mainjob"
	"app.latchkey/e2e/stage"
)

const (
	root = "../.."
	id   = "com.example.SignOn"
	name = "Sign Ön"
)

// TestVendor makes a vendor's package and has one person use both programs on
// one desktop, at the same time, with one account.
func TestVendor(t *testing.T) {
	ours := os.Getenv("LATCHKEY_PROGRAM")
	if ours == "" {
		t.Skip("NOT RUN: make test-vendor builds our program and runs this")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	theirs := makePackage(ctx, t)
	s, err := stage.Open(ctx, stage.Options{Program: ours})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	p := &person{t: t, stage: s}
	p.seesGoogle(ctx, theirs)

	provider, err := s.StartProvider(ctx)
	p.try("provider", err)
	p.configures("latchkey", provider.ProvidersTOML)
	p.configures(id, provider.ProvidersTOML)
	first := p.signsIn(ctx, ours, "Latchkey", 1)
	second := p.signsIn(ctx, theirs, name, 2)
	items, err := s.KeychainItems(ctx)
	p.try("keychain", err)
	slices.Sort(items)
	if len(items) != 2 || !strings.HasPrefix(items[0], "Latchkey sign-in: ada@") || !strings.HasPrefix(items[1], name+" ("+id+") sign-in: ada@") {
		t.Errorf("the keychain holds %q", items)
	}
	for _, window := range []stage.Window{second, first} {
		p.try("quit", s.Press(ctx, window, "ctrl+q"))
		p.try("end", s.AwaitGone(ctx, window))
	}
}

// makePackage makes a vendor's .deb from a copy of the tree, looks at what it is
// called and unpacks it. It returns the program.
func makePackage(ctx context.Context, t *testing.T) string {
	t.Helper()
	tree := filepath.Join(t.TempDir(), "tree")
	command(ctx, t, root, "git", "clone", "--quiet", "--no-local", ".", tree)
	file := filepath.Join(tree, "FyneApp.toml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.NewReplacer(`"app.latchkey.Latchkey"`, `"`+id+`"`, `"Latchkey"`, `"`+name+`"`, `"latchkey"`, `"sign-on"`).Replace(string(text))
	if err := os.WriteFile(file, []byte(changed), 0o644); err != nil {
		t.Fatal(err)
	}
	command(ctx, t, tree, "make", "package-deb", "QUICK=1", "GOOGLE_CLIENT_ID=123-abc.apps.googleusercontent.com", "GOOGLE_CLIENT_SECRET=GOCSPX-vendors_own")
	debs, err := filepath.Glob(filepath.Join(tree, "dist", "sign-on_*.deb"))
	if err != nil || len(debs) != 1 {
		t.Fatalf("packages: %q, %v", debs, err)
	}
	out := t.TempDir()
	command(ctx, t, root, "dpkg-deb", "--extract", debs[0], out)
	for _, path := range []string{"usr/bin/sign-on", "usr/share/applications/" + id + ".desktop", "usr/share/icons/hicolor/48x48/apps/" + id + ".png"} {
		if _, err := os.Stat(filepath.Join(out, path)); err != nil {
			t.Error(err)
		}
	}
	if entry, err := os.ReadFile(filepath.Join(out, "usr/share/applications/"+id+".desktop")); err != nil || !regexp.MustCompile(`(?m)^Name=`+name+`$`).Match(entry) {
		t.Errorf("the menu entry is %q, %v", entry, err)
	}
	program := filepath.Join(out, "usr/bin/sign-on")
	if said := command(ctx, t, root, program, "--version"); !strings.HasPrefix(said, name+" ") {
		t.Errorf("--version says %q", said)
	}
	return program
}

func command(ctx context.Context, t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	for _, pair := range os.Environ() {
		if key, _, _ := strings.Cut(pair, "="); !slices.Contains([]string{"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES"}, key) {
			cmd.Env = append(cmd.Env, pair)
		}
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// person has both programs.
type person struct {
	t     *testing.T
	stage *stage.Stage
}

func (p *person) try(what string, err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

// entry writes a menu entry for a program.
func (p *person) entry(program string, args ...string) string {
	p.t.Helper()
	file := filepath.Join(p.t.TempDir(), "entry.desktop")
	text := fmt.Sprintf("[Desktop Entry]\nType=Application\nName=x\nExec=%s\n", strings.Join(append([]string{program}, args...), " "))
	p.try("menu entry", os.WriteFile(file, []byte(text), 0o644))
	return file
}

// configures writes a program's providers.toml.
func (p *person) configures(folder, text string) {
	p.t.Helper()
	dir := filepath.Join(p.stage.Dir, "home/.config", folder)
	p.try("folder", os.MkdirAll(dir, 0o700))
	// The vendor's program has Google built in: this one takes its place.
	text = regexp.MustCompile(`(?m)^id *=.*$`).ReplaceAllString(text, `id = "google"`)
	p.try("providers.toml", os.WriteFile(filepath.Join(dir, "providers.toml"), []byte(text), 0o600))
}

// seesGoogle starts the vendor's program as it comes: not in demo mode.
func (p *person) seesGoogle(ctx context.Context, program string) {
	p.t.Helper()
	trace := filepath.Join(p.t.TempDir(), "trace.jsonl")
	window, err := p.stage.Launch(ctx, p.entry(program, "--trace", trace), name)
	p.try("start", err)
	shown := p.lastState(trace)
	for tick := time.NewTicker(50 * time.Millisecond); shown.Screen != presenter.ScreenSignIn; shown = p.lastState(trace) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			p.t.Fatalf("the vendor's program shows %+v", shown)
		}
	}
	if buttons := shown.SignIn.Providers; shown.Demo || len(buttons) != 1 || buttons[0].Name != "Google" {
		p.t.Errorf("the vendor's program shows %+v, want Google and no demo", shown)
	}
	p.try("quit", p.stage.Press(ctx, window, "ctrl+q"))
	p.try("end", p.stage.AwaitGone(ctx, window))
}

// lastState is what a program's window shows, by its trace.
func (p *person) lastState(trace string) (last presenter.State) {
	p.t.Helper()
	text, err := os.ReadFile(trace)
	p.try("trace", err)
	for line := range strings.Lines(string(text)) {
		var event struct{ State *presenter.State }
		if json.Unmarshal([]byte(line), &event) == nil && event.State != nil {
			last = *event.State
		}
	}
	return last
}

// signsIn signs in with a program, which goes on running.
func (p *person) signsIn(ctx context.Context, program, title string, items int) stage.Window {
	p.t.Helper()
	window, err := p.stage.Launch(ctx, p.entry(program), title)
	p.try("start", err)
	p.try("Enter", p.stage.Press(ctx, window, "Return"))
	page, err := p.stage.Page(ctx)
	p.try("browser", err)
	p.try("choose", page.Click(ctx, mainjob.Ada.Element))
	p.try("allow", page.Click(ctx, "#allow"))
	p.try("verdict", page.Await(ctx, "main#latchkey[data-verdict=success]"))
	if found, err := p.stage.KeychainItems(ctx); err != nil || len(found) != items {
		p.t.Errorf("after signing in with %s the keychain holds %q, %v", title, found, err)
	}
	return window
}
