// Package luikyv runs the cases of package opsuite against
// github.com/luikyv/go-oidc, a certified OpenID provider in Go, and measures
// the mock beside it. It is a module of its own, so that a library that only
// tests need never enters the program's go.mod.
package luikyv

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"app.latchkey/mockprovider/opsuite"
	"github.com/go-jose/go-jose/v4"
	"github.com/luikyv/go-oidc/pkg/goidc"
	"github.com/luikyv/go-oidc/pkg/provider"
)

// clients are the registered clients. The secrets are plain, for the library
// does not undo the form encoding in HTTP Basic (RFC 6749 §2.3.1).
var clients = [4]opsuite.Client{
	opsuite.Basic:  {ID: "basic", Secret: "secret-of-the-basic-client"},
	opsuite.Post:   {ID: "post", Secret: "secret-of-the-post-client", InBody: true},
	opsuite.Public: {ID: "public"},
	opsuite.Other:  {ID: "other"},
}

// NewHandler makes the provider with everything switched on that the suite asks
// for: PKCE required, refresh tokens that rotate, opaque access tokens,
// revocation, introspection and logout.
func NewHandler(issuer, algorithm string) (http.Handler, error) {
	key, err := newKey(algorithm)
	if err != nil {
		return nil, err
	}
	alg := goidc.SignatureAlgorithm(algorithm)
	set := goidc.JSONWebKeySet{Keys: []goidc.JSONWebKey{{KeyID: "test", Key: key, Algorithm: algorithm, Use: "sig"}}}
	p := &pages{sessions: map[string]session{}}
	scopes := []goidc.Scope{goidc.ScopeOpenID, goidc.ScopeProfile, goidc.ScopeEmail, goidc.ScopeAddress, goidc.ScopePhone, goidc.ScopeOfflineAccess}
	op, err := provider.New(
		provider.Config{
			Issuer:      issuer,
			JWKS:        func(context.Context) (goidc.JSONWebKeySet, error) { return set, nil },
			IDTokenAlgs: []goidc.SignatureAlgorithm{alg},
		},
		provider.WithScopes(scopes...),
		provider.WithNoneAuthn(), provider.WithSecretBasicAuthn(), provider.WithSecretPostAuthn(),
		provider.WithAuthCodeGrant(
			provider.AuthCodeGrantConfig{ResponseTypes: []goidc.ResponseType{goidc.ResponseTypeCode}},
			provider.WithPKCE([]goidc.CodeChallengeMethod{goidc.CodeChallengeMethodSHA256}, provider.WithPKCERequired()),
			provider.WithIssuerResponseParameter(), provider.WithFormPostResponseMode(), provider.WithClaimsParameter(),
			provider.WithAuthPolicies(goidc.NewPolicy("main", p.begin, p.answer)),
		),
		provider.WithRefreshTokenGrant(nil, provider.WithRefreshTokenRotation(), provider.WithRefreshTokenShouldIssue(
			func(_ context.Context, _ *goidc.Client, g *goidc.Grant) bool {
				return slices.Contains(strings.Fields(g.Scopes), "offline_access")
			})),
		provider.WithTokenOptions(func(context.Context, *goidc.Grant, *goidc.Client) goidc.TokenOptions {
			return goidc.NewOpaqueTokenOptions(3600)
		}, provider.WithOpaqueTokens(nil)),
		provider.WithTokenRevocation(func(context.Context, *goidc.Client) bool { return true }),
		provider.WithTokenIntrospection(func(_ context.Context, c *goidc.Client, _ goidc.TokenInfo) bool {
			return c.TokenAuthnMethod != goidc.AuthnMethodNone
		}),
		provider.WithIDTokenClaims(idTokenClaims), provider.WithUserInfoClaims(userinfoClaims),
		provider.WithDisplayValues(goidc.DisplayValuePage, goidc.DisplayValuePopup),
		provider.WithACRs("1", "2"),
		provider.WithLogout(provider.LogoutConfig{
			HandleFunc: func(w http.ResponseWriter, _ *http.Request, _ *goidc.LogoutSession) error {
				_, err := fmt.Fprintln(w, "signed out")
				return err
			},
		}, provider.WithLogoutPolicies(goidc.NewLogoutPolicy("main", p.beginLogout, p.logout))),
		provider.WithStaticClients(registered(alg)...),
	)
	if err != nil {
		return nil, err
	}
	return op.Handler(), nil
}

