package auth_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"app.latchkey/auth"
	"app.latchkey/auth/flow"
	"app.latchkey/auth/store"
	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/fault"
	"app.latchkey/mockprovider/mocktest"
)

func TestSignIn(t *testing.T) {
	w := newWorld(t, nil)
	pending, err := w.signIn()
	if err != nil {
		t.Fatal(err)
	}
	id := pending.Identity()
	if id.Subject != "108204268033311374519" || id.Email != "ada@example.com" || !id.EmailVerified || id.Name != "Ada Lovelace" || id.Issuer != w.server.Issuer() {
		t.Errorf("Identity = %+v", id)
	}
	if got := pending.Scopes(); !slices.Equal(got, []string{"email", "openid", "profile"}) {
		t.Errorf("Scopes = %v, want Google's long names in short form", got)
	}
	account := pending.Account()
	if _, err := w.store.Get(t.Context(), account.Item, store.Options{}); store.OutcomeOf(err) != store.Absent {
		t.Errorf("before Commit the store has %v for the item, want absent", err)
	}
	if list, _ := w.client.Accounts(); len(list) != 0 {
		t.Errorf("before Commit there are accounts: %v", list)
	}
	session, err := pending.Commit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	contains(t, "item name", account.Item, "Latchkey sign-in: ada@example.com (Google) ")
	if kept := session.Kept(t.Context()); kept.UntilQuit() {
		t.Errorf("Kept = %+v, want in the store", kept)
	}
	token, err := session.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if status := w.userinfo(token); status != http.StatusOK {
		t.Errorf("userinfo with the access token: status %d", status)
	}
	if n := w.count("token", ""); n != 1 {
		t.Errorf("%d token requests, want exactly 1", n)
	}
}

func TestBrowserIsToldTheVerdict(t *testing.T) {
	w := newWorld(t, nil)
	w.session()
	contains(t, "page", <-w.pages, `data-verdict="success"`)

	w.person.Deny = true
	_, _ = w.signIn()
	contains(t, "page", <-w.pages, `data-verdict="failure"`)
}

func TestFlowIsRecordedAndHoldsNoSecret(t *testing.T) {
	w := newWorld(t, nil)
	session := w.session()
	if err := session.KeepFlow(); err != nil {
		t.Fatal(err)
	}
	f := session.Recorder().Flow()
	var kinds []flow.Kind
	for _, s := range f.Steps {
		kinds = append(kinds, s.Kind)
		if s.Status != flow.StatusDone || s.Took <= 0 {
			t.Errorf("step %s: status %s after %v", s.Kind, s.Status, s.Took)
		}
		for _, c := range s.Checks {
			if c.Verdict == flow.Failed || c.Spec == "" {
				t.Errorf("step %s: check %+v", s.Kind, c)
			}
		}
	}
	want := []flow.Kind{flow.KindMetadata, flow.KindStore, flow.KindListen, flow.KindRequest,
		flow.KindOpenBrowser, flow.KindAuthorization, flow.KindToken, flow.KindIdentity, flow.KindCommit}
	if !slices.Equal(kinds, want) {
		t.Errorf("steps = %v, want %v", kinds, want)
	}
	for kind, want := range map[flow.Kind]string{
		flow.KindMetadata: "issuer source | issuer S256",
		flow.KindStore:    "store |",
		flow.KindListen:   "redirect_uri |",
		flow.KindRequest: "authorization_endpoint access_type client_id code_challenge code_challenge_method nonce redirect_uri" +
			" response_type scope state |",
		flow.KindOpenBrowser:   "link ticket |",
		flow.KindAuthorization: "authuser code iss prompt scope state strays | state iss",
		flow.KindToken: "token_endpoint grant_type code redirect_uri code_verifier client_id client_secret" +
			" access_token token_type expires_in scope refresh_token id_token | code_challenge token_type",
		flow.KindIdentity: "alg kid jwks_uri | signature iss sub aud second audience azp exp iat nbf nonce at_hash",
		flow.KindCommit:   "store | read back",
	} {
		if got := outline(f.Steps[slices.Index(kinds, kind)]); got != want {
			t.Errorf("step %s holds %q, want %q", kind, got, want)
		}
	}
	// The hash of the verifier is the challenge of the request, and the record
	// lets a person see it without holding either.
	sent := f.Steps[slices.Index(kinds, flow.KindRequest)].Params
	challenge := sent[slices.IndexFunc(sent, func(p flow.Param) bool { return p.Name == "code_challenge" })]
	check := f.Steps[slices.Index(kinds, flow.KindToken)].Checks[0]
	if check.Verdict != flow.Passed || check.Expected != challenge.Value || check.Got != challenge.Value || len([]rune(check.Got)) > 12 {
		t.Errorf("PKCE in the record: %+v, the challenge was %+v", check, challenge)
	}
	// What is on disk holds neither the refresh token nor the client secret.
	record, err := w.store.Get(t.Context(), session.Account().Item, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var stored struct {
		RefreshToken string `json:"refresh_token"`
	}
	if err := json.Unmarshal(record, &stored); err != nil || stored.RefreshToken == "" {
		t.Fatalf("stored record %s: %v", record, err)
	}
	files := 0
	err = filepath.WalkDir(w.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		info, _ := d.Info()
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, want 0600", d.Name(), info.Mode().Perm())
		}
		b, err := os.ReadFile(path)
		for _, secret := range []string{stored.RefreshToken, w.server.ClientSecret()} {
			if strings.Contains(string(b), secret) {
				t.Errorf("%s holds a secret", d.Name())
			}
		}
		return err
	})
	if err != nil || files < 3 {
		t.Errorf("%d files written (%v), want index, flow and metadata", files, err)
	}
}

