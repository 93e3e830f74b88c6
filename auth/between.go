package auth

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// lockPatience is how long one process waits for another one's refresh,
// sign-in or sign-out of the same account.
const lockPatience = 30 * time.Second

var errLockBusy = errors.New("another process of this program is at work on the same account and does not end")

// between are the locks between the processes of one person's program: files in
// a folder of the configuration, one an account and one for the index. The
// system lets go of such a lock when its process ends, however it ends. The
// files are empty; an account's goes with the account.
type between struct {
	dir string // "": nothing is shared with other processes

	mu   sync.Mutex
	fail error // why a lock could not be had last; nil: it could
}

func newBetween(dir string) *between {
	if dir == "" {
		return &between{}
	}
	return &between{dir: filepath.Join(dir, "locks")}
}

// lock waits for the lock called name, at most for patience. Where the folder
// cannot be written to (a read-only disk) it goes on without: the session
// matters more, and trouble tells the diagnostics. The error is errLockBusy or
// ctx's cause.
func (b *between) lock(ctx context.Context, name string, patience time.Duration) (release func(), err error) {
	if b.dir == "" {
		return func() {}, nil
	}
	err = os.MkdirAll(b.dir, 0o700)
	f := flock.New(filepath.Join(b.dir, name+".lock"), flock.SetPermissions(0o600))
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for wait := time.Millisecond; err == nil; wait = min(2*wait, 20*time.Millisecond) {
		var got bool
		if got, err = f.TryLock(); got && stillThere(f) {
			b.note(nil)
			return func() { _ = f.Close() }, nil
		}
		_ = f.Close() // what is locked may have been removed: the next try opens what is there now
		if err != nil {
			break
		}
		pause := time.NewTimer(wait/2 + rand.N(wait)) // in step, the same two would meet again and again
		select {
		case <-pause.C:
		case <-limit.C:
			return nil, errLockBusy
		case <-ctx.Done():
			pause.Stop()
			return nil, context.Cause(ctx)
		}
	}
	b.note(err)
	return func() {}, nil
}

// stillThere reports whether the file that was locked is the one that others
// find under its name: a sign-out removes it.
func stillThere(f *flock.Flock) bool {
	mine, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(f.Path())
	return err == nil && os.SameFile(mine, there)
}

// remove takes a lock's file away. The caller holds the lock.
func (b *between) remove(name string) error {
	if b.dir == "" {
		return nil
	}
	err := os.Remove(filepath.Join(b.dir, name+".lock"))
	if errors.Is(err, os.ErrNotExist) || runtime.GOOS == "windows" { // Windows removes no file that is open; it is empty
		return nil
	}
	return err
}

func (b *between) note(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fail = err
}

// trouble says why processes cannot lock each other out; nil if they can.
func (b *between) trouble() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail == nil {
		return nil
	}
	return fmt.Errorf("two programs at once could end a sign-in: no lock in %s: %w", b.dir, b.fail)
}

// insist waits for other processes, but not for one that does not let go: what
// a person does in the window comes first.
func (s *Session) insist(ctx context.Context, patience time.Duration) (release func()) {
	release, err := s.client.between.lock(ctx, s.Account().Key, patience)
	if err != nil {
		s.client.config.Logger.Warn("going on without the lock of the account", "error", err.Error())
		return func() {}
	}
	return release
}

// exclusive keeps every other change of this account away, in this process and
// in others: nobody else refreshes, signs in or signs out meanwhile.
func (s *Session) exclusive(ctx context.Context) (release func(), err error) {
	if err := s.op.lock(ctx); err != nil {
		return nil, err
	}
	unlock, err := s.client.between.lock(ctx, s.Account().Key, lockPatience)
	if err != nil {
		s.op.unlock()
		return nil, err
	}
	return func() { unlock(); s.op.unlock() }, nil
}
