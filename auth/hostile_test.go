package auth_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"app.latchkey/auth"
	"app.latchkey/mockprovider"
)

// bend is one way in which a provider, or somebody in its place, misbehaves.
type bend struct {
	name  string
	stage mockprovider.Stage
	bend  func(*mockprovider.Event)
	want  auth.Code // "" for a legal oddity that must be accepted
}

func set(name string, value any) func(*mockprovider.Event) {
	return func(e *mockprovider.Event) { e.Object.Set(name, value) }
}

func del(name string) func(*mockprovider.Event) {
	return func(e *mockprovider.Event) { e.Object.Delete(name) }
}

func setParam(name, value string) func(*mockprovider.Event) {
	return func(e *mockprovider.Event) { e.Params.Set(name, value) }
}

// answer replaces the whole answer of one endpoint.
func answer(endpoint string, status int, contentType, body string) func(*mockprovider.Event) {
	return func(e *mockprovider.Event) {
		if e.Endpoint == endpoint {
			e.Header.Set("Content-Type", contentType)
			e.Status, e.Body = status, []byte(body)
		}
	}
}

const (
	discovery = mockprovider.StageDiscovery
	jwks      = mockprovider.StageJWKS
	redirect  = mockprovider.StageRedirect
	token     = mockprovider.StageToken
	header    = mockprovider.StageIDTokenHeader
	claims    = mockprovider.StageIDTokenClaims
	compact   = mockprovider.StageIDTokenCompact
	transport = mockprovider.StageTransport
)

