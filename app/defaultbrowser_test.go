package app

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// TestDefaultBrowser: it is named without being opened.
func TestDefaultBrowser(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("there is no xdg-open here")
	}
	const opened = "#!/bin/sh\ntouch \"$0.opened\"\n"
	for _, c := range []struct {
		name     string
		programs map[string]string
		browser  string // $BROWSER
		want     string
		none     bool
	}{
		{"nothing", nil, "", "", true},
		{"by setting", map[string]string{"xdg-open": opened, "xdg-settings": "#!/bin/sh\necho firefox-esr.desktop\n", "firefox-esr": opened}, "", "firefox-esr", false},
		{"by variable", map[string]string{"xdg-open": opened, "mine": opened}, "gone:mine --new-window %s", "mine", false},
		{"variable that names nothing", map[string]string{"xdg-open": opened}, "gone", "", true},
		{"no setting, one is there", map[string]string{"xdg-open": opened, "xdg-settings": "#!/bin/sh\nexit 2\n", "chromium": opened}, "", "chromium", false},
		{"no setting, none is there", map[string]string{"xdg-open": opened, "xdg-settings": "#!/bin/sh\necho\n"}, "", "", true},
		{"nobody to ask", map[string]string{"xdg-open": opened}, "", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			t.Setenv("PATH", dir)
			t.Setenv("BROWSER", c.browser)
			for name, script := range c.programs {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			asked := false
			got, err := DefaultBrowser(t.Context(), func(env []string) []string { asked = true; return env })
			if got != c.want || errors.Is(err, ErrNoBrowser) != c.none {
				t.Errorf("%q, %v", got, err)
			}
			if _, ask := c.programs["xdg-settings"]; ask && c.browser == "" && !asked {
				t.Error("xdg-settings was not given the environment for others")
			}
			if files, _ := filepath.Glob(filepath.Join(dir, "*.opened")); len(files) > 0 {
				t.Errorf("opened: %v", files)
			}
		})
	}
}
