// Package instance lets one program run for each user and configuration folder.
// The first start is the one that stays; a second one tells it to raise its
// window, and ends.
//
//	one, err := instance.Claim(ctx, dir, raise)
//	if errors.Is(err, instance.ErrRaised) {
//		return nil // the first one's window is in front now
//	}
//	defer one.Release()
//
// Who is first is decided by a lock on a file in the configuration folder, which
// the system gives up with the process, however that ends. The message goes over
// a Unix socket in a folder of this user's only, or on Windows through a named
// pipe that this user alone may open; whoever holds the lock owns the socket, so
// that one left behind by a dead process is replaced without a race. Both sides
// ask the system who the other one is.
//
// One verb is understood, "raise". Whoever sends something else, too much, too
// slowly or as another user is hung up on, and the first program never waits for
// any of them.
package instance

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

const (
	request = "raise\n"
	answer  = "ok\n"

	// talk is how long one conversation may take, on either side.
	talk = 2 * time.Second
	// guests is how many may talk at the same time; more are hung up on.
	guests = 8
	// patience is how long a second start waits for a first one that is only
	// just starting, or is ending: a refresh that is under way may take it 10
	// seconds.
	patience = 15 * time.Second
	// again is the distance of two tries.
	again = 50 * time.Millisecond
)

var (
	// ErrRaised says that another instance runs and has taken the request to raise
	// its window.
	ErrRaised = errors.New("already running: its window was raised")
	// ErrMute says that another instance runs and does not answer.
	ErrMute = errors.New("already running, but it does not answer")
	// ErrUnsupported says that the folder or the system can't do what is needed to
	// tell two instances apart. A program goes on without.
	ErrUnsupported = errors.New("it can't be told whether this is the only instance")
)

// Instance is the one of its folder.
type Instance struct {
	lock     *flock.Flock
	listener net.Listener
	raise    func()
	slots    chan struct{}
	done     chan struct{} // closed when nobody is served any more
}

// Claim makes this process the one instance for dir, a folder that must exist;
// raise is then called, on a goroutine of its own, each time another start asks
// for it. It must return at once.
//
// Where another process is the one already, the error is ErrRaised or, after
// some seconds, ErrMute. Every other failure wraps ErrUnsupported.
func Claim(ctx context.Context, dir string, raise func()) (*Instance, error) {
	dir, err := canonical(dir)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnsupported, err)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	// The lock stays: a file that is removed may still be locked by somebody.
	lock := flock.New(filepath.Join(dir, "instance.lock"), flock.SetPermissions(0o600))
	for {
		first, err := lock.TryLock()
		if err != nil {
			return nil, fmt.Errorf("%w: locking: %w", ErrUnsupported, err)
		}
		if first {
			return settle(lock, dir, raise)
		}
		if ask(ctx, dir) == nil {
			return nil, errors.Join(ErrRaised, lock.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ErrMute, lock.Close())
		case <-time.After(again):
		}
	}
}

// canonical is the one name of dir, by whatever way it was called.
func canonical(dir string) (string, error) {
	dir, err := filepath.EvalSymlinks(dir)
	if err == nil {
		dir, err = filepath.Abs(dir)
	}
	if err != nil {
		return "", fmt.Errorf("finding the folder: %w", err)
	}
	return dir, nil
}

// digest names dir where its own name would be too long.
func digest(dir string) string {
	sum := sha256.Sum256([]byte(dir))
	return hex.EncodeToString(sum[:8])
}

// settle begins to serve, with the lock held.
func settle(lock *flock.Flock, dir string, raise func()) (*Instance, error) {
	l, err := listen(dir)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", ErrUnsupported, err), lock.Close())
	}
	i := &Instance{lock: lock, listener: l, raise: raise, slots: make(chan struct{}, guests), done: make(chan struct{})}
	go i.serve()
	return i, nil
}

// Deaf ends the serving, once: there is no window any more that could be raised,
// and a start from now on waits for this program to end and then takes its
// place. A nil Instance has nothing to end.
func (i *Instance) Deaf() {
	if i == nil {
		return
	}
	_ = i.listener.Close() // closed already: fine
	<-i.done
}

// Release gives the place up. A nil Instance has none.
func (i *Instance) Release() {
	if i == nil {
		return
	}
	i.Deaf()
	_ = i.lock.Close() // the end of the process would do it too
}

func (i *Instance) serve() {
	defer close(i.done)
	for {
		c, err := i.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // no file descriptors left, for one
			time.Sleep(again)
			continue
		}
		select {
		case i.slots <- struct{}{}:
			go func() {
				defer func() { <-i.slots }()
				i.talk(c)
			}()
		default:
			_ = c.Close() // too many: hung up on
		}
	}
}

// talk listens to one guest.
func (i *Instance) talk(c net.Conn) {
	defer c.Close()
	if c.SetDeadline(time.Now().Add(talk)) != nil || !ours(c) {
		return
	}
	// One byte more than the verb has: whatever is longer is not the verb.
	said, err := bufio.NewReaderSize(io.LimitReader(c, int64(len(request))), 16).ReadString('\n')
	if err != nil || said != request {
		return
	}
	i.raise()
	_, _ = io.WriteString(c, answer) // who did not wait for it does not need it
}

// ask tells the first instance to raise its window, and waits for its answer.
func ask(ctx context.Context, dir string) error {
	ctx, cancel := context.WithTimeout(ctx, talk)
	defer cancel()
	c, err := dial(ctx, dir)
	if err != nil {
		return err
	}
	defer c.Close()
	if !ours(c) {
		return errors.New("the socket is another user's")
	}
	deadline, _ := ctx.Deadline()
	if err := c.SetDeadline(deadline); err != nil {
		return err
	}
	if _, err := io.WriteString(c, request); err != nil {
		return err
	}
	said, err := io.ReadAll(io.LimitReader(c, int64(len(answer))))
	if err != nil || string(said) != answer {
		return errors.Join(errors.New("no answer"), err)
	}
	return nil
}
