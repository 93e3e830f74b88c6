// Package store says what a place for secrets must do, and nothing of what is
// kept there: opaque bytes under a name, with four outcomes.
//
// The four outcomes are the heart of it. A keychain that is locked, busy or
// away must never look like one that was asked and does not have the item:
// only a proven [Absent] signs anybody out.
//
// Package keychain is such a place on the operating system's keychain;
// [NewMemory] is one that lasts until the program ends. Package vault is
// one in files under a passphrase.
package store

import (
	"context"
	"errors"
	"fmt"
)

// Outcome is what a store says about an item.
type Outcome int

// The four outcomes.
const (
	Found       Outcome = iota // the item was read or written
	Absent                     // the store was open and has no such item
	Locked                     // the store is there but closed, or the user refused access
	Unavailable                // there is no such store now, or it does not answer
)

func (o Outcome) String() string {
	switch o {
	case Found:
		return "found"
	case Absent:
		return "absent"
	case Locked:
		return "locked"
	default:
		return "unavailable"
	}
}

// Reason tells outcomes of one kind apart, for the words a person reads.
type Reason string

// The reasons.
const (
	ReasonNone      Reason = ""
	ReasonDismissed Reason = "dismissed"  // the user closed the unlock dialog (Locked)
	ReasonDenied    Reason = "denied"     // the system or user refused this program (Locked)
	ReasonTimeout   Reason = "timeout"    // no answer within the deadline (Unavailable; Locked if it was the person who gave none)
	ReasonBusy      Reason = "busy"       // an earlier call still hangs (Unavailable)
	ReasonNoService Reason = "no_service" // no keychain on this computer (Unavailable)
	ReasonMismatch  Reason = "mismatch"   // read back other bytes than were written (Unavailable)
	ReasonTooBig    Reason = "too_big"    // the store cannot hold an item of this size (Unavailable)

	// ReasonLost: the keychain cannot be had before the program is started
	// anew, and most likely can then: the connection broke, or there was none
	// when the program started and there is now (Unavailable).
	ReasonLost Reason = "lost"
	// ReasonNewer: a newer version of this program wrote the item, which is
	// kept as it is (Unavailable).
	ReasonNewer Reason = "newer"
	// ReasonCorrupt: the item is there and is not, or not all of, what was
	// written (Unavailable).
	ReasonCorrupt Reason = "corrupt"
	// ReasonForeign: the item under this name is somebody else's (Unavailable).
	ReasonForeign Reason = "foreign"

	// ReasonNoCollection: the keychain is there but nobody has made a default
	// place in it yet; Unlock offers to (Unavailable).
	ReasonNoCollection Reason = "no_collection"
)

// Error is every error that a Store returns. Outcome is Absent, Locked or
// Unavailable, never Found.
type Error struct {
	Op      string // "get", "put", "delete", "unlock", "names"
	Outcome Outcome
	Reason  Reason
	Err     error // the cause; may be nil. Never holds item data
}

func (e *Error) Error() string {
	s := fmt.Sprintf("store: %s: %s", e.Op, e.Outcome)
	if e.Reason != ReasonNone {
		s += " (" + string(e.Reason) + ")"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// OutcomeOf returns the outcome that err stands for: Found for nil, and
// Unavailable for any error that is not an *Error, since an unknown failure
// proves nothing.
func OutcomeOf(err error) Outcome {
	if err == nil {
		return Found
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Outcome
	}
	return Unavailable
}

// ReasonOf returns the reason in err, or ReasonNone.
func ReasonOf(err error) Reason {
	var e *Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return ReasonNone
}

// Options of one call.
type Options struct {
	// Interact allows the store to show a dialog of the operating system.
	// Background work leaves it false and gets Locked instead.
	Interact bool
	// Verify makes Put read the item back and compare (ReasonMismatch).
	Verify bool
}

// Status describes a store without touching any item.
type Status struct {
	Kind       string  // stable: "secret_service", "wincred", "macos_keychain", "memory", "vault"
	Name       string  // what users call it: "GNOME Keyring", "Credential Manager", …
	Persistent bool    // false: lasts until the program ends
	Outcome    Outcome // Found = ready; Locked; Unavailable
	Reason     Reason
	Detail     string // for the copyable detail; no secrets
}

// Store is a place for secrets. All methods are safe for concurrent use, keep
// to ctx and return nil or an *Error.
type Store interface {
	// Status looks without prompting.
	Status(ctx context.Context) Status
	// Unlock makes the store ready; it may show the system's dialog. It
	// returns nil when the store is ready.
	Unlock(ctx context.Context) error
	// Get returns the bytes under name.
	Get(ctx context.Context, name string, o Options) ([]byte, error)
	// Put writes data under name, replacing what was there. After a crash the
	// item is the old or the new one, never mixed.
	Put(ctx context.Context, name string, data []byte, o Options) error
	// Delete removes name. Removing what is not there is no error, but only a
	// store that was open may say so.
	Delete(ctx context.Context, name string, o Options) error
}
