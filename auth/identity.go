package auth

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"app.latchkey/auth/flow"
)

// clockTolerance is how far the clocks of client and provider may differ after
// the client's was corrected by the provider's own Date header.
const clockTolerance = 2 * time.Minute

// signingAlgorithms are accepted for ID tokens: the asymmetric ones that
// providers use. "none" and HS* are never accepted (OpenID Connect Core
// §3.1.3.7(6–8)); what the metadata lists narrows the list further.
var signingAlgorithms = []string{oidc.RS256, oidc.ES256, oidc.EdDSA, oidc.PS256, oidc.RS384, oidc.RS512, oidc.ES384, oidc.ES512}

// Proof says what an Identity rests on.
type Proof string

// The kinds of proof.
const (
	// ProofIDToken is the provider's signed statement to this client about this
	// very sign-in, all of whose checks passed (OpenID Connect Core §3.1.3.7).
	ProofIDToken Proof = "id_token"
	// ProofUserAPI is the answer of a [UserAPI] to the access token: nothing is
	// signed, and nothing says for whom or when it was said.
	ProofUserAPI Proof = "user_api"
)

// Identity is who signed in. Proof says who vouches for it and how. From an ID
// token it exists only after all checks of OpenID Connect Core §3.1.3.7 passed.
// Texts come from the provider: cleaned and capped, but otherwise its word.
type Identity struct {
	Proof         Proof
	Issuer        string
	Subject       string // unique at the issuer, never reassigned: the key of an account
	Email         string
	EmailVerified bool
	Name          string
	GivenName     string
	FamilyName    string
	Picture       string // address of the picture; unchecked, see package resources
	Locale        string // BCP 47
}

// claims are the members of an ID token that are looked at. Pointers tell
// "absent" from "zero".
type claims struct {
	Issuer, Subject, Nonce, Tenant                      string
	Audience                                            audience
	Azp, AtHash                                         *string
	Expiry, IssuedAt, NotBefore                         *float64
	Verified                                            json.RawMessage // some providers send "true" as a string
	Email, Name, GivenName, FamilyName, Picture, Locale string
}

// UnmarshalJSON reads the members by their exact names. encoding/json would
// take "SUB" for "sub", and let a tenant's custom claim name another user.
func (c *claims) UnmarshalJSON(b []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(b, &members); err != nil {
		return err
	}
	c.Verified, c.Tenant = members["email_verified"], text(members["tid"]) // tid is Microsoft's; others' may be anything
	for name, target := range map[string]any{
		"iss": &c.Issuer, "sub": &c.Subject, "aud": &c.Audience, "azp": &c.Azp, "exp": &c.Expiry, "iat": &c.IssuedAt,
		"nbf": &c.NotBefore, "nonce": &c.Nonce, "at_hash": &c.AtHash, "email": &c.Email, "name": &c.Name,
		"given_name": &c.GivenName, "family_name": &c.FamilyName, "picture": &c.Picture, "locale": &c.Locale,
	} {
		if raw, ok := members[name]; ok {
			if err := json.Unmarshal(raw, target); err != nil {
				return fmt.Errorf("claim %s has the wrong type", name)
			}
		}
	}
	return nil
}

// audience is one string or a list of them (RFC 7519 §4.1.3).
type audience []string

func (a *audience) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*a = audience{one}
		return nil
	}
	var many []string
	if err := json.Unmarshal(b, &many); err != nil {
		return errors.New("aud is neither a string nor a list of strings")
	}
	*a = many
	return nil
}

// expectation is what an ID token is compared with.
type expectation struct {
	provider    Provider
	metadata    Metadata
	nonce       string // empty: not compared (a refreshed ID token, OpenID Connect Core §12.2)
	accessToken string
	now         time.Time
}

