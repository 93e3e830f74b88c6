package e2e_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"app.latchkey/app/presenter"
	"app.latchkey/e2e/mainjob"
)

// TestNoSecretLeavesTheProgram plays a sign-in that fails because the provider
// echoes what it was sent, one that succeeds, and a second start that refreshes.
// Then each secret of all three is looked for, in whatever form it may have been
// written: in what the program and the system's opener told the list of
// processes at any time, in the log, the trace (which holds each State with its
// problem's details), in every file of the program's, and in the names of the
// keychain's items.
func TestNoSecretLeavesTheProgram(t *testing.T) {
	ctx, p := waiting(t)
	list := watchProcesses(ctx, t)
	try(t, "fault", p.Provider.Misbehave(ctx, "token-error-echo", "once"))
	cookies, err := p.Page.Cookies(ctx)
	try(t, "cookies", err)
	try(t, "choose", p.ChooseUser(ctx, mainjob.Ada))
	try(t, "allow", p.Page.Click(ctx, "#allow"))
	_, err = p.Program.Await(ctx, "the problem", func(s presenter.State) bool { return s.Problem != nil })
	try(t, "echoed error", err)
	first, err := p.Program.Trace()
	try(t, "trace", err)

	try(t, "Enter", p.Program.Press(ctx, "Return"))
	_, err = p.Program.Await(ctx, "the waiting screen", func(s presenter.State) bool {
		return s.Screen == presenter.ScreenWaiting && s.Waiting.Browser == presenter.BrowserOpened
	})
	try(t, "second attempt", err)
	p.Page, err = p.Stage.Page(ctx)
	try(t, "page", err)
	try(t, "login or consent", p.Page.Await(ctx, mainjob.Ada.Element))
	more, err := p.Page.Cookies(ctx)
	try(t, "cookies", err)
	try(t, "choose", p.ChooseUser(ctx, mainjob.Ada))
	try(t, "allow", p.Allow(ctx))
	try(t, "profile", p.SeeProfile(ctx))
	began := time.Now()
	trace, err := p.Program.Trace()
	try(t, "trace", err)
	try(t, "quit", p.Quit(ctx))
	p.Program, err = p.Stage.StartProgram(ctx)
	try(t, "second start", err)
	_, err = p.Program.Await(ctx, "the profile of the second start", func(s presenter.State) bool {
		return s.Screen == presenter.ScreenProfile && s.Profile.Updated.After(began) && !s.Profile.Refreshing
	})
	try(t, "second start", err)
	again, err := p.Program.Trace()
	try(t, "trace", err)
	items, err := p.Stage.KeychainItems(ctx)
	try(t, "keychain", err)

	texts := map[string]string{
		"the trace": first + trace + again, "the log": p.Stage.Log("latchkey"), "the opener": p.Stage.Log("opener"),
		"the list of processes": list(), "the keychain's names": strings.Join(items, "\n"),
	}
	readFiles(t, texts, p.Stage.Config, "providers.toml") // in which the client secret is written, by whoever set it up
	readFiles(t, texts, filepath.Join(p.Stage.Dir, "home"), "keyrings")
	for _, what := range []string{"the trace", "the log", "the opener", "the list of processes", "the keychain's names", "the file accounts.json"} {
		if texts[what] == "" {
			t.Errorf("%s is empty: this test proves nothing", what)
		}
	}
	search(t, texts, everySecret(ctx, t, p, slices.Concat(cookies, more)))
}

// search looks for every secret in every text, in each form; half of one is
// enough to find it.
func search(t *testing.T, texts map[string]string, secrets map[string][]string) {
	t.Helper()
	for _, name := range []string{"code", "code_verifier", "state", "nonce", "access_token", "refresh_token", "id_token", "client_secret", "cookie"} {
		if len(secrets[name]) == 0 {
			t.Errorf("no %s was found to be looked for: this test proves nothing", name)
		}
		for _, secret := range secrets[name] {
			half := secret[len(secret)/2:]
			quoted, _ := json.Marshal(half) // a text always has JSON
			for form, written := range map[string]string{
				"raw": half, "URL-encoded": url.QueryEscape(half), "in JSON": string(quoted[1 : len(quoted)-1]),
				"base64": base64.StdEncoding.EncodeToString([]byte(secret))[:20], "base64url": base64.RawURLEncoding.EncodeToString([]byte(secret))[:20],
			} {
				for what, text := range texts {
					if strings.Contains(text, written) {
						t.Errorf("%s holds the %s (%s)", what, name, form)
					}
				}
			}
		}
	}
}

// everySecret is all that passed through the provider and the browser, by name.
func everySecret(ctx context.Context, t *testing.T, p *mainjob.Play, cookies []string) map[string][]string {
	t.Helper()
	entries, err := p.Provider.Journal(ctx)
	try(t, "journal", err)
	found := map[string][]string{"client_secret": {p.Provider.ClientSecret}}
	for _, e := range entries {
		for _, values := range []map[string]string{e.Sent(), e.Answered()} {
			for _, name := range []string{"code", "code_verifier", "state", "nonce", "access_token", "refresh_token", "id_token"} {
				if value := values[name]; len(value) >= 16 && !slices.Contains(found[name], value) {
					found[name] = append(found[name], value)
				}
			}
		}
	}
	for _, c := range cookies {
		if len(c) >= 16 {
			found["cookie"] = append(found["cookie"], c)
		}
	}
	return found
}

// watchProcesses reads the list of processes again and again. The returned
// function ends that and tells all that was seen of the program, the opener and
// whatever else they started; the mock provider is left out, which gets its own
// configuration, and so is the browser, whose business the cookies are.
func watchProcesses(ctx context.Context, t *testing.T) func() string {
	ctx, cancel := context.WithCancel(ctx)
	var all strings.Builder
	var watching sync.WaitGroup
	watching.Go(func() {
		seen := map[string]bool{}
		ticker := time.NewTicker(20 * time.Millisecond)
		defer ticker.Stop()
		for ctx.Err() == nil {
			for _, text := range processes(t) {
				if !seen[text] && !strings.Contains(text, "mockprovider") {
					seen[text] = true
					all.WriteString(text + "\n")
				}
			}
			select {
			case <-ticker.C:
			case <-ctx.Done():
			}
		}
	})
	t.Cleanup(func() { cancel(); watching.Wait() })
	return func() string {
		cancel()
		watching.Wait()
		return all.String()
	}
}

// readFiles adds every file below a folder, but those whose path has a part of
// that name.
func readFiles(t *testing.T, texts map[string]string, dir, not string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || strings.Contains(path, not) {
			return err
		}
		text, err := os.ReadFile(path)
		texts["the file "+d.Name()] = path + "\n" + string(text)
		return err
	})
	try(t, "files of the program", err)
}
