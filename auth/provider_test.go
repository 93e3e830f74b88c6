package auth_test

import (
	"strings"
	"testing"

	"app.latchkey/auth"
)

func TestProviderValidate(t *testing.T) {
	good := func() auth.Provider { return auth.Google("client", "secret") }
	cases := []struct {
		name   string
		change func(*auth.Provider)
		want   string // part of the error; "" means valid
	}{
		{"Google's preset", func(*auth.Provider) {}, ""},
		{"loopback issuer over http", func(p *auth.Provider) { p.Issuer = "http://127.0.0.1:8080" }, ""},
		{"IPv6 loopback issuer", func(p *auth.Provider) { p.Issuer = "http://[::1]:8080" }, ""},
		{"issuer with a path", func(p *auth.Provider) { p.Issuer = "https://id.example/realms/a" }, ""},
		{"http issuer elsewhere", func(p *auth.Provider) { p.Issuer = "http://id.example" }, "expected https"},
		{"a name that only begins with localhost", func(p *auth.Provider) { p.Issuer = "http://localhost.example" }, "expected https"},
		{"no issuer", func(p *auth.Provider) { p.Issuer = "" }, "issuer"},
		{"file issuer", func(p *auth.Provider) { p.Issuer = "file:///etc/passwd" }, "issuer"},
		{"issuer with a password", func(p *auth.Provider) { p.Issuer = "https://u:p@id.example" }, "user name or password"},
		{"issuer with a query", func(p *auth.Provider) { p.Issuer = "https://id.example?x=1" }, "without query"},
		{"no client", func(p *auth.Provider) { p.ClientID = "" }, "client_id"},
		{"bad id", func(p *auth.Provider) { p.ID = "../x" }, "id"},
		{"no name", func(p *auth.Provider) { p.Name = " " }, "name"},
		{"a name of 100 letters of several bytes", func(p *auth.Provider) { p.Name = strings.Repeat("名", 100) }, ""},
		{"a name of 101", func(p *auth.Provider) { p.Name = strings.Repeat("名", 101) }, "name"},
		{"scopes without openid", func(p *auth.Provider) { p.Scopes = []string{"email"} }, "openid"},
		{"profile API over http", func(p *auth.Provider) { p.ProfileAPI = "http://api.example/me" }, "profile_api"},
		{"profile API on loopback for a public issuer", func(p *auth.Provider) { p.ProfileAPI = "http://127.0.0.1/me" }, "profile_api"},
		{"redirect to another host", func(p *auth.Provider) { p.Redirect.Host = "0.0.0.0" }, "redirect_host"},
		{"redirect path with a query", func(p *auth.Provider) { p.Redirect.Path = "/cb?x" }, "redirect_path"},
		{"redirect port out of range", func(p *auth.Provider) { p.Redirect.Ports = []int{70000} }, "redirect_ports"},
		{"extra parameter over state", func(p *auth.Provider) { p.Quirks.AuthParams = map[string]string{"state": "x"} }, `"state"`},
		{"extra parameter over the challenge", func(p *auth.Provider) {
			p.Quirks.AuthParams = map[string]string{"code_challenge_method": "plain"}
		}, "code_challenge_method"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := good()
			c.change(&p)
			err := p.Validate()
			switch {
			case c.want == "" && err != nil:
				t.Errorf("Validate = %v, want valid", err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("Validate = %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestCleanText(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"plain", "Ada Lovelace", "Ada Lovelace"},
		{"right-to-left name stays", "עדה לאבלייס", "עדה לאבלייס"},
		{"line breaks are folded", "a\r\n\tb", "a b"},
		{"escape sequences go", "\x1b[31mred", "[31mred"},
		{"bidirectional overrides go", "user\u202egnp.exe", "usergnp.exe"},
		{"isolates go", "\u2066x\u2069", "x"},
		{"broken UTF-8 goes", "a\xffb", "ab"},
		{"long texts are cut", strings.Repeat("x", 50), strings.Repeat("x", 20) + "…"},
		{"also before a space", strings.Repeat("x", 20) + " y", strings.Repeat("x", 20) + "…"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := auth.CleanText(c.in, 20); got != c.want {
				t.Errorf("CleanText(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}
