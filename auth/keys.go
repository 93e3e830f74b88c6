package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
)

const (
	keysFreshFor = 15 * time.Minute // after that the key set is read again; a person may be long in the browser
	keysCooldown = time.Minute      // between two readings forced by a token that no key fits, so that forged ones cannot make us flood the provider
	maxKeys      = 100
)

// keyCache holds a provider's public keys (its JWKS, RFC 7517).
type keyCache struct {
	fetch func(ctx context.Context, address string) ([]byte, error) // reads the key set's document; "": where the metadata say
	now   func() time.Time
	// perIssuer: a key counts only for the issuer that it names in a member of
	// Microsoft's own. Keys of all tenants lie in one set there, and some sign for
	// one tenant only.
	perIssuer bool

	reading gate // guards what follows; held while the key set is read
	keys    []publicKey
	fetched time.Time
	forced  time.Time // when a token that no key fits last forced a reading
}

// publicKey is a key of the set.
type publicKey struct {
	jose.JSONWebKey
	issuer string // for which it signs; may be a template; "" where it does not say
}

// prefetch reads the key set at address unless it is there. Who needs a key
// meanwhile waits for it; if it fails, they try themselves.
func (c *keyCache) prefetch(ctx context.Context, address string) {
	if c.reading.lock(ctx) != nil {
		return
	}
	defer c.reading.unlock()
	if now := c.now(); c.stale(now) {
		_ = c.read(ctx, now, address) // whoever needs a key learns why there is none
	}
}

func (c *keyCache) stale(now time.Time) bool {
	return c.keys == nil || now.Sub(c.fetched).Abs() > keysFreshFor
}

// forToken returns the keys that may have signed raw. The set is read again
// when it is old, or when no key of it fits: providers rotate keys just before
// they sign, and not all of them name their keys.
func (c *keyCache) forToken(ctx context.Context, raw string, algorithms []string) (oidc.KeySet, error) {
	h := headerOf(raw)
	if err := c.reading.lock(ctx); err != nil {
		return nil, problem(PhaseIdentity, CodeProviderUnreachable, NextRetry, err)
	}
	defer c.reading.unlock()
	now := c.now()
	if c.stale(now) {
		if err := c.read(ctx, now, ""); err != nil {
			return nil, err
		}
	}
	keys := tokenKeys{keys: candidates(c.keys, h, c.signer(raw)), algorithms: algorithms}
	if now.Sub(c.forced) >= keysCooldown && !now.Equal(c.fetched) && !keys.fit(ctx, raw) {
		c.forced = now
		if err := c.read(ctx, now, ""); err != nil {
			return nil, err
		}
		keys.keys = candidates(c.keys, h, c.signer(raw))
	}
	return keys, nil
}

// read reads the key set at address, "" meaning where the metadata say.
func (c *keyCache) read(ctx context.Context, now time.Time, address string) error {
	body, err := c.fetch(ctx, address)
	if err != nil {
		return err
	}
	keys, err := parseKeys(body)
	if err != nil {
		return problem(PhaseIdentity, CodeJWKSEmpty, NextRetry, err)
	}
	c.keys, c.fetched = keys, now
	return nil
}

// parseKeys reads a JWKS. Keys of unknown kinds are passed over (RFC 7517 §5);
// private and symmetric ones have no place there and are too.
func parseKeys(body []byte) ([]publicKey, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &set); err != nil {
		return nil, errors.New("the provider's key set is no JSON object with a list \"keys\" (RFC 7517 §5)")
	}
	if len(set.Keys) > maxKeys {
		return nil, fmt.Errorf("the provider's key set has %d keys; at most %d are read", len(set.Keys), maxKeys)
	}
	var keys []publicKey
	for _, raw := range set.Keys {
		var k jose.JSONWebKey
		if k.UnmarshalJSON(raw) != nil || !k.Valid() || !k.IsPublic() || k.Use == "enc" {
			continue
		}
		var members map[string]json.RawMessage
		_ = json.Unmarshal(raw, &members) // it was a key just now
		keys = append(keys, publicKey{k, text(members["issuer"])})
	}
	if len(keys) == 0 {
		return nil, errors.New("the provider's key set has no usable key for signatures")
	}
	return keys, nil
}

type header struct {
	Alg string `json:"alg"`
	Kid string `json:"kid"`
}

// signer says who claims to have signed a token: issuer and tenant, unverified.
// It only chooses among keys; nil where every key may sign for everybody.
func (c *keyCache) signer(raw string) *claims {
	if !c.perIssuer {
		return nil
	}
	said := claims{}
	if parts := strings.Split(raw, "."); len(parts) == 3 {
		if b, err := base64url(parts[1]); err == nil {
			_ = json.Unmarshal(b, &said)
		}
	}
	return &said
}

// candidates are the keys with the token's kid, or all where it names none. A
// key that declares another alg is never tried, nor one that signs for another
// issuer than the token's.
func candidates(keys []publicKey, h header, signer *claims) []publicKey {
	return slices.DeleteFunc(slices.Clone(keys), func(k publicKey) bool {
		return h.Kid != "" && k.KeyID != h.Kid || k.Algorithm != "" && k.Algorithm != h.Alg ||
			signer != nil && k.issuer != "" && strings.Replace(k.issuer, tenantPlaceholder, signer.Tenant, 1) != signer.Issuer
	})
}

// tokenKeys implements oidc.KeySet for one token.
type tokenKeys struct {
	keys       []publicKey
	algorithms []string
}

func (t tokenKeys) fit(ctx context.Context, raw string) bool {
	_, err := t.VerifySignature(ctx, raw)
	return err == nil
}

// VerifySignature implements oidc.KeySet. go-jose refuses a key whose type does
// not fit the algorithm, which closes HS256-with-the-public-key.
func (t tokenKeys) VerifySignature(_ context.Context, raw string) ([]byte, error) {
	algorithms := make([]jose.SignatureAlgorithm, len(t.algorithms))
	for i, a := range t.algorithms {
		algorithms[i] = jose.SignatureAlgorithm(a)
	}
	jws, err := jose.ParseSignedCompact(raw, algorithms)
	if err != nil {
		return nil, fmt.Errorf("parsing the token: %w", err)
	}
	if len(t.keys) == 0 {
		return nil, errors.New("no key of the provider fits the token's kid and alg")
	}
	for _, k := range t.keys {
		if payload, err := jws.Verify(k.JSONWebKey); err == nil {
			return payload, nil
		}
	}
	return nil, errors.New("the signature fits none of the provider's keys")
}

// headerOf reads the header of a compact JWS before it is verified: only to
// choose a key. An unreadable one is the zero header, which verifies nothing.
func headerOf(raw string) (h header) {
	head, _, _ := strings.Cut(raw, ".")
	if b, err := base64url(head); err == nil {
		_ = json.Unmarshal(b, &h)
	}
	return h
}
