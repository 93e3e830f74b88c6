// Package app is the window: the client's face. It carries each State of the
// presenter to Fyne's goroutine, keys and menus to the presenter's Actions, and
// offers what only a window or its system can do: raise itself, use the
// clipboard, open the browser.
//
// The window decides nothing. What is shown is a [presenter.State], drawn by
// package screens; what a person does is a call of [presenter.Actions].
//
//	w, err := app.NewWindow(app.New(identity), app.Options{…})
//	p := presenter.New(presenter.Config{Window: w, OnState: w.Show, …})
//	p.Start()
//	w.Run(p)  // until the window is closed
package app

import (
	"log/slog"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/driver"

	"app.latchkey/app/presenter"
	"app.latchkey/app/screens"
	"app.latchkey/app/tray"
	"app.latchkey/assets"
)

// Identity is what a vendor calls the program.
type Identity struct {
	// ID is the application's ID: the name of its desktop file and, on Wayland,
	// of its windows.
	ID string
	// Name is the window's title and, on X11, its class (StartupWMClass).
	Name string
	// Version is MAJOR.MINOR.PATCH.
	Version string
	// Build counts the builds of a version.
	Build int
}

// tickEvery is how often what changes with time alone is looked at: twice as
// often as the seconds it counts, so that none is skipped.
const tickEvery = 500 * time.Millisecond

// Options are what a Window may be given. The zero value works.
type Options struct {
	// ChildEnv makes the environment of programs that are started, from ours; nil
	// passes ours on. Main gives busguard's, so that a browser is not told of a
	// session bus that was only taken from us.
	ChildEnv func(env []string) []string
	// Look is how the window looks until the first State says so.
	Look presenter.Look
	// Now tells the time; nil is time.Now.
	Now func() time.Time
	// Size is how large the window is made; zero: the usual size.
	Size Size
	// Tray: an icon is put into the desktop's tray, if there is one. Bus is the
	// address of the session bus, by which that is found out, and where screen
	// readers are looked for.
	Tray bool
	Bus  string
	// StartInTray: the window is not shown at first, if there is a tray.
	StartInTray bool
	// Drawn is told, on Fyne's goroutine, how many of the States that were shown
	// are drawn, those that were passed over included; nil: nobody is.
	Drawn func(states int)
	// Logger is told what could not be done; nil discards it.
	Logger *slog.Logger
}

// Window is the program's one window.
type Window struct {
	app    fyne.App
	win    fyne.Window
	opener opener
	watch  *tray.Watch // nil: no tray is wanted
	now    func() time.Time
	log    *slog.Logger
	drawn  func(states int)
	bus    string

	language atomic.Pointer[string] // of the words

	mu      sync.Mutex
	latest  presenter.State
	told    int  // States so far
	running bool // drawing is possible
	pending bool // a drawing is under way to Fyne's goroutine
	size    Size

	// Owned by Fyne's goroutine.
	tray        *tray.Tray // nil: there is none
	startHidden bool
	hidden      bool // in the tray
	shown       bool // at least once
	active      bool // has the keyboard
	readers     readers
	root        *screens.Root
	actions     presenter.Actions
	look        presenter.Look      // as the window has it
	entries     []screens.MenuEntry // of the menu, as the latest State has them
	demo        bool                // the menu bar's help is there
	menuBar     bool                // the system has one at the top of the screen
}

// New starts Fyne. It must be called once, on the main goroutine.
func New(i Identity) fyne.App {
	icon := fyne.NewStaticResource("Icon.png", assets.IconPNG)
	fyneapp.SetMetadata(fyne.AppMetadata{
		ID:         i.ID,
		Name:       i.Name,
		Version:    i.Version,
		Build:      i.Build,
		Icon:       icon,
		Release:    true,
		Migrations: map[string]bool{"fyneDo": true},
	})
	// Fyne makes its folder there, but not the folder itself, and complains.
	if dir, err := os.UserCacheDir(); err == nil {
		_ = os.MkdirAll(dir, 0o700)
	}
	a := fyneapp.NewWithID(i.ID)
	a.SetIcon(icon)
	makeScalable(a)
	return a
}

// NewWindow makes the window, not yet shown. It must be called on the main
// goroutine.
func NewWindow(a fyne.App, o Options) (*Window, error) {
	if err := screens.NameProgram(a.Metadata().Name); err != nil {
		return nil, err
	}
	if err := screens.UseLanguage(o.Look.Language); err != nil {
		return nil, err
	}
	language := screens.Language().String()
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	w := &Window{
		app:    a,
		win:    a.NewWindow(a.Metadata().Name),
		opener: opener{env: o.ChildEnv, system: systemOpener(a.OpenURL), log: o.Logger},
		now:    o.Now,
		log:    o.Logger,
		drawn:  o.Drawn,
		bus:    o.Bus,
		latest: presenter.State{Screen: presenter.ScreenStarting, Look: o.Look},
		look:   o.Look,

		menuBar: runtime.GOOS == "darwin",
	}
	w.language.Store(&language)
	w.applyLook()
	w.win.SetPadded(false)
	w.win.Resize(o.Size.fyne())
	w.win.SetMaster()
	if o.Tray {
		w.startHidden = o.StartInTray
		w.watch = tray.Look(o.Bus, w.trayChanged)
	}
	return w, nil
}

