package auth

import (
	"errors"
	"fmt"
	"io"
	"log/slog"

	"app.latchkey/auth/flow"
)

const redacted = "[redacted]"

// Secret is a text that must never be printed: tokens and client secrets. It
// redacts itself under every fmt verb, in log/slog and in JSON, also inside
// other structs. The zero value is the empty secret.
type Secret struct {
	// A pointer, since fmt prints unexported string fields of a struct without
	// asking their methods, but prints only the address behind a pointer.
	value *string
}

// NewSecret wraps value.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{value: &value}
}

// Reveal returns the text itself. Call it only where the text is sent to its
// owner or put into a store.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsZero reports whether the secret is empty.
func (s Secret) IsZero() bool { return s.value == nil }

// String implements fmt.Stringer.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return redacted
}

// Format implements fmt.Formatter for every verb and flag.
func (s Secret) Format(w fmt.State, _ rune) { _, _ = io.WriteString(w, s.String()) }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalJSON implements json.Marshaler.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + s.String() + `"`), nil }

// veilOf returns a veil that hides secrets.
func veilOf(secrets ...Secret) *flow.Veil {
	v := new(flow.Veil)
	for _, s := range secrets {
		v.Hide(s.Reveal())
	}
	return v
}

// veiled returns p without the secrets that v knows of, in its text and its
// values: servers echo what they were sent, in error codes too.
func (p *Problem) veiled(v *flow.Veil) *Problem {
	c := *p
	c.Values = make(map[string]string, len(p.Values))
	for k, text := range p.Values {
		c.Values[k] = v.Clean(text)
	}
	if p.Err != nil {
		c.Err = veiledError{text: v.Clean(p.Err.Error()), err: p.Err}
	}
	return &c
}

// veiledError says what is left of an error's text.
type veiledError struct {
	text string
	err  error
}

func (e veiledError) Error() string { return e.text }

// Is and As see what is behind the veil; Unwrap is left out, so that nobody
// comes to print it.
func (e veiledError) Is(target error) bool { return errors.Is(e.err, target) }

// As implements what errors.As asks for.
func (e veiledError) As(target any) bool { return errors.As(e.err, target) }

// Format prints the text alone, whatever the verb.
func (e veiledError) Format(w fmt.State, _ rune) { _, _ = io.WriteString(w, e.text) }
