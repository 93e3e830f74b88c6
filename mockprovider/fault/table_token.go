package fault

import (
	"math"
	"net/http"
	"strings"
	"time"

	"app.latchkey/mockprovider/stage"
)

const tokenSpec = "RFC 6749 §5.1"

// token makes a row of the token response that carries tokens.
func token(name, member, about string, client Verdict, must, spec, suite string, bend func(*bend), params ...Param) Row {
	return Row{
		Name: name, Stage: stage.Token, Endpoint: "token", Place: "token " + member, Params: params,
		About: about, Client: client, Must: must, Spec: spec, Suite: suite, when: hasMember("access_token"), bend: bend,
	}
}

// tokenHas makes a row that needs the member that it bends.
func tokenHas(r Row, member string) Row {
	r.when = hasMember(member)
	return r
}

// tokenAnswer makes a row that answers a token request without looking at it.
func tokenAnswer(name, about string, client Verdict, must, spec string, bend func(*bend), params ...Param) Row {
	return Row{
		Name: name, Stage: stage.Transport, Endpoint: "token", Place: "answer", Params: params,
		About: about, Client: client, Must: must, Spec: spec, bend: bend,
	}
}

// body replaces the whole token response by a text made from it.
func body(f func(json string) string) func(*bend) {
	return func(b *bend) { b.Body = []byte(f(encode(b.Object))) }
}

