package attacks_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"app.latchkey/auth"
	"app.latchkey/auth/store"
	"app.latchkey/mockprovider"
)

// secretAttacks look for secrets where they should not be.
func secretAttacks() []attack {
	return []attack{
		{kind: 1, name: "the code verifier on its way", by: program, does: "reads all that the browser saw, the link, the log, the record and the files of a sign-in",
			must: "the code verifier is in none of them", section: "RFC 7636 §7.2, RFC 8252 §8.1", defence: "it leaves memory only to the token endpoint", where: "auth/authorize.go auth/secret.go", run: verifierStays},
		{kind: 22, name: "files and backups", by: thief, does: "reads every file that a sign-in, a refresh and a profile left behind",
			must: "no token, code, verifier, state or client secret; nobody else may read them", section: "RFC 9700 §4.14, RFC 6749 §10.4",
			defence: "refresh token in the keychain only, access token in memory only, files 0600", where: "auth/keep.go auth/index.go", run: filesHoldNothing},
		{kind: 22, name: "a stolen refresh token used first", by: thief, does: "uses the refresh token before the program does",
			must: "the program is refused, stops at once, and asks for a sign-in; the provider ends what the thief got", section: "RFC 9700 §4.14.2",
			defence: "invalid_grant counts, is not repeated, and keeps no spent token in use", where: "auth/refresh.go", run: stolenRefreshToken},
		{kind: 22, name: "a keychain that fails is no plain file", by: thief, does: "waits for the keychain to be locked, silent or absent, to find the token on disk instead",
			must: "the session lasts until the program ends; nothing is written elsewhere", section: "RFC 9700 §4.14", defence: "four outcomes, no silent downgrade", where: "auth/attempt.go auth/keep.go",
			elsewhere: []string{"auth TestStoreBeforeBrowser", "auth TestStoreThatStaysClosedIsNotPassedOver", "auth TestSessionWithoutAKeychain"}},
		{kind: 24, name: "logs, errors and printed values", by: reader, does: "reads the log at its finest and prints attempt, pending sign-in, session, provider and errors with %v, %+v and %#v",
			must: "none of the secrets of the run is there", section: "RFC 6749 §10.3, RFC 6750 §5.3", defence: "secrets are of a type that redacts itself", where: "auth/secret.go auth/flow/flow.go", run: nothingPrinted},
		{kind: 24, name: "a server that echoes what it was sent", by: provider, does: "puts the request, with code, verifier and client secret, into its error",
			must: "neither error nor details hold it", section: "RFC 6749 §10.3", defence: "errors of x/oauth2 are mapped, never quoted", where: "auth/token.go",
			elsewhere: []string{"auth TestServerThatEchoesSecrets", "auth TestErrorsOfATokenEndpointAreNotQuoted", "auth/backchannel TestErrorsTellNoQuery"}},
		{kind: 24, name: "the clipboard", by: program, does: "reads the clipboard after the user copied the link", must: "a start link of one use; no state, challenge, code or token",
			section: "RFC 6749 §10.3", defence: "only start links are ever copied", where: "auth/attempt.go app/presenter/signin.go",
			elsewhere: []string{"app/presenter TestBrowserFailedThenCopiedLink", "auth TestLinkHoldsNothingOfTheRequest"}},
		{kind: 24, name: "crash dumps", by: reader, does: "makes the program crash and reads its core, or attaches to it as another program of the user",
			must: "there is no core, and its memory cannot be read", section: "RFC 6749 §10.3", defence: "RLIMIT_CORE 0 and PR_SET_DUMPABLE 0, and their like elsewhere", where: "auth/dumpguard/guard_linux.go",
			elsewhere: []string{"auth/dumpguard TestNoCoreDump"}},
		{kind: 24, name: "secrets of whole-program runs", by: reader, does: "reads the trace and what the program wrote during a sign-in with the real window", must: "none of the run's secrets is there",
			section: "RFC 6749 §10.3", defence: "secrets are of a type that redacts itself", where: "auth/secret.go", elsewhere: []string{"e2e TestProcessListHoldsNoSecrets", "e2e TestLinkHoldsNoSecrets"}},
	}
}