func registered(alg goidc.SignatureAlgorithm) []*goidc.Client {
	const native, web = goidc.ApplicationTypeNative, goidc.ApplicationTypeWeb
	kinds := [4]goidc.ApplicationType{web, web, native, native}
	redirects := map[goidc.ApplicationType][]string{web: {opsuite.WebRedirect}, native: {"http://127.0.0.1/callback", "http://[::1]/callback"}}
	methods := [4]goidc.AuthnMethod{goidc.AuthnMethodSecretBasic, goidc.AuthnMethodSecretPost, goidc.AuthnMethodNone, goidc.AuthnMethodNone}
	var out []*goidc.Client
	for i, c := range clients {
		out = append(out, &goidc.Client{ID: c.ID, Secret: c.Secret, ClientMeta: goidc.ClientMeta{
			Name: c.ID, ApplicationType: kinds[i], TokenAuthnMethod: methods[i],
			RedirectURIs: redirects[kinds[i]], PostLogoutRedirectURIs: []string{"http://127.0.0.1/signed-out"},
			GrantTypes:    []goidc.GrantType{goidc.GrantAuthorizationCode, goidc.GrantRefreshToken},
			ResponseTypes: []goidc.ResponseType{goidc.ResponseTypeCode},
			ScopeIDs:      "openid profile email address phone offline_access",
			IDTokenSigAlg: alg,
		}})
	}
	return out
}

func newKey(algorithm string) (crypto.Signer, error) {
	switch algorithm {
	case string(jose.ES256):
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case string(jose.RS256):
		return rsa.GenerateKey(rand.Reader, 2048)
	}
	return nil, errors.New("unknown algorithm " + algorithm)
}

func idTokenClaims(_ context.Context, g *goidc.Grant) map[string]any {
	return map[string]any{goidc.ClaimAuthTime: g.Store["auth_time"]}
}

func userinfoClaims(_ context.Context, g *goidc.Grant) map[string]any {
	all := map[string]map[string]any{
		"profile": {"name": "Ada Lovelace", "given_name": "Ada", "family_name": "Lovelace"},
		"email":   {"email": g.Subject, "email_verified": true},
		"address": {"address": map[string]any{"locality": "London"}},
		"phone":   {"phone_number": "+44 20 7946 0000"},
	}
	out := map[string]any{}
	for _, scope := range strings.Fields(g.Scopes) {
		for name, value := range all[scope] {
			out[name] = value
		}
	}
	if c := g.AuthParams.Claims; c != nil {
		if _, asked := c.UserInfo["name"]; asked {
			out["name"] = "Ada Lovelace"
		}
	}
	return out
}

// pages are the login and consent pages, which the library leaves to its user.
type pages struct {
	mu       sync.Mutex
	sessions map[string]session
}

type session struct {
	subject  string
	authTime int64
}

const cookie = "luikyv_session"

func (p *pages) session(r *http.Request) session {
	c, err := r.Cookie(cookie)
	if err != nil {
		return session{}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sessions[c.Value]
}

var page = template.Must(template.New("").Parse(`<!doctype html><html lang="en"><title>{{.Kind}}</title>
<form method="post" action="/authorize/{{.ID}}"><input type="hidden" name="page" value="{{.Kind}}">
<button name="answer" value="yes" id="{{.Kind}}-yes">Yes</button><button name="answer" value="no" id="{{.Kind}}-no">No</button>
{{if eq .Kind "login"}}<input name="user" value="">{{end}}</form></html>`))

func show(w http.ResponseWriter, kind, id string) (goidc.Status, error) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "frame-ancestors 'none'")
	return goidc.StatusPending, page.Execute(w, map[string]string{"Kind": kind, "ID": id})
}