var tokenRows = []Row{
	token("token-access-missing", "access_token", "there is no access token", Refuse, "refuse it", tokenSpec, "", del("access_token")),
	token("token-access-empty", "access_token", "the access token is empty", Refuse, "refuse it", tokenSpec, "", set("access_token", "")),
	token("token-access-type", "access_token", "the access token is a number", Refuse, "refuse it without a crash", tokenSpec, "", set("access_token", 12345)),
	token("token-access-foreign", "access_token", "the access token is somebody else's, the ID token is the right one", Refuse, "compare at_hash",
		"OpenID Connect Core §3.1.3.8, RFC 9700 §4.6", "", set("access_token", "ya29.a0Astolen-access-token-of-somebody-else")),
	token("token-access-hostile", "access_token", "the access token holds a line break", Refuse, "refuse what fits no header", "RFC 6750 §2.1", "",
		set("access_token", "a\r\nX-Evil: 1")),
	token("token-access-twice", "access_token", "the access token stands there twice", Either, "refuse, or take the last as most parsers do; at_hash decides",
		"RFC 8259 §4", "", func(b *bend) { b.Object.Add("access_token", b.Object.Get("access_token")) }),
	token("token-type-missing", "token_type", "there is no token type", Refuse, "refuse a token that it cannot know how to use", "RFC 6749 §7.1", "", del("token_type")),
	token("token-type-unknown", "token_type", "the token type is one that nobody knows", Refuse, "refuse a token that it cannot know how to use", "RFC 6749 §7.1", "",
		setFrom("token_type", "type"), Param{"type", Text, "MAC", "the type that is sent"}),
	token("token-type-case", "token_type", "the token type is written in other letters", Accept, "compare without regard to case", tokenSpec,
		"fapi2-…-token-type-case-insensitivity", set("token_type", "bEARER")),
	token("token-expires-missing", "expires_in", "the life of the access token is not said", Accept, "assume a short one", tokenSpec,
		"fapi2-…-token-endpoint-response-without-expires_in", del("expires_in")),
	token("token-expires-string", "expires_in", "the life of the access token is a string", Accept, "read it, as some providers send it", tokenSpec, "", set("expires_in", "3600")),
	token("token-expires-float", "expires_in", "the life of the access token has a fraction", Either, "read it, or refuse it", tokenSpec, "", set("expires_in", 3599.5)),
	token("token-expires-zero", "expires_in", "the access token has ended already", Either, "refuse, or refresh at once but not for ever", tokenSpec, "", set("expires_in", 0)),
	token("token-expires-negative", "expires_in", "the life of the access token is negative", Refuse, "refuse, and above all do not take it as endless", tokenSpec, "", set("expires_in", -1)),
	token("token-expires-huge", "expires_in", "the life of the access token overflows a counter of nanoseconds", Either, "cap it", tokenSpec, "",
		set("expires_in", int64(math.MaxInt64))),
	token("token-scope-missing", "scope", "the scope is not said", Accept, "take it as what was asked for", tokenSpec,
		"fapi2-…-no-scope-in-token-endpoint-response", del("scope")),
	token("token-scope-narrower", "scope", "the scope is narrower than asked for", Accept, "offer only what was granted", "RFC 6749 §3.3", "",
		func(b *bend) {
			if s, ok := b.Object.Get("scope").(string); ok {
				b.Object.Set("scope", narrower(s))
			}
		}),
	token("token-scope-list", "scope", "the scope is a list instead of a string", Either, "read it or refuse it, without a crash", tokenSpec, "",
		func(b *bend) {
			if s, ok := b.Object.Get("scope").(string); ok {
				b.Object.Set("scope", strings.Fields(s))
			}
		}),
	tokenHas(token("token-refresh-missing", "refresh_token", "there is no refresh token", Accept, "keep the one it has, if it has one; else live without",
		"RFC 6749 §6", "", del("refresh_token")), "refresh_token"),
	tokenHas(token("token-refresh-empty", "refresh_token", "the refresh token is empty", Accept, "take it as missing: keep the one it has", "RFC 6749 §6", "",
		set("refresh_token", "")), "refresh_token"),
	tokenHas(token("token-id-missing", "id_token", "there is no ID token", Refuse, "refuse a sign-in without identity", "OpenID Connect Core §3.1.3.3", "",
		del("id_token")), "id_token").grant("authorization_code"),
	tokenHas(token("token-id-null", "id_token", "the ID token is null", Refuse, "refuse it without a crash", "OpenID Connect Core §3.1.3.3", "",
		set("id_token", nil)), "id_token").grant("authorization_code"),
	token("token-unknown-members", "unknown", "there are members that nobody knows", Accept, "ignore them", tokenSpec, "",
		func(b *bend) {
			b.Object.Set("refresh_token_expires_in", 604799).Set("x_nested", map[string]any{"access_token": "no"})
		}),
	token("token-error-200", "error", "there is an error in a response with status 200", Refuse, "an error is an error", "RFC 6749 §5.2", "", set("error", "invalid_grant")),
	token("token-array", "body", "the response is a list", Refuse, "refuse it without a crash", tokenSpec, "", body(func(s string) string { return "[" + s + "]" })),
	token("token-null", "body", "the response is null", Refuse, "refuse it without a crash", tokenSpec, "", body(func(string) string { return "null" })),
	token("token-trailing", "body", "something follows the JSON", Either, "refuse, or read the JSON", "RFC 8259 §2", "",
		body(func(s string) string { return s + "\n}<!-- served by cache-7 -->" })),
	token("token-bom", "body", "a byte order mark comes before the JSON", Either, "refuse, or skip it", "RFC 8259 §8.1", "", body(func(s string) string { return "\ufeff" + s })),
	token("token-deep", "body", "the response is nested a hundred thousand levels deep", Refuse, "refuse it without running out of stack", "RFC 8259 §9", "",
		body(func(s string) string {
			const n = 100_000
			return `{"x":` + strings.Repeat("[", n) + strings.Repeat("]", n) + "," + s[1:]
		})),
	{
		Name: "token-cacheable", Stage: stage.Wire, Endpoint: "token", Place: "header Cache-Control", About: "the response may be cached",
		Client: Accept, Must: "cache it nowhere all the same", Spec: tokenSpec,
		bend: func(b *bend) { b.Header.Set("Cache-Control", "public, max-age=86400"); b.Header.Del("Pragma") },
	},
	tokenAnswer("token-error", "the token endpoint refuses", Refuse, "report it by its code", "RFC 6749 §5.2",
		func(b *bend) {
			status := http.StatusBadRequest
			if b.text("code") == "invalid_client" {
				status = http.StatusUnauthorized
			}
			b.answerJSON(status, "error", b.text("code"), "error_description", b.text("description"))
		},
		Param{"code", Text, "invalid_grant", "the error"}, Param{"description", Text, "Bad Request", "error_description"}),
	tokenAnswer("token-secret-missing", "the token endpoint wants the client_secret although one was sent, in Google's words", Refuse,
		"call it an error of the configuration, not of the person", "RFC 6749 §5.2",
		func(b *bend) {
			b.answerJSON(http.StatusBadRequest, "error", "invalid_request", "error_description", "client_secret is missing.")
		}),
	tokenAnswer("token-error-hostile", "the error's description holds markup, escape sequences and a line break", Refuse,
		"show it as plain text without control characters, or not at all", "RFC 6749 §5.2",
		func(b *bend) {
			b.answerJSON(http.StatusBadRequest, "error", "invalid_grant", "error_description", hostileText, "error_uri", "file:///etc/passwd")
		}),
	tokenAnswer("token-error-echo", "the error repeats everything that was sent, secrets included", Refuse, "log and show nothing of it", "RFC 6749 §10.3",
		func(b *bend) {
			b.answer(http.StatusBadRequest, "text/plain; charset=utf-8", "you sent "+sentForm(b.Event))
		}),
	{
		Name: "pkce-ignored", Stage: stage.TokenRequest, Endpoint: "token", Grant: "authorization_code", Place: "code_verifier",
		About:  "the provider takes any code verifier",
		Client: Either, Must: "it cannot see this in one sign-in; one that tests the provider with a wrong verifier does", Spec: "RFC 9700 §4.8",
		bend: func(b *bend) { b.Params.Set("code_verifier", knownVerifier) },
		also: map[stage.Stage]func(*bend){stage.AuthorizeRequest: func(b *bend) {
			if b.Params.Has("code_challenge") {
				b.Params.Set("code_challenge", knownChallenge())
			}
		}},
	},
	{
		Name: "secret-ignored", Stage: stage.TokenRequest, Endpoint: "token", Place: "client_secret",
		About:  "the provider takes any client secret, and none",
		Client: Either, Must: "it cannot see this", Spec: "RFC 6749 §3.2.1",
		when: func(e *stage.Event) bool {
			return e.Request.Header.Get("Authorization") == "" && e.Provider.SecretOf(e.Params.Get("client_id")) != ""
		},
		bend: func(b *bend) { b.Params.Set("client_secret", b.Provider.SecretOf(b.Params.Get("client_id"))) },
	},
}

