package main

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// kept are the members whose text says nothing about a person or a client.
var kept = []string{"token_type", "scope", "expires_in", "iss", "alg", "typ", "kty", "use", "crv", "error", "error_description", "error_uri",
	"prompt", "authuser", "code", "status", "message", "type", "sourceType", "objectType", "reason", "domain"}

// redact replaces what a person or a client could be known by, and leaves the
// shape: names of members, types, lengths of lists. A discovery document is
// public and stays as it is.
func redact(exchange string, value any) any {
	if exchange == "discovery" {
		return value
	}
	return redactMember(exchange, "", value)
}

func redactMember(exchange, member string, value any) any {
	switch v := value.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, x := range v {
			out[name] = redactMember(exchange, name, x)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = redactMember(exchange, member, x)
		}
		return out
	case string:
		return redactText(exchange, member, v)
	case json.Number, float64:
		if slices.Contains(kept, member) {
			return v
		}
		return 0
	}
	return value // true, false, null
}

// redactText keeps harmless texts and says of others what they look like. The
// code of an authorization response is a secret; that of an error is not.
func redactText(exchange, member, text string) string {
	secretCode := member == "code" && exchange == "authorization-response"
	switch u, err := url.Parse(text); {
	case slices.Contains(kept, member) && !secretCode:
		return text
	case text == "":
		return ""
	case strings.Trim(text, "0123456789") == "":
		return "<digits>"
	case err == nil && u.Scheme == "https" && u.Host != "":
		return "<address>"
	}
	return "<text>"
}
