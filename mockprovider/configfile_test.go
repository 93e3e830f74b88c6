package mockprovider_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/mocktest"
)

const configText = `
persona = "plain"
port = 8400
signing = "EdDSA"
token_lifetime = "90s"
time = 2030-01-01T00:00:00Z
frozen = true
misbehave_menu = true

[[user]]
email = "Grace.Hopper@example.com"
name = "Grace Hopper"
claims = { groups = ["navy", "cobol"], level = 3 }

[[user]]
key = "ada"
subject = "1"
email = "ada@example.com"
email_verified = false

[[client]]
id = "my-client"
redirect_uris = ["http://127.0.0.1/callback"]

[[fault]]
name = "token-expires-missing"
times = "once"

[tenant.red]
persona = "google"
rotate = false

[[tenant.red.user]]
email = "noa@example.com"

[tenant.blue]
`

// TestConfigFile starts what a file describes, and signs in there.
func TestConfigFile(t *testing.T) {
	config, err := mockprovider.ParseConfig("mock.toml", []byte(configText))
	if err != nil {
		t.Fatal(err)
	}
	if config.Addr != "127.0.0.1:8400" {
		t.Errorf("address %q", config.Addr)
	}
	srv := mocktest.Start(t, config.Options()...)
	if n := len(srv.Faults()); n != 1 {
		t.Errorf("%d faults", n)
	}
	srv.ClearFaults()
	users := srv.Users()
	if len(users) != 2 || users[0].Key != "grace-hopper" || !users[0].EmailVerified || len(users[0].Subject) < 10 || users[1].EmailVerified || users[1].Name != "ada" {
		t.Errorf("users %+v", users)
	}
	if want := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC); !srv.Now().Equal(want) || !srv.TimeFrozen() {
		t.Errorf("the clock shows %v", srv.Now())
	}
	c := clientOf(t, srv)
	tokens := c.token(c.codeForm(c.response(srv.Person("grace-hopper")).Get("code")))
	claims := claimsOf(t, tokens.get("id_token"))
	info := c.userinfo(tokens.get("access_token"))
	if tokens.json["expires_in"] != 90.0 || claims["level"] != 3.0 || info.json["groups"].([]any)[1] != "cobol" || claims["aud"] != "my-client" {
		t.Errorf("%s %v %s", tokens.text, claims, info.text)
	}
	red, blue := srv.FindTenant("red"), srv.FindTenant("blue")
	if red == nil || blue == nil || red.Persona().Name != "google" || blue.Persona().Name != "plain" ||
		len(red.Users()) != 1 || len(blue.Users()) != 2 || len(blue.Faults()) != 0 || blue.TimeFrozen() {
		t.Error("the tenants are not what the file says")
	}
}

// TestConfigRefuses checks that what is wrong in a file is told with its place.
func TestConfigRefuses(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "acme.toml"), []byte("extends = \"plain\"\nname = \"A\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, text, want string }{
		{"syntax", "port = \n", "mock.toml:1:"},
		{"unknown", "port = 1\nprot = 2\n", "mock.toml:2:1: prot: unknown name: did you mean port?"},
		{"port", "port = 70000\n", "mock.toml:1:1: port: the number is out of range"},
		{"port and addr", "addr = \"127.0.0.1:1\"\nport = 1\n", "mock.toml:2:1: port: addr says"},
		{"persona", "\npersona = \"goggle\"\n", "mock.toml:2:1: persona: unknown persona \"goggle\": did you mean google?"},
		{"persona's file", "persona = \"acme.toml\"\n", "acme.toml:2:1: name: "},
		{"persona's file missing", "persona = \"other.toml\"\n", "mock.toml:1:1: persona: "},
		{"signing", "signing = \"HS256\"\n", "mock.toml:1:1: signing: "},
		{"lifetime", "token_lifetime = \"1ms\"\n", "mock.toml:1:1: token_lifetime: "},
		{"no lifetime", "token_lifetime = \"0s\"\n", "mock.toml:1:1: token_lifetime: "},
		{"issuer", "issuer = \"ftp://x\"\n", "mock.toml:1:1: issuer: "},
		{"control token", "control_token = \"short\"\n", "mock.toml:1:1: control_token: "},
		{"redirect URI", "redirect_uris = [\"/x\"]\n", "mock.toml:1:1: redirect_uris: "},
		{"user without anything", "[[user]]\n", "mock.toml:1:1: user[0].key: "},
		{"user twice", "[[user]]\nkey = \"a\"\n[[user]]\nkey = \"a\"\n", "mock.toml:4:1: user[1].key: two users"},
		{"birthday", "[[user]]\nkey = \"a\"\nbirthday = \"1.1.2000\"\n", "mock.toml:3:1: user[0].birthday: "},
		{"the protocol's claim", "[[user]]\nkey = \"a\"\nclaims = { iss = \"x\" }\n", "mock.toml:3:12: user[0].claims.iss: "},
		{"a claim that is no JSON", "[[user]]\nkey = \"a\"\nclaims = { x = nan }\n", "mock.toml:3:12: user[0].claims.x: "},
		{"client", "[[client]]\nid = \"\"\n", "mock.toml:2:1: client[0].id: "},
		{"client twice", "[[client]]\nid = \"a\"\n[[client]]\nid = \"a\"\n", "client: two clients"},
		{"fault", "[[fault]]\nname = \"nonsense\"\n", "mock.toml:2:1: fault[0].name: "},
		{"fault's parameter", "[[fault]]\nname = \"latency\"\nparams = {dely = \"1s\"}\n", "mock.toml:3:11: fault[0].params.dely: "},
		{"fault that cannot apply", "[[fault]]\nname = \"jwks-empty\"\nmatch = {user = \"ada\"}\n", "mock.toml:3:10: fault[0].match.user: "},
		{"two faults on one place", "[[fault]]\nname = \"http-503\"\n[[fault]]\nname = \"drop\"\n", "mock.toml:3:1: fault[1]: "},
		{"tenants as a list", "[[tenant]]\nname = \"a\"\n", "mock.toml:1:1: tenant: "},
		{"fault's times", "[[fault]]\ntimes = \"often\"\n", "mock.toml:2:1: fault[0].times: "},
		{"tenant's name", "[tenant.\"A B\"]\n", "mock.toml:1:1: tenant.A B: "},
		{"in a tenant", "[tenant.red]\n[[tenant.red.user]]\nkey = \"A\"\n", "mock.toml:3:1: tenant.red.user[0].key: "},
		{"what a tenant has not", "[tenant.red]\nport = 1\n", "mock.toml:2:1: tenant.red.port: unknown name"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := mockprovider.ParseConfig(filepath.Join(dir, "mock.toml"), []byte(tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
	if _, err := mockprovider.LoadConfig(filepath.Join(dir, "missing.toml")); err == nil {
		t.Error("a missing file")
	}
}

// FuzzConfig reads anything as a configuration: an error, or a provider.
func FuzzConfig(f *testing.F) {
	f.Add(configText)
	f.Add("[[fault]]\nname = \"x\"\nmatch = { nth = 1 }\n[tenant.a]\n[tenant.a.b]\n")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "/") || strings.Contains(text, ".toml") {
			return // would name files
		}
		config, err := mockprovider.ParseConfig("mock.toml", []byte(text))
		if err != nil {
			return
		}
		// Whatever an option alone cannot know, New may still refuse.
		_, _ = mockprovider.New(config.Options()...)
	})
}