// sentForm returns the parameters of the request.
func sentForm(e *stage.Event) string {
	if e.Params == nil {
		return ""
	}
	return query(e.Params)
}

// grant limits a row to a grant type.
func (r Row) grant(name string) Row {
	r.Grant = name
	return r
}

// refreshAnswer makes a row that answers a refresh without looking at it.
func refreshAnswer(name, about string, client Verdict, must, spec string, bend func(*bend)) Row {
	return tokenAnswer(name, about, client, must, spec, bend).grant("refresh_token")
}

// refreshClaim makes a row of the refreshed ID token.
func refreshClaim(name, claim, about string, client Verdict, must, suite string, bend func(*bend)) Row {
	r := claims(name, claim, about, client, must, "OpenID Connect Core §12.2", suite, bend)
	return r.grant("refresh_token")
}

var refreshRows = []Row{
	refreshAnswer("refresh-revoked", "the refresh token was revoked", Refuse, "end the session, and tell the person to sign in again", "RFC 6749 §5.2",
		func(b *bend) {
			b.answerJSON(http.StatusBadRequest, "error", "invalid_grant", "error_description", "Token has been expired or revoked.")
		}),
	refreshAnswer("refresh-rapt", "the administrator wants the person to sign in again, in Google's words", Refuse, "keep the account, and ask to sign in again", "RFC 6749 §5.2",
		func(b *bend) {
			b.answerJSON(http.StatusBadRequest, "error", "invalid_grant", "error_description", "reauth related error (invalid_rapt)", "error_subtype", "invalid_rapt")
		}),
	refreshAnswer("refresh-client-deleted", "the client was deleted", Refuse, "call it an error of the configuration, and keep the session's data", "RFC 6749 §5.2",
		func(b *bend) {
			b.answerJSON(http.StatusUnauthorized, "error", "deleted_client", "error_description", "The OAuth client was deleted.")
		}),
	refreshAnswer("refresh-error-unknown", "the token endpoint refuses by an error that nobody knows", Refuse, "keep the session: it is not invalid_grant", "RFC 6749 §5.2",
		func(b *bend) { b.answerJSON(http.StatusBadRequest, "error", "x_moon_phase") }),
	{
		Name: "refresh-answer-lost", Stage: stage.Wire, Endpoint: "token", Grant: "refresh_token", Place: "answer",
		About:  "the refresh token is rotated, but the answer is lost on the way",
		Client: Refuse, Must: "keep the session; a second try with the old token ends the family, so tell the person to sign in again", Spec: "RFC 9700 §4.14.2",
		bend: func(b *bend) { b.Send = drop },
	},
	token("refresh-id-missing", "id_token", "the refreshed response has no ID token", Accept, "keep the identity it has", "OpenID Connect Core §12.2", "", del("id_token")).grant("refresh_token"),
	refreshClaim("refresh-iss-wrong", "iss", "the refreshed ID token is of another issuer", Refuse, "end the session", "oidcc-client-test-refresh-token-invalid-issuer", set("iss", evilURL)),
	refreshClaim("refresh-sub-wrong", "sub", "the refreshed ID token is about somebody else", Refuse, "end the session", "oidcc-client-test-refresh-token-invalid-sub", set("sub", "somebody-else")),
	refreshClaim("refresh-aud-wrong", "aud", "the refreshed ID token is for another client", Refuse, "end the session", "", set("aud", "another-client")),
	refreshClaim("refresh-auth-time", "auth_time", "the refreshed ID token has another auth_time", Either, "refuse, or do not look", "", func(b *bend) { b.Object.Set("auth_time", b.at(-5*time.Minute)) }),
	refreshClaim("refresh-nonce-wrong", "nonce", "the refreshed ID token has a nonce that nobody sent", Either, "refuse, or do not look", "", set("nonce", "replayed")),
}
