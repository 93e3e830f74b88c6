package opsuite

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// nativeRedirect is where the native clients would listen if they did: a port
// other than the registered one (RFC 8252 §7.3).
const nativeRedirect = "http://127.0.0.1:49152/callback"

// request is an authorization request and what belongs to it.
type request struct {
	url.Values
	client   Client
	verifier string
}

func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// request returns a correct authorization request for the scopes. The scope
// offline_access stands for whatever the provider wants for a refresh token.
func (e *E) request(role Role, scopes string) *request {
	c := e.target.Client(role)
	r := &request{client: c, verifier: rand.Text() + rand.Text()}
	redirect := nativeRedirect
	if c.Secret != "" {
		redirect = WebRedirect
	}
	r.Values = url.Values{
		"client_id": {c.ID}, "redirect_uri": {redirect}, "response_type": {"code"},
		"state": {"state & with = odd / characters " + rand.Text()}, "nonce": {rand.Text()},
		"code_challenge": {challenge(r.verifier)}, "code_challenge_method": {"S256"},
	}
	names := strings.Fields(scopes)
	if i := slices.Index(names, "offline_access"); i >= 0 {
		names = slices.Delete(names, i, i+1)
		for name, values := range e.target.Offline() {
			if name == "scope" {
				names = append(names, values...)
				continue
			}
			r.Values[name] = values
		}
	}
	r.Set("scope", strings.Join(names, " "))
	return r
}

// ask is the value of scope that asks for these scopes again.
func (e *E) ask(scopes string) string { return e.request(Public, scopes).Get("scope") }

func (e *E) browser() *Browser { return newBrowser(e.target, e.transport) }

func (e *E) person() Person { return Person{User: e.target.Users()[0]} }

// visit carries the request to the provider in the person's browser.
func (e *E) visit(b *Browser, r *request, p Person) *Visit {
	to := e.endpoint("authorization_endpoint") + "?" + r.Encode()
	first, err := http.NewRequestWithContext(e.ctx, http.MethodGet, to, nil)
	if err != nil {
		e.fatalf("authorization request: %v", err)
	}
	return e.open(b, first, p, r.Get("redirect_uri"))
}

func (e *E) open(b *Browser, first *http.Request, p Person, client string) *Visit {
	v, err := b.open(e.ctx, first, p, client)
	if err != nil {
		e.fatalf("the person got stuck: %v", err)
	}
	return v
}

// response is the authorization response that the person brings back. It ends
// the case if there is none.
func (e *E) response(b *Browser, r *request, p Person) url.Values {
	v := e.visit(b, r, p)
	if v.Back == nil {
		e.fatalf("no response to the client: %d at %s: %s", v.Page.Status, v.Page.URL.Path, brief(v.Page.Body))
	}
	return v.Response
}

// code signs the person in and returns the code.
func (e *E) code(b *Browser, r *request) string {
	q := e.response(b, r, e.person())
	if q.Get("code") == "" {
		e.fatalf("no code but %s (%s)", q.Get("error"), q.Get("error_description"))
	}
	if q.Get("state") != r.Get("state") {
		e.errorf("state is %q, want %q", q.Get("state"), r.Get("state"))
	}
	return q.Get("code")
}

// codeForm is the token request for a code, without client authentication.
func (r *request) codeForm(code string) url.Values {
	return url.Values{
		"grant_type": {"authorization_code"}, "code": {code},
		"redirect_uri": {r.Get("redirect_uri")}, "code_verifier": {r.verifier},
	}
}

func refreshForm(token string) url.Values {
	return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}
}

// authenticated adds the client's authentication to a form, or returns the
// header that carries it.
func authenticated(c Client, form url.Values) (url.Values, []string) {
	switch {
	case c.Secret == "":
		form.Set("client_id", c.ID)
	case c.InBody:
		form.Set("client_id", c.ID)
		form.Set("client_secret", c.Secret)
	default:
		return form, []string{"Authorization", basic(c.ID, c.Secret)}
	}
	return form, nil
}

