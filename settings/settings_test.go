package settings_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"app.latchkey/auth"
	"app.latchkey/settings"
)

func TestOpenGivenDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "down")
	s, err := settings.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]string{
		"": s.ConfigDir(), "cache": s.CacheDir(), "flows": s.FlowDir(), "accounts.json": s.IndexPath(),
		"demo.json": s.DemoStatePath(), "providers.toml": s.ProvidersPath(),
	} {
		if want := filepath.Join(dir, name); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	for _, d := range []string{s.ConfigDir(), s.CacheDir(), s.FlowDir()} {
		wantMode(t, d, 0o700)
	}
}

func TestOpenRelativeDirectory(t *testing.T) {
	t.Chdir(t.TempDir())
	s, err := settings.Open("here")
	if err != nil {
		t.Fatal(err)
	}
	if !filepath.IsAbs(s.ConfigDir()) {
		t.Errorf("%s is relative: it would move with the working directory", s.ConfigDir())
	}
}

func TestOpenDefaultDirectories(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the places differ")
	}
	home := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "config"))
	t.Setenv("XDG_CACHE_HOME", filepath.Join(home, "cache"))
	if err := os.MkdirAll(filepath.Join(home, "config", "latchkey"), 0o755); err != nil {
		t.Fatal(err)
	}
	s, err := settings.Open("")
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(home, "config", "latchkey"); s.ConfigDir() != want {
		t.Errorf("configuration in %s, want %s", s.ConfigDir(), want)
	}
	if want := filepath.Join(home, "cache", "latchkey"); s.CacheDir() != want {
		t.Errorf("cache in %s, want %s", s.CacheDir(), want)
	}
	wantMode(t, s.ConfigDir(), 0o700) // narrowed, although it was there
}

func TestOpenLeavesForeignRightsAlone(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := settings.Open(dir); err != nil {
		t.Fatal(err)
	}
	wantMode(t, dir, 0o755)
}

func TestOpenErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := settings.Open(file)
	p := auth.AsProblem(err)
	if p == nil || p.Code != auth.CodeConfigInvalid || p.Phase != auth.PhaseConfiguration || p.Next != auth.NextOpenConfig {
		t.Errorf("a file in the directory's place: got %v", err)
	}
}

func TestWriteFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, []byte("a longer text before"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := settings.WriteFile(path, []byte("new")); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil || string(b) != "new" {
		t.Errorf("read %q, %v", b, err)
	}
	wantMode(t, path, 0o600)
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("temporary files are left: %v %v", left, err)
	}
	err = settings.WriteFile(filepath.Join(t.TempDir(), "missing", "f"), nil)
	if err == nil || !strings.Contains(err.Error(), "writing") {
		t.Errorf("no directory: got %v", err)
	}
}

func wantMode(t *testing.T, path string, want fs.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); runtime.GOOS != "windows" && got != want {
		t.Errorf("%s has rights %o, want %o", filepath.Base(path), got, want)
	}
}
