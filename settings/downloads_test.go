//go:build !windows

package settings_test

import (
	"os"
	"path/filepath"
	"testing"

	"app.latchkey/settings"
)

// TestDownloads: what is saved goes where the person looks for it, and never
// where it is lost.
func TestDownloads(t *testing.T) {
	for _, c := range []struct {
		name    string
		folders []string // below the home folder
		dirs    string   // user-dirs.dirs; "" for none
		flatpak bool
		want    string
	}{
		{"as the desktop says", []string{"Downloads", "Eigene/Heruntergeladen"}, "# a comment\nXDG_DESKTOP_DIR=\"$HOME/D\"\nXDG_DOWNLOAD_DIR=\"$HOME/Eigene/Heruntergeladen\"\n", false, "Eigene/Heruntergeladen"},
		{"a folder that is gone", []string{"Downloads"}, "XDG_DOWNLOAD_DIR=\"$HOME/gone\"\n", false, "Downloads"},
		{"not said", []string{"Downloads"}, "", false, "Downloads"},
		{"said in no way that counts", []string{"Downloads"}, "XDG_DOWNLOAD_DIR=\"relative\"\nXDG_DOWNLOAD_DIRS=\"/\"\n", false, "Downloads"},
		{"none at all", nil, "", false, "."},
		{"a Flatpak", []string{"data"}, "", true, "data"},
		{"a Flatpak that may see it", []string{"data", "Downloads"}, "", true, "Downloads"},
		{"a Flatpak's folder outside of one", []string{"data"}, "", false, "."},
	} {
		t.Run(c.name, func(t *testing.T) {
			home := t.TempDir()
			t.Setenv("HOME", home)
			t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "config"))
			t.Setenv("XDG_DATA_HOME", filepath.Join(home, "data"))
			t.Setenv("FLATPAK_ID", map[bool]string{true: "app.latchkey.Latchkey"}[c.flatpak])
			for _, dir := range append(c.folders, "config") {
				if err := os.MkdirAll(filepath.Join(home, dir), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			if c.dirs != "" {
				if err := os.WriteFile(filepath.Join(home, "config", "user-dirs.dirs"), []byte(c.dirs), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got, err := settings.Downloads()
			if want := filepath.Join(home, c.want); err != nil || got != want {
				t.Errorf("%s, %v; want %s", got, err, want)
			}
		})
	}
}
