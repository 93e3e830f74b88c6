package thief_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"app.latchkey/auth/loopback"
	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/fault"
	"app.latchkey/mockprovider/mocktest"
	"app.latchkey/thief"
)

// at is the mock as a server to steal from, with Ada at the browser. codes gets
// what was stolen.
func at(s *mocktest.Server, codes *[]string) thief.Server {
	return thief.Server{
		AuthorizationEndpoint: s.Issuer() + s.Persona().Paths.Authorization, TokenEndpoint: s.Issuer() + s.Persona().Paths.Token,
		ClientID: s.ClientID(), ClientSecret: s.ClientSecret(),
		Allow: func(ctx context.Context, request string) (*url.URL, error) {
			person := mocktest.NewPerson("ada")
			person.Stop = func(next *http.Request) bool { return !strings.HasPrefix(next.URL.String(), s.Issuer()) }
			visit, err := person.Open(ctx, request)
			if err != nil {
				return nil, err
			}
			*codes = append(*codes, visit.Next.URL.Query().Get("code"))
			return visit.Next.URL, nil
		},
	}
}

// tell collects tries.
func tell(tries *[]thief.Try) thief.Report { return func(t thief.Try) { *tries = append(*tries, t) } }

func outcomes(tries []thief.Try) string {
	var out []string
	for _, t := range tries {
		out = append(out, t.ID+" "+t.Outcome)
	}
	return strings.Join(out, ", ")
}

const refusedAll = "code_read ready, no_verifier refused, wrong_verifier refused, challenge refused"

func TestStolenCode(t *testing.T) {
	ignored := mockprovider.WithFault(fault.Spec{Name: "pkce-ignored"})
	for _, c := range []struct {
		name    string
		options []mockprovider.Option
		bare    bool
		want    string
	}{
		{"a provider that compares", nil, false, refusedAll},
		{"and one beside it that does not", nil, true, refusedAll + ", without_pkce taken"},
		{"a provider that does not compare", []mockprovider.Option{ignored}, false, "code_read ready, no_verifier taken"},
		{"that does not even there", []mockprovider.Option{ignored}, true, "code_read ready, no_verifier taken, without_pkce taken"},
	} {
		t.Run(c.name, func(t *testing.T) {
			guarded := mocktest.Start(t, c.options...)
			var codes []string
			var tries []thief.Try
			var bare *thief.Server
			if c.bare {
				s := at(mocktest.Start(t, ignored), &codes)
				bare = &s
			}
			if err := thief.StolenCode(t.Context(), at(guarded, &codes), bare, tell(&tries)); err != nil {
				t.Fatal(err)
			}
			if got := outcomes(tries); got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
			text, _ := json.Marshal(tries)
			for _, secret := range append(codes, guarded.ClientSecret()) {
				if secret == "" || strings.Contains(string(text), secret) {
					t.Errorf("the tries hold %q", secret)
				}
			}
			for _, try := range tries {
				for _, p := range try.Sent {
					if strings.HasPrefix(p.Name, "code") && (!p.Secret || len([]rune(p.Value)) > 11) {
						t.Errorf("%s tells %+v", try.ID, p)
					}
				}
				if refused := try.Outcome == thief.OutcomeRefused; refused && (try.Status != 400 || len(try.Got) == 0 || try.Got[0].Value != "invalid_grant" || try.Took <= 0) {
					t.Errorf("%+v", try)
				}
			}
		})
	}
}

// TestAnswers: what comes back is judged by itself, and what is echoed is veiled.
func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		body   string
		want   string
	}{
		{"an error", 400, `{"error":"invalid_grant"}`, thief.OutcomeRefused},
		{"tokens", 200, `{"access_token":"a","token_type":"Bearer"}`, thief.OutcomeTaken},
		{"a page", 200, `<html>`, thief.OutcomeUnclear},
		{"tokens with a status that says no", 400, `{"access_token":"a"}`, thief.OutcomeUnclear},
		{"an error with a status that says yes", 200, `{"error":"invalid_grant"}`, thief.OutcomeUnclear},
		{"a redirect", 302, ``, thief.OutcomeUnclear},
		{"an echo", 400, `{"error":"invalid_grant","error_description":"you sent CODE"}`, thief.OutcomeRefused},
	} {
		t.Run(c.name, func(t *testing.T) {
			const code = "a-code-that-nobody-may-read-anywhere"
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", "https://elsewhere.example")
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(strings.Replace(c.body, "CODE", code, 1)))
			}))
			defer server.Close()
			s := thief.Server{AuthorizationEndpoint: server.URL, TokenEndpoint: server.URL, Allow: func(_ context.Context, request string) (*url.URL, error) {
				u, err := url.Parse(request)
				return &url.URL{RawQuery: url.Values{"code": {code}, "state": u.Query()["state"]}.Encode()}, err
			}}
			var tries []thief.Try
			if err := thief.StolenCode(t.Context(), s, nil, tell(&tries)); err != nil {
				t.Fatal(err)
			}
			if tries[1].Outcome != c.want || tries[1].Status != c.status {
				t.Errorf("%+v", tries[1])
			}
			if text, _ := json.Marshal(tries); strings.Contains(string(text), code) {
				t.Errorf("the code is told: %s", text)
			}
		})
	}
}

