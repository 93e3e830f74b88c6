package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// files are what the program keeps in the folder of its configuration, by the
// beginnings of their names: each may have a .broken or temporary one beside it.
// The vault's folder is the vault's to remove.
var files = []string{"accounts.json", "window.json", "settings.json", "demo.json", "providers.toml", "flows", "locks"}

// runFiles belong to the program while it runs.
var runFiles = []string{"instance", "run", "logs"}

// Erase removes every file of the program: accounts, settings, providers, caches.
// What somebody else has put into its folders stays, and so do the folders then.
// ended: the program does not run any more, so its lock and its logs can go too. It goes on
// after an error, and returns all of them.
func (s *Settings) Erase(ended bool) (failed []error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	ours := files
	if ended {
		ours = append(append([]string{}, files...), runFiles...)
	}
	entries, err := os.ReadDir(s.config)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		failed = append(failed, fmt.Errorf("looking into %s: %w", s.config, err))
	}
	for _, e := range entries {
		if !isOurs(e.Name(), ours) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(s.config, e.Name())); err != nil {
			failed = append(failed, fmt.Errorf("removing a file: %w", err))
		}
	}
	if err := os.RemoveAll(s.cache); err != nil {
		failed = append(failed, fmt.Errorf("removing the cache: %w", err))
	}
	if ended {
		if err := os.RemoveAll(s.logs); err != nil {
			failed = append(failed, fmt.Errorf("removing the logs: %w", err))
		}
		_ = os.Remove(s.config) // if nothing else is in it
	}
	return failed
}

// isOurs reports whether a name is one of ours, or one of them with more behind a
// dot or a dash: "settings.json.broken-2".
func isOurs(name string, ours []string) bool {
	for _, o := range ours {
		if rest, ok := strings.CutPrefix(name, o); ok && (rest == "" || rest[0] == '.' || rest[0] == '-') {
			return true
		}
	}
	return false
}
