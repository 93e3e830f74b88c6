package presenter_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"app.latchkey/app/presenter"
)

// newest says which version is the newest.
type newest struct {
	mu      sync.Mutex
	version string
	asked   int
}

func (n *newest) Newer(context.Context) (string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked++
	return n.version, nil
}

func (n *newest) Page() string { return "https://vendor.example/get" }

func (n *newest) count() int { n.mu.Lock(); defer n.mu.Unlock(); return n.asked }

func TestAbout(t *testing.T) {
	s, _ := newSettingsStage(t, func(c *presenter.Config) {
		c.Build, c.LogDir = presenter.Build{Name: "Latchkey", Version: "1.2.3", Number: 4}, "/logs"
	})
	s.start()
	s.until("the sign-in screen", on(presenter.ScreenSignIn))
	s.p.OpenPage(presenter.PageAbout)
	got := s.until("about", onPage(presenter.PageAbout))
	if got.About.Build.Version != "1.2.3" || got.About.Build.Number != 4 || !got.About.Logs || got.About.Newer != "" {
		t.Errorf("shown is %+v", got.About)
	}
	s.p.OpenLogs()
	s.p.OpenConfig()
	s.p.OpenUpdate() // there is none
	s.p.ShowNotice("a licence")
	s.until("the licence", func(st presenter.State) bool { return st.About != nil && st.About.Notice == "a licence" })
	s.p.ClosePage()
	s.p.OpenPage(presenter.PageAbout)
	s.until("the list again", func(st presenter.State) bool { return st.About != nil && st.About.Notice == "" })
	s.look(func() {
		if want := []string{"/logs", s.dir}; !slices.Equal(s.opened, want) {
			t.Errorf("opened are %q, want %q", s.opened, want)
		}
	})
}

// TestNewerVersion: it is told where there is an address and the person has not
// switched it off; off, nobody is asked.
func TestNewerVersion(t *testing.T) {
	n := &newest{version: "9.0.0"}
	opened := make(chan string, 1)
	s, kept := newSettingsStage(t, func(c *presenter.Config) {
		c.Updates = n
		c.OpenURL = func(_ context.Context, address string) error { opened <- address; return nil }
	})
	kept.now.QuietUpdates = true
	s.start()
	s.until("the sign-in screen", on(presenter.ScreenSignIn))
	s.p.OpenPage(presenter.PageAbout)
	if got := s.until("about", onPage(presenter.PageAbout)); got.About.Newer != "" || n.count() != 0 {
		t.Errorf("switched off, it tells of %q and asked %d times", got.About.Newer, n.count())
	}
	s.p.SetUpdates(true)
	s.until("the newer version", func(st presenter.State) bool { return st.About != nil && st.About.Newer == "9.0.0" })
	s.p.OpenUpdate()
	if got := <-opened; got != n.Page() {
		t.Errorf("opened is %q", got)
	}
	s.p.SetUpdates(false)
	s.until("nothing newer", func(st presenter.State) bool { return st.About != nil && st.About.Newer == "" })
	s.p.OpenPage(presenter.PageSettings)
	if got := s.until("the settings", onPage(presenter.PageSettings)); !got.Settings.Updates {
		t.Error("the switch is not offered")
	}
}
