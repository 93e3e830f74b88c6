package auth

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"

	"app.latchkey/auth/backchannel"
)

// What a fuzz target accepts is looked at a second time, by other means than the
// code under test: it must be what the specifications allow.

const (
	fuzzIssuer   = "https://id.example"
	fuzzClient   = "client"
	fuzzState    = "the-state-of-this-very-sign-in"
	fuzzNonce    = "the-nonce-of-this-very-sign-in"
	fuzzSecret   = "the-client-secret-of-this-test"
	fuzzVerifier = "the-code-verifier-of-this-very-sign-in-0123456"
	fuzzCode     = "the-code-of-this-very-sign-in"
)

func fuzzProvider() Provider {
	return Provider{ID: "fuzz", Name: "Fuzz", Issuer: fuzzIssuer, ClientID: fuzzClient, ClientSecret: NewSecret(fuzzSecret)}
}

// wantProblem checks that an error is a Problem that may be shown and logged.
func wantProblem(t *testing.T, err error, secrets ...string) {
	t.Helper()
	var p *Problem
	if !errors.As(err, &p) || p.Code == "" || p.Next == "" {
		t.Fatalf("the error is no Problem with code and next step: %v", err)
	}
	texts := []string{p.Error(), p.Detail()}
	for _, v := range p.Values {
		texts = append(texts, v)
	}
	for _, text := range texts {
		if len(text) > 4000 {
			t.Errorf("%s: %d bytes of text", p.Code, len(text))
		}
		for _, r := range text {
			if unicode.IsControl(r) && r != '\n' || unicode.Is(unicode.Bidi_Control, r) {
				t.Fatalf("%s: the text holds %U: %q", p.Code, r, text)
			}
		}
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%s: the text holds a secret: %q", p.Code, text)
			}
		}
	}
}

// FuzzAuthorizationResponse: a response is accepted only if it has the state, at
// most the right iss, no error, and one code.
func FuzzAuthorizationResponse(f *testing.F) {
	for _, query := range []string{
		"code=c&state=" + fuzzState, "code=c&state=" + fuzzState + "&iss=https%3A%2F%2Fid.example", "error=access_denied&state=" + fuzzState,
		"error=server_error&error_description=%1b%5b31m%e2%80%ae&state=" + fuzzState, "code=c&code=d&state=" + fuzzState,
		"code=c&state=" + fuzzState + "&iss=https://evil.example", "code=&state=" + fuzzState, "code=c&state=x", "code=c;state=" + fuzzState, "error=&code=c&state=" + fuzzState, "",
	} {
		f.Add(query, false)
		f.Add(query, true)
	}
	f.Fuzz(func(t *testing.T, query string, promised bool) {
		q, err := url.ParseQuery(query)
		if err != nil {
			return // the receiver refuses it
		}
		code, _, err := validateAuthorizationResponse(q, authorizationRequest{state: NewSecret(fuzzState)}, fuzzProvider(), Metadata{IssInResponse: promised})
		if err != nil {
			wantProblem(t, err)
			return
		}
		iss := q["iss"]
		switch {
		case len(q["state"]) != 1 || q["state"][0] != fuzzState:
			t.Errorf("accepted with the state %q", q["state"])
		case len(iss) > 1, len(iss) == 1 && iss[0] != fuzzIssuer, len(iss) == 0 && promised:
			t.Errorf("accepted with the iss %q, promised: %v", iss, promised)
		case q.Has("error"):
			t.Error("accepted with an error")
		case len(q["code"]) != 1 || q["code"][0] == "" || q["code"][0] != code.value.Reveal():
			t.Errorf("accepted with the code %q", q["code"])
		}
	})
}

// oneAnswer is a transport that gives the same answer to whatever is asked.
type oneAnswer struct {
	status int
	media  string
	body   []byte
}

func (a oneAnswer) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: a.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req, Header: http.Header{"Content-Type": {a.media}},
		Body: io.NopCloser(strings.NewReader(string(a.body))), ContentLength: int64(len(a.body)),
	}, nil
}

