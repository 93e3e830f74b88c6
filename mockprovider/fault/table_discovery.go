package fault

import "app.latchkey/mockprovider/stage"

const (
	discoverySpec = "OpenID Connect Discovery §4.3, RFC 8414 §3.3"
	insecureSpec  = "OpenID Connect Discovery §3, RFC 9700 §2.6"
	pkceSpec      = "RFC 7636 §4.2, RFC 9700 §2.1.1"
)

// metadata makes a row of the discovery document.
func metadata(name, place, about string, client Verdict, must, spec, suite string, bend func(*bend), params ...Param) Row {
	return Row{
		Name: name, Stage: stage.Discovery, Endpoint: "discovery", Place: "discovery " + place, Params: params,
		About: about, Client: client, Must: must, Spec: spec, Suite: suite, bend: bend,
	}
}

var discoveryRows = []Row{
	metadata("discovery-issuer-wrong", "issuer", "the issuer is another one", Refuse,
		"compare it with the issuer that was asked", discoverySpec, "oidcc-client-test-discovery-issuer-mismatch",
		setFrom("issuer", "issuer"), Param{"issuer", Text, evilURL, "the issuer that is sent"}),
	metadata("discovery-issuer-slash", "issuer", "the issuer has a slash more at its end", Refuse,
		"compare character by character", discoverySpec, "",
		func(b *bend) { b.Object.Set("issuer", b.Provider.Issuer()+"/") }),
	metadata("discovery-issuer-missing", "issuer", "there is no issuer", Refuse,
		"refuse a document that does not say whose it is", discoverySpec, "", del("issuer")),
	metadata("discovery-issuer-twice", "issuer", "the issuer stands there twice, the second time another one", Refuse,
		"let no parser choose which one it believes", "RFC 8259 §4", "", twice("issuer", evilURL)),
	metadata("discovery-member-missing", "member", "a member is missing", Refuse,
		"refuse without authorization endpoint, token endpoint or jwks_uri", "OpenID Connect Discovery §3", "oidcc-client-test-discovery-jwks-uri-keys",
		func(b *bend) { b.Object.Delete(b.text("member")) }, Param{"member", Text, "token_endpoint", "the member that is left out"}),
	metadata("discovery-endpoint-insecure", "endpoint", "an endpoint is an http address of another host", Refuse,
		"accept https only, and http on loopback only", insecureSpec, "",
		func(b *bend) { b.Object.Set(b.text("member"), "http://evil.example/"+b.text("member")) },
		Param{"member", Text, "token_endpoint", "the endpoint that is changed"}),
	metadata("discovery-endpoint-script", "authorization_endpoint", "the authorization endpoint is a javascript: address", Refuse,
		"hand nothing but https and loopback http to a browser", insecureSpec, "", set("authorization_endpoint", "javascript:alert(1)")),
	metadata("discovery-endpoint-query", "authorization_endpoint", "the authorization endpoint has a query of its own", Accept,
		"keep the query and add to it", "RFC 6749 §3.1", "",
		func(b *bend) {
			if s, ok := b.Object.Get("authorization_endpoint").(string); ok {
				b.Object.Set("authorization_endpoint", s+"?tenant=a%20b")
			}
		}),
	metadata("discovery-pkce-plain-only", "pkce", "the only challenge method is plain", Refuse,
		"refuse rather than send no challenge or a plain one", pkceSpec, "", set("code_challenge_methods_supported", []string{"plain"})),
	metadata("discovery-pkce-none", "pkce", "the list of challenge methods is empty", Refuse,
		"refuse rather than send no challenge", pkceSpec, "", set("code_challenge_methods_supported", []string{})),
	metadata("discovery-pkce-unlisted", "pkce", "challenge methods are not mentioned", Accept,
		"send S256 all the same: many providers do it and do not say so", "RFC 8414 §2", "", del("code_challenge_methods_supported")),
	metadata("discovery-alg-hs256-only", "algorithms", "ID tokens are said to be signed by HS256", Refuse,
		"accept no algorithm but those it was set up for", "OpenID Connect Core §3.1.3.7", "",
		set("id_token_signing_alg_values_supported", []string{"HS256"})),
	metadata("discovery-alg-none", "algorithms", "ID tokens are said to be signed by RS256, ES256 or not at all", Accept,
		"go on, and still accept no unsigned token", "OpenID Connect Discovery §3", "",
		set("id_token_signing_alg_values_supported", []string{"none", "RS256", "ES256", "EdDSA"})),
	metadata("discovery-types-wrong", "types", "endpoints are numbers and lists are strings", Refuse,
		"refuse without a crash", "OpenID Connect Discovery §3", "",
		func(b *bend) {
			b.Object.Set("token_endpoint", 42)
			b.Object.Set("code_challenge_methods_supported", "S256")
		}),
	metadata("discovery-unknown-members", "unknown", "there are members that nobody knows", Accept,
		"ignore them", "OpenID Connect Discovery §3", "",
		func(b *bend) {
			b.Object.Set("x_moon_phase", []any{"waning", 0.25}).Set("x_nested", map[string]any{"issuer": evilURL})
		}),
}