// wiretap notes every secret that passes through the provider.
type wiretap struct {
	mu      sync.Mutex
	secrets map[string]string // value to what it is
}

func (w *wiretap) note(what, value string) {
	if len(value) < 8 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.secrets[value] = what
}

// only returns the secrets of the kinds that are named, or all.
func (w *wiretap) only(kinds ...string) map[string]string {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := map[string]string{}
	for value, what := range w.secrets {
		if len(kinds) == 0 || strings.Contains(" "+strings.Join(kinds, " ")+" ", " "+what+" ") {
			out[value] = what
		}
	}
	return out
}

// tapped is a victim all of whose secrets are noted.
func tapped(t *testing.T) (*victim, *wiretap) {
	w := &wiretap{secrets: map[string]string{}}
	params := func(names ...string) func(*mockprovider.Event) {
		return func(e *mockprovider.Event) {
			for _, name := range names {
				w.note(name, e.Params.Get(name))
			}
		}
	}
	v := newVictim(t,
		mockprovider.WithHook(mockprovider.StageAuthorizeRequest, params("state", "nonce", "code_challenge")),
		mockprovider.WithHook(mockprovider.StageRedirect, params("code")),
		mockprovider.WithHook(mockprovider.StageTokenRequest, params("code", "code_verifier", "client_secret", "refresh_token")),
		mockprovider.WithHook(mockprovider.StageToken, func(e *mockprovider.Event) {
			for _, name := range []string{"access_token", "refresh_token", "id_token"} {
				if value, ok := e.Object.Get(name).(string); ok {
					w.note(name, value)
				}
			}
		}))
	return v, w
}

// leaks fails the test for each secret that a text holds.
func leaks(t *testing.T, where, text string, secrets map[string]string) {
	t.Helper()
	if len(secrets) == 0 {
		t.Fatal("no secret was noted: the row proves nothing")
	}
	for value, what := range secrets {
		if strings.Contains(text, value) || strings.Contains(text, url.QueryEscape(value)) {
			t.Errorf("%s holds the %s", where, what)
		}
	}
}

// files is what every file below a folder holds, and their names.
func files(t *testing.T, dir string) (texts map[string]string) {
	t.Helper()
	texts = map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v: others may read it", d.Name(), info.Mode())
		}
		data, err := os.ReadFile(path)
		texts[path] = string(data)
		return err
	})
	if err != nil || len(texts) == 0 {
		t.Fatalf("%d files: %v", len(texts), err)
	}
	return texts
}

func verifierStays(t *testing.T) {
	v, w := tapped(t)
	a := v.begin()
	person := v.server.Person("ada")
	seen := &buffer{}
	person.Transport = observer{next: person.Transport, see: func(text string) { _, _ = seen.Write([]byte(text)) }}
	pending, err := a.finishWith(person, a.link)
	if err != nil {
		t.Fatal(err)
	}
	session, err := pending.Commit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := session.KeepFlow(); err != nil {
		t.Fatal(err)
	}
	verifier := w.only("code_verifier")
	record, _ := json.Marshal(session.Recorder().Flow())
	for where, text := range map[string]string{"the browser's traffic": seen.String(), "the link": a.link, "the log": v.log.String(), "the record": string(record)} {
		leaks(t, where, text, verifier)
	}
	for path, text := range files(t, v.dir) {
		leaks(t, filepath.Base(path), text, verifier)
	}
}

// observer is a browser's transport that shows each request and answer.
type observer struct {
	next http.RoundTripper
	see  func(string)
}

func (o observer) RoundTrip(r *http.Request) (*http.Response, error) {
	o.see(r.URL.String() + fmt.Sprint(r.Header))
	res, err := o.next.RoundTrip(r)
	if err == nil {
		o.see(fmt.Sprint(res.Header))
	}
	return res, err
}

