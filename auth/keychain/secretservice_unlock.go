//go:build linux

package keychain

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"

	"app.latchkey/auth/store"
)

// unlock implements platform.
func (p *secretService) unlock(ctx context.Context, _ *worker) error {
	return p.unlocks.join(ctx, p.unlockOnce)
}

// unlockOnce makes the default collection ready, and then this program's items
// where the service asks about single ones: a click that says "unlock" is for
// both, and background work can go on after it.
func (p *secretService) unlockOnce(ctx context.Context) error {
	if err := p.unlockCollection(ctx); err != nil {
		return err
	}
	probe, cancel := context.WithTimeout(ctx, p.cfg.ProbeTimeout)
	defer cancel()
	t, err := p.examine(probe, nil, &store.Status{})
	if err != nil {
		return p.translate(err)
	}
	if !t.prompts {
		return nil
	}
	mine, err := p.own(probe, t)
	if err != nil {
		return p.translate(err)
	}
	if closed := lockedOnes(mine); len(closed) > 0 {
		return p.askFor(ctx, t, closed)
	}
	return nil
}

// unlockCollection makes the default collection ready, with the service's
// dialog if it is locked or does not exist yet.
func (p *secretService) unlockCollection(ctx context.Context) error {
	probe, cancel := context.WithTimeout(ctx, p.cfg.ProbeTimeout)
	defer cancel()
	conn, err := p.link.get(probe, nil, p.cfg)
	if err != nil {
		return p.translate(err)
	}
	if _, err := p.owner(ctx, conn); err != nil {
		return p.translate(err)
	}
	// owner may have used up the probe's time starting the service.
	probe, cancel = context.WithTimeout(ctx, p.cfg.ProbeTimeout)
	defer cancel()
	place, err := defaultCollection(probe, conn)
	if errors.Is(err, errNoDefault) {
		if err = p.createDefault(ctx, conn); err == nil {
			return nil
		}
	}
	if err != nil {
		return p.translate(err)
	}
	locked, err := isLocked(probe, conn, place)
	if err != nil {
		return p.translate(err)
	}
	if !locked {
		return nil
	}
	err = p.prompted(ctx, conn, func(ctx context.Context, service dbus.BusObject) (prompt dbus.ObjectPath, err error) {
		var unlocked []dbus.ObjectPath
		err = service.CallWithContext(ctx, ifaceService+".Unlock", 0, []dbus.ObjectPath{place}).Store(&unlocked, &prompt)
		return prompt, err
	})
	if err != nil {
		return p.translate(err)
	}
	// Services say "not dismissed" for a wrong password too.
	after, cancelAfter := context.WithTimeout(ctx, p.cfg.ProbeTimeout)
	defer cancelAfter()
	if locked, err = isLocked(after, conn, place); err != nil {
		return p.translate(err)
	}
	if locked {
		return &store.Error{Outcome: store.Locked, Reason: store.ReasonDismissed}
	}
	return nil
}

// createDefault has the service make a collection with the alias "default",
// which asks the person for a new password.
func (p *secretService) createDefault(ctx context.Context, conn *dbus.Conn) error {
	err := p.prompted(ctx, conn, func(ctx context.Context, service dbus.BusObject) (prompt dbus.ObjectPath, err error) {
		properties := map[string]dbus.Variant{ifaceCollection + ".Label": dbus.MakeVariant("Default keyring")}
		var made dbus.ObjectPath
		err = service.CallWithContext(ctx, ifaceService+".CreateCollection", 0, properties, "default").Store(&made, &prompt)
		return prompt, err
	})
	if e, ok := errors.AsType[*store.Error](err); ok && e.Outcome == store.Locked {
		// Nothing is locked: there is still nothing there.
		return &store.Error{Outcome: store.Unavailable, Reason: store.ReasonNoCollection, Err: err}
	}
	if err != nil {
		return err
	}
	probe, cancel := context.WithTimeout(ctx, p.cfg.ProbeTimeout)
	defer cancel()
	_, err = defaultCollection(probe, conn)
	return err
}

