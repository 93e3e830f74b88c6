package attacks_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"app.latchkey/auth"
	"app.latchkey/mockprovider"
)

// providerAttacks come from the provider, or from somebody in its place. Most
// are rows of package rpcheck; here are those that must be seen from inside.
func providerAttacks() []attack {
	return []attack{
		{kind: 15, name: "terminal codes and endless text in an error", by: provider,
			does: "answers with an error full of escape sequences, bidirectional overrides, invisible characters, line breaks and thousands of characters, and an error_uri",
			must: "error, details and log stay on one clean line each, capped; error_uri is neither opened nor shown", section: "RFC 6749 §4.1.2.1",
			defence: "remote text is cleaned and capped on its way in; error_uri is not read", where: "auth/problem.go auth/authorize.go", run: dirtyError},
		{kind: 15, name: "names that pretend", by: provider, does: "sends a name with bidirectional overrides and control characters in the ID token and in userinfo",
			must: "they are gone before anybody sees the name", section: "–", defence: "remote text is cleaned and capped on its way in", where: "auth/identity.go resources/profile.go",
			elsewhere: []string{"auth TestIdentityIsCleaned", "auth TestCleanText", "resources TestLongTextsAreCut"}},
		{kind: 17, name: "redirects of all endpoints", by: provider, does: "answers discovery, keys, token, refresh and revocation with 302 and 307 to a server of the attacker's",
			must: "none is followed; nothing arrives there", section: "RFC 9700 §4.12", defence: "a redirect is an error on the back channel", where: "auth/backchannel/guard.go",
			elsewhere: []string{"auth TestRedirectsAreNotFollowed", "auth/backchannel TestRedirects"}},
		{kind: 18, name: "a certificate that nobody vouches for", by: provider, does: "answers in the provider's place, over TLS, with a certificate of its own making",
			must: "the sign-in ends before a browser opens", section: "RFC 9700 §2.6, RFC 6749 §3.1", defence: "the system's roots, TLS 1.2 or newer, no way to switch that off", where: "auth/backchannel/client.go", run: ownCertificate},
		{kind: 18, name: "old TLS", by: provider, does: "offers TLS 1.1 at most", must: "refused", section: "RFC 9325 §3.1.1", defence: "TLS 1.2 or newer", where: "auth/backchannel/client.go",
			elsewhere: []string{"auth/backchannel TestTLSVersion"}},
		{kind: 18, name: "metadata on disk changed", by: thief, does: "writes a discovery document of another issuer, or with http endpoints, into the cache",
			must: "it is checked like one from the network, and not used", section: "RFC 8414 §3.3", defence: "the cached document is parsed and checked again", where: "auth/metadata.go",
			elsewhere: []string{"auth TestCachedMetadata"}},
		{kind: 19, name: "HS256 with the public key as secret", by: provider, does: "signs an ID token with HMAC and the published key as its secret",
			must: "refused", section: "OpenID Connect Core §3.1.3.7(8), RFC 8725 §3.1", defence: "an allow-list of asymmetric algorithms; a key's type must fit", where: "auth/keys.go",
			elsewhere: []string{"auth TestSymmetricSignatureIsRefused", "auth TestSigningAlgorithms"}},
		{kind: 20, name: "forged kid again and again", by: provider, does: "every sign-in brings an ID token with another unknown kid",
			must: "the key set is read once more at most in a minute, however many sign-ins there are", section: "OpenID Connect Core §10.1.1", defence: "a minute's rest after a reading that an unknown kid forced", where: "auth/keys.go", run: kidFlood},
		{kind: 25, name: "the token on another host", by: provider, does: "a resource server redirects a request with the access token to another host, or an API client asks another host",
			must: "the token does not arrive there", section: "RFC 6750 §5.3, RFC 9700 §4.9", defence: "the token is taken off on the way to another host; profile requests follow no redirect", where: "auth/httpclient.go resources/fetch.go",
			elsewhere: []string{"auth TestAccessTokenStaysOnItsHost", "auth TestWhereTheAccessTokenMayGo", "resources TestTokenGoesNowhereElse", "resources TestRedirectIsNotFollowed"}},
		{kind: 25, name: "the token in an address", by: reader, does: "reads the addresses that were asked for in logs of servers and proxies",
			must: "the token is in the Authorization header only", section: "RFC 6750 §2.3", defence: "Token sets a header and can do nothing else", where: "auth/token.go",
			elsewhere: []string{"resources TestTokenTravelsInTheHeaderOnly"}},
		{kind: 26, name: "a picture's address as a weapon", by: provider, does: "names file:, http:, private, link-local and loopback addresses, and names that resolve to them, as the person's picture",
			must: "nothing is asked there; the initials are shown", section: "–", defence: "https only; the address is checked when it is dialled; no redirects, no proxy, no cookies", where: "resources/address.go resources/picture.go",
			elsewhere: []string{"resources TestPictureAddresses", "resources TestIsPublic", "resources TestPictureClientUsesNoProxyAndNoCookies", "resources TestPictureRefused/redirect"}},
		{kind: 26, name: "a picture as a bomb", by: provider, does: "serves pictures of 50,000 by 50,000 pixels in a few bytes, endless ones, and ones with thousands of scans",
			must: "refused before they are decoded", section: "–", defence: "2 MiB, and a cap on pixels that is read from the header", where: "resources/picture.go resources/thumbnail.go",
			elsewhere: []string{"resources TestPictureRefused/PNG_bomb", "resources TestPictureRefused/PNG_a_pixel_too_wide", "resources TestPictureRefused/no_length_told,_too_long", "resources TestPictureRefused/JPEG_with_very_many_scans"}},
	}
}