func filesHoldNothing(t *testing.T) {
	v, w := tapped(t)
	session := v.signIn()
	if err := session.KeepFlow(); err != nil {
		t.Fatal(err)
	}
	refresh(t, session)
	for path, text := range files(t, v.dir) {
		leaks(t, filepath.Base(path), text, w.only())
	}
	// The store is where the refresh token is, and nothing else of the run.
	record, err := v.store.Get(t.Context(), session.Account().Item, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	leaks(t, "the keychain's item", string(record), w.only("access_token", "id_token", "code", "code_verifier", "client_secret", "state", "nonce"))
}

// refresh makes a session renew its access token now.
func refresh(t *testing.T, s *auth.Session) {
	t.Helper()
	now, err := s.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.Expire(now)
	if _, err := s.Token(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func stolenRefreshToken(t *testing.T) {
	v := newVictim(t)
	session := v.signIn()
	data, err := v.store.Get(t.Context(), session.Account().Item, store.Options{})
	var record struct {
		RefreshToken string `json:"refresh_token"`
	}
	if err != nil || json.Unmarshal(data, &record) != nil || record.RefreshToken == "" {
		t.Fatalf("the keychain's item: %v", err)
	}
	res, err := http.PostForm(v.server.Issuer()+v.server.Persona().Paths.Token, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {record.RefreshToken},
		"client_id": {v.server.ClientID()}, "client_secret": {v.server.ClientSecret()}})
	if err != nil {
		t.Fatal(err)
	}
	var stolen struct {
		AccessToken string `json:"access_token"`
	}
	err = json.NewDecoder(res.Body).Decode(&stolen)
	_ = res.Body.Close()
	if err != nil || stolen.AccessToken == "" {
		t.Fatalf("the thief got no token: the row proves nothing (%d, %v)", res.StatusCode, err)
	}
	before := v.count("token", "refresh_token")
	v.restart()
	mine := v.resume(v.client)
	for range 3 {
		_, err = mine.Token(t.Context())
		if p := auth.AsProblem(err); err == nil || p.Code != auth.CodeRefreshRevoked || p.Next != auth.NextSignIn {
			t.Fatalf("the program is told %v", err)
		}
	}
	if n := v.count("token", "refresh_token") - before; n > 3 {
		t.Errorf("the spent token was sent %d times for 3 calls", n)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, v.server.Issuer()+v.server.Persona().Paths.Userinfo, nil)
	if err != nil {
		t.Fatal(err)
	}
	auth.NewToken(auth.NewSecret(stolen.AccessToken), farAway).Authorize(req)
	res, err = http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusUnauthorized {
		t.Errorf("after the reuse the thief's token still gets %d", res.StatusCode)
	}
}

func nothingPrinted(t *testing.T) {
	v, w := tapped(t)
	texts := map[string]string{}
	printed := func(what string, value any) { texts[what] = fmt.Sprintf("%v %+v %#v", value, value, value) }
	printed("the provider", v.provider)
	a := v.begin()
	printed("the attempt", a.Attempt) // while nobody else is at work on it
	pending, err := a.finish()
	if err != nil {
		t.Fatal(err)
	}
	printed("the pending sign-in", pending)
	session, err := pending.Commit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	printed("the session", session)
	refresh(t, session)
	token, err := session.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	printed("the access token", token)
	record, err := json.Marshal(session.Recorder().Flow())
	if err != nil {
		t.Fatal(err)
	}
	texts["the record"] = string(record)
	_ = v.server.Close()
	session.Expire(token)
	if _, err = session.Token(t.Context()); err == nil {
		t.Fatal("a provider that is away gave a token")
	}
	printed("the error", err)
	texts["the details"] = auth.AsProblem(err).Detail()
	texts["the log"] = v.log.String()
	for what, text := range texts {
		leaks(t, what, text, w.only())
	}
}
