package presenter

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"app.latchkey/auth"
	"app.latchkey/auth/flow"
	"app.latchkey/resources"
)

// Window is what a Presenter asks of the window besides drawing States. Each
// call returns at once.
type Window interface {
	CopyText(text string)   // puts text on the clipboard
	Raise()                 // brings the window to the front, where the system lets it
	OpenFolder(path string) // shows a folder in the system's file manager
}

// Memory keeps small things between two runs of the program.
type Memory interface {
	ShownAccount() string // key of the account shown last, "" if there is none
	SetShownAccount(key string) error
}

// Config is what a Presenter needs.
type Config struct {
	Auth      *auth.Client
	Resources *resources.Client
	// Providers are offered on the sign-in screen, in this order.
	Providers []auth.Provider
	// ProviderFile keeps what is added on the page "Use another provider"; nil:
	// nothing can be added.
	ProviderFile ProviderFile
	// Inspection is what the page of diagnostics looks at, but for Auth, Providers
	// and Now, which are those of this Config.
	Inspection Inspection
	// CheckAfter is how long nobody must have typed before an issuer is checked;
	// 0: 400 ms.
	CheckAfter time.Duration
	// Demo says that the only provider is the mock inside this program.
	Demo bool
	// Problem is shown on the first screen: a broken configuration.
	Problem error
	// ConfigDir is opened for whoever wants to mend the configuration. Its
	// providers.toml is made from ProvidersTemplate if it is missing.
	ConfigDir string
	Window    Window
	// Memory keeps which account was shown last; nil: the latest sign-in is
	// shown first.
	Memory Memory
	// BusLate reports whether the program would have a keychain if it were
	// started anew; it may take half a second. Nil: never.
	BusLate func() bool
	// Restart starts the program anew. It is needed with BusLate.
	Restart func()
	// Preferences keep what is chosen on the page of settings; nil: until the
	// program ends.
	Preferences Preferences
	// Tray reports whether there is a tray to start in; it may take a moment.
	// Nil: never.
	Tray func() bool
	// CanDemo: the person may choose the demo, or something else in its place.
	CanDemo bool
	// Eraser deletes all data; nil: that is not offered.
	Eraser Eraser
	// Updates looks for a newer version; nil: nobody does.
	Updates Updates
	// OpenURL opens a web page in the browser. It is needed with Updates.
	OpenURL func(ctx context.Context, address string) error
	// Build says which program this is.
	Build Build
	// LogDir is the folder of the logs; "": there is none.
	LogDir string
	// Quit ends the program, as closing its window does. Nil: nothing.
	Quit func()
	// Fallback is where sign-ins are kept on a computer without a keychain, the
	// person asked once; nil: until the program ends.
	Fallback Fallback
	// Trials makes the demonstrations of demo mode; nil: they are not offered.
	Trials Trials
	// Exporter turns a record of a sign-in into a file; nil: none is saved.
	Exporter Exporter
	// SaveDir is the folder for such files; nil: the person's downloads.
	SaveDir func() (string, error)
	// OnState is given each new State, in order, never on the UI thread.
	OnState func(State)
	// CrashDir is the folder with a report of how the program ended the last
	// time, if that was unexpected; "" if not.
	CrashDir string
	// Guard is deferred on each goroutine of the Presenter and ends the program
	// if that panics; nil: the runtime does.
	Guard func()
	Now   func() time.Time // nil: time.Now
	// Every makes a ticker; nil: time's.
	Every  func(time.Duration) (ticks <-chan time.Time, stop func())
	Logger *slog.Logger // nil: discarded
}

// Presenter implements Actions. One goroutine owns its fields: actions and the
// results of background work are events in one queue, so no State is ever
// built from two halves.
type Presenter struct {
	config Config
	ctx    context.Context // ends with Close
	stop   context.CancelFunc
	events chan func()
	wg     sync.WaitGroup

	// Owned by the event loop.
	state   State
	attempt *running // the sign-in under way
	session *auth.Session
	account *auth.Account // of session
	life    *life         // of session
	profile resources.Profile
	picture string
	loading bool // a profile request is under way
	late    bool // State.Restart
	crashed bool // State.Crashed
	leaving bool // a sign-out is under way
	until   Until
	tab     Tab
	details *SessionView   // of session; nil: not looked at yet
	record  *flow.Flow     // of session; nil: not looked at yet
	chosen  FlowID         // which of its steps is looked at
	trial   *trial         // a demonstration that is shown; nil: none
	saved   *SavedView     // what became of saving the record; nil: nothing was
	over    bool           // the provider has ended the session
	answer  func(yes bool) // to State.Confirm, when it is not an attempt's
	asked   int            // passphrases so far
	secret  *asking        // a passphrase that is asked for; nil: none
	pages   pages
	enter   entering // a new provider
	choices choosing
	newer   string      // version that there is; "": none is known
	inspect *diagnosing // nil: no inspection is under way
	last    func()      // starts the last sign-in again, the same account expected
}

var _ Actions = (*Presenter)(nil)

// New returns a Presenter. Start must be called once.
func New(c Config) *Presenter {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Guard == nil {
		c.Guard = func() {}
	}
	if c.CheckAfter == 0 {
		c.CheckAfter = checkAfter
	}
	p := &Presenter{config: c, crashed: c.CrashDir != "", events: make(chan func(), 64)}
	p.ctx, p.stop = context.WithCancel(context.Background())
	return p
}

