package opsuite

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The suite verifies with the standard library alone: a JOSE library that a
// provider also signs with would forgive it its own mistakes.

type key struct {
	KTY string `json:"kty"`
	KID string `json:"kid"`
	Alg string `json:"alg"`
	Use string `json:"use"`
	Crv string `json:"crv"`
	N   string `json:"n"`
	E   string `json:"e"`
	X   string `json:"x"`
	Y   string `json:"y"`
	D   string `json:"d"`
}

// keys reads the key set.
func (e *E) keys() []key {
	r := e.do(http.MethodGet, e.endpoint("jwks_uri"), "")
	var set struct {
		Keys []key `json:"keys"`
	}
	if err := json.Unmarshal([]byte(r.text), &set); err != nil || r.status != http.StatusOK || len(set.Keys) == 0 {
		e.fatalf("key set: %d, %v: %s", r.status, err, brief(r.text))
	}
	return set.Keys
}

// idToken verifies an ID token (OpenID Connect Core §3.1.3.7) and returns
// header and claims. It ends the case if there is none or it does not verify.
func (e *E) idToken(tokens reply, clientID string) (header, claims map[string]any) {
	compact := tokens.get("id_token")
	parts := strings.Split(compact, ".")
	if len(parts) != 3 {
		e.fatalf("the ID token is %q", brief(compact))
	}
	if err := errors.Join(decode(parts[0], &header), decode(parts[1], &claims)); err != nil {
		e.fatalf("the ID token: %v", err)
	}
	alg, _ := header["alg"].(string)
	kid, _ := header["kid"].(string)
	if !e.lists("id_token_signing_alg_values_supported", alg) {
		e.errorf("the ID token's alg %q is not advertised", alg)
	}
	keys := e.keys()
	if kid == "" && len(keys) > 1 {
		e.errorf("the ID token has no kid, and there are %d keys", len(keys))
	}
	err := errors.New("no key has the kid " + kid)
	for _, k := range keys {
		if kid == "" || k.KID == kid {
			if err = k.verify(alg, parts); err == nil {
				break
			}
		}
	}
	if err != nil {
		e.fatalf("the ID token's signature: %v", err)
	}
	e.checkClaims(alg, claims, clientID, tokens)
	return header, claims
}

func (e *E) checkClaims(alg string, claims map[string]any, clientID string, tokens reply) {
	if claims["iss"] != e.target.Issuer() {
		e.errorf("iss is %v, want %s", claims["iss"], e.target.Issuer())
	}
	audience, _ := claims["aud"].([]any)
	if aud, ok := claims["aud"].(string); ok {
		audience = []any{aud}
	}
	if !slices.Contains(audience, any(clientID)) {
		e.errorf("aud is %v, want %s", claims["aud"], clientID)
	}
	if azp, has := claims["azp"]; has && azp != clientID || !has && len(audience) > 1 {
		e.errorf("azp is %v with the audiences %v", claims["azp"], audience)
	}
	if sub, _ := claims["sub"].(string); sub == "" || len(sub) > 255 {
		e.errorf("sub is %v", claims["sub"])
	}
	iat, hasIAT := claims["iat"].(float64)
	exp, hasEXP := claims["exp"].(float64)
	if !hasIAT || !hasEXP || exp <= iat || exp-iat > (365*24*time.Hour).Seconds() {
		e.errorf("iat is %v, exp is %v", claims["iat"], claims["exp"])
	}
	if want, has := claims["at_hash"]; has && want != atHash(alg, tokens.get("access_token")) {
		e.errorf("at_hash is not the access token's")
	}
}

// atHash is the left half of the hash that goes with the algorithm (OpenID
// Connect Core §3.1.3.6): SHA-512 for Ed25519, otherwise SHA-256 here.
func atHash(alg, token string) string {
	if alg == "EdDSA" {
		sum := sha512.Sum512([]byte(token))
		return base64.RawURLEncoding.EncodeToString(sum[:32])
	}
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

func decode(part string, into any) error {
	data, err := base64.RawURLEncoding.Strict().DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}

// verify checks a compact JWS with the key.
func (k key) verify(alg string, parts []string) error {
	signature, err := base64.RawURLEncoding.Strict().DecodeString(parts[2])
	if err != nil {
		return err
	}
	if k.Alg != "" && k.Alg != alg {
		return fmt.Errorf("the key is for %s, the token has %s", k.Alg, alg)
	}
	input := []byte(parts[0] + "." + parts[1])
	sum := sha256.Sum256(input)
	switch alg {
	case "RS256":
		public := &rsa.PublicKey{N: number(k.N), E: int(number(k.E).Int64())}
		return rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], signature)
	case "ES256":
		point := append([]byte{4}, append(number(k.X).FillBytes(make([]byte, 32)), number(k.Y).FillBytes(make([]byte, 32))...)...)
		public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
		if err != nil {
			return err
		}
		if len(signature) != 64 || !ecdsa.Verify(public, sum[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
			return errors.New("is wrong")
		}
		return nil
	case "EdDSA":
		public, err := base64.RawURLEncoding.DecodeString(k.X)
		if err != nil || len(public) != ed25519.PublicKeySize || !ed25519.Verify(public, input, signature) {
			return errors.New("is wrong")
		}
		return nil
	}
	return fmt.Errorf("this suite does not know the alg %q", alg)
}

func number(s string) *big.Int {
	data, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return new(big.Int)
	}
	return new(big.Int).SetBytes(data)
}

// forged is an ID token about somebody else under the signature it had.
func forged(compact string) string {
	parts := strings.Split(compact, ".")
	if len(parts) != 3 {
		return compact
	}
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return compact
	}
	parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(claims), `"sub":"`, `"sub":"not-`, 1)))
	return strings.Join(parts, ".")
}
