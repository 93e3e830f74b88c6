package mockprovider

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/go-jose/go-jose/v4"
)

// keyring holds the signing key. It is made at first use, because an RSA key
// takes some 50 ms and most tests start more providers than they sign tokens.
type keyring struct {
	algorithm string

	mu  sync.Mutex
	key *signingKey
}

type signingKey struct {
	id      string
	private crypto.Signer
}

func newKeyring(algorithm string) *keyring { return &keyring{algorithm: algorithm} }

// current returns the key, making it if there is none yet.
func (k *keyring) current() (*signingKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.key != nil {
		return k.key, nil
	}
	var private crypto.Signer
	var err error
	if k.algorithm == ES256 {
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	} else {
		private, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	if err != nil {
		return nil, fmt.Errorf("making the %s key: %w", k.algorithm, err)
	}
	k.key, err = newSigningKey(private)
	return k.key, err
}

// newSigningKey names a key by its RFC 7638 thumbprint.
func newSigningKey(private crypto.Signer) (*signingKey, error) {
	thumb, err := (&jose.JSONWebKey{Key: private.Public()}).Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("naming the key: %w", err)
	}
	return &signingKey{id: base64.RawURLEncoding.EncodeToString(thumb[:12]), private: private}, nil
}

// public returns the key set's member for the current key (RFC 7517).
func (k *keyring) public() (*Object, error) {
	key, err := k.current()
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(jose.JSONWebKey{
		Key: key.private.Public(), KeyID: key.id, Algorithm: k.algorithm, Use: "sig",
	})
	if err != nil {
		return nil, fmt.Errorf("encoding the key: %w", err)
	}
	return new(Object).Set("keys", []json.RawMessage{data}), nil
}

// sign returns the compact JWS over header and claims. The header is signed as
// it is given, byte for byte, so that a hook can put anything into it.
func (k *keyring) sign(header, claims *Object) (string, error) {
	key, err := k.current()
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("encoding the claims: %w", err)
	}
	extra := map[jose.HeaderKey]any{}
	for _, m := range header.Members() {
		if m.Name != "alg" {
			extra[jose.HeaderKey(m.Name)] = m.Value
		}
	}
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.SignatureAlgorithm(k.algorithm), Key: key.private},
		&jose.SignerOptions{ExtraHeaders: extra})
	if err != nil {
		return "", fmt.Errorf("making the signer: %w", err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("signing: %w", err)
	}
	return signed.CompactSerialize()
}

// export returns the key as PKCS #8, nil if none was made yet.
func (k *keyring) export() ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.key == nil {
		return nil, nil
	}
	return x509.MarshalPKCS8PrivateKey(k.key.private)
}

// restore sets the key from PKCS #8. A key of another algorithm is dropped,
// for the algorithm asked for now is what counts.
func (k *keyring) restore(der []byte) error {
	if len(der) == 0 {
		return nil
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return fmt.Errorf("reading the key: %w", err)
	}
	var private crypto.Signer
	switch key := parsed.(type) {
	case *rsa.PrivateKey:
		if k.algorithm == RS256 {
			private = key
		}
	case *ecdsa.PrivateKey:
		if k.algorithm == ES256 && key.Curve == elliptic.P256() {
			private = key
		}
	}
	if private == nil {
		return nil
	}
	key, err := newSigningKey(private)
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.key = key
	return nil
}

// rotate forgets the key, so that the next signature is made with a new one.
func (k *keyring) rotate() error {
	k.mu.Lock()
	k.key = nil
	k.mu.Unlock()
	_, err := k.current()
	return err
}
