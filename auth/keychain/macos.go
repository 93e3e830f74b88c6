package keychain

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/99designs/keyring"

	"app.latchkey/auth/store"
)

// OSStatus codes of Apple's Security framework.
const (
	errSecUserCanceled          = -128
	errSecNotAvailable          = -25291
	errSecAuthFailed            = -25293
	errSecNoSuchKeychain        = -25294
	errSecNoAccessForItem       = -25243
	errSecNoDefaultKeychain     = -25307
	errSecInteractionNotAllowed = -25308
	errSecMissingEntitlement    = -34018
)

// macKeychain is the login keychain of macOS. It compiles everywhere; only
// macOS with cgo has the library's part. What is particular to it:
//
//   - The library says "not found" for every failed read: locked, denied, bad
//     signature. The list of items tells these apart (it reads attributes,
//     which no dialog guards).
//   - A dialog may come up for any read, if another build of the program wrote
//     the item. The library can't forbid it.
type macKeychain struct {
	cfg     Config
	trusted func() bool
	// openRing opens the library; a test puts another in its place.
	openRing func(trusted bool) (keyring.Keyring, error)
}

// newMacKeychain takes trusted, which says whether items shall trust this very
// program without asking: right only if it is signed by a developer, since the
// trust is then in the signature. An ad-hoc signature changes with each build,
// and trust in it makes every update ask, or hang.
func newMacKeychain(c Config, trusted func() bool) *macKeychain {
	return &macKeychain{cfg: c, trusted: trusted, openRing: func(trusted bool) (keyring.Keyring, error) {
		return keyring.Open(keyring.Config{
			AllowedBackends:          []keyring.BackendType{keyring.KeychainBackend},
			ServiceName:              c.Application,
			KeychainTrustApplication: trusted,
			// KeychainName stays empty: a name would make a keychain file of
			// its own, with its own password dialog.
		})
	}}
}

func (p *macKeychain) names() (kind, name string)           { return "macos_keychain", "Keychain" }
func (p *macKeychain) maxItem() int                         { return 0 }
func (p *macKeychain) close()                               {}
func (p *macKeychain) beforeWrite() error                   { return nil }
func (p *macKeychain) open(target) (keyring.Keyring, error) { return p.openRing(p.trusted()) }

func (p *macKeychain) status(o store.Outcome) store.Status {
	kind, name := p.names()
	return store.Status{Kind: kind, Name: name, Persistent: true, Outcome: o}
}

// look implements platform. A locked keychain can't be told from an open one
// without reading an item.
func (p *macKeychain) look(ctx context.Context, w *worker) (target, store.Status) {
	t := target{prompts: true}
	if w.wedged() {
		return t, p.status(store.Found) // the store adds "busy"
	}
	_, err := do(ctx, w, p.cfg.ProbeTimeout, func() ([]string, error) {
		ring, err := p.openRing(false) // trust matters to writing only, and takes time to find out
		if err != nil {
			return nil, err
		}
		return ring.Keys()
	})
	if err != nil {
		t.cause = err
		return t, failedStatus(p, p.status(store.Unavailable), err)
	}
	return t, p.status(store.Found)
}

// unlock implements platform. The library can't unlock; reading an item does,
// with the system's dialog.
func (p *macKeychain) unlock(ctx context.Context, w *worker) error {
	t, st := p.look(ctx, w)
	return statusError(st, t.cause)
}

// prove implements platform.
func (p *macKeychain) prove(_ context.Context, _ target, name string, keys func() ([]string, error)) error {
	all, err := keys()
	if err != nil {
		return err
	}
	if slices.Contains(all, name) {
		return &store.Error{
			Outcome: store.Locked, Reason: store.ReasonDenied,
			Err: errors.New("the item is there, and macOS did not let the program read it"),
		}
	}
	return &store.Error{Outcome: store.Absent}
}

// list implements platform. The library lists what bears our service's name.
func (p *macKeychain) list(_ context.Context, _ *worker, _ target, keys func() ([]string, error)) ([]string, error) {
	return keys()
}

// code implements platform.
func (p *macKeychain) code(err error) string {
	if n := osStatus(err); n != 0 {
		return fmt.Sprintf("OSStatus %d", n)
	}
	return ""
}

// macTexts are the library's words for codes that it loses on the way (it
// wraps errors of an update as text).
var macTexts = []struct {
	text string
	code int64
}{
	{"User interaction is not allowed.", errSecInteractionNotAllowed},
	{"The user name or passphrase you entered is not correct.", errSecAuthFailed},
	{"No keychain is available.", errSecNotAvailable},
	{"The specified keychain could not be found.", errSecNoSuchKeychain},
	{"The specified item has no access control.", errSecNoAccessForItem},
}

// explain implements platform.
func (p *macKeychain) explain(err error) (store.Outcome, store.Reason) {
	switch osStatus(err) {
	case errSecInteractionNotAllowed:
		return store.Locked, store.ReasonNone
	case errSecUserCanceled:
		return store.Locked, store.ReasonDismissed
	case errSecAuthFailed, errSecNoAccessForItem, errSecMissingEntitlement:
		return store.Locked, store.ReasonDenied
	case errSecNotAvailable, errSecNoDefaultKeychain, errSecNoSuchKeychain:
		return store.Unavailable, store.ReasonNoService
	}
	if errors.Is(err, keyring.ErrNoAvailImpl) {
		return store.Unavailable, store.ReasonNoService
	}
	return store.Unavailable, store.ReasonNone
}

// osStatus returns the code in err, or 0. The library's error type is an
// integer of a package that exists on macOS with cgo only; its kind is enough.
func osStatus(err error) int64 {
	for e := err; e != nil; e = errors.Unwrap(e) {
		if v := reflect.ValueOf(e); v.CanInt() {
			return v.Int()
		}
	}
	if err != nil {
		for _, known := range macTexts {
			if strings.Contains(err.Error(), known.text) {
				return known.code
			}
		}
	}
	return 0
}

// hasTeam says whether the output of `codesign -dv` names a developer's team.
func hasTeam(codesign string) bool {
	for line := range strings.Lines(codesign) {
		if team, ok := strings.CutPrefix(strings.TrimSpace(line), "TeamIdentifier="); ok {
			return team != "" && team != "not set"
		}
	}
	return false
}

// admit implements platform. Whether macOS would ask cannot be known
// beforehand.
func (p *macKeychain) admit(context.Context, target, string, store.Options) error { return nil }
