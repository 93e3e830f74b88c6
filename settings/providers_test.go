package settings_test

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"app.latchkey/auth"
	"app.latchkey/settings"
)

func providers(t *testing.T, text string) ([]auth.Provider, error) {
	t.Helper()
	s, err := settings.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.ProvidersPath(), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return s.Providers()
}

const whole = `# my providers
[[provider]]
id = "google-mock"
name = "Google (mock)"
preset = "google"
issuer = "http://127.0.0.1:41233"
client_id = "client"
client_secret = "s3cret"
scopes = ["openid", "email", "profile"]
profile_api = "http://127.0.0.1:41233/v1/people/me"
redirect_host = "127.0.0.1"
redirect_path = "/callback"
redirect_ports = [8400,
  8401, # the second
]
logout_path = "/signed-out"

[[provider]]
id = 'work'
name = """Work"""
issuer = "https://id.example.com"
client_id = "desktop"
ca_file = "/etc/ssl/work.pem"
form_post = true
`

func TestProviders(t *testing.T) {
	list, err := providers(t, whole)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 {
		t.Fatalf("got %d providers, want 2", len(list))
	}
	g := list[0]
	if g.ID != "google-mock" || g.Name != "Google (mock)" || !g.Google || !g.Quirks.SecretRequired ||
		g.Issuer != "http://127.0.0.1:41233" || g.ClientID != "client" || g.ClientSecret.Reveal() != "s3cret" ||
		g.ProfileAPI != "http://127.0.0.1:41233/v1/people/me" || g.Quirks.AuthParams["access_type"] != "offline" {
		t.Errorf("Google's: got %+v", g)
	}
	if want := (auth.Redirect{Host: "127.0.0.1", Path: "/callback", Ports: []int{8400, 8401}, LogoutPath: "/signed-out"}); !reflect.DeepEqual(g.Redirect, want) {
		t.Errorf("redirect: got %+v, want %+v", g.Redirect, want)
	}
	if want := []string{"openid", "email", "profile"}; !reflect.DeepEqual(g.Scopes, want) {
		t.Errorf("scopes: got %v", g.Scopes)
	}
	w := list[1]
	if w.ID != "work" || w.Name != "Work" || w.Google || w.Issuer != "https://id.example.com" || w.ClientID != "desktop" || w.ProfileAPI != "" ||
		w.CAFile != "/etc/ssl/work.pem" || !w.Quirks.FormPost || g.CAFile != "" || g.Quirks.FormPost {
		t.Errorf("the second: got %+v", w)
	}
}

func TestProvidersPresetGoogle(t *testing.T) {
	list, err := providers(t, "[[provider]]\npreset = \"google\"\nclient_id = \"c\"\nclient_secret = \"s\"\n")
	if err != nil {
		t.Fatal(err)
	}
	if want := auth.Google("c", "s"); len(list) != 1 || list[0].ID != want.ID || list[0].Issuer != want.Issuer ||
		list[0].ProfileAPI != want.ProfileAPI || !reflect.DeepEqual(list[0].Quirks, want.Quirks) {
		t.Errorf("got %+v, want %+v", list, want)
	}
}

// TestProvidersPresets: a preset in the file is the preset in the code.
func TestProvidersPresets(t *testing.T) {
	const tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47"
	enterprise := auth.GitHubAt("https://git.example", "https://git.example/api/v3", "c", "s")
	plain := auth.Provider{ID: "a", Name: "A", Issuer: "https://a.example", ClientID: "c", Scopes: []string{"me"},
		Quirks: auth.Quirks{NoExpiry: true, LoginHint: "who", CommaScopes: true},
		Plain: &auth.PlainOAuth{AuthorizationEndpoint: "https://a.example/a", TokenEndpoint: "https://a.example/t", RevocationEndpoint: "https://a.example/r",
			User: auth.UserAPI{Endpoint: "https://api.a.example/me", Subject: "data.id", Login: "l", Name: "n", Email: "e", Picture: "p", Organization: "o"}}}
	for text, want := range map[string]auth.Provider{
		"preset = \"microsoft\"\nclient_id = \"c\"":                                                                   auth.Microsoft("common", "c"),
		"preset = \"microsoft\"\ntenant = \"consumers\"\nclient_id = \"c\"":                                           auth.Microsoft("consumers", "c"),
		"preset = \"microsoft\"\ntenant = \"" + strings.ToUpper(tenant) + "\"\nclient_id = \"c\"":                     auth.Microsoft(tenant, "c"),
		"preset = \"gitlab\"\nclient_id = \"c\"":                                                                      auth.GitLab("c"),
		"preset = \"gitlab\"\nissuer = \"https://git.example/\"\nclient_id = \"c\"":                                   auth.GitLabAt("https://git.example", "c"),
		"preset = \"github\"\nclient_id = \"c\"\nclient_secret = \"s\"":                                               auth.GitHub("c", "s"),
		"preset = \"github\"\nissuer = \"https://git.example/login/oauth\"\nclient_id = \"c\"\nclient_secret = \"s\"": enterprise,
		`id = "a"
name = "A"
client_id = "c"
scopes = ["me"]
authorization_endpoint = "https://a.example/a"
token_endpoint = "https://a.example/t"
revocation_endpoint = "https://a.example/r"
user_endpoint = "https://api.a.example/me"
user_subject = "data.id"
user_login = "l"
user_name = "n"
user_email = "e"
user_picture = "p"
user_organization = "o"
login_hint = "who"
no_expiry = true
comma_scopes = true`: plain,
	} {
		list, err := providers(t, "[[provider]]\n"+text+"\n")
		if err != nil || len(list) != 1 {
			t.Errorf("%s:\n%v", text, err)
			continue
		}
		if !reflect.DeepEqual(list[0], want) {
			t.Errorf("%s:\ngot  %+v\nwant %+v", text, list[0], want)
		}
	}
}

