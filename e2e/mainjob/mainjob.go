// Package mainjob plays the main job of the program on a stage, as a person
// would do it, and checks each step: sign in through the browser, see the
// profile, quit, start again and see the profile without any browser. The demo
// and the tests run the same steps.
package mainjob

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"app.latchkey/app/presenter"
	"app.latchkey/e2e/stage"
)

// stepLimit is how long one step may take; a machine under load is slow, a
// program that waits for nothing is broken.
const stepLimit = 45 * time.Second

// Person is a seeded user of the mock provider.
type Person struct {
	Element string // of the login page
	Name    string
	Email   string
}

// Ada is the first seeded user.
var Ada = Person{Element: "#user-ada", Name: "Ada Lovelace", Email: "ada@example.com"}

// Result is what a person saw.
type Result struct {
	Name, Email string
	Provider    string
	Keychain    string
	Pictures    []string // in the order in which they were taken
}

// Play is one run of the main job. Its fields tell how far it got.
type Play struct {
	Stage    *stage.Stage
	Provider *stage.Provider
	Program  *stage.Program
	Page     *stage.Page
	Result   Result
	// Command starts the program; nil: the stage's own does.
	Command []string
	// Say is told each step as it begins; nil: nobody is.
	Say func(step string)
	// Pictures is the folder for a picture of each step, of window and browser;
	// empty: none are taken.
	Pictures string

	signIn presenter.State
	quiet  int // entries of the journal before the second start
}

// Run plays the whole of it. pictures is the folder for a picture of each step,
// of window and browser; empty: none are taken.
func Run(ctx context.Context, s *stage.Stage, pictures string, say func(step string)) (Result, error) {
	p := &Play{Stage: s, Say: say, Pictures: pictures}
	err := p.SignIn(ctx)
	if err == nil {
		err = p.steps(ctx, step{"quitting", p.Quit})
	}
	if err == nil {
		err = p.Again(ctx)
	}
	if err == nil {
		err = p.steps(ctx, step{"quitting again", p.Quit})
	}
	return p.Result, err
}

// SignIn plays the first half: from the start of provider and program to the
// profile. The program goes on running.
func (p *Play) SignIn(ctx context.Context) error {
	return p.steps(ctx,
		step{"starting the provider and the program", p.Start},
		step{"pressing “Sign in”", p.Begin},
		step{"signing in as " + Ada.Name + " in the browser", func(ctx context.Context) error { return p.ChooseUser(ctx, Ada) }},
		step{"allowing access", p.Allow},
		step{"looking at the profile", p.SeeProfile},
		step{"looking into the keychain", p.checkKeychain},
	)
}

// Again plays the second half, after SignIn and Quit: the program, started
// again, shows the profile without any browser. It goes on running.
func (p *Play) Again(ctx context.Context) error {
	return p.steps(ctx,
		step{"starting again, without a browser", p.startAgain},
		step{"reading the provider's journal", p.checkJournal},
	)
}

// step is a step with its name.
type step struct {
	name string
	do   func(context.Context) error
}

func (p *Play) steps(ctx context.Context, steps ...step) error {
	for _, one := range steps {
		if err := p.step(ctx, one.name, one.do); err != nil {
			return err
		}
	}
	return nil
}

