package attacks_test

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"testing"

	"app.latchkey/auth"
	"app.latchkey/auth/backchannel"
	"app.latchkey/auth/store"
	"app.latchkey/mockprovider/rpcheck"
	"app.latchkey/resources"
)

// Defences of rows for which there would be other reasons to refuse.
const (
	capped = "1 MiB of answer at most"
	secure = "endpoints must be https"
	still  = "a redirect is an error on the back channel"
)

// reasons are the words by which such a refusal is known: nonsense of any size is
// refused, but for its size only if it was not read to the end; and an endpoint
// that is not https never answers, but must be refused before it is asked; and
// who is sent elsewhere finds nothing good there, but must not go.
var reasons = map[string]string{capped: backchannel.ErrTooLarge.Error(), secure: "discovery document", still: "redirect"}

// common is what this client has against the attacks of package rpcheck, which
// any client can be tried with. What is done and what must happen, it says
// there. A kind of 0 is the one that is said there too.
var common = []struct {
	name           string // of the case
	kind           int
	by             string
	defence, where string
}{
	{"attack/forged-error", 0, program, "state and cookie compared before anything else", "auth/loopback/serve.go"},
	{"attack/forged-error-in-own-browser", 0, page, "state compared before anything else, on errors too", "auth/loopback/serve.go"},
	{"attack/forged-error-with-state", 0, page, "state compared in constant time, on errors too", "auth/loopback/serve.go"},
	{"attack/forged-code", 0, page, "state compared before anything else", "auth/loopback/serve.go"},
	{"attack/forged-code-without-state", 0, page, "no state is a wrong state", "auth/loopback/serve.go"},
	{"attack/forged-code-with-empty-state", 0, page, "an empty state is a wrong state", "auth/loopback/ticket.go"},
	{"attack/junk-code-with-right-state-elsewhere", 0, program, "a cookie binds the attempt to the browser that opened the link", "auth/loopback/ticket.go"},
	{"attack/right-error-elsewhere", 0, program, "a cookie binds the attempt to the browser that opened the link", "auth/loopback/ticket.go"},
	{"attack/state-twice", 0, page, "repeated parameters are refused", "auth/loopback/serve.go"},
	{"attack/code-twice", 0, page, "repeated parameters are refused", "auth/loopback/serve.go"},
	{"attack/wrong-host", 0, page, "Host must be the redirect URI's own", "auth/loopback/serve.go"},
	{"attack/preflight", 0, page, "OPTIONS gets 405; no CORS header is ever sent", "auth/loopback/serve.go"},
	{"attack/read-by-a-page", 0, page, "no CORS header is ever sent", "auth/loopback/serve.go"},
	{"attack/forged-post", 0, page, "a posted response needs the state, and a GET that shows the cookie", "auth/loopback/formpost.go"},
	{"attack/favicon", 0, page, "what is not the redirect path gets 404", "auth/loopback/serve.go"},
	{"attack/many-strays", 0, program, "a stray costs one small answer and ends nothing", "auth/loopback/serve.go"},
	{"attack/idle-connections", 0, program, "a cap on connections that gives the place of the quietest to the newest", "auth/loopback/gate.go"},
	{"attack/half-requests", 0, program, "the same, and 5 s for a request's header", "auth/loopback/gate.go auth/loopback/serve.go"},
	{"attack/resets", 0, program, "one goroutine a connection", "auth/loopback/serve.go"},
	{"attack/not-http", 0, program, "net/http refuses it; the wait does not hear of it", "auth/loopback/serve.go"},
	{"attack/huge-header", 0, program, "16 KiB of header at most", "auth/loopback/serve.go"},
	{"attack/huge-query", 0, program, "16 KiB of header at most", "auth/loopback/serve.go"},
	{"attack/huge-form", 0, program, "64 KiB of body at most", "auth/loopback/formpost.go"},
	{"attack/other-interfaces", 0, "another computer of the network", "the listener is bound to the loopback literal", "auth/loopback/bind.go"},
	{"attack/code-stolen", 0, program, "PKCE with S256, always", "auth/authorize.go"},
	{"attack/request-guessable", 0, program, "32 random bytes each for state, nonce and code verifier", "auth/authorize.go"},
	{"attack/request-in-process-list", 0, "another user of this computer", "the browser is opened at a start link of our own, good for one browser", "auth/loopback/ticket.go"},
	{"attack/login-csrf", 0, page, "state compared before anything else", "auth/loopback/serve.go"},
	{"attack/code-injected", 0, program, "PKCE binds the code to the attempt", "auth/authorize.go"},
	{"attack/code-injected-same-challenge", 0, program, "nonce of the ID token compared", "auth/identity.go"},
	{"attack/forged-kid", 0, provider, "one reading of the key set more, then a minute's rest", "auth/keys.go"},
	{"attack/markup-in-error", 0, provider, "nothing of a request is echoed", "auth/loopback/pages.go"},
	{"attack/markup-in-stray", 0, page, "nothing of a request is echoed", "auth/loopback/pages.go"},
	{"attack/open-redirect", 0, page, "the only redirects are to the provider and to our own page", "auth/loopback/serve.go"},
	{"attack/code-in-address-bar", 0, reader, "303 to a clean address at once", "auth/loopback/serve.go"},
	{"attack/code-in-referer", 0, page, "Referrer-Policy: no-referrer with every reply", "auth/loopback/serve.go"},
	{"attack/page-cached", 0, reader, "Cache-Control: no-store with every reply", "auth/loopback/serve.go"},
	{"attack/page-framed", 0, page, "frame-ancestors 'none' and X-Frame-Options with every reply", "auth/loopback/serve.go"},
	{"attack/start-page-read", 0, program, "no index page; start links are random and of one use", "auth/loopback/ticket.go"},
	{"attack/stale-response", 0, page, "the first response ends the attempt", "auth/loopback/serve.go"},
	{"attack/port-left-open", 0, program, "the receiver closes when its page has shown the verdict", "auth/loopback/receiver.go"},

	// Faults of the mock provider that are somebody's attack.
	{"fault/discovery-pkce-plain-only", 2, provider, "metadata that lists methods without S256 is refused", "auth/metadata.go"},
	{"fault/discovery-pkce-none", 2, provider, "metadata that lists methods without S256 is refused", "auth/metadata.go"},
	{"fault/redirect-state-wrong", 3, provider, "state compared before anything else", "auth/loopback/serve.go"},
	{"fault/redirect-code-foreign", 3, provider, "PKCE binds the code to the attempt", "auth/authorize.go"},
	{"fault/id-token-nonce-wrong", 3, provider, "nonce of the ID token compared", "auth/identity.go"},
	{"fault/id-token-nonce-missing", 3, provider, "nonce of the ID token demanded", "auth/identity.go"},
	{"fault/redirect-iss-wrong", 4, provider, "iss of the response compared, where it is there", "auth/authorize.go"},
	{"fault/redirect-iss-promised", 4, provider, "iss of the response demanded, where the metadata promise it", "auth/authorize.go"},
	{"fault/redirect-iss-twice", 4, provider, "repeated parameters are refused", "auth/loopback/serve.go"},
	{"fault/id-token-iss-wrong", 4, provider, "iss of the ID token compared", "auth/identity.go"},
	{"fault/huge-body", 11, provider, "x/oauth2 reads 1 MiB at most", "auth/backchannel/guard.go"},
	{"fault/huge-body at discovery", 11, provider, capped, "auth/backchannel/guard.go"},
	{"fault/huge-body at jwks", 11, provider, capped, "auth/backchannel/guard.go"},
	{"fault/huge-body at userinfo", 11, provider, capped, "auth/backchannel/guard.go"},
	{"fault/gzip-bomb", 11, provider, "x/oauth2 reads 1 MiB at most, as unpacked", "auth/backchannel/guard.go"},
	{"fault/token-deep", 11, provider, "encoding/json limits the depth", "auth/backchannel/guard.go"},
	{"fault/redirect-error-hostile", 15, provider, "remote text is cleaned and capped on its way in", "auth/problem.go"},
	{"fault/token-error-hostile", 15, provider, "remote text is cleaned and capped on its way in", "auth/problem.go"},
	{"fault/redirect-elsewhere", 17, provider, still, "auth/backchannel/guard.go"},
	{"fault/redirect-elsewhere at discovery", 17, provider, still, "auth/backchannel/guard.go"},
	{"fault/redirect-elsewhere at jwks", 17, provider, still, "auth/backchannel/guard.go"},
	{"fault/redirect-elsewhere at userinfo", 25, provider, still, "auth/backchannel/guard.go"},
	{"fault/redirect-loop", 17, provider, still, "auth/backchannel/guard.go"},
	{"fault/discovery-issuer-wrong", 18, provider, "issuer compared character by character", "auth/metadata.go"},
	{"fault/discovery-issuer-slash", 18, provider, "issuer compared character by character", "auth/metadata.go"},
	{"fault/discovery-endpoint-insecure", 18, provider, secure, "auth/metadata.go"},
	{"fault/discovery-endpoint-script", 29, provider, secure, "auth/metadata.go"},
	{"fault/id-token-alg-none", 19, provider, "an allow-list of asymmetric algorithms", "auth/keys.go auth/identity.go"},
	{"fault/id-token-alg-none-case", 19, provider, "an allow-list of asymmetric algorithms", "auth/keys.go auth/identity.go"},
	{"fault/id-token-hs256-public-key", 19, provider, "an allow-list of asymmetric algorithms; a key's type must fit", "auth/keys.go auth/identity.go"},
	{"fault/id-token-hs256-secret", 19, provider, "an allow-list of asymmetric algorithms", "auth/keys.go auth/identity.go"},
	{"fault/id-token-other-key", 19, provider, "the signature is verified, always", "auth/keys.go"},
	{"fault/id-token-key-inside", 19, provider, "keys come from the provider's key set alone", "auth/keys.go"},
	{"fault/id-token-key-elsewhere", 19, provider, "keys come from the provider's key set alone", "auth/keys.go"},
	{"fault/id-token-signature-missing", 19, provider, "the signature is verified, always", "auth/keys.go"},
	{"fault/id-token-payload-changed", 19, provider, "the signature is verified, always", "auth/keys.go"},
	{"fault/jwks-symmetric-only", 19, provider, "symmetric keys have no place in a key set", "auth/keys.go"},
	{"fault/id-token-aud-wrong", 21, provider, "aud must be this client", "auth/identity.go"},
	{"fault/id-token-aud-second", 21, provider, "aud must be this client alone", "auth/identity.go"},
	{"fault/id-token-azp-wrong", 21, provider, "azp must be this client", "auth/identity.go"},
	{"fault/id-token-at-hash-wrong", 21, provider, "at_hash compared, where it is there", "auth/identity.go"},
	{"fault/userinfo-sub-other", 21, provider, "sub of userinfo compared with the ID token's", "resources/userinfo.go"},
	{"fault/token-access-foreign", 21, provider, "at_hash compared, where it is there", "auth/identity.go"},
	{"fault/token-error-echo", 24, provider, "errors of x/oauth2 are mapped, never quoted", "auth/token.go"},
	{"fault/refresh-sub-wrong", 31, provider, "sub of a refreshed ID token compared", "auth/refresh.go"},
}

