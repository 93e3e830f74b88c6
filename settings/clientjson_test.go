package settings_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"app.latchkey/auth"
	"app.latchkey/settings"
)

const (
	clientID     = "407408718192-abc123.apps.googleusercontent.com"
	clientSecret = "GOCSPX-hidden_Secret"
	desktopJSON  = `{"installed":{"client_id":"` + clientID + `","project_id":"p","auth_uri":"https://accounts.google.com/o/oauth2/auth",
		"token_uri":"https://oauth2.googleapis.com/token","auth_provider_x509_cert_url":"https://www.googleapis.com/oauth2/v1/certs",
		"client_secret":"` + clientSecret + `","redirect_uris":["http://localhost"]}}`
)

// importing imports a client JSON beside a providers.toml.
func importing(t *testing.T, clientJSON, toml string) (*settings.Settings, auth.Provider, error) {
	t.Helper()
	s, err := settings.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if toml != "" {
		if err := os.WriteFile(s.ProvidersPath(), []byte(toml), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "client_secret_407408718192.json")
	if err := os.WriteFile(path, []byte(clientJSON), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := s.ImportGoogleClient(path)
	return s, p, err
}

func TestImportGoogleClient(t *testing.T) {
	const work = "# mine\n[[provider]]\nid = \"work\"\nname = \"Work\"\nissuer = \"https://id.example.com\"\nclient_id = \"x\""
	for name, toml := range map[string]string{"no file": "", "an empty file": "\n", "a list": work, "a byte order mark": "\xef\xbb\xbf" + work} {
		t.Run(name, func(t *testing.T) {
			s, p, err := importing(t, desktopJSON, toml)
			if err != nil {
				t.Fatal(err)
			}
			if p.ID != "google" || p.ClientID != clientID || p.Issuer != auth.GoogleIssuer {
				t.Errorf("got %+v", p)
			}
			list, err := s.Providers()
			if err != nil || len(list) == 0 {
				t.Fatalf("afterwards: %v, %v", list, err)
			}
			last := list[len(list)-1]
			if last.ClientID != clientID || last.ClientSecret.Reveal() != clientSecret || !last.Google {
				t.Errorf("providers.toml has %+v", last)
			}
			data, err := os.ReadFile(s.ProvidersPath())
			if err != nil || !strings.HasPrefix(string(data), toml) {
				t.Errorf("what was there is changed: %q, %v", data, err)
			}
			wantMode(t, s.ProvidersPath(), 0o600)
		})
	}
}

func TestImportTwice(t *testing.T) {
	s, _, err := importing(t, desktopJSON, "[[provider]]\npreset = \"google\"\nclient_id = \""+clientID+"\"\nclient_secret = \""+clientSecret+"\"\n")
	if list, _ := s.Providers(); err != nil || len(list) != 1 {
		t.Errorf("the same client again: %v, %v", list, err)
	}
	const other = "[[provider]]\npreset = \"google\"\nclient_id = \"other\"\nclient_secret = \"other\"\n"
	s, _, err = importing(t, desktopJSON, other)
	if auth.CodeOf(err) != auth.CodeConfigInvalid || !strings.Contains(err.Error(), "another client") {
		t.Errorf("another client: %v", err)
	}
	if data, _ := os.ReadFile(s.ProvidersPath()); string(data) != other {
		t.Errorf("the file was changed: %s", data)
	}
	for name, c := range map[string]struct {
		toml string
		code auth.Code
	}{
		"broken": {"[[provider", auth.CodeConfigInvalid},
		"inline": {`provider = [{id = "a", name = "A", issuer = "https://a.example", client_id = "c"}]`, settings.CodeConfigByHand},
	} {
		toml := c.toml
		s, _, err := importing(t, desktopJSON, toml)
		if auth.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
		if data, _ := os.ReadFile(s.ProvidersPath()); string(data) != toml {
			t.Errorf("%s: the file was changed: %s", name, data)
		}
	}
}

// TestClientsThatAreRefused: the wrong kind of file is named, and what to do;
// one that would send the sign-in elsewhere is refused (attack 29).
func TestClientsThatAreRefused(t *testing.T) {
	replaced := func(old, new string) string { return strings.Replace(desktopJSON, old, new, 1) }
	for name, c := range map[string]struct {
		code       auth.Code
		text, says string
	}{
		"web client":               {settings.CodeClientWeb, replaced("installed", "web"), `type "Desktop app"`},
		"web and desktop":          {settings.CodeClientTwo, replaced(`{"installed"`, `{"web":{},"installed"`), "two clients"},
		"service account":          {settings.CodeClientService, `{"type":"service_account","private_key":"GOCSPX-hidden_Secret"}`, "service account"},
		"gcloud's credentials":     {settings.CodeClientUser, `{"type":"authorized_user","refresh_token":"GOCSPX-hidden_Secret"}`, "refresh token"},
		"another program's":        {settings.CodeClientOther, `{"client_id":"x"}`, "Download JSON"},
		"evil auth_uri":            {settings.CodeClientAddress, replaced("https://accounts.google.com/o/", "https://accounts.google.com.evil.example/o/"), "auth_uri"},
		"evil token_uri":           {settings.CodeClientAddress, replaced("https://oauth2.googleapis.com/token", "https://evil.example/token"), "token_uri"},
		"http token_uri":           {settings.CodeClientAddress, replaced("https://oauth2.", "http://oauth2."), "token_uri"},
		"user name in auth_uri":    {settings.CodeClientAddress, replaced("https://accounts", "https://x@accounts"), "auth_uri"},
		"auth_uri that opens":      {settings.CodeClientAddress, replaced("https://accounts.google.com/o/oauth2/auth", "file:///bin/sh"), "auth_uri"},
		"auth_uri of another type": {settings.CodeClientAddress, replaced(`"https://accounts.google.com/o/oauth2/auth"`, "5"), "auth_uri"},
		"client twice":             {settings.CodeClientDamaged, replaced(`"project_id":"p"`, `"client_id":"407408718192-evil.apps.googleusercontent.com"`), "twice"},
		"installed twice":          {settings.CodeClientDamaged, replaced(`{"installed"`, `{"installed":{},"installed"`), "twice"},
		"client of nobody":         {settings.CodeClientID, replaced(".apps.googleusercontent.com", ".evil.example"), "client_id"},
		"client with a quote":      {settings.CodeClientID, replaced(clientID, `1\"\nissuer = \"https://evil.example`), "client_id"},
		"no secret":                {settings.CodeClientSecret, replaced(clientSecret, ""), "client_secret"},
		"secret with a quote":      {settings.CodeClientSecret, replaced(clientSecret, `GOCSPX\"\nx = \"`), "client_secret"},
		"a list":                   {settings.CodeClientDamaged, "[" + desktopJSON + "]", "no JSON object"},
		"installed is a text":      {settings.CodeClientDamaged, `{"installed":"x"}`, "no JSON object"},
		"cut off":                  {settings.CodeClientDamaged, desktopJSON[:200], "no JSON object"},
		"more after it":            {settings.CodeClientDamaged, desktopJSON + "{}", "more after"},
		"nothing":                  {settings.CodeClientDamaged, "", "no JSON object"},
		"a page":                   {settings.CodeClientDamaged, "<html>", "no JSON object"},
		"huge":                     {settings.CodeClientUnread, strings.Repeat(" ", 65<<10) + desktopJSON, "64 KiB"},
	} {
		t.Run(name, func(t *testing.T) {
			s, _, err := importing(t, c.text, "")
			if auth.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("got %v, want %s, %q", err, c.code, c.says)
			}
			if p := auth.AsProblem(err); p.Next != auth.NextDismiss || (c.code == settings.CodeClientAddress) != (p.Values["Got"] != "") && !strings.Contains(name, "type") {
				t.Errorf("next is %s, with %q", p.Next, p.Values)
			}
			if strings.Contains(err.Error(), "GOCSPX") {
				t.Errorf("the error quotes the secret: %v", err)
			}
			if _, err := os.Stat(s.ProvidersPath()); !os.IsNotExist(err) {
				t.Error("something was written")
			}
		})
	}
}

func FuzzGoogleClient(f *testing.F) {
	f.Add([]byte(desktopJSON))
	f.Add([]byte(strings.Replace(desktopJSON, "installed", "web", 1)))
	f.Add([]byte(`{"type":"service_account"}`))
	f.Add([]byte("\xef\xbb\xbf" + desktopJSON))
	s, err := settings.Open(f.TempDir())
	if err != nil {
		f.Fatal(err)
	}
	path := filepath.Join(f.TempDir(), "client.json")
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := settings.ParseGoogleClient(data)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\r\x1b") {
				t.Errorf("the error is no single line: %q", err)
			}
			return
		}
		// Whatever is accepted becomes exactly that provider, and no other.
		_ = os.Remove(s.ProvidersPath())
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := s.ImportGoogleClient(path); err != nil {
			t.Fatalf("accepted, but not importable: %v", err)
		}
		list, err := s.Providers()
		if err != nil || len(list) != 1 || list[0].ClientID != c.ID || list[0].ClientSecret.Reveal() != c.Secret.Reveal() || list[0].Issuer != auth.GoogleIssuer {
			t.Errorf("got %+v, %v", list, err)
		}
	})
}
