package mockprovider_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/persona"
)

// The targets here and in fuzz_test.go send anything to each endpoint's parser.
// Whatever comes, nothing panics and nothing answers 500: what is malformed is
// the sender's mistake and is told so. Corpora that found something are kept
// in testdata/fuzz.

const formType = "application/x-www-form-urlencoded"

// sane fails on what no request may lead to.
func sane(t *testing.T, path string, w *httptest.ResponseRecorder) {
	t.Helper()
	if w.Code >= 500 && w.Code != http.StatusServiceUnavailable {
		t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	for name, values := range w.Header() {
		if strings.ContainsAny(strings.Join(values, ""), "\r\n\x00") {
			t.Fatalf("%s: control characters in %s: %q", path, name, values)
		}
	}
}

// credentials are a persona's client in a form's notation.
func credentials(p *mockprovider.Provider) string {
	return "&client_id=" + url.QueryEscape(p.ClientID()) + "&client_secret=" + url.QueryEscape(p.ClientSecret())
}

// FuzzAuthorizePost sends authorization requests as forms.
func FuzzAuthorizePost(f *testing.F) {
	providers := fuzzProviders(f)
	for _, p := range providers {
		f.Add("redirect_uri=http://127.0.0.1:1/callback&response_type=code&response_mode=form_post&scope=openid&prompt=none&state=%3C%2Fform%3E"+credentials(p), formType)
	}
	f.Add("%zz", formType)
	f.Add(`{"client_id":1}`, "application/json")
	f.Fuzz(func(t *testing.T, body, contentType string) {
		for _, p := range providers {
			path := p.Persona().Paths.Authorization
			w := serve(p, "POST", path, "", body, http.Header{"Content-Type": {contentType}})
			sane(t, path, w)
			if text := w.Body.String(); strings.Contains(text, "<script") && !strings.Contains(w.Header().Get("Content-Security-Policy"), "script-src 'sha256-") &&
				!strings.Contains(w.Header().Get("Content-Security-Policy"), "script-src 'nonce-") {
				t.Fatalf("a script that no policy names: %s", text)
			}
		}
	})
}

// FuzzPages sends anything to the provider's own pages: login, consent, logout.
func FuzzPages(f *testing.F) {
	providers := fuzzProviders(f)
	f.Add("i=x", "i=x&user=ada%40example.com", "")
	f.Add("i=", "i=x&action=allow&scope=openid&scope=email", "same-origin")
	f.Add("i=%00", "action=logout", "cross-site")
	f.Add("%", "i=%ff", "none")
	f.Fuzz(func(t *testing.T, query, body, site string) {
		for _, p := range providers {
			for _, path := range []string{"/_mock/login", "/_mock/consent", "/_mock/logout"} {
				sane(t, path, serve(p, "GET", path, query, "", http.Header{}))
				header := http.Header{"Content-Type": {formType}}
				if site != "" {
					header.Set("Sec-Fetch-Site", site)
				}
				w := serve(p, "POST", path, "", body, header)
				sane(t, path, w)
				if w.Code < 400 {
					t.Fatalf("%s: %d for a form that the provider never made", path, w.Code)
				}
			}
		}
	})
}

// FuzzIntrospect sends anything to introspection: never an active token.
func FuzzIntrospect(f *testing.F) {
	providers := fuzzProviders(f)
	for _, p := range providers {
		f.Add("token=x&token_type_hint=refresh_token"+credentials(p), "")
	}
	f.Add("token=", "Basic eDp5")
	f.Add("token=x&token=y", "Bearer x")
	f.Fuzz(func(t *testing.T, body, authorization string) {
		for _, p := range providers {
			path := p.Persona().Paths.Introspection
			if path == "" {
				continue
			}
			w := serve(p, "POST", path, "", body, withAuthorization(authorization))
			sane(t, path, w)
			if strings.Contains(w.Body.String(), `"active":true`) {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
		}
	})
}

func withAuthorization(value string) http.Header {
	header := http.Header{"Content-Type": {formType}}
	if value != "" {
		header.Set("Authorization", value)
	}
	return header
}

// FuzzTokeninfo sends anything to Google's tokeninfo: never a token's content.
func FuzzTokeninfo(f *testing.F) {
	providers := fuzzProviders(f)
	f.Add("access_token=x", "id_token=x")
	f.Add("id_token=eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.", "access_token=%zz")
	f.Add("access_token=x&access_token=y&id_token=a.b.c", "")
	f.Fuzz(func(t *testing.T, query, body string) {
		for _, p := range providers {
			path := p.Persona().Paths.Tokeninfo
			if path == "" {
				continue
			}
			for _, w := range []*httptest.ResponseRecorder{
				serve(p, "GET", path, query, "", http.Header{}),
				serve(p, "POST", path, query, body, http.Header{"Content-Type": {formType}}),
			} {
				sane(t, path, w)
				if w.Code < 400 {
					t.Fatalf("%d %s", w.Code, w.Body)
				}
			}
		}
	})
}

// FuzzEndSession sends anything as a logout request: nobody is sent to an
// address that is not registered.
func FuzzEndSession(f *testing.F) {
	providers := fuzzProviders(f)
	for _, p := range providers {
		f.Add("post_logout_redirect_uri=http://127.0.0.1:1/signed-out&state=bye&id_token_hint=a.b.c&client_id=" + url.QueryEscape(p.ClientID()))
	}
	f.Add("id_token_hint=eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.&post_logout_redirect_uri=https://example.com")
	f.Add("ui_locales=%00&logout_hint=%ff&state=a&state=b")
	f.Fuzz(func(t *testing.T, query string) {
		for _, p := range providers {
			path := p.Persona().Paths.EndSession
			if path == "" {
				continue
			}
			for _, w := range []*httptest.ResponseRecorder{
				serve(p, "GET", path, query, "", http.Header{}),
				serve(p, "POST", path, "", query, http.Header{"Content-Type": {formType}}),
			} {
				sane(t, path, w)
				u, err := url.Parse(w.Header().Get("Location"))
				if err != nil || u.Host != "" && u.Hostname() != "127.0.0.1" && u.Hostname() != "::1" {
					t.Fatalf("redirects to %q", w.Header().Get("Location"))
				}
			}
		}
	})
}

// FuzzGitHub sends anything to what only the plain OAuth persona has.
func FuzzGitHub(f *testing.F) {
	plays, ok := persona.ByName("github")
	if !ok {
		f.Fatal("the persona is gone")
	}
	p, err := mockprovider.New(mockprovider.WithPersona(plays), mockprovider.WithIssuer(fuzzIssuer))
	if err != nil {
		f.Fatal(err)
	}
	paths := plays.Paths
	f.Add("x", `{"access_token":"x"}`, "Basic eDp5")
	f.Add("%2e%2e", `{"access_token":1}`, "token x")
	f.Add("", `[`, "")
	f.Fuzz(func(t *testing.T, client, body, authorization string) {
		if strings.ContainsAny(client, "/?#") {
			return
		}
		header := http.Header{}
		if authorization != "" {
			header.Set("Authorization", authorization)
		}
		for _, path := range []string{paths.User, paths.Emails} {
			w := serve(p, "GET", path, "", "", header)
			sane(t, path, w)
			if w.Code < 400 {
				t.Fatalf("%s: %d %s", path, w.Code, w.Body)
			}
		}
		for _, what := range []string{"/token", "/grant"} {
			r := httptest.NewRequest(http.MethodDelete, fuzzIssuer, strings.NewReader(body))
			r.URL, r.Header = &url.URL{Path: paths.Applications + "/" + client + what}, header
			w := httptest.NewRecorder()
			p.Handler().ServeHTTP(w, r)
			sane(t, r.URL.Path, w)
		}
	})
}

// FuzzControlPaths sends anything to any path of the control API, with its token: its callers
// are tests, and a test's mistake must be answered and not break the mock.
func FuzzControlPaths(f *testing.F) {
	const token = "the control token of this fuzz target"
	f.Add("faults", "", `{"name":"latency","params":{"delay":"1ms"},"times":"once"}`)
	f.Add("faults", "", `{"nam":"latency"}`)
	f.Add("clock", "", `{"advance":"1h"}`)
	f.Add("tenants", "", `{"name":"a b"}`)
	f.Add("revoke", "", `{"user":"ada"}`)
	f.Add("expire", "", ``)
	f.Add("rotate-keys", "", `{}`)
	f.Add("journal", "after=x&limit=-1", ``)
	f.Add("faults/1", "", `[`)
	f.Fuzz(func(t *testing.T, path, query, body string) {
		if strings.Contains(path, "wait") {
			return // it waits, as it should
		}
		p, err := mockprovider.New(mockprovider.WithIssuer(fuzzIssuer), mockprovider.WithSigning(mockprovider.ES256), mockprovider.WithControlToken(token))
		if err != nil {
			t.Fatal(err)
		}
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
			r := httptest.NewRequest(method, fuzzIssuer, strings.NewReader(body))
			r.URL = &url.URL{Path: "/_mock/" + path, RawQuery: query}
			r.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + token}}
			w := httptest.NewRecorder()
			p.Handler().ServeHTTP(w, r)
			sane(t, method+" "+r.URL.Path, w)
			r.Header.Set("Authorization", "Bearer "+token[1:])
			w = httptest.NewRecorder()
			p.Handler().ServeHTTP(w, r)
			if strings.HasPrefix(path, "faults") && w.Code < 400 {
				t.Fatalf("%s %s without the token: %d", method, r.URL.Path, w.Code)
			}
		}
	})
}

// FuzzSnapshot restores anything: an error or a provider that works, and the
// state of neither is a panic's.
func FuzzSnapshot(f *testing.F) {
	p, err := mockprovider.New(mockprovider.WithSigning(mockprovider.ES256), mockprovider.WithIssuer(fuzzIssuer))
	if err != nil {
		f.Fatal(err)
	}
	good, err := p.Snapshot()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"version":1}`))
	f.Add([]byte(strings.Replace(string(good), `"grants": null`, `"grants": [{"id":"a","code":"b"}]`, 1)))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := mockprovider.SnapshotAddr(data); err != nil && len(data) == 0 {
			return
		}
		p, err := mockprovider.New(mockprovider.WithSnapshot(data), mockprovider.WithIssuer(fuzzIssuer), mockprovider.WithSigning(mockprovider.ES256))
		if err != nil {
			return
		}
		sane(t, "discovery", serve(p, "GET", "/.well-known/openid-configuration", "", "", http.Header{}))
		if _, err := p.Snapshot(); err != nil {
			t.Fatalf("what was restored cannot be stored: %v", err)
		}
	})
}