// bends are the cases of the OpenID conformance suite for clients and more. One
// row is one attack or one oddity.
func bends() []bend {
	now := time.Now()
	return []bend{
		// Discovery.
		{"discovery: another issuer", discovery, set("issuer", "https://evil.example"), auth.CodeMetadataIssuerMismatch},
		{"discovery: issuer with a slash more", discovery, func(e *mockprovider.Event) {
			e.Object.Set("issuer", e.Object.Get("issuer").(string)+"/")
		}, auth.CodeMetadataIssuerMismatch},
		{"discovery: no issuer", discovery, del("issuer"), auth.CodeMetadataIssuerMismatch},
		{"discovery: plain only", discovery, set("code_challenge_methods_supported", []string{"plain"}), auth.CodeMetadataNoS256},
		{"discovery: empty list of methods", discovery, set("code_challenge_methods_supported", []string{}), auth.CodeMetadataNoS256},
		{"discovery: methods not listed (legal)", discovery, del("code_challenge_methods_supported"), ""},
		{"discovery: token endpoint over http", discovery, set("token_endpoint", "http://evil.example/token"), auth.CodeMetadataInsecureEndpoint},
		{"discovery: authorization endpoint with javascript:", discovery, set("authorization_endpoint", "javascript:alert(1)"), auth.CodeMetadataInsecureEndpoint},
		{"discovery: userinfo over http", discovery, set("userinfo_endpoint", "http://evil.example/me"), auth.CodeMetadataInsecureEndpoint},
		{"discovery: revocation over http", discovery, set("revocation_endpoint", "http://evil.example/r"), auth.CodeMetadataInsecureEndpoint},
		{"discovery: key set over http", discovery, set("jwks_uri", "http://evil.example/keys"), auth.CodeMetadataInsecureEndpoint},
		{"discovery: no token endpoint", discovery, del("token_endpoint"), auth.CodeMetadataInvalid},
		{"discovery: HS256 only", discovery, set("id_token_signing_alg_values_supported", []string{"HS256"}), auth.CodeMetadataInvalid},
		{"discovery: a page", transport, answer("discovery", 200, "text/html", "<html>hotel wifi</html>"), auth.CodeProviderHTML},
		{"discovery: 503", transport, answer("discovery", 503, "text/plain", "busy"), auth.CodeServerBusy},
		{"discovery: 404", transport, answer("discovery", 404, "text/plain", "nothing"), auth.CodeProviderUnreachable},
		{"discovery: huge", transport, answer("discovery", 200, "application/json", `{"x":"`+strings.Repeat("x", 2<<20)+`"}`), auth.CodeProviderUnreachable},

		{"discovery: algorithms not listed, so RS256 alone", discovery, del("id_token_signing_alg_values_supported"), auth.CodeIDTokenSignature},
		{"discovery: the key's algorithm not listed", discovery, set("id_token_signing_alg_values_supported", []string{"RS256"}), auth.CodeIDTokenSignature},

		// Authorization response. A wrong state never gets this far: the
		// receiver goes on waiting (TestForgeriesDoNotEndTheWait).
		{"response: another iss", redirect, setParam("iss", "https://evil.example"), auth.CodeIssMismatch},
		{"response: empty iss", redirect, setParam("iss", ""), auth.CodeIssMismatch},
		{"response: no iss, not advertised (legal)", redirect, func(e *mockprovider.Event) { e.Params.Delete("iss") }, ""},
		{"response: no code", redirect, func(e *mockprovider.Event) { e.Params.Delete("code") }, auth.CodeAuthorizationError},
		{"response: server_error", redirect, func(e *mockprovider.Event) {
			e.Params.Delete("code")
			e.Params.Set("error", "server_error")
			e.Params.Set("error_description", "<script>alert(1)</script>\x1b[31m")
		}, auth.CodeAuthorizationError},
		{"response: endless error", redirect, func(e *mockprovider.Event) {
			e.Params.Delete("code")
			e.Params.Set("error", strings.Repeat("x", 1000))
			e.Params.Set("error_description", strings.Repeat("y", 1000))
		}, auth.CodeAuthorizationError},
		{"response: endless code", redirect, setParam("code", strings.Repeat("x", 4097)), auth.CodeAuthorizationError},
		{"response: another's code", redirect, setParam("code", "4/0Astolen-code-of-somebody-else"), auth.CodeTokenInvalidGrant},

		// Token response.
		{"token: a page", transport, answer("token", 200, "text/html", "<html>oops</html>"), auth.CodeProviderHTML},
		{"token: a page with an error status", transport, answer("token", 400, "text/html", "<html>oops</html>"), auth.CodeProviderHTML},
		{"token: 500", transport, answer("token", 500, "text/plain", "oops"), auth.CodeServerBusy},
		{"token: 429", transport, answer("token", 429, "application/json", `{"error":"slow_down"}`), auth.CodeServerBusy},
		{"token: invalid_client", transport, answer("token", 401, "application/json", `{"error":"invalid_client"}`), auth.CodeTokenInvalidClient},
		{"token: client_secret is missing", transport, answer("token", 400, "application/json",
			`{"error":"invalid_request","error_description":"client_secret is missing."}`), auth.CodeTokenInvalidClient},
		{"token: redirect", transport, func(e *mockprovider.Event) {
			if e.Endpoint == "token" {
				e.Header.Set("Location", "http://127.0.0.1:1/steal")
				e.Status, e.Body = http.StatusTemporaryRedirect, []byte("{}")
			}
		}, auth.CodeProviderUnreachable},
		{"token: error with status 200", token, func(e *mockprovider.Event) { e.Object.Set("error", "invalid_grant") }, auth.CodeTokenInvalidGrant},
		{"token: no access token", token, del("access_token"), auth.CodeTokenResponseInvalid},
		{"token: endless access token", token, set("access_token", strings.Repeat("x", 64<<10+1)), auth.CodeTokenResponseInvalid},
		{"token: access token with a line break", token, set("access_token", "a\r\nX-Evil: 1"), auth.CodeTokenResponseInvalid},
		{"token: endless junk type", token, set("token_type", strings.Repeat("x", 5000)), auth.CodeTokenResponseInvalid},
		{"token: endless error", transport, answer("token", 400, "application/json", `{"error":"`+strings.Repeat("x", 5000)+`"}`), auth.CodeTokenEndpointError},
		{"token: junk type", token, set("token_type", "Basic"), auth.CodeTokenResponseInvalid},
		{"token: no type", token, del("token_type"), auth.CodeTokenResponseInvalid},
		{"token: type in other letters (legal)", token, set("token_type", "bEARER"), ""},
		{"token: negative life", token, set("expires_in", -1), auth.CodeTokenResponseInvalid},
		{"token: no expires_in (legal)", token, del("expires_in"), ""},
		{"token: expires_in as a string (legal enough)", token, set("expires_in", "3600"), ""},
		{"token: no scope (legal)", token, del("scope"), ""},
		{"token: no refresh token", token, del("refresh_token"), ""},
		{"token: no ID token", token, del("id_token"), auth.CodeIDTokenMissing},

		// ID token: claims.
		{"id_token: another issuer", claims, set("iss", "https://evil.example"), auth.CodeIDTokenIssuer},
		{"id_token: no issuer", claims, del("iss"), auth.CodeIDTokenIssuer},
		{"id_token: Google's bare issuer from elsewhere", claims, set("iss", "accounts.google.com"), auth.CodeIDTokenIssuer},
		{"id_token: no subject", claims, del("sub"), auth.CodeIDTokenSubject},
		{"id_token: endless subject", claims, set("sub", strings.Repeat("1", 256)), auth.CodeIDTokenSubject},
		{"id_token: subject that is not ASCII", claims, set("sub", "ada\u0435"), auth.CodeIDTokenSubject},
		{"id_token: subject with a line break", claims, set("sub", "ada\nadmin"), auth.CodeIDTokenSubject},
		{"id_token: another audience", claims, set("aud", "somebody-else"), auth.CodeIDTokenAudience},
		{"id_token: no audience", claims, del("aud"), auth.CodeIDTokenAudience},
		{"id_token: second audience", claims, func(e *mockprovider.Event) {
			e.Object.Set("aud", []any{e.ClientID, "somebody-else"})
		}, auth.CodeIDTokenAudience},
		{"id_token: audience as a list (legal)", claims, func(e *mockprovider.Event) { e.Object.Set("aud", []any{e.ClientID}) }, ""},
		{"id_token: azp of another client", claims, set("azp", "somebody-else"), auth.CodeIDTokenAzp},
		{"id_token: no azp (legal)", claims, del("azp"), ""},
		{"id_token: expired", claims, set("exp", now.Add(-10*time.Minute).Unix()), auth.CodeIDTokenExpired},
		{"id_token: expired within the tolerance (legal)", claims, set("exp", now.Add(-time.Minute).Unix()), ""},
		{"id_token: no exp", claims, del("exp"), auth.CodeIDTokenExpired},
		{"id_token: exp as a string", claims, set("exp", "tomorrow"), auth.CodeIDTokenInvalid},
		{"id_token: no iat", claims, del("iat"), auth.CodeIDTokenIat},
		{"id_token: iat in the future", claims, set("iat", now.Add(time.Hour).Unix()), auth.CodeIDTokenIat},
		{"id_token: iat a week ago", claims, set("iat", now.Add(-7*24*time.Hour).Unix()), auth.CodeIDTokenIat},
		{"id_token: nbf in the future", claims, set("nbf", now.Add(time.Hour).Unix()), auth.CodeIDTokenIat},
		{"id_token: another nonce", claims, set("nonce", "replayed"), auth.CodeIDTokenNonce},
		{"id_token: no nonce", claims, del("nonce"), auth.CodeIDTokenNonce},
		{"id_token: wrong at_hash", claims, set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"), auth.CodeIDTokenAtHash},
		{"id_token: empty at_hash", claims, set("at_hash", ""), auth.CodeIDTokenAtHash},
		{"id_token: no at_hash (legal)", claims, del("at_hash"), ""},
		{"id_token: email_verified as a string (legal enough)", claims, set("email_verified", "true"), ""},

		// ID token: header and signature.
		{"id_token: alg none", compact, func(e *mockprovider.Event) {
			parts := strings.Split(e.Text, ".")
			e.Text = "eyJhbGciOiJub25lIn0." + parts[1] + "."
		}, auth.CodeIDTokenSignature},
		{"id_token: signature cut off", compact, func(e *mockprovider.Event) {
			e.Text = e.Text[:strings.LastIndex(e.Text, ".")+1]
		}, auth.CodeIDTokenSignature},
		{"id_token: signature of other claims", compact, func(e *mockprovider.Event) {
			i := strings.LastIndex(e.Text, ".") + 1
			e.Text = e.Text[:i] + strings.Repeat("A", len(e.Text)-i)
		}, auth.CodeIDTokenSignature},
		{"id_token: no JWS at all", compact, func(e *mockprovider.Event) { e.Text = "hello" }, auth.CodeIDTokenInvalid},
		{"id_token: unknown kid", header, set("kid", "nobody"), auth.CodeIDTokenSignature},
		{"id_token: no kid, one key (legal)", header, del("kid"), ""},

		// Key set.
		{"keys: none", jwks, set("keys", []any{}), auth.CodeJWKSEmpty},
		{"keys: no list", jwks, set("keys", "none"), auth.CodeJWKSEmpty},
		{"keys: of unknown kinds only", jwks, set("keys", []any{map[string]any{"kty": "moon"}}), auth.CodeJWKSEmpty},
		{"keys: symmetric only", jwks, set("keys", []any{map[string]any{"kty": "oct", "k": "c2VjcmV0"}}), auth.CodeJWKSEmpty},
		{"keys: an unknown kind beside the right one (legal)", jwks, func(e *mockprovider.Event) {
			e.Object.Set("keys", append([]any{map[string]any{"kty": "moon"}}, listOf(e.Object.Get("keys"))...))
		}, ""},
		{"keys: a page", transport, answer("jwks", 200, "text/html", "<html></html>"), auth.CodeProviderHTML},
		{"keys: 10 MiB", transport, answer("jwks", 200, "application/json", `{"keys":["`+strings.Repeat("x", 10<<20)+`"]}`), auth.CodeProviderUnreachable},
	}
}

func TestHostileProvider(t *testing.T) {
	for _, b := range bends() {
		t.Run(b.name, func(t *testing.T) {
			var bent atomic.Int32 // keys are asked for twice, ahead and when they are needed
			w := newWorld(t, nil, mockprovider.WithHook(b.stage, func(e *mockprovider.Event) {
				if e.Endpoint == "revoke" {
					return
				}
				bent.Add(1)
				b.bend(e)
			}))
			pending, err := w.signIn()
			if bent.Load() == 0 {
				t.Fatal("nothing was bent: the test proves nothing")
			}
			if b.want == "" {
				if err != nil {
					t.Fatalf("a legal oddity was refused: %v", err)
				}
				pending.Discard(t.Context())
				return
			}
			wantCode(t, err, b.want)
			if p := auth.AsProblem(err); len(p.Error()) > 700 || len(p.Values["Error"]) > 70 {
				t.Errorf("the error is as long as the provider likes: %d bytes, value %d", len(p.Error()), len(p.Values["Error"]))
			}
			if text := err.Error(); strings.ContainsAny(text, "\x1b\n\r") || strings.Contains(text, w.server.ClientSecret()) {
				t.Errorf("the error's text is not clean: %q", text)
			}
			if n := w.count("token", ""); n > 1 {
				t.Errorf("the code was sent %d times, want once", n)
			}
			if list, _ := w.client.Accounts(); len(list) != 0 {
				t.Errorf("an account was stored: %v", list)
			}
		})
	}
}

// A provider that is away, or slow, meets a clear error and a deadline.
func TestProviderAway(t *testing.T) {
	w := newWorld(t, nil)
	w.server.Close()
	_, err := w.signIn()
	wantCode(t, err, auth.CodeProviderUnreachable)
}

// An error that echoes what it was sent must not reach our error's text.
func TestServerThatEchoesSecrets(t *testing.T) {
	var sent string
	w := newWorld(t, nil, mockprovider.WithHook(transport, func(e *mockprovider.Event) {
		if e.Endpoint == "token" {
			sent = e.Params.Get("code_verifier")
			e.Status, e.Body = http.StatusBadRequest, fmt.Appendf(nil, "you sent %v", e.Params.All())
		}
	}))
	_, err := w.signIn()
	if err == nil || sent == "" {
		t.Fatalf("error = %v, verifier %q", err, sent)
	}
	for _, secret := range []string{sent, w.server.ClientSecret()} {
		if p := auth.AsProblem(err); strings.Contains(err.Error(), secret) || strings.Contains(p.Detail(), secret) {
			t.Errorf("the error holds what was sent: %v", err)
		}
	}
}
