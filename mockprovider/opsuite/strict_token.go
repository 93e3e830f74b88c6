package opsuite

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// rounds is how often eight clients race for one code or refresh token. One
// provider let two of eight through once in a hundred rounds.
const rounds = 200

func codeCases() []Case {
	refuse := func(name, spec string, change func(url.Values), codes ...string) Case {
		return Case{name, spec, func(e *E) {
			r := e.request(Public, "openid")
			code := e.code(e.browser(), r)
			form := r.codeForm(code)
			change(form)
			e.refused(name, e.token(r.client, form), codes...)
		}}
	}
	set := func(name, value string) func(url.Values) { return func(f url.Values) { f.Set(name, value) } }
	del := func(name string) func(url.Values) { return func(f url.Values) { f.Del(name) } }
	return []Case{
		refuse("code-missing-refused", "RFC 6749 §5.2", del("code"), "invalid_request"),
		{"code-client-unknown-refused", "RFC 6749 §5.2", func(e *E) {
			r := e.request(Public, "openid")
			form := r.codeForm(e.code(e.browser(), r))
			e.refused("an unknown client", e.token(Client{ID: "nobody"}, form), "invalid_client")
		}},
		refuse("code-unknown-refused", "RFC 6749 §5.2", set("code", "unknown"), "invalid_grant"),
		refuse("code-redirect-uri-missing-refused", "RFC 6749 §4.1.3", del("redirect_uri"), "invalid_grant", "invalid_request"),
		refuse("code-redirect-uri-other-port-refused", "RFC 6749 §4.1.3", set("redirect_uri", "http://127.0.0.1:1/callback"), "invalid_grant"),
		refuse("code-verifier-missing-refused", "RFC 7636 §4.6: no downgrade", del("code_verifier"), "invalid_grant", "invalid_request"),
		refuse("code-verifier-wrong-refused", "RFC 7636 §4.6", set("code_verifier", strings.Repeat("x", 43)), "invalid_grant"),
		refuse("code-verifier-short-refused", "RFC 7636 §4.1", set("code_verifier", "short"), "invalid_grant", "invalid_request"),
		{"code-verifier-is-challenge-refused", "RFC 7636 §4.6", func(e *E) {
			r := e.request(Public, "openid")
			form := r.codeForm(e.code(e.browser(), r))
			form.Set("code_verifier", r.Get("code_challenge"))
			e.refused("the challenge as verifier", e.token(r.client, form), "invalid_grant")
		}},
		{"code-other-client-refused", "RFC 6749 §4.1.3", func(e *E) {
			r := e.request(Public, "openid")
			code := e.code(e.browser(), r)
			e.refused("another client's code", e.token(e.target.Client(Other), r.codeForm(code)), "invalid_grant")
		}},
		{"code-expires", "RFC 6749 §4.1.2", func(e *E) {
			r := e.request(Public, "openid")
			code := e.code(e.browser(), r)
			e.advance(11 * time.Minute)
			e.refused("a code eleven minutes old", e.token(r.client, r.codeForm(code)), "invalid_grant")
		}},
		{"code-replay-revokes-access-token", "RFC 6749 §4.1.2", func(e *E) {
			r := e.request(Public, "openid email offline_access")
			code := e.code(e.browser(), r)
			tokens := e.redeemed(r, code)
			e.refused("the replay", e.token(r.client, r.codeForm(code)), "invalid_grant")
			e.dead("after the replay", tokens.get("access_token"))
		}},
		{"code-replay-revokes-refresh-token", "RFC 6749 §4.1.2", func(e *E) {
			r := e.request(Public, "openid email offline_access")
			code := e.code(e.browser(), r)
			tokens := e.redeemed(r, code)
			e.refused("the replay", e.token(r.client, r.codeForm(code)), "invalid_grant")
			e.refused("the refresh token after the replay", e.token(r.client, refreshForm(tokens.get("refresh_token"))), "invalid_grant")
		}},
		{"code-redeemed-once-by-eight", "RFC 6749 §4.1.2", func(e *E) {
			b := e.browser()
			for range rounds {
				r := e.request(Public, "openid")
				form, _ := authenticated(r.client, r.codeForm(e.code(b, r)))
				if n := e.race(form); n != 1 {
					e.fatalf("a code was redeemed %d times", n)
				}
			}
		}},
		{"codes-and-tokens-unguessable", "RFC 6749 §10.10", func(e *E) {
			r := e.request(Public, "openid email offline_access")
			code := e.code(e.browser(), r)
			tokens := e.redeemed(r, code)
			for what, s := range map[string]string{"code": code, "access token": tokens.get("access_token"), "refresh token": tokens.get("refresh_token")} {
				if len(s) < 22 { // 128 bits in base64
					e.errorf("the %s has %d characters only", what, len(s))
				}
			}
		}},
	}
}

