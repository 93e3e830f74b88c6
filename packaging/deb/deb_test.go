// The finished package is tried for real, which needs root: `make test-packages`.
package deb_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"app.latchkey/e2e/mainjob"
	"app.latchkey/e2e/stage"
)

const (
	packageName = "latchkey"
	program     = "/usr/bin/latchkey"
	menuEntry   = "/usr/share/applications/app.latchkey.Latchkey.desktop"
)

func TestPackage(t *testing.T) {
	file := os.Getenv("LATCHKEY_DEB")
	if file == "" {
		t.Skip("LATCHKEY_DEB names no package: make test-packages makes one and runs this")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	install(ctx, t, file)
	entry := readEntry(t)
	for _, size := range []string{"16x16/apps/%.png", "48x48/apps/%.png", "512x512/apps/%.png", "scalable/apps/%.svg"} {
		path := filepath.Join("/usr/share/icons/hicolor", strings.ReplaceAll(size, "%", entry["Icon"]))
		if _, err := os.Stat(path); err != nil {
			t.Errorf("the menu entry's icon: %v", err)
		}
	}
	signIn(ctx, t, entry["StartupWMClass"])
}

// install installs the package and removes it when the test ends. It leaves
// a package that somebody else installed alone.
func install(ctx context.Context, t *testing.T, file string) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Fatal("installing a package needs root: sudo make test-packages")
	}
	if out, err := exec.CommandContext(ctx, "dpkg-query", "-W", "-f=${db:Status-Status}", packageName).Output(); err == nil && string(out) != "not-installed" {
		t.Fatalf("%s is installed already (%s): this test would replace and remove it", packageName, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("dpkg", "--purge", packageName).CombinedOutput(); err != nil {
			t.Errorf("removing the package: %v\n%s", err, out)
		}
		for _, path := range []string{program, menuEntry, "/usr/share/doc/" + packageName} {
			if _, err := os.Stat(path); err == nil {
				t.Errorf("%s is left after the package was removed", path)
			}
		}
	})
	if out, err := exec.CommandContext(ctx, "dpkg", "--install", file).CombinedOutput(); err != nil {
		t.Fatalf("installing the package: %v\n%s", err, out)
	}
}

// readEntry reads the installed menu entry.
func readEntry(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(menuEntry)
	if err != nil {
		t.Fatal(err)
	}
	entry := make(map[string]string)
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		entry[key] = value
	}
	return entry
}

// signIn starts the installed program from its menu entry, with nothing but the
// configuration a user would have, and plays a sign-in.
func signIn(ctx context.Context, t *testing.T, class string) {
	t.Helper()
	s, err := stage.Open(ctx, stage.Options{Program: program})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	try := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	provider, err := s.StartProvider(ctx)
	try("provider", err)
	config := filepath.Join(s.Dir, "home/.config/latchkey")
	try("configuration", os.MkdirAll(config, 0o700))
	try("configuration", os.WriteFile(filepath.Join(config, "providers.toml"), []byte(provider.ProvidersTOML), 0o600))

	window, err := s.Launch(ctx, menuEntry, "Latchkey")
	try("start from the menu entry", err)
	if got, err := s.Class(ctx, window); err != nil || got != class {
		t.Errorf("the window's class is %q, error = %v; the menu entry says %q", got, err, class)
	}
	try("Enter", s.Press(ctx, window, "Return"))
	page, err := s.Page(ctx)
	try("browser", err)
	try("choose", page.Click(ctx, mainjob.Ada.Element))
	try("allow", page.Click(ctx, "#allow"))
	try("verdict", page.Await(ctx, "main#latchkey[data-verdict=success]"))
	if items, err := s.KeychainItems(ctx); err != nil || len(items) != 1 {
		t.Errorf("the keychain holds %q, error = %v", items, err)
	}
	try("quit", s.Press(ctx, window, "ctrl+q"))
	try("end", s.AwaitGone(ctx, window))
}
