package keychain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/99designs/keyring"

	"app.latchkey/auth/store"
)

// Config says how to open the keychain. The zero value works.
type Config struct {
	// Application is the program's name as users know it; the keychain shows
	// it (default "Latchkey"). No other program's may be the same: whose items
	// they are is seen by it.
	Application string
	// ProbeTimeout limits looking at the keychain, which shows no dialog
	// (default 2 s). Starting a service that D-Bus can start gets twice
	// OpTimeout instead.
	ProbeTimeout time.Duration
	// OpTimeout limits one read or write that needs no dialog (default 5 s).
	OpTimeout time.Duration
	// PromptTimeout limits waiting for the person at a dialog (default 120 s).
	// The caller's context may end it sooner.
	PromptTimeout time.Duration
}

func (c Config) withDefaults() Config {
	if c.Application == "" {
		c.Application = "Latchkey"
	}
	set := func(d *time.Duration, to time.Duration) {
		if *d <= 0 {
			*d = to
		}
	}
	set(&c.ProbeTimeout, 2*time.Second)
	set(&c.OpTimeout, 5*time.Second)
	set(&c.PromptTimeout, 120*time.Second)
	return c
}

// Store is the operating system's keychain. Its methods are safe for
// concurrent use.
type Store struct {
	cfg    Config
	plat   platform
	work   *worker
	closed atomic.Bool
	swept  atomic.Bool // what earlier crashes left was looked for

	lastMu sync.Mutex
	last   *store.Failure

	// Only code that runs on the worker touches these.
	ring   keyring.Keyring
	ringAt string // the target's place that ring was opened for
}

var (
	_ store.Lister   = (*Store)(nil)
	_ store.Reporter = (*Store)(nil)
)

// platform is what differs between the operating systems' keychains.
type platform interface {
	// names returns Status.Kind, and Status.Name for when nothing better is
	// known.
	names() (kind, name string)
	// look says how the keychain stands, with no dialog and within ctx. The
	// target is valid if the status says Found.
	look(ctx context.Context, w *worker) (target, store.Status)
	// unlock makes the keychain ready; it may show the system's dialog.
	unlock(ctx context.Context, w *worker) error
	// open opens the library. Called on the worker.
	open(t target) (keyring.Keyring, error)
	// beforeWrite prepares the library for a write. Called on the worker.
	beforeWrite() error
	// admit says whether a call may go to the library for an item. Where the
	// system would ask the person about it: Locked, or with o.Interact it asks
	// here, and admit waits for the answer.
	admit(ctx context.Context, t target, name string, o store.Options) error
	// prove says what a "not found" of the library means: an *store.Error that
	// is Absent only if the item is proven not to exist. keys lists the
	// library's keys (on the worker, under its time limit).
	prove(ctx context.Context, t target, name string, keys func() ([]string, error)) error
	// list returns the names of this program's items, and of their pieces. keys
	// is as for prove.
	list(ctx context.Context, w *worker, t target, keys func() ([]string, error)) ([]string, error)
	// explain maps an error of the library.
	explain(err error) (store.Outcome, store.Reason)
	// code is the system's own name for an error, "" if it has none.
	code(err error) string
	// maxItem is the most bytes that one item shall hold; 0 means no limit
	// known.
	maxItem() int
	close()
}

// target is the place in the keychain that a call works on.
type target struct {
	place   string // Linux: the collection's object path
	owner   string // Linux: unique bus name of the service
	prompts bool   // the system may show a dialog for a single item
	cause   error  // why the status is not Found; may be nil
}

// Open returns the keychain of this computer. It does no I/O, starts nothing
// and cannot fail: how the keychain stands is for Status to say.
func Open(c Config) *Store {
	c = c.withDefaults()
	return newStore(c, newPlatform(c))
}

func newStore(c Config, p platform) *Store {
	return &Store{cfg: c, plat: p, work: newWorker()}
}

// Close gives up the connection to the keychain. A call that hangs inside the
// library goes on hanging; nobody can end it.
func (s *Store) Close() error {
	if s.closed.CompareAndSwap(false, true) {
		s.plat.close()
	}
	return nil
}

// Status implements store.Store. It never prompts. It takes at most
// Config.ProbeTimeout, or twice Config.OpTimeout when the service has to be
// started first.
func (s *Store) Status(ctx context.Context) store.Status {
	_, st := s.look(ctx)
	return st
}

// look is the platform's look, and what the store itself knows.
func (s *Store) look(ctx context.Context) (target, store.Status) {
	if s.closed.Load() {
		kind, name := s.plat.names()
		return target{}, store.Status{Kind: kind, Name: name, Outcome: store.Unavailable, Detail: "the store was closed"}
	}
	t, st := s.plat.look(ctx, s.work)
	if st.Outcome == store.Found && s.work.wedged() {
		st.Outcome, st.Reason = store.Unavailable, store.ReasonBusy
		st.Detail = "an earlier call has not returned; " + st.Detail
	}
	return t, st
}

