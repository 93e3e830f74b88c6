package fault

import (
	"crypto/sha256"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"

	"app.latchkey/mockprovider/stage"
)

const (
	stateSpec = "RFC 6749 §10.12, RFC 9700 §4.7"
	issSpec   = "RFC 9207 §2.4, RFC 9700 §4.4"
)

// request makes a row of the authorization request: what the provider makes of
// it before it looks.
func request(name, param, about string, client Verdict, must, spec string, bend func(*bend), params ...Param) Row {
	return Row{
		Name: name, Stage: stage.AuthorizeRequest, Endpoint: "authorize", Place: "request " + param, Params: params,
		About: about, Client: client, Must: must, Spec: spec, when: hasParam(param), bend: bend,
	}
}

// knownVerifier is the code verifier that the provider puts in place of the
// client's when it is to ignore it.
const knownVerifier = "the-verifier-of-a-provider-that-does-not-look-at-any"

func knownChallenge() string {
	sum := sha256.Sum256([]byte(knownVerifier))
	return base64url.EncodeToString(sum[:])
}

var requestRows = []Row{
	request("request-state-lost", "state", "the provider forgets the state", Refuse, "go on waiting: the response is nobody's", stateSpec, delParam("state")),
	request("request-nonce-lost", "nonce", "the provider forgets the nonce", Refuse, "refuse an ID token without the nonce that was sent",
		"OpenID Connect Core §3.1.3.7", delParam("nonce")),
	request("request-scope-narrowed", "scope", "the provider takes the last scope as not asked for", Accept,
		"go by the scope of the token response", "RFC 6749 §3.3", func(b *bend) { b.Params.Set("scope", narrower(b.Params.Get("scope"))) }),
	request("request-openid-lost", "scope", "the provider takes openid as not asked for", Refuse, "refuse a response without the ID token that was asked for",
		"OpenID Connect Core §3.1.2.1", func(b *bend) {
			b.Params.Set("scope", strings.TrimSpace(strings.ReplaceAll(" "+b.Params.Get("scope")+" ", " openid ", " ")))
		}),
	request("request-offline-lost", "offline", "the provider takes offline access as not asked for", Accept,
		"live without a refresh token until the session ends", "OpenID Connect Core §11", func(b *bend) {
			b.Params.Delete("access_type")
			b.Params.Set("scope", strings.TrimSpace(strings.ReplaceAll(" "+b.Params.Get("scope")+" ", " offline_access ", " ")))
		}).only(func(e *stage.Event) bool {
		return e.Params.Has("access_type") || strings.Contains(e.Params.Get("scope"), "offline_access")
	}),
	request("request-challenge-replaced", "code_challenge", "somebody on the way puts his own challenge into the request", Refuse,
		"report that the provider refused the code", "RFC 7636 §4.6, RFC 9700 §4.5.3", setParam("code_challenge", knownChallenge())),
	request("request-refused", "client_id", "the provider refuses the client on its own page; nothing comes back", Refuse,
		"say after a while that the browser may show an error, and let the person cancel", "RFC 6749 §3.1.2.4", setParam("client_id", "deleted-client")),
}

// redirect makes a row of the authorization response's parameters.
func redirect(name, param, about string, client Verdict, must, spec, suite string, when string, bend func(*bend), params ...Param) Row {
	r := Row{
		Name: name, Stage: stage.Redirect, Place: "redirect " + param, Params: params,
		About: about, Client: client, Must: must, Spec: spec, Suite: suite, bend: bend,
	}
	if when != "" {
		r.when = hasParam(when)
	}
	return r
}

// asError turns the response into an error, keeping state and iss.
func asError(b *bend) {
	b.Params.Delete("code")
	b.Params.Delete("scope")
	b.Params.Set("error", b.text("code"))
	if d := b.text("description"); d != "" {
		b.Params.Set("error_description", d)
	}
}

// moveTo sends the response to a changed redirect URI.
func moveTo(change func(u *url.URL)) func(*bend) {
	return func(b *bend) {
		if u, err := url.Parse(b.Text); err == nil {
			change(u)
			b.Text = u.String()
		}
	}
}

// twoCallbacks is a page that makes the browser come back twice.
func twoCallbacks(b *bend) {
	target := withQuery(b.Text, query(b.Params))
	b.Header.Set("Content-Type", "text/html; charset=utf-8")
	b.Header.Set("Content-Security-Policy", "default-src 'none'; img-src *")
	b.Status = http.StatusOK
	b.Body = fmt.Appendf(nil, "<!doctype html><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"1; url=%s\"><title>One moment</title><img src=\"%[1]s\" alt=\"\">One moment…\n",
		html.EscapeString(target))
}

