package mockprovider_test

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/persona"
)

// BenchmarkAlone is the provider's own work at a sign-in (authorization
// request, both forms, token request), without connections and client.
func BenchmarkAlone(b *testing.B) {
	const issuer = "http://127.0.0.1:1"
	for _, algorithm := range []string{mockprovider.ES256, mockprovider.RS256} {
		b.Run(algorithm, func(b *testing.B) {
			p, err := mockprovider.New(mockprovider.WithPersona(persona.Plain()),
				mockprovider.WithSigning(algorithm), mockprovider.WithIssuer(issuer))
			if err != nil {
				b.Fatal(err)
			}
			// Requests are read from the wire elsewhere: parse what never changes.
			at := func(path string) *url.URL {
				u, err := url.Parse(issuer + path)
				if err != nil {
					b.Fatal(err)
				}
				return u
			}
			cookie := ""
			do := func(method string, u *url.URL, form string) http.Header {
				r := &http.Request{Method: method, URL: u, Host: u.Host, Header: http.Header{}, Body: http.NoBody}
				if cookie != "" {
					r.Header["Cookie"] = []string{cookie}
				}
				if method == http.MethodPost {
					body := strings.NewReader(form)
					r.Body, r.ContentLength = readCloser{body}, int64(body.Len())
					r.Header["Content-Type"] = []string{"application/x-www-form-urlencoded"}
				}
				w := httptest.NewRecorder()
				p.Handler().ServeHTTP(w, r)
				if w.Code >= 400 {
					b.Fatal(w.Code, w.Body)
				}
				if set := w.Header()["Set-Cookie"]; len(set) > 0 {
					cookie, _, _ = strings.Cut(set[0], ";")
				}
				return w.Header()
			}
			login, consent, token := at("/_mock/login"), at("/_mock/consent"), at(p.Persona().Paths.Token)
			b.ReportAllocs()
			for b.Loop() {
				cookie = ""
				verifier := rand.Text() + rand.Text()
				sum := sha256.Sum256([]byte(verifier))
				request := *at(p.Persona().Paths.Authorization)
				request.RawQuery = "client_id=" + p.ClientID() + "&redirect_uri=http%3A%2F%2F127.0.0.1%3A49152%2Fcallback&response_type=code" +
					"&scope=openid+email&state=" + rand.Text() + "&nonce=" + rand.Text() + "&code_challenge_method=S256&code_challenge=" +
					base64.RawURLEncoding.EncodeToString(sum[:])
				_, id, _ := strings.Cut(do("GET", &request, "").Get("Location"), "?i=")
				_, id, _ = strings.Cut(do("POST", login, "i="+id+"&user=ada%40example.com").Get("Location"), "?i=")
				back := do("POST", consent, "i="+id+"&action=allow&scope=openid&scope=email").Get("Location")
				_, code, _ := strings.Cut(back, "code=")
				code, _, _ = strings.Cut(code, "&")
				do("POST", token, "grant_type=authorization_code&code="+code+"&redirect_uri=http%3A%2F%2F127.0.0.1%3A49152%2Fcallback&code_verifier="+
					verifier+"&client_id="+p.ClientID())
			}
		})
	}
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }
