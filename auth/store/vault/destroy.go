package vault

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"app.latchkey/auth/store"
)

// Destroy removes the vault with all that is in it, for which no passphrase is
// needed: who has forgotten it starts anew. The report names files, since the
// names of items cannot be read.
func (v *Vault) Destroy(ctx context.Context) store.WipeReport {
	r := store.WipeReport{Store: v.Status(ctx)}
	v.Lock()
	items, err := v.itemFiles()
	half, err2 := v.files(tempName)
	r.Unlisted = errors.Join(err, err2)
	// The key last: until it is gone the rest can still be read.
	for _, path := range append(append(items, half...), v.keyPath()) {
		name := filepath.Base(path)
		switch err := os.Remove(path); {
		case err == nil:
			r.Removed = append(r.Removed, name)
		case !errors.Is(err, fs.ErrNotExist):
			r.Left = append(r.Left, store.Leftover{Name: name, Err: fail("delete", plainPath(err))})
		}
	}
	_ = os.Remove(v.config.Dir) // if nothing else is in it
	return r
}
