package mockprovider_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/mocktest"
	"app.latchkey/mockprovider/persona"
)

// TestLoopbackOnly checks which addresses are refused unless allowed.
func TestLoopbackOnly(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0", "localhost:0", "example.com:0", "127.0.0.1"} {
		p, err := mockprovider.New()
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Start(t.Context(), addr); err == nil {
			p.Close()
			t.Errorf("listens on %s", addr)
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p, _ := mockprovider.New()
	if err := p.Serve(t.Context(), fakeAddr{listener}); err == nil {
		t.Error("serves on a listener of another address")
	}
	if _, err := listener.Accept(); err == nil {
		t.Error("the listener is still open")
	}
}

type fakeAddr struct{ net.Listener }

func (fakeAddr) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1} }

// TestServeEnds checks that Serve returns nil when its context ends.
func TestServeEnds(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p, err := mockprovider.New()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Serve(ctx, listener) }()
	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Error("Serve goes on")
	}
}

// TestHandlerWithoutServe checks the handler under somebody else's server.
func TestHandlerWithoutServe(t *testing.T) {
	p, err := mockprovider.New(mockprovider.WithIssuer("http://mock.example"), mockprovider.WithSigning(mockprovider.ES256))
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	p.Handler().ServeHTTP(w, httptest.NewRequest("GET", "http://mock.example/.well-known/openid-configuration", nil))
	if w.Code != 200 || !strings.Contains(w.Body.String(), `"issuer":"http://mock.example"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	p, _ = mockprovider.New()
	w = httptest.NewRecorder()
	p.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("without an issuer: %d", w.Code)
	}
}

// TestDiscovery checks that the metadata promise what is done.
func TestDiscovery(t *testing.T) {
	c := newClient(t, mockprovider.WithPersona(persona.Plain()))
	r := c.get("/.well-known/openid-configuration")
	if r.json["authorization_response_iss_parameter_supported"] != true {
		t.Error("plain does not advertise iss")
	}
	if got := r.json["code_challenge_methods_supported"]; len(got.([]any)) != 1 || got.([]any)[0] != "S256" {
		t.Errorf("methods %v", got)
	}
	c = newClient(t)
	r = c.get("/.well-known/openid-configuration")
	if _, has := r.json["authorization_response_iss_parameter_supported"]; has {
		t.Error("Google advertises iss")
	}
	for name, want := range map[string]string{
		"authorization_endpoint": "/o/oauth2/v2/auth", "token_endpoint": "/token", "userinfo_endpoint": "/v1/userinfo",
		"revocation_endpoint": "/revoke", "jwks_uri": "/oauth2/v3/certs",
	} {
		if got := r.get(name); got != c.srv.Issuer()+want {
			t.Errorf("%s = %q", name, got)
		}
	}
	if _, has := r.json["end_session_endpoint"]; has {
		t.Error("Google has no end_session_endpoint")
	}
}

// TestSnapshot checks that sessions, keys and the knowledge of spent tokens
// outlive the provider.
func TestSnapshot(t *testing.T) {
	c := newClient(t)
	first := c.signIn()
	second := c.token(c.refreshForm(first.get("refresh_token")))
	keys := c.get("/oauth2/v3/certs").text
	data, err := c.srv.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if addr, err := mockprovider.SnapshotAddr(data); err != nil || addr != c.srv.Addr() {
		t.Errorf("address %q, %v", addr, err)
	}
	again := newClient(t, mockprovider.WithSnapshot(data))
	if got := again.get("/oauth2/v3/certs").text; got != keys {
		t.Errorf("keys changed: %s, %s", keys, got)
	}
	if r := again.userinfo(second.get("access_token")); r.status != 200 {
		t.Errorf("access token: %d", r.status)
	}
	third := again.token(again.refreshForm(second.get("refresh_token")))
	if third.status != 200 {
		t.Fatalf("refresh: %d %s", third.status, third.text)
	}
	if r := again.token(again.refreshForm(first.get("refresh_token"))); r.status != 400 || again.refusedBy() != "refresh_unused" {
		t.Errorf("reuse after the restart: %d %s", r.status, again.refusedBy())
	}
	checkDead(t, again, third)
}

// TestSnapshotRefuses checks that a wrong snapshot is an error and not a
// fresh start.
func TestSnapshotRefuses(t *testing.T) {
	p, err := mockprovider.New()
	if err != nil {
		t.Fatal(err)
	}
	good, err := p.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	change := func(name string, value any) []byte {
		var m map[string]any
		if err := json.Unmarshal(good, &m); err != nil {
			t.Fatal(err)
		}
		m[name] = value
		data, _ := json.Marshal(m)
		return data
	}
	for name, data := range map[string][]byte{
		"not JSON": []byte("x"), "cut": good[:len(good)/2], "version": change("version", 2), "persona": change("persona", "plain"),
		"secret": change("secret", "AA=="), "key": change("key", "AA=="), "grant": change("grants", []any{map[string]any{}}),
	} {
		if _, err := mockprovider.New(mockprovider.WithSnapshot(data)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := mockprovider.New(mockprovider.WithSnapshot(good)); err != nil {
		t.Error(err)
	}
}

// TestOptionsRefuse checks that nonsense is refused when it is said.
func TestOptionsRefuse(t *testing.T) {
	for name, o := range map[string]mockprovider.Option{
		"algorithm": mockprovider.WithSigning("HS256"), "issuer": mockprovider.WithIssuer("http://x/path"),
		"clients": mockprovider.WithClients(), "users": mockprovider.WithUsers(), "clock": mockprovider.WithClock(nil),
		"lifetime": mockprovider.WithTokenLifetime(time.Millisecond), "redirect": mockprovider.WithRedirectURIs("/callback"),
		"token": mockprovider.WithControlToken("short"), "stage": mockprovider.WithHook("nowhere", func(*mockprovider.Event) {}),
		"hook": mockprovider.WithHook(mockprovider.StageToken, nil),
	} {
		if _, err := mockprovider.New(o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestHooks checks that each stage is reached, and that what a hook does there
// is what the client gets.
func TestHooks(t *testing.T) {
	reached := map[mockprovider.Stage]int{}
	var options []mockprovider.Option
	for _, s := range []mockprovider.Stage{
		mockprovider.StageDiscovery, mockprovider.StageJWKS, mockprovider.StageRedirect, mockprovider.StageToken,
		mockprovider.StageIDTokenHeader, mockprovider.StageIDTokenClaims, mockprovider.StageIDTokenCompact,
		mockprovider.StageUserinfo, mockprovider.StagePeople, mockprovider.StagePicture, mockprovider.StageTransport,
	} {
		options = append(options, mockprovider.WithHook(s, func(*mockprovider.Event) { reached[s]++ }))
	}
	options = append(options,
		mockprovider.WithHook(mockprovider.StageIDTokenHeader, func(e *mockprovider.Event) { e.Object.Set("kid", "bent") }),
		mockprovider.WithHook(mockprovider.StageIDTokenClaims, func(e *mockprovider.Event) { e.Object.Set("nonce", "bent") }),
		mockprovider.WithHook(mockprovider.StageToken, func(e *mockprovider.Event) { e.Object.Add("token_type", "twice") }),
		mockprovider.WithHook(mockprovider.StageRedirect, func(e *mockprovider.Event) { e.Params.Add("bent", "a b") }),
		mockprovider.WithHook(mockprovider.StageJWKS, func(e *mockprovider.Event) {
			e.Body, e.Status = []byte("<html>"), 503
			e.Header.Set("Content-Type", "text/html")
		}),
		mockprovider.WithHook(mockprovider.StageTransport, func(e *mockprovider.Event) {
			if e.Endpoint == "userinfo" {
				e.Status, e.Body = 429, []byte("slow down")
				e.Header.Set("Retry-After", "7")
			}
		}),
	)
	c := newClient(t, options...)
	q := c.response(c.srv.Person("ada"))
	if q.Get("bent") != "a b" {
		t.Errorf("redirect: %v", q)
	}
	tokens := c.token(c.codeForm(q.Get("code")))
	if strings.Count(tokens.text, "token_type") != 2 || claimsOf(t, tokens.get("id_token"))["nonce"] != "bent" {
		t.Errorf("token: %s", tokens.text)
	}
	if r := c.get("/oauth2/v3/certs"); r.status != 503 || r.text != "<html>" {
		t.Errorf("jwks: %d %s", r.status, r.text)
	}
	if r := c.userinfo(tokens.get("access_token")); r.status != 429 || r.header.Get("Retry-After") != "7" {
		t.Errorf("userinfo: %d", r.status)
	}
	c.get("/.well-known/openid-configuration")
	c.get("/picture/ada")
	c.bearer("/v1/people/me?personFields=names", tokens.get("access_token"))
	if len(reached) != 10 { // userinfo was answered on the way
		t.Errorf("reached %v", reached)
	}
}

// TestTokenLifetime checks that only access tokens become short-lived: an ID
// token that expires at once could not be checked.
func TestTokenLifetime(t *testing.T) {
	c := newClient(t, mockprovider.WithTokenLifetime(2*time.Second))
	tokens := c.signIn()
	if tokens.json["expires_in"] != 2.0 {
		t.Errorf("expires_in = %v", tokens.json["expires_in"])
	}
	claims := claimsOf(t, tokens.get("id_token"))
	if life := claims["exp"].(float64) - claims["iat"].(float64); life != 3599 {
		t.Errorf("the ID token lives %v s", life)
	}
	c.srv.Advance(3 * time.Second)
	if r := c.userinfo(tokens.get("access_token")); r.status != 401 {
		t.Errorf("after 3 s: %d", r.status)
	}
}

// TestUnknown checks that nothing else answers.
func TestUnknown(t *testing.T) {
	c := newClient(t)
	for _, path := range []string{"/nothing", "/picture/nobody", "/_mock/", "/t/nobody/", "/t/nobody/token", "/.well-known/oauth-authorization-server/t/nobody"} {
		if r := c.get(path); r.status != 404 {
			t.Errorf("%s: %d", path, r.status)
		}
	}
}

// BenchmarkSignIn is a whole sign-in: authorize, login, consent, token.
func BenchmarkSignIn(b *testing.B) {
	srv := mocktest.Start(b)
	for b.Loop() {
		if _, err := mocktest.SignIn(b.Context(), srv.Person("ada"), srv); err != nil {
			b.Fatal(err)
		}
	}
}
