package auth

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"

	"app.latchkey/auth/flow"
)

// The rules here are pure functions, and some of their cases can't be had from
// a provider through a browser: the receiver refuses them before.

func TestValidateAuthorizationResponse(t *testing.T) {
	p := Provider{Issuer: "https://id.example"}
	r := authorizationRequest{state: NewSecret("the state")}
	good := url.Values{"state": {"the state"}, "code": {"the code"}, "iss": {p.Issuer}}
	for _, c := range []struct {
		name   string
		change func(url.Values)
		want   Code
	}{
		{"good", func(url.Values) {}, ""},
		{"another state", func(q url.Values) { q.Set("state", "another") }, CodeAuthorizationError},
		{"no state", func(q url.Values) { q.Del("state") }, CodeAuthorizationError},
		{"error with another state", func(q url.Values) { q.Set("state", "another"); q.Set("error", "access_denied") }, CodeAuthorizationError},
		{"error of another issuer", func(q url.Values) { q.Set("iss", "https://evil.example"); q.Set("error", "access_denied") }, CodeIssMismatch},
		{"code twice", func(q url.Values) { q.Add("code", "the code") }, CodeAuthorizationError},
		{"state twice", func(q url.Values) { q.Add("state", "another") }, CodeAuthorizationError},
		{"iss twice", func(q url.Values) { q.Add("iss", "https://evil.example") }, CodeAuthorizationError},
		{"error twice", func(q url.Values) { q["error"] = []string{"access_denied", "x"} }, CodeAuthorizationError},
		{"denied", func(q url.Values) { q.Set("error", "access_denied") }, CodeAccessDenied},
		{"no code", func(q url.Values) { q.Del("code") }, CodeAuthorizationError},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := maps.Clone(good)
			for k := range q {
				q[k] = slices.Clone(q[k])
			}
			c.change(q)
			if _, _, err := validateAuthorizationResponse(q, r, p, Metadata{}); CodeOf(err) != c.want {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func TestSigningAlgorithms(t *testing.T) {
	for _, c := range []struct {
		name         string
		listed, want []string
	}{
		{"not listed", nil, []string{"RS256"}},
		{"symmetric and none", []string{"none", "HS256", "HS384", "HS512"}, []string{}},
		{"one of ours", []string{"HS256", "ES256", "XY512"}, []string{"ES256"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := (Metadata{SigningAlgorithms: c.listed}).signingAlgorithms(); !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestAccessTokenHash(t *testing.T) {
	half := func(b []byte) string { return base64.RawURLEncoding.EncodeToString(b[:len(b)/2]) }
	s256, s384, s512 := sha256.Sum256([]byte("token")), sha512.Sum384([]byte("token")), sha512.Sum512([]byte("token"))
	for alg, want := range map[string]string{
		"RS256": half(s256[:]), "ES256": half(s256[:]), "PS256": half(s256[:]),
		"RS384": half(s384[:]), "ES384": half(s384[:]), "PS384": half(s384[:]),
		"RS512": half(s512[:]), "ES512": half(s512[:]), "PS512": half(s512[:]), "EdDSA": half(s512[:]),
	} {
		if got, ok := accessTokenHash(alg, "token"); !ok || got != want {
			t.Errorf("%s: %q, %v; want %q", alg, got, ok, want)
		}
	}
	for _, alg := range signingAlgorithms {
		if _, ok := accessTokenHash(alg, "token"); !ok {
			t.Errorf("%s is accepted for ID tokens, but no access token can be hashed for it", alg)
		}
	}
	if _, ok := accessTokenHash("none", "token"); ok {
		t.Error("an unknown algorithm has a hash")
	}
}

func TestValidSubject(t *testing.T) {
	for subject, want := range map[string]bool{
		"1": true, strings.Repeat("x", 255): true, "auth0|ada lovelace~": true,
		"": false, strings.Repeat("x", 256): false, "ada\x00": false, "ada\x7f": false, "ad\u0430": false,
	} {
		if validSubject(subject) != want {
			t.Errorf("validSubject(%q) = %v, want %v", subject, !want, want)
		}
	}
}

// goodClaims pass for the client "client" at p.
func goodClaims(p Provider, now time.Time) claims {
	exp, iat := float64(now.Add(time.Hour).Unix()), float64(now.Unix())
	return claims{Issuer: p.Issuer, Subject: "1", Audience: audience{"client"}, Nonce: "n", Expiry: &exp, IssuedAt: &iat}
}

// Google's ID tokens may name it without https://, and only Google's.
func TestIssuerAlias(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		name     string
		provider Provider
		iss      string
		ok       bool
	}{
		{"Google", Google("client", "secret"), "https://accounts.google.com", true},
		{"Google, bare", Google("client", "secret"), "accounts.google.com", true},
		{"a mock of Google", GoogleAt("https://id.example", "", "client", "secret"), "https://id.example", true},
		{"a mock of Google, bare", GoogleAt("https://id.example", "", "client", "secret"), "accounts.google.com", false},
		{"a mock that says it is Google", GoogleAt("https://id.example", "", "client", "secret"), "https://accounts.google.com", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := goodClaims(c.provider, now)
			got.Issuer = c.iss
			_, err := checkClaims(got, "RS256", expectation{provider: c.provider, nonce: "n", now: now})
			if (err == nil) != c.ok {
				t.Errorf("error %v, want good: %v", err, c.ok)
			}
		})
	}
}

// Account is the provider's own issuer, not the alias in the token.
func TestIdentityHasTheConfiguredIssuer(t *testing.T) {
	c := goodClaims(Google("client", ""), time.Now())
	c.Issuer = "accounts.google.com"
	if got := c.identity(GoogleIssuer).Issuer; got != GoogleIssuer {
		t.Errorf("Issuer = %q", got)
	}
}

func TestFreshAt(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		name           string
		left, lifetime time.Duration
		want           bool
	}{
		{"an hour's, at its beginning", time.Hour, time.Hour, true},
		{"an hour's, 61 s before its end", 61 * time.Second, time.Hour, true},
		{"an hour's, 59 s before its end", 59 * time.Second, time.Hour, false},
		{"a minute's, at its beginning", time.Minute, time.Minute, true},
		{"a minute's, 7 s before its end", 7 * time.Second, time.Minute, true},
		{"a minute's, 5 s before its end", 5 * time.Second, time.Minute, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := NewToken(NewSecret("x"), now.Add(c.left)).freshAt(now, c.lifetime); got != c.want {
				t.Errorf("fresh: %v, want %v", got, c.want)
			}
		})
	}
	if !NewToken(NewSecret("x"), time.Time{}).freshAt(now, 0) {
		t.Error("a token that lives until revoked is not fresh")
	}
	if NewToken(Secret{}, now.Add(time.Hour)).freshAt(now, time.Hour) {
		t.Error("no token is fresh")
	}
}

func TestNoExpiresInWhereTheProviderMeansNever(t *testing.T) {
	for _, never := range []bool{true, false} {
		p := Provider{Quirks: Quirks{NoExpiry: never}}
		got, err := validateTokenResponse(PhaseToken, &oauth2.Token{AccessToken: "x", TokenType: "Bearer"}, p, nil, time.Now(), nil)
		if err != nil || got.token.Expiry().IsZero() != never {
			t.Errorf("NoExpiry %v: expiry %v, %v", never, got.token.Expiry(), err)
		}
	}
}

// key is a public key as a JWKS has it.
func key(t *testing.T, change func(*jose.JSONWebKey)) json.RawMessage {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k := jose.JSONWebKey{Key: private.Public(), KeyID: "a", Algorithm: "ES256", Use: "sig"}
	if change != nil {
		change(&k)
	}
	if k.Key == nil {
		k.Key = private
	}
	b, err := json.Marshal(k)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func keySet(t *testing.T, keys ...json.RawMessage) []byte {
	t.Helper()
	b, err := json.Marshal(map[string]any{"keys": keys})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestParseKeys(t *testing.T) {
	one := key(t, nil)
	for _, c := range []struct {
		name string
		keys []json.RawMessage
		want int // 0: refused
	}{
		{"one", []json.RawMessage{one}, 1},
		{"without use", []json.RawMessage{key(t, func(k *jose.JSONWebKey) { k.Use = "" })}, 1},
		{"for encryption", []json.RawMessage{key(t, func(k *jose.JSONWebKey) { k.Use = "enc" })}, 0},
		{"private", []json.RawMessage{key(t, func(k *jose.JSONWebKey) { k.Key = nil })}, 0},
		{"symmetric", []json.RawMessage{json.RawMessage(`{"kty":"oct","k":"c2VjcmV0","kid":"a"}`)}, 0},
		{"private beside public", []json.RawMessage{key(t, func(k *jose.JSONWebKey) { k.Key = nil }), one}, 1},
		{"as many as are read", slices.Repeat([]json.RawMessage{one}, 100), 100},
		{"one too many", slices.Repeat([]json.RawMessage{one}, 101), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := parseKeys(keySet(t, c.keys...))
			if len(got) != c.want || (err == nil) != (c.want > 0) {
				t.Errorf("%d keys, %v; want %d", len(got), err, c.want)
			}
		})
	}
}

func TestCandidates(t *testing.T) {
	keys := []publicKey{{JSONWebKey: jose.JSONWebKey{KeyID: "a", Algorithm: "ES256"}}, {JSONWebKey: jose.JSONWebKey{KeyID: "a", Algorithm: "RS256"}},
		{JSONWebKey: jose.JSONWebKey{KeyID: "b"}}}
	for _, c := range []struct {
		name string
		h    header
		want int
	}{
		{"kid and alg", header{Alg: "ES256", Kid: "a"}, 1},
		{"key that declares no alg", header{Alg: "ES256", Kid: "b"}, 1},
		{"key of another alg", header{Alg: "PS256", Kid: "a"}, 0},
		{"no kid", header{Alg: "ES256"}, 2},
		{"unknown kid", header{Alg: "ES256", Kid: "c"}, 0},
	} {
		if got := candidates(keys, c.h, nil); len(got) != c.want {
			t.Errorf("%s: %d keys, want %d", c.name, len(got), c.want)
		}
	}
}

// A token signed with the public key as the secret of HS256.
func TestSymmetricSignatureIsRefused(t *testing.T) {
	public := key(t, nil)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: []byte(public)},
		&jose.SignerOptions{ExtraHeaders: map[jose.HeaderKey]any{"kid": "a"}})
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign([]byte(`{"sub":"1"}`))
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := signed.CompactSerialize()
	keys, err := parseKeys(keySet(t, public))
	if err != nil {
		t.Fatal(err)
	}
	for _, algorithms := range [][]string{signingAlgorithms, {"ES256"}, {"ES256", "HS256"}} {
		if _, err := (tokenKeys{keys: keys, algorithms: algorithms}).VerifySignature(t.Context(), raw); err == nil {
			t.Errorf("accepted where %q are", algorithms)
		}
	}
}

// When the key set is read: first, when it is old, and for an unknown kid, but
// not as often as forged tokens come.
func TestWhenKeysAreRead(t *testing.T) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	// The kid "" is of a token that names no key and that none has signed.
	tokenOf := func(kid string) string {
		if kid != "a" {
			h, _ := json.Marshal(header{Alg: "ES256", Kid: kid})
			return base64.RawURLEncoding.EncodeToString(h) + ".e30.c2ln"
		}
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: private, KeyID: kid}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		jws, err := signer.Sign([]byte("{}"))
		if err != nil {
			t.Fatal(err)
		}
		raw, err := jws.CompactSerialize()
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	now, read := time.Now(), 0
	set := keySet(t, key(t, func(k *jose.JSONWebKey) { k.Key = private.Public() }))
	cache := &keyCache{now: func() time.Time { return now }, reading: newGate(),
		fetch: func(context.Context, string) ([]byte, error) { read++; return set, nil }}
	for i, step := range []struct {
		after time.Duration
		kid   string
		want  int
		why   string
	}{
		{0, "unknown", 1, "the set was read this very moment"},
		{0, "a", 1, "the key is there"},
		{time.Second, "unknown", 2, "the provider may have rotated its keys"},
		{30 * time.Second, "unknown", 2, "a minute has not passed since"},
		{29 * time.Second, "unknown", 2, "a minute has not passed since"},
		{2 * time.Second, "unknown", 3, "a minute has passed"},
		{61 * time.Second, "", 4, "the key may have been replaced under no name"},
		{time.Second, "", 4, "a minute has not passed since"},
		{14*time.Minute + 58*time.Second, "a", 4, "the set is not fifteen minutes old"},
		{2 * time.Second, "a", 5, "the set is more than fifteen minutes old"},
	} {
		now = now.Add(step.after)
		if _, err := cache.forToken(t.Context(), tokenOf(step.kid), []string{"ES256"}); err != nil {
			t.Fatal(err)
		}
		if read != step.want {
			t.Fatalf("step %d: the keys were read %d times, want %d: %s", i+1, read, step.want, step.why)
		}
	}
}

func TestErrorsOfATokenEndpointAreNotQuoted(t *testing.T) {
	secret := "what the server echoes"
	err := &oauth2.RetrieveError{ErrorCode: "invalid_grant", ErrorDescription: secret, Body: []byte(secret)}
	p := tokenProblem(PhaseToken, Provider{Issuer: "https://id.example"}, fmt.Errorf("around: %w", err))
	if p.Code != CodeTokenInvalidGrant || strings.Contains(p.Error(), secret) || strings.Contains(p.Detail(), secret) {
		t.Errorf("%v", p)
	}
}

// TestChallengeCheckCanFail: the record says so when the request carried another
// challenge than the verifier's.
func TestChallengeCheckCanFail(t *testing.T) {
	r := newAuthorizationRequest(Provider{ClientID: "c"}, Metadata{AuthorizationEndpoint: "https://p.example/a"}, "http://127.0.0.1:1/callback", requestOptions{})
	if got := r.challengeCheck(); got.Verdict != flow.Passed {
		t.Errorf("the request as it was made: %+v", got)
	}
	r.verifier = random()
	if got := r.challengeCheck(); got.Verdict != flow.Failed || got.Expected == got.Got {
		t.Errorf("another verifier: %+v", got)
	}
	r.url = NewSecret("https://p.example/a")
	if got := r.challengeCheck(); got.Verdict != flow.Failed {
		t.Errorf("no challenge was sent: %+v", got)
	}
}