// begin takes over what the browser's session knows.
func (p *pages) begin(r *http.Request, as *goidc.AuthnSession, _ *goidc.Client) bool {
	as.Store = map[string]any{}
	s := p.session(r)
	old := as.MaxAuthnAgeSecs != nil && time.Now().Unix() > s.authTime+int64(*as.MaxAuthnAgeSecs)
	if s.subject != "" && as.Prompt != goidc.PromptTypeLogin && !old {
		as.Subject, as.Store["auth_time"] = s.subject, s.authTime
	}
	return true
}

// answer shows the pages in turn and takes their answers.
func (p *pages) answer(w http.ResponseWriter, r *http.Request, as *goidc.AuthnSession, _ *goidc.Client) (goidc.Status, error) {
	kind, yes := r.PostFormValue("page"), r.PostFormValue("answer") == "yes"
	switch {
	case as.Subject == "" && as.Prompt == goidc.PromptTypeNone:
		return goidc.StatusFailure, goidc.NewError(goidc.ErrorCodeLoginRequired, "nobody is signed in")
	case kind != "" && !yes:
		return goidc.StatusFailure, goidc.NewError(goidc.ErrorCodeAccessDenied, "the user said no")
	case as.Subject == "" && kind != "login":
		return show(w, "login", as.ID)
	case as.Subject == "":
		p.signIn(w, as, r.PostFormValue("user"))
		return show(w, "consent", as.ID)
	case as.Prompt != goidc.PromptTypeNone && kind != "consent":
		return show(w, "consent", as.ID)
	}
	as.GrantedScopes = as.Scopes
	return goidc.StatusSuccess, nil
}

// maxSessions bounds the sessions of a long run.
const maxSessions = 1000

func (p *pages) signIn(w http.ResponseWriter, as *goidc.AuthnSession, user string) {
	now := time.Now().Unix()
	as.Subject, as.Store["auth_time"] = user, now
	id := rand.Text()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.sessions) >= maxSessions {
		clear(p.sessions)
	}
	p.sessions[id] = session{user, now}
	http.SetCookie(w, &http.Cookie{Name: cookie, Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

func (p *pages) beginLogout(*http.Request, *goidc.LogoutSession) bool { return true }

func (p *pages) logout(_ http.ResponseWriter, r *http.Request, _ *goidc.LogoutSession) (goidc.Status, error) {
	if c, err := r.Cookie(cookie); err == nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.sessions, c.Value)
	}
	return goidc.StatusSuccess, nil
}

// target is the provider as the suite sees it.
type target struct{ issuer string }

func (t target) Name() string                            { return "luikyv" }
func (t target) Issuer() string                          { return t.issuer }
func (t target) Client(role opsuite.Role) opsuite.Client { return clients[role] }
func (t target) Users() [2]string                        { return [2]string{"ada@example.com", "sam@example.net"} }
func (t target) Offline() url.Values                     { return url.Values{"scope": {"offline_access"}} }

// Advance waits, for the library reads the system's clock; not for long.
func (t target) Advance(ctx context.Context, d time.Duration) error {
	if d > 2*time.Second {
		return opsuite.ErrNoClock
	}
	timer := time.NewTimer(d + 100*time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t target) Answer(page *opsuite.Page, p opsuite.Person) *opsuite.Submission {
	for _, kind := range []opsuite.Kind{opsuite.LoginPage, opsuite.ConsentPage} {
		answer := "-yes"
		if p.Deny && kind == opsuite.ConsentPage || p.Cancel && kind == opsuite.LoginPage {
			answer = "-no"
		}
		if s := page.Press(kind, func(b opsuite.Button) bool { return b.ID == string(kind)+answer }); s != nil {
			if kind == opsuite.LoginPage {
				s.Values.Set("user", p.User)
			}
			return s
		}
	}
	return nil
}
