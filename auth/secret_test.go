package auth_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"app.latchkey/auth"
)

func TestSecretNeverPrints(t *testing.T) {
	const value = "GOCSPX-very-secret-value"
	type inner struct {
		secret auth.Secret
		Public auth.Secret
	}
	s := auth.NewSecret(value)
	holder := inner{s, s}
	provider := auth.Google("id", value)
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	logger.Info("event", "secret", s, "holder", holder, "provider", provider)
	asJSON, err := json.Marshal(provider)
	if err != nil {
		t.Fatal(err)
	}
	printed := map[string]string{
		"%v": fmt.Sprintf("%v", s), "%+v": fmt.Sprintf("%+v", s), "%#v": fmt.Sprintf("%#v", s), "%s": fmt.Sprintf("%s", s),
		"%q": fmt.Sprintf("%q", s), "%x": fmt.Sprintf("%x", s), "%d": fmt.Sprintf("%d", s),
		"struct %v": fmt.Sprintf("%v", holder), "struct %+v": fmt.Sprintf("%+v", &holder), "struct %#v": fmt.Sprintf("%#v", holder),
		"provider %+v": fmt.Sprintf("%+v", provider), "provider %#v": fmt.Sprintf("%#v", provider),
		"json": string(asJSON), "slog": log.String(), "error": fmt.Errorf("with %v", s).Error(),
	}
	for name, text := range printed {
		if strings.Contains(text, value) || strings.Contains(text, fmt.Sprintf("%x", value)) {
			t.Errorf("%s prints the secret: %s", name, text)
		}
	}
	if s.Reveal() != value {
		t.Errorf("Reveal = %q, want the value", s.Reveal())
	}
	if !auth.NewSecret("").IsZero() || s.IsZero() {
		t.Error("IsZero does not tell the empty secret from another")
	}
}
