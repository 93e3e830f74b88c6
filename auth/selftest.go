package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"app.latchkey/auth/loopback"
	"app.latchkey/auth/store"
)

// TryRedirect listens as a sign-in would and asks the receiver something by way
// of this computer's network: whether a browser could come back. The error is a
// Problem with CodeLoopbackUnavailable or CodeLoopbackPortsTaken.
func (c *Client) TryRedirect(ctx context.Context, r Redirect) error {
	receiver, err := loopback.Listen(ctx, loopback.Config{Host: r.Host, Path: r.Path, Ports: r.Ports, Product: c.config.Application})
	if err != nil {
		return listenProblem(err)
	}
	defer receiver.Close()
	// No proxy and no name: what a browser would reach, if nothing is in between.
	direct := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: onlyHere}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, receiver.RedirectURI(), nil)
	if err != nil {
		return problem(PhaseBrowser, CodeLoopbackUnavailable, NextRetry, err)
	}
	resp, err := direct.Do(req)
	if err != nil {
		return problem(PhaseBrowser, CodeLoopbackUnavailable, NextRetry, err)
	}
	return resp.Body.Close()
}

// onlyHere connects to localhost without asking a resolver for it.
func onlyHere(ctx context.Context, network, address string) (net.Conn, error) {
	var d net.Dialer
	if port, found := strings.CutPrefix(address, "localhost:"); found {
		if conn, err := d.DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port)); err == nil {
			return conn, nil
		}
		address = net.JoinHostPort("::1", port)
	}
	return d.DialContext(ctx, network, address)
}

// StoreState says how a place for sign-ins does.
type StoreState string

// The states of a store.
const (
	StoreWorks   StoreState = "works"   // something was written, read and removed
	StoreLocked  StoreState = "locked"  // it has to be opened first; nothing was tried
	StoreMissing StoreState = "missing" // there is none on this computer
	StoreUnmade  StoreState = "unmade"  // the keychain is there, and has no place in it yet
	StoreMute    StoreState = "mute"    // it does not answer
	StoreRestart StoreState = "restart" // it can be had once the program is started anew
	StoreDenied  StoreState = "denied"  // the system refuses this program
	StoreBroken  StoreState = "broken"  // it gives back something else than was written
	StoreFails   StoreState = "fails"   // anything else
)

// StoreTrial is what came of trying a place for sign-ins. It holds no secret.
type StoreTrial struct {
	State      StoreState
	Kind, Name string // as in store.Status
	Items      int    // how many sign-ins of ours are there; -1 if that cannot be told
	Took       time.Duration
	Detail     string // of what went wrong; cleaned
}

// TryStores writes, reads and removes something in the store, and in the
// fallback where there is one. No dialog is shown: what is locked stays so.
func (c *Client) TryStores(ctx context.Context) []StoreTrial {
	out := []StoreTrial{tryStore(ctx, c.config.Store)}
	if fallback := c.fallback(); fallback != nil {
		out = append(out, tryStore(ctx, fallback))
	}
	return out
}

// trialName is what the trial's item is called: an own one each time, so that
// two programs do not remove each other's.
func trialName() string { return "Latchkey self-test " + rand.Text()[:8] }

func tryStore(ctx context.Context, s store.Store) StoreTrial {
	begin := time.Now()
	health := store.HealthOf(ctx, s)
	t := StoreTrial{Kind: health.Kind, Name: health.Name, Items: health.Items, Detail: CleanText(health.Detail, 300)}
	err := writeAndRead(ctx, s, health)
	t.Took = time.Since(begin)
	reason := store.ReasonOf(err)
	if health.Outcome != store.Found {
		reason = health.Reason
	}
	switch {
	case err == nil:
		t.State = StoreWorks
		return t
	case health.Outcome == store.Locked && reason != store.ReasonDenied:
		t.State = StoreLocked
		return t
	case health.Outcome == store.Found && err != nil:
		t.Detail = CleanText(err.Error(), 300)
	}
	switch reason {
	case store.ReasonNoService:
		t.State = StoreMissing
	case store.ReasonNoCollection:
		t.State = StoreUnmade
	case store.ReasonTimeout, store.ReasonBusy:
		t.State = StoreMute
	case store.ReasonLost:
		t.State = StoreRestart
	case store.ReasonDenied:
		t.State = StoreDenied
	case store.ReasonMismatch, store.ReasonCorrupt, store.ReasonForeign:
		t.State = StoreBroken
	default:
		t.State = StoreFails
		if store.OutcomeOf(err) == store.Locked { // between the two looks
			t.State = StoreLocked
		}
	}
	return t
}

var errNotTried = errors.New("the store is not open")

// writeAndRead tries an item of its own. What it wrote it removes, also where
// ctx has ended meanwhile.
func writeAndRead(ctx context.Context, s store.Store, h store.Health) error {
	if h.Outcome != store.Found {
		return errNotTried
	}
	name, data := trialName(), []byte(rand.Text())
	if err := s.Put(ctx, name, data, store.Options{Verify: true}); err != nil {
		// It may have been written all the same.
		_ = s.Delete(context.WithoutCancel(ctx), name, store.Options{})
		return err
	}
	back, err := s.Get(ctx, name, store.Options{})
	if gone := s.Delete(context.WithoutCancel(ctx), name, store.Options{}); err == nil {
		err = gone
	}
	if err == nil && subtle.ConstantTimeCompare(back, data) == 0 {
		err = &store.Error{Op: "get", Outcome: store.Unavailable, Reason: store.ReasonMismatch}
	}
	return err
}
