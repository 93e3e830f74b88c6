package vault

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"filippo.io/age"

	"app.latchkey/auth/store"
)

// item is what an item's file holds, encrypted. The name is inside, so that a
// file that was given another's name is noticed.
type item struct {
	Name string `json:"name"`
	Data []byte `json:"data"`
}

func (v *Vault) itemPath(name string) string {
	sum := sha256.Sum256([]byte(name))
	return filepath.Join(v.config.Dir, hex.EncodeToString(sum[:16])+".age")
}

// ready returns the key; where the caller allows it, the person is asked.
func (v *Vault) ready(ctx context.Context, o store.Options) (*age.X25519Identity, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	identity, err := v.opened()
	if store.OutcomeOf(err) == store.Locked && o.Interact {
		if err := v.Unlock(ctx); err != nil {
			return nil, err
		}
		return v.opened()
	}
	return identity, err
}

// Get implements store.Store.
func (v *Vault) Get(ctx context.Context, name string, o store.Options) ([]byte, error) {
	identity, err := v.ready(ctx, o)
	if err != nil {
		return nil, fail("get", err)
	}
	data, err := v.read(identity, name)
	if err != nil {
		return nil, fail("get", err)
	}
	return data, nil
}

func (v *Vault) read(identity *age.X25519Identity, name string) ([]byte, error) {
	found, err := readItem(identity, v.itemPath(name))
	if errors.Is(err, fs.ErrNotExist) {
		// The folder may have gone since the key file was looked at.
		if _, _, err := v.readKeyFile(); err != nil {
			return nil, err
		}
		return nil, &store.Error{Outcome: store.Absent}
	}
	if err != nil {
		return nil, err
	}
	if found.Name != name {
		return nil, unavailable(store.ReasonForeign, errors.New("the item's file holds another item"))
	}
	return found.Data, nil
}

func readItem(identity *age.X25519Identity, path string) (item, error) {
	id, sealed, err := readFile(path, itemMagic)
	if err != nil {
		return item{}, err
	}
	if id != idOf(identity) {
		return item{}, unavailable(store.ReasonForeign, errors.New("the item belongs to another vault"))
	}
	damaged := func(err error) error {
		return unavailable(store.ReasonCorrupt, fmt.Errorf("the item's file is damaged: %w", err))
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), identity)
	if err != nil {
		return item{}, damaged(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return item{}, damaged(err)
	}
	defer clear(text)
	var found item
	if err := json.Unmarshal(text, &found); err != nil {
		return item{}, damaged(errors.New("its content is not of the expected form")) // json's error would quote it
	}
	return found, nil
}

// Put implements store.Store.
func (v *Vault) Put(ctx context.Context, name string, data []byte, o store.Options) error {
	identity, err := v.ready(ctx, o)
	if err != nil {
		return fail("put", err)
	}
	path := v.itemPath(name)
	if _, _, err := readFile(path, itemMagic); store.ReasonOf(err) == store.ReasonNewer {
		return fail("put", err) // not ours to write over
	}
	text, err := json.Marshal(item{name, data})
	if err != nil {
		return fail("put", fmt.Errorf("writing the item: %w", err))
	}
	defer clear(text)
	sealed, err := seal(text, identity.Recipient())
	if err != nil {
		return fail("put", err)
	}
	if err := v.write(path, itemMagic, idOf(identity), sealed); err != nil {
		return fail("put", err)
	}
	if !o.Verify {
		return nil
	}
	back, err := v.read(identity, name)
	if err == nil && !bytes.Equal(back, data) || store.OutcomeOf(fail("put", err)) == store.Absent {
		err = unavailable(store.ReasonMismatch, errors.New("read back something else than was written"))
	}
	return fail("put", err)
}

// Delete implements store.Store.
func (v *Vault) Delete(ctx context.Context, name string, o store.Options) error {
	if _, err := v.ready(ctx, o); err != nil {
		return fail("delete", err)
	}
	if err := os.Remove(v.itemPath(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fail("delete", fmt.Errorf("removing the item: %w", plainPath(err)))
	}
	return nil
}

// Names implements store.Lister. An item that cannot be read is left out only
// if it is of another vault; anything else is an error.
func (v *Vault) Names(ctx context.Context, o store.Options) ([]string, error) {
	identity, err := v.ready(ctx, o)
	if err != nil {
		return nil, fail("get", err)
	}
	files, err := v.itemFiles()
	if err != nil {
		return nil, fail("get", err)
	}
	names := make([]string, 0, len(files))
	for _, path := range files {
		found, err := readItem(identity, path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fail("get", fmt.Errorf("%s: %w", filepath.Base(path), err))
		}
		clear(found.Data)
		names = append(names, found.Name)
	}
	slices.Sort(names)
	return names, nil
}