// The record of a sign-in that failed names the step, and the check that refused.
func TestFailedStepNamesItsCheck(t *testing.T) {
	for name, want := range map[string]string{
		"discovery-issuer-wrong":      "metadata metadata_issuer_mismatch issuer",
		"discovery-pkce-plain-only":   "metadata metadata_no_s256 S256",
		"discovery-endpoint-insecure": "metadata metadata_insecure_endpoint https",
		"discovery-types-wrong":       "metadata metadata_invalid metadata",
		"redirect-iss-wrong":          "authorization iss_mismatch iss",
		"token-type-unknown":          "token token_response_invalid token response",
		"token-id-missing":            "identity id_token_missing id_token",
		"jwks-empty":                  "identity jwks_empty keys",
		"id-token-nonce-wrong":        "identity id_token_nonce nonce",
		"id-token-at-hash-wrong":      "identity id_token_at_hash at_hash",
		"id-token-signature-zero":     "identity id_token_signature signature",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil, mockprovider.WithFault(fault.Spec{Name: name}))
			if _, err := w.signIn(); err == nil {
				t.Fatal("the sign-in succeeded")
			}
			w.mu.Lock()
			defer w.mu.Unlock()
			last := w.steps[len(w.steps)-1]
			got := string(last.Kind) + " " + last.Problem
			for _, c := range last.Checks {
				if c.Verdict == flow.Failed {
					got += " " + c.Name
				}
				if c.Spec == "" {
					t.Errorf("the check %s names no section", c.Name)
				}
			}
			if last.Status != flow.StatusFailed || got != want {
				t.Errorf("the last step is %q (%s), want %q", got, last.Status, want)
			}
		})
	}
}

// outline is the names of a step's parameters and checks.
func outline(s flow.Step) string {
	var params, checks []string
	for _, p := range s.Params {
		params = append(params, p.Name)
	}
	for _, c := range s.Checks {
		checks = append(checks, c.Name)
	}
	return strings.TrimSpace(strings.Join(params, " ") + " | " + strings.Join(checks, " "))
}

func TestOneScopeUnticked(t *testing.T) {
	w := newWorld(t, nil)
	w.person.Untick = []string{"email"}
	pending, err := w.signIn()
	if err != nil {
		t.Fatal(err)
	}
	if got := pending.Declined(); !slices.Equal(got, []string{"email"}) {
		t.Errorf("Declined = %v, want [email]", got)
	}
	if pending.Identity().Email != "" {
		t.Errorf("Identity has the e-mail address %q though it was not allowed", pending.Identity().Email)
	}
	if _, err := pending.Commit(t.Context()); err != nil {
		t.Errorf("Commit: %v", err)
	}
}

func TestConsentDenied(t *testing.T) {
	w := newWorld(t, nil)
	w.person.Deny = true
	_, err := w.signIn()
	wantCode(t, err, auth.CodeAccessDenied)
	if list, _ := w.client.Accounts(); len(list) != 0 {
		t.Errorf("accounts after a refusal: %v", list)
	}
}

