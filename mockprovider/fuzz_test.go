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

const fuzzIssuer = "http://mock.example"

// fuzzProviders are one provider per persona, without a listener.
func fuzzProviders(f *testing.F) []*mockprovider.Provider {
	f.Helper()
	var out []*mockprovider.Provider
	for _, name := range persona.Names() {
		plays, _ := persona.ByName(name)
		p, err := mockprovider.New(mockprovider.WithPersona(plays), mockprovider.WithIssuer(fuzzIssuer), mockprovider.WithSigning(mockprovider.ES256))
		if err != nil {
			f.Fatal(err)
		}
		out = append(out, p)
	}
	return out
}

// serve answers a request without a connection. The request must be one that
// net/http could have read.
func serve(p *mockprovider.Provider, method, path, query, body string, header http.Header) *httptest.ResponseRecorder {
	r := &http.Request{
		Method: method, URL: &url.URL{Path: path, RawQuery: query}, Host: "mock.example", Header: header,
		Body: http.NoBody, RequestURI: path,
	}
	if method == http.MethodPost {
		r = httptest.NewRequest(method, fuzzIssuer+path, strings.NewReader(body))
		r.URL.RawQuery, r.Header = query, header
	}
	w := httptest.NewRecorder()
	p.Handler().ServeHTTP(w, r)
	return w
}

// FuzzAuthorize sends anything as an authorization request: never a panic,
// never a 500, and never a redirect to anywhere but this provider or a
// registered address.
func FuzzAuthorize(f *testing.F) {
	providers := fuzzProviders(f)
	for _, p := range providers {
		f.Add(url.Values{
			"client_id": {p.ClientID()}, "redirect_uri": {"http://127.0.0.1:1/callback"}, "response_type": {"code"},
			"scope": {"openid email"}, "state": {"s"}, "code_challenge": {challenge(verifier)}, "code_challenge_method": {"S256"},
		}.Encode())
		f.Add("client_id=" + url.QueryEscape(p.ClientID()) + "&redirect_uri=http://127.0.0.1:1/callback&prompt=none&max_age=-1&state=%00")
	}
	f.Add("%zz&&=;=a=b")
	f.Add(strings.Repeat("a=&", 100))
	f.Fuzz(func(t *testing.T, query string) {
		for _, p := range providers {
			w := serve(p, "GET", p.Persona().Paths.Authorization, query, "", http.Header{})
			if w.Code >= 500 {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			to := w.Header().Get("Location")
			if to == "" {
				continue
			}
			u, err := url.Parse(to)
			if err != nil {
				t.Fatalf("redirects to %q", to)
			}
			own := u.Host == "" && strings.HasPrefix(u.Path, "/_mock/")
			client := u.Scheme == "http" && (u.Hostname() == "127.0.0.1" || u.Hostname() == "::1") && u.Path == "/callback" && u.User == nil
			if !own && !client {
				t.Fatalf("redirects to %q", to)
			}
			if strings.ContainsAny(to, "\r\n\x00") {
				t.Fatalf("control characters in %q", to)
			}
		}
	})
}

// FuzzToken sends anything as a token request: never a panic, a 500 or tokens.
func FuzzToken(f *testing.F) {
	providers := fuzzProviders(f)
	for _, p := range providers {
		auth := "client_id=" + url.QueryEscape(p.ClientID()) + "&client_secret=" + url.QueryEscape(p.ClientSecret())
		f.Add("grant_type=authorization_code&code=x&code_verifier="+verifier+"&"+auth, "")
		f.Add("grant_type=refresh_token&refresh_token=1//0AAAA&"+auth, "")
	}
	f.Add("grant_type=authorization_code", "Basic eDp5")
	f.Add("%", "Basic %")
	f.Fuzz(func(t *testing.T, body, authorization string) {
		for _, p := range providers {
			header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
			if authorization != "" {
				header.Set("Authorization", authorization)
			}
			for _, path := range []string{p.Persona().Paths.Token, p.Persona().Paths.Revocation} {
				w := serve(p, "POST", path, "", body, header)
				if w.Code >= 500 || strings.Contains(w.Body.String(), "access_token\"") {
					t.Fatalf("%s: %d %s", path, w.Code, w.Body)
				}
			}
		}
	})
}

// FuzzBearer sends anything to userinfo and the People API.
func FuzzBearer(f *testing.F) {
	providers := fuzzProviders(f)
	f.Add("personFields=names", "Bearer x")
	f.Add("access_token=x&personFields=,,", "bearer")
	f.Fuzz(func(t *testing.T, query, authorization string) {
		for _, p := range providers {
			for _, path := range []string{p.Persona().Paths.Userinfo, p.Persona().Paths.People} {
				if path == "" {
					continue
				}
				w := serve(p, "GET", path, query, "", http.Header{"Authorization": {authorization}})
				if w.Code >= 500 || w.Code < 400 {
					t.Fatalf("%s: %d %s", path, w.Code, w.Body)
				}
			}
		}
	})
}
