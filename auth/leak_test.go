package auth_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"app.latchkey/auth"
	"app.latchkey/auth/store"
	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/fault"
	"app.latchkey/mockprovider/journal"
	"app.latchkey/mockprovider/mocktest"
	"app.latchkey/resources"
)

// hunt is a sign-in after which every secret of it is looked for in everything
// that comes out of auth and resources.
type hunt struct {
	*world
	log     bytes.Buffer
	logging sync.Mutex
	errs    []error
	texts   map[string]string // what else came out, by what it is
	giveUp  context.CancelFunc

	mu      sync.Mutex
	cookies []string // the receiver's
}

func newHunt(t *testing.T, options ...mockprovider.Option) *hunt {
	t.Helper()
	h := &hunt{texts: map[string]string{}}
	h.world = newWorld(t, func(c *auth.Config) {
		c.OpenBrowser = h.browse
		c.Logger = slog.New(slog.NewJSONHandler(h, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}, options...)
	return h
}

// Write implements io.Writer for the log.
func (h *hunt) Write(b []byte) (int, error) {
	h.logging.Lock()
	defer h.logging.Unlock()
	return h.log.Write(b)
}

// RoundTrip is the browser's: it sees the receiver's cookies.
func (h *hunt) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := h.server.HTTPClient().Transport.RoundTrip(r)
	if err == nil && !strings.HasPrefix(r.URL.String(), h.server.Issuer()) {
		h.mu.Lock()
		defer h.mu.Unlock()
		for _, c := range resp.Cookies() {
			h.cookies = append(h.cookies, c.Value)
		}
	}
	return resp, err
}

// browse gives the sign-in up when the browser ends somewhere else than on a
// verdict: the response was bent away.
func (h *hunt) browse(_ context.Context, address string) error {
	person := mocktest.NewPerson("ada")
	person.Transport = h
	ended := make(chan struct{})
	h.t.Cleanup(func() { <-ended })
	go func() {
		defer close(ended)
		page, err := person.Open(h.t.Context(), address)
		if err != nil || strings.Contains(page.Body, `data-verdict="refused"`) || !strings.Contains(page.Body, "data-verdict") {
			h.giveUp()
		}
	}()
	return nil
}

func (h *hunt) failed(err error) bool {
	if err != nil {
		h.errs = append(h.errs, err)
	}
	return err != nil
}

// run does all there is to do with an account, as far as it goes.
func (h *hunt) run() {
	ctx, cancel := context.WithTimeout(h.t.Context(), 20*time.Second)
	defer cancel()
	h.giveUp = cancel
	defer func() { // what goes on behind our back may write files and logs
		if err := h.client.Close(context.WithoutCancel(ctx)); err != nil {
			h.t.Error(err)
		}
	}()
	attempt, err := h.client.Begin(ctx, h.provider, auth.SignInOptions{Observer: h.observe, LoginHint: "ada@example.com"})
	if h.failed(err) {
		return
	}
	link, err := attempt.Link() // what "Copy link" puts into the clipboard
	h.failed(err)
	h.texts["the copied link"] = link
	if h.failed(attempt.Open(ctx)) {
		return
	}
	pending, err := attempt.Wait(ctx)
	if h.failed(err) {
		return
	}
	h.texts["Pending"] = fmt.Sprintf("%+v %#v %+v", pending, pending, pending.Flow())
	session, err := pending.Commit(ctx)
	if h.failed(err) {
		return
	}
	h.texts["Session"] = fmt.Sprintf("%+v %#v", session, session) // now, while nobody else uses it
	fetcher := resources.New(resources.Config{CacheDir: h.dir, Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		Logger: slog.New(slog.NewTextHandler(h, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	profile, err := fetcher.Profile(ctx, session, session.Recorder())
	if !h.failed(err) {
		_, err = fetcher.Picture(ctx, session, profile, session.Recorder())
		h.failed(err)
	}
	if token, err := session.Token(ctx); !h.failed(err) {
		h.texts["Token"] = fmt.Sprintf("%+v %#v", token, token)
		session.Expire(token)
		_, err = session.Token(ctx)
		h.failed(err)
		_, err = fetcher.Profile(ctx, session, nil)
		h.failed(err)
	}
	h.failed(session.KeepFlow())
	record, err := json.Marshal(session.Recorder().Flow())
	h.failed(err)
	h.texts["the record as JSON"] = string(record)
	h.texts["the record"] = fmt.Sprintf("%+v %#v", session.Recorder().Flow(), session.Recorder())
}

// secrets are all of the run, by name.
func (h *hunt) secrets() map[string][]string {
	found := map[string][]string{"client_secret": {h.server.ClientSecret()}}
	add := func(name, value string) {
		if len(value) >= 16 && !slices.Contains(found[name], value) { // faults send "x", too
			found[name] = append(found[name], value)
		}
	}
	names := []string{"code", "code_verifier", "state", "nonce", "access_token", "refresh_token", "id_token"}
	for _, e := range h.server.Journal().Entries() {
		for _, m := range []journal.Decoded{e.Request.Decode(), e.Response.Decode()} {
			for _, p := range slices.Concat(m.Query, m.Form, m.Redirect) {
				if slices.Contains(names, p.Name) {
					add(p.Name, p.Value)
				}
			}
			var body map[string]any
			_ = json.Unmarshal(m.JSON, &body)
			for _, name := range names {
				if value, ok := body[name].(string); ok {
					add(name, value)
				}
			}
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range h.cookies {
		add("cookie", c)
	}
	return found
}

// search looks for each secret, in each form, in whatever came out.
func (h *hunt) search() {
	h.t.Helper()
	h.collect()
	for name, values := range h.secrets() {
		for _, value := range values {
			for form, written := range writtenAs(value) {
				for what, text := range h.texts {
					if strings.Contains(text, written) {
						h.t.Errorf("%s holds the %s (%s)", what, name, form)
					}
				}
			}
		}
	}
}

// writtenAs are the forms in which a secret may come. A part of it is enough to
// find it; the record keeps four characters.
func writtenAs(secret string) map[string]string {
	part := secret[len(secret)/2:]
	part = part[:min(len(part), 14)]
	quoted, _ := json.Marshal(part)
	return map[string]string{
		"raw": part, "URL-encoded": url.QueryEscape(part), "in JSON": string(quoted[1 : len(quoted)-1]),
		"base64": base64.StdEncoding.EncodeToString([]byte(secret))[:16], "base64url": base64.RawURLEncoding.EncodeToString([]byte(secret))[:16],
	}
}

// collect reads log, errors, steps, files and store.
func (h *hunt) collect() {
	h.t.Helper()
	h.logging.Lock()
	h.texts["the log"] = h.log.String()
	h.logging.Unlock()
	for i, err := range h.errs {
		p := auth.AsProblem(err)
		h.texts[fmt.Sprintf("error %d", i+1)] = fmt.Sprintf("%v %+v %#v %s %v %q", err, err, err, p.Detail(), p.Values, p.Err)
	}
	h.world.mu.Lock()
	steps, err := json.Marshal(h.steps)
	h.texts["what the observer saw"] = fmt.Sprintf("%s %+v", steps, h.steps)
	h.world.mu.Unlock()
	if err != nil {
		h.t.Fatal(err)
	}
	err = filepath.WalkDir(h.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		h.texts["the file "+d.Name()] = path + " " + string(b)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// TestNoSecretComesOut: a sign-in that succeeds, and one at a provider with each
// fault of the mock's table that makes something fail.
func TestNoSecretComesOut(t *testing.T) {
	slow := []string{"hang", "gzip-bomb"} // and nothing in them that others lack
	t.Run("nothing wrong", func(t *testing.T) {
		t.Parallel()
		h := newHunt(t)
		h.run()
		if len(h.errs) > 0 {
			t.Fatal(h.errs)
		}
		h.search()
		for _, name := range []string{"code", "code_verifier", "state", "nonce", "access_token", "refresh_token", "id_token", "client_secret", "cookie"} {
			if len(h.secrets()[name]) == 0 {
				t.Errorf("no %s was found to be looked for: this test proves nothing", name)
			}
		}
		for _, what := range []string{"the log", "what the observer saw", "the file accounts.json", "the record", "the copied link", "Session", "Token"} {
			if h.texts[what] == "" {
				t.Errorf("%s is empty: this test proves nothing", what)
			}
		}
	})
	for _, row := range fault.Rows() {
		// Faults that are met by going on leave no other traces than no fault.
		if row.Client != fault.Refuse && !strings.HasSuffix(row.Name, "-hostile") ||
			slices.Contains(slow, row.Name) || strings.HasPrefix(row.Name, "user-") { // those are GitHub's
			continue
		}
		t.Run(row.Name, func(t *testing.T) {
			t.Parallel()
			h := newHunt(t, mockprovider.WithFault(fault.Spec{Name: row.Name}))
			h.run()
			h.search()
		})
	}
}

// TestEchoesAreVeiled: a provider that puts what it was sent wherever a text of
// its own may stand.
func TestEchoesAreVeiled(t *testing.T) {
	all := func(e *mockprovider.Event) string {
		var b strings.Builder
		for _, p := range e.Params.All() {
			b.WriteString(p.Value + " " + base64.StdEncoding.EncodeToString([]byte(p.Value)) + " ")
		}
		return b.String()
	}
	body := func(grant string, write func(*mockprovider.Event) string) mockprovider.Hook {
		return mockprovider.Hook{Stage: transport, Func: func(e *mockprovider.Event) {
			if e.Endpoint == "token" && e.Params.Get("grant_type") == grant {
				e.Status, e.Body = http.StatusBadRequest, []byte(write(e))
				e.Header.Set("Content-Type", "application/json")
			}
		}}
	}
	inJSON := func(s string) string { b, _ := json.Marshal(s); return string(b) }
	const code, refresh = "authorization_code", "refresh_token"
	sent := func(name string) func(*mockprovider.Event) string {
		return func(e *mockprovider.Event) string {
			return `{"error":` + inJSON(e.Params.Get(name)) + `,"error_description":` + inJSON(all(e)) + `}`
		}
	}
	good := func(member, name string) func(*mockprovider.Event) string {
		return func(e *mockprovider.Event) string {
			return `{"access_token":"a-token-of-no-use","token_type":"Bearer","` + member + `":` + inJSON(e.Params.Get(name)) + `}`
		}
	}
	ok := func(h mockprovider.Hook) mockprovider.Hook {
		before := h.Func
		h.Func = func(e *mockprovider.Event) {
			if before(e); e.Body != nil {
				e.Status = http.StatusOK
			}
		}
		return h
	}
	authorization := func(name, from string) mockprovider.Hook {
		return mockprovider.Hook{Stage: redirect, Func: func(e *mockprovider.Event) {
			value := e.Params.Get(from)
			if from == "nonce" {
				value = e.Request.URL.Query().Get("nonce")
			}
			e.Params.Delete("code")
			e.Params.Set("error", "server_error")
			e.Params.Set(name, "echo "+value)
		}}
	}
	bearer := func(endpoint string) mockprovider.Hook {
		return mockprovider.Hook{Stage: transport, Func: func(e *mockprovider.Event) {
			if e.Endpoint == endpoint {
				token := strings.TrimPrefix(e.Request.Header.Get("Authorization"), "Bearer ")
				e.Header.Set("WWW-Authenticate", `Bearer error="`+token+`"`)
				e.Status, e.Body = http.StatusForbidden, []byte("{}")
			}
		}}
	}
	for name, hook := range map[string]mockprovider.Hook{
		"token: code as the error":         body(code, sent("code")),
		"token: verifier as the error":     body(code, sent("code_verifier")),
		"token: secret as the error":       body(code, sent("client_secret")),
		"token: all as the error":          body(code, func(e *mockprovider.Event) string { return `{"error":` + inJSON(all(e)) + `}` }),
		"token: no JSON":                   body(code, all),
		"token: verifier as token_type":    ok(body(code, good("token_type", "code_verifier"))),
		"token: code as scope":             ok(body(code, good("scope", "code"))),
		"token: verifier as ID token":      ok(body(code, good("id_token", "code_verifier"))),
		"refresh: token as the error":      body(refresh, sent("refresh_token")),
		"refresh: token as token_type":     ok(body(refresh, good("token_type", "refresh_token"))),
		"refresh: token as scope":          ok(body(refresh, good("scope", "refresh_token"))),
		"authorization: state as error":    authorization("error", "state"),
		"authorization: state described":   authorization("error_description", "state"),
		"authorization: state as iss":      authorization("iss", "state"),
		"authorization: code as error":     authorization("error", "code"),
		"authorization: code described":    authorization("error_description", "code"),
		"authorization: code as a stray":   authorization("session_state", "code"),
		"userinfo: token in the challenge": bearer("userinfo"),
		"people: token in the challenge":   bearer("people"),
		"userinfo: token as sub": {Stage: mockprovider.StageUserinfo, Func: func(e *mockprovider.Event) {
			e.Object.Set("sub", strings.TrimPrefix(e.Request.Header.Get("Authorization"), "Bearer "))
		}},
		"ID token: nonce as iss": {Stage: claims, Func: func(e *mockprovider.Event) { e.Object.Set("iss", e.Object.Get("nonce")) }},
		"ID token: nonce as azp": {Stage: claims, Func: func(e *mockprovider.Event) { e.Object.Set("azp", e.Object.Get("nonce")) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHunt(t, mockprovider.WithHook(hook.Stage, hook.Func))
			h.run()
			if len(h.errs) == 0 && !strings.Contains(name, "scope") && !strings.Contains(name, "people") { // which are no failures
				t.Error("nothing failed: this test proves nothing")
			}
			h.search()
		})
	}
}

// TestStoreHoldsTheRefreshTokenOnly and nothing else of the run.
func TestStoreHoldsTheRefreshTokenOnly(t *testing.T) {
	h := newHunt(t)
	h.run()
	accounts, err := h.client.Accounts()
	if err != nil || len(accounts) != 1 {
		t.Fatalf("accounts %v, %v", accounts, err)
	}
	record, err := h.store.Memory.Get(t.Context(), accounts[0].Item, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	h.texts["the store"] = string(record) + accounts[0].Item
	secrets := h.secrets()
	if tokens := secrets["refresh_token"]; !strings.Contains(string(record), tokens[len(tokens)-1]) {
		t.Error("the store does not hold the refresh token")
	}
	for name, values := range secrets {
		for _, value := range values {
			if name != "refresh_token" && strings.Contains(h.texts["the store"], writtenAs(value)["raw"]) {
				t.Errorf("the store holds the %s", name)
			}
		}
	}
}