// Start shows the first State: the profile from the cache if somebody is signed
// in, else the sign-in screen. Keychain and network are asked only afterwards.
func (p *Presenter) Start() {
	p.work(p.loop)
	p.post(p.begin)
	p.work(p.watchClock)
	if p.config.BusLate != nil {
		p.work(p.watchBus)
	}
	if p.config.Updates != nil {
		p.work(p.watchUpdates)
	}
}

// closeTimeout is how long a program that quits waits for a refresh to be stored.
const closeTimeout = 10 * time.Second

// Close cancels what is under way and waits for it. No State follows. A refresh
// of the session is not cut off: its spent token would be in the keychain.
func (p *Presenter) Close() {
	p.stop()
	p.wg.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	if err := p.config.Auth.Close(ctx); err != nil {
		p.config.Logger.Warn("quitting", "error", err.Error())
	}
}

func (p *Presenter) loop() {
	for {
		select {
		case <-p.ctx.Done():
			return
		case event := <-p.events:
			event()
		}
	}
}

// post queues an event. After Close it is dropped.
func (p *Presenter) post(event func()) {
	select {
	case p.events <- event:
	case <-p.ctx.Done():
	}
}

// work runs f in the background; it is waited for by Close.
func (p *Presenter) work(f func()) {
	p.wg.Go(func() {
		defer p.config.Guard()
		f()
	})
}

// life is how long background work for a session may go on: a request that
// ends after the sign-out must not write into the cache.
type life struct {
	ctx      context.Context
	end      context.CancelFunc
	work     sync.WaitGroup
	waiting  bool // for the provider to be reached again
	offline  int  // loads in a row that did not reach it
	recorded bool // the sign-in's record has its profile step
}

// adopt makes session the one that is shown.
func (p *Presenter) adopt(session *auth.Session, account auth.Account) {
	if p.life != nil {
		p.life.end()
	}
	p.session, p.account, p.loading, p.leaving, p.until = session, &account, false, false, ""
	p.profile, p.picture, p.details = resources.Profile{}, "", nil
	p.record, p.saved, p.over = nil, nil, false
	p.endTrial()
	p.remember(account.Key)
	p.life = &life{}
	p.life.ctx, p.life.end = context.WithCancel(p.ctx)
}

// show publishes a State derived from the present one.
func (p *Presenter) show(change func(*State)) {
	change(&p.state)
	p.state.Demo, p.state.Restart, p.state.Crashed = p.config.Demo, p.late, p.crashed
	p.state.KeepInTray = p.choices.now.KeepInTray
	p.state.Passphrase = p.secret.view()
	p.pages.put(&p.state)
	p.state.Look, p.state.Newer = LookOf(p.choices.now), p.newer
	if p.config.OnState != nil {
		p.config.OnState(p.state.clone())
	}
}

func (p *Presenter) begin() {
	p.beginChoices()
	providers := p.config.Providers // they may change meanwhile
	p.work(func() { p.finishSignOuts(providers) })
	a, provider, ok, err := p.first()
	if ok {
		p.resume(a, provider)
		return
	}
	p.showSignIn(cmp.Or(p.config.Problem, err))
}

// finishSignOuts does what the end of the program cut off the last time.
func (p *Presenter) finishSignOuts(providers []auth.Provider) {
	gone, err := p.config.Auth.FinishSignOuts(p.ctx, providers)
	for _, a := range gone {
		err = errors.Join(err, p.config.Resources.Forget(a.Key))
	}
	if err != nil {
		p.config.Logger.Warn("finishing a sign-out", "error", err.Error())
	}
}

func (p *Presenter) providerOf(a auth.Account) (auth.Provider, bool) {
	for _, provider := range p.config.Providers {
		if provider.ID == a.ProviderID && provider.Holds(a) {
			return provider, true
		}
	}
	return auth.Provider{}, false
}

// showSignIn shows the first screen, and asks the store behind it for its name.
func (p *Presenter) showSignIn(problem error) {
	p.session, p.account, p.leaving = nil, nil, false
	p.show(func(s *State) {
		*s = State{Screen: ScreenSignIn, SignIn: SignInView{Keep: s.SignIn.Keep, Providers: p.buttons()}, Problem: problemView(problem)}
	})
	p.lookWhatKeeps()
}

func (p *Presenter) buttons() []ProviderButton {
	var out []ProviderButton
	for _, provider := range p.config.Providers {
		out = append(out, p.button(provider))
	}
	return out
}

// lookWhatKeeps asks the store for its name and shows it.
func (p *Presenter) lookWhatKeeps() {
	p.work(func() {
		keeping := p.config.Auth.Keeping(p.ctx)
		p.post(func() {
			p.show(func(s *State) { s.SignIn.Keep = keepOf(keeping) })
		})
	})
}

// Dismiss implements Actions.
func (p *Presenter) Dismiss() {
	p.post(func() { p.show(func(s *State) { s.Problem = nil }) })
}

// Next implements Actions.
func (p *Presenter) Next() {
	p.post(func() {
		problem := p.state.Problem
		if problem == nil {
			return
		}
		next := problem.Next
		p.show(func(s *State) { s.Problem = nil })
		switch next {
		case NextRetry:
			p.retry()
		case NextSignIn:
			p.signInAgain()
		case NextCopyLink:
			p.copyLink()
		case NextUnlock:
			p.unlock()
		case NextRefresh:
			p.refreshNow()
		case NextOpenConfig:
			p.openConfig()
		case NextRestart:
			p.startAnew()
		}
	})
}
