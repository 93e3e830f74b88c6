package settings

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"

	"app.latchkey/auth"
)

const maxClientFile = 64 << 10 // bytes

// What can be wrong with a client JSON. The words for whoever has the file are
// told by the code, in their language.
const (
	CodeClientUnread  auth.Code = "client_file_unread"  // it can't be opened, or is far too big
	CodeClientDamaged auth.Code = "client_file_damaged" // it is no JSON, or says something twice
	CodeClientOther   auth.Code = "client_file_other"   // it is something else than a client
	CodeClientWeb     auth.Code = "client_file_web"     // of a client that is no desktop app
	CodeClientTwo     auth.Code = "client_file_two"     // two clients are in it
	CodeClientService auth.Code = "client_file_service" // a service account's key
	CodeClientUser    auth.Code = "client_file_user"    // somebody's refresh token
	CodeClientAddress auth.Code = "client_file_address" // it would lead elsewhere than to Google
	CodeClientID      auth.Code = "client_file_id"      // no client ID of Google's
	CodeClientSecret  auth.Code = "client_file_secret"  // no client secret
)

// wrongClient is the Problem with a client JSON. It can't be mended: another
// file is needed.
func wrongClient(code auth.Code, format string, args ...any) *auth.Problem {
	return &auth.Problem{Phase: auth.PhaseConfiguration, Code: code, Next: auth.NextDismiss, Err: fmt.Errorf(format, args...)}
}

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

// ParseGoogleClient reads a client JSON of the type "Desktop app". Its error is
// an [auth.Problem] with one of the codes above, and quotes neither secret nor
// anything else of the file but addresses.
func ParseGoogleClient(data []byte) (GoogleClient, error) {
	file, err := jsonObject(data)
	if err != nil {
		return GoogleClient{}, wrongClient(CodeClientDamaged, "%w", err)
	}
	if err := kindOfFile(file); err != nil {
		return GoogleClient{}, err
	}
	installed, err := jsonObject(file["installed"])
	if err != nil {
		return GoogleClient{}, wrongClient(CodeClientDamaged, "%w, under \"installed\"", err)
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
			uri = auth.CleanText(uri, 100)
			return GoogleClient{}, wrongClient(CodeClientAddress, "its %s is %q, which is not Google's: do not use this file; download it from Google's console yourself",
				a.name, uri).With("Got", uri)
		}
	}
	id, secret := jsonText(installed["client_id"]), jsonText(installed["client_secret"])
	switch {
	case !googleClientID.MatchString(id):
		return GoogleClient{}, wrongClient(CodeClientID, "its client_id is missing or not one of Google's, which end in .apps.googleusercontent.com")
	case !googleClientSecret.MatchString(secret):
		return GoogleClient{}, wrongClient(CodeClientSecret, "its client_secret is missing or damaged: download the file anew, since Google shows a secret only once; make a new one if need be")
	}
	return GoogleClient{ID: id, Secret: auth.NewSecret(secret)}, nil
}

// kindOfFile tells the files apart that Google gives to those who look for this one.
func kindOfFile(file map[string]json.RawMessage) error {
	_, installed := file["installed"]
	_, web := file["web"]
	switch kind := jsonText(file["type"]); {
	case installed && web:
		return wrongClient(CodeClientTwo, "it holds two clients: download one of the type \"Desktop app\"")
	case installed:
		return nil
	case web:
		return wrongClient(CodeClientWeb, "it is of a client of the type \"Web application\", whose secret must stay on a server. "+
			"In Google's console, under Clients, create another one of the type \"Desktop app\", and download that")
	case kind == "service_account":
		return wrongClient(CodeClientService, "it is a service account's key, which signs in a program and no person. Keep it safe. "+
			"In Google's console, under Clients, create a client of the type \"Desktop app\"")
	case kind == "authorized_user":
		return wrongClient(CodeClientUser, "it holds somebody's refresh token (gcloud's credentials). Keep it safe. "+
			"In Google's console, under Clients, create a client of the type \"Desktop app\"")
	}
	return wrongClient(CodeClientOther, `it is no client of Google's: expected {"installed": {…}}, as the console's "Download JSON" gives for a desktop app`)
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

// ReadGoogleClient reads Google's client JSON at path and changes nothing. Its
// error is like that of [ParseGoogleClient].
func ReadGoogleClient(path string) (GoogleClient, error) {
	data, err := readCapped(path, maxClientFile)
	if err != nil {
		return GoogleClient{}, wrongClient(CodeClientUnread, "reading the client's file: %w", err)
	}
	return ParseGoogleClient(data)
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
