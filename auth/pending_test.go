package auth_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"app.latchkey/auth"
	"app.latchkey/auth/store"
	"app.latchkey/mockprovider"
)

// pending signs in and fails the test if that does not work.
func (w *world) pending() *auth.Pending {
	w.t.Helper()
	p, err := w.signIn()
	if err != nil {
		w.t.Fatalf("signing in: %v", err)
	}
	return p
}

func TestCommitOfACancelledSignIn(t *testing.T) {
	w := newWorld(t, nil)
	pending := w.pending()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := pending.Commit(ctx)
	wantCode(t, err, auth.CodeCanceled)
	pending.Discard(ctx)
	contains(t, "page", <-w.pages, `data-verdict="cancelled"`)
	if list, _ := w.client.Accounts(); len(list) != 0 || w.storedToken(pending.Account().Item) != "" {
		t.Errorf("something was stored: %v", list)
	}
	if n := w.server.Grants("ada"); n != 0 {
		t.Errorf("%d grants are left at the provider", n)
	}
}

// The first answer to a Pending counts.
func TestPendingIsAnsweredOnce(t *testing.T) {
	t.Run("Discard after Commit", func(t *testing.T) {
		w := newWorld(t, nil)
		pending := w.pending()
		session, err := pending.Commit(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		pending.Discard(t.Context()) // as a deferred one does
		if status := w.userinfo(mustToken(t, session)); status != http.StatusOK {
			t.Errorf("userinfo: status %d", status)
		}
	})
	t.Run("Discard twice", func(t *testing.T) {
		w := newWorld(t, nil)
		pending := w.pending()
		pending.Discard(t.Context())
		pending.Discard(t.Context())
		if n := w.count("revoke", ""); n != 1 {
			t.Errorf("%d revocations, want 1", n)
		}
	})
	t.Run("Commit after Discard", func(t *testing.T) {
		w := newWorld(t, nil)
		pending := w.pending()
		pending.Discard(t.Context())
		_, err := pending.Commit(t.Context())
		wantCode(t, err, auth.CodeInternal)
		if list, _ := w.client.Accounts(); len(list) != 0 {
			t.Errorf("accounts: %v", list)
		}
	})
}

// Providers such as Google would revoke the session that is there as well.
func TestDiscardSparesTheSessionThatIsThere(t *testing.T) {
	w := newWorld(t, nil)
	session := w.session()
	w.pending().Discard(t.Context())
	if n := w.count("revoke", ""); n != 0 {
		t.Errorf("%d revocations, want none", n)
	}
	if status := w.userinfo(mustToken(t, session)); status != http.StatusOK {
		t.Errorf("userinfo: status %d", status)
	}
}

func TestPendingThatIsNotAnsweredIsDiscarded(t *testing.T) {
	t.Parallel() // it waits
	w := newWorld(t, func(c *auth.Config) { c.Timeout = 3 * time.Second })
	pending := w.pending()
	select {
	case page := <-w.pages:
		contains(t, "page", page, `data-verdict="cancelled"`)
	case <-time.After(20 * time.Second):
		t.Fatal("the browser waits for a verdict for ever")
	}
	_, err := pending.Commit(t.Context())
	wantCode(t, err, auth.CodeInternal)
}

// A sign-in is a click: the keychain may ask, and what it says is read back.
func TestCommitVerifiesAndMayAsk(t *testing.T) {
	w := newWorld(t, nil)
	w.session()
	want := store.Options{Interact: true, Verify: true}
	if got := w.store.options("put"); len(got) != 1 || got[0] != want {
		t.Errorf("put with %+v, want once with %+v", got, want)
	}
}

func TestNoRefreshTokenIsNotTheKeychainsFault(t *testing.T) {
	w := newWorld(t, nil, mockprovider.WithHook(token, del("refresh_token")))
	session := w.session()
	if kept := session.Kept(t.Context()); kept.Problem != nil || !kept.UntilQuit() {
		t.Errorf("Kept = %+v (until quit %v), want until quit without a problem", kept.Problem, kept.UntilQuit())
	}
	if n := len(w.store.options("put")); n != 0 {
		t.Errorf("an empty token was written %d times", n)
	}
}

// An account that cannot be entered must not leave an item that nobody finds.
func TestIndexThatCannotBeWritten(t *testing.T) {
	w := newWorld(t, nil)
	pending := w.pending()
	if err := os.WriteFile(filepath.Join(w.dir, "accounts.json"), []byte(`{"v":9}`), 0o600); err != nil {
		t.Fatal(err)
	}
	session, err := pending.Commit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if w.storedToken(session.Account().Item) != "" {
		t.Error("the store holds an item that nobody will find")
	}
	if kept := session.Kept(t.Context()); kept.Problem == nil || kept.Problem.Code != auth.CodeIndexWriteFailed || !kept.UntilQuit() {
		t.Errorf("Kept = %+v, want until quit and the reason", kept)
	}
	if status := w.userinfo(mustToken(t, session)); status != http.StatusOK {
		t.Errorf("userinfo: status %d", status)
	}
}

// Where only the list can't be written, on a full disk, an account that is in it
// already is found by its older entry: its item must not go, or the next start
// would sign the person out.
func TestFullDiskKeepsAKnownAccount(t *testing.T) {
	w := newWorld(t, nil)
	w.session()
	// The previous copy can't take the place of a folder that is not empty.
	if err := os.MkdirAll(filepath.Join(w.dir, "accounts.json.bak", "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	session := w.session()
	if kept := session.Kept(t.Context()); kept.Problem != nil || kept.UntilQuit() {
		t.Errorf("Kept = %v (until quit %v), want kept", kept.Problem, kept.UntilQuit())
	}
	if status := w.userinfo(mustToken(t, w.again())); status != http.StatusOK {
		t.Errorf("after another start: userinfo: status %d", status)
	}
}

func TestItemNames(t *testing.T) {
	var b bender
	w := newWorld(t, nil, mockprovider.WithHook(claims, b.bend))
	b.set(set("email", "a#1@example.com")) // "#" separates chunks on Windows
	old := w.session().Account().Item
	if strings.Contains(old, "#") || !strings.Contains(old, "a1@example.com") {
		t.Errorf("item %q", old)
	}
	b.set(set("email", "ada@new.example"))
	now := w.session().Account().Item
	if now == old || w.storedToken(now) == "" || w.storedToken(old) != "" {
		t.Errorf("items %q and %q: the first holds %q, the second %q", old, now, w.storedToken(old), w.storedToken(now))
	}
}

func TestResumeIsForTheSameClientAndIssuer(t *testing.T) {
	w := newWorld(t, nil)
	account := w.session().Account()
	for _, c := range []struct {
		name   string
		change func(*auth.Provider)
	}{
		{"another client", func(p *auth.Provider) { p.ClientID = "somebody-else" }},
		{"another issuer", func(p *auth.Provider) { p.Issuer = "https://evil.example" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := w.provider
			c.change(&p)
			_, err := w.client.Resume(account, p)
			wantCode(t, err, auth.CodeConfigInvalid)
		})
	}
}

// A session that lasts until the program ends is kept in memory, and found
// there also when the provider's configuration was mended.
func TestSessionWithoutAKeychain(t *testing.T) {
	w := newWorld(t, nil)
	w.store.fail("status", store.Unavailable, store.ReasonNoService)
	session := w.session()
	if err := session.KeepFlow(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(w.dir, "flows")); err == nil {
		t.Error("the record of a sign-in that ends with the program was written to disk")
	}
	mended := w.provider
	mended.Name = "Google again"
	resumed := resumeOnly(t, w.client, mended)
	if resumed == session {
		t.Fatal("the same session: the test proves nothing")
	}
	mustToken(t, resumed)
	if n := len(w.store.options("get")); n != 0 {
		t.Errorf("the keychain that is not there was asked %d times", n)
	}
}

// A write that failed leaves the session in memory, for later Resumes too.
func TestResumeAfterAFailedWrite(t *testing.T) {
	t.Parallel() // it waits
	w := newWorld(t, nil)
	w.store.fail("put", store.Unavailable, "")
	session := w.session()
	session.Expire(mustToken(t, session))
	mustToken(t, resumeOnly(t, w.client, w.provider))
}

func TestStoreThatStaysClosedIsNotPassedOver(t *testing.T) {
	t.Run("no answer to the dialog", func(t *testing.T) {
		w := newWorld(t, nil)
		w.store.fail("unlock", store.Unavailable, store.ReasonTimeout)
		w.store.fail("status", store.Locked, "")
		_, err := w.signIn()
		wantCode(t, err, auth.CodeStoreUnavailable)
		if w.count("authorize", "") != 0 {
			t.Error("the browser was opened")
		}
	})
	t.Run("cancelled while the dialog is up", func(t *testing.T) {
		w := newWorld(t, nil)
		ctx, cancel := context.WithCancel(t.Context())
		w.store.fail("status", store.Locked, "")
		w.store.onUnlock = func(ctx context.Context) error {
			cancel()
			<-ctx.Done()
			return &store.Error{Op: "unlock", Outcome: store.Locked, Reason: store.ReasonDismissed}
		}
		_, err := w.client.Begin(ctx, w.provider, auth.SignInOptions{})
		wantCode(t, err, auth.CodeCanceled)
	})
	t.Run("the offer to make a collection", func(t *testing.T) {
		w := newWorld(t, nil)
		w.store.fail("status", store.Unavailable, store.ReasonNoCollection)
		if kept := w.session().Kept(t.Context()); kept.UntilQuit() || w.store.unlocks != 1 {
			t.Errorf("Kept = %+v after %d unlocks", kept, w.store.unlocks)
		}
	})
}

func TestBrowsersThatHang(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	t.Run("and show nothing", func(t *testing.T) {
		w := newWorld(t, func(c *auth.Config) {
			c.Timeout = 50 * time.Millisecond
			c.OpenBrowser = func(context.Context, string) error { <-hang; return nil }
		})
		if _, err := w.signIn(); err == nil {
			t.Error("signed in without a browser")
		}
	})
	t.Run("and show nothing, cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		w := newWorld(t, func(c *auth.Config) {
			c.OpenBrowser = func(context.Context, string) error { cancel(); <-hang; return nil }
		})
		_, err := w.client.SignIn(ctx, w.provider, auth.SignInOptions{})
		wantCode(t, err, auth.CodeCanceled)
	})
	t.Run("and show the page", func(t *testing.T) {
		var w *world
		w = newWorld(t, func(c *auth.Config) {
			c.OpenBrowser = func(ctx context.Context, link string) error {
				_ = w.browse(ctx, link)
				<-hang
				return nil
			}
		})
		w.pending().Discard(t.Context())
	})
}

