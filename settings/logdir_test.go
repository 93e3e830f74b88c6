package settings_test

import (
	"path/filepath"
	"runtime"
	"testing"

	"app.latchkey/settings"
)

func TestLogDir(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("XDG directories")
	}
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("XDG_CACHE_HOME", "")
	for _, c := range []struct{ name, state, vendor, dir, want string }{
		{"the system's", "", "", "", home + "/.local/state/latchkey"},
		{"XDG_STATE_HOME", home + "/state", "", "", home + "/state/latchkey"},
		{"relative", "state", "", "", home + "/.local/state/latchkey"},
		{"a vendor's", "", "com.example.Signin", "", home + "/.local/state/com.example.Signin"},
		{"a folder of its own", home + "/state", "", home + "/own", home + "/own/logs"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("XDG_STATE_HOME", c.state)
			s, err := settings.OpenNamed(c.vendor, c.dir)
			if err != nil {
				t.Fatal(err)
			}
			if got := s.LogDir(); got != filepath.FromSlash(c.want) {
				t.Errorf("LogDir = %s, want %s", got, c.want)
			}
		})
	}
}
