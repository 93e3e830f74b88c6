package resources_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"app.latchkey/auth"
	"app.latchkey/auth/flow"
	"app.latchkey/resources"
)

const okUserinfo = `{"sub":"` + sub + `","name":"Ada Lovelace","given_name":"Ada","family_name":"Lovelace",
	"email":"ada@example.com","email_verified":true,"locale":"en_GB","picture":"https://pictures.example/ada","birthdate":"0000-12-10"}`

const okPerson = `{"resourceName":"people/` + sub + `","etag":"x",
	"names":[{"displayName":"Not primary"},{"metadata":{"primary":true},"displayName":"Ada, Countess of Lovelace","givenName":"Augusta Ada","familyName":"King"}],
	"emailAddresses":[{"metadata":{"primary":true,"verified":true},"value":"countess@example.com"}],
	"locales":[{"value":"en-GB"}],
	"organizations":[{"name":"Before"},{"current":true,"name":"Analytical Engines Ltd","title":"Analyst"}],
	"birthdays":[{"date":{"month":12,"day":10}},{"date":{"year":1815,"month":12,"day":10}}],
	"photos":[{"url":"https://pictures.example/countess"}]}`

func TestProfileMerged(t *testing.T) {
	b := newBench(t, answer(200, okUserinfo), answer(200, okPerson))
	b.scopes = append(b.scopes, "https://www.googleapis.com/auth/user.birthday.read", "https://www.googleapis.com/auth/user.organization.read")
	p, err := b.profile()
	if err != nil {
		t.Fatal(err)
	}
	host := strings.TrimPrefix(b.server.URL, "http://")
	want := resources.Profile{
		Subject: sub, Name: "Ada, Countess of Lovelace", GivenName: "Augusta Ada", FamilyName: "King",
		Email: "countess@example.com", EmailVerified: true, Locale: "en-GB",
		Organization: "Analytical Engines Ltd", Title: "Analyst", Birthday: resources.Date{Year: 1815, Month: 12, Day: 10},
		PictureURL: "https://pictures.example/countess", Source: host, Fetched: b.now,
	}
	if p != want {
		t.Errorf("got  %+v\nwant %+v", p, want)
	}
	if got, want := slices.Sorted(slices.Values(b.asked())), []string{"/people/me", "/userinfo"}; !slices.Equal(got, want) {
		t.Errorf("asked %v, want %v", got, want)
	}
}

// TestProfileIsOneRoundTrip: each endpoint answers only when the other was asked
// too, so that asking one after the other would wait for ever.
func TestProfileIsOneRoundTrip(t *testing.T) {
	var both sync.WaitGroup
	both.Add(2)
	meet := func(h http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { both.Done(); both.Wait(); h(w, r) }
	}
	b := newBench(t, meet(answer(200, okUserinfo)), meet(answer(200, okPerson)))
	if p, err := b.profile(); err != nil || p.Name != "Ada, Countess of Lovelace" {
		t.Errorf("got %+v, %v", p, err)
	}
}

// TestTokenTravelsInTheHeaderOnly: RFC 6750 §2.
func TestTokenTravelsInTheHeaderOnly(t *testing.T) {
	b := newBench(t, answer(200, okUserinfo), answer(200, okPerson))
	if _, err := b.profile(); err != nil {
		t.Fatal(err)
	}
	for _, r := range b.requests {
		if r.Method != http.MethodGet || r.Header.Get("Authorization") != "Bearer token-1" || strings.Contains(r.URL.String(), "token-1") {
			t.Errorf("%s %s with Authorization %q", r.Method, r.URL, r.Header.Get("Authorization"))
		}
	}
	if text, _ := json.Marshal(b.record.Flow()); strings.Contains(string(text), "token-1") {
		t.Errorf("the record holds the token: %s", text)
	}
}

