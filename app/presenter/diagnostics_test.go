package presenter_test

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"app.latchkey/app/presenter"
	"app.latchkey/auth"
	"app.latchkey/auth/store"
	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/fault"
	"app.latchkey/settings"
)

func inspected(st presenter.State) bool {
	return st.Diagnostics != nil && !st.Diagnostics.Running && len(st.Diagnostics.Lines) > 0
}

// lineOf is the first line about id; the second where there are several and
// about names its provider or store.
func lineOf(st presenter.State, id presenter.DiagnosticID) presenter.DiagnosticLine {
	for _, l := range st.Diagnostics.Lines {
		if l.ID == id {
			return l
		}
	}
	return presenter.DiagnosticLine{}
}

// TestDiagnosticsAllWell: each line is there, in its order, and nothing is left
// in the keychain.
func TestDiagnosticsAllWell(t *testing.T) {
	s := newStage(t)
	s.configure = func(c *presenter.Config) {
		c.Inspection = presenter.Inspection{
			Browser: func(context.Context) (string, error) { return "firefox", nil },
			Files:   func() []settings.Finding { return nil },
		}
	}
	s.start()
	s.until("the sign-in screen", on(presenter.ScreenSignIn))
	s.p.OpenPage(presenter.PageDiagnostics)
	st := s.until("the end", inspected)
	var got []string
	for _, l := range st.Diagnostics.Lines {
		got = append(got, string(l.ID)+" "+string(l.State)+" "+l.Result)
	}
	want := "loopback ok works, browser ok found, store ok works, network ok local, clock ok right, provider ok works, files ok works"
	if strings.Join(got, ", ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), want)
	}
	running := false
	for _, st := range s.all() {
		running = running || st.Diagnostics != nil && st.Diagnostics.Running && lineOf(st, presenter.DiagnosticStore).State == presenter.LineRunning
	}
	if !running {
		t.Error("the lines did not show that they were under way")
	}
	if names, _ := s.store.(keep).Names(t.Context(), store.Options{}); len(names) > 0 {
		t.Errorf("left in the keychain: %v", names)
	}
	// Again, on demand.
	s.p.RunDiagnostics()
	s.until("the second look", func(st presenter.State) bool { return st.Diagnostics.Running })
	s.until("its end", inspected)
}

// TestDiagnosticsSay: what is broken is told, and by the right line.
func TestDiagnosticsSay(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, c := range []struct {
		name, flag string
		change     func(*stage)
		id         presenter.DiagnosticID
		state      presenter.LineState
		result     string
	}{
		{"ports", "", func(s *stage) {
			s.provider.Redirect = auth.Redirect{Host: "127.0.0.1", Ports: []int{taken.Addr().(*net.TCPAddr).Port}}
		}, presenter.DiagnosticLoopback, presenter.LineFailed, "ports"},
		{"no browser", "", nil, presenter.DiagnosticBrowser, presenter.LineFailed, "none"},
		{"locked keychain", "", func(s *stage) { k := newScripted(); k.locked = true; s.store = k }, presenter.DiagnosticStore, presenter.LineWarning, "locked"},
		{"mute keychain", "", func(s *stage) { k := newScripted(); k.when("put", unavailable); s.store = k }, presenter.DiagnosticStore, presenter.LineFailed, "mute"},
		{"web page", "html:endpoint=discovery", nil, presenter.DiagnosticProvider, presenter.LineFailed, "html"},
		{"no keys", "jwks-empty", nil, presenter.DiagnosticProvider, presenter.LineFailed, "keys"},
		{"clock", "date-skew:endpoint=any,by=1h", nil, presenter.DiagnosticClock, presenter.LineWarning, "off"},
		{"nobody there", "", func(s *stage) { s.provider.Issuer = "https://127.0.0.1.invalid" }, presenter.DiagnosticNetwork, presenter.LineFailed, "none"},
		{"open file", "", nil, presenter.DiagnosticFiles, presenter.LineWarning, "open"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var options []mockprovider.Option
			if c.flag != "" {
				spec, err := fault.ParseFlag(c.flag)
				if err != nil {
					t.Fatal(err)
				}
				options = append(options, mockprovider.WithFault(spec))
			}
			s := newStage(t, options...)
			if c.change != nil {
				c.change(s)
			}
			s.configure = func(config *presenter.Config) {
				config.Inspection = presenter.Inspection{Home: s.dir,
					Browser: func(context.Context) (string, error) { return "", errors.New("xdg-open is not installed") },
					Files: func() []settings.Finding {
						return []settings.Finding{{Trouble: settings.TroubleOpen, Path: filepath.Join(s.dir, "x")}}
					},
				}
			}
			s.start()
			s.until("the sign-in screen", on(presenter.ScreenSignIn))
			s.p.OpenPage(presenter.PageDiagnostics)
			st := s.until("the end", inspected)
			if l := lineOf(st, c.id); l.State != c.state || l.Result != c.result {
				t.Errorf("%+v", l)
			}
			if f := lineOf(st, presenter.DiagnosticFiles); f.Values["File"] != "~"+string(filepath.Separator)+"x" {
				t.Errorf("the file is told as %q", f.Values["File"])
			}
		})
	}
}

