package rpcheck

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"app.latchkey/mockprovider/fault"
	"app.latchkey/mockprovider/journal"
)

// codeAttacks are about codes that come to the wrong hands, and wrong codes that
// come to the client.
func codeAttacks() []Case {
	return []Case{
		{Name: "attack/code-stolen", Kind: Attack, Want: Refuse, Source: attackNumber(1), Spec: "RFC 7636 §1, RFC 8252 §8.1",
			About: "a program that reads the response redeems the code before the client does, without a code verifier and with one of its own",
			Must:  "have sent a code challenge, so that the thief gets no token", Play: codeStolen},
		{Name: "attack/request-guessable", Kind: Attack, Want: Refuse, Source: attackNumber(2), Spec: "RFC 7636 §4.2, §7.1, RFC 6749 §10.10",
			About: "somebody looks at two sign-ins for what is missing, short, or the same twice",
			Must:  "send state, nonce and an S256 code challenge, all fresh and of 128 bits at least", Play: requestGuessable},
		{Name: "attack/request-in-process-list", Kind: Attack, Want: Refuse, Source: attackNumber(13), Spec: "RFC 9126 §1",
			About: "another user reads the address that the browser was started with in the list of processes",
			Must:  "open a page of its own, or a pushed request: neither state nor code challenge are in the address", Play: requestInProcessList},
		{Name: "attack/login-csrf", Kind: Attack, Want: Refuse, Source: attackNumber(3), Spec: "RFC 9700 §4.7, RFC 6749 §10.12",
			About: "a page sends the user's browser to the client with the response to a sign-in of the attacker's own",
			Must:  "not redeem the code, and go on waiting", Play: injection{state: "attackers", goesOn: true}.play},
		{Name: "attack/code-injected", Kind: Attack, Want: Refuse, Source: attackNumber(3), Spec: "RFC 9700 §4.5",
			About: "the code in the user's response is exchanged for one that the attacker got with a challenge of his own",
			Must:  "not sign the attacker in: PKCE binds the code to the request", Play: injection{}.play},
		{Name: "attack/code-injected-same-challenge", Kind: Attack, Want: Refuse, Source: attackNumber(3), Spec: "RFC 9700 §4.5.3.2, OpenID Connect Core §3.1.3.7(11)",
			About: "the same, with a code for the user's own challenge that the attacker had read",
			Must:  "not sign the attacker in: the nonce binds the ID token to the request", Play: injection{challenge: true}.play},
		{Name: "attack/forged-kid", Kind: Attack, Want: Refuse, Source: attackNumber(20), Spec: "OpenID Connect Core §10.1.1",
			About: "an ID token names a key that does not exist, so that the client asks for the key set again and again",
			Must:  "refuse it after asking once more at most", Faults: []fault.Spec{{Name: "id-token-kid-unknown"}}, Play: forgedKid},
	}
}

func codeStolen(ctx context.Context, s *Stand) Outcome {
	_, response, failed := s.waiting(ctx)
	if response == nil {
		return failed
	}
	code := response.URL.Query().Get("code")
	for _, verifier := range []string{"", strings.Repeat("a", 43)} {
		form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "client_id": {s.Setup.ClientID}, "redirect_uri": {s.Redirect().String()}}
		if s.Setup.ClientSecret != "" { // what is in a program is no secret (RFC 8252 §8.5)
			form.Set("client_secret", s.Setup.ClientSecret)
		}
		if verifier != "" {
			form.Set("code_verifier", verifier)
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.Setup.Endpoints.Token, strings.NewReader(form.Encode()))
		if err != nil {
			return RefusedBy(SignIn, err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		reply, err := s.Provider.HTTPClient().Do(request)
		if err != nil {
			return Outcome{Did: Unfit, Text: err.Error()}
		}
		text, _ := io.ReadAll(io.LimitReader(reply.Body, 1<<20))
		_ = reply.Body.Close()
		if reply.StatusCode == http.StatusOK && strings.Contains(string(text), "access_token") {
			return Took("the thief got tokens for the code")
		}
	}
	return Withstood("the code is worth nothing without its verifier")
}

func requestGuessable(ctx context.Context, s *Stand) Outcome {
	seen := map[string]string{}
	look := func(s *Stand) error {
		q := s.Request()
		if method := q.Get("code_challenge_method"); method != "S256" {
			return fmt.Errorf("code_challenge_method is %q", method)
		}
		names := []string{"state", "code_challenge"}
		if strings.Contains(" "+q.Get("scope")+" ", " openid ") {
			names = append(names, "nonce")
		}
		for _, name := range names {
			value := q.Get(name)
			if len(value) < 22 { // 128 bits in base64url
				return fmt.Errorf("%s has %d characters", name, len(value))
			}
			if was, ok := seen[value]; ok {
				return fmt.Errorf("%s is the same as %s before", name, was)
			}
			seen[value] = name
		}
		return nil
	}
	for range 2 {
		stand, err := newStand(ctx, s.client, Case{}, false)
		if err != nil {
			return Outcome{Did: Unfit, Text: err.Error()}
		}
		_, response, failed := stand.waiting(ctx)
		if response == nil {
			stand.close()
			return failed
		}
		err = look(stand)
		stand.close()
		if err != nil {
			return Took("%v", err)
		}
	}
	return Withstood("all is there, long and fresh")
}

func requestInProcessList(ctx context.Context, s *Stand) Outcome {
	address, response, failed := s.waiting(ctx)
	if response == nil {
		return failed
	}
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		if value := s.Request().Get(name); value != "" && strings.Contains(address, url.QueryEscape(value)) {
			return Took("the address that the browser is started with holds %s", name)
		}
	}
	return s.goesOn(ctx, response)
}

// injection brings the client a code that the attacker got by signing in himself.
type injection struct {
	state     string // instead of the right one
	challenge bool   // the attacker's request carries the user's own challenge
	goesOn    bool   // the client must go on waiting; otherwise it may end
}

func (x injection) play(ctx context.Context, s *Stand) Outcome {
	_, response, failed := s.waiting(ctx)
	if response == nil {
		return failed
	}
	right := *response.URL
	q := s.Request()
	q.Set("state", "attackers")
	q.Set("nonce", "of-the-attackers-own-sign-in")
	if !x.challenge {
		q.Set("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM") // RFC 7636, appendix B
	}
	stolen, err := s.Response(ctx, s.Browser(Stranger), s.Setup.Endpoints.Authorization+"?"+q.Encode())
	if err != nil {
		return Outcome{Did: Unfit, Text: "the attacker cannot sign in: " + err.Error()}
	}
	injected := right.Query()
	injected.Set("code", stolen.URL.Query().Get("code"))
	if x.state != "" {
		injected.Set("state", x.state)
	}
	right.RawQuery = injected.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, right.String(), nil)
	if err != nil {
		return RefusedBy(SignIn, err)
	}
	if x.goesOn {
		_, _ = s.Deliver(ctx, s.Person, request)
		return s.goesOn(ctx, response)
	}
	_, _ = s.Deliver(ctx, s.Person, request)
	session, err := s.Outcome()
	if err != nil {
		return RefusedBy(SignIn, err)
	}
	return Took("it signed in as %s", session.Subject)
}

// forgedKid counts how often the key set is asked for.
func forgedKid(ctx context.Context, s *Stand) Outcome {
	o := Case{}.signIn(ctx, s)
	keys := s.Provider.Journal().Match(func(e journal.Entry) bool { return e.Endpoint == "jwks" })
	if o.Did == Refused && len(keys) > 2 {
		return Took("it asked %d times for the key set", len(keys))
	}
	return o
}