func TestDiscardRevokes(t *testing.T) {
	w := newWorld(t, nil)
	pending, err := w.signIn()
	if err != nil {
		t.Fatal(err)
	}
	pending.Discard(t.Context())
	if n := w.count("revoke", ""); n != 1 {
		t.Errorf("%d revocations, want 1", n)
	}
}

func TestForgeriesDoNotEndTheWait(t *testing.T) {
	w := newWorld(t, func(c *auth.Config) { c.OpenBrowser = nil })
	attempt, err := w.client.Begin(t.Context(), w.provider, auth.SignInOptions{})
	if err != nil {
		t.Fatal(err)
	}
	link, err := attempt.Link()
	if err != nil {
		t.Fatal(err)
	}
	u, _ := url.Parse(link)
	callback := "http://" + u.Host + "/callback"
	for _, forged := range []string{"?error=access_denied", "?code=x&state=forged", "?code=x", "?error=x&state=", "?state=a&state=b"} {
		resp, err := http.Get(callback + forged)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode < 400 || resp.StatusCode > 499 {
			t.Errorf("%s: status %d, want 4xx", forged, resp.StatusCode)
		}
	}
	if err := w.browse(t.Context(), link); err != nil {
		t.Fatal(err)
	}
	pending, err := attempt.Wait(t.Context())
	if err != nil {
		t.Fatalf("after the forgeries: %v", err)
	}
	for _, s := range pending.Flow().Steps {
		if s.Kind == flow.KindAuthorization && !slices.Contains(s.Params, flow.Public("strays", "5")) {
			t.Errorf("the record does not tell of 5 strays: %+v", s.Params)
		}
	}
	pending.Discard(t.Context())
}

