package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"app.latchkey/auth"
	"app.latchkey/auth/flow"
)

// maxAnswer is how much of an answer is read.
const maxAnswer = 1 << 20

// recording is what a provider answered, redacted. It is the back channel's
// transport.
type recording struct {
	provider auth.Provider
	next     http.RoundTripper

	mu        sync.Mutex
	exchanges []exchange
	endpoints map[string]string // name by address
	secrets   []string          // that must not be in the file
	err       error
}

// exchange is one answer.
type exchange struct {
	Name   string            `json:"name"`
	Status int               `json:"status,omitempty"`
	Header map[string]string `json:"header,omitempty"`
	Body   any               `json:"body"`
}

func newRecording(p auth.Provider) *recording {
	return &recording{provider: p, next: http.DefaultTransport, secrets: []string{p.ClientSecret.Reveal(), p.ClientID},
		endpoints: map[string]string{p.Issuer + "/.well-known/openid-configuration": "discovery", p.ProfileAPI: "people"}}
}

// RoundTrip implements http.RoundTripper.
func (r *recording) RoundTrip(req *http.Request) (*http.Response, error) { return r.send(req, "") }

// send sends a request and records the answer under a name; "" finds it.
func (r *recording) send(req *http.Request, name string) (*http.Response, error) {
	if name == "" {
		name = r.nameOf(req)
	}
	resp, err := r.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	r.note(name, resp, body)
	return resp, nil
}

// nameOf names a request by its endpoint; the token endpoint's by its grant too.
func (r *recording) nameOf(req *http.Request) string {
	r.mu.Lock()
	name := r.endpoints[req.URL.Scheme+"://"+req.URL.Host+req.URL.Path]
	r.mu.Unlock()
	if name == "" {
		return "unknown " + req.URL.Path
	}
	if name != "token" || req.GetBody == nil {
		return name
	}
	body, err := req.GetBody()
	if err != nil {
		return name
	}
	defer body.Close()
	text, _ := io.ReadAll(io.LimitReader(body, maxAnswer))
	form, _ := url.ParseQuery(string(text))
	switch form.Get("grant_type") {
	case "authorization_code":
		return "token"
	case "refresh_token":
		return "token-refreshed"
	}
	return name
}

// address is that of an endpoint which the discovery document named.
func (r *recording) address(name string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for address, n := range r.endpoints {
		if n == name {
			return address
		}
	}
	return ""
}

// keptHeaders tell how an answer may be used and why it was refused.
var keptHeaders = []string{"Content-Type", "Cache-Control", "Pragma", "Www-Authenticate"}

// note redacts an answer and keeps it, the first of each name.
func (r *recording) note(name string, resp *http.Response, body []byte) {
	var value any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if d.Decode(&value) != nil {
		value = fmt.Sprintf("<%d bytes that are no JSON>", len(body))
	}
	e := exchange{Name: name, Status: resp.StatusCode, Header: map[string]string{}}
	for _, h := range keptHeaders {
		if v := resp.Header.Get(h); v != "" {
			e.Header[h] = v
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if o, ok := value.(map[string]any); ok {
		r.learn(name, o)
	}
	e.Body = redact(name, value)
	r.add(e)
}

// learn takes endpoints from the discovery document and secrets from a token
// response, whose ID token is a part of the recording of its own.
func (r *recording) learn(name string, o map[string]any) {
	if name == "discovery" {
		for member, endpoint := range map[string]string{"token_endpoint": "token", "userinfo_endpoint": "userinfo",
			"revocation_endpoint": "revocation", "jwks_uri": "jwks"} {
			if address, ok := o[member].(string); ok {
				r.endpoints[address] = endpoint
			}
		}
	}
	for _, member := range []string{"access_token", "refresh_token", "id_token", "sub", "email", "name", "given_name", "family_name"} {
		if s, ok := o[member].(string); ok && len(s) > 3 {
			r.secrets = append(r.secrets, s)
		}
	}
	raw, ok := o["id_token"].(string)
	if !ok {
		return
	}
	parts := strings.Split(raw, ".")
	for i, part := range []string{"header", "claims"} {
		if len(parts) != 3 {
			r.err = errors.New("the ID token has not three parts")
			return
		}
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		var value map[string]any
		if err != nil || json.Unmarshal(text, &value) != nil {
			r.err = errors.New("the ID token cannot be read")
			return
		}
		if part == "claims" {
			r.learn("claims", value)
		}
		r.add(exchange{Name: "id-token-" + part + " of " + name, Body: redact("id-token", value)})
	}
}

func (r *recording) add(e exchange) {
	for _, old := range r.exchanges {
		if old.Name == e.Name {
			return
		}
	}
	r.exchanges = append(r.exchanges, e)
}

// authorizationResponse notes the parameters that the browser brought, which the
// record of the sign-in holds masked already.
func (r *recording) authorizationResponse(params []flow.Param) {
	body := map[string]any{}
	for _, p := range params {
		switch {
		case p.Name == "strays" || p.Name == "came":
			continue // the receiver's own
		case p.Secret:
			body[p.Name] = "<text>"
		default:
			body[p.Name] = redactText("authorization-response", p.Name, p.Value)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.add(exchange{Name: "authorization-response", Body: body})
}

// write writes the file, unless a secret would get into it after all.
func (r *recording) write(path string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(r.exchanges); err != nil {
		return fmt.Errorf("writing the recording: %w", err)
	}
	for _, s := range r.secrets {
		if strings.Contains(text.String(), s) {
			return errors.New("the recording is not written: something that must be redacted is in it; please report this")
		}
	}
	if err := writePrivate(path, text.Bytes()); err != nil {
		return fmt.Errorf("writing the recording: %w", err)
	}
	return nil
}

// read reads a recording that was written before.
func read(data []byte) (*recording, error) {
	r := &recording{}
	if err := json.Unmarshal(data, &r.exchanges); err != nil {
		return nil, fmt.Errorf("reading the recording: %w", err)
	}
	return r, nil
}
