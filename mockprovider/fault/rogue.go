package fault

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/go-jose/go-jose/v4"
)

// rogues are keys that the provider does not have, one for each algorithm,
// made when first needed and the same from then on: what is published must be
// what is signed with.
type rogues struct {
	mu   sync.Mutex
	keys map[string]crypto.Signer
}

func (r *rogues) key(algorithm string) (crypto.Signer, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if key := r.keys[algorithm]; key != nil {
		return key, nil
	}
	var key crypto.Signer
	var err error
	switch algorithm {
	case "ES256":
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "RS256":
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	case "EdDSA":
		_, key, err = ed25519.GenerateKey(rand.Reader)
	default:
		return nil, fmt.Errorf("no key for the algorithm %q", algorithm)
	}
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	if r.keys == nil {
		r.keys = map[string]crypto.Signer{}
	}
	r.keys[algorithm] = key
	return key, nil
}

// jwk returns the public half as a member of a key set.
func (r *rogues) jwk(algorithm, id string) (json.RawMessage, error) {
	key, err := r.key(algorithm)
	if err != nil {
		return nil, err
	}
	return json.Marshal(jose.JSONWebKey{Key: key.Public(), KeyID: id, Algorithm: algorithm, Use: "sig"})
}

var base64url = base64.RawURLEncoding

// sign returns header and payload, both base64url, as a compact JWS.
func sign(algorithm string, key crypto.Signer, header, payload string) (string, error) {
	input := header + "." + payload
	sum := sha256.Sum256([]byte(input))
	var signature []byte
	var err error
	switch k := key.(type) {
	case *ecdsa.PrivateKey:
		r, s, failed := ecdsa.Sign(rand.Reader, k, sum[:])
		if err = failed; err == nil {
			signature = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
		}
	case *rsa.PrivateKey:
		signature, err = rsa.SignPKCS1v15(rand.Reader, k, crypto.SHA256, sum[:])
	case ed25519.PrivateKey:
		signature = ed25519.Sign(k, []byte(input))
	default:
		err = errors.New("a key of another kind")
	}
	if err != nil {
		return "", fmt.Errorf("signing by %s: %w", algorithm, err)
	}
	return input + "." + base64url.EncodeToString(signature), nil
}

// hs256 signs with a shared secret.
func hs256(secret []byte, payload string) string {
	input := encodeSegment(`{"alg":"HS256","typ":"JWT"}`) + "." + payload
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(input))
	return input + "." + base64url.EncodeToString(mac.Sum(nil))
}

// publicPEM is a public key as the text that careless verifiers use as an
// HMAC's secret.
func publicPEM(key crypto.PublicKey) []byte {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return nil
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func encodeSegment(json string) string { return base64url.EncodeToString([]byte(json)) }

// parts are the segments of the compact token, and whether there are three.
func (b *bend) parts() (header, payload, signature string, ok bool) {
	p := strings.Split(b.Text, ".")
	if len(p) != 3 {
		return "", "", "", false
	}
	return p[0], p[1], p[2], true
}

// resign signs the token again with a rogue key, after changing its header.
func (b *bend) resign(algorithm string, change func(header map[string]any)) {
	header, payload, _, ok := b.parts()
	if !ok {
		return
	}
	raw, err := base64url.DecodeString(header)
	if err != nil {
		return
	}
	members := map[string]any{}
	if json.Unmarshal(raw, &members) != nil {
		return
	}
	members["alg"] = algorithm
	if change != nil {
		change(members)
	}
	if raw, err = json.Marshal(members); err != nil {
		return
	}
	key, err := b.engine.rogues.key(algorithm)
	if err != nil {
		return
	}
	if text, err := sign(algorithm, key, base64url.EncodeToString(raw), payload); err == nil {
		b.Text = text
	}
}

// otherAlgorithm is one that the provider does not sign with.
func (b *bend) otherAlgorithm() string {
	if b.Provider.Algorithm() == "ES256" {
		return "EdDSA"
	}
	return "ES256"
}

// publishRogue adds a rogue key to the key set, in front or behind.
func (b *bend) publishRogue(algorithm, id string, front bool) {
	jwk, err := b.engine.rogues.jwk(algorithm, id)
	if err != nil {
		return
	}
	keys := items(b.Object.Get("keys"))
	if front {
		keys = append([]any{jwk}, keys...)
	} else {
		keys = append(keys, jwk)
	}
	b.Object.Set("keys", keys)
}

// currentKeyID returns the name of the first key in the key set.
func (b *bend) currentKeyID() string {
	for _, k := range items(b.Object.Get("keys")) {
		if m, ok := k.(map[string]any); ok {
			id, _ := m["kid"].(string)
			return id
		}
	}
	return ""
}
