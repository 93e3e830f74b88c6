package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

const redirect = "http://127.0.0.1:49152/callback"

// client is the client with its connections; each sign-in has a browser, that
// is cookies, of its own.
type client struct {
	issuer, authorize, token string
	transport                *http.Transport
	// pid is the server's process, 0 if it has none of its own.
	pid int
}

func newBrowser(issuer string) *client {
	return &client{issuer: issuer, transport: &http.Transport{}}
}

func (b *client) discover(ctx context.Context) error {
	r, err := (&visit{client: b, ctx: ctx}).send(http.MethodGet, b.issuer+"/.well-known/openid-configuration", nil)
	if err != nil {
		return err
	}
	var m struct {
		Authorize string `json:"authorization_endpoint"`
		Token     string `json:"token_endpoint"`
	}
	if err := json.Unmarshal(r.body, &m); err != nil {
		return err
	}
	b.authorize, b.token = m.Authorize, m.Token
	return nil
}

// visit is one sign-in.
type visit struct {
	*client
	ctx     context.Context
	cookies map[string]string
	request string // the authorization request
}

type page struct {
	location string
	body     []byte
}

// send sends a request with the visit's cookies; form is posted if there is
// one.
func (v *visit) send(method, address string, form url.Values) (page, error) {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	if strings.HasPrefix(address, "/") {
		address = v.issuer + address
	}
	r, err := http.NewRequestWithContext(v.ctx, method, address, body)
	if err != nil {
		return page{}, err
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range v.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	response, err := v.transport.RoundTrip(r)
	if err != nil {
		return page{}, err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return page{}, err
	}
	if response.StatusCode >= 400 {
		return page{}, fmt.Errorf("%s %s: %d %.200s", method, r.URL.Path, response.StatusCode, data)
	}
	for _, c := range response.Cookies() {
		v.cookies[c.Name] = c.Value
	}
	return page{response.Header.Get("Location"), data}, nil
}

// signIn is one complete sign-in.
func (b *client) signIn(ctx context.Context, s server) error {
	verifier := rand.Text() + rand.Text()
	sum := sha256.Sum256([]byte(verifier))
	v := &visit{client: b, ctx: ctx, cookies: map[string]string{}}
	v.request = b.authorize + "?" + url.Values{
		"client_id": {"public"}, "redirect_uri": {redirect}, "response_type": {"code"}, "scope": {"openid email"},
		"state": {rand.Text()}, "nonce": {rand.Text()}, "code_challenge_method": {"S256"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])},
	}.Encode()
	code, err := s.walk(v)
	if err != nil {
		return err
	}
	tokens, err := v.send(http.MethodPost, b.token, url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirect},
		"code_verifier": {verifier}, "client_id": {"public"},
	})
	if err != nil {
		return err
	}
	var t struct {
		ID     string `json:"id_token"`
		Access string `json:"access_token"`
	}
	if err := json.Unmarshal(tokens.body, &t); err != nil || t.ID == "" || t.Access == "" {
		return fmt.Errorf("no tokens: %v %.200s", err, tokens.body)
	}
	return nil
}

func codeOf(location string) (string, error) {
	u, err := url.Parse(location)
	if err != nil || u.Query().Get("code") == "" {
		return "", fmt.Errorf("no code in %q", location)
	}
	return u.Query().Get("code"), nil
}

// walkEmpty sends what walkMock does.
func walkEmpty(v *visit) (string, error) {
	if _, err := v.send(http.MethodGet, v.request, nil); err != nil {
		return "", err
	}
	id := strings.Repeat("i", 32)
	if _, err := v.send(http.MethodPost, "/page", url.Values{"i": {id}, "user": {"ada@example.com"}}); err != nil {
		return "", err
	}
	back, err := v.send(http.MethodPost, "/page", url.Values{"i": {id}, "action": {"allow"}, "scope": {"openid", "email"}})
	if err != nil {
		return "", err
	}
	return codeOf(back.location)
}

// walkMock answers the mock's two forms.
func walkMock(v *visit) (string, error) {
	login, err := v.send(http.MethodGet, v.request, nil)
	if err != nil {
		return "", err
	}
	path, id, _ := strings.Cut(login.location, "?i=")
	consent, err := v.send(http.MethodPost, path, url.Values{"i": {id}, "user": {"ada@example.com"}})
	if err != nil {
		return "", err
	}
	path, id, _ = strings.Cut(consent.location, "?i=")
	back, err := v.send(http.MethodPost, path, url.Values{"i": {id}, "action": {"allow"}, "scope": {"openid", "email"}})
	if err != nil {
		return "", err
	}
	return codeOf(back.location)
}

// walkLuikyv answers the two forms of this module's policy.
func walkLuikyv(v *visit) (string, error) {
	login, err := v.send(http.MethodGet, v.request, nil)
	if err != nil {
		return "", err
	}
	_, rest, _ := strings.Cut(string(login.body), `action="`)
	action, _, _ := strings.Cut(rest, `"`)
	if _, err := v.send(http.MethodPost, action, url.Values{"page": {"login"}, "answer": {"yes"}, "user": {"ada@example.com"}}); err != nil {
		return "", err
	}
	back, err := v.send(http.MethodPost, action, url.Values{"page": {"consent"}, "answer": {"yes"}})
	if err != nil {
		return "", err
	}
	return codeOf(back.location)
}

// walkPanva answers the two forms of the development pages; the provider sends
// the browser through its own addresses between them.
func walkPanva(v *visit) (string, error) {
	at, err := v.send(http.MethodGet, v.request, nil)
	for _, form := range []url.Values{
		{"prompt": {"login"}, "login": {"ada@example.com"}, "password": {"any"}}, {"prompt": {"consent"}},
	} {
		if err == nil {
			at, err = v.send(http.MethodPost, at.location, form)
		}
		if err == nil {
			at, err = v.send(http.MethodGet, at.location, nil)
		}
	}
	if err != nil {
		return "", err
	}
	return codeOf(at.location)
}
