package mockprovider

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// maxOldKeys is how many keys are published beside the current one.
const maxOldKeys = 8

// keyring holds the signing keys: the current one, and those before it for as
// long as tokens live that they signed. The first is made when it is needed,
// because an RSA key takes some 50 ms and most tests start more providers than
// they sign tokens.
type keyring struct {
	algorithm string

	mu  sync.Mutex
	key *signingKey
	old []*signingKey // oldest first
}

type signingKey struct {
	id      string
	private crypto.Signer
	// until is when the last token ends that the key signed; zero while it is
	// the current one.
	until time.Time
}

func newKeyring(algorithm string) *keyring { return &keyring{algorithm: algorithm} }

// current returns the key, making it if there is none yet.
func (k *keyring) current() (*signingKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.currentLocked()
}

func (k *keyring) currentLocked() (*signingKey, error) {
	if k.key != nil {
		return k.key, nil
	}
	private, err := newPrivateKey(k.algorithm)
	if err != nil {
		return nil, fmt.Errorf("making the %s key: %w", k.algorithm, err)
	}
	k.key, err = newSigningKey(private)
	return k.key, err
}

func newPrivateKey(algorithm string) (crypto.Signer, error) {
	switch algorithm {
	case ES256:
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case EdDSA:
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	}
	return rsa.GenerateKey(rand.Reader, 2048)
}

// newSigningKey names a key by its RFC 7638 thumbprint.
func newSigningKey(private crypto.Signer) (*signingKey, error) {
	thumb, err := (&jose.JSONWebKey{Key: private.Public()}).Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("naming the key: %w", err)
	}
	return &signingKey{id: base64.RawURLEncoding.EncodeToString(thumb[:12]), private: private}, nil
}

// rotate makes a new key for what is signed from now on. The old one stays in
// the key set until the given time.
func (k *keyring) rotate(until time.Time) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	before := k.key
	k.key = nil
	if _, err := k.currentLocked(); err != nil {
		k.key = before
		return err
	}
	if before != nil {
		before.until = until
		k.old = append(k.old, before)
		k.old = k.old[max(0, len(k.old)-maxOldKeys):]
	}
	return nil
}

// living returns the keys that are published at a time, the current one first.
func (k *keyring) living(now time.Time) ([]*signingKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	key, err := k.currentLocked()
	if err != nil {
		return nil, err
	}
	k.old = slices.DeleteFunc(k.old, func(old *signingKey) bool { return !now.Before(old.until) })
	return append([]*signingKey{key}, k.old...), nil
}

// public returns the key set (RFC 7517) at a time.
func (k *keyring) public(now time.Time) (*Object, error) {
	keys, err := k.living(now)
	if err != nil {
		return nil, err
	}
	var set []json.RawMessage
	for _, key := range keys {
		data, err := json.Marshal(jose.JSONWebKey{
			Key: key.private.Public(), KeyID: key.id, Algorithm: k.algorithm, Use: "sig",
		})
		if err != nil {
			return nil, fmt.Errorf("encoding the key: %w", err)
		}
		set = append(set, data)
	}
	return new(Object).Set("keys", set), nil
}

// sign returns the compact JWS over header and claims (RFC 7515 §7.1). The
// header is signed as it is given, byte for byte, so that a hook can put
// anything into it; the key and its algorithm stay the provider's.
func (k *keyring) sign(header, claims *Object) (string, error) {
	key, err := k.current()
	if err != nil {
		return "", err
	}
	h, err := header.MarshalJSON()
	if err != nil {
		return "", fmt.Errorf("encoding the header: %w", err)
	}
	c, err := claims.MarshalJSON()
	if err != nil {
		return "", fmt.Errorf("encoding the claims: %w", err)
	}
	b64 := base64.RawURLEncoding
	text := b64.AppendEncode(make([]byte, 0, b64.EncodedLen(len(h))+b64.EncodedLen(len(c))+350), h)
	text = b64.AppendEncode(append(text, '.'), c)
	signature, err := key.signature(text)
	if err != nil {
		return "", fmt.Errorf("signing: %w", err)
	}
	return string(b64.AppendEncode(append(text, '.'), signature)), nil
}

// signature signs in the form of JWS (RFC 7518 §3.3, §3.4, RFC 8037 §3.1).
func (key *signingKey) signature(text []byte) ([]byte, error) {
	sum := sha256.Sum256(text)
	switch private := key.private.(type) {
	case *ecdsa.PrivateKey:
		r, s, err := ecdsa.Sign(rand.Reader, private, sum[:])
		if err != nil {
			return nil, err
		}
		out := make([]byte, 64)
		r.FillBytes(out[:32])
		s.FillBytes(out[32:])
		return out, nil
	case ed25519.PrivateKey:
		return ed25519.Sign(private, text), nil
	}
	return key.private.Sign(rand.Reader, sum[:], crypto.SHA256)
}

// verify returns the claims of a compact JWS that one of the keys signed.
func (k *keyring) verify(compact string, now time.Time) ([]byte, bool) {
	signed, err := jose.ParseSignedCompact(compact, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(k.algorithm)})
	if err != nil {
		return nil, false
	}
	keys, err := k.living(now)
	if err != nil {
		return nil, false
	}
	for _, key := range keys {
		if payload, err := signed.Verify(key.private.Public()); err == nil {
			return payload, true
		}
	}
	return nil, false
}

// keyData is a key in a snapshot.
type keyData struct {
	PKCS8 []byte    `json:"pkcs8"`
	Until time.Time `json:"until,omitzero"`
}

// export returns the keys, the current one last, none if none was made yet.
func (k *keyring) export() ([]keyData, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.key == nil {
		return nil, nil
	}
	var out []keyData
	for _, key := range append(slices.Clone(k.old), k.key) {
		der, err := x509.MarshalPKCS8PrivateKey(key.private)
		if err != nil {
			return nil, fmt.Errorf("encoding the key: %w", err)
		}
		out = append(out, keyData{der, key.until})
	}
	return out, nil
}

// restore sets the keys. Keys of another algorithm are dropped, for the
// algorithm asked for now is what counts.
func (k *keyring) restore(data []keyData) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i, d := range data {
		parsed, err := x509.ParsePKCS8PrivateKey(d.PKCS8)
		if err != nil {
			return fmt.Errorf("reading the key: %w", err)
		}
		private, ok := parsed.(crypto.Signer)
		if !ok || algorithmOf(private) != k.algorithm {
			continue
		}
		key, err := newSigningKey(private)
		if err != nil {
			return err
		}
		if i == len(data)-1 {
			k.key = key
			continue
		}
		key.until = d.Until
		k.old = append(k.old, key)
	}
	return nil
}

// algorithmOf returns the algorithm that goes with a key, "" if there is none.
func algorithmOf(private crypto.Signer) string {
	switch key := private.(type) {
	case *rsa.PrivateKey:
		return RS256
	case *ecdsa.PrivateKey:
		if key.Curve == elliptic.P256() {
			return ES256
		}
	case ed25519.PrivateKey:
		return EdDSA
	}
	return ""
}

// RotateKeys makes a new signing key. The one before stays in the key set
// until the ID tokens that it signed have expired.
func (p *Provider) RotateKeys() error {
	if err := p.keys.rotate(p.Now().Add(p.idTokenLifetime())); err != nil {
		return fmt.Errorf("mock provider: %w", err)
	}
	return nil
}