// TestNoAuthorization: what can't be tried is an error, and names no code.
func TestNoAuthorization(t *testing.T) {
	for name, query := range map[string]string{"an error": "error=access_denied", "no code": "state=x", "another state": "code=secret&state=x"} {
		s := thief.Server{AuthorizationEndpoint: "http://127.0.0.1:9/a", Allow: func(context.Context, string) (*url.URL, error) {
			return &url.URL{RawQuery: query}, nil
		}}
		err := thief.StolenCode(t.Context(), s, nil, func(try thief.Try) { t.Errorf("%s: %+v", name, try) })
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := thief.Server{TokenEndpoint: "http://127.0.0.1:1/token", Allow: func(_ context.Context, request string) (*url.URL, error) {
		u, err := url.Parse(request)
		return &url.URL{RawQuery: url.Values{"code": {"secret"}, "state": u.Query()["state"]}.Encode()}, err
	}}
	var tries []thief.Try
	if err := thief.StolenCode(t.Context(), s, nil, tell(&tries)); err == nil || len(tries) != 1 {
		t.Errorf("nobody answers: %v after %s", err, outcomes(tries))
	}
}

const allRefused = "waiting ready, made_up refused, error refused, wrong_state refused, no_cookie refused, wrong_host refused"

func TestForgeCallback(t *testing.T) {
	receiver, err := loopback.Listen(t.Context(), loopback.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var tries []thief.Try
	if err := thief.ForgeCallback(t.Context(), receiver, tell(&tries)); err != nil {
		t.Fatal(err)
	}
	if got, want := outcomes(tries), allRefused+", rightful taken"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	var status []int
	for _, try := range tries {
		status = append(status, try.Status)
		if try.Honest != (try.ID == thief.TryRightful) {
			t.Errorf("%+v", try)
		}
	}
	if !slices.Equal(status, []int{0, 400, 400, 400, 400, 421, 303}) {
		t.Errorf("statuses %v", status)
	}
	select {
	case <-receiver.Done():
	default:
		t.Error("the receiver is still open")
	}
}

// naive is a receiver as too many programs have one: it takes what comes.
type naive struct {
	*loopback.Receiver
	server *httptest.Server
	came   chan url.Values
	checks func(*http.Request) bool

	cookies atomic.Int32 // requests with a cookie, for checks that count
}

func (n *naive) RedirectURI() string { return n.server.URL + "/callback" }

func (n *naive) Wait(ctx context.Context) (url.Values, error) {
	select {
	case v := <-n.came:
		return v, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (n *naive) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if n.checks != nil && !n.checks(r) {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	select {
	case n.came <- r.URL.Query():
	default:
	}
}

// TestForgeriesThatGetIn: a receiver that lacks a check is found out.
func TestForgeriesThatGetIn(t *testing.T) {
	for _, c := range []struct {
		name   string
		checks func(*http.Request) bool
		want   string
	}{
		{"no check", nil, "waiting ready, made_up taken"},
		{"errors end the wait", func(r *http.Request) bool { return r.URL.Query().Has("error") }, "waiting ready, made_up refused, error taken"},
		{"the cookie alone", func(r *http.Request) bool { return len(r.Cookies()) > 0 }, "waiting ready, made_up refused, error refused, wrong_state taken"},
		{"nothing is let in", func(r *http.Request) bool { return false }, allRefused + ", rightful refused"},
	} {
		t.Run(c.name, func(t *testing.T) {
			receiver, err := loopback.Listen(t.Context(), loopback.Config{})
			if err != nil {
				t.Fatal(err)
			}
			n := &naive{Receiver: receiver, came: make(chan url.Values, 1), checks: c.checks}
			n.server = httptest.NewServer(n)
			defer n.server.Close()
			var tries []thief.Try
			if err := thief.ForgeCallback(t.Context(), n, tell(&tries)); err != nil {
				t.Fatal(err)
			}
			if got := outcomes(tries); got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
		})
	}
}

// TestForgeryHeardOfLate: a receiver that refuses aloud and takes the forgery
// all the same is found out by the right response, which it no longer takes.
func TestForgeryHeardOfLate(t *testing.T) {
	receiver, err := loopback.Listen(t.Context(), loopback.Config{})
	if err != nil {
		t.Fatal(err)
	}
	held := make(chan url.Values, 1)
	n := &naive{Receiver: receiver, came: make(chan url.Values, 1)}
	n.checks = func(r *http.Request) bool {
		select {
		case held <- r.URL.Query(): // the first is taken
		default:
		}
		if len(r.Cookies()) > 0 && r.Host != "rebound.example" && r.URL.Query().Get("state") != "" {
			if tries := n.cookies.Add(1); tries == 2 { // after the wrong state, the right one
				n.came <- <-held
				return true
			}
		}
		return false
	}
	n.server = httptest.NewServer(n)
	defer n.server.Close()
	var tries []thief.Try
	if err := thief.ForgeCallback(t.Context(), n, tell(&tries)); err != nil {
		t.Fatal(err)
	}
	if got, want := outcomes(tries), allRefused+", rightful refused"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}