func TestPersonFieldsFollowTheScopes(t *testing.T) {
	const google = "https://www.googleapis.com/auth/"
	for _, c := range []struct {
		name   string
		scopes []string
		mask   string // "" means that the API is not asked
	}{
		{"default", []string{"email", "openid", "profile"}, "emailAddresses,locales,names,photos"},
		{"profile only", []string{"openid", "profile"}, "locales,names,photos"},
		{"e-mail twice", []string{"email", google + "user.emails.read", "openid"}, "emailAddresses"},
		{"birthday", []string{"openid", google + "user.birthday.read"}, "birthdays"},
		{"organization", []string{"openid", google + "user.organization.read"}, "organizations"},
		{"nothing of a person", []string{"openid", google + "drive.file"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var mask []string
			b := newBench(t, answer(200, `{"sub":"`+sub+`"}`), func(w http.ResponseWriter, r *http.Request) {
				mask = append(mask, r.URL.Query().Get("personFields"))
				answer(200, `{"resourceName":"people/`+sub+`"}`)(w, r)
			})
			b.scopes = c.scopes
			p, err := b.profile()
			if err != nil || p.Subject != sub {
				t.Fatalf("got %+v, %v", p, err)
			}
			if got := strings.Join(mask, "|"); got != c.mask {
				t.Errorf("asked for %q, want %q", got, c.mask)
			}
		})
	}
}