// commonAttacks are the rows of package rpcheck.
func commonAttacks() []attack {
	cases := map[string]rpcheck.Case{}
	for _, c := range rpcheck.Cases() {
		cases[c.Name] = c
	}
	suite := rpcheck.NewSuite(rpcheck.ClientFunc(latchkey))
	var list []attack
	for _, x := range common {
		c, ok := cases[x.name]
		if !ok {
			panic("package rpcheck has no case " + x.name)
		}
		kind := x.kind
		if kind == 0 {
			_, number, _ := strings.Cut(c.Source, "no. ")
			_, _ = fmt.Sscan(number, &kind) // 0 is found by TestTable
		}
		_, name, _ := strings.Cut(c.Name, "/")
		must := c.Must
		if must == "" {
			must = string(c.Want)
		}
		list = append(list, attack{kind: kind, name: strings.ReplaceAll(name, "-", " "), by: x.by, does: c.About, must: must,
			section: cmp.Or(c.Spec, "–"), defence: x.defence, where: x.where, run: func(t *testing.T) {
				r := suite.Run(t.Context(), c)
				if r.Wrong() != "" || r.Did == rpcheck.Unable {
					t.Errorf("must %s (%s): %s %s", must, c.Spec, r.Did, r.Wrong())
				}
				for defence, reason := range reasons {
					if strings.Contains(x.defence, defence) && !strings.Contains(r.Text, reason) {
						t.Errorf("it was refused for another reason: %s", r.Text)
					}
				}
			}})
	}
	return list
}