func TestFailedOpenLeavesNothingListening(t *testing.T) {
	var opened string
	w := newWorld(t, func(c *auth.Config) {
		c.OpenBrowser = func(_ context.Context, link string) error { opened = link; return errors.New("no browser") }
	})
	_, err := w.signIn()
	wantCode(t, err, auth.CodeBrowserFailed)
	u, err := url.Parse(opened)
	if err != nil || u.Host == "" {
		t.Fatalf("opened %q", opened)
	}
	if c, err := net.Dial("tcp", u.Host); err == nil {
		_ = c.Close()
		t.Error("the receiver still listens")
	}
}

// The caller's own deadline is a time limit like ours, no cancellation.
func TestCallersDeadline(t *testing.T) {
	w := newWorld(t, nil)
	attempt, err := w.client.Begin(t.Context(), w.provider, auth.SignInOptions{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = attempt.Wait(ctx)
	wantCode(t, err, auth.CodeSignInTimeout)
}

func TestMendedConfigurationIsUsed(t *testing.T) {
	w := newWorld(t, nil)
	good := w.provider.ClientSecret
	w.provider.ClientSecret = auth.NewSecret("wrong")
	_, err := w.signIn()
	wantCode(t, err, auth.CodeTokenInvalidClient)
	w.provider.ClientSecret = good
	w.pending().Discard(t.Context())
}

// %+v of what holds one-time values and tokens shows none of them.
func TestAttemptsAndPendingsDoNotPrintSecrets(t *testing.T) {
	var sent rows[string]
	transport := newSpy(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/token") {
			sent.add(formOf(r).Get("code_verifier"))
		}
		return nil, nil
	})
	w := newWorld(t, func(c *auth.Config) { c.Transport, c.OpenBrowser = transport, nil })
	attempt, err := w.client.Begin(t.Context(), w.provider, auth.SignInOptions{})
	if err != nil {
		t.Fatal(err)
	}
	printed := fmt.Sprintf("%+v %#v", attempt, attempt)
	link, err := attempt.Link()
	if err != nil {
		t.Fatal(err)
	}
	_ = w.browse(t.Context(), link)
	pending, err := attempt.Wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	printed += fmt.Sprintf("%+v %#v", pending, pending)
	pending.Discard(t.Context())
	for _, secret := range append(sent.all(), "eyJ", "ya29.", "1//0", w.server.ClientSecret()) {
		if secret == "" || strings.Contains(printed, secret) {
			t.Errorf("printed: %q", secret)
		}
	}
}

func TestHintAndPromptAreSent(t *testing.T) {
	for _, c := range []struct {
		name string
		o    auth.SignInOptions
		want []string // login_hint, prompt
	}{
		{"none", auth.SignInOptions{}, []string{"-", "-"}},
		{"both", auth.SignInOptions{LoginHint: "ada@example.com", Prompt: "select_account"}, []string{"ada@example.com", "select_account"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			w := newWorld(t, nil, mockprovider.WithHook(transport, func(e *mockprovider.Event) {
				if q := e.Request.URL.Query(); e.Endpoint == "authorize" && got == nil {
					for _, name := range []string{"login_hint", "prompt"} {
						if !q.Has(name) {
							q.Set(name, "-")
						}
						got = append(got, q.Get(name))
					}
				}
			}))
			attempt, err := w.client.Begin(t.Context(), w.provider, c.o)
			if err != nil {
				t.Fatal(err)
			}
			if err := attempt.Open(t.Context()); err != nil {
				t.Fatal(err)
			}
			pending, err := attempt.Wait(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			pending.Discard(t.Context())
			if !slices.Equal(got, c.want) {
				t.Errorf("login_hint and prompt %q, want %q", got, c.want)
			}
		})
	}
}