// Run shows the window with the latest State and returns when it was closed. It
// must be called on the main goroutine, once. Closing the window cancels a
// sign-in that is under way. The error wraps ErrNoDisplay or ErrNoGL.
func (w *Window) Run(a presenter.Actions) error {
	w.attach(a)
	if err := w.show(); err != nil {
		w.detach()
		return err
	}
	stop := make(chan struct{})
	var ticker sync.WaitGroup
	ticker.Go(func() { w.tick(stop) })
	w.openReaders()
	w.loop()
	w.detach()
	w.closeReaders()
	if w.watch != nil {
		w.watch.Close()
	}
	close(stop)
	ticker.Wait()
	return nil
}

// attach builds the screens and draws the latest State.
func (w *Window) attach(a presenter.Actions) {
	w.actions = a
	w.build()
	w.addShortcuts()
	w.followKeyboard()
	w.win.SetOnDropped(func(_ fyne.Position, dropped []fyne.URI) { w.dropped(dropped) })
	w.win.SetCloseIntercept(w.askedToClose)
	w.win.SetOnClosed(func() {
		w.noteSize()
		w.detach()
		a.Cancel()
	})
	w.mu.Lock()
	w.running, w.pending = true, true
	w.mu.Unlock()
	w.draw()
}

func (w *Window) detach() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running = false
}

// Show draws s, from any goroutine, at once or soon. When States arrive faster
// than they are drawn, those between are left out. Before Run the last one is
// kept; after it nothing is drawn.
func (w *Window) Show(s presenter.State) {
	w.mu.Lock()
	w.latest = s
	w.told++
	due := w.running && !w.pending
	w.pending = w.pending || due
	w.mu.Unlock()
	if due {
		fyne.Do(w.draw)
	}
}

func (w *Window) draw() {
	w.mu.Lock()
	s, told, running := w.latest, w.told, w.running
	w.pending = false
	w.mu.Unlock()
	if !running {
		return
	}
	w.follow(s.Look)
	w.root.Update(s)
	w.updateMenu(s)
	if w.tray != nil {
		w.tray.Update(s)
	}
	w.read()
	if w.drawn != nil {
		w.drawn(told)
	}
}

// do runs f on Fyne's goroutine while there is a window.
func (w *Window) do(f func()) {
	fyne.Do(func() {
		w.mu.Lock()
		running := w.running
		w.mu.Unlock()
		if running {
			f()
		}
	})
}

func (w *Window) tick(stop <-chan struct{}) {
	t := time.NewTicker(tickEvery)
	defer t.Stop()
	for {
		select {
		case <-stop:
			return
		case <-t.C:
			w.do(func() { w.root.Tick(w.now()) })
		}
	}
}

// Close closes the window, as its button does; Run returns. It may be called
// from any goroutine, for example on SIGTERM.
func (w *Window) Close() { w.do(w.end) }

// Raise brings the window to the front and gives it the keyboard. Wayland allows
// no program to do that by itself, so there a notification asks the user to. The
// notification's text is fixed: on some systems it passes through a shell.
func (w *Window) Raise() { w.front("notification.text") }

// RaiseRunning is Raise for a person who has started the program once more.
func (w *Window) RaiseRunning() { w.front("notification.running") }

// front brings the window to the front. news is the key of a notification's
// text, "" for none.
func (w *Window) front(news string) {
	w.do(func() {
		wasHidden := w.hidden
		w.unhide()
		w.restore()
		w.win.RequestFocus()
		if news != "" && !wasHidden && w.onWayland() {
			go w.app.SendNotification(notification(news)) // talks to the session bus, which may be slow
		}
	})
}

// notification has no words but the translations'.
func notification(key string) *fyne.Notification {
	return fyne.NewNotification(screens.Word("notification.title"), screens.Word(key))
}

func (w *Window) onWayland() bool {
	wayland := false
	if native, ok := w.win.(driver.NativeWindow); ok {
		native.RunNative(func(context any) {
			switch context.(type) {
			case driver.WaylandWindowContext, *driver.WaylandWindowContext:
				wayland = true
			}
		})
	}
	return wayland
}

// CopyText puts text on the clipboard.
func (w *Window) CopyText(text string) {
	w.do(func() { w.app.Clipboard().SetContent(text) })
}
