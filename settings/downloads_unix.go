//go:build !windows

package settings

import (
	"bufio"
	"cmp"
	"os"
	"path/filepath"
	"strings"
)

func systemDownloads(home string) string {
	config := cmp.Or(os.Getenv("XDG_CONFIG_HOME"), filepath.Join(home, ".config"))
	return userDir(filepath.Join(config, "user-dirs.dirs"), "XDG_DOWNLOAD_DIR", home)
}

// userDir reads a folder out of user-dirs.dirs, in which desktops on Linux keep
// where the person's folders are: shell assignments of "$HOME/…" or "/…" and
// nothing else. "" if it isn't there.
func userDir(file, name, home string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		value, ok := strings.CutPrefix(strings.TrimSpace(lines.Text()), name+"=")
		if !ok {
			continue
		}
		value = strings.Trim(value, `"`)
		if below, ok := strings.CutPrefix(value, "$HOME"); ok {
			value = filepath.Join(home, below)
		}
		if filepath.IsAbs(value) {
			return value
		}
	}
	return ""
}