func TestProvidersFileForms(t *testing.T) {
	const one = "id = \"a\"\nname = \"A\"\nissuer = \"https://a.example\"\nclient_id = \"c\"\n"
	for name, text := range map[string]string{
		"byte order mark": "\xef\xbb\xbf[[provider]]\n" + one,
		"CRLF":            strings.ReplaceAll("[[provider]]\n"+one, "\n", "\r\n"),
		"inline":          `provider = [{id = "a", name = "A", issuer = "https://a.example", client_id = "c"}]`,
	} {
		t.Run(name, func(t *testing.T) {
			list, err := providers(t, text)
			if err != nil || len(list) != 1 || list[0].ID != "a" || list[0].ClientID != "c" {
				t.Errorf("got %+v, %v", list, err)
			}
		})
	}
}

func TestNoProvidersFile(t *testing.T) {
	s, err := settings.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if list, err := s.Providers(); list != nil || err != nil {
		t.Errorf("no file: got %v, %v", list, err)
	}
	if list, err := providers(t, "\n# nothing yet\n"); len(list) != 0 || err != nil {
		t.Errorf("empty file: got %v, %v", list, err)
	}
}

// TestBrokenProviders: one row is one mistake, where it is, and a part of what
// the person reads about it.
func TestBrokenProviders(t *testing.T) {
	const good = "[[provider]]\nid = \"a\"\nname = \"A\"\nissuer = \"https://a.example\"\nclient_id = \"c\"\n"
	const (
		microsoft = "[[provider]]\npreset = \"microsoft\"\nclient_id = \"c\"\n"
		github    = "[[provider]]\npreset = \"github\"\nclient_id = \"c\"\nclient_secret = \"s\"\n"
		plain     = "[[provider]]\nid = \"a\"\nname = \"A\"\nclient_id = \"c\"\n" +
			"# plain OAuth 2.0\nauthorization_endpoint = \"https://a.example/a\"\ntoken_endpoint = \"https://a.example/t\"\nuser_endpoint = \"https://api.a.example/me\"\n"
	)
	for _, c := range []struct {
		name, text   string
		line, column int
		says         string
	}{
		{"not TOML", "[[provider]]\nid \"a\"\n", 2, 4, "expected '.' or '='"},
		{"no quotation marks", "[[provider]]\n  id = a\n", 2, 8, "quotation marks"},
		{"open string", "[[provider]]\nid = \"a\nname = \"A\"\n", 2, 8, "closing quotation mark"},
		{"open header", "[[provider]\nid = \"a\"\n", 1, 11, "two brackets"},
		{"open list", "[[provider]]\nscopes = [\"openid\"\nid = \"a\"\n", 3, 1, "comma"},
		{"two keys on a line", "[[provider]]\nid = \"a\" name = \"b\"\n", 2, 9, "line of its own"},
		{"column in characters", "[[provider]]\nname = \"äöü\" x\n", 2, 13, "line of its own"},
		{"control character", "[[provider]]\nid = \"\x01\"\n", 2, 6, "control characters"},
		{"UTF-16", "\xff\xfe[\x00[\x00p\x00", 1, 2, "UTF-8"},
		{"key twice", "[[provider]]\nid = \"a\"\nid = \"b\"\n", 3, 1, "already been defined"},
		{"one bracket", "\n[provider]\nid = \"a\"\n", 2, 1, "[[provider]]"},
		{"unknown table", good + "[[providers]]\n", 6, 1, "[[provider]]"},
		{"key outside", "id = \"a\"\n" + good, 1, 1, "outside"},
		{"provider is no table", "provider = 5\n", 1, 1, "[[provider]]"},
		{"provider is a list of numbers", "\nprovider = [5]\n", 2, 1, "[[provider]]"},
		{"misspelt key", good + "clientsecret = \"x\"\n", 6, 1, `did you mean "client_secret"?`},
		{"camel case", "[[provider]]\n\tclientId = \"c\"\n", 2, 2, `did you mean "client_id"?`},
		{"foreign key", good + "color = \"blue\"\n", 6, 1, "expected one of client_id, client_secret"},
		{"misspelt in the first of two", good + "isuer = \"x\"\n" + strings.ReplaceAll(good, `"a"`, `"b"`), 6, 1, `"issuer"`},
		{"unknown table within", good + "[provider.quirks]\nx = 1\n", 6, 1, `"quirks" is not known`},
		{"dotted key", good + "quirks.x = 1\n", 6, 1, `"quirks" is not known`},
		{"text expected", "[[provider]]\nid = 5\n", 2, 6, "id: expected text between quotation marks (\"…\"), not a number"},
		{"list expected", good + "scopes = \"openid\"\n", 6, 10, "scopes: expected a list of texts"},
		{"list of other things", good + "scopes = [\"openid\", 5]\n", 6, 10, "not a list"},
		{"ports as texts", good + "redirect_ports = [\"8400\"]\n", 6, 18, "whole numbers"},
		{"date", good + "redirect_path = 2026-01-01\n", 6, 17, "not a date"},
		{"missing id", "[[provider]]\nname = \"A\"\n", 1, 1, "id is missing"},
		{"missing name", "[[provider]]\nid = \"a\"\n", 1, 1, "name is missing"},
		{"missing issuer", "# x\n\n[[provider]]\nid = \"a\"\nname = \"A\"\nclient_id = \"c\"\n", 3, 1, "issuer is missing"},
		{"missing client_id", strings.Replace(good, "client_id = \"c\"\n", "", 1), 1, 1, "client_id is missing"},
		{"empty client_id", strings.Replace(good, `"c"`, `""`, 1), 5, 13, "client_id is missing"},
		{"bad id", strings.Replace(good, `"a"`, `"A b"`, 1), 2, 6, "use 1 to 64 of a-z"},
		{"id twice", good + good, 7, 6, "used twice"},
		{"http issuer", strings.Replace(good, "https:", "http:", 1), 4, 10, "expected https"},
		{"issuer with query", strings.Replace(good, ".example", ".example?x=1", 1), 4, 10, "without query"},
		{"people API not protected", good + "profile_api = \"http://a.example/\"\n", 6, 15, "expected https"},
		{"no openid", good + "scopes = [\"email\"]\n", 6, 10, `"openid" is missing`},
		{"unknown preset", good + "preset = \"gogle\"\n", 6, 10, "expected \"google\""},
		{"tenant without Microsoft", good + "tenant = \"common\"\n", 6, 1, "microsoft"},
		{"tenant's domain name", microsoft + "tenant = \"contoso.com\"\n", 4, 10, "tenant's ID"},
		{"issuer beside a tenant", microsoft + "issuer = \"https://login.microsoftonline.com/common/v2.0\"\n", 4, 1, "leave issuer out"},
		{"endpoint beside a preset", microsoft + "token_endpoint = \"https://evil.example/token\"\n", 4, 1, "leave token_endpoint out"},
		{"habit beside GitHub", github + "no_expiry = true\n", 5, 1, "leave no_expiry out"},
		{"GitHub without its secret", "[[provider]]\npreset = \"github\"\nclient_id = \"c\"\n", 1, 1, "client_secret is missing"},
		{"GitHub's issuer elsewhere", github + "issuer = \"https://git.example\"\n", 5, 10, "https://HOST/login/oauth"},
		{"endpoint without the first", good + "user_endpoint = \"https://a.example/me\"\n", 6, 1, "authorization_endpoint is missing"},
		{"plain without token endpoint", good + "authorization_endpoint = \"https://a.example/a\"\n", 1, 1, "token_endpoint is missing"},
		{"plain without user endpoint", good + "authorization_endpoint = \"https://a.example/a\"\ntoken_endpoint = \"https://a.example/t\"\n", 1, 1, "user_endpoint is missing"},
		{"plain without a stable member", plain, 1, 1, "user_subject is missing"},
		{"plain over http", strings.Replace(plain, "https://a.example/t", "http://a.example/t", 1) + "user_subject = \"id\"\n", 7, 18, "expected https"},
		{"plain in another's name", plain + "user_subject = \"id\"\nissuer = \"https://accounts.google.com\"\n", 10, 10, "a.example"},
		{"plain with openid", plain + "user_subject = \"id\"\nscopes = [\"openid\"]\n", 10, 10, "OpenID Connect"},
		{"truth as a text", plain + "user_subject = \"id\"\nno_expiry = \"yes\"\n", 10, 13, "expected true or false"},
		{"nearly an endpoint", good + "autorization_endpoint = \"https://a.example/a\"\n", 6, 1, `did you mean "authorization_endpoint"?`},
		{"redirect host", good + "redirect_host = \"0.0.0.0\"\n", 6, 17, "expected 127.0.0.1"},
		{"redirect path", good + "redirect_path = \"callback\"\n", 6, 17, "/callback"},
		{"CA file without folder", good + "ca_file = \"work.pem\"\n", 6, 11, "whole path"},
		{"no port", good + "redirect_ports = [8400, 70000]\n", 6, 18, "70000 is no port"},
		{"port beyond int", good + "redirect_ports = [4294975696]\n", 6, 18, "is no port"},
		{"after a long string", "[[provider]]\nid = \"a\"\nname = \"\"\"\n[[provider]] \\\"\"\"\n]\"\"\"\"\nissuer = 5\n", 6, 10, "issuer: expected text"},
		{"after a comment with a quote", "[[provider]] # it's\nid = 'a' # \"\nissuer = 5\n", 3, 10, "issuer: expected text"},
		{"in inline notation", "\nprovider = [{id = 5}]", 2, 1, "id: expected text"},
	} {
		t.Run(c.name, func(t *testing.T) {
			list, err := providers(t, c.text)
			var fe *settings.FileError
			if !errors.As(err, &fe) {
				t.Fatalf("got %v, %v; want a FileError", list, err)
			}
			if list != nil {
				t.Errorf("providers are returned beside the error: %v", list)
			}
			if fe.File != "providers.toml" || fe.Line != c.line || fe.Column != c.column || !strings.Contains(fe.Message, c.says) {
				t.Errorf("got %v\nwant %d:%d and %q", fe, c.line, c.column, c.says)
			}
			p := auth.AsProblem(err)
			if p.Phase != auth.PhaseConfiguration || p.Code != auth.CodeConfigInvalid || p.Next != auth.NextOpenConfig {
				t.Errorf("got %s/%s/%s", p.Phase, p.Code, p.Next)
			}
			if !strings.HasPrefix(p.Values["Error"], fmt.Sprintf("providers.toml:%d:%d: ", c.line, c.column)) {
				t.Errorf("the words a person reads do not name the place: %q", p.Values["Error"])
			}
		})
	}
}

