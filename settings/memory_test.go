package settings_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"app.latchkey/settings"
)

func TestShownAccount(t *testing.T) {
	dir := t.TempDir()
	s, err := settings.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.ShownAccount(); got != "" {
		t.Errorf("before anything was remembered: %q", got)
	}
	for _, key := range []string{"0123abcd", "ffff0000"} {
		if err := s.SetShownAccount(key); err != nil {
			t.Fatal(err)
		}
		again, err := settings.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if got := again.ShownAccount(); got != key {
			t.Errorf("remembered %q, want %q", got, key)
		}
	}
	for name, text := range map[string]string{"broken": "{", "of another kind": `{"shown_account":7}`, "huge": strings.Repeat(" ", 1<<20)} {
		if err := os.WriteFile(filepath.Join(dir, "window.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := s.ShownAccount(); got != "" {
			t.Errorf("from a file that is %s: %q", name, got)
		}
		if err := s.SetShownAccount("0123abcd"); err != nil || s.ShownAccount() != "0123abcd" {
			t.Errorf("after a file that is %s: %q, %v", name, s.ShownAccount(), err)
		}
	}
}
