package attacks_test

import (
	"context"
	"errors"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"app.latchkey/auth"
)

// configAttacks come by way of what the program is told and what it is made of.
func configAttacks() []attack {
	return []attack{
		{kind: 27, name: "a silent sign-in with our client", by: program, does: "pretends to be this program, or has it ask with prompt=none, so that nobody sees a page",
			must: "every request of ours shows the provider's page; prompt=none is refused", section: "RFC 8252 §8.6", defence: "prompt=none is no choice, and no parameter of a configuration may set it",
			where: "auth/provider.go auth/signin.go", run: neverSilent},
		{kind: 27, name: "our client secret in other hands", by: program, does: "reads the client secret out of the program or its configuration and redeems codes and refresh tokens with it",
			must: "the secret alone opens nothing", section: "RFC 8252 §8.5", defence: "nothing rests on it: PKCE binds codes, the keychain keeps refresh tokens", where: "auth/authorize.go auth/token.go",
			elsewhere: []string{"mockprovider/rpcheck TestConformance"}},
		{kind: 28, name: "a web view inside the program", by: "a program that looks like the provider's page", does: "shows the provider's page in a window of its own, where it can read the password",
			must: "the program has none: nothing that draws web pages is linked", section: "RFC 8252 §8.12", defence: "the system's browser, no dependency that is one", where: "app/browser.go go.mod", run: noWebView},
		{kind: 29, name: "addresses in the configuration", by: "whoever writes the configuration", does: "sets issuers that are http, file:, javascript:, without host, with a password or a query, and profile APIs elsewhere",
			must: "refused before anything is asked or opened", section: "RFC 8414 §2", defence: "every address is checked before it is used", where: "auth/provider.go", run: badConfigurations},
		{kind: 29, name: "parameters that a check rests on", by: "whoever writes the configuration", does: "sets state, nonce, code_challenge_method=plain, redirect_uri, response_type, … as extra parameters",
			must: "refused", section: "RFC 9700 §2.1", defence: "a list of parameters that may not be set", where: "auth/provider.go", run: badParameters},
		{kind: 29, name: "addresses for the browser", by: provider, does: "has the program open file:, javascript:, options that begin with - and other things that are no page",
			must: "the opener is not started", section: "–", defence: "only http and https with a host reach the system's opener, and the only address is our own start link", where: "app/browser.go auth/metadata.go",
			elsewhere: []string{"app TestOpenURL", "auth/loopback TestUnusableAttempt"}},
		{kind: 29, name: "a client's JSON with foreign addresses", by: "whoever sends the user a file", does: "has the user import a client JSON whose auth_uri or token_uri lead elsewhere, or whose values end a string of TOML",
			must: "refused; nothing is written; the secret is not in the words", section: "–", defence: "only Google's own addresses and values of Google's form are taken", where: "settings/clientjson.go",
			elsewhere: []string{"settings TestClientsThatAreRefused"}},
		{kind: 29, name: "a broken or hostile providers.toml", by: "whoever writes the configuration", does: "misspells keys, leaves strings open, sets hosts and ports that are none",
			must: "refused with line and column; no secret in the words", section: "–", defence: "unknown keys are errors; every value is checked", where: "settings/providers.go settings/scan.go",
			elsewhere: []string{"settings TestBrokenProviders", "settings TestProvidersTooLarge", "settings TestSecretNotInErrors"}},
		{kind: 19, name: "the weaker proof instead of the ID token", by: provider, does: "leaves the ID token out, or has the configuration ask for openid where nothing checks it",
			must: "the sign-in fails; an account that an ID token proved is not continued without", section: "OpenID Connect Core §3.1.3.3", defence: "a provider is of one kind or the other, and an account keeps its kind of proof", where: "auth/plain.go auth/accounts.go",
			elsewhere: []string{"auth TestOpenIDConnectNeverFallsBack"}},
		{kind: 21, name: "a user API that speaks of somebody else", by: provider, does: "answers a plain OAuth 2.0 access token with another account's profile, or with nobody's",
			must: "refused; nothing of it is shown", section: "RFC 9700 §4.6", defence: "the stable number is compared with the one that signed in", where: "resources/userapi.go auth/userapi.go",
			elsewhere: []string{"resources TestUserAPIOfSomebodyElse", "auth TestUserAPIMustNameSomebody"}},
		{kind: 4, name: "one tenant speaks for another", by: "the administrator of a tenant", does: "presents tokens whose tid and iss disagree, are no tenant's, or are signed by a key of another tenant, where one discovery document is for all",
			must: "refused", section: "OpenID Connect Core §3.1.3.7(2)", defence: "the issuer's template with the token's own tid, and the issuer of the key", where: "auth/provider.go auth/identity.go auth/keys.go",
			elsewhere: []string{"auth TestTenantAndIssuerMustAgree", "auth TestKeyOfAnotherTenant", "auth TestTenantOfARefreshStays"}},
	}
}

