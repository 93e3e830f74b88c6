package fault

import (
	"encoding/json"
	"strings"

	"app.latchkey/mockprovider/stage"
)

const (
	idTokenSpec   = "OpenID Connect Core §3.1.3.7"
	signatureSpec = "OpenID Connect Core §3.1.3.7, RFC 8725 §3.1"
)

// header makes a row of the ID token's header.
func header(name, place, about string, client Verdict, must, spec, suite string, bend func(*bend)) Row {
	return Row{
		Name: name, Stage: stage.IDTokenHeader, Endpoint: "token", Place: "header " + place,
		About: about, Client: client, Must: must, Spec: spec, Suite: suite, bend: bend,
	}
}

var headerRows = []Row{
	header("id-token-kid-unknown", "kid", "kid names a key that is not published", Refuse, "fetch the keys once more, not each time, and refuse", signatureSpec, "", set("kid", "nobody")),
	header("id-token-kid-missing", "kid", "there is no kid, and one key", Accept, "try the only key", idTokenSpec, "oidcc-client-test-kid-absent-single-jwks", del("kid")),
	header("id-token-kid-missing-two-keys", "kid", "there is no kid, and two keys", Either, "try both, or refuse", idTokenSpec, "oidcc-client-test-kid-absent-multiple-jwks", del("kid")).
		with(stage.JWKS, func(b *bend) { b.publishRogue(b.Provider.Algorithm(), "extra", true) }),
	header("id-token-kid-number", "kid", "kid is a number", Refuse, "refuse it without a crash", "RFC 7515 §4.1.4", "", set("kid", 7)),
	header("id-token-typ-missing", "typ", "there is no typ", Accept, "go on: it is optional", "RFC 7519 §5.1", "", del("typ")),
	header("id-token-typ-other", "typ", "typ says that it is an access token", Either, "refuse, or do not look", "RFC 8725 §3.11", "", set("typ", "at+jwt")),
	header("id-token-crit", "crit", "crit demands an extension that nobody knows", Refuse, "refuse what it is told it must understand", "RFC 7515 §4.1.11", "",
		func(b *bend) { b.Object.Set("crit", []string{"x-moon"}).Set("x-moon", "waning") }),
	header("id-token-unknown-header", "unknown", "there are header members that nobody knows", Accept, "ignore them", "RFC 7515 §4", "",
		func(b *bend) { b.Object.Set("x-moon", "waning") }),
}

// claims makes a row of the ID token's claims.
func claims(name, claim, about string, client Verdict, must, spec, suite string, bend func(*bend), params ...Param) Row {
	return Row{
		Name: name, Stage: stage.IDTokenClaims, Endpoint: "token", Place: "claim " + claim, Params: params,
		About: about, Client: client, Must: must, Spec: spec, Suite: suite, bend: bend,
	}
}

func by(value string) Param { return Param{"by", Duration, value, "how far from now"} }

