package persona_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"app.latchkey/mockprovider/persona"
)

// TestBuiltIn checks that each built-in persona is found under its name, and
// that what one caller changes does not reach the next.
func TestBuiltIn(t *testing.T) {
	for _, name := range persona.Names() {
		p, ok := persona.ByName(name)
		if !ok || p.Name != name || p.Validate() != nil {
			t.Errorf("%s: %v %v", name, ok, p.Validate())
		}
		source, ok := persona.Source(name)
		if again, err := persona.Parse(name, source); !ok || err != nil || again.Title != p.Title {
			t.Errorf("%s: its source: %v", name, err)
		}
		p.Client.RedirectURIs[0], p.Scopes[0].Name = "x", "y"
		p.Errors["x"] = persona.Error{}
		if again, _ := persona.ByName(name); again.Client.RedirectURIs[0] == "x" || again.Scopes[0].Name == "y" || again.Errors["x"] != (persona.Error{}) || len(again.Errors) >= len(p.Errors) {
			t.Errorf("%s: a change reaches the next caller", name)
		}
		if len(p.Scopes[0].Claims) > 0 {
			p.Scopes[0].Claims[0] = "z"
			if again, _ := persona.ByName(name); again.Scopes[0].Claims[0] == "z" {
				t.Errorf("%s: claims are shared", name)
			}
		}
	}
	if _, ok := persona.ByName("goggle"); ok {
		t.Error("an unknown persona is found")
	}
	if _, ok := persona.Source("../persona"); ok {
		t.Error("an unknown source is found")
	}
}

// TestLoad reads a file of one's own: only what differs.
func TestLoad(t *testing.T) {
	file := filepath.Join(t.TempDir(), "acme.toml")
	text := `
extends = "plain"
name = "acme"
title = "ACME (mock)"
expires_in = 300
[paths]
token = "/oauth/token"
[error]
code_known = { description = "no such code" }
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := persona.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if p.Name != "acme" || p.Paths.Token != "/oauth/token" || p.Paths.JWKS != "/jwks" || p.ExpiresIn != 300 ||
		!p.AdvertiseIss || p.Errors["code_known"].Description != "no such code" || p.Client.ID == "" {
		t.Errorf("%+v", p)
	}
	if _, err := persona.Load(filepath.Join(t.TempDir(), "missing.toml")); !os.IsNotExist(unwrap(err)) {
		t.Errorf("a missing file: %v", err)
	}
}

func unwrap(err error) error {
	if u, ok := err.(interface{ Unwrap() error }); ok {
		return u.Unwrap()
	}
	return err
}

// TestRefuses checks that what cannot be played is refused, and where.
func TestRefuses(t *testing.T) {
	const plain = "extends = \"plain\"\nname = \"acme\"\n"
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "", "acme.toml: name: "},
		{"syntax", plain + "title = \n", "acme.toml:3:"},
		{"unknown base", "extends = \"plane\"\n", "acme.toml:1:1: extends: there is no persona \"plane\""},
		{"unknown name", plain + "pkce = false\n", "acme.toml:3:1: pkce: unknown name"},
		{"near name", plain + "expire_in = 3\n", "did you mean expires_in?"},
		{"type", plain + "expires_in = \"1h\"\n", "acme.toml:3:1: expires_in: want a whole number"},
		{"name", "extends = \"plain\"\nname = \"A B\"\n", "acme.toml:2:1: name: "},
		{"algorithm", plain + "algorithm = \"HS256\"\n", "acme.toml:3:1: algorithm: "},
		{"refresh", plain + "refresh = \"always\"\n", "acme.toml:3:1: refresh: "},
		{"lifetime", plain + "expires_in = -1\n", "acme.toml:3:1: expires_in: want 0 to"},
		{"code lifetime", plain + "code_expires_in = 0\n", "acme.toml:3:1: code_expires_in: want 1 to"},
		{"response mode", plain + "response_modes = [\"query\",\n \"fragment\"]\n", "acme.toml:4:2: response_modes[1]: "},
		{"iss", plain + "omit_iss = true\n", "acme.toml:3:1: omit_iss: "},
		{"path", plain + "[paths]\ntoken = \"token\"\n", "acme.toml:4:1: paths.token: "},
		{"path with dots", plain + "[paths]\ntoken = \"/../token\"\n", "paths.token: "},
		{"path with pattern", plain + "[paths]\ntoken = \"/{x}\"\n", "paths.token: "},
		{"path twice", plain + "[paths]\ntoken = \"/authorize\"\n", "acme.toml:4:1: paths.token: /authorize is the path of authorization"},
		{"the mock's path", plain + "[paths]\ntoken = \"/_mock/token\"\n", "belongs to the mock"},
		{"no token path", plain + "[paths]\ntoken = \"\"\n", "acme.toml:4:1: paths.token: is missing"},
		{"no keys", plain + "[paths]\njwks = \"\"\n", "acme.toml:4:1: paths.jwks: is missing"},
		{"keys without OpenID", plain + "openid = false\n", "acme.toml:3:1: openid: "},
		{"client", plain + "[client]\nid = \"\"\n", "acme.toml:4:1: client.id: "},
		{"client twice", plain + "[[more_clients]]\nid = \"latchkey-mock\"\n", "acme.toml:4:1: more_clients[0].id: "},
		{"redirect URI", plain + "[client]\nredirect_uris = [\"http://127.0.0.1/\", \"/callback\"]\n", "acme.toml:4:39: client.redirect_uris[1]: "},
		{"scope twice", plain + "[[scope]]\nname = \"openid\"\n[[scope]]\nname = \"openid\"\n", "acme.toml:6:1: scope[1].name: "},
		{"scope with space", plain + "[[scope]]\nname = \"open id\"\n", "acme.toml:4:1: scope[0].name: "},
		{"no openid scope", plain + "[[scope]]\nname = \"email\"\n", "the scope openid"},
		{"userinfo", plain + "userinfo_needs = [\"phone\"]\n", "acme.toml:3:19: userinfo_needs[0]: "},
		{"prefix", plain + "[tokens]\naccess = \"a b\"\n", "acme.toml:4:1: tokens.access: "},
		{"error code", plain + "[error]\ncode_known = { code = \"a\\\"b\" }\n", "error.code_known.code: "},
		{"error status", plain + "[error]\ncode_known = { status = 500 }\n", "acme.toml:4:16: error.code_known.status: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := persona.Parse("acme.toml", []byte(tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

// FuzzParse reads anything as a persona: an error or something that can be
// played, never a panic.
func FuzzParse(f *testing.F) {
	for _, name := range persona.Names() {
		source, _ := persona.Source(name)
		f.Add(string(source))
	}
	f.Add("extends = \"google\"\n[[scope]]\nname = \"openid\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		if p, err := persona.Parse("x.toml", []byte(text)); err == nil && p.Validate() != nil {
			t.Error("accepts what is not valid")
		}
	})
}