func TestProfileMapping(t *testing.T) {
	base := resources.Profile{Subject: sub, Name: "Ada (token)", Email: "ada@example.com", EmailVerified: true}
	with := func(change func(*resources.Profile)) resources.Profile { p := base; change(&p); return p }
	for _, c := range []struct {
		name, userinfo, person string
		want                   resources.Profile
	}{
		{"nothing new", `{}`, `{}`, base},
		{"only in the case of the name", `{"NAME":"X"}`, ``, base},
		{"wrong types are absent", `{"name":5,"email":null,"locale":["en"],"picture":{}}`, `{"names":{},"photos":[5,"x"],"birthdays":[{"date":"x"}]}`, base},
		{"verified as a text", `{"email":"new@example.com","email_verified":"true"}`, ``,
			with(func(p *resources.Profile) { p.Email = "new@example.com" })},
		{"verified goes with its address", `{"email":"new@example.com"}`, ``,
			with(func(p *resources.Profile) { p.Email, p.EmailVerified = "new@example.com", false })},
		{"same address stays verified", `{"email":"ADA@example.com"}`, ``,
			with(func(p *resources.Profile) { p.Email = "ADA@example.com" })},
		{"no longer verified", `{"email":"ada@example.com","email_verified":false}`, ``,
			with(func(p *resources.Profile) { p.EmailVerified = false })},
		{"People's other address is not verified", `{}`, `{"emailAddresses":[{"value":"x@example.com"}]}`,
			with(func(p *resources.Profile) { p.Email, p.EmailVerified = "x@example.com", false })},
		{"control and bidi characters", `{"name":"A\u202ed\u0007a\nB"}`, ``,
			with(func(p *resources.Profile) { p.Name = "Ada B" })},
		{"right-to-left name", `{"name":"עדה לאבלייס"}`, ``,
			with(func(p *resources.Profile) { p.Name = "עדה לאבלייס" })},
		{"no language", `{"locale":"Klingon, mostly"}`, ``, base},
		{"endless language", `{"locale":"en` + strings.Repeat("-x", 500) + `"}`, ``, base},
		{"birth year only", `{"birthdate":"1815"}`, ``,
			with(func(p *resources.Profile) { p.Birthday = resources.Date{Year: 1815} })},
		{"birthday without year", `{}`, `{"birthdays":[{"date":{"month":2,"day":29}}]}`,
			with(func(p *resources.Profile) { p.Birthday = resources.Date{Month: 2, Day: 29} })},
		{"no such day", `{"birthdate":"1815-02-30"}`, `{"birthdays":[{"date":{"year":1815,"month":13,"day":1}}]}`, base},
		{"title without organization", `{}`, `{"organizations":[{"title":"Countess"}]}`,
			with(func(p *resources.Profile) { p.Title = "Countess" })},
		{"picture drawn by Google", `{"picture":"https://pictures.example/letter-a"}`, `{"photos":[{"default":true,"url":"https://pictures.example/letter-a"}]}`, base},
		{"endless picture address", `{"picture":"https://pictures.example/` + strings.Repeat("a", 3000) + `"}`, ``, base},
	} {
		t.Run(c.name, func(t *testing.T) {
			subject := strings.Replace(c.userinfo, "{", `{"sub":"`+sub+`",`, 1)
			var people http.HandlerFunc
			if c.person != "" {
				people = answer(200, c.person)
			}
			b := newBench(t, answer(200, strings.Replace(subject, ",}", "}", 1)), people)
			got, err := b.profile()
			if err != nil {
				t.Fatal(err)
			}
			got.Source, got.Fetched = "", time.Time{}
			if got != c.want {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

func TestLongTextsAreCut(t *testing.T) {
	b := newBench(t, answer(200, `{"sub":"`+sub+`","name":"`+strings.Repeat("a", 5000)+`"}`), nil)
	p, err := b.profile()
	if err != nil || len([]rune(p.Name)) > 201 {
		t.Errorf("got %d characters, %v", len([]rune(p.Name)), err)
	}
}

func TestProfileFromTheIDTokenAlone(t *testing.T) {
	b := newBench(t, nil, nil)
	p, err := b.profile()
	if err != nil || p.Name != "Ada (token)" || p.Source != b.provider.Host() || !p.Fetched.Equal(b.now) {
		t.Errorf("got %+v, %v", p, err)
	}
	if len(b.asked()) != 0 {
		t.Errorf("asked %v", b.asked())
	}
}

// TestSubject: an answer about somebody else is refused (OpenID Connect Core
// §5.3.2), and it is on record.
func TestSubject(t *testing.T) {
	for _, c := range []struct{ name, userinfo, person, check string }{
		{"another's userinfo", `{"sub":"666","name":"Mallory"}`, `{}`, "sub"},
		{"no sub", `{"name":"Mallory"}`, `{}`, "sub"},
		{"empty sub", `{"sub":""}`, `{}`, "sub"},
		{"sub as a number", `{"sub":` + sub + `}`, `{}`, "sub"},
		{"sub in another case", `{"SUB":"` + sub + `"}`, `{}`, "sub"},
		{"longer sub", `{"sub":"` + sub + ` "}`, `{}`, "sub"},
		{"another person", `{"sub":"` + sub + `"}`, `{"resourceName":"people/666"}`, "resourceName"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, answer(200, c.userinfo), answer(200, c.person))
			_, err := b.profile()
			wantCode(t, err, auth.CodeUserinfoSubject, auth.NextSignIn)
			s := b.step(t)
			refused := slices.DeleteFunc(s.Checks, func(c flow.Check) bool { return c.Verdict != flow.Failed })
			if s.Status != flow.StatusFailed || s.Problem != string(auth.CodeUserinfoSubject) || len(refused) != 1 || refused[0].Name != c.check {
				t.Errorf("recorded %+v", s)
			}
			if _, _, ok := b.client.Cached(key); ok {
				t.Error("it is in the cache")
			}
		})
	}
}

func TestPeopleWithoutAccountID(t *testing.T) {
	for _, name := range []string{"people/me", "people/c666", ""} {
		b := newBench(t, answer(200, okUserinfo), answer(200, `{"resourceName":"`+name+`"}`))
		if _, err := b.profile(); err != nil {
			t.Errorf("%q: %v", name, err)
		}
		if checks := b.step(t).Checks; checks[len(checks)-1].Verdict != flow.Skipped {
			t.Errorf("%q: recorded %+v", name, checks)
		}
	}
}

func TestStepIsRecorded(t *testing.T) {
	b := newBench(t, answer(200, okUserinfo), answer(200, okPerson))
	if _, err := b.profile(); err != nil {
		t.Fatal(err)
	}
	s := b.step(t)
	if s.Kind != flow.KindProfile || s.From != flow.RoleClient || s.To != flow.RoleResourceServer || s.Status != flow.StatusDone {
		t.Errorf("got %+v", s)
	}
	host := strings.TrimPrefix(b.server.URL, "http://")
	got := map[string]string{}
	for _, p := range s.Params {
		got[p.Name] = p.Value
		if p.Secret != (p.Name == "access_token") {
			t.Errorf("%s: secret is %v", p.Name, p.Secret)
		}
	}
	want := map[string]string{
		"access_token": "•••••••", "userinfo_endpoint": host + "/userinfo", "userinfo_status": "200",
		"userinfo_fields": "name given_name family_name email locale birthday picture",
		"personFields":    "emailAddresses,locales,names,photos", "people_endpoint": host + "/people/me", "people_status": "200",
		"people_fields": "name given_name family_name email locale organization title birthday picture",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	for _, c := range s.Checks {
		if c.Verdict != flow.Passed {
			t.Errorf("got %+v", c)
		}
	}
	if len(s.Checks) != 2 {
		t.Errorf("got %d checks, want 2", len(s.Checks))
	}
}

func TestNilRecorder(t *testing.T) {
	b := newBench(t, answer(200, okUserinfo), answer(200, okPerson))
	b.record = nil
	if _, err := b.profile(); err != nil {
		t.Error(err)
	}
}

// TestRefusals: one row, one way not to get a profile.
func TestRefusals(t *testing.T) {
	page := answer(200, "<!doctype html><title>Wi-Fi</title>", "Content-Type", "text/html; charset=utf-8")
	cut := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write([]byte(`{"sub":"`))
	}
	for _, c := range []struct {
		name     string
		userinfo http.HandlerFunc
		people   http.HandlerFunc
		code     auth.Code
		next     auth.Next
	}{
		{"scope missing", answer(403, `{}`, "WWW-Authenticate", `Bearer error="insufficient_scope"`), nil, auth.CodeProfileForbidden, auth.NextSignIn},
		{"never authorized", answer(401, `{}`), nil, auth.CodeProfileForbidden, auth.NextSignIn},
		{"a page", page, nil, auth.CodeProviderHTML, auth.NextRefresh},
		{"a page as JSON", answer(200, "\n <html>"), nil, auth.CodeProviderHTML, auth.NextRefresh},
		{"a page from People", answer(200, okUserinfo), page, auth.CodeProviderHTML, auth.NextRefresh},
		{"no JSON", answer(200, "sub=1"), nil, auth.CodeProfileUnavailable, auth.NextRefresh},
		{"half a JSON", answer(200, okUserinfo[:50]), nil, auth.CodeProfileUnavailable, auth.NextRefresh},
		{"a list", answer(200, "[]"), nil, auth.CodeProfileUnavailable, auth.NextRefresh},
		{"null", answer(200, "null"), nil, auth.CodeProfileUnavailable, auth.NextRefresh},
		{"sub twice", answer(200, `{"sub":"666","sub":"`+sub+`"}`), nil, auth.CodeProfileUnavailable, auth.NextRefresh},
		{"nothing", answer(204, ""), nil, auth.CodeProfileUnavailable, auth.NextRefresh},
		{"not found", answer(404, `{}`), nil, auth.CodeProfileUnavailable, auth.NextRefresh},
		{"People not found", answer(200, okUserinfo), answer(404, `{}`), auth.CodeProfileUnavailable, auth.NextRefresh},
		{"huge", answer(200, `{"sub":"`+strings.Repeat("x", 1<<20)+`"}`), nil, auth.CodeProfileUnavailable, auth.NextRefresh},
		{"cut", cut, nil, auth.CodeOffline, auth.NextRefresh},
		{"connection dropped", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, nil, auth.CodeOffline, auth.NextRefresh},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, c.userinfo, c.people)
			_, err := b.profile()
			p := wantCode(t, err, c.code, c.next)
			if p.Values["Host"] != strings.TrimPrefix(b.server.URL, "http://") {
				t.Errorf("host %q", p.Values["Host"])
			}
			if s := b.step(t); s.Status != flow.StatusFailed || s.Problem != string(c.code) {
				t.Errorf("recorded %+v", s)
			}
			if strings.Contains(p.Detail(), "Ada") || strings.Contains(p.Detail(), "token-") {
				t.Errorf("the details tell too much: %s", p.Detail())
			}
		})
	}
}