// race posts a form eight times at once and returns how often there were
// tokens.
func (e *E) race(form url.Values) int {
	address := e.endpoint("token_endpoint")
	var done sync.WaitGroup
	var won, broken atomic.Int32
	begin := make(chan struct{})
	for range 8 {
		done.Go(func() {
			request, err := http.NewRequestWithContext(e.ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
			if err != nil {
				broken.Add(1)
				return
			}
			request.Header.Set("Content-Type", formType)
			<-begin
			switch r, err := e.roundTrip(request); {
			case err != nil || r.status >= 500:
				broken.Add(1)
			case r.status == http.StatusOK:
				won.Add(1)
			}
		})
	}
	close(begin)
	done.Wait()
	if broken.Load() > 0 {
		e.errorf("%d of eight token requests at once broke", broken.Load())
	}
	return int(won.Load())
}

// tokenCases are about the form of token requests and responses.
func tokenCases() []Case {
	// send sends a right request in a wrong way.
	send := func(name, spec string, send func(e *E, address string, form url.Values) reply) Case {
		return Case{name, spec, func(e *E) {
			r := e.request(Public, "openid")
			form, _ := authenticated(r.client, r.codeForm(e.code(e.browser(), r)))
			if got := send(e, e.endpoint("token_endpoint"), form); got.status/100 != 4 || got.get("access_token") != "" {
				e.errorf("%d %s, want a refusal", got.status, brief(got.text))
			}
		}}
	}
	return []Case{
		send("token-get-refused", "RFC 6749 §3.2", func(e *E, address string, form url.Values) reply {
			return e.do(http.MethodGet, address+"?"+form.Encode(), "")
		}),
		send("token-parameters-in-address-refused", "RFC 6749 §2.3.1, §3.2", func(e *E, address string, form url.Values) reply {
			return e.do(http.MethodPost, address+"?"+form.Encode(), "", "Content-Type", formType)
		}),
		send("token-json-refused", "RFC 6749 §3.2", func(e *E, address string, form url.Values) reply {
			return e.do(http.MethodPost, address, `{"grant_type":"authorization_code","code":"`+form.Get("code")+`"}`, "Content-Type", "application/json")
		}),
		send("token-parameter-twice-refused", "RFC 6749 §3.2", func(e *E, address string, form url.Values) reply {
			form.Add("code", form.Get("code"))
			return e.post(address, form)
		}),
		{"token-secret-in-address-refused", "RFC 6749 §2.3.1", func(e *E) {
			r := e.request(Post, "openid")
			form, _ := authenticated(r.client, r.codeForm(e.code(e.browser(), r)))
			e.refused("the secret in the address too", e.post(e.endpoint("token_endpoint")+"?"+values("client_secret", r.client.Secret).Encode(), form), "invalid_request", "invalid_client")
		}},
		{"token-grant-type-missing-refused", "RFC 6749 §5.2", func(e *E) {
			r := e.request(Public, "openid")
			form, _ := authenticated(r.client, r.codeForm(e.code(e.browser(), r)))
			form.Del("grant_type")
			e.refused("no grant_type", e.post(e.endpoint("token_endpoint"), form), "invalid_request")
		}},
		send("token-client-missing-refused", "RFC 6749 §4.1.3", func(e *E, address string, form url.Values) reply {
			form.Del("client_id")
			return e.post(address, form)
		}),
		{"token-grant-type-unknown-refused", "RFC 6749 §5.2", func(e *E) {
			e.refused("grant_type password", e.token(e.target.Client(Public), values("grant_type", "password", "username", "ada", "password", "test")), "unsupported_grant_type", "unauthorized_client")
		}},
		{"token-response-not-cached", "RFC 6749 §5.1", func(e *E) {
			tokens := e.signIn(Public, "openid")
			if got := tokens.header.Get("Cache-Control"); !strings.Contains(got, "no-store") {
				e.errorf("Cache-Control is %q", got)
			}
		}},
		{"token-expires-in-seconds", "RFC 6749 §5.1", func(e *E) {
			n, ok := e.signIn(Public, "openid").json["expires_in"].(float64)
			if !ok || n <= 0 || n > (365*24*time.Hour).Seconds() {
				e.errorf("expires_in is %v", n)
			}
		}},
		{"client-secret-wrong-refused", "RFC 6749 §5.2", func(e *E) {
			r := e.request(Basic, "openid")
			form := r.codeForm(e.code(e.browser(), r))
			got := e.post(e.endpoint("token_endpoint"), form, "Authorization", basic(r.client.ID, "wrong"))
			e.refused("a wrong secret", got, "invalid_client")
			if got.status == http.StatusUnauthorized && !strings.HasPrefix(got.header.Get("WWW-Authenticate"), "Basic") {
				e.errorf("WWW-Authenticate is %q", got.header.Get("WWW-Authenticate"))
			}
		}},
		{"client-secret-missing-refused", "RFC 6749 §3.2.1", func(e *E) {
			r := e.request(Basic, "openid")
			form := r.codeForm(e.code(e.browser(), r))
			form.Set("client_id", r.client.ID)
			e.refused("no secret", e.post(e.endpoint("token_endpoint"), form), "invalid_client", "invalid_request")
		}},
		{"client-authenticated-twice-refused", "RFC 6749 §2.3", func(e *E) {
			r := e.request(Basic, "openid")
			form := r.codeForm(e.code(e.browser(), r))
			form.Set("client_id", r.client.ID)
			form.Set("client_secret", r.client.Secret)
			e.refused("two ways at once", e.post(e.endpoint("token_endpoint"), form, "Authorization", basic(r.client.ID, r.client.Secret)), "invalid_request", "invalid_client")
		}},
	}
}

func refreshCases() []Case {
	return []Case{
		{"refresh-only-for-offline-access", "OpenID Connect Core §11", func(e *E) {
			if tokens := e.signIn(Public, "openid email"); tokens.get("refresh_token") != "" {
				e.errorf("a refresh token nobody asked for")
			}
		}},
		{"refresh-rotates", "RFC 9700 §4.14.2", func(e *E) {
			tokens := e.offline(Public)
			second := e.token(e.target.Client(Public), refreshForm(tokens.get("refresh_token")))
			if got := second.get("refresh_token"); second.status != http.StatusOK || got == "" || got == tokens.get("refresh_token") {
				e.errorf("%d, refresh token new: %v", second.status, got != "" && got != tokens.get("refresh_token"))
			}
		}},
		{"refresh-reuse-refused", "RFC 9700 §4.14.2", func(e *E) {
			old, _ := e.twice()
			e.refused("the spent refresh token", e.token(e.target.Client(Public), refreshForm(old.get("refresh_token"))), "invalid_grant")
		}},
		{"refresh-reuse-revokes-family", "RFC 9700 §4.14.2", func(e *E) {
			old, new := e.twice()
			e.token(e.target.Client(Public), refreshForm(old.get("refresh_token")))
			e.refused("the newest refresh token", e.token(e.target.Client(Public), refreshForm(new.get("refresh_token"))), "invalid_grant")
			e.dead("the newest access token", new.get("access_token"))
		}},
		{"refresh-used-once-by-eight", "RFC 9700 §4.14.2", func(e *E) {
			for range 20 {
				form, _ := authenticated(e.target.Client(Public), refreshForm(e.offline(Public).get("refresh_token")))
				if n := e.race(form); n > 1 {
					e.fatalf("a refresh token was used %d times", n)
				}
			}
		}},
		{"refresh-other-client-refused", "RFC 6749 §6", func(e *E) {
			tokens := e.offline(Public)
			e.refused("another client's", e.token(e.target.Client(Other), refreshForm(tokens.get("refresh_token"))), "invalid_grant", "unauthorized_client")
		}},
		{"refresh-missing-refused", "RFC 6749 §5.2", func(e *E) {
			e.refused("no refresh token", e.token(e.target.Client(Public), values("grant_type", "refresh_token")), "invalid_request")
		}},
		{"refresh-unknown-refused", "RFC 6749 §5.2", func(e *E) {
			e.refused("unknown", e.token(e.target.Client(Public), refreshForm(rand.Text())), "invalid_grant")
		}},
		{"refresh-changed-refused", "RFC 6749 §10.10", func(e *E) {
			token := []byte(e.offline(Public).get("refresh_token"))
			if at := len(token) - 5; token[at] == 'x' {
				token[at] = 'y'
			} else {
				token[at] = 'x'
			}
			e.refused("a refresh token with one letter changed", e.token(e.target.Client(Public), refreshForm(string(token))), "invalid_grant")
		}},
		{"refresh-wider-scope-refused", "RFC 6749 §6", func(e *E) {
			form := refreshForm(e.offline(Public).get("refresh_token"))
			form.Set("scope", e.ask("openid email profile offline_access"))
			e.refused("a scope that was not granted", e.token(e.target.Client(Public), form), "invalid_scope")
		}},
		{"refresh-narrower-scope-enforced", "RFC 6749 §6", func(e *E) {
			form := refreshForm(e.offline(Public).get("refresh_token"))
			form.Set("scope", "openid")
			r := e.token(e.target.Client(Public), form)
			if r.status != http.StatusOK {
				e.fatalf("%d %s", r.status, brief(r.text))
			}
			if info := e.userinfo(r.get("access_token")); info.status != http.StatusOK || info.json["email"] != nil {
				e.errorf("userinfo: %d %s", info.status, brief(info.text))
			}
		}},
		{"refresh-token-expires", "RFC 9700 §4.14.2", func(e *E) {
			tokens := e.offline(Public)
			e.advance(400 * 24 * time.Hour)
			e.refused("a refresh token that lay there for 400 days", e.token(e.target.Client(Public), refreshForm(tokens.get("refresh_token"))), "invalid_grant")
		}},
		{"access-token-expires", "RFC 6750 §3.1", func(e *E) {
			tokens := e.signIn(Public, "openid")
			seconds, _ := tokens.json["expires_in"].(float64)
			e.advance(time.Duration(seconds)*time.Second + time.Minute)
			e.dead("expired", tokens.get("access_token"))
		}},
	}
}

// twice signs in and refreshes once: the spent and the valid tokens.
func (e *E) twice() (old, new reply) {
	old = e.offline(Public)
	new = e.token(e.target.Client(Public), refreshForm(old.get("refresh_token")))
	if new.status != http.StatusOK || new.get("refresh_token") == "" {
		e.fatalf("refresh: %d %s", new.status, brief(new.text))
	}
	return old, new
}
