package settings

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"

	"app.latchkey/auth"
)

const maxClientFile = 64 << 10 // bytes

// GoogleClient is what Google's console offers as "Download JSON" for a client.
type GoogleClient struct {
	ID     string
	Secret auth.Secret // of a desktop client: not confidential (RFC 8252 §8.5)
}

// What a client JSON may say about where Google is. Nothing of it is used: the
// preset finds Google by discovery. A file that says something else was not made
// by Google's console, or not left as it was.
var (
	googleAuthURIs  = []string{"https://accounts.google.com/o/oauth2/auth", "https://accounts.google.com/o/oauth2/v2/auth"}
	googleTokenURIs = []string{"https://oauth2.googleapis.com/token", "https://accounts.google.com/o/oauth2/token",
		"https://www.googleapis.com/oauth2/v3/token", "https://www.googleapis.com/oauth2/v4/token"}

	googleClientID     = regexp.MustCompile(`^[0-9]{1,30}(-[a-z0-9]{1,64})?\.apps\.googleusercontent\.com$`)
	googleClientSecret = regexp.MustCompile(`^[A-Za-z0-9_.~-]{8,200}$`)
)

// ParseGoogleClient reads a client JSON of the type "Desktop app". Its errors
// are for whoever has the file, and quote neither secret nor anything else of it
// but addresses.
func ParseGoogleClient(data []byte) (GoogleClient, error) {
	file, err := jsonObject(data)
	if err != nil {
		return GoogleClient{}, err
	}
	if err := kindOfFile(file); err != nil {
		return GoogleClient{}, err
	}
	installed, err := jsonObject(file["installed"])
	if err != nil {
		return GoogleClient{}, fmt.Errorf("%w, under \"installed\"", err)
	}
	for _, a := range []struct {
		name    string
		allowed []string
	}{{"auth_uri", googleAuthURIs}, {"token_uri", googleTokenURIs}} {
		said, ok := installed[a.name]
		if !ok {
			continue
		}
		if uri := jsonText(said); !slices.Contains(a.allowed, uri) {
			return GoogleClient{}, fmt.Errorf("its %s is %q, which is not Google's: do not use this file; download it from Google's console yourself",
				a.name, auth.CleanText(uri, 100))
		}
	}
	id, secret := jsonText(installed["client_id"]), jsonText(installed["client_secret"])
	switch {
	case !googleClientID.MatchString(id):
		return GoogleClient{}, errors.New("its client_id is missing or not one of Google's, which end in .apps.googleusercontent.com")
	case !googleClientSecret.MatchString(secret):
		return GoogleClient{}, errors.New("its client_secret is missing or damaged: download the file anew, since Google shows a secret only once; make a new one if need be")
	}
	return GoogleClient{ID: id, Secret: auth.NewSecret(secret)}, nil
}

// kindOfFile tells the files apart that Google gives to those who look for this one.
func kindOfFile(file map[string]json.RawMessage) error {
	_, installed := file["installed"]
	_, web := file["web"]
	switch kind := jsonText(file["type"]); {
	case installed && web:
		return errors.New("it holds two clients: download one of the type \"Desktop app\"")
	case installed:
		return nil
	case web:
		return errors.New("it is of a client of the type \"Web application\", whose secret must stay on a server. " +
			"In Google's console, under Clients, create another one of the type \"Desktop app\", and download that")
	case kind == "service_account":
		return errors.New("it is a service account's key, which signs in a program and no person. Keep it safe. " +
			"In Google's console, under Clients, create a client of the type \"Desktop app\"")
	case kind == "authorized_user":
		return errors.New("it holds somebody's refresh token (gcloud's credentials). Keep it safe. " +
			"In Google's console, under Clients, create a client of the type \"Desktop app\"")
	}
	return errors.New(`it is no client of Google's: expected {"installed": {…}}, as the console's "Download JSON" gives for a desktop app`)
}

// jsonObject reads one JSON object, refusing members that are there twice: two
// readers would see two clients.
func jsonObject(data []byte) (map[string]json.RawMessage, error) {
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("it is no JSON object")
	}
	out := map[string]json.RawMessage{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, errors.New("it is no JSON object")
		}
		key, _ := name.(string)
		if _, twice := out[key]; twice {
			return nil, errors.New("it says something twice")
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, errors.New("it is no JSON object")
		}
		out[key] = value
	}
	if _, err := d.Token(); err != nil {
		return nil, errors.New("it ends too early")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more after its end")
	}
	return out, nil
}

func jsonText(raw json.RawMessage) (s string) {
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// ReadGoogleClient reads Google's client JSON at path and changes nothing.
func ReadGoogleClient(path string) (GoogleClient, error) {
	data, err := readCapped(path, maxClientFile)
	if err != nil {
		return GoogleClient{}, invalid(path, fmt.Errorf("reading the client's file: %w", err))
	}
	c, err := ParseGoogleClient(data)
	if err != nil {
		return GoogleClient{}, invalid(path, fmt.Errorf("%s: %w", filepath.Base(path), err))
	}
	return c, nil
}

// ImportGoogleClient reads Google's client JSON at path and adds its client to
// providers.toml, which it leaves as it is otherwise. The file itself is not
// needed afterwards. A client that is there already is no error; another one for
// Google is, since nobody can say which of the two was meant.
func (s *Settings) ImportGoogleClient(path string) (auth.Provider, error) {
	c, err := ReadGoogleClient(path)
	if err != nil {
		return auth.Provider{}, err
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	p := auth.Google(c.ID, c.Secret.Reveal())
	there, err := s.Providers()
	if err != nil {
		return auth.Provider{}, err
	}
	for _, other := range there {
		if other.ID != p.ID {
			continue
		}
		if other.ClientID == p.ClientID && other.ClientSecret.Reveal() == c.Secret.Reveal() {
			return other, nil
		}
		return auth.Provider{}, invalid(s.ProvidersPath(), fmt.Errorf("providers.toml has another client for %q already: take that out, or give it another id", p.ID))
	}
	return p, s.appendProvider(NewProvider{Preset: "google", ClientID: c.ID, ClientSecret: c.Secret}.toml(""))
}