func dirtyError(t *testing.T) {
	dirty := "\x1b[31mred\x1b]0;title\x07\n\r\tnext\u202eesrever\u2066\u200b " + strings.Repeat("long", 2000)
	const uri = "https://evil.test/click-me"
	v := newVictim(t, mockprovider.WithHook(mockprovider.StageRedirect, func(e *mockprovider.Event) {
		e.Params.Delete("code")
		e.Params.Set("error", dirty)
		e.Params.Set("error_description", dirty)
		e.Params.Set("error_uri", uri)
	}))
	var opened atomic.Int32
	v.config.OpenBrowser = func(context.Context, string) error { opened.Add(1); return nil }
	v.restart()
	a := v.begin()
	if err := a.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := a.finish()
	v.refused(err, auth.CodeAuthorizationError)
	p := auth.AsProblem(err)
	values, _ := json.Marshal(p.Values)
	for what, text := range map[string]string{"error": p.Error(), "details": strings.ReplaceAll(p.Detail(), "\n", " "), "values": string(values),
		"log": strings.ReplaceAll(v.log.String(), "\n", " ")} {
		if strings.ContainsAny(text, "\x1b\x07\r\n\u202e\u2066\u200b") || strings.Contains(text, `\x1b`) || strings.Contains(text, `\u001b`) || strings.Contains(text, `\u202e`) {
			t.Errorf("the %s: %q", what, text)
		}
		if strings.Contains(text, uri) {
			t.Errorf("the %s shows error_uri: %q", what, text)
		}
		if strings.Count(text, "longlong") > 80 {
			t.Errorf("the %s is as long as the provider likes", what)
		}
	}
	if n := opened.Load(); n != 1 {
		t.Errorf("%d addresses were opened, want the start link alone", n)
	}
}

func ownCertificate(t *testing.T) {
	v := newVictim(t, mockprovider.WithTLS())
	opened := false
	v.config.OpenBrowser = func(context.Context, string) error { opened = true; return nil }
	v.config.Timeout = time.Second // for whom it comes to waiting
	v.restart()
	_, err := v.client.SignIn(t.Context(), v.provider, auth.SignInOptions{})
	v.refused(err, auth.CodeTLSFailed)
	if opened || len(v.server.Journal().Entries()) > 0 {
		t.Error("something was asked of a server that nobody vouches for")
	}
}

func kidFlood(t *testing.T) {
	var n atomic.Int32
	v := newVictim(t, mockprovider.WithHook(mockprovider.StageIDTokenHeader, func(e *mockprovider.Event) {
		e.Object.Set("kid", "nobody-"+strings.Repeat("x", int(n.Add(1))))
	}))
	const rounds = 4
	for range rounds {
		_, err := v.begin().finish()
		v.refused(err, auth.CodeIDTokenSignature)
	}
	if asked := v.count("jwks", ""); asked > 2 {
		t.Errorf("%d sign-ins asked %d times for the key set, want 2 at most", rounds, asked)
	}
}
