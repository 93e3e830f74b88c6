package auth

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"

	"app.latchkey/auth/flow"
	"app.latchkey/auth/loopback"
	"app.latchkey/auth/store"
)

// Attempt is one sign-in that waits for the person in the browser.
type Attempt struct {
	client   *Client
	site     *site
	meta     Metadata
	request  authorizationRequest
	receiver *loopback.Receiver
	recorder *flow.Recorder
	place    store.Store // where the refresh token will go
	status   store.Status
	limit    limit
	cached   bool // meta was not read for this attempt
	waited   atomic.Bool
	opened   atomic.Bool // the record tells of the first opening only

	stopPrefetch func() // gives up what is under way, and waits for it
}

// readyStore chooses where the refresh token will be kept. A locked store is
// unlocked now, one without a default collection may make it. Only where there
// is provably none does the sign-in last until the program ends, and
// Session.Kept says so: never plain text on disk, and no silent downgrade of
// one that does not answer, for it may well hold this account.
func (a *Attempt) readyStore(ctx context.Context) error {
	step := a.recorder.Start(flow.KindStore, flow.RoleClient, flow.RoleClient)
	configured := a.client.config.Store
	a.place, a.status = configured, configured.Status(ctx)
	var unlockErr error
	if a.status.Outcome == store.Locked || a.status.Reason == store.ReasonNoCollection {
		step.Params(flow.Public("unlock", a.status.Name))
		unlockErr = configured.Unlock(ctx)
		a.status = configured.Status(ctx)
	}
	none := isMissing(a.status)
	if fallback := a.client.fallbackInUse(); none && fallback != nil {
		step.Params(flow.Public("instead of", a.status.Name))
		a.place = fallback
		if unlockErr = fallback.Unlock(ctx); unlockErr != nil { // never a silent downgrade to memory
			unlockErr = fmt.Errorf("opening the fallback: %w", unlockErr)
		}
		a.status, none = fallback.Status(ctx), false
	}
	switch {
	case ctx.Err() != nil:
		return a.fail(step, problem(PhaseStore, CodeCanceled, NextDismiss, context.Cause(ctx)))
	case a.status.Outcome == store.Found:
	case none:
		a.client.config.Logger.Warn("no keychain: the sign-in lasts until the program ends", "store", a.status.Kind, "reason", string(a.status.Reason))
		reason := a.status
		a.place, a.status = a.client.memory, a.client.memory.Status(ctx)
		a.status.Reason, a.status.Detail = reason.Reason, reason.Detail
	case unlockErr != nil:
		return a.fail(step, storeProblem(PhaseStore, a.status.Name, unlockErr))
	default:
		return a.fail(step, storeProblem(PhaseStore, a.status.Name,
			&store.Error{Op: "status", Outcome: a.status.Outcome, Reason: a.status.Reason}))
	}
	step.Params(flow.Public("store", a.status.Name))
	step.Done()
	return nil
}

func listenProblem(err error) error {
	var taken *loopback.PortsError
	if errors.As(err, &taken) {
		ports := make([]string, len(taken.Ports))
		for i, p := range taken.Ports {
			ports[i] = strconv.Itoa(p)
		}
		return problem(PhaseBrowser, CodeLoopbackPortsTaken, NextRetry, err).With("Ports", strings.Join(ports, ", "))
	}
	return problem(PhaseBrowser, CodeLoopbackUnavailable, NextRetry, err)
}

// Provider is whom the attempt is at.
func (a *Attempt) Provider() Provider { return a.site.provider }

// Host is the host of the page that opens, for the words a person reads.
func (a *Attempt) Host() string { return shownHost(a.meta.AuthorizationEndpoint) }

// Link returns a fresh link that starts the sign-in in whichever browser it is
// opened in, once. It is on this computer's loopback address and holds neither
// state nor code challenge, so it may stand in a process list or a clipboard.
func (a *Attempt) Link() (string, error) {
	link, err := a.receiver.Link()
	if errors.Is(err, loopback.ErrAnswered) || errors.Is(err, loopback.ErrClosed) {
		return "", problem(PhaseBrowser, CodeCanceled, NextDismiss, err) // too late, and no longer needed
	}
	if err != nil {
		return "", problem(PhaseBrowser, CodeInternal, NextRetry, fmt.Errorf("making a link: %w", err))
	}
	return link, nil
}

// Open shows a fresh link in the system's browser; as often as it is called.
// Its error leaves the attempt waiting: the link can be opened by hand.
func (a *Attempt) Open(ctx context.Context) error {
	link, err := a.Link()
	if err != nil {
		return err
	}
	var step *flow.Active
	if a.opened.CompareAndSwap(false, true) {
		step = a.recorder.Start(flow.KindOpenBrowser, flow.RoleClient, flow.RoleUser)
		step.Params(flow.Public("link", a.receiver.Origin()+"/start/"), flow.Hidden("ticket"))
	}
	open := a.client.config.OpenBrowser
	if open == nil {
		open = func(context.Context, string) error { return errors.New("Config.OpenBrowser is not set") }
	}
	err = a.openAndLook(ctx, open, link, step != nil)
	if err != nil && ctx.Err() != nil {
		return a.fail(step, problem(PhaseBrowser, CodeCanceled, NextDismiss, context.Cause(ctx)))
	}
	if err != nil {
		return a.fail(step, problem(PhaseBrowser, CodeBrowserFailed, NextCopyLink, err))
	}
	step.Done()
	return nil
}

// openAndLook opens link. The first time it returns as soon as a browser has
// fetched the page, which is the only proof there is: openers of the system may
// stay for as long as the browser does.
func (a *Attempt) openAndLook(ctx context.Context, open func(context.Context, string) error, link string, first bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, a.Deadline().Sub(a.client.config.Now()))
	defer cancel()
	result := make(chan error, 1)
	go func() { result <- open(context.WithoutCancel(ctx), link) }()
	var fetched <-chan struct{}
	if first {
		fetched = a.receiver.Opened()
	}
	select {
	case err := <-result:
		return err
	case <-fetched:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close ends the attempt at once, also while Wait runs. After a Pending was
// committed or discarded the receiver closes by itself, once the browser has
// its page.
func (a *Attempt) Close() error {
	a.stopPrefetch()
	return a.receiver.Close()
}

// startPrefetch begins to get what is needed once the code is there. It ends
// with the attempt, at the latest at its deadline; not with Begin's ctx.
func (a *Attempt) startPrefetch(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.Deadline().Sub(a.client.config.Now()))
	ended := make(chan struct{})
	meta, cached := a.meta, a.cached // the answer may change them before the goroutine starts
	go func() {
		defer close(ended)
		a.site.prefetch(ctx, meta, cached)
	}()
	// What has ended must leave nothing behind that still writes files.
	a.stopPrefetch = func() { cancel(); <-ended }
}

// fail marks step as failed and logs the stable code. The Problem that it
// returns holds no secret of the sign-in, whoever wrote its text.
func (a *Attempt) fail(step *flow.Active, err error) error {
	p := AsProblem(err).veiled(a.recorder.Veil())
	if check, ok := failedCheck(p.Code); ok {
		step.Checks(check)
	}
	step.Fail(string(p.Code))
	a.client.config.Logger.Info("a step of the sign-in failed", "provider", a.site.provider.ID, "phase", string(p.Phase), "code", string(p.Code))
	return p
}
