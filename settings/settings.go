// Package settings knows where Latchkey keeps its files on this computer and
// reads the one file that people write by hand: providers.toml, the list of
// providers to sign in with.
//
//	s, err := settings.Open("")        // or a directory of its own: --config DIR
//	providers, err := s.Providers()    // what the user configured
//	all := settings.Merge(builtIn, providers)
//
// Two directories are used: one for what must not be lost (providers.toml, the
// index of accounts, the records of sign-ins, the demo's state) and one for
// what can be fetched again. Both are readable by their owner only. No secret
// of a user is among these files: refresh tokens live in the keychain.
//
// Every error is an [auth.Problem] whose next step is to mend the
// configuration; for providers.toml it says the line and the column.
package settings

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"app.latchkey/auth"
)

// Settings are the directories of one installation. Use [Open].
type Settings struct {
	config, cache, logs string

	writing sync.Mutex // held while providers.toml or settings.json is read and written anew
}

// Open determines the directories and creates those that are missing, readable
// by their owner only. dir holds everything, the cache in dir/cache; an empty
// dir means the places the system has for a user's configuration and cache
// ($XDG_CONFIG_HOME and $XDG_CACHE_HOME on Linux).
//
// The rights of a directory that the caller named and that exists already are
// left alone; those of Latchkey's own directories are narrowed to 0700.
func Open(dir string) (*Settings, error) { return OpenNamed("", dir) }

// OpenNamed is Open for a vendor's own program, whose folders are called name.
// An empty name stands for Latchkey's own; name is no path.
func OpenNamed(name, dir string) (*Settings, error) {
	s, err := locate(name, dir)
	if err != nil {
		return nil, invalid("", err)
	}
	own := []string{s.cache, s.FlowDir()}
	if dir == "" {
		own = append(own, s.config)
	}
	// Parents first, so that none is created with the rights of a child's parent.
	for _, d := range []string{s.config, s.cache, s.FlowDir()} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, invalid(d, fmt.Errorf("creating the directory: %w", err))
		}
	}
	for _, d := range own {
		if err := os.Chmod(d, 0o700); err != nil { // a directory needs the x bit
			return nil, invalid(d, fmt.Errorf("making the directory private: %w", err))
		}
	}
	return s, nil
}

func locate(name, dir string) (*Settings, error) {
	if name == "" {
		name = folder()
	} else if name != filepath.Base(name) || !filepath.IsLocal(name) {
		return nil, fmt.Errorf("%q cannot name a folder", name)
	}
	if dir != "" {
		abs, err := filepath.Abs(dir)
		if err != nil {
			return nil, fmt.Errorf("finding %s: %w", dir, err)
		}
		return &Settings{config: abs, cache: filepath.Join(abs, "cache"), logs: filepath.Join(abs, "logs")}, nil
	}
	config, err1 := os.UserConfigDir()
	cache, err2 := os.UserCacheDir()
	if err := errors.Join(err1, err2); err != nil {
		return nil, fmt.Errorf("finding the user's directories (start with --config DIR to name one): %w", err)
	}
	return &Settings{config: filepath.Join(config, name), cache: filepath.Join(cache, name), logs: locateLogs(name)}, nil
}

// folder is the program's folder, spelled as the system's other programs do.
func folder() string {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return "Latchkey"
	}
	return "latchkey"
}

// ConfigDir is the directory of what must not be lost.
func (s *Settings) ConfigDir() string { return s.config }

// CacheDir is the directory of what can be fetched again.
func (s *Settings) CacheDir() string { return s.cache }

// FlowDir is where the redacted record of each account's last sign-in lies.
func (s *Settings) FlowDir() string { return filepath.Join(s.config, "flows") }

// IndexPath is the index of accounts: who is signed in, without any secret.
func (s *Settings) IndexPath() string { return filepath.Join(s.config, "accounts.json") }

// DemoStatePath is where the demo's provider keeps its port, keys and grants.
// A mock's secrets are no secrets.
func (s *Settings) DemoStatePath() string { return filepath.Join(s.config, "demo.json") }

// ProvidersPath is the list of providers that the user wrote; it may be absent.
func (s *Settings) ProvidersPath() string { return filepath.Join(s.config, "providers.toml") }

// What can keep providers.toml from being changed. [auth.CodeConfigInvalid] is
// for a mistake in it.
const (
	CodeConfigWrite  auth.Code = "config_write_failed" // the system refuses
	CodeConfigByHand auth.Code = "config_by_hand"      // it is written in a way that can't be changed safely
)

// unwritten is the Problem with a file that the system lets nobody read or write.
func unwritten(path string, err error) *auth.Problem {
	p := invalid(path, err)
	p.Code = CodeConfigWrite
	return p
}

// byHand is the Problem with a providers.toml that only a person can change.
func byHand(path string, err error) *auth.Problem {
	p := invalid(path, err)
	p.Code = CodeConfigByHand
	return p
}

// invalid is the Problem of this package. path and the error are for the words a
// person reads: whoever is to mend a file must see where, without copying the
// details first.
func invalid(path string, err error) *auth.Problem {
	p := &auth.Problem{Phase: auth.PhaseConfiguration, Code: auth.CodeConfigInvalid, Next: auth.NextOpenConfig, Err: err}
	p = p.With("Error", auth.CleanText(err.Error(), 500))
	if path != "" {
		p = p.With("Path", path)
	}
	return p
}
