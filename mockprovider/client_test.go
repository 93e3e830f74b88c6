package mockprovider_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/mocktest"
)

const (
	verifier = "a-code-verifier-of-at-least-43-characters-0123456789"
	state    = "the state / with + odd & characters = ?"
	nonce    = "the nonce"
)

// client is a bare client at a loopback address: what these tests play
// against the provider.
type client struct {
	t        *testing.T
	srv      *mocktest.Server
	callback *httptest.Server
	redirect string
	// forms are the forms that were posted to the callback.
	forms chan url.Values
	// change alters the authorization request before it is sent.
	change func(url.Values)
}

// reply is an answer of the provider.
type reply struct {
	status int
	header http.Header
	text   string
	json   map[string]any
}

func (r reply) get(name string) string {
	s, _ := r.json[name].(string)
	return s
}

func newClient(t *testing.T, options ...mockprovider.Option) *client {
	t.Helper()
	return clientOf(t, mocktest.Start(t, options...))
}

// clientOf is a client of a provider that runs already.
func clientOf(t *testing.T, srv *mocktest.Server) *client {
	t.Helper()
	c := &client{t: t, srv: srv, forms: make(chan url.Values, 10)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /start", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, c.authorizeURL(), http.StatusSeeOther)
	})
	mux.HandleFunc("GET /callback", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "back at the client")
	})
	mux.HandleFunc("POST /callback", func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err == nil && r.URL.RawQuery == "" {
			c.forms <- r.PostForm
		}
		io.WriteString(w, "back at the client")
	})
	mux.HandleFunc("GET /signed-out", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "signed out")
	})
	c.callback = httptest.NewServer(mux)
	t.Cleanup(c.callback.Close)
	c.redirect = c.callback.URL + "/callback"
	return c
}

func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// request returns a correct authorization request, after change.
func (c *client) request() url.Values {
	q := url.Values{
		"client_id": {c.srv.ClientID()}, "redirect_uri": {c.redirect}, "response_type": {"code"},
		"scope": {"openid email profile"}, "state": {state}, "nonce": {nonce},
		"code_challenge": {challenge(verifier)}, "code_challenge_method": {"S256"}, "access_type": {"offline"},
	}
	if c.srv.Persona().Name == "plain" {
		q.Set("scope", "openid email profile offline_access")
	}
	if c.change != nil {
		c.change(q)
	}
	return q
}

func (c *client) authorizeURL() string {
	return c.srv.Issuer() + c.srv.Persona().Paths.Authorization + "?" + c.request().Encode()
}

// open lets a person open the client's start page and returns where he ended.
func (c *client) open(p *mocktest.Person) *mocktest.Visit {
	c.t.Helper()
	v, err := p.Open(c.t.Context(), c.callback.URL+"/start")
	if err != nil {
		c.t.Fatalf("the person got stuck: %v", err)
	}
	return v
}

// response is the authorization response that a person brings back.
func (c *client) response(p *mocktest.Person) url.Values {
	c.t.Helper()
	v := c.open(p)
	u, err := url.Parse(v.URL)
	if err != nil || !strings.HasPrefix(v.URL, c.redirect) {
		c.t.Fatalf("the person ended at %s (%d), not at the client:\n%s", v.URL, v.Status, v.Body)
	}
	return u.Query()
}

// posted is the authorization response that came as a form.
func (c *client) posted() url.Values {
	c.t.Helper()
	select {
	case form := <-c.forms:
		return form
	default:
		c.t.Fatal("no form was posted to the client")
		return nil
	}
}

// code signs Ada in and returns the code.
func (c *client) code() string {
	c.t.Helper()
	q := c.response(c.srv.Person("ada"))
	if q.Get("code") == "" {
		c.t.Fatalf("no code in %v", q)
	}
	return q.Get("code")
}

// codeForm is a correct token request for a code.
func (c *client) codeForm(code string) url.Values {
	f := url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {c.redirect},
		"code_verifier": {verifier}, "client_id": {c.srv.ClientID()},
	}
	if s := c.srv.ClientSecret(); s != "" {
		f.Set("client_secret", s)
	}
	return f
}

func (c *client) refreshForm(token string) url.Values {
	f := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}, "client_id": {c.srv.ClientID()}}
	if s := c.srv.ClientSecret(); s != "" {
		f.Set("client_secret", s)
	}
	return f
}

// token posts to the token endpoint.
func (c *client) token(form url.Values) reply {
	c.t.Helper()
	return c.post(c.srv.Persona().Paths.Token, form)
}

// signIn signs Ada in and returns the token response.
func (c *client) signIn() reply {
	c.t.Helper()
	r := c.token(c.codeForm(c.code()))
	if r.status != 200 {
		c.t.Fatalf("token response: %d %s", r.status, r.text)
	}
	return r
}

func (c *client) post(path string, form url.Values) reply {
	c.t.Helper()
	return c.do("POST", path, strings.NewReader(form.Encode()),
		"Content-Type", "application/x-www-form-urlencoded")
}

func (c *client) get(path string, header ...string) reply {
	c.t.Helper()
	return c.do("GET", path, nil, header...)
}

// bearer gets a path with an access token.
func (c *client) bearer(path, token string) reply {
	c.t.Helper()
	return c.get(path, "Authorization", "Bearer "+token)
}

func (c *client) userinfo(token string) reply {
	c.t.Helper()
	return c.bearer(c.srv.Persona().Paths.Userinfo, token)
}

// do sends a request to the provider, following no redirect.
func (c *client) do(method, path string, body io.Reader, header ...string) reply {
	c.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, c.srv.Issuer()+path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
			continue
		}
		r.Header.Add(header[i], header[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	out := reply{status: response.StatusCode, header: response.Header, text: string(text)}
	if strings.HasPrefix(response.Header.Get("Content-Type"), "application/json") && !strings.HasPrefix(out.text, "[") {
		if err := json.Unmarshal(text, &out.json); err != nil {
			c.t.Fatalf("not JSON: %v\n%s", err, text)
		}
	}
	return out
}

// refusedBy returns the name of the check that refused last.
func (c *client) refusedBy() string {
	entries := c.srv.Journal().Entries()
	for i := len(entries) - 1; i >= 0; i-- {
		if entries[i].RefusedBy != "" {
			return entries[i].RefusedBy
		}
	}
	return ""
}
