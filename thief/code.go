package thief

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"app.latchkey/auth/flow"
)

// The tries of StolenCode, in their order.
const (
	TryRead      = "code_read"      // no try: the authorization, and what is read of it
	TryNone      = "no_verifier"    // the code alone
	TryWrong     = "wrong_verifier" // with a code verifier of the thief's own
	TryChallenge = "challenge"      // with the code challenge, which was readable too
	TryBare      = "without_pkce"   // the same at a server that doesn't compare
)

// Server is an authorization server and the client that signs in there. Native
// clients have no secret worth the name (RFC 8252 §8.5), so a thief knows it.
type Server struct {
	AuthorizationEndpoint, TokenEndpoint string
	ClientID, ClientSecret               string
	// Allow is somebody with a browser: opens an authorization request, signs in
	// and allows, and returns the redirect at which the browser arrives, without
	// fetching it.
	Allow func(ctx context.Context, request string) (redirect *url.URL, err error)
}

// redirectURI is where the browser would bring the code: nobody listens there,
// and nobody goes.
const redirectURI = "http://127.0.0.1:9/callback"

// StolenCode takes a fresh authorization at guarded, whose code nobody else will
// ever redeem, and tries to redeem it as whoever read it in the browser would:
// without a code verifier, with a wrong one, and with the challenge. Then the
// same without a verifier at bare, a server that doesn't compare it; nil leaves
// that out. It stops where the thief gets in, since a code is good once.
//
// An error means that a try could not be made; what was refused is no error.
func StolenCode(ctx context.Context, guarded Server, bare *Server, report Report) error {
	got, err := guarded.authorize(ctx)
	if err != nil {
		return err
	}
	report(got.read())
	for _, step := range []struct{ id, verifier string }{
		{TryNone, ""}, {TryWrong, random()}, {TryChallenge, got.challenge},
	} {
		t, err := got.try(ctx, step.id, step.verifier)
		if err != nil {
			return err
		}
		report(t)
		if t.Outcome == OutcomeTaken {
			break
		}
	}
	if bare == nil {
		return nil
	}
	if got, err = bare.authorize(ctx); err != nil {
		return err
	}
	t, err := got.try(ctx, TryBare, "")
	if err != nil {
		return err
	}
	report(t)
	return nil
}

// stolen is what passes through a browser: the request with its challenge, and
// the response with its code. The verifier was never there, and is forgotten.
type stolen struct {
	server          Server
	code, challenge string
}

// authorize is an honest sign-in up to the redirect.
func (s Server) authorize(ctx context.Context) (stolen, error) {
	sum := sha256.Sum256([]byte(random()))
	challenge, state := base64.RawURLEncoding.EncodeToString(sum[:]), random()
	u, err := url.Parse(s.AuthorizationEndpoint)
	if err != nil {
		return stolen{}, errors.New("the authorization endpoint is no address")
	}
	u.RawQuery = url.Values{
		"response_type": {"code"}, "client_id": {s.ClientID}, "redirect_uri": {redirectURI}, "scope": {"openid"},
		"state": {state}, "nonce": {random()}, "code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}.Encode()
	back, err := s.Allow(ctx, u.String())
	if err != nil {
		return stolen{}, fmt.Errorf("taking a throw-away authorization: %w", err)
	}
	q := back.Query()
	switch {
	case q.Has("error"):
		return stolen{}, fmt.Errorf("taking a throw-away authorization: the server answered %q", flow.Public("", q.Get("error")).Value)
	case q.Get("state") != state || q.Get("code") == "":
		return stolen{}, errors.New("taking a throw-away authorization: the browser arrived without code and state")
	}
	return stolen{s, q.Get("code"), challenge}, nil
}

// read is what the thief has before trying anything.
func (s stolen) read() Try {
	return Try{ID: TryRead, Request: http.MethodGet + " " + redirectURI, Outcome: OutcomeReady,
		Sent: []flow.Param{flow.Masked("code", s.code), flow.Masked("code_challenge", s.challenge)}}
}

// try redeems the code with a verifier, or without one where it is empty.
func (s stolen) try(ctx context.Context, id, verifier string) (Try, error) {
	form := url.Values{"grant_type": {"authorization_code"}, "code": {s.code}, "redirect_uri": {redirectURI}, "client_id": {s.server.ClientID}}
	sent := []flow.Param{flow.Public("grant_type", "authorization_code"), flow.Masked("code", s.code), flow.Public("client_id", s.server.ClientID)}
	if s.server.ClientSecret != "" {
		form.Set("client_secret", s.server.ClientSecret)
		sent = append(sent, flow.Hidden("client_secret"))
	}
	if verifier != "" {
		form.Set("code_verifier", verifier)
		sent = append(sent, flow.Masked("code_verifier", verifier))
	}
	t, err := redeem(ctx, s.server.TokenEndpoint, form)
	t.ID, t.Sent = id, sent
	return t, err
}

// random returns 32 random bytes in base64url.
func random() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: the program crashes instead
	return base64.RawURLEncoding.EncodeToString(b)
}
