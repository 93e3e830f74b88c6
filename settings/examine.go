package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// Trouble is what is wrong with the files.
type Trouble string

// The troubles.
const (
	TroubleOpen      Trouble = "open"      // others on this computer may read or change it
	TroubleProviders Trouble = "providers" // providers.toml has a mistake
	TroubleReadOnly  Trouble = "readonly"  // nothing can be written there
)

// Finding is something that is wrong with a file or directory.
type Finding struct {
	Trouble Trouble
	Path    string
	Err     error // may be nil
}

// Examine looks at the directories and at the files in them. Nothing found means
// that all is well. It writes an empty file and removes it again.
func (s *Settings) Examine() []Finding {
	var out []Finding
	if _, err := s.Providers(); err != nil {
		out = append(out, Finding{TroubleProviders, s.ProvidersPath(), err})
	}
	for _, dir := range []string{s.config, s.cache} {
		if err := canWrite(dir); err != nil {
			out = append(out, Finding{TroubleReadOnly, dir, err})
		}
	}
	if runtime.GOOS == "windows" { // which has other rights; the directory's are the user's own
		return out
	}
	open, err := readableByOthers(s.config)
	if err != nil {
		return append(out, Finding{TroubleReadOnly, s.config, err})
	}
	for _, path := range open {
		out = append(out, Finding{Trouble: TroubleOpen, Path: path})
	}
	return out
}

func canWrite(dir string) error {
	f, err := os.CreateTemp(dir, ".try-*")
	if err != nil {
		return fmt.Errorf("writing: %w", err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// readableByOthers finds the files in dir that others have rights on, in a
// directory that they can get into. It looks at no more than one level of
// directories below.
func readableByOthers(dir string) ([]string, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 == 0 {
		return nil, nil // nobody else gets as far
	}
	var out []string
	for _, pattern := range []string{"*", "*/*"} {
		names, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			info, err := os.Lstat(name)
			switch {
			case errors.Is(err, fs.ErrNotExist): // gone meanwhile
			case err != nil:
				return nil, err
			case info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0:
				out = append(out, name)
			}
		}
	}
	return out, nil
}
