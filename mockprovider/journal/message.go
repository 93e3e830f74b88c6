package journal

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// maxText is how many bytes of a text are shown, and maxPage how many of a
// page; what is longer is cut.
const (
	maxText = 4096
	maxPage = 200
)

// Hidden stands for a secret in what was redacted.
const Hidden = "(hidden)"

// Message is what was sent in one direction. It keeps the bytes and decodes
// them when somebody looks, so that keeping them costs next to nothing.
type Message struct {
	query  string
	header []field
	body   []byte
	size   int
	redact bool
}

// field is a header field with all its values.
type field struct {
	name   string
	values []string
}

// keptHeaders are the header fields that say something about the protocol.
var keptHeaders = []string{
	"Authorization", "Origin", "Sec-Fetch-Site", "DPoP", "Location", "Content-Type", "Content-Encoding", "WWW-Authenticate", "Retry-After",
	"Cache-Control", "Access-Control-Allow-Origin", "Allow",
}

// NewMessage keeps a query, those header fields that matter, and a body of
// which size bytes were sent; body may be less. Neither may be changed
// afterwards.
func NewMessage(query string, header http.Header, body []byte, size int) *Message {
	m := &Message{query: query, header: make([]field, 0, 4), body: body, size: size}
	for _, name := range keptHeaders {
		if values := header[name]; len(values) > 0 {
			m.header = append(m.header, field{name, values})
		}
	}
	return m
}

// Decoded is a message as people read it. Fields that do not apply are empty.
type Decoded struct {
	// Query and Form are the parameters of address and body.
	Query []Pair `json:"query,omitempty"`
	Form  []Pair `json:"form,omitempty"`
	// Header are the fields that matter to the protocol.
	Header []Pair `json:"header,omitempty"`
	// Redirect are the parameters of the Location.
	Redirect []Pair `json:"redirect,omitempty"`
	// JSON is a body that is JSON.
	JSON json.RawMessage `json:"json,omitempty"`
	// IDToken is what the id_token of the body holds. Its signature was not
	// looked at.
	IDToken *IDToken `json:"id_token,omitempty"`
	// Text is any other body that is text, cut at 4096 bytes, pages at 200.
	Text string `json:"text,omitempty"`
	// Bytes is the size of the body.
	Bytes int `json:"bytes,omitempty"`
}

// Pair is a name and a value.
type Pair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// IDToken is a decoded ID token.
type IDToken struct {
	Header json.RawMessage `json:"header"`
	Claims json.RawMessage `json:"claims"`
}

// secretNames are the parameters, members and header fields that hold secrets.
var secretNames = map[string]bool{
	"code": true, "code_verifier": true, "client_secret": true, "access_token": true, "refresh_token": true,
	"id_token": true, "token": true, "password": true, "i": true, "state": true, "id_token_hint": true, "Authorization": true,
}

// Decode decodes the message. It is safe to call on nil.
func (m *Message) Decode() Decoded {
	if m == nil {
		return Decoded{}
	}
	out := Decoded{Query: m.pairs(m.query), Bytes: m.size}
	for _, f := range m.header {
		for _, value := range f.values {
			if f.name == "Location" {
				address, query, _ := strings.Cut(value, "?")
				out.Redirect, value = m.pairs(query), address
			}
			out.Header = append(out.Header, m.pair(f.name, value))
		}
	}
	m.decodeBody(&out)
	return out
}

func (m *Message) decodeBody(out *Decoded) {
	contentType := ""
	for _, f := range m.header {
		if f.name == "Content-Type" {
			contentType = f.values[0]
		}
	}
	switch {
	case len(m.body) == 0:
	case strings.HasPrefix(contentType, "application/x-www-form-urlencoded"):
		out.Form = m.pairs(string(m.body))
	case json.Valid(m.body) && strings.Contains(contentType, "json"):
		out.JSON, out.IDToken = m.json()
	case utf8.Valid(m.body):
		if m.redact {
			out.Text = Hidden
			return
		}
		out.Text = clip(string(m.body))
		if len(out.Text) > maxPage && strings.HasPrefix(contentType, "text/html") {
			out.Text = strings.ToValidUTF8(out.Text[:maxPage], "") + "…"
		}
	}
}

// json returns the body, and what its ID token holds.
func (m *Message) json() (json.RawMessage, *IDToken) {
	var members map[string]any
	if json.Unmarshal(m.body, &members) != nil {
		return m.body, nil // a list or so, of which nothing is secret
	}
	text, _ := members["id_token"].(string)
	token := decodeIDToken(text)
	if !m.redact {
		return m.body, token
	}
	for name := range members {
		if secretNames[name] {
			members[name] = Hidden
		}
	}
	data, err := json.Marshal(members)
	if err != nil {
		return nil, token
	}
	return data, token
}

func decodeIDToken(compact string) *IDToken {
	parts := strings.Split(compact, ".")
	if len(parts) != 3 {
		return nil
	}
	header, err1 := base64.RawURLEncoding.DecodeString(parts[0])
	claims, err2 := base64.RawURLEncoding.DecodeString(parts[1])
	if err1 != nil || err2 != nil || !json.Valid(header) || !json.Valid(claims) {
		return nil
	}
	return &IDToken{Header: header, Claims: claims}
}

// pairs decodes parameters in their order.
func (m *Message) pairs(encoded string) []Pair {
	var out []Pair
	for part := range strings.SplitSeq(encoded, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		if s, err := url.QueryUnescape(name); err == nil {
			name = s
		}
		if s, err := url.QueryUnescape(value); err == nil {
			value = s
		}
		out = append(out, m.pair(name, value))
	}
	return out
}

func (m *Message) pair(name, value string) Pair {
	if m.redact && value != "" && secretNames[name] {
		value = Hidden
	}
	return Pair{clip(name), clip(value)}
}

// MarshalJSON implements json.Marshaler: the message is decoded.
func (m *Message) MarshalJSON() ([]byte, error) { return json.Marshal(m.Decode()) }

// redacted returns a copy without secrets.
func (m *Message) redacted() *Message {
	if m == nil {
		return nil
	}
	out := *m
	out.redact = true
	return &out
}

// Redacted returns the entry without codes, tokens, secrets, states and
// passwords: fit to be shown to anybody.
func (e Entry) Redacted() Entry {
	e.Request, e.Response = e.Request.redacted(), e.Response.redacted()
	return e
}

func clip(s string) string {
	if len(s) > maxText {
		return strings.ToValidUTF8(s[:maxText], "") + "…"
	}
	return s
}