// TestCommonIsWhole: every attack that package rpcheck knows is in the table.
func TestCommonIsWhole(t *testing.T) {
	known := map[string]bool{}
	for _, x := range common {
		known[x.name] = true
	}
	for _, c := range rpcheck.Cases() {
		if c.Kind == rpcheck.Attack && !known[c.Name] {
			t.Errorf("%s of package rpcheck is not in the table", c.Name)
		}
	}
}

// latchkey is this client as package rpcheck drives it.
func latchkey(ctx context.Context, s rpcheck.Setup, open func(address string)) (*rpcheck.Session, error) {
	client, err := auth.New(auth.Config{Store: store.NewMemory(), OpenBrowser: func(_ context.Context, address string) error {
		open(address)
		return nil
	}})
	if err != nil {
		return nil, err
	}
	pending, err := client.SignIn(ctx, auth.Provider{ID: "mock", Name: "Mock", Issuer: s.Issuer, ClientID: s.ClientID,
		ClientSecret: auth.NewSecret(s.ClientSecret), Scopes: s.Scopes, Quirks: auth.Quirks{AuthParams: s.Parameters}}, auth.SignInOptions{})
	if err != nil {
		return nil, err
	}
	session, err := pending.Commit(ctx)
	if err != nil {
		return nil, err
	}
	fetcher := resources.New(resources.Config{})
	return &rpcheck.Session{
		Subject: session.Identity().Subject, Scopes: session.Scopes(),
		Refresh: func(ctx context.Context) error {
			now, err := session.Token(ctx)
			if err != nil {
				return err
			}
			session.Expire(now)
			_, err = session.Token(ctx)
			return err
		},
		Profile: func(ctx context.Context) (string, error) {
			profile, err := fetcher.Profile(ctx, session, nil)
			return profile.Subject, err
		},
		Close: func() { _ = client.Close(context.Background()) },
	}, nil
}
