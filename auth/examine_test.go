package auth_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"app.latchkey/auth"
	"app.latchkey/auth/store"
	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/fault"
	"app.latchkey/mockprovider/mocktest"
)

func TestReadIssuer(t *testing.T) {
	for _, c := range []struct {
		name, typed, want string
		fault             auth.Fault
	}{
		{"as it is", "https://id.example.com", "https://id.example.com", ""},
		{"spaces around", "  https://id.example.com\n", "https://id.example.com", ""},
		{"without a scheme", "id.example.com/realms/x", "https://id.example.com/realms/x", ""},
		{"this computer without a scheme", "localhost:9000/x", "http://localhost:9000/x", ""},
		{"this computer", "http://127.0.0.1:9000", "http://127.0.0.1:9000", ""},
		{"this computer by IPv6", "http://[::1]:9000", "http://[::1]:9000", ""},
		{"a port", "https://id.example.com:8443", "https://id.example.com:8443", ""},
		{"capitals", "HTTPS://ID.Example.COM/Realm", "https://id.example.com/Realm", ""},
		{"the last slash is kept", "https://id.example.com/", "https://id.example.com/", ""},
		{"the document's own address", "https://id.example.com/x/.well-known/openid-configuration", "https://id.example.com/x", ""},
		{"the other document's address", "https://id.example.com/.well-known/oauth-authorization-server", "https://id.example.com", ""},
		{"a look-alike", "https://accounts.gооgle.com", "https://accounts.xn--ggle-55da.com", ""}, // Cyrillic о
		{"an underscore", "https://id_1.example.com", "https://id_1.example.com", ""},
		{"nothing", "", "", auth.FaultAddress},
		{"a scheme alone", "https://", "", auth.FaultAddress},
		{"a scheme with one slash", "https:/id.example.com", "", auth.FaultAddress},
		{"another scheme", "ftp://id.example.com", "", auth.FaultAddress},
		{"a misspelt scheme", "htps://id.example.com", "", auth.FaultAddress},
		{"words", "our login page", "", auth.FaultAddress},
		{"a name before it", "https://google.com@evil.example", "", auth.FaultAddress},
		{"a query", "https://id.example.com?x=1", "", auth.FaultAddress},
		{"a host longer than any", strings.Repeat("x", 254), "", auth.FaultAddress},
		{"http", "http://id.example.com", "", auth.FaultHTTP},
		{"http to a name that begins like this computer", "http://localhost.example.com", "", auth.FaultHTTP},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := auth.ReadIssuer(c.typed)
			var fault auth.Fault
			if e := (*auth.IssuerError)(nil); errors.As(err, &e) {
				fault = e.Fault
			}
			if got != c.want || fault != c.fault {
				t.Errorf("%q, %v; want %q, %s", got, err, c.want, c.fault)
			}
		})
	}
}