// basic is HTTP Basic with both halves form-encoded (RFC 6749 §2.3.1).
func basic(id, secret string) string {
	r := &http.Request{Header: http.Header{}}
	r.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret))
	return r.Header.Get("Authorization")
}

// token sends a token request of a client.
func (e *E) token(c Client, form url.Values) reply {
	form, header := authenticated(c, form)
	return e.post(e.endpoint("token_endpoint"), form, header...)
}

// redeemed redeems a code and ends the case if that fails.
func (e *E) redeemed(r *request, code string) reply {
	tokens := e.token(r.client, r.codeForm(code))
	if tokens.status != http.StatusOK || tokens.get("access_token") == "" {
		e.fatalf("token response: %d %s", tokens.status, brief(tokens.text))
	}
	return tokens
}

// signIn signs the person in with a browser of his own.
func (e *E) signIn(role Role, scopes string) reply {
	r := e.request(role, scopes)
	return e.redeemed(r, e.code(e.browser(), r))
}

// offline signs in and makes sure that there is a refresh token.
func (e *E) offline(role Role) reply {
	tokens := e.signIn(role, "openid email offline_access")
	if tokens.get("refresh_token") == "" {
		e.fatalf("no refresh token for offline_access: %s", brief(tokens.text))
	}
	return tokens
}

// userinfo asks userinfo with an access token in the header.
func (e *E) userinfo(token string) reply {
	return e.do(http.MethodGet, e.endpoint("userinfo_endpoint"), "", "Authorization", "Bearer "+token)
}

// refused wants an OAuth error of the token endpoint, and none of the server's
// own making.
func (e *E) refused(what string, r reply, codes ...string) {
	if r.status/100 != 4 {
		e.errorf("%s: %d %s, want a refusal", what, r.status, brief(r.text))
		return
	}
	for _, code := range codes {
		if r.get("error") == code {
			return
		}
	}
	e.errorf("%s: error %q, want %s", what, r.get("error"), strings.Join(codes, " or "))
}

// dead wants a token to be worth nothing at userinfo.
func (e *E) dead(what, token string) {
	if r := e.userinfo(token); r.status != http.StatusUnauthorized {
		e.errorf("%s: userinfo says %d, want 401", what, r.status)
	}
}

// notRedirected wants the refusal to stay at the provider: no code and nothing
// else is sent to that address.
func (e *E) notRedirected(what string, v *Visit) {
	switch {
	case v.Back != nil:
		e.errorf("%s: sent to %s", what, v.Back)
	case len(v.Seen) > 0:
		e.errorf("%s: the %s page was shown", what, v.Seen[0])
	case v.Page.Status < 400:
		e.errorf("%s: status %d, want an error page", what, v.Page.Status)
	}
}

// refusedAtClient wants one of the errors, at the client or on a page of the
// provider (RFC 6749 §4.1.2.1 asks for the former, some prefer the latter).
func (e *E) refusedAtClient(what string, v *Visit, r *request, codes ...string) {
	if v.Back == nil {
		if v.Page.Status < 400 || len(v.Seen) > 0 {
			e.errorf("%s: ended with %d after %v, want a refusal", what, v.Page.Status, v.Seen)
		}
		return
	}
	if v.Response.Get("code") != "" {
		e.errorf("%s: there is a code", what)
	}
	if r.Has("state") && v.Response.Get("state") != r.Get("state") {
		e.errorf("%s: state is %q", what, v.Response.Get("state"))
	}
	for _, code := range codes {
		if v.Response.Get("error") == code {
			return
		}
	}
	e.errorf("%s: error %q, want %s", what, v.Response.Get("error"), strings.Join(codes, " or "))
}

// brief shortens what a provider said, for a line of a report.
func brief(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > 160 {
		return fmt.Sprintf("%.160s…", s)
	}
	return s
}
