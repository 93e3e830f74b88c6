package settings_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"app.latchkey/settings"
)

func TestExamine(t *testing.T) {
	s := withProviders(t, "")
	if found := s.Examine(); len(found) != 0 {
		t.Errorf("a new directory: %+v", found)
	}
	want := func(trouble settings.Trouble, path string) {
		t.Helper()
		found := s.Examine()
		if len(found) != 1 || found[0].Trouble != trouble || found[0].Path != path {
			t.Errorf("found %+v, want %s at %s", found, trouble, path)
		}
	}
	if err := os.WriteFile(s.ProvidersPath(), []byte("[[provider]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want(settings.TroubleProviders, s.ProvidersPath())
	if err := os.Remove(s.ProvidersPath()); err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS == "windows" {
		return
	}
	open := filepath.Join(s.FlowDir(), "x.json")
	if err := os.WriteFile(open, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		dir, file os.FileMode
		open      bool
	}{{0o755, 0o600, false}, {0o700, 0o644, false}, {0o755, 0o644, true}} {
		if err := os.Chmod(s.ConfigDir(), step.dir); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(open, step.file); err != nil {
			t.Fatal(err)
		}
		if step.open {
			want(settings.TroubleOpen, open)
		} else if found := s.Examine(); len(found) != 0 {
			t.Errorf("%v, %v: %+v", step.dir, step.file, found)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(s.ConfigDir(), ".try-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if os.Getuid() == 0 {
		return // may write anywhere
	}
	if err := os.Chmod(s.CacheDir(), 0o500); err != nil {
		t.Fatal(err)
	}
	_ = os.Chmod(open, 0o600)
	want(settings.TroubleReadOnly, s.CacheDir())
}