// FuzzTokenResponse: a token response is accepted only with a bearer token that
// fits a header and a lifetime that ends, and an error repeats nothing that was
// sent.
func FuzzTokenResponse(f *testing.F) {
	for _, body := range []string{
		`{"access_token":"a","token_type":"Bearer","expires_in":3600,"refresh_token":"r","id_token":"i","scope":"openid email"}`,
		`{"access_token":"a","token_type":"bEARER"}`, `{"access_token":"a","token_type":"Bearer","expires_in":"3600"}`,
		`{"access_token":"a","token_type":"Bearer","expires_in":-1}`, `{"access_token":"a","token_type":"Bearer","expires_in":9223372036854775807}`,
		`{"access_token":"a","token_type":"Bearer","expires_in":1e300}`, `{"access_token":"a","access_token":"b","token_type":"Bearer"}`,
		`{"access_token":"a\r\nX-Evil: 1","token_type":"Bearer"}`, `{"access_token":7,"token_type":"Bearer"}`, `{"error":"invalid_grant","error_description":"\u001b[31m"}`,
		`{"error":"invalid_grant","access_token":"a","token_type":"Bearer"}`, `[]`, `null`, `{}`, ``, `<html>`, "\ufeff{}", `{"scope":["openid"],"access_token":"a","token_type":"Bearer"}`,
		"you sent code=" + fuzzCode + "&client_secret=" + fuzzSecret + "&code_verifier=" + fuzzVerifier,
		"access_token=a&token_type=bearer&expires_in=3600",
	} {
		f.Add(200, "application/json", []byte(body))
		f.Add(400, "application/json; charset=utf-8", []byte(body))
	}
	f.Add(200, "application/x-www-form-urlencoded", []byte("access_token=a&token_type=bearer&expires_in=-1"))
	f.Add(503, "text/plain", []byte("later"))
	f.Add(302, "text/html", []byte("<html>"))
	metadata := Metadata{Issuer: fuzzIssuer, TokenEndpoint: fuzzIssuer + "/token"}
	request := authorizationRequest{verifier: NewSecret(fuzzVerifier), redirectURI: "http://127.0.0.1:1/callback", scopes: []string{"openid"}}
	f.Fuzz(func(t *testing.T, status int, media string, body []byte) {
		if status < 100 || status > 599 {
			return
		}
		s := newSite(fuzzProvider(), oneAnswer{status, media, body}, "", "fuzz", time.Now)
		r, err := s.exchange(context.Background(), metadata, authorizationCode{NewSecret(fuzzCode)}, request)
		if err != nil {
			wantProblem(t, err, fuzzCode, fuzzSecret, fuzzVerifier)
			return
		}
		access := r.token.access.Reveal()
		switch {
		case status < 200 || status > 299:
			t.Errorf("accepted with status %d", status)
		case access == "" || strings.ContainsAny(access, "\r\n"):
			t.Errorf("accepted with the access token %q", access)
		case r.lifetime <= 0 || r.lifetime > 366*24*time.Hour || r.token.expiry.IsZero():
			t.Errorf("accepted with a life of %v until %v", r.lifetime, r.token.expiry)
		}
		req, err := http.NewRequest(http.MethodGet, fuzzIssuer, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.token.Authorize(req)
		if got := req.Header.Get("Authorization"); got != "Bearer "+access {
			t.Errorf("the header is %q", got)
		}
	})
}

// fuzzKey signs what fuzz targets make up.
func fuzzKey(f *testing.F) (*ecdsa.PrivateKey, *keyCache) {
	f.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	raw, err := key.PublicKey.Bytes() // 4, X, Y
	if err != nil {
		f.Fatal(err)
	}
	coordinate := func(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
	set := `{"keys":[{"kty":"EC","crv":"P-256","use":"sig","kid":"k","x":"` + coordinate(raw[1:33]) + `","y":"` + coordinate(raw[33:]) + `"}]}`
	now := time.Now()
	cache := &keyCache{now: func() time.Time { return now }, reading: newGate(), fetch: func(context.Context, string) ([]byte, error) { return []byte(set), nil }}
	return key, cache
}

func fuzzExpectation() expectation {
	return expectation{provider: fuzzProvider(), metadata: Metadata{Issuer: fuzzIssuer, SigningAlgorithms: []string{"ES256", "RS256", "HS256", "none"}},
		nonce: fuzzNonce, accessToken: "access", now: time.Unix(1_800_000_000, 0)}
}

// signES256 makes a compact JWS.
func signES256(t testing.TB, key *ecdsa.PrivateKey, header, payload []byte) string {
	t.Helper()
	input := base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(payload)
	sum := sha256.Sum256([]byte(input))
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	signature := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	return input + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// FuzzIDToken: no text is accepted as an ID token unless its signature is that of
// the provider's key, by ES256.
func FuzzIDToken(f *testing.F) {
	key, keys := fuzzKey(f)
	payload := []byte(`{"iss":"` + fuzzIssuer + `","sub":"1","aud":"client","exp":1800003600,"iat":1800000000,"nonce":"` + fuzzNonce + `"}`)
	good := signES256(f, key, []byte(`{"alg":"ES256","kid":"k"}`), payload)
	h, rest, _ := strings.Cut(good, ".")
	p, s, _ := strings.Cut(rest, ".")
	segment := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	for _, raw := range []string{
		good, good + "=", good[:len(good)-1], h + "." + p + ".", segment(`{"alg":"none"}`) + "." + p + ".", segment(`{"alg":"HS256","kid":"k"}`) + "." + p + "." + s,
		segment(`{"alg":null}`) + "." + p + "." + s, segment(`{"alg":"ES256","kid":7}`) + "." + p + "." + s, segment(`{"alg":"ES256","crit":["x"],"x":1}`) + "." + p + "." + s,
		h + "." + p + "." + strings.Repeat("A", len(s)), "..", "a.b.c", "", good + "." + p + "." + s, `{"payload":"` + p + `"}`,
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		_, _, err := verifyIDToken(context.Background(), raw, keys, fuzzExpectation())
		if err != nil {
			wantProblem(t, err)
			return
		}
		parts := strings.Split(raw, ".")
		if len(parts) != 3 {
			t.Fatalf("accepted with %d parts", len(parts))
		}
		signature, err := base64.RawURLEncoding.DecodeString(parts[2])
		if err != nil || len(signature) != 64 {
			t.Fatalf("accepted with a signature of %d bytes, %v", len(signature), err)
		}
		sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
		if !ecdsa.Verify(&key.PublicKey, sum[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
			t.Error("accepted without the provider's signature")
		}
	})
}

// FuzzIDTokenClaims: what the provider signed is accepted only if its claims are
// those of this sign-in, by their exact names and types.
func FuzzIDTokenClaims(f *testing.F) {
	key, keys := fuzzKey(f)
	base := `"iss":"` + fuzzIssuer + `","sub":"1","aud":"client","exp":1800003600,"iat":1800000000,"nonce":"` + fuzzNonce + `"`
	for _, payload := range []string{
		`{` + base + `}`, `{` + base + `,"azp":"client","at_hash":"` + "x" + `"}`, `{` + base + `,"SUB":"2","Iss":"https://evil.example"}`,
		`{` + base + `,"sub":"2"}`, `{` + strings.Replace(base, `"client"`, `["client"]`, 1) + `}`, `{` + strings.Replace(base, `"client"`, `["client","other"]`, 1) + `}`,
		`{` + strings.Replace(base, `"client"`, `[]`, 1) + `}`, `{` + strings.Replace(base, `1800003600`, `"soon"`, 1) + `}`, `{` + strings.Replace(base, `1800003600`, `1.8000036e9`, 1) + `}`,
		`{` + strings.Replace(base, `1800003600`, `1e400`, 1) + `}`, `{` + strings.Replace(base, `"1"`, `42`, 1) + `}`, `{` + strings.Replace(base, `"1"`, `null`, 1) + `}`,
		`{` + base + `,"nbf":1900000000}`, `{` + base + `,"email":"a@b","email_verified":"true","name":"\u202e\u001b"}`, `[]`, `null`, `hello`, ``, `{` + base + `,"nonce":null}`,
	} {
		f.Add([]byte(payload))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		raw := signES256(t, key, []byte(`{"alg":"ES256","kid":"k"}`), payload)
		want := fuzzExpectation()
		id, checks, err := verifyIDToken(context.Background(), raw, keys, want)
		if err != nil {
			wantProblem(t, err)
			return
		}
		if len(checks) < 8 {
			t.Errorf("accepted after %d checks", len(checks))
		}
		var said map[string]any
		if err := json.Unmarshal(payload, &said); err != nil {
			t.Fatalf("accepted, and no JSON object: %v", err)
		}
		aud, _ := said["aud"].(string)
		if list, ok := said["aud"].([]any); ok {
			for _, one := range list {
				if one != fuzzClient {
					t.Errorf("accepted with the audience %v", list)
				}
				aud = fuzzClient
			}
		}
		seconds := func(name string) int64 {
			n, _ := said[name].(float64)
			return int64(n)
		}
		azp, hasAzp := said["azp"]
		switch {
		case said["iss"] != fuzzIssuer || id.Issuer != fuzzIssuer:
			t.Errorf("accepted with the issuer %v", said["iss"])
		case said["sub"] != id.Subject || id.Subject == "" || len(id.Subject) > 255:
			t.Errorf("accepted with the subject %v, taken as %q", said["sub"], id.Subject)
		case aud != fuzzClient, hasAzp && azp != nil && azp != fuzzClient:
			t.Errorf("accepted with the audience %v, azp %v", said["aud"], azp)
		case said["nonce"] != fuzzNonce:
			t.Errorf("accepted with the nonce %v", said["nonce"])
		case seconds("exp") <= want.now.Add(-clockTolerance-time.Second).Unix():
			t.Errorf("accepted with exp %v", said["exp"])
		case seconds("iat") > want.now.Add(clockTolerance+time.Second).Unix() || seconds("iat") < want.now.Add(-25*time.Hour).Unix():
			t.Errorf("accepted with iat %v", said["iat"])
		}
		for _, text := range []string{id.Name, id.GivenName, id.FamilyName, id.Email, id.Locale} {
			if strings.IndexFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) >= 0 {
				t.Errorf("the identity holds %q", text)
			}
		}
	})
}

// FuzzMetadata: a discovery document is accepted only if it speaks for the issuer
// and names nothing but https addresses.
func FuzzMetadata(f *testing.F) {
	base := `"issuer":"` + fuzzIssuer + `","authorization_endpoint":"https://id.example/a","token_endpoint":"https://id.example/t","jwks_uri":"https://id.example/k"`
	for _, document := range []string{
		`{` + base + `}`, `{` + base + `,"ISSUER":"https://evil.example"}`, `{` + base + `,"issuer":"https://evil.example"}`, `{` + base + `,"token_endpoint":"http://evil.example/t"}`,
		`{` + base + `,"userinfo_endpoint":"file:///etc/passwd"}`, `{` + base + `,"revocation_endpoint":"https://user:pw@id.example/"}`, `{` + base + `,"code_challenge_methods_supported":["plain"]}`,
		`{` + base + `,"code_challenge_methods_supported":"S256"}`, `{` + base + `,"id_token_signing_alg_values_supported":["none","HS256"]}`, `{` + base + `,"end_session_endpoint":"javascript:alert(1)"}`,
		`{` + base + `,"token_endpoint":42}`, `{}`, `[]`, `null`, ``, `{` + base + `,"authorization_endpoint":"https://id.example\u0000/"}`, `{` + base + `,"authorization_endpoint":"-o https://id.example"}`,
	} {
		f.Add([]byte(document))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		m, err := parseMetadata(document, fuzzProvider())
		if err != nil {
			wantProblem(t, err)
			return
		}
		if m.Issuer != fuzzIssuer {
			t.Errorf("accepted with the issuer %q", m.Issuer)
		}
		for name, address := range map[string]string{
			"authorization_endpoint": m.AuthorizationEndpoint, "token_endpoint": m.TokenEndpoint, "jwks_uri": m.JWKSURI,
			"userinfo_endpoint": m.UserinfoEndpoint, "revocation_endpoint": m.RevocationEndpoint, "end_session_endpoint": m.EndSessionEndpoint,
		} {
			if address == "" && name != "authorization_endpoint" && name != "token_endpoint" && name != "jwks_uri" {
				continue
			}
			u, err := url.Parse(address)
			if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
				t.Errorf("accepted with the %s %q", name, address)
			}
		}
		if algorithms := m.signingAlgorithms(); len(algorithms) == 0 {
			t.Error("accepted without an algorithm")
		}
	})
}

