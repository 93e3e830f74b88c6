package settings_test

import (
	"errors"
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

func TestWindowSize(t *testing.T) {
	dir := t.TempDir()
	s, err := settings.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if w, h := s.WindowSize(); w != 0 || h != 0 {
		t.Errorf("before anything was remembered: %dx%d", w, h)
	}
	if err := errors.Join(s.SetWindowSize(1000, 700), s.SetShownAccount("0123abcd"), s.SetWindowSize(1001, 701)); err != nil {
		t.Fatal(err)
	}
	if w, h := s.WindowSize(); w != 1001 || h != 701 || s.ShownAccount() != "0123abcd" {
		t.Errorf("remembered %dx%d and %q", w, h, s.ShownAccount())
	}
	for name, text := range map[string]string{
		"broken": "{", "another kind": `{"width":"wide","height":3}`, "one alone": `{"width":900}`, "tiny": `{"width":1,"height":1}`,
		"negative": `{"width":-900,"height":-600}`, "enormous": `{"width":900000000,"height":600}`, "no whole numbers": `{"width":900.5,"height":600}`,
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(filepath.Join(dir, "window.json"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if w, h := s.WindowSize(); w != 0 || h != 0 {
				t.Errorf("%dx%d", w, h)
			}
		})
	}
}
