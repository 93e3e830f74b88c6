package settings_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"app.latchkey/settings"
)

// TestErase: what is the program's goes, what is somebody else's stays.
func TestErase(t *testing.T) {
	s, err := settings.Open(filepath.Join(t.TempDir(), "config"))
	if err != nil {
		t.Fatal(err)
	}
	write := func(dir string, names ...string) {
		t.Helper()
		for _, name := range names {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	there := func() (names []string) {
		entries, _ := os.ReadDir(s.ConfigDir())
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return names
	}
	write(s.ConfigDir(), "accounts.json", "accounts.json.broken", "settings.json", "settings.json.broken-2", "window.json", "demo.json",
		"providers.toml", "flows/a.json", "locks/a.lock", "instance.lock", "run/socket", "vault/key", "mine.txt", "settings.jsonx", "cachex")
	write(s.CacheDir(), "metadata-1.json", "pictures/a.png")
	if failed := s.Erase(false); len(failed) > 0 {
		t.Fatal(failed)
	}
	if got, want := there(), []string{"cachex", "instance.lock", "mine.txt", "run", "settings.jsonx", "vault"}; !slices.Equal(got, want) {
		t.Errorf("left while the program runs is %q, want %q", got, want)
	}
	if failed := s.Erase(true); len(failed) > 0 {
		t.Fatal(failed)
	}
	if got, want := there(), []string{"cachex", "mine.txt", "settings.jsonx", "vault"}; !slices.Equal(got, want) {
		t.Errorf("left is %q, want %q", got, want)
	}
	for _, name := range there() {
		if err := os.RemoveAll(filepath.Join(s.ConfigDir(), name)); err != nil {
			t.Fatal(err)
		}
	}
	if failed := s.Erase(true); len(failed) > 0 {
		t.Fatal(failed)
	}
	if _, err := os.Stat(s.ConfigDir()); !os.IsNotExist(err) {
		t.Errorf("the empty folder is left: %v", err)
	}
	if failed := s.Erase(true); len(failed) > 0 {
		t.Errorf("with nothing there: %v", failed)
	}
}
