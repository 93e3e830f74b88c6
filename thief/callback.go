package thief

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"app.latchkey/auth/flow"
	"app.latchkey/auth/loopback"
)

// The tries of ForgeCallback, in their order.
const (
	TryWaiting  = "waiting"     // no try: the receiver waits, a browser has opened its link
	TryMadeUp   = "made_up"     // code and state made up, as any web page could
	TryError    = "error"       // an error, to end the wait
	TryState    = "wrong_state" // from the very browser, with a wrong state: a page in another tab
	TryCookie   = "no_cookie"   // the right state, from another browser
	TryHost     = "wrong_host"  // all of it right, but sent to another name: DNS rebinding
	TryRightful = "rightful"    // the right response: the sign-in goes on
)

// Receiver is what waits for an authorization response; [loopback.Receiver] is
// the one that signs people in.
type Receiver interface {
	Arm(loopback.Attempt)
	Link() (string, error)
	RedirectURI() string
	Wait(context.Context) (url.Values, error)
	Tell(loopback.Verdict)
	Close() error
}

// ForgeCallback sends forged authorization responses to a receiver that waits,
// and then the right one. Each try says whether the receiver took it, by what
// the receiver returned to the one who waits, not by its answer alone. It stops
// where a forgery is taken. The receiver is closed at the end.
//
// An error means that a try could not be made; what was refused is no error.
func ForgeCallback(ctx context.Context, r Receiver, report Report) error {
	defer r.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	f := &forgery{receiver: r, state: random(), came: make(chan url.Values, 1)}
	// The browser is sent on from here to the provider, where it does not go.
	r.Arm(loopback.Attempt{State: f.state, AuthorizationURL: "http://127.0.0.1:9/authorize", ProviderName: ""})
	go func() {
		if got, err := r.Wait(ctx); err == nil {
			f.came <- got
		}
	}()
	if err := f.openLink(ctx); err != nil {
		return err
	}
	report(Try{ID: TryWaiting, Request: http.MethodGet + " " + r.RedirectURI(), Outcome: OutcomeReady,
		Sent: []flow.Param{flow.Masked("state", f.state), flow.Hidden("cookie")}})
	for _, step := range f.steps() {
		t, err := f.try(ctx, step)
		if err != nil {
			return err
		}
		report(t)
		if t.Outcome == OutcomeTaken {
			break
		}
	}
	r.Tell(loopback.Cancelled())
	return nil
}

// forgery is one waiting receiver under attack.
type forgery struct {
	receiver Receiver
	state    string
	cookies  []*http.Cookie
	came     chan url.Values // what the receiver took
}

// step is one response to be sent.
type step struct {
	id, code, err, state string
	cookie               bool
	host                 string // empty: the right one
}

func (f *forgery) steps() []step {
	return []step{
		{id: TryMadeUp, code: random(), state: random()},
		{id: TryError, err: "access_denied"},
		{id: TryState, code: random(), state: random(), cookie: true},
		{id: TryCookie, code: random(), state: f.state},
		{id: TryHost, code: random(), state: f.state, cookie: true, host: "rebound.example"},
		{id: TryRightful, code: random(), state: f.state, cookie: true},
	}
}

// query is the response's parameters, and how they are shown.
func (s step) query() (url.Values, []flow.Param) {
	q, shown := url.Values{}, []flow.Param(nil)
	if s.code != "" {
		q.Set("code", s.code)
		shown = append(shown, flow.Masked("code", s.code))
	}
	if s.err != "" {
		q.Set("error", s.err)
		shown = append(shown, flow.Public("error", s.err))
	}
	if s.state != "" {
		q.Set("state", s.state)
		shown = append(shown, flow.Masked("state", s.state))
	}
	return q, shown
}

// openLink is the person's browser at the start link: it gets the cookie.
func (f *forgery) openLink(ctx context.Context) error {
	link, err := f.receiver.Link()
	if err != nil {
		return fmt.Errorf("opening the start link: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return errors.New("opening the start link: it is no address")
	}
	response, err := client().Do(r)
	if err != nil {
		return fmt.Errorf("opening the start link: %w", withoutAddress(err))
	}
	defer response.Body.Close()
	f.cookies = response.Cookies()
	return nil
}

// How long the one who waits is given to hear of a response. A receiver tells
// before it answers, so this is for a busy computer; and should a forgery be
// taken and heard of late, the right response is not what was taken.
const (
	afterRefusal = 20 * time.Millisecond
	afterTaking  = 5 * time.Second
)

func (f *forgery) try(ctx context.Context, s step) (Try, error) {
	t := Try{ID: s.id, Request: http.MethodGet + " " + f.receiver.RedirectURI(), Honest: s.id == TryRightful, Outcome: OutcomeUnclear}
	q, shown := s.query()
	t.Sent = shown
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, f.receiver.RedirectURI()+"?"+q.Encode(), nil)
	if err != nil {
		return t, errors.New("making the request: the redirect URI is no address")
	}
	if s.host != "" {
		r.Host = s.host
		t.Sent = append(t.Sent, flow.Public("Host", s.host))
	}
	if s.cookie {
		for _, c := range f.cookies {
			r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
		}
		t.Sent = append(t.Sent, flow.Hidden("cookie"))
	}
	a, err := send(r)
	if err != nil {
		return t, err
	}
	t.Status, t.Took = a.status, a.took
	patience := afterRefusal
	if a.status < 400 {
		patience = afterTaking
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case took := <-f.came:
		t.Outcome = OutcomeTaken
		if t.Honest && took.Get("code") != s.code {
			t.Outcome = OutcomeRefused // a forgery was there first
		}
	case <-timer.C:
		if a.status >= 400 {
			t.Outcome = OutcomeRefused
		}
	case <-ctx.Done():
		return t, ctx.Err()
	}
	return t, nil
}