// FuzzKeySet: a key set is accepted only with public keys that can verify.
func FuzzKeySet(f *testing.F) {
	for _, set := range []string{
		`{"keys":[]}`, `{"keys":"none"}`, `{}`, `null`, ``, `{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}`, `{"keys":[{"kty":"moon"},null,7,{}]}`,
		`{"keys":[{"kty":"EC","crv":"P-256","kid":"k","x":"WKn-ZIGevcwGIyyrzFoZNBdaq9_TsqzGl96oc0CWuis","y":"y77t-RvAHRKTsSGdIYUfweuOvwrvDD-Q3Hv5J0fSKbE"}]}`,
		`{"keys":[{"kty":"EC","crv":"P-256","x":"!!!","y":""}]}`, `{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}`, `{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB","d":"AQAB"}]}`,
		`{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`,
	} {
		f.Add([]byte(set))
	}
	f.Fuzz(func(t *testing.T, set []byte) {
		keys, err := parseKeys(set)
		if err != nil {
			return
		}
		if len(keys) == 0 || len(keys) > maxKeys {
			t.Errorf("accepted with %d keys", len(keys))
		}
		for _, k := range keys {
			if !k.IsPublic() || !k.Valid() || k.Use == "enc" {
				t.Errorf("accepted with the key %T", k.Key)
			}
		}
		_, _ = tokenKeys{keys: keys, algorithms: signingAlgorithms}.VerifySignature(context.Background(), "eyJhbGciOiJFUzI1NiJ9.e30.AAAA")
	})
}

// FuzzRetryAfter: a server cannot make the program wait for ever, or into the past.
func FuzzRetryAfter(f *testing.F) {
	for _, value := range []string{"30", "-1", "99999999999999999999", "Wed, 21 Oct 2099 07:28:00 GMT", "soon", "", "1.5"} {
		f.Add(value)
	}
	now := time.Unix(1_800_000_000, 0)
	f.Fuzz(func(t *testing.T, value string) {
		if wait, ok := backchannel.RetryAfter(http.Header{"Retry-After": {value}}, now); ok && wait < 0 {
			t.Errorf("Retry-After %q is %v", value, wait)
		}
	})
}