// step does one thing within its limit.
func (p *Play) step(ctx context.Context, name string, do func(context.Context) error) error {
	if p.Say != nil {
		p.Say(name)
	}
	ctx, cancel := context.WithTimeout(ctx, stepLimit)
	defer cancel()
	if err := do(ctx); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Start starts the provider and the program, and waits for the sign-in screen
// with its line about the keychain.
func (p *Play) Start(ctx context.Context) (err error) {
	if p.Provider, err = p.Stage.StartProvider(ctx); err != nil {
		return err
	}
	if err := p.startProgram(ctx); err != nil {
		return err
	}
	p.signIn, err = p.Program.Await(ctx, "the sign-in screen with the keychain's name", func(s presenter.State) bool {
		return s.Screen == presenter.ScreenSignIn && s.SignIn.Keep.Known
	})
	if err != nil {
		return err
	}
	keep := p.signIn.SignIn.Keep
	if !keep.Persistent || keep.Name == "" {
		return fmt.Errorf("the program found no keychain: %+v", keep)
	}
	p.Result.Keychain = keep.Name
	return p.takeWindow(ctx, "window-sign-in")
}

func (p *Play) startProgram(ctx context.Context) (err error) {
	if p.Command == nil {
		p.Program, err = p.Stage.StartProgram(ctx)
	} else {
		p.Program, err = p.Stage.StartCommand(ctx, p.Command)
	}
	return err
}

// Begin presses Enter, which starts the sign-in, and takes over the page that
// the program has the system open.
func (p *Play) Begin(ctx context.Context) error {
	if err := p.Program.Press(ctx, "Return"); err != nil {
		return err
	}
	return p.AwaitBrowser(ctx)
}

// AwaitBrowser waits for the provider's page in the browser.
func (p *Play) AwaitBrowser(ctx context.Context) (err error) {
	if _, err = p.Program.Await(ctx, "the waiting screen", func(s presenter.State) bool {
		return s.Screen == presenter.ScreenWaiting && s.Waiting.Browser == presenter.BrowserOpened
	}); err != nil {
		return err
	}
	if p.Page, err = p.Stage.Page(ctx); err != nil {
		return err
	}
	if err := p.Page.Await(ctx, Ada.Element); err != nil {
		return err
	}
	if err := p.takePage(ctx, "browser-login"); err != nil {
		return err
	}
	return p.takeWindow(ctx, "window-waiting")
}

// ChooseUser clicks a user on the provider's login page.
func (p *Play) ChooseUser(ctx context.Context, who Person) error {
	if err := p.Page.Click(ctx, who.Element); err != nil {
		return err
	}
	if err := p.Page.Await(ctx, "#allow"); err != nil {
		return err
	}
	return p.takePage(ctx, "browser-consent")
}

// Allow clicks "Allow" on the provider's consent page, with every scope
// ticked, and reads the verdict that the browser ends on.
func (p *Play) Allow(ctx context.Context) error {
	if err := p.Page.Click(ctx, "#allow"); err != nil {
		return err
	}
	if err := p.AwaitVerdict(ctx, "success"); err != nil {
		return err
	}
	return p.takePage(ctx, "browser-verdict")
}

// AwaitVerdict waits for the program's own page in the browser and wants its
// verdict to be this one. The address must hold neither code nor state by then.
func (p *Play) AwaitVerdict(ctx context.Context, verdict string) error {
	if err := p.Page.Await(ctx, fmt.Sprintf("main#latchkey[data-verdict=%q]", verdict)); err != nil {
		return err
	}
	at, err := p.Page.Location(ctx)
	if err != nil {
		return err
	}
	if strings.Contains(at, "code=") || strings.Contains(at, "state=") {
		return fmt.Errorf("the browser ended on an address with the response in it")
	}
	return nil
}

// SeeProfile waits until the window has come back to the front and shows the
// profile that the provider was asked for.
func (p *Play) SeeProfile(ctx context.Context) error {
	state, err := p.awaitLoaded(ctx, time.Time{})
	if err != nil {
		return err
	}
	if err := p.Program.AwaitRaise(ctx); err != nil {
		return err
	}
	if err := p.Stage.AwaitActive(ctx, p.Program.Window); err != nil {
		return err
	}
	p.Result.Name, p.Result.Email = state.Profile.Person.Name, state.Profile.Person.Email
	p.Result.Provider = strings.TrimSuffix(state.Profile.Provider, " ("+state.Profile.Host+")")
	if p.Result.Name != Ada.Name || p.Result.Email != Ada.Email {
		return fmt.Errorf("the profile is of %s <%s>", p.Result.Name, p.Result.Email)
	}
	return p.takeWindow(ctx, "window-profile")
}

// awaitLoaded waits for a profile that was fetched after a point in time.
func (p *Play) awaitLoaded(ctx context.Context, after time.Time) (presenter.State, error) {
	return p.Program.Await(ctx, "the profile to be loaded", func(s presenter.State) bool {
		return s.Screen == presenter.ScreenProfile && s.Profile.Updated.After(after) &&
			!s.Profile.Refreshing && !s.Profile.Offline && s.Profile.Person.Picture != ""
	})
}

// Refresh has the program that runs fetch the profile anew, and waits for it.
func (p *Play) Refresh(ctx context.Context) error {
	began := time.Now()
	if err := p.Program.Press(ctx, "ctrl+r"); err != nil {
		return err
	}
	_, err := p.awaitLoaded(ctx, began)
	return err
}

// checkKeychain wants one item in the keychain, named so that its owner knows
// what it is.
func (p *Play) checkKeychain(ctx context.Context) error {
	items, err := p.Stage.KeychainItems(ctx)
	if err != nil {
		return err
	}
	want := fmt.Sprintf("Latchkey sign-in: %s (%s)", p.Result.Email, p.Result.Provider)
	if len(items) != 1 || !strings.HasPrefix(items[0], want) {
		return fmt.Errorf("the keychain holds %q, want one item %q", items, want)
	}
	return nil
}

// Quit ends the program as a person would.
func (p *Play) Quit(ctx context.Context) error { return p.Program.Quit(ctx) }

// startAgain starts the program a second time and waits until the profile was
// loaded anew.
func (p *Play) startAgain(ctx context.Context) error {
	before, err := p.Provider.Journal(ctx)
	if err != nil {
		return err
	}
	p.quiet = len(before)
	began := time.Now()
	if err := p.startProgram(ctx); err != nil {
		return err
	}
	state, err := p.awaitLoaded(ctx, began)
	if err != nil {
		return err
	}
	if person := state.Profile.Person; person.Name != p.Result.Name || person.Email != p.Result.Email {
		return fmt.Errorf("the second start shows %s <%s>", person.Name, person.Email)
	}
	for _, s := range p.Program.States() {
		if s.Screen == presenter.ScreenSignIn || s.Screen == presenter.ScreenWaiting {
			return fmt.Errorf("the second start showed the screen %s", s.Screen)
		}
	}
	opened, err := p.Stage.Opened()
	if err != nil {
		return err
	}
	if len(opened) != 1 {
		return fmt.Errorf("the browser was opened %d times, want once, for the sign-in", len(opened))
	}
	return p.takeWindow(ctx, "window-second-start")
}

// checkJournal wants the second start to have been a refresh and a profile
// request, both answered with 200, and nobody to have been asked to sign in.
func (p *Play) checkJournal(ctx context.Context) error {
	all, err := p.Provider.Journal(ctx)
	if err != nil {
		return err
	}
	var refreshed, profile bool
	for _, e := range all[p.quiet:] {
		switch {
		case slices.Contains([]string{"authorize", "login", "consent"}, e.Endpoint):
			return fmt.Errorf("the second start went to %s", e.Path)
		case e.Endpoint == "token" && e.GrantType == "refresh_token":
			refreshed = e.Status == 200
		case e.Endpoint == "userinfo" || e.Endpoint == "people":
			profile = profile || e.Status == 200
		}
	}
	if !refreshed || !profile {
		return fmt.Errorf("the journal of the second start shows refresh 200: %t, profile 200: %t in %+v", refreshed, profile, all[p.quiet:])
	}
	return nil
}

func (p *Play) takeWindow(ctx context.Context, name string) error {
	return p.take(name, func(path string) error { return p.Program.Picture(ctx, path) })
}

func (p *Play) takePage(ctx context.Context, name string) error {
	return p.take(name, func(path string) error { return p.Page.Picture(ctx, path) })
}

// take takes a picture and numbers it.
func (p *Play) take(name string, take func(path string) error) error {
	if p.Pictures == "" {
		return nil
	}
	if err := os.MkdirAll(p.Pictures, 0o755); err != nil {
		return fmt.Errorf("making the folder for pictures: %w", err)
	}
	path := filepath.Join(p.Pictures, fmt.Sprintf("%d-%s.png", len(p.Result.Pictures)+1, name))
	if err := take(path); err != nil {
		return err
	}
	p.Result.Pictures = append(p.Result.Pictures, path)
	return nil
}