// unreachable is a back channel over which nothing may go.
type unreachable struct{ t *testing.T }

func (u unreachable) RoundTrip(r *http.Request) (*http.Response, error) {
	u.t.Errorf("%s was asked", r.URL.Host)
	return nil, errors.New("nothing may be asked")
}

// refuses lets a client begin a sign-in at a provider that it must refuse
// before it asks or opens anything.
func refuses(t *testing.T, what string, p auth.Provider) {
	t.Helper()
	v := newVictim(t)
	v.config.Transport = unreachable{t}
	v.config.Timeout = time.Second // for whom it comes to waiting
	v.config.OpenBrowser = func(_ context.Context, address string) error {
		t.Errorf("%s: %s was opened", what, address)
		return nil
	}
	v.restart()
	_, err := v.client.SignIn(t.Context(), p, auth.SignInOptions{})
	if auth.CodeOf(err) != auth.CodeConfigInvalid {
		t.Errorf("%s: %v", what, err)
	}
}

func badConfigurations(t *testing.T) {
	good := func() auth.Provider { return auth.Google("client", "secret") }
	for _, issuer := range []string{"", "id.example", "http://id.example", "http://localhost.example", "file:///etc/passwd", "javascript:alert(1)",
		"https://", "https://user:password@id.example", "https://id.example?x=1", "https://id.example#x", "-oProxyCommand=x"} {
		p := good()
		p.Issuer = issuer
		refuses(t, "issuer "+issuer, p)
	}
	for _, api := range []string{"http://id.example/me", "http://127.0.0.1/me", "file:///etc/passwd"} {
		p := good()
		p.ProfileAPI = api
		refuses(t, "profile API "+api, p)
	}
	for _, host := range []string{"0.0.0.0", "id.example", "[::]", "127.0.0.1.evil.test"} {
		p := good()
		p.Redirect.Host = host
		refuses(t, "redirect host "+host, p)
	}
}

func badParameters(t *testing.T) {
	for name, value := range map[string]string{"state": "x", "nonce": "x", "code_challenge": "x", "code_challenge_method": "plain", "redirect_uri": "https://evil.test/",
		"response_type": "token", "response_mode": "fragment", "client_id": "x", "scope": "x", "request": "x", "request_uri": "https://evil.test/"} {
		p := auth.Google("client", "secret")
		p.Quirks.AuthParams = map[string]string{name: value}
		refuses(t, name, p)
	}
}

func neverSilent(t *testing.T) {
	p := auth.Google("client", "secret")
	p.Quirks.AuthParams = map[string]string{"prompt": "none"}
	refuses(t, "prompt=none in the configuration", p)

	v := newVictim(t)
	if a, err := v.client.Begin(t.Context(), v.provider, auth.SignInOptions{Prompt: "none"}); err == nil {
		_ = a.Close()
		t.Error("a sign-in may ask with prompt=none")
	}
	a := v.begin()
	if q := a.request(); strings.Contains(q.Get("prompt"), "none") {
		t.Errorf("the request carries prompt=%s", q.Get("prompt"))
	}
}

// noWebView looks at what the program links. Names are of libraries that draw
// web pages, as their import paths have them.
func noWebView(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", ".")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	if !strings.Contains(string(out), "fyne.io/fyne/v2/app\n") {
		t.Fatal("this is not the list of what the program links: the row proves nothing")
	}
	for path := range strings.FieldsSeq(string(out)) {
		for _, name := range []string{"webview", "webkit", "chromium", "chromedp", "cef", "electron", "wails", "lorca", "edge2", "go-rod", "playwright"} {
			if strings.Contains(strings.ToLower(path), "/"+name) || strings.Contains(strings.ToLower(path), "-"+name) {
				t.Errorf("the program links %s", path)
			}
		}
	}
}