// TestDiagnosticsOfAVault: where a vault was chosen, that there is no keychain
// wants nothing of the person.
func TestDiagnosticsOfAVault(t *testing.T) {
	s := newStage(t)
	s.store, s.vault = noKeychain{store.NewMemory()}, keep{store.NewMemory()}
	s.start()
	s.until("the sign-in screen", on(presenter.ScreenSignIn))
	s.p.OpenPage(presenter.PageDiagnostics)
	st := s.until("the end", inspected)
	var got []string
	for _, l := range st.Diagnostics.Lines {
		if l.ID == presenter.DiagnosticStore {
			got = append(got, string(l.State)+" "+l.Result)
		}
	}
	if strings.Join(got, ", ") != "skipped missing, ok works" {
		t.Errorf("got %q", got)
	}
}

// TestDiagnosticsStop: who does not want to wait for a provider that does not
// answer need not.
func TestDiagnosticsStop(t *testing.T) {
	h := newHold(t)
	s := newStage(t, mockprovider.WithHook(mockprovider.StageTransport, h.at(isEndpoint("discovery"))))
	h.arm()
	s.start()
	s.until("the sign-in screen", on(presenter.ScreenSignIn))
	s.p.OpenPage(presenter.PageDiagnostics)
	<-h.arrived
	s.until("it runs", func(st presenter.State) bool { return st.Diagnostics != nil && st.Diagnostics.Running })
	s.p.StopDiagnostics()
	st := s.until("the end", inspected)
	for _, id := range []presenter.DiagnosticID{presenter.DiagnosticProvider, presenter.DiagnosticNetwork, presenter.DiagnosticClock} {
		if l := lineOf(st, id); l.State != presenter.LineSkipped || l.Result != "stopped" {
			t.Errorf("%+v", l)
		}
	}
	h.release()
}

// TestReportIsRedacted: what is copied tells neither secrets nor whose computer
// it is.
func TestReportIsRedacted(t *testing.T) {
	s := newStage(t)
	home := filepath.Join(t.TempDir(), "ada.lovelace")
	s.configure = func(c *presenter.Config) {
		c.Inspection = presenter.Inspection{Home: home, Facts: []presenter.Fact{{Name: "folder", Value: filepath.Join(home, ".config")}, {Name: "desktop", Value: "X\x1b[31m\u202e\nforged line"}},
			Browser: func(context.Context) (string, error) { return "", errors.New("no page for ada@example.com") },
			Files: func() []settings.Finding {
				return []settings.Finding{{Trouble: settings.TroubleProviders, Path: filepath.Join(home, "providers.toml"),
					Err: errors.New("secret GOCSPX-abc123 and token eyJhbGciOi.x.y, code 4_0AbUR2VMeHxq0aQZk3Rr0aXwQe8mN2pkX9fR2VMe")}}
			}}
	}
	s.start()
	s.signIn() // an account's name holds an e-mail address
	s.p.OpenPage(presenter.PageDiagnostics)
	s.until("the end", inspected)
	s.p.CopyDiagnostics()
	s.until("the button says so", func(st presenter.State) bool { return st.Diagnostics.Copied })
	var report string
	s.look(func() { report = s.copied[len(s.copied)-1] })
	for _, hidden := range []string{"ada", "GOCSPX", "eyJ", "0AbUR2VMe", "\x1b", "\u202e", "\nforged", s.server.ClientSecret(), s.server.ClientID(), home} {
		if strings.Contains(report, hidden) {
			t.Errorf("the report tells %q:\n%s", hidden, report)
		}
	}
	for _, told := range []string{"~", "failed   browser   none", "ok       provider  works; host 127.0.0.1:", "folder     ~"} {
		if !strings.Contains(report, told) {
			t.Errorf("the report lacks %q:\n%s", told, report)
		}
	}
}
