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
	if p.Page, err = p.Stage.Page(ctx); err != nil {
		t.Fatal(err)
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

// TestOpenAgain presses "Open browser again" twice: each time a link of its own
// is opened, and the newest page finishes the sign-in.
func TestOpenAgain(t *testing.T) {
	ctx, p := waiting(t)
	seen := map[string]bool{}
	for n := 1; n <= 3; n++ {
		if n > 1 {
			try(t, "Enter", p.Program.Press(ctx, "Return"))
		}
		link, err := p.Stage.AwaitOpened(ctx, n)
		try(t, "opened link", err)
		if seen[link] {
			t.Errorf("link %d was opened before", n)
		}
		seen[link] = true
		if n > 1 {
			p.Page, err = p.Stage.Page(ctx)
			try(t, "page", err)
			try(t, "login page", p.Page.Await(ctx, mainjob.Ada.Element))
		}
	}
	try(t, "choose", p.ChooseUser(ctx, mainjob.Ada))
	try(t, "allow", p.Allow(ctx))
	try(t, "profile", p.SeeProfile(ctx))
}

// TestLinkOpenedByAStranger has another program open the link that the process
// list shows. Which of the two is the person cannot be known, so neither may
// bring the response; "Open browser again" puts it right.
func TestLinkOpenedByAStranger(t *testing.T) {
	ctx, p := waiting(t)
	link := receiver(ctx, t, p.Stage)
	if status := get(ctx, t, link.String()); status < 400 || status > 499 {
		t.Fatalf("the stranger was answered with %d", status)
	}
	try(t, "choose", p.ChooseUser(ctx, mainjob.Ada))
	try(t, "allow", p.Page.Click(ctx, "#allow"))
	try(t, "refusal", p.Page.Await(ctx, "main#latchkey[data-verdict=refused]"))

	try(t, "Enter", p.Program.Press(ctx, "Return"))
	var err error
	p.Page, err = p.Stage.Page(ctx)
	try(t, "page", err)
	try(t, "choose", p.ChooseUser(ctx, mainjob.Ada))
	try(t, "allow", p.Allow(ctx))
	try(t, "profile", p.SeeProfile(ctx))
}

// TestProviderDown starts a sign-in at a provider that cannot be reached: no
// browser opens, and the window says what to do.
func TestProviderDown(t *testing.T) {
	ctx, s := open(t, stage.Options{})
	p := &mainjob.Play{Stage: s}
	try(t, "start", p.Start(ctx))
	p.Provider.Stop()
	try(t, "Enter", p.Program.Press(ctx, "Return"))
	state, err := p.Program.Await(ctx, "the problem", func(s presenter.State) bool { return s.Problem != nil })
	try(t, "problem", err)
	if state.Problem.Code != "provider_unreachable" || state.Problem.Next != presenter.NextRetry {
		t.Errorf("problem = %+v", state.Problem)
	}
	if opened, err := s.Opened(); err != nil || len(opened) != 0 {
		t.Errorf("the browser was opened at %q, error = %v", opened, err)
	}
}

// TestOffline starts the program again while the provider cannot be reached:
// the profile is there from the cache, says so, and nobody is signed out.
func TestOffline(t *testing.T) {
	ctx, p := waiting(t)
	try(t, "choose", p.ChooseUser(ctx, mainjob.Ada))
	try(t, "allow", p.Allow(ctx))
	try(t, "profile", p.SeeProfile(ctx))
	try(t, "quit", p.Quit(ctx))
	p.Provider.Stop()

	program, err := p.Stage.StartProgram(ctx)
	try(t, "second start", err)
	state, err := program.Await(ctx, "the profile from the cache", func(s presenter.State) bool {
		return s.Screen == presenter.ScreenProfile && s.Profile.Offline
	})
	try(t, "second start", err)
	if state.Profile.Person.Name != mainjob.Ada.Name || state.Profile.Person.Picture == "" {
		t.Errorf("the cached profile is %+v", state.Profile.Person)
	}
	if items, err := p.Stage.KeychainItems(ctx); err != nil || len(items) != 1 {
		t.Errorf("the keychain holds %q, error = %v", items, err)
	}
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
