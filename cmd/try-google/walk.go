package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"app.latchkey/auth"
	"app.latchkey/auth/flow"
	"app.latchkey/auth/store"
	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/browser"
	"app.latchkey/resources"
)

// walk is one walk at one provider.
type walk struct {
	provider auth.Provider
	out      io.Writer
	open     func(ctx context.Context, address string) error
	revoke   func() bool
}

// take signs in, refreshes, fetches the profile, meets errors and revokes.
func (w walk) take(ctx context.Context) (*recording, error) {
	r := newRecording(w.provider)
	client, err := auth.New(auth.Config{Store: store.NewMemory(), OpenBrowser: w.open, Transport: r})
	if err != nil {
		return nil, err
	}
	session, err := w.signIn(ctx, client, r)
	if err != nil {
		return nil, err
	}
	token, err := session.Token(ctx)
	if err != nil {
		return nil, err
	}
	session.Expire(token)
	if _, err := session.Token(ctx); err != nil {
		return nil, fmt.Errorf("refreshing: %w", err)
	}
	fmt.Fprintln(w.out, "Refreshed.")
	profile, err := resources.New(resources.Config{}).Profile(ctx, session, nil)
	if err != nil {
		return nil, fmt.Errorf("fetching the profile: %w", err)
	}
	fmt.Fprintf(w.out, "The profile came from %s.\n", profile.Source)
	if err := w.meetErrors(ctx, r); err != nil {
		return nil, err
	}
	if w.revoke() {
		if err := session.RemoveAccess(ctx); err != nil {
			return nil, fmt.Errorf("revoking: %w", err)
		}
		fmt.Fprintln(w.out, "Revoked.")
	} else {
		fmt.Fprintln(w.out, "Not revoked: the access stays listed in the Google account, and the tokens are forgotten here.")
	}
	return r, r.err
}

func (w walk) signIn(ctx context.Context, client *auth.Client, r *recording) (*auth.Session, error) {
	attempt, err := client.Begin(ctx, w.provider, auth.SignInOptions{Prompt: "consent"})
	if err != nil {
		return nil, err
	}
	link, err := attempt.Link()
	if err != nil {
		_ = attempt.Close()
		return nil, err
	}
	fmt.Fprintf(w.out, "Sign in at %s in the browser. If none opens, open this once:\n  %s\n", attempt.Host(), link)
	if err := attempt.Open(ctx); err != nil && auth.CodeOf(err) != auth.CodeBrowserFailed {
		_ = attempt.Close()
		return nil, err
	}
	pending, err := attempt.Wait(ctx)
	if err != nil {
		return nil, fmt.Errorf("signing in: %w", err)
	}
	defer pending.Discard(ctx)
	for _, s := range pending.Flow().Steps {
		if s.Kind == flow.KindAuthorization {
			r.authorizationResponse(s.Params)
		}
	}
	session, err := pending.Commit(ctx)
	if err != nil {
		return nil, err
	}
	fmt.Fprintln(w.out, "Signed in: every check passed.")
	return session, nil
}

// meetErrors asks what must be refused, to see how.
func (w walk) meetErrors(ctx context.Context, r *recording) error {
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"1//nobody-ever-had-this-refresh-token"},
		"client_id": {w.provider.ClientID}, "client_secret": {w.provider.ClientSecret.Reveal()}}
	token, err := http.NewRequestWithContext(ctx, http.MethodPost, r.address("token"), strings.NewReader(form.Encode()))
	if err != nil {
		return errors.New("the token endpoint's address is malformed")
	}
	token.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	userinfo, err := http.NewRequestWithContext(ctx, http.MethodGet, r.address("userinfo"), nil)
	if err != nil {
		return errors.New("the userinfo endpoint's address is malformed")
	}
	userinfo.Header.Set("Authorization", "Bearer nobody-ever-had-this-access-token")
	for name, req := range map[string]*http.Request{"token-refused": token, "userinfo-refused": userinfo} {
		resp, err := r.send(req, name)
		if err != nil {
			return fmt.Errorf("meeting an error (%s): %w", name, err)
		}
		_ = resp.Body.Close()
		fmt.Fprintf(w.out, "%s: status %d.\n", name, resp.StatusCode)
	}
	return nil
}

// walkPersona takes the walk at the mock, with a scripted person.
func walkPersona(ctx context.Context) (*recording, error) {
	// Google does not rotate; the mock does unless it is told not to.
	mock, err := mockprovider.New(mockprovider.WithRotation(false))
	if err != nil {
		return nil, err
	}
	if err := mock.Start(ctx, "127.0.0.1:0"); err != nil {
		return nil, err
	}
	defer mock.Close()
	w := walk{provider: auth.GoogleAt(mock.Issuer(), mock.PeopleAPI(), mock.ClientID(), mock.ClientSecret()),
		out: io.Discard, open: scripted(ctx), revoke: func() bool { return true }}
	return w.take(ctx)
}

// scripted is a browser with somebody at it who allows everything.
func scripted(ctx context.Context) func(context.Context, string) error {
	return func(_ context.Context, address string) error {
		go func() { _, _ = browser.NewPerson("ada").Open(ctx, address) }()
		return nil
	}
}
