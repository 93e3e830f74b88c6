package resources

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"github.com/natefinch/atomic"
)

const (
	cacheVersion = 1
	entryLimit   = 64 << 10 // bytes of a cache file
)

// cache keeps one JSON file and one PNG for each account, below dir. It is a
// help, never a source of errors to show: what cannot be read is not there.
type cache struct {
	dir string // "" keeps nothing
	mu  sync.Mutex
}

// entry is the file's form.
type entry struct {
	Version int     `json:"version"`
	Profile Profile `json:"profile"`
	// PictureOf is the address of which the PNG beside this file was made.
	PictureOf      string    `json:"picture_of,omitempty"`
	PictureFetched time.Time `json:"picture_fetched,omitzero"`
}

var keyPattern = regexp.MustCompile(`^[0-9a-f]{8,64}$`)

// path returns the name of an account's file. Keys come from files too: one
// that is no hex number must not become a path.
func (c *cache) path(key, suffix string) (string, error) {
	if !keyPattern.MatchString(key) {
		return "", fmt.Errorf("account key of %d characters: expected 8 to 64 hex digits", len(key))
	}
	return filepath.Join(c.dir, "profiles", key+suffix), nil
}

// read returns the account's entry; it may hold a picture without a profile.
func (c *cache) read(key string) (entry, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.load(key)
}

// load returns a usable entry. The file is no better than the network: its
// texts are cleaned again.
func (c *cache) load(key string) (entry, bool) {
	path, err := c.path(key, ".json")
	if err != nil || c.dir == "" {
		return entry{}, false
	}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > entryLimit {
		return entry{}, false
	}
	b, err := os.ReadFile(path)
	var e entry
	if err != nil || json.Unmarshal(b, &e) != nil || e.Version != cacheVersion {
		return entry{}, false
	}
	e.Profile = e.Profile.cleaned()
	return e, true
}

func (c *cache) writeProfile(key string, p Profile) error {
	return c.update(key, func(e *entry) error { e.Profile = p; return nil })
}

// writePicture stores the PNG and what it was made of, and returns its path.
func (c *cache) writePicture(key, of string, at time.Time, png []byte) (string, error) {
	path, err := c.path(key, ".png")
	if err != nil {
		return "", err
	}
	return path, c.update(key, func(e *entry) error {
		e.PictureOf, e.PictureFetched = of, at
		return writeFile(path, png)
	})
}

func (c *cache) update(key string, change func(*entry) error) error {
	path, err := c.path(key, ".json")
	if err != nil || c.dir == "" {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("creating the cache: %w", err)
	}
	if err := os.Chmod(filepath.Dir(path), 0o700); err != nil { // a directory needs the x bit
		return fmt.Errorf("making the cache private: %w", err)
	}
	e, _ := c.load(key)
	e.Version = cacheVersion
	if err := change(&e); err != nil {
		return err
	}
	b, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the cached profile: %w", err)
	}
	return writeFile(path, b)
}

// existingPicture is the path of the account's picture, or "".
func (c *cache) existingPicture(key string) string {
	path, err := c.path(key, ".png")
	if err != nil || c.dir == "" {
		return ""
	}
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	return path
}

func (c *cache) removePicture(key string) error { return c.removeFiles(key, ".png") }

func (c *cache) remove(key string) error { return c.removeFiles(key, ".png", ".json") }

func (c *cache) removeFiles(key string, suffixes ...string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all error
	for _, suffix := range suffixes {
		path, err := c.path(key, suffix)
		if err != nil || c.dir == "" {
			return err
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			all = errors.Join(all, fmt.Errorf("removing from the cache: %w", err))
		}
	}
	return all
}

// writeFile replaces a file of the owner's eyes only, whole or not at all.
func writeFile(path string, data []byte) error {
	// atomic.WriteFile gives the new file the rights of the old one.
	if err := os.Chmod(path, 0o600); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("making a cache file private: %w", err)
	}
	if err := atomic.WriteFile(path, bytes.NewReader(data)); err != nil {
		return fmt.Errorf("writing the cache: %w", err)
	}
	return nil
}