func TestScopeErrorIsNamed(t *testing.T) {
	b := newBench(t, answer(403, `{}`, "WWW-Authenticate", `Bearer realm="x", error="insufficient_scope"`), nil)
	_, err := b.profile()
	if p := auth.AsProblem(err); p.Values["Error"] != "insufficient_scope" {
		t.Errorf("got %v", p.Values)
	}
}

// TestRedirectIsNotFollowed: the token would go wherever the answer says
// (RFC 9700 §4.12).
func TestRedirectIsNotFollowed(t *testing.T) {
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	defer thief.Close()
	b := newBench(t, answer(307, "", "Location", thief.URL), nil)
	_, err := b.profile()
	wantCode(t, err, auth.CodeProfileUnavailable, auth.NextRefresh)
}

// TestTokenGoesNowhereElse: an endpoint that is not protected gets no token.
func TestTokenGoesNowhereElse(t *testing.T) {
	for _, c := range []struct{ name, issuer, userinfo, people string }{
		{"http userinfo", "https://id.example.com", "http://id.example.com/userinfo", ""},
		{"http People API", "https://id.example.com", "", "http://people.example.com/me"},
		{"this computer for a remote issuer", "https://id.example.com", "http://127.0.0.1:1/userinfo", ""},
		{"elsewhere for a local issuer", "http://127.0.0.1:1", "http://id.example.com/userinfo", ""},
		{"credentials in the address", "https://id.example.com", "https://a:b@id.example.com/userinfo", ""},
		{"a file", "https://id.example.com", "file:///etc/passwd", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, nil, nil)
			b.provider.Issuer, b.userinfo, b.provider.ProfileAPI = c.issuer, c.userinfo, c.people
			b.tokenErr = errors.New("a token was asked for")
			_, err := b.profile()
			wantCode(t, err, auth.CodeProfileUnavailable, auth.NextDismiss)
		})
	}
}

