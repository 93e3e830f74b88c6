package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"filippo.io/age"

	"app.latchkey/auth/store"
)

// maxWorkFactor is what a key file may ask of us: a changed one could keep a
// computer busy for hours.
const maxWorkFactor = 20

// Unlock implements store.Store: it asks for the passphrase until it is right,
// the person gives up (Locked/dismissed) or ctx ends (Locked/timeout). Where
// there is no vault yet the person chooses a passphrase, and it is made.
// Concurrent calls share one dialog.
func (v *Vault) Unlock(ctx context.Context) error {
	select {
	case v.asking <- struct{}{}:
		defer func() { <-v.asking }()
	case <-ctx.Done():
		return fail("unlock", &store.Error{Outcome: store.Locked, Reason: store.ReasonTimeout, Err: context.Cause(ctx)})
	}
	var q Question
	for {
		err := v.look()
		q.New = store.ReasonOf(err) == store.ReasonNoCollection
		if err == nil || store.OutcomeOf(err) != store.Locked && !q.New {
			return fail("unlock", err)
		}
		if ctx.Err() != nil {
			return fail("unlock", &store.Error{Outcome: store.Locked, Reason: store.ReasonTimeout, Err: context.Cause(ctx)})
		}
		passphrase, ok := "", false
		if v.config.Ask != nil {
			passphrase, ok = v.config.Ask(ctx, q)
		}
		switch {
		case !ok && ctx.Err() != nil:
			return fail("unlock", &store.Error{Outcome: store.Locked, Reason: store.ReasonTimeout, Err: context.Cause(ctx)})
		case !ok:
			return fail("unlock", &store.Error{Outcome: store.Locked, Reason: store.ReasonDismissed})
		case q.New:
			err = v.Create(passphrase)
		default:
			err = v.OpenWith(passphrase)
		}
		q = Question{Wrong: errors.Is(err, ErrPassphrase), Short: errors.Is(err, ErrShort)}
		if err != nil && !q.Wrong && !q.Short {
			return err
		}
	}
}

// OpenWith opens the vault. A wrong passphrase is Locked with ErrPassphrase.
func (v *Vault) OpenWith(passphrase string) error {
	_, sealed, err := v.readKeyFile()
	if err != nil {
		return fail("unlock", err)
	}
	identity, err := unseal(sealed, passphrase)
	if err != nil {
		return fail("unlock", err)
	}
	v.mu.Lock()
	v.identity = identity
	v.mu.Unlock()
	v.sweep()
	return fail("unlock", v.look()) // another process may have made it anew meanwhile
}

// Create makes a vault with a new key. One that is there already is left alone
// and is Unavailable.
func (v *Vault) Create(passphrase string) error {
	_, _, err := v.readKeyFile()
	switch {
	case err == nil:
		return fail("unlock", unavailable(store.ReasonNone, errors.New("there is a vault already")))
	case store.ReasonOf(err) != store.ReasonNoCollection:
		return fail("unlock", err)
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return fail("unlock", fmt.Errorf("making a key: %w", err))
	}
	if err := v.writeKeyFile(identity, passphrase); err != nil {
		return fail("unlock", err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.identity = identity
	return nil
}

// ChangePassphrase protects the same key with another passphrase. Items are not
// touched, and other processes that have the vault open go on.
func (v *Vault) ChangePassphrase(from, to string) error {
	_, sealed, err := v.readKeyFile()
	if err != nil {
		return fail("unlock", err)
	}
	identity, err := unseal(sealed, from)
	if err != nil {
		return fail("unlock", err)
	}
	return fail("put", v.writeKeyFile(identity, to))
}

func (v *Vault) writeKeyFile(identity *age.X25519Identity, passphrase string) error {
	if utf8.RuneCountInString(passphrase) < MinPassphrase {
		return &store.Error{Outcome: store.Locked, Err: ErrShort}
	}
	recipient, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return fmt.Errorf("using the passphrase: %w", err)
	}
	if v.config.WorkFactor > 0 {
		recipient.SetWorkFactor(v.config.WorkFactor)
	}
	sealed, err := seal([]byte(identity.String()), recipient)
	if err != nil {
		return err
	}
	return v.write(v.keyPath(), keyMagic, idOf(identity), sealed)
}

// unseal opens the key file with a passphrase.
func unseal(sealed []byte, passphrase string) (*age.X25519Identity, error) {
	damaged := func(err error) error {
		return unavailable(store.ReasonCorrupt, fmt.Errorf("the vault's key file is damaged: %w", err))
	}
	if passphrase == "" {
		return nil, &store.Error{Outcome: store.Locked, Err: ErrPassphrase}
	}
	key, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, &store.Error{Outcome: store.Locked, Err: ErrPassphrase}
	}
	key.SetMaxWorkFactor(maxWorkFactor)
	r, err := age.Decrypt(bytes.NewReader(sealed), key)
	if noMatch, ok := errors.AsType[*age.NoIdentityMatchError](err); ok {
		// age has one error for a wrong passphrase and for a file that no
		// passphrase opens; the kind of the stanza tells them apart.
		if len(noMatch.StanzaTypes) != 1 || noMatch.StanzaTypes[0] != "scrypt" {
			return nil, damaged(errors.New("it is not protected by a passphrase"))
		}
		return nil, &store.Error{Outcome: store.Locked, Err: ErrPassphrase}
	}
	if err != nil {
		return nil, damaged(err)
	}
	text, err := io.ReadAll(io.LimitReader(r, 4096))
	if err != nil {
		return nil, damaged(err)
	}
	identity, err := age.ParseX25519Identity(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, damaged(errors.New("it holds no key")) // age's error would quote it
	}
	return identity, nil
}
