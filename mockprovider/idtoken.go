package mockprovider

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
)

// idToken builds and signs the ID token (OpenID Connect Core §2).
func (p *Provider) idToken(x *exchange, t *tokenRequest) (string, error) {
	key, err := p.keys.current()
	if err != nil {
		return "", err
	}
	header := &Event{Stage: StageIDTokenHeader,
		Object: new(Object).Set("alg", p.keys.algorithm).Set("kid", key.id).Set("typ", "JWT")}
	p.stage(x, header)
	claims := &Event{Stage: StageIDTokenClaims, Object: p.idTokenClaims(t)}
	p.stage(x, claims)
	compact, err := p.keys.sign(header.Object, claims.Object)
	if err != nil {
		return "", err
	}
	signed := &Event{Stage: StageIDTokenCompact, Text: compact}
	p.stage(x, signed)
	return signed.Text, nil
}

// idTokenClaims returns the claims set. It lives as long as the persona says
// even where access tokens were made short-lived for a test. A refreshed ID token keeps the
// original auth_time and has no nonce (OpenID Connect Core §12.2).
func (p *Provider) idTokenClaims(t *tokenRequest) *Object {
	g := t.grant
	o := new(Object).
		Set("iss", p.Issuer()).
		Set("azp", g.Client).
		Set("aud", g.Client).
		Set("sub", g.User)
	if u, ok := p.findUser(g.User); ok && p.persona.ClaimsInIDToken {
		p.addClaims(o, u, t.scopes)
	} else if ok {
		addOwnClaims(o, u)
	}
	o.Set("at_hash", atHash(p.keys.algorithm, t.access))
	if g.Nonce != "" && t.get("grant_type") == "authorization_code" {
		o.Set("nonce", g.Nonce)
	}
	return o.
		Set("auth_time", g.AuthTime.Unix()).
		Set("iat", t.now.Unix()).
		Set("exp", t.now.Add(p.idTokenLifetime()).Unix())
}

// addClaims adds those claims about u that the scopes open.
func (p *Provider) addClaims(o *Object, u User, scopes []string) {
	picture := p.url(picturePath(u))
	for _, name := range scopes {
		s, _ := p.persona.Scope(name)
		for _, claim := range s.Claims {
			if v, ok := u.claim(claim, picture); ok {
				o.Set(claim, v)
			}
		}
	}
	addOwnClaims(o, u)
}

// addOwnClaims adds the claims that only this user has.
func addOwnClaims(o *Object, u User) {
	for _, name := range sortedKeys(u.Claims) {
		o.Set(name, u.Claims[name])
	}
}

// atHash is the left half of the access token's hash (OpenID Connect Core
// §3.1.3.6). RS256 and ES256 go with SHA-256, Ed25519 with SHA-512.
func atHash(algorithm, accessToken string) string {
	if algorithm == EdDSA {
		sum := sha512.Sum512([]byte(accessToken))
		return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
	}
	sum := sha256.Sum256([]byte(accessToken))
	return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
}
