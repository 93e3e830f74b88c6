package mocktest_test

// The tests in this file stand in docs/mock-provider.md as they are here.

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/fault"
	"app.latchkey/mockprovider/mocktest"
)

// startClient is the client under test: in your project, yours. This one is
// bare x/oauth2 with a start page and a callback.
func startClient(t *testing.T, srv *mocktest.Server) (address string) {
	verifier, state := oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	config := oauth2.Config{
		ClientID: srv.ClientID(), ClientSecret: srv.ClientSecret(), Scopes: []string{"openid", "email"},
		Endpoint: oauth2.Endpoint{
			AuthURL:   srv.Issuer() + "/o/oauth2/v2/auth",
			TokenURL:  srv.Issuer() + "/token",
			AuthStyle: oauth2.AuthStyleInParams,
		},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /start", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, config.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier)), http.StatusSeeOther)
	})
	mux.HandleFunc("GET /callback", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("state") != state {
			http.Error(w, "not what was started", http.StatusForbidden)
			return
		}
		if _, err := config.Exchange(r.Context(), r.FormValue("code"), oauth2.VerifierOption(verifier)); err != nil {
			http.Error(w, "no tokens", http.StatusBadGateway)
			return
		}
		w.Write([]byte("welcome"))
	})
	client := httptest.NewServer(mux)
	t.Cleanup(client.Close)
	config.RedirectURL = client.URL + "/callback"
	return client.URL
}

func TestClientSignsIn(t *testing.T) {
	srv := mocktest.Start(t) // a provider of this test's own, gone when it ends
	client := startClient(t, srv)

	visit, err := srv.Person("ada").Open(t.Context(), client+"/start")
	if err != nil {
		t.Fatal(err)
	}
	if visit.Body != "welcome" {
		t.Errorf("%d %s", visit.Status, visit.Body)
	}
}

func TestClientMeetsFaults(t *testing.T) {
	for flag, want := range map[string]int{
		"redirect-state-wrong":            http.StatusForbidden,  // it must look at state
		"http-503:endpoint=token":         http.StatusBadGateway, // it must report that
		"token-type-case":                 http.StatusOK,         // odd, but legal
		"latency:delay=20ms,endpoint=any": http.StatusOK,
	} {
		t.Run(flag, func(t *testing.T) {
			spec, err := fault.ParseFlag(flag)
			if err != nil {
				t.Fatal(err)
			}
			srv := mocktest.Start(t, mockprovider.WithFault(spec))
			client := startClient(t, srv)

			visit, err := srv.Person("ada").Open(t.Context(), client+"/start")
			if err != nil {
				t.Fatal(err)
			}
			if visit.Status != want {
				t.Errorf("%d %s, want %d", visit.Status, visit.Body, want)
			}
			if srv.Faults()[0].Applied == 0 {
				t.Error("the fault was not met: this test proves nothing")
			}
		})
	}
}

func TestClientMeetsTime(t *testing.T) {
	srv := mocktest.Start(t)
	client := startClient(t, srv)

	// The person takes longer than a code lives, as far as the provider knows.
	person := srv.Person("ada")
	person.StopAtConsent = true
	if _, err := person.Open(t.Context(), client+"/start"); err != nil {
		t.Fatal(err)
	}
	srv.Advance(time.Hour)
	person.StopAtConsent = false
	if visit, err := person.Open(t.Context(), client+"/start"); err != nil || visit.Body != "welcome" {
		t.Errorf("a second try: %v %v", visit, err)
	}
}
