package mocktest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/mocktest"
	"app.latchkey/mockprovider/persona"
)

// TestBareOAuth2 signs in with a client that is not ours: bare x/oauth2, whose
// start page sets a cookie that its callback wants back.
func TestBareOAuth2(t *testing.T) {
	srv := mocktest.Start(t)
	config := oauth2.Config{
		ClientID: srv.ClientID(), ClientSecret: srv.ClientSecret(), Scopes: []string{"openid", "email"},
		Endpoint: oauth2.Endpoint{AuthURL: srv.Issuer() + "/o/oauth2/v2/auth", TokenURL: srv.Issuer() + "/token"},
	}
	verifier := oauth2.GenerateVerifier()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /start", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "attempt", Value: "1", Path: "/callback"})
		http.Redirect(w, r, config.AuthCodeURL("the state", oauth2.S256ChallengeOption(verifier), oauth2.AccessTypeOffline), http.StatusSeeOther)
	})
	mux.HandleFunc("GET /callback", func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("attempt"); err != nil || r.FormValue("state") != "the state" {
			http.Error(w, "not what was started", http.StatusForbidden)
			return
		}
		token, err := config.Exchange(r.Context(), r.FormValue("code"), oauth2.VerifierOption(verifier))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		info, err := config.Client(r.Context(), token).Get(srv.Issuer() + "/v1/userinfo")
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer info.Body.Close()
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<meta http-equiv="refresh" content="0; url=/done">`)
		io.Copy(w, info.Body)
	})
	mux.HandleFunc("GET /done", func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("attempt"); err == nil {
			http.Error(w, "the cookie was sent to another path", http.StatusForbidden)
			return
		}
		fmt.Fprint(w, "welcome")
	})
	client := httptest.NewServer(mux)
	defer client.Close()
	config.RedirectURL = client.URL + "/callback"

	visit, err := srv.Person("").Open(t.Context(), client.URL+"/start")
	if err != nil {
		t.Fatal(err)
	}
	if visit.Status != 200 || visit.Body != "welcome" || len(visit.Trail) != 8 {
		t.Errorf("%d %q after %d pages", visit.Status, visit.Body, len(visit.Trail))
	}
}

// TestSignIn checks the short way, in both personas.
func TestSignIn(t *testing.T) {
	for _, plays := range []persona.Persona{persona.Google(), persona.Plain()} {
		srv := mocktest.Start(t, mockprovider.WithPersona(plays))
		tokens, err := mocktest.SignIn(t.Context(), srv.Person("noa"), srv)
		if err != nil || tokens.Access == "" || tokens.Refresh == "" || tokens.ID == "" {
			t.Errorf("%s: %+v %v", plays.Name, tokens, err)
		}
		denying := srv.Person("noa")
		denying.Deny = true
		if _, err := mocktest.SignIn(t.Context(), denying, srv); err == nil || !strings.Contains(err.Error(), "access_denied") {
			t.Errorf("%s: denied: %v", plays.Name, err)
		}
	}
}

// TestPersonSaysWhereStuck checks the errors of a script that does not fit.
func TestPersonSaysWhereStuck(t *testing.T) {
	srv := mocktest.Start(t)
	person := srv.Person("nobody")
	if _, err := mocktest.SignIn(t.Context(), person, srv); err == nil || !strings.Contains(err.Error(), `no account "nobody"`) {
		t.Errorf("unknown user: %v", err)
	}
	person = srv.Person("ada")
	person.Untick = []string{"calendar"}
	if _, err := mocktest.SignIn(t.Context(), person, srv); err == nil || !strings.Contains(err.Error(), "calendar") {
		t.Errorf("unknown scope: %v", err)
	}
	loop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/again", http.StatusFound)
	}))
	defer loop.Close()
	if _, err := srv.Person("").Open(t.Context(), loop.URL); err == nil {
		t.Error("a loop has an end")
	}
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer silent.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := srv.Person("").Open(ctx, silent.URL); err == nil {
		t.Error("waited for ever")
	}
}

// TestStartIsQuick checks that a provider of one's own costs next to nothing,
// by the best of many tries so that a busy machine does not matter.
func TestStartIsQuick(t *testing.T) {
	best := time.Hour
	for range 50 {
		begin := time.Now()
		srv := mocktest.Start(t)
		response, err := http.Get(srv.Issuer() + "/oauth2/v3/certs")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		best = min(best, time.Since(begin))
		srv.Close()
	}
	if best > 2*time.Millisecond {
		t.Errorf("start and first answer take %v, want < 2ms", best)
	}
}

// BenchmarkStart is New, Start and Close.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		p, err := mockprovider.New(mockprovider.WithSigning(mockprovider.ES256))
		if err != nil {
			b.Fatal(err)
		}
		if err := p.Start(b.Context(), "127.0.0.1:0"); err != nil {
			b.Fatal(err)
		}
		if err := p.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