// Unlock implements store.Store. On Linux it shows the service's own dialog if
// the default collection is locked, and the service's dialog for a new one
// (Reason no_collection before) if there is none. On Windows and macOS nothing
// can be unlocked ahead of time, and it only checks that the keychain answers.
//
// Two concurrent calls share one dialog. When ctx ends before the person has
// answered, Unlock returns Locked/timeout and the dialog stays: taking it away
// would crash gnome-keyring, and an answer given late still counts for the next
// call.
func (s *Store) Unlock(ctx context.Context) error {
	if err := s.usable(ctx); err != nil {
		return s.fail("unlock", err)
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.PromptTimeout)
	defer cancel()
	if err := s.plat.unlock(ctx, s.work); err != nil {
		return s.fail("unlock", err)
	}
	return nil
}

// usable refuses what can't work, before anything is asked.
func (s *Store) usable(ctx context.Context) error {
	switch {
	case s.closed.Load():
		return &store.Error{Outcome: store.Unavailable, Err: os.ErrClosed}
	case ctx.Err() != nil:
		return &store.Error{Outcome: store.Unavailable, Reason: store.ReasonTimeout, Err: ctx.Err()}
	case s.work.wedged():
		return errBusy
	}
	return nil
}

// ready looks at the keychain and, if the caller allows a dialog, unlocks it.
func (s *Store) ready(ctx context.Context, o store.Options) (target, error) {
	if err := s.usable(ctx); err != nil {
		return target{}, err
	}
	t, st := s.look(ctx)
	if st.Outcome == store.Locked && o.Interact {
		if err := s.Unlock(ctx); err != nil {
			return target{}, err
		}
		t, st = s.look(ctx)
	}
	return t, statusError(st, t.cause)
}

// Get implements store.Store. It takes at most ProbeTimeout + OpTimeout, plus
// PromptTimeout if o.Interact allows a dialog and the system shows one.
func (s *Store) Get(ctx context.Context, name string, o store.Options) ([]byte, error) {
	t, err := s.ready(ctx, o)
	if err != nil {
		return nil, s.fail("get", err)
	}
	data, err := s.pieces(ctx, t, o).get(name)
	if err != nil {
		return nil, s.fail("get", err)
	}
	return data, nil
}

// Put implements store.Store. Where the system's items are small (Windows) a
// big one is kept in pieces, up to about 150 KB; a bigger one is refused before
// anything is written (too_big). An item that a newer version of this program
// wrote in a way that this one does not know stays as it is (newer). With
// o.Verify the item is read back; if other bytes come back than were written,
// or none, the error is Unavailable/mismatch. A Put that timed out may still be
// carried out later, but never after a later Put.
func (s *Store) Put(ctx context.Context, name string, data []byte, o store.Options) error {
	t, err := s.ready(ctx, o)
	if err != nil {
		return s.fail("put", err)
	}
	p := s.pieces(ctx, t, o)
	data = bytes.Clone(data) // the library may hold on to it after a timeout
	err = p.put(name, data)
	if err == nil && o.Verify {
		// A headless macOS was seen to store 0 bytes and say nothing.
		got, readErr := p.get(name)
		err = compare(data, got, readErr)
	}
	if err != nil {
		return s.fail("put", err)
	}
	s.sweepOnce(p)
	return nil
}

// Delete implements store.Store. It says nil only once the item is proven
// absent, whether or not it was there before.
func (s *Store) Delete(ctx context.Context, name string, o store.Options) error {
	t, err := s.ready(ctx, o)
	if err != nil {
		return s.fail("delete", err)
	}
	if err := s.pieces(ctx, t, o).remove(name); err != nil {
		return s.fail("delete", err)
	}
	return nil
}

// pieces is how this system keeps items, for one call.
func (s *Store) pieces(ctx context.Context, t target, o store.Options) pieces {
	return pieces{shelf: visit{ctx, s, t, o}, limit: s.plat.maxItem(), now: time.Now}
}

// sweepOnce removes, once in the life of a Store and after a write that worked,
// what crashes left behind. It matters to tidiness only.
func (s *Store) sweepOnce(p pieces) {
	if p.limit > 0 && s.swept.CompareAndSwap(false, true) {
		_, _ = p.sweep()
	}
}

// onRing runs fn on the worker with the library opened at t.
func onRing[T any](ctx context.Context, s *Store, t target, o store.Options, fn func(keyring.Keyring) (T, error)) (T, error) {
	limit := s.cfg.OpTimeout
	if o.Interact && t.prompts {
		limit = s.cfg.PromptTimeout
	}
	return do(ctx, s.work, limit, func() (result T, err error) {
		fine := false
		defer func() {
			// After an error or a panic the library's object may be half-way
			// through anything. A new one costs a millisecond.
			if !fine {
				s.ring = nil
			}
		}()
		if s.ring == nil || s.ringAt != t.place {
			if s.ring, err = s.plat.open(t); err != nil {
				return result, fmt.Errorf("opening the keychain: %w", err)
			}
			s.ringAt = t.place
		}
		result, err = fn(s.ring)
		fine = err == nil || errors.Is(err, keyring.ErrKeyNotFound)
		return result, err
	})
}