var claimRows = []Row{
	claims("id-token-iss-wrong", "iss", "iss is another issuer", Refuse, "compare it with the issuer that was asked", idTokenSpec, "oidcc-client-test-invalid-iss",
		setFrom("iss", "iss"), Param{"iss", Text, evilURL, "the issuer that is sent"}),
	claims("id-token-iss-missing", "iss", "there is no iss", Refuse, "refuse it", "OpenID Connect Core §2", "fapi2-…-invalid-missing-iss", del("iss")),
	claims("id-token-iss-slash", "iss", "iss has a slash more at its end", Refuse, "compare character by character", idTokenSpec, "",
		func(b *bend) { b.Object.Set("iss", b.Provider.Issuer()+"/") }),
	claims("id-token-iss-bare", "iss", "iss is written without its scheme, as Google may", Refuse, "accept that of Google only", idTokenSpec, "",
		func(b *bend) {
			_, bare, _ := strings.Cut(b.Provider.Issuer(), "://")
			b.Object.Set("iss", bare)
		}),
	claims("id-token-iss-twice", "iss", "iss stands there twice, the second time another one", Refuse, "refuse, or let the last count; it is wrong", "RFC 7519 §4", "", twice("iss", evilURL)),
	claims("id-token-sub-missing", "sub", "there is no sub", Refuse, "refuse it", "OpenID Connect Core §2", "oidcc-client-test-missing-sub", del("sub")),
	claims("id-token-sub-empty", "sub", "sub is empty", Refuse, "refuse it", "OpenID Connect Core §2", "", set("sub", "")),
	claims("id-token-sub-number", "sub", "sub is a number", Refuse, "refuse it without a crash", "OpenID Connect Core §2", "", set("sub", 42)),
	claims("id-token-sub-long", "sub", "sub is longer than 255 characters", Refuse, "refuse it", "OpenID Connect Core §2", "", set("sub", strings.Repeat("1", 256))),
	claims("id-token-sub-other", "sub", "the ID token is about somebody else, and so is userinfo", Accept, "notice that it is another account than before, and ask",
		"OpenID Connect Core §2", "", setFrom("sub", "sub"), Param{"sub", Text, "100000000000000000099", "the subject"}).
		with(stage.Userinfo, func(b *bend) {
			if b.Object.Get("sub") != nil {
				b.Object.Set("sub", b.text("sub"))
			}
		}),
	claims("id-token-aud-wrong", "aud", "aud is another client", Refuse, "refuse it", idTokenSpec, "oidcc-client-test-invalid-aud", set("aud", "another-client")),
	claims("id-token-aud-missing", "aud", "there is no aud", Refuse, "refuse it", "OpenID Connect Core §2", "oidcc-client-test-missing-aud", del("aud")),
	claims("id-token-aud-empty", "aud", "aud is an empty list", Refuse, "refuse it", idTokenSpec, "", set("aud", []string{})),
	claims("id-token-aud-list", "aud", "aud is a list with the client alone", Accept, "read both forms", "OpenID Connect Core §2", "",
		func(b *bend) { b.Object.Set("aud", []string{b.ClientID}) }),
	claims("id-token-aud-second", "aud", "aud names a second client that is not trusted", Refuse, "refuse audiences that it does not trust", idTokenSpec, "fapi2-…-invalid-secondary-aud",
		func(b *bend) { b.Object.Set("aud", []string{b.ClientID, "another-client"}) }),
	claims("id-token-azp-wrong", "azp", "azp is another client", Refuse, "refuse it", idTokenSpec, "", set("azp", "another-client")),
	claims("id-token-azp-missing", "azp", "there is no azp", Accept, "go on: with one audience it says nothing new", idTokenSpec, "", del("azp")),
	claims("id-token-exp-missing", "exp", "there is no exp", Refuse, "refuse it", "OpenID Connect Core §2", "fapi2-…-invalid-missing-exp", del("exp")),
	claims("id-token-exp-past", "exp", "the ID token has expired", Refuse, "refuse it", idTokenSpec, "fapi2-…-invalid-expired-exp", setTime("exp"), by("-10m")),
	claims("id-token-exp-just-past", "exp", "the ID token has expired a minute ago", Either, "allow for clocks that differ a little, or refuse", idTokenSpec, "", setTime("exp"), by("-1m")),
	claims("id-token-exp-string", "exp", "exp is a string", Refuse, "refuse it without a crash", "RFC 7519 §4.1.4", "", set("exp", "tomorrow")),
	claims("id-token-exp-float", "exp", "exp has a fraction", Accept, "read it: a NumericDate may have one", "RFC 7519 §2", "",
		func(b *bend) { b.Object.Set("exp", json.Number(jsonFloat(b.at(3600e9)))) }),
	claims("id-token-iat-missing", "iat", "there is no iat", Refuse, "refuse it", "OpenID Connect Core §2", "oidcc-client-test-missing-iat", del("iat")),
	claims("id-token-iat-future", "iat", "the ID token will be issued in an hour", Refuse, "refuse it, and say which clock may be wrong", idTokenSpec, "", setTime("iat"), by("1h")),
	claims("id-token-iat-past", "iat", "the ID token was issued a week ago", Refuse, "refuse it", idTokenSpec, "fapi2-…-iat-is-week-in-past", setTime("iat"), by("-168h")),
	claims("id-token-nbf-future", "nbf", "the ID token is not valid before an hour from now", Refuse, "refuse it", "RFC 7519 §4.1.5", "", setTime("nbf"), by("1h")),
	claims("id-token-nonce-wrong", "nonce", "nonce is another one", Refuse, "refuse it", idTokenSpec, "oidcc-client-test-nonce-invalid", set("nonce", "replayed")).grant("authorization_code"),
	claims("id-token-nonce-missing", "nonce", "there is no nonce", Refuse, "refuse it", idTokenSpec, "fapi2-…-invalid-missing-nonce", del("nonce")).grant("authorization_code"),
	claims("id-token-at-hash-wrong", "at_hash", "at_hash is that of another access token", Refuse, "refuse it", "OpenID Connect Core §3.1.3.8", "oidcc-client-test-invalid-athash",
		set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA")),
	claims("id-token-at-hash-empty", "at_hash", "at_hash is empty", Refuse, "refuse it", "OpenID Connect Core §3.1.3.8", "", set("at_hash", "")),
	claims("id-token-at-hash-missing", "at_hash", "there is no at_hash", Accept, "go on: with a code it is optional", "OpenID Connect Core §3.1.3.6", "", del("at_hash")),
	claims("id-token-auth-time-old", "auth_time", "the person signed in a day ago", Either, "refuse if it asked by max_age for less", idTokenSpec, "", setTime("auth_time"), by("-24h")),
	claims("id-token-email-verified-string", "email_verified", "email_verified is a string", Accept, "read it, as some providers send it", "OpenID Connect Core §5.1", "", set("email_verified", "true")),
	claims("id-token-name-hostile", "name", "the name holds markup, escape sequences and letters that run backwards", Accept, "show it as plain text without control characters",
		"OpenID Connect Core §5.1", "", set("name", hostileText)),
	claims("id-token-large", "large", "there is a claim of many bytes", Accept, "read it", "RFC 7519 §4", "",
		func(b *bend) { b.Object.Set("groups", strings.Repeat("g", b.int("bytes"))) }, Param{"bytes", Int, "65536", "how many"}),
}

// jsonFloat writes a whole number with a fraction.
func jsonFloat(n int64) string {
	data, err := json.Marshal(n)
	if err != nil {
		return "0.5"
	}
	return string(data) + ".5"
}

// compact makes a row of the signed token.
func compact(name, about string, client Verdict, must, spec, suite string, bend func(*bend)) Row {
	return Row{
		Name: name, Stage: stage.IDTokenCompact, Endpoint: "token", Place: "signature",
		About: about, Client: client, Must: must, Spec: spec, Suite: suite, bend: bend,
	}
}

// withParts bends the three segments of the token.
func withParts(f func(header, payload, signature string) string) func(*bend) {
	return func(b *bend) {
		if h, p, s, ok := b.parts(); ok {
			b.Text = f(h, p, s)
		}
	}
}

var compactRows = []Row{
	compact("id-token-alg-none", "alg is none, and there is no signature", Refuse, "never accept an unsigned token", signatureSpec, "oidcc-client-test-idtoken-sig-none",
		withParts(func(_, p, _ string) string { return encodeSegment(`{"alg":"none"}`) + "." + p + "." })),
	compact("id-token-alg-none-case", "alg is nOnE, and there is no signature", Refuse, "never accept an unsigned token", signatureSpec, "",
		withParts(func(_, p, _ string) string { return encodeSegment(`{"alg":"nOnE"}`) + "." + p + "." })),
	compact("id-token-alg-null", "alg is null", Refuse, "refuse it without a crash", "RFC 7515 §4.1.1", "fapi2-…-invalid-null-alg",
		withParts(func(_, p, s string) string { return encodeSegment(`{"alg":null}`) + "." + p + "." + s })),
	compact("id-token-alg-missing", "there is no alg", Refuse, "refuse it without a crash", "RFC 7515 §4.1.1", "",
		withParts(func(_, p, s string) string { return encodeSegment(`{"typ":"JWT"}`) + "." + p + "." + s })),
	compact("id-token-alg-other", "the token is signed by an algorithm that was not agreed on, with a published key", Refuse, "accept the algorithm agreed on only",
		signatureSpec, "fapi2-…-invalid-alternate-alg",
		func(b *bend) { b.resign(b.otherAlgorithm(), func(h map[string]any) { h["kid"] = "other-alg" }) }).
		with(stage.JWKS, func(b *bend) { b.publishRogue(b.otherAlgorithm(), "other-alg", false) }),
	compact("id-token-hs256-public-key", "HS256, with the public key's text as its secret", Refuse, "let the key's kind decide about the algorithm", "RFC 8725 §2.1, §3.1", "oidcc-client-test-invalid-sig-hs256",
		func(b *bend) {
			key, err := b.Provider.PublicKey()
			if _, payload, _, ok := b.parts(); ok && err == nil {
				b.Text = hs256(publicPEM(key), payload)
			}
		}),
	compact("id-token-hs256-secret", "HS256, with the client_secret, which is no secret on a desktop", Refuse, "accept the algorithm agreed on only", signatureSpec, "",
		func(b *bend) {
			if _, payload, _, ok := b.parts(); ok {
				b.Text = hs256([]byte(b.Provider.SecretOf(b.ClientID)), payload)
			}
		}),
	compact("id-token-other-key", "the token is signed by a key that is not published, under the right name", Refuse, "refuse it", signatureSpec, "oidcc-client-test-invalid-sig-es256",
		func(b *bend) { b.resign(b.Provider.Algorithm(), nil) }),
	compact("id-token-key-inside", "the token brings its own key in its header", Refuse, "take keys from the provider's key set only", "RFC 8725 §3.10, RFC 7515 §4.1.3", "",
		func(b *bend) {
			jwk, err := b.engine.rogues.jwk(b.Provider.Algorithm(), "inside")
			if err == nil {
				b.resign(b.Provider.Algorithm(), func(h map[string]any) { h["jwk"] = jwk; delete(h, "kid") })
			}
		}),
	compact("id-token-key-elsewhere", "the token's header says where its key is to be fetched", Refuse, "fetch keys from jwks_uri only", "RFC 8725 §3.10, RFC 7515 §4.1.2", "",
		func(b *bend) {
			b.resign(b.Provider.Algorithm(), func(h map[string]any) { h["jku"] = evilURL + "/keys"; h["kid"] = "elsewhere" })
		}),
	compact("id-token-signature-missing", "the signature is cut off", Refuse, "refuse it", signatureSpec, "", withParts(func(h, p, _ string) string { return h + "." + p + "." })),
	compact("id-token-signature-zero", "the signature is all zeros", Refuse, "refuse it", signatureSpec, "",
		withParts(func(h, p, s string) string { return h + "." + p + "." + strings.Repeat("A", len(s)) })),
	compact("id-token-signature-wrong", "one bit of the signature is flipped", Refuse, "refuse it", signatureSpec, "oidcc-client-test-invalid-sig-rs256",
		withParts(func(h, p, s string) string {
			raw, err := base64url.DecodeString(s)
			if err != nil || len(raw) == 0 {
				return h + "." + p + "."
			}
			raw[len(raw)/2] ^= 1
			return h + "." + p + "." + base64url.EncodeToString(raw)
		})),
	compact("id-token-payload-changed", "a claim was changed after signing", Refuse, "refuse it", signatureSpec, "",
		withParts(func(h, p, s string) string {
			raw, err := base64url.DecodeString(p)
			if err != nil || len(raw) < 2 {
				return h + "." + p + "."
			}
			return h + "." + encodeSegment(string(raw[:len(raw)-1])+`,"admin":true}`) + "." + s
		})),
	compact("id-token-not-a-jws", "it is no JWS at all", Refuse, "refuse it without a crash", "RFC 7515 §7.1", "", func(b *bend) { b.Text = "hello" }),
	compact("id-token-five-parts", "it has the form of an encrypted token", Refuse, "refuse it without a crash", "RFC 7516 §7.1", "",
		withParts(func(h, p, s string) string { return h + "." + p + "." + s + "." + p + "." + s })),
	compact("id-token-padded", "its parts are padded by =", Refuse, "refuse it", "RFC 7515 §2", "",
		withParts(func(h, p, s string) string { return h + "=." + p + "==." + s })),
	compact("id-token-payload-not-json", "its payload is signed, and no JSON", Refuse, "refuse it without a crash", "RFC 7519 §7.2", "",
		func(b *bend) {
			header, _, _, ok := b.parts()
			key, err := b.engine.rogues.key(b.Provider.Algorithm())
			if !ok || err != nil {
				return
			}
			if text, err := sign(b.Provider.Algorithm(), key, header, encodeSegment("hello")); err == nil {
				b.Text = text
			}
		}).with(stage.JWKS, func(b *bend) {
		id := b.currentKeyID()
		b.Object.Set("keys", []any{})
		b.publishRogue(b.Provider.Algorithm(), id, false)
	}),
	{
		Name: "id-token-key-rotated", Stage: stage.Transport, Endpoint: "token", Place: "keys",
		About:  "the provider changes its key just before it signs",
		Client: Accept, Must: "fetch the keys once more when it meets an unknown kid", Spec: "OpenID Connect Core §10.1.1",
		Suite: "oidcc-client-test-signing-key-rotation-just-before-signing",
		bend: func(b *bend) {
			if err := b.Provider.RotateKeys(); err != nil {
				b.answer(503, "text/plain; charset=utf-8", "no new key\n")
			}
		},
	},
}