func TestProvidersTooLarge(t *testing.T) {
	_, err := providers(t, "#"+strings.Repeat("x", 256<<10))
	if auth.CodeOf(err) != auth.CodeConfigInvalid || !strings.Contains(err.Error(), "256 KiB") {
		t.Errorf("got %v", err)
	}
}

// TestSecretNotInErrors: mistakes in and around a client secret are told
// without quoting it.
func TestSecretNotInErrors(t *testing.T) {
	for _, line := range []string{
		`client_secret = GOCSPX-hidden`, `client_secret = 12GOCSPX`, `client_secret = 2026-13-99T99`, "client_secret = \"GOCSPX\\q\"",
		`client_secret = "GOCSPX`, `client_secret = ["GOCSPX"]`, `client_secret = 123456`, `client_id = "c" client_secret = GOCSPX`,
		`client_secret = """GOCSPX` + "\nGOCSPX \\q\"\"\"", `client_secert = "GOCSPX"`, `client_secret."GOCSPX`,
	} {
		_, err := providers(t, "[[provider]]\nid = \"a\"\n"+line+"\n")
		if err == nil {
			t.Errorf("%s: no error", line)
			continue
		}
		for _, part := range []string{"GOCSPX", "'G'", "123456", "2026"} {
			if strings.Contains(err.Error(), part) {
				t.Errorf("%s: the error quotes the secret: %v", line, err)
			}
		}
	}
}

func TestMerge(t *testing.T) {
	built := []auth.Provider{{ID: "google", ClientID: "built in"}, {ID: "x"}}
	file := []auth.Provider{{ID: "work"}, {ID: "google", ClientID: "mine"}}
	got := settings.Merge(built, file)
	want := []auth.Provider{{ID: "google", ClientID: "mine"}, {ID: "x"}, {ID: "work"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if built[0].ClientID != "built in" {
		t.Error("the built-in list was changed")
	}
}

func FuzzProviders(f *testing.F) {
	f.Add(whole)
	f.Add("\x16")
	f.Add("[[provider]]\nname = \"\"\"\n]\"\"\"\"\n[provider.\"a.b\"]\n'x'.y = {a = [1, \"}\"]}")
	s, err := settings.Open(f.TempDir())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(s.ProvidersPath(), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Providers(); err != nil {
			var fe *settings.FileError
			if !errors.As(err, &fe) || fe.Line < 1 || fe.Column < 1 || fe.Line > strings.Count(text, "\n")+1 {
				t.Errorf("no place in the file: %v", err)
			}
		}
	})
}
