package settings_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"app.latchkey/auth"
	"app.latchkey/settings"
)

const (
	byHand = "# my own\n[[provider]]\nid = \"work\" # keep\nname = \"Work\"\nissuer = \"https://id.example.com\"\nclient_id = \"x\"\n# the end\n"
	added  = "# Added in Latchkey's window, and can be removed there.\n"
)

func withProviders(t *testing.T, text string) *settings.Settings {
	t.Helper()
	s, err := settings.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if text != "" {
		if err := os.WriteFile(s.ProvidersPath(), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func textOf(t *testing.T, s *settings.Settings) string {
	t.Helper()
	b, err := os.ReadFile(s.ProvidersPath())
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAddAndRemoveProvider(t *testing.T) {
	for name, text := range map[string]string{
		"no file": "", "an empty line": "\n", "by hand": byHand, "without a last newline": strings.TrimSuffix(byHand, "\n"),
		"byte order mark": "\xef\xbb\xbf" + byHand, "Windows lines": strings.ReplaceAll(byHand, "\n", "\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			s := withProviders(t, text)
			p, err := s.AddProvider(settings.NewProvider{Name: "Our \"Lab\"\\\n", Issuer: "https://lab.example.com/", ClientID: "c",
				ClientSecret: auth.NewSecret("s=\"\u00e9"), Scopes: []string{"openid", "email"}})
			if err != nil {
				t.Fatal(err)
			}
			if p.ID != "our-lab" || p.ClientSecret.Reveal() != "s=\"\u00e9" || !slices.Equal(p.Scopes, []string{"openid", "email"}) || p.Issuer != "https://lab.example.com/" {
				t.Errorf("%+v", p)
			}
			list, err := s.Providers()
			if err != nil || !slices.ContainsFunc(list, func(o auth.Provider) bool {
				return o.ID == p.ID && o.Name == p.Name && o.ClientSecret.Reveal() == p.ClientSecret.Reveal()
			}) {
				t.Errorf("read back %+v, %v", list, err)
			}
			if !strings.HasPrefix(textOf(t, s), text) {
				t.Errorf("what was there is changed: %q", textOf(t, s))
			}
			wantMode(t, s.ProvidersPath(), 0o600)
			second, err := s.AddProvider(settings.NewProvider{Preset: "gitlab", ClientID: "g"}, "gitlab")
			if err != nil || second.ID != "gitlab-2" {
				t.Fatalf("%+v, %v", second, err)
			}
			if got := s.Added(); !slices.Equal(got, []string{"our-lab", "gitlab-2"}) {
				t.Errorf("added: %v", got)
			}
			if err := s.RemoveProvider("our-lab"); err != nil {
				t.Fatal(err)
			}
			if got := s.Added(); !slices.Equal(got, []string{"gitlab-2"}) {
				t.Errorf("left: %v", got)
			}
			if err := s.RemoveProvider("gitlab-2"); err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimRight(textOf(t, s), "\r\n"); got != strings.TrimRight(strings.TrimPrefix(text, "\xef\xbb\xbf"), "\r\n") {
				t.Errorf("left behind %q, want %q", got, text)
			}
		})
	}
}

// What the person wrote between and after stays; what they wrote by hand is
// theirs to remove.
func TestRemoveKeepsWhatIsTheirs(t *testing.T) {
	text := byHand + "\n" + added + "[[provider]]\npreset = \"gitlab\"\nclient_id = \"g\"\nscopes = [\n  \"openid\", # a list\n] # of one\n\n# about the next\n[[provider]]\npreset = \"github\"\nclient_id = \"h\"\nclient_secret = \"s\"\n"
	s := withProviders(t, text)
	for _, id := range []string{"work", "github", "nobody"} {
		if err := s.RemoveProvider(id); auth.CodeOf(err) != settings.CodeConfigByHand {
			t.Errorf("%s: %v", id, err)
		}
	}
	if textOf(t, s) != text {
		t.Error("a refusal changed the file")
	}
	if err := s.RemoveProvider("gitlab"); err != nil {
		t.Fatal(err)
	}
	if got, want := textOf(t, s), byHand+"\n# about the next\n[[provider]]\npreset = \"github\"\nclient_id = \"h\"\nclient_secret = \"s\"\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// A mark inside of a text is none.
func TestMarkInAText(t *testing.T) {
	s := withProviders(t, "[[provider]]\nid = \"a\"\nname = '''\n"+added+"'''\nissuer = \"https://a.example\"\nclient_id = \"x\"\n")
	if got := s.Added(); len(got) != 0 {
		t.Errorf("added: %v", got)
	}
}

func TestAddProviderRefuses(t *testing.T) {
	good := settings.NewProvider{Name: "Lab", Issuer: "https://lab.example.com", ClientID: "c"}
	change := func(f func(*settings.NewProvider)) settings.NewProvider { n := good; f(&n); return n }
	for name, c := range map[string]struct {
		text string
		n    settings.NewProvider
		want string
	}{
		"no name":          {"", change(func(n *settings.NewProvider) { n.Name = "" }), "name is missing"},
		"no client":        {"", change(func(n *settings.NewProvider) { n.ClientID = "" }), "client_id is missing"},
		"no secret":        {"", settings.NewProvider{Preset: "google", ClientID: "c"}, "client_secret is missing"},
		"http":             {"", change(func(n *settings.NewProvider) { n.Issuer = "http://lab.example.com" }), "expected https"},
		"no openid":        {"", change(func(n *settings.NewProvider) { n.Scopes = []string{"email"} }), "openid"},
		"a broken file":    {"[[provider]\n", good, "providers.toml:1"},
		"another notation": {"provider = [{id=\"a\", name=\"A\", issuer=\"https://a.example\", client_id=\"x\"}]\n", good, "[[provider]]"},
	} {
		t.Run(name, func(t *testing.T) {
			s := withProviders(t, c.text)
			_, err := s.AddProvider(c.n)
			code := auth.CodeConfigInvalid
			if name == "another notation" {
				code = settings.CodeConfigByHand
			}
			if auth.CodeOf(err) != code || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
			if b, _ := os.ReadFile(s.ProvidersPath()); string(b) != c.text {
				t.Errorf("the file was changed: %q", b)
			}
		})
	}
}

// A providers.toml that is a link into somebody's own collection stays one.
func TestAddThroughALink(t *testing.T) {
	s := withProviders(t, "")
	real := filepath.Join(t.TempDir(), "mine.toml")
	if err := os.WriteFile(real, []byte(byHand), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(real, s.ProvidersPath()); err != nil {
		t.Skip("no links here: ", err)
	}
	if _, err := s.AddProvider(settings.NewProvider{Preset: "gitlab", ClientID: "g"}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(s.ProvidersPath()); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link was replaced")
	}
	if b, _ := os.ReadFile(real); !strings.Contains(string(b), "gitlab") {
		t.Error("the file behind it was not written")
	}
	wantMode(t, real, 0o600)
}