func TestRefusedTokenIsRefreshedOnce(t *testing.T) {
	t.Run("then accepted", func(t *testing.T) {
		b := newBench(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer token-2" {
				answer(401, `{}`)(w, r)
				return
			}
			answer(200, okUserinfo)(w, r)
		}, nil)
		if p, err := b.profile(); err != nil || p.Name != "Ada Lovelace" {
			t.Fatalf("got %+v, %v", p, err)
		}
		if b.expired != 1 || len(b.asked()) != 2 {
			t.Errorf("%d refreshes, requests %v", b.expired, b.asked())
		}
	})
	t.Run("never accepted", func(t *testing.T) {
		b := newBench(t, answer(401, `{}`), answer(401, `{}`))
		_, err := b.profile()
		wantCode(t, err, auth.CodeProfileForbidden, auth.NextSignIn)
		if b.expired != 1 || len(b.asked()) > 4 {
			t.Errorf("%d refreshes, requests %v", b.expired, b.asked())
		}
	})
	t.Run("one refresh for both endpoints", func(t *testing.T) {
		b := newBench(t, inTurn(answer(401, `{}`), answer(200, okUserinfo)), answer(401, `{}`))
		_, err := b.profile()
		wantCode(t, err, auth.CodeProfileForbidden, auth.NextSignIn)
		if n := len(b.asked()); b.expired != 1 || n < 3 || n > 4 {
			t.Errorf("%d refreshes, requests %v", b.expired, b.asked())
		}
	})
	t.Run("refresh revoked", func(t *testing.T) {
		b := newBench(t, answer(200, okUserinfo), nil)
		b.tokenErr = &auth.Problem{Phase: auth.PhaseRefresh, Code: auth.CodeRefreshRevoked, Next: auth.NextSignIn}
		_, err := b.profile()
		if auth.CodeOf(err) != auth.CodeRefreshRevoked || len(b.asked()) != 0 {
			t.Errorf("got %v, requests %v", err, b.asked())
		}
	})
}