func TestLinkHoldsNothingOfTheRequest(t *testing.T) {
	w := newWorld(t, func(c *auth.Config) { c.OpenBrowser = nil })
	attempt, err := w.client.Begin(t.Context(), w.provider, auth.SignInOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer attempt.Close()
	link, err := attempt.Link()
	if err != nil {
		t.Fatal(err)
	}
	again, err := attempt.Link()
	if err != nil || link == again {
		t.Errorf("a second link is %q after %q (%v), want another", again, link, err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	target, err := resp.Location()
	if err != nil {
		t.Fatal(err)
	}
	q := target.Query()
	for name, size := range map[string]int{"state": 43, "nonce": 43, "code_challenge": 43} {
		if len(q.Get(name)) != size {
			t.Errorf("%s has %d characters, want %d (32 random bytes)", name, len(q.Get(name)), size)
		}
		if strings.Contains(link, q.Get(name)) {
			t.Errorf("the link holds %s", name)
		}
	}
	if q.Get("code_challenge_method") != "S256" || q.Get("response_type") != "code" {
		t.Errorf("authorization request %v", q)
	}
	if wait := time.Until(attempt.Deadline()); wait < 4*time.Minute || wait > 5*time.Minute {
		t.Errorf("the deadline is in %v, want 5 minutes", wait)
	}
}

func TestCancelAndDeadline(t *testing.T) {
	t.Run("cancel", func(t *testing.T) {
		w := newWorld(t, func(c *auth.Config) { c.OpenBrowser = func(context.Context, string) error { return nil } })
		ctx, cancel := context.WithCancel(t.Context())
		attempt, err := w.client.Begin(ctx, w.provider, auth.SignInOptions{})
		if err != nil {
			t.Fatal(err)
		}
		link, _ := attempt.Link()
		time.AfterFunc(10*time.Millisecond, cancel)
		_, err = attempt.Wait(ctx)
		wantCode(t, err, auth.CodeCanceled)
		u, _ := url.Parse(link)
		if c, err := net.Dial("tcp", u.Host); err == nil {
			_ = c.Close()
			t.Error("the receiver still listens after the cancellation")
		}
	})
	t.Run("deadline", func(t *testing.T) {
		w := newWorld(t, func(c *auth.Config) { c.Timeout = 50 * time.Millisecond })
		attempt, err := w.client.Begin(t.Context(), w.provider, auth.SignInOptions{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = attempt.Wait(t.Context())
		wantCode(t, err, auth.CodeSignInTimeout)
	})
}

func TestBrowserThatDoesNotOpenLeavesTheLink(t *testing.T) {
	w := newWorld(t, func(c *auth.Config) {
		c.OpenBrowser = func(context.Context, string) error { return errors.New("no browser") }
	})
	attempt, err := w.client.Begin(t.Context(), w.provider, auth.SignInOptions{})
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, attempt.Open(t.Context()), auth.CodeBrowserFailed)
	link, err := attempt.Link()
	if err != nil {
		t.Fatal(err)
	}
	_ = w.browse(t.Context(), link)
	pending, err := attempt.Wait(t.Context())
	if err != nil {
		t.Fatalf("with the link opened by hand: %v", err)
	}
	pending.Discard(t.Context())
}

func TestAllListedPortsTaken(t *testing.T) {
	w := newWorld(t, nil)
	var ports []string
	for range 2 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		port := l.Addr().(*net.TCPAddr).Port
		w.provider.Redirect.Ports = append(w.provider.Redirect.Ports, port)
		ports = append(ports, strconv.Itoa(port))
	}
	_, err := w.signIn()
	wantCode(t, err, auth.CodeLoopbackPortsTaken)
	if got := auth.AsProblem(err).Values["Ports"]; got != strings.Join(ports, ", ") {
		t.Errorf("the problem names the ports %q, want %v", got, ports)
	}
}

func TestStoreBeforeBrowser(t *testing.T) {
	t.Run("locked, then unlocked", func(t *testing.T) {
		w := newWorld(t, nil)
		w.store.fail("status", store.Locked, "")
		if kept := w.session().Kept(t.Context()); kept.UntilQuit() || w.store.unlocks != 1 {
			t.Errorf("Kept = %+v after %d unlocks", kept, w.store.unlocks)
		}
	})
	t.Run("dismissed", func(t *testing.T) {
		w := newWorld(t, nil)
		w.store.fail("unlock", store.Locked, store.ReasonDismissed)
		w.store.fail("status", store.Locked, "")
		_, err := w.signIn()
		wantCode(t, err, auth.CodeStoreDismissed)
		if w.count("authorize", "") != 0 {
			t.Error("the browser was opened although the store stayed locked")
		}
	})
	for _, reason := range []store.Reason{store.ReasonNoService, store.ReasonNoCollection} {
		t.Run("none: "+string(reason), func(t *testing.T) {
			w := newWorld(t, nil)
			w.store.fail("unlock", store.Locked, store.ReasonDismissed) // of the offer to make a collection
			w.store.fail("status", store.Unavailable, reason)
			session := w.session()
			if !session.Kept(t.Context()).UntilQuit() {
				t.Error("Kept does not say that the session ends with the program")
			}
			if list, _ := w.client.Accounts(); len(list) != 1 {
				t.Errorf("%d accounts while the program runs, want 1", len(list))
			}
			w.restart()
			if list, _ := w.client.Accounts(); len(list) != 0 {
				t.Errorf("%d accounts after a restart, want 0: nothing was stored", len(list))
			}
		})
	}
	t.Run("silent", func(t *testing.T) {
		w := newWorld(t, nil)
		w.store.fail("status", store.Unavailable, store.ReasonTimeout)
		_, err := w.signIn()
		wantCode(t, err, auth.CodeStoreUnavailable)
		if w.count("authorize", "") != 0 {
			t.Error("the browser was opened although nobody knows where to keep the sign-in")
		}
	})
	t.Run("writing fails", func(t *testing.T) {
		w := newWorld(t, nil)
		w.store.fail("put", store.Unavailable, store.ReasonMismatch)
		kept := w.session().Kept(t.Context())
		if kept.Problem == nil || kept.Problem.Code != auth.CodeStoreWriteFailed || !kept.UntilQuit() {
			t.Errorf("Kept = %+v, want a session until the program ends and the reason", kept)
		}
	})
}

func TestSameAccountTwiceIsOneAccount(t *testing.T) {
	w := newWorld(t, nil)
	w.session()
	w.session()
	if list, err := w.client.Accounts(); err != nil || len(list) != 1 {
		t.Errorf("accounts = %v, %v; want one", list, err)
	}
	w.person = mocktest.Person{User: w.server.Users()[1].Key}
	w.session()
	list, err := w.client.Accounts()
	if err != nil || len(list) != 2 || list[1].Email != "ada@example.com" {
		t.Errorf("accounts = %v, %v; want the new one first, then Ada", list, err)
	}
}