// keys makes a row of the key set.
func keySet(name, about string, client Verdict, must, spec, suite string, bend func(*bend)) Row {
	return Row{
		Name: name, Stage: stage.JWKS, Endpoint: "jwks", Place: "jwks", About: about,
		Client: client, Must: must, Spec: spec, Suite: suite, bend: bend,
	}
}

// changeKeys applies f to each key of the key set.
func changeKeys(f func(key map[string]any)) func(*bend) {
	return func(b *bend) {
		keys := items(b.Object.Get("keys"))
		for _, k := range keys {
			if m, ok := k.(map[string]any); ok {
				f(m)
			}
		}
		b.Object.Set("keys", keys)
	}
}

var jwksRows = []Row{
	keySet("jwks-empty", "there are no keys", Refuse, "refuse: nothing can be verified", "RFC 7517 §5", "", set("keys", []any{})),
	keySet("jwks-keys-missing", "there is no member keys", Refuse, "refuse without a crash", "RFC 7517 §5", "", del("keys")),
	keySet("jwks-no-list", "keys is a string", Refuse, "refuse without a crash", "RFC 7517 §5.1", "", set("keys", "none")),
	keySet("jwks-unknown-only", "all keys are of a kind that nobody knows", Refuse, "refuse: nothing can be verified", "RFC 7517 §5",
		"", set("keys", []any{map[string]any{"kty": "moon", "kid": "1"}})),
	keySet("jwks-unknown-beside", "there is a key of an unknown kind before the right one", Accept, "skip it", "RFC 7517 §5", "",
		func(b *bend) {
			b.Object.Set("keys", append([]any{map[string]any{"kty": "moon", "kid": "1"}}, items(b.Object.Get("keys"))...))
		}),
	keySet("jwks-symmetric-only", "the only key is a symmetric one, for everybody to see", Refuse, "never verify with a published secret",
		"RFC 7515 §10.6", "", set("keys", []any{map[string]any{"kty": "oct", "k": "c2VjcmV0", "alg": "HS256"}})),
	keySet("jwks-other-key", "another key stands under the right name", Refuse, "refuse the signature", "OpenID Connect Core §3.1.3.7",
		"oidcc-client-test-invalid-sig-rs256",
		func(b *bend) {
			id := b.currentKeyID()
			b.Object.Set("keys", []any{})
			b.publishRogue(b.Provider.Algorithm(), id, false)
		}),
	keySet("jwks-extra-key", "there is a second key of another name", Accept, "choose by kid", "RFC 7517 §4.5", "",
		func(b *bend) { b.publishRogue(b.Provider.Algorithm(), "extra", false) }),
	keySet("jwks-same-kid-twice", "two keys have one name, the wrong one first", Either, "refuse, or try both", "RFC 7517 §4.5", "",
		func(b *bend) { b.publishRogue(b.Provider.Algorithm(), b.currentKeyID(), true) }),
	keySet("jwks-kid-missing", "the key has no name", Either, "try the only key there is, or refuse", "RFC 7515 §4.1.4", "",
		changeKeys(func(k map[string]any) { delete(k, "kid") })),
	keySet("jwks-alg-missing", "the key does not say its algorithm", Accept, "go by the key's kind", "RFC 7517 §4.4", "",
		changeKeys(func(k map[string]any) { delete(k, "alg") })),
	keySet("jwks-use-enc", "the key is said to be for encryption", Either, "refuse it for signatures; some libraries do not look", "RFC 7517 §4.2", "",
		changeKeys(func(k map[string]any) { k["use"] = "enc" })),
	keySet("jwks-key-broken", "the key's numbers are no base64url", Refuse, "refuse without a crash", "RFC 7518 §6", "",
		changeKeys(func(k map[string]any) {
			for _, name := range []string{"n", "x"} {
				if _, ok := k[name]; ok {
					k[name] = "!!!"
				}
			}
		})),
}