func TestBusyServer(t *testing.T) {
	ok := answer(200, okUserinfo)
	for _, c := range []struct {
		name    string
		answers []http.HandlerFunc
		slept   []time.Duration
		seconds string // of the Problem; "-" means success
	}{
		{"429 with seconds", []http.HandlerFunc{answer(429, `{}`, "Retry-After", "2"), ok}, []time.Duration{2 * time.Second}, "-"},
		{"503 without a time", []http.HandlerFunc{answer(503, ``), answer(502, ``), ok}, []time.Duration{500 * time.Millisecond, time.Second}, "-"},
		{"still busy", []http.HandlerFunc{answer(500, ``)}, []time.Duration{500 * time.Millisecond, time.Second}, ""},
		{"too long", []http.HandlerFunc{answer(429, `{}`, "Retry-After", "30")}, nil, "30"},
		{"too long together", []http.HandlerFunc{answer(429, `{}`, "Retry-After", "3")}, []time.Duration{3 * time.Second}, "3"},
		{"exactly five seconds", []http.HandlerFunc{answer(429, `{}`, "Retry-After", "5"), ok}, []time.Duration{5 * time.Second}, "-"},
		{"at once, but not for ever", []http.HandlerFunc{answer(503, `{}`, "Retry-After", "0")}, []time.Duration{0, 0}, "0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, inTurn(c.answers...), nil)
			_, err := b.profile()
			if !slices.Equal(b.slept, c.slept) {
				t.Errorf("waited %v, want %v", b.slept, c.slept)
			}
			if c.seconds == "-" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			p := wantCode(t, err, auth.CodeServerBusy, auth.NextRefresh)
			if p.Values["Seconds"] != c.seconds {
				t.Errorf("says %q seconds, want %q", p.Values["Seconds"], c.seconds)
			}
		})
	}
}

func TestCancelWhileWaiting(t *testing.T) {
	b := newBench(t, answer(503, ``), nil)
	ctx, cancel := context.WithCancel(context.Background())
	client := resources.New(resources.Config{Sleep: func(ctx context.Context, _ time.Duration) error { cancel(); return ctx.Err() }})
	_, err := client.Profile(ctx, b.fakeSession, nil)
	if auth.CodeOf(err) != auth.CodeCanceled {
		t.Errorf("got %v", err)
	}
}

func TestPeopleSwitchedOff(t *testing.T) {
	b := newBench(t, answer(200, okUserinfo), answer(403, `{"error":{"status":"PERMISSION_DENIED"}}`))
	p, err := b.profile()
	if err != nil || p.Name != "Ada Lovelace" {
		t.Fatalf("got %+v, %v", p, err)
	}
	if s := b.step(t); s.Status != flow.StatusDone {
		t.Errorf("recorded %+v", s)
	}
}

func TestOffline(t *testing.T) {
	t.Run("server gone", func(t *testing.T) {
		b := newBench(t, answer(200, okUserinfo), nil)
		b.server.Close()
		_, err := b.profile()
		wantCode(t, err, auth.CodeOffline, auth.NextRefresh)
	})
	t.Run("metadata not reachable", func(t *testing.T) {
		b := newBench(t, nil, nil)
		b.metaErr = &auth.Problem{Phase: auth.PhaseMetadata, Code: auth.CodeProviderUnreachable, Next: auth.NextRetry}
		_, err := b.profile()
		wantCode(t, err, auth.CodeOffline, auth.NextRefresh)
	})
	t.Run("cancelled", func(t *testing.T) {
		b := newBench(t, answer(200, okUserinfo), nil)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err := b.client.Profile(ctx, b.fakeSession, nil)
		if auth.CodeOf(err) != auth.CodeCanceled {
			t.Errorf("got %v", err)
		}
	})
}

func TestPeopleAddressKeepsItsQuery(t *testing.T) {
	var got url.Values
	b := newBench(t, nil, func(w http.ResponseWriter, r *http.Request) {
		got = r.URL.Query()
		answer(200, okPerson)(w, r)
	})
	b.provider.ProfileAPI += "?prettyPrint=false"
	if _, err := b.profile(); err != nil || got.Get("prettyPrint") != "false" || got.Get("personFields") == "" {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestDateText(t *testing.T) {
	for text, want := range map[string]resources.Date{
		"1815-12-10": {Year: 1815, Month: 12, Day: 10}, "--12-10": {Month: 12, Day: 10}, "1815": {Year: 1815}, "": {},
	} {
		var d resources.Date
		if err := d.UnmarshalText([]byte(text)); err != nil || d != want || d.String() != text {
			t.Errorf("%q: got %+v, %q, %v", text, d, d.String(), err)
		}
	}
	for _, text := range []string{"x", "1815-13-01", "1815-12", "815", "0000", "+815-12-10", "1815-12-10T00:00", "----", "--02-30"} {
		d := resources.Date{Year: 1}
		if err := d.UnmarshalText([]byte(text)); err != nil || !d.IsZero() {
			t.Errorf("%q: got %+v, %v", text, d, err)
		}
	}
}