// verifyIDToken checks the signature of raw with keys (go-oidc) and its claims
// with checkClaims. The checks are returned also when one failed.
func verifyIDToken(ctx context.Context, raw string, keys *keyCache, want expectation) (Identity, []flow.Check, error) {
	signature := flow.Check{Name: "signature", Verdict: flow.Failed, Spec: "OpenID Connect Core §3.1.3.7(6)"}
	fail := func(code Code, err error) (Identity, []flow.Check, error) {
		return Identity{}, []flow.Check{signature}, problem(PhaseIdentity, code, NextRetry, err).With("Host", want.provider.Host())
	}
	if strings.Count(raw, ".") != 2 {
		return fail(CodeIDTokenInvalid, errors.New("the ID token is no compact JWS"))
	}
	algorithms := want.metadata.signingAlgorithms()
	set, err := keys.forToken(ctx, raw, algorithms)
	if err != nil {
		return Identity{}, nil, AsProblem(err).With("Host", want.provider.Host())
	}
	// go-oidc verifies form, algorithm and signature. The claims are compared
	// below, one by one, so that each has its own code and its own record.
	verifier := oidc.NewVerifier(want.provider.Issuer, set, &oidc.Config{
		SupportedSigningAlgs: algorithms,
		SkipIssuerCheck:      true, SkipClientIDCheck: true, SkipExpiryCheck: true,
	})
	token, err := verifier.Verify(ctx, raw)
	if err != nil {
		code := CodeIDTokenSignature
		if strings.Contains(err.Error(), "unmarshal claims") {
			code = CodeIDTokenInvalid
		}
		return fail(code, errors.New(CleanText(err.Error(), 200)))
	}
	var c claims
	if err := token.Claims(&c); err != nil {
		return fail(CodeIDTokenInvalid, errors.New("a claim of the ID token has the wrong type"))
	}
	alg := headerOf(raw).Alg
	signature.Verdict, signature.Got = flow.Passed, alg
	checks, err := checkClaims(c, alg, want)
	if err != nil {
		return Identity{}, append([]flow.Check{signature}, checks...), err
	}
	return c.identity(want.provider.issuerFor(c.Tenant)), append([]flow.Check{signature}, checks...), nil
}

// rule is one comparison of checkClaims.
type rule struct {
	name, spec    string
	code          Code
	skip, ok      bool
	expected, got string
}

// checkClaims applies the rules of OpenID Connect Core §3.1.3.7 in order. All
// are applied, so that the record is whole; the first failure is the error.
func checkClaims(c claims, alg string, want expectation) ([]flow.Check, error) {
	p := want.provider
	clock := want.now.Format(time.RFC3339)
	exp, expOK := unix(c.Expiry)
	iat, iatOK := unix(c.IssuedAt)
	nbf, nbfOK := unix(c.NotBefore)
	issuer := p.issuerFor(c.Tenant)
	azp := ""
	if c.Azp != nil {
		azp = *c.Azp
	}
	atHash, atHashKnown := "", true
	if c.AtHash != nil {
		atHash, atHashKnown = accessTokenHash(alg, want.accessToken)
	}
	rules := []rule{
		{name: "iss", spec: "OpenID Connect Core §3.1.3.7(2)", code: CodeIDTokenIssuer, expected: cmp.Or(issuer, p.documentIssuer()), got: c.Issuer,
			ok: issuer != "" && c.Issuer == issuer || slices.Contains(p.Quirks.IssuerAliases, c.Issuer)},
		{name: "sub", spec: "OpenID Connect Core §2", code: CodeIDTokenSubject, got: c.Subject,
			expected: "1 to 255 ASCII characters", ok: validSubject(c.Subject)},
		{name: "aud", spec: "OpenID Connect Core §3.1.3.7(3)", code: CodeIDTokenAudience, expected: p.ClientID,
			got: strings.Join(c.Audience, " "), ok: slices.Contains(c.Audience, p.ClientID)},
		// A second audience is a party this client does not know: untrusted,
		// whatever azp says.
		{name: "second audience", spec: "OpenID Connect Core §3.1.3.7(3)", code: CodeIDTokenAudience, expected: "none",
			got: strings.Join(c.Audience, " "), ok: onlyContains(c.Audience, p.ClientID)},
		{name: "azp", spec: "OpenID Connect Core §3.1.3.7(5)", code: CodeIDTokenAzp, skip: c.Azp == nil,
			expected: p.ClientID, got: azp, ok: azp == p.ClientID},
		{name: "exp", spec: "OpenID Connect Core §3.1.3.7(9)", code: CodeIDTokenExpired, expected: "after " + clock,
			got: stamp(exp, expOK), ok: expOK && exp.Add(clockTolerance).After(want.now)},
		{name: "iat", spec: "OpenID Connect Core §2, §3.1.3.7(10)", code: CodeIDTokenIat, expected: "not after " + clock,
			got: stamp(iat, iatOK), ok: iatOK && !iat.After(want.now.Add(clockTolerance)) && iat.After(want.now.Add(-24*time.Hour))},
		{name: "nbf", spec: "RFC 7519 §4.1.5", code: CodeIDTokenIat, skip: c.NotBefore == nil, expected: "not after " + clock,
			got: stamp(nbf, nbfOK), ok: nbfOK && !nbf.After(want.now.Add(clockTolerance))},
		{name: "nonce", spec: "OpenID Connect Core §3.1.3.7(11)", code: CodeIDTokenNonce, skip: want.nonce == "",
			ok: subtle.ConstantTimeCompare([]byte(c.Nonce), []byte(want.nonce)) == 1},
		{name: "at_hash", spec: "OpenID Connect Core §3.1.3.8", code: CodeIDTokenAtHash, skip: c.AtHash == nil,
			ok: c.AtHash != nil && atHashKnown && subtle.ConstantTimeCompare([]byte(*c.AtHash), []byte(atHash)) == 1},
	}
	checks := make([]flow.Check, 0, len(rules))
	var first error
	for _, r := range rules {
		checks = append(checks, r.check())
		if !r.ok && !r.skip && first == nil {
			err := fmt.Errorf("claim %s of the ID token (%s)", r.name, r.spec)
			if r.expected != "" {
				err = fmt.Errorf("%w: expected %s, got %q", err, r.expected, CleanText(r.got, 100))
			}
			first = problem(PhaseIdentity, r.code, NextRetry, err).With("Host", p.Host())
		}
	}
	return checks, first
}