// prompted makes a request that may return a prompt, shows it and waits until
// it is completed, the service is gone, or ctx ends. It never calls
// Prompt.Dismiss: gnome-keyring 42.1 aborts on it, and takes every program's
// secrets with it. Not waiting any more is enough.
func (p *secretService) prompted(ctx context.Context, conn *dbus.Conn, request func(context.Context, dbus.BusObject) (dbus.ObjectPath, error)) error {
	probe, cancel := context.WithTimeout(ctx, p.cfg.ProbeTimeout)
	defer cancel()
	owner, err := nameOwner(probe, conn, serviceName)
	if err != nil {
		return err
	}
	signals := make(chan *dbus.Signal, 32)
	conn.Signal(signals)
	defer conn.RemoveSignal(signals)
	stop, err := subscribe(probe, conn)
	if err != nil {
		return err
	}
	defer stop()
	prompt, err := request(probe, conn.Object(owner, servicePath))
	if err != nil || prompt == noObject {
		return err
	}
	if err := conn.Object(owner, prompt).CallWithContext(probe, ifacePrompt+".Prompt", 0, "").Err; err != nil {
		if ctx.Err() != nil {
			return unanswered(ctx) // the dialog may be on its way
		}
		return err
	}
	return awaitCompleted(ctx, conn, signals, owner, prompt)
}

// subscribe asks the bus for the signals that end a prompt.
func subscribe(ctx context.Context, conn *dbus.Conn) (stop func(), err error) {
	rules := [][]dbus.MatchOption{
		{dbus.WithMatchInterface(ifacePrompt), dbus.WithMatchMember("Completed")},
		{dbus.WithMatchInterface("org.freedesktop.DBus"), dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, serviceName)},
	}
	for _, rule := range rules {
		if err := conn.AddMatchSignalContext(ctx, rule...); err != nil {
			return nil, err
		}
	}
	return func() {
		// A rule left behind costs little; a bus that no longer answers must
		// not hold us up. ctx may be over already.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 200*time.Millisecond)
		defer cancel()
		for _, rule := range rules {
			_ = conn.RemoveMatchSignalContext(ctx, rule...)
		}
	}, nil
}

func awaitCompleted(ctx context.Context, conn *dbus.Conn, signals <-chan *dbus.Signal, owner string, prompt dbus.ObjectPath) error {
	for {
		select {
		case <-ctx.Done():
			return unanswered(ctx)
		case <-conn.Context().Done():
			return errLost
		case s, open := <-signals:
			switch {
			case !open:
				return errLost
			case s.Name == ifacePrompt+".Completed" && s.Path == prompt && s.Sender == owner:
				var dismissed bool
				var result dbus.Variant
				if err := dbus.Store(s.Body, &dismissed, &result); err != nil {
					return fmt.Errorf("reading the dialog's answer: %w", err)
				}
				if dismissed {
					return &store.Error{Outcome: store.Locked, Reason: store.ReasonDismissed}
				}
				return nil
			case s.Name == "org.freedesktop.DBus.NameOwnerChanged" && s.Sender == "org.freedesktop.DBus":
				return errWentAway
			}
		}
	}
}

var errWentAway = &store.Error{Outcome: store.Unavailable, Err: errors.New("the service went away while its dialog was shown")}

// unanswered is what a caller gets who stopped waiting for the person.
func unanswered(ctx context.Context) error {
	return &store.Error{Outcome: store.Locked, Reason: store.ReasonTimeout, Err: fmt.Errorf("waiting for the dialog: %w", ctx.Err())}
}

// flights lets concurrent callers share one attempt. The zero value is ready.
type flights struct {
	mu      sync.Mutex
	current *flight
}

type flight struct {
	done    chan struct{}
	err     error
	waiting int
	cancel  context.CancelFunc
}

// join runs try, or waits for the run that is under way. The run's context is
// cancelled when the last of its callers has left.
func (f *flights) join(ctx context.Context, try func(context.Context) error) error {
	f.mu.Lock()
	run := f.current
	if run == nil {
		inner, cancel := context.WithCancel(context.WithoutCancel(ctx))
		run = &flight{done: make(chan struct{}), cancel: cancel}
		f.current = run
		go func() {
			run.err = try(inner)
			f.mu.Lock()
			if f.current == run {
				f.current = nil
			}
			f.mu.Unlock()
			cancel()
			close(run.done)
		}()
	}
	run.waiting++
	f.mu.Unlock()

	select {
	case <-run.done:
		return run.err
	case <-ctx.Done():
	}
	f.mu.Lock()
	run.waiting--
	last := run.waiting == 0
	if last && f.current == run {
		f.current = nil // whoever comes now starts anew
	}
	f.mu.Unlock()
	if last {
		run.cancel()
		<-run.done // at once: everything in it obeys its context
		if run.err != nil && store.OutcomeOf(run.err) == store.Unavailable {
			return run.err
		}
		if run.err == nil {
			return nil // answered in the last moment
		}
	}
	return unanswered(ctx)
}
