package e2e_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"app.latchkey/app/presenter"
	"app.latchkey/e2e/mainjob"
	"app.latchkey/e2e/stage"
)

// limit is how long one test may take.
const limit = 2 * time.Minute

// open opens a stage for one test and closes it when the test ends.
func open(t *testing.T, options stage.Options) (context.Context, *stage.Stage) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	s, err := stage.Open(ctx, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the program wrote:\n%s", s.Log("latchkey"))
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return ctx, s
}

// waiting plays the main job up to the provider's login page.
func waiting(t *testing.T) (context.Context, *mainjob.Play) {
	t.Helper()
	ctx, s := open(t, stage.Options{})
	p := &mainjob.Play{Stage: s}
	try(t, "start", p.Start(ctx))
	try(t, "begin", p.Begin(ctx))
	return ctx, p
}

func try(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// receiver returns the address on which the program waits for the browser.
func receiver(ctx context.Context, t *testing.T, s *stage.Stage) *url.URL {
	t.Helper()
	link, err := s.AwaitOpened(ctx, 1)
	try(t, "opened link", err)
	u, err := url.Parse(link)
	try(t, "opened link", err)
	return u
}

// get asks the receiver as another program on this computer would: without the
// browser's cookie, and without following where it leads.
func get(ctx context.Context, t *testing.T, address string) int {
	t.Helper()
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	try(t, "request", err)
	response, err := client.Do(request)
	try(t, "request", err)
	response.Body.Close()
	return response.StatusCode
}

func TestMainJob(t *testing.T) {
	ctx, s := open(t, stage.Options{})
	result, err := mainjob.Run(ctx, s, t.TempDir(), func(step string) { t.Log(step) })
	try(t, "main job", err)
	if len(result.Pictures) < 7 {
		t.Errorf("%d pictures were taken", len(result.Pictures))
	}
}

func TestLinkHoldsNoSecrets(t *testing.T) {
	ctx, p := waiting(t)
	link := receiver(ctx, t, p.Stage)
	if link.RawQuery != "" || link.Hostname() != "127.0.0.1" {
		t.Errorf("the system was asked to open %s: the process list shows it to everybody", link)
	}
	if status := get(ctx, t, link.String()); status < 400 {
		t.Errorf("the link that the process list shows works a second time, elsewhere: %d", status)
	}
	trace, err := p.Program.Trace()
	try(t, "trace", err)
	for _, secret := range []string{link.Path, p.Provider.ClientSecret, "code_verifier", "code_challenge"} {
		if strings.Contains(trace, secret) {
			t.Errorf("the trace holds %q", secret)
		}
	}
}

func TestCancel(t *testing.T) {
	ctx, p := waiting(t)
	address := receiver(ctx, t, p.Stage).Host
	try(t, "Esc", p.Program.Press(ctx, "Escape"))
	state, err := p.Program.AwaitScreen(ctx, presenter.ScreenSignIn)
	try(t, "back at the sign-in screen", err)
	if state.Problem != nil {
		t.Errorf("cancelling shows a problem: %+v", state.Problem)
	}
	awaitClosed(ctx, t, address)

	// Nothing is left over: the next attempt works.
	try(t, "Enter", p.Program.Press(ctx, "Return"))
	_, err = p.Program.AwaitScreen(ctx, presenter.ScreenWaiting)
	try(t, "second attempt", err)
	again, err := p.Stage.AwaitOpened(ctx, 2)
	try(t, "second attempt", err)
	if p.Page, err = p.Stage.Page(ctx); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(again, address) {
		t.Logf("the second attempt got the port of the first")
	}
	try(t, "choose", p.ChooseUser(ctx, mainjob.Ada))
	try(t, "allow", p.Allow(ctx))
	try(t, "profile", p.SeeProfile(ctx))
}

// awaitClosed waits until nobody listens on an address.
func awaitClosed(ctx context.Context, t *testing.T, address string) {
	t.Helper()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if errors.Is(err, syscall.ECONNREFUSED) {
			return
		}
		if err == nil {
			conn.Close()
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s is still open", address)
		case <-ticker.C:
		}
	}
}

func TestDeniedConsent(t *testing.T) {
	ctx, p := waiting(t)
	try(t, "choose", p.ChooseUser(ctx, mainjob.Ada))
	try(t, "deny", p.Page.Click(ctx, "#deny"))
	try(t, "verdict", p.Page.Await(ctx, "main#latchkey[data-verdict]:not([data-verdict=success])"))
	state, err := p.Program.Await(ctx, "the problem", func(s presenter.State) bool { return s.Problem != nil })
	try(t, "problem", err)
	if state.Problem.Code != "access_denied" || state.Problem.Next == "" {
		t.Errorf("problem = %+v, want access_denied with a next step", state.Problem)
	}
	if state.Screen != presenter.ScreenSignIn {
		t.Errorf("the screen is %s", state.Screen)
	}
	if items, err := p.Stage.KeychainItems(ctx); err != nil || len(items) != 0 {
		t.Errorf("the keychain holds %q, error = %v", items, err)
	}
}

// TestForgedCallbacks sends what any program or web page on this computer can
// send while the program waits: each is refused, and the sign-in goes on. At
// last the browser's own request is held back and sent by somebody else first.
func TestForgedCallbacks(t *testing.T) {
	ctx, p := waiting(t)
	link := receiver(ctx, t, p.Stage)
	base := "http://" + link.Host
	for _, forged := range []struct{ name, path string }{
		{"no state", "/callback?code=forged"},
		{"wrong state", "/callback?code=forged&state=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
		{"error without state", "/callback?error=access_denied"},
		{"error with a wrong state", "/callback?error=server_error&state=x"},
		{"nothing at all", "/callback"},
		{"favicon", "/favicon.ico"},
		{"root", "/"},
		{"start link made up", "/start/AAAA"},
	} {
		t.Run(forged.name, func(t *testing.T) {
			if status := get(ctx, t, base+forged.path); status < 400 || status > 499 {
				t.Errorf("%s was answered with %d", forged.path, status)
			}
		})
	}
	try(t, "choose", p.ChooseUser(ctx, mainjob.Ada))
	held, err := p.Page.HoldWhen(ctx, base+"/callback*", func(ctx context.Context) error {
		return p.Page.Click(ctx, "#allow")
	})
	try(t, "hold the response", err)
	if !strings.Contains(held.URL, "code=") || !strings.Contains(held.URL, "state=") {
		t.Fatal("the held request is not the authorization response")
	}
	if status := get(ctx, t, held.URL); status < 400 || status > 499 {
		t.Errorf("the right response without the browser's cookie was answered with %d", status)
	}
	try(t, "release the response", held.Release(ctx))
	try(t, "verdict", p.AwaitVerdict(ctx, "success"))
	try(t, "profile", p.SeeProfile(ctx))
}

// TestWindowIsRaised has another program's window in front, as a browser's
// would be, and wants the program's own back in front after the sign-in.
func TestWindowIsRaised(t *testing.T) {
	ctx, p := waiting(t)
	try(t, "choose", p.ChooseUser(ctx, mainjob.Ada))
	other, err := p.Stage.OtherWindow(ctx)
	try(t, "another window", err)
	if active, err := p.Stage.ActiveWindow(ctx); err != nil || active != other {
		t.Fatalf("active window = %v, error = %v, want the other program's %v", active, err, other)
	}
	try(t, "allow", p.Allow(ctx))
	try(t, "raised", p.Program.AwaitRaise(ctx))
	try(t, "in front", p.Stage.AwaitActive(ctx, p.Program.Window))
}
