package vault

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/natefinch/atomic"

	"app.latchkey/auth/store"
)

// The first word of each file, before its version.
const (
	keyMagic  = "latchkey-vault/"
	itemMagic = "latchkey-vault-item/"

	version = "1"
	maxFile = 1 << 20 // bytes: an item is a token, not a film
)

// idOf names a vault by its key, and says nothing of it.
func idOf(identity *age.X25519Identity) string {
	sum := sha256.Sum256([]byte(identity.Recipient().String()))
	return hex.EncodeToString(sum[:8])
}

func seal(text []byte, to age.Recipient) ([]byte, error) {
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err == nil {
		if _, err = w.Write(text); err == nil {
			err = w.Close()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("encrypting: %w", err)
	}
	return out.Bytes(), nil
}

// readFile returns a file's vault and its age part. The error is
// fs.ErrNotExist, or Unavailable: damaged, newer, unreadable.
func readFile(path, magic string) (id string, sealed []byte, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", nil, plainPath(err)
	}
	name := filepath.Base(path)
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return "", nil, unavailable(store.ReasonCorrupt, fmt.Errorf("%s is no file of a vault", name))
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "", nil, plainPath(err)
	}
	line, sealed, ok := bytes.Cut(data, []byte("\n"))
	kind, id, ok2 := strings.Cut(string(line), " ")
	number, ok3 := strings.CutPrefix(kind, magic)
	switch {
	case !ok || !ok2 || !ok3:
		return "", nil, unavailable(store.ReasonCorrupt, fmt.Errorf("%s is damaged, or no file of a vault", name))
	case number != version:
		return "", nil, unavailable(store.ReasonNewer, fmt.Errorf("%s was written by a newer version of this program", name))
	}
	return id, sealed, nil
}

func (v *Vault) write(path, magic, id string, sealed []byte) error {
	if err := os.MkdirAll(v.config.Dir, 0o700); err != nil {
		return plainPath(err)
	}
	data := append([]byte(magic+version+" "+id+"\n"), sealed...)
	if err := v.config.Write(path, data); err != nil {
		return fmt.Errorf("writing %s: %w", filepath.Base(path), err)
	}
	return nil
}

// WriteFile is what Config.Write is by default: it replaces a file whole. What it leaves after a crash is the old file
// or the new one, and perhaps one beside it that sweep removes.
func WriteFile(path string, data []byte) error {
	// atomic gives the new file the rights of the old one.
	if err := os.Chmod(path, 0o600); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return plainPath(err)
	}
	if err := atomic.WriteFile(path, bytes.NewReader(data)); err != nil {
		return err
	}
	// The name is on the disk only once the folder is. Not every system can.
	if dir, err := os.Open(filepath.Dir(path)); err == nil {
		_ = dir.Sync()
		_ = dir.Close()
	}
	return nil
}

// plainPath takes the folder, which holds the user's name, out of an error.
func plainPath(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return &fs.PathError{Op: p.Op, Path: filepath.Base(p.Path), Err: p.Err}
	}
	return err
}

var (
	itemName = regexp.MustCompile(`^[0-9a-f]{32}\.age$`)
	tempName = regexp.MustCompile(`^(?:identity|[0-9a-f]{32})\.age[0-9]+$`)
)

// itemFiles lists the items' files. A folder that is not there has none.
func (v *Vault) itemFiles() ([]string, error) { return v.files(itemName) }

func (v *Vault) files(pattern *regexp.Regexp) ([]string, error) {
	entries, err := os.ReadDir(v.config.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, plainPath(err)
	}
	var out []string
	for _, e := range entries {
		if pattern.MatchString(e.Name()) {
			out = append(out, filepath.Join(v.config.Dir, e.Name()))
		}
	}
	return out, nil
}

// sweptAfter is how old a half-written file must be before it is removed:
// another process may be writing one now.
const sweptAfter = time.Minute

// sweep removes what writes that a crash cut off have left behind; it is
// encrypted like the rest.
func (v *Vault) sweep() {
	files, _ := v.files(tempName)
	for _, path := range files {
		if info, err := os.Lstat(path); err == nil && time.Since(info.ModTime()) > sweptAfter {
			_ = os.Remove(path)
		}
	}
}