var redirectRows = []Row{
	redirect("redirect-state-wrong", "state", "state is another one", Refuse, "answer 4xx and go on waiting", stateSpec,
		"fapi2-…-ensure-authorization-response-with-invalid-state-fails", "", setParam("state", "somebody-elses-state")),
	redirect("redirect-state-missing", "state", "there is no state", Refuse, "answer 4xx and go on waiting", stateSpec,
		"fapi2-…-ensure-authorization-response-with-invalid-missing-state-fails", "state", delParam("state")),
	redirect("redirect-state-twice", "state", "state comes twice, the second time another one", Refuse, "refuse parameters that come twice", "RFC 6749 §3.1", "",
		"state", func(b *bend) { b.Params.Add("state", "somebody-elses-state") }),
	redirect("redirect-iss-wrong", "iss", "iss is another issuer", Refuse, "compare it with the issuer that was asked", issSpec,
		"fapi2-…-invalid-authorization-response-iss", "", func(b *bend) { b.Params.Set("iss", b.text("iss")) },
		Param{"iss", Text, evilURL, "the issuer that is sent"}),
	redirect("redirect-iss-empty", "iss", "iss is empty", Refuse, "an empty iss is a wrong one", issSpec, "", "", setParam("iss", "")),
	redirect("redirect-iss-twice", "iss", "iss comes twice, the second time another one", Refuse, "refuse parameters that come twice", "RFC 6749 §3.1", "",
		"iss", func(b *bend) { b.Params.Add("iss", evilURL) }),
	redirect("redirect-iss-missing", "iss", "there is no iss, and the discovery document does not promise one", Accept, "go on", "RFC 9207 §2.4", "",
		"iss", delParam("iss")).with(stage.Discovery, del("authorization_response_iss_parameter_supported")),
	redirect("redirect-iss-promised", "iss", "there is no iss although the discovery document promises it", Refuse, "refuse: it may have been taken away", issSpec,
		"fapi2-…-remove-authorization-response-iss", "iss", delParam("iss")).with(stage.Discovery, set("authorization_response_iss_parameter_supported", true)),
	redirect("redirect-code-missing", "code", "there is neither code nor error", Refuse, "report it", "RFC 6749 §4.1.2", "", "code", delParam("code")),
	redirect("redirect-code-empty", "code", "code is empty", Refuse, "report it", "RFC 6749 §4.1.2", "", "code", setParam("code", "")),
	redirect("redirect-code-twice", "code", "code comes twice, the second time another one", Refuse, "refuse parameters that come twice", "RFC 6749 §3.1", "",
		"code", func(b *bend) { b.Params.Add("code", b.Params.Get("code")+"x") }),
	redirect("redirect-code-foreign", "code", "the code is somebody else's: code injection", Refuse, "report that the provider refused the code", "RFC 9700 §4.5",
		"", "code", setParam("code", "4/0Astolen-code-of-somebody-else")),
	redirect("redirect-error", "code", "there is an error instead of a code", Refuse, "report it in words of its own", "RFC 6749 §4.1.2.1",
		"oidcc-client-test (error responses)", "code", asError,
		Param{"code", Text, "server_error", "the error"}, Param{"description", Text, "", "error_description"}),
	redirect("redirect-error-hostile", "code", "the error's description holds markup, escape sequences and a line break", Refuse,
		"show it as plain text without control characters, or not at all", "RFC 6749 §4.1.2.1", "", "code", func(b *bend) {
			b.Params.Delete("code")
			b.Params.Set("error", "server_error")
			b.Params.Set("error_description", hostileText)
			b.Params.Set("error_uri", "file:///etc/passwd")
		}),
	redirect("redirect-error-and-code", "code", "there is an error beside the code", Refuse, "an error ends the sign-in, whatever comes with it", "RFC 6749 §4.1.2.1", "",
		"code", func(b *bend) { b.Params.Set("error", "access_denied") }),
	redirect("redirect-error-unasked", "code", "there is an error with a wrong state", Refuse, "answer 4xx and go on waiting: anybody can send that", stateSpec, "",
		"code", func(b *bend) {
			b.Params.Delete("code")
			b.Params.Set("error", "access_denied")
			b.Params.Set("state", "somebody-elses-state")
		}),
	redirect("redirect-unknown-parameters", "unknown", "there are parameters that nobody knows", Accept, "ignore them", "RFC 6749 §4.1.2", "", "",
		func(b *bend) { b.Params.Add("session_state", "a.b"); b.Params.Add("x moon", "☾") }),
	redirect("redirect-fragment", "target", "the parameters stand behind # instead of ?", Refuse, "go on waiting: a fragment does not reach a server", "RFC 6749 §4.1.2", "", "",
		func(b *bend) {
			b.Text += "#" + query(b.Params)
			for _, q := range b.Params.All() {
				b.Params.Delete(q.Name)
			}
		}),
	redirect("redirect-wrong-path", "target", "the response goes to another path of the client", Refuse, "answer 404 and go on waiting", "RFC 9700 §4.1", "", "",
		moveTo(func(u *url.URL) { u.Path += "-other" })),
	redirect("redirect-wrong-host", "target", "the response goes to the client's port under the name localhost", Refuse,
		"answer to the host name that was registered only", "RFC 8252 §8.3", "", "", moveTo(func(u *url.URL) { u.Host = "localhost:" + u.Port() })),
	redirect("redirect-307", "status", "the redirect is a 307, which makes the browser post the consent form to the client", Either,
		"accept no POST that was not asked for, or take its query", "RFC 9700 §4.12", "", "", func(b *bend) { b.Status = http.StatusTemporaryRedirect }),
	redirect("redirect-twice", "status", "the browser comes back twice with the same response", Accept, "take the first, tell the second that it is over",
		"RFC 6749 §10.5", "", "code", twoCallbacks),
}

// only limits a row to events of which f is true.
func (r Row) only(f func(*stage.Event) bool) Row {
	r.when = f
	return r
}

// with adds what a row also does at another stage.
func (r Row) with(s stage.Stage, f func(*bend)) Row {
	if r.also == nil {
		r.also = map[stage.Stage]func(*bend){}
	}
	r.also[s] = f
	return r
}