func examiner(t *testing.T, now func() time.Time) *auth.Client {
	t.Helper()
	c, err := auth.New(auth.Config{Store: store.NewMemory(), CacheDir: t.TempDir(), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestExamine(t *testing.T) {
	elsewhere := newRecorder(t, func(*http.Request) { t.Error("the redirect was followed") })
	for _, c := range []struct {
		name, flag, issuer string // issuer: in place of the mock's
		fault              auth.Fault
		got                string
		suggest            bool
	}{
		{"good", "", "", "", "", false},
		{"PKCE is not mentioned", "discovery-pkce-unlisted", "", "", "", false},
		{"web page", "html:endpoint=discovery", "", auth.FaultHTML, "", false},
		{"redirect", "redirect-elsewhere:endpoint=discovery,to=" + elsewhere + "/x?code=1", "", auth.FaultRedirect, elsewhere + "/x", false},
		{"another issuer", "discovery-issuer-wrong", "", auth.FaultIssuer, "https://evil.example", false},
		{"a slash more", "discovery-issuer-slash", "", auth.FaultIssuer, "", true},
		{"nothing there", "http-404:endpoint=discovery", "", auth.FaultNothing, "", false},
		{"busy", "http-503:endpoint=discovery", "", auth.FaultStatus, "", false},
		{"damaged", "json-invalid:endpoint=discovery", "", auth.FaultDamaged, "", false},
		{"huge", "huge-body:endpoint=discovery", "", auth.FaultDamaged, "", false},
		{"wrong types", "discovery-types-wrong", "", auth.FaultDamaged, "", false},
		{"something is missing", "discovery-member-missing", "", auth.FaultIncomplete, "token_endpoint", false},
		{"shared keys only", "discovery-alg-hs256-only", "", auth.FaultIncomplete, "id_token_signing_alg_values_supported", false},
		{"an endpoint over http", "discovery-endpoint-insecure", "", auth.FaultEndpoint, "token_endpoint", false},
		{"PKCE without S256", "discovery-pkce-plain-only", "", auth.FaultPKCE, "", false},
		{"no keys", "jwks-empty", "", auth.FaultKeys, "", false},
		{"connection dropped", "drop:endpoint=discovery", "", auth.FaultUnreachable, "", false},
		{"nobody listens", "", "http://127.0.0.1:1", auth.FaultUnreachable, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var options []mockprovider.Option
			if c.flag != "" {
				spec, err := fault.ParseFlag(c.flag)
				if err != nil {
					t.Fatal(err)
				}
				options = append(options, mockprovider.WithFault(spec))
			}
			server := mocktest.Start(t, options...)
			p := auth.Provider{Issuer: server.Issuer()}
			if c.issuer != "" {
				p.Issuer = c.issuer
			}
			found, err := examiner(t, nil).Examine(t.Context(), p)
			if c.fault == "" {
				if err != nil || found.Metadata.TokenEndpoint == "" || found.Keys < 1 || found.Host == "" || found.S256Listed() == strings.Contains(c.flag, "unlisted") {
					t.Fatalf("%+v, %v", found, err)
				}
				return
			}
			var e *auth.IssuerError
			if !errors.As(err, &e) || e.Fault != c.fault {
				t.Fatalf("got %v, want %s", err, c.fault)
			}
			if c.got != "" && e.Got != c.got {
				t.Errorf("found %q, want %q", e.Got, c.got)
			}
			if c.suggest != (e.Suggest != "") || c.suggest && e.Suggest != server.Issuer()+"/" {
				t.Errorf("suggests %q", e.Suggest)
			}
			if len(e.Detail()) > 600 || strings.Contains(e.Detail(), "code=1") {
				t.Errorf("detail %q", e.Detail())
			}
		})
	}
}

// The way there: a host that does not exist, one that does not answer in time,
// one that is not what its certificate says, and a clock that is wrong.
func TestExamineOnTheWay(t *testing.T) {
	want := func(t *testing.T, err error, fault auth.Fault) {
		t.Helper()
		if e := (*auth.IssuerError)(nil); !errors.As(err, &e) || e.Fault != fault {
			t.Errorf("got %v, want %s", err, fault)
		}
	}
	t.Run("no such host", func(t *testing.T) {
		f := newSpy(func(*http.Request) (*http.Response, error) {
			return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "id.exmaple.com", IsNotFound: true}}
		})
		c, err := auth.New(auth.Config{Store: store.NewMemory(), Transport: f})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Examine(t.Context(), auth.Provider{Issuer: "https://id.exmaple.com"})
		want(t, err, auth.FaultUnknownHost)
	})
	t.Run("no answer in time", func(t *testing.T) {
		spec, err := fault.ParseFlag("hang:endpoint=discovery")
		if err != nil {
			t.Fatal(err)
		}
		server := mocktest.Start(t, mockprovider.WithFault(spec))
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		_, err = examiner(t, nil).Examine(ctx, auth.Provider{Issuer: server.Issuer()})
		want(t, err, auth.FaultTimeout)
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := examiner(t, nil).Examine(ctx, auth.Provider{Issuer: "http://127.0.0.1:1"}); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("certificate of nobody we know", func(t *testing.T) {
		p, _ := office(t)
		_, err := examiner(t, nil).Examine(t.Context(), p)
		want(t, err, auth.FaultTLS)
	})
	t.Run("clock", func(t *testing.T) {
		p, file := office(t)
		p.CAFile = file
		_, err := examiner(t, func() time.Time { return time.Now().AddDate(-100, 0, 0) }).Examine(t.Context(), p)
		want(t, err, auth.FaultClock)
	})
	t.Run("file of authorities", func(t *testing.T) {
		p, _ := office(t)
		p.CAFile = t.TempDir() + "/nothing.pem"
		_, err := examiner(t, nil).Examine(t.Context(), p)
		want(t, err, auth.FaultCAFile)
	})
}

func TestGenuine(t *testing.T) {
	const guid = "72f988bf-86f1-41af-91ab-2d7cd011db47"
	rename := func(p auth.Provider, name string) auth.Provider { p.Name = name; return p }
	at := func(p auth.Provider, change func(*auth.Provider)) auth.Provider { change(&p); return p }
	for name, c := range map[string]struct {
		p    auth.Provider
		want bool
	}{
		"Google":                   {auth.Google("a", "b"), true},
		"Microsoft":                {auth.Microsoft("common", "a"), true},
		"Microsoft, one tenant":    {auth.Microsoft(guid, "a"), true},
		"Microsoft, personal":      {auth.Microsoft("consumers", "a"), true},
		"GitLab":                   {auth.GitLab("a"), true},
		"GitHub":                   {auth.GitHub("a", "b"), true},
		"Google elsewhere":         {auth.GoogleAt("https://evil.example", "", "a", "b"), false},
		"Google's name alone":      {auth.Provider{Name: "Google", Issuer: "https://accounts.google.com.evil.example"}, false},
		"another name at Google":   {rename(auth.Google("a", "b"), "Work"), false},
		"a name that looks alike":  {rename(auth.Google("a", "b"), "Gооgle"), false},
		"Google, other People API": {at(auth.Google("a", "b"), func(p *auth.Provider) { p.ProfileAPI = "https://evil.example/me" }), false},
		"Microsoft elsewhere":      {auth.MicrosoftAt("https://login.evil.example", "common", "a"), false},
		"Microsoft, other path":    {auth.Provider{Name: "Microsoft", Issuer: "https://login.microsoftonline.com/evil.example/v2.0"}, false},
		"GitLab of one's own":      {auth.GitLabAt("https://gitlab.example.com", "a"), false},
		"GitHub, other token endpoint": {at(auth.GitHub("a", "b"), func(p *auth.Provider) {
			plain := *p.Plain
			plain.TokenEndpoint = "https://evil.example/token"
			p.Plain = &plain
		}), false},
		"anything": {auth.Provider{Name: "Work", Issuer: "https://id.example.com"}, false},
	} {
		if got := c.p.Genuine(); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestHostIsShownAsItIs(t *testing.T) {
	p := auth.Provider{Issuer: "https://accounts.gооgle.com/x"} // Cyrillic о
	if got := p.Host(); got != "accounts.xn--ggle-55da.com" {
		t.Errorf("shown as %q", got)
	}
	for _, long := range []string{strings.Repeat("accounts.google.com.", 10), strings.Repeat("accounts.google.com.", 150)} {
		p.Issuer = "https://" + long + "evil.example:8443"
		got := p.Host()
		if n := utf8.RuneCountInString(got); n > 101 || !strings.HasPrefix(got, "…") || !strings.HasSuffix(got, "google.com.evil.example:8443") {
			t.Errorf("of a host of %d characters %d are shown: %q", len(long), n, got)
		}
	}
}
