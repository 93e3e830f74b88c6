package auth

import (
	"context"
	"errors"
	"net/url"
	"time"

	"app.latchkey/auth/loopback"
)

// Logout ends the provider's own session in the person's browser (OpenID
// Connect RP-Initiated Logout 1.0), so that whoever signs in next there is
// asked who they are. It is apart from [Session.SignOut], which takes this
// computer's copy away and needs no browser. The order is: Session.Logout,
// Session.SignOut, Logout.Open, Logout.Wait.
type Logout struct {
	client   *Client
	provider Provider
	receiver *loopback.Receiver
	returns  bool // the provider sends the browser back
	deadline time.Time
}

// OffersLogout reports whether the provider says that it can end its own
// session in the browser. Google does not.
func (s *Session) OffersLogout(ctx context.Context) bool {
	m, err := s.site.metadata(ctx)
	return err == nil && m.EndSessionEndpoint != ""
}

// Logout prepares the logout in the browser. It is called before SignOut, which
// forgets the ID token that tells the provider whose session is meant; after a
// restart of the program there is none, and the provider asks the person.
// Where OffersLogout is false the Problem is logout_unsupported. Whoever does
// not Wait must Close.
func (s *Session) Logout(ctx context.Context) (*Logout, error) {
	m, err := s.site.metadata(ctx)
	if err != nil {
		return nil, duringSession(err)
	}
	p := s.site.provider
	if m.EndSessionEndpoint == "" {
		return nil, problem(PhaseSignOut, CodeLogoutUnsupported, NextDismiss,
			errors.New("the discovery document has no end_session_endpoint")).With("Provider", p.Name)
	}
	listen := loopback.Config{Host: p.Redirect.Host, Path: p.Redirect.LogoutPath, Product: s.client.config.Application, Language: s.client.language()}
	if p.Redirect.LogoutPath != "" { // only an address that the provider compares needs the listed ports
		listen.Ports = p.Redirect.Ports
	}
	receiver, err := loopback.Listen(ctx, listen)
	if err != nil {
		return nil, listenProblem(err)
	}
	s.mu.Lock()
	hint := s.idToken
	s.mu.Unlock()
	l := &Logout{client: s.client, provider: p, receiver: receiver, returns: p.Redirect.LogoutPath != "",
		deadline: s.client.config.Now().Add(s.client.config.Timeout)}
	state := random()
	redirect := ""
	if l.returns {
		redirect = receiver.RedirectURI()
	}
	address, err := logoutURL(m.EndSessionEndpoint, p.ClientID, hint, redirect, state, uiLocales(s.client.language()))
	if err != nil {
		_ = receiver.Close()
		return nil, problem(PhaseSignOut, CodeMetadataInvalid, NextDismiss, err).With("Host", p.Host())
	}
	receiver.Arm(loopback.Attempt{State: state.Reveal(), AuthorizationURL: address.Reveal(), ProviderName: p.Name})
	return l, nil
}

// logoutURL is the logout request (RP-Initiated Logout 1.0 §2). redirect and
// state are left out where none is registered: providers refuse others.
func logoutURL(endpoint, clientID string, hint Secret, redirect string, state Secret, locales string) (Secret, error) {
	u, err := url.Parse(endpoint)
	if err != nil {
		return Secret{}, errors.New("the end_session_endpoint is malformed")
	}
	q := u.Query() // §2.1 allows the endpoint to have a query of its own
	q.Set("client_id", clientID)
	if !hint.IsZero() {
		q.Set("id_token_hint", hint.Reveal())
	}
	if redirect != "" {
		q.Set("post_logout_redirect_uri", redirect)
		q.Set("state", state.Reveal())
	}
	if locales != "" {
		q.Set("ui_locales", locales)
	}
	u.RawQuery = q.Encode()
	return NewSecret(u.String()), nil
}

// Link returns a fresh link that starts the logout in whichever browser it is
// opened in, once. It holds no token.
func (l *Logout) Link() (string, error) {
	link, err := l.receiver.Link()
	if err != nil {
		return "", problem(PhaseSignOut, CodeCanceled, NextDismiss, err)
	}
	return link, nil
}

// Open shows a fresh link in the system's browser. Its error leaves the logout
// waiting: the link can be opened by hand.
func (l *Logout) Open(ctx context.Context) error {
	link, err := l.Link()
	if err != nil {
		return err
	}
	if l.client.config.OpenBrowser == nil {
		return problem(PhaseSignOut, CodeBrowserFailed, NextCopyLink, errors.New("Config.OpenBrowser is not set"))
	}
	if err := l.client.config.OpenBrowser(ctx, link); err != nil {
		return problem(PhaseSignOut, CodeBrowserFailed, NextCopyLink, err)
	}
	return nil
}

// Wait returns when the browser has come back from the provider, and where no
// post-logout redirect is registered as soon as a browser has fetched the link:
// there is nothing more to see then, and the provider's page says how it went.
// It ends the logout in any case.
func (l *Logout) Wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, l.deadline.Sub(l.client.config.Now()), errTimeout)
	defer cancel()
	if !l.returns {
		defer l.Close()
		select {
		case <-l.receiver.Opened():
			return nil
		case <-l.receiver.Done():
			return l.failed(loopback.ErrClosed)
		case <-ctx.Done():
			return l.failed(context.Cause(ctx))
		}
	}
	if _, err := l.receiver.Wait(ctx); err != nil {
		_ = l.Close()
		return l.failed(errors.Join(err, context.Cause(ctx)))
	}
	l.receiver.Tell(loopback.SignedOut())
	return nil
}

func (l *Logout) failed(err error) error {
	if errors.Is(err, errTimeout) {
		return problem(PhaseSignOut, CodeSignInTimeout, NextDismiss, err).With("Host", l.provider.Host())
	}
	return problem(PhaseSignOut, CodeCanceled, NextDismiss, err)
}

// Close ends the logout, also while Wait runs.
func (l *Logout) Close() error { return l.receiver.Close() }