func (r rule) check() flow.Check {
	c := flow.Check{Name: r.name, Verdict: flow.Failed, Spec: r.spec, Expected: r.expected, Got: CleanText(r.got, 100)}
	if r.ok {
		c.Verdict = flow.Passed
	}
	if r.skip {
		c.Verdict = flow.Skipped
	}
	return c
}

func (c claims) identity(issuer string) Identity {
	verified := string(c.Verified) == "true" || string(c.Verified) == `"true"`
	return Identity{
		Proof: ProofIDToken, Issuer: issuer, Subject: c.Subject,
		Email: CleanText(c.Email, 254), EmailVerified: verified && c.Email != "",
		Name: CleanText(c.Name, 200), GivenName: CleanText(c.GivenName, 200), FamilyName: CleanText(c.FamilyName, 200),
		Picture: c.Picture, Locale: CleanText(c.Locale, 35),
	}
}

// accessTokenHash is the left half of the access token's hash under the hash
// function of the ID token's alg, base64url without padding.
func accessTokenHash(alg, accessToken string) (string, bool) {
	var sum []byte
	switch alg {
	case oidc.RS256, oidc.ES256, oidc.PS256:
		h := sha256.Sum256([]byte(accessToken))
		sum = h[:]
	case oidc.RS384, oidc.ES384, oidc.PS384:
		h := sha512.Sum384([]byte(accessToken))
		sum = h[:]
	case oidc.RS512, oidc.ES512, oidc.PS512, oidc.EdDSA: // EdDSA with Ed25519 hashes with SHA-512
		h := sha512.Sum512([]byte(accessToken))
		sum = h[:]
	default:
		return "", false
	}
	return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2]), true
}

func validSubject(s string) bool {
	if s == "" || len(s) > 255 {
		return false
	}
	for _, r := range s {
		if r < 0x20 || r > 0x7e {
			return false
		}
	}
	return true
}

func onlyContains(list []string, one string) bool {
	return !slices.ContainsFunc(list, func(s string) bool { return s != one })
}

func unix(seconds *float64) (time.Time, bool) {
	if seconds == nil || *seconds < 0 || *seconds > 1e11 {
		return time.Time{}, false
	}
	return time.Unix(int64(*seconds), 0), true
}

func stamp(t time.Time, ok bool) string {
	if !ok {
		return "missing"
	}
	return t.UTC().Format(time.RFC3339)
}
