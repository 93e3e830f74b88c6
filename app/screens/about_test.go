package screens_test

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"app.latchkey/app/presenter"
	"app.latchkey/app/screens"
	"app.latchkey/assets"
)

func (a *actions) OpenLogs()           { a.add("OpenLogs") }
func (a *actions) OpenConfig()         { a.add("OpenConfig") }
func (a *actions) OpenUpdate()         { a.add("OpenUpdate") }
func (a *actions) ShowNotice(s string) { a.add("ShowNotice " + s) }

func aboutState(edit func(*presenter.AboutView)) presenter.State {
	s := opened(signInState(), presenter.PageAbout)
	s.About.Build = presenter.Build{Name: "Latchkey", Version: "1.2.3"}
	if edit != nil {
		edit(s.About)
	}
	return s
}

func TestAbout(t *testing.T) {
	r := newRig(t)
	r.root.Update(aboutState(nil))
	r.wantTexts("Version 1.2.3", "Work by others", "[fyne.io/fyne/v2")
	r.wantNoTexts("Build", "commit", "available", "Open log folder", "All licences", "Redistribution")
	r.button("Open settings folder").Tapped(nil)
	r.want("OpenConfig")
	r.button("Diagnostics…").Tapped(nil)
	r.want("OpenPage diagnostics")

	r.root.Update(aboutState(func(v *presenter.AboutView) {
		v.Build.Number, v.Build.Commit, v.Newer, v.Logs = 7, "0123abcd", "1.3.0", true
	}))
	r.wantTexts("Build 7 · Made from commit 0123abcd", "Version 1.3.0 is available.")
	r.button("Open log folder").Tapped(nil)
	r.want("OpenLogs")
	r.button("Open its page").Tapped(nil)
	r.want("OpenUpdate")
}

// TestTheMenuTellsOfANewerVersion, quietly, on every screen.
func TestTheMenuTellsOfANewerVersion(t *testing.T) {
	a := &actions{}
	for _, e := range screens.Menu(a, with(accountState(), func(s *presenter.State) { s.Newer = "1.3.0" })) {
		if e.Text == "Version 1.3.0 is available…" {
			e.Run()
		}
	}
	if got := a.take(); !slices.Equal(got, []string{"OpenPage about"}) {
		t.Errorf("asked for %q", got)
	}
}

// TestEachNotice: every licence can be read, whole, and left by Esc.
func TestEachNotice(t *testing.T) {
	r := newRig(t)
	flat := func(s string) string { return strings.Join(strings.Fields(s), "") }
	for _, n := range assets.Notices() {
		r.root.Update(aboutState(nil))
		r.button(n.Name + ", " + n.Version).Tapped(nil)
		calls := r.actions.take()
		if len(calls) != 1 || !strings.HasPrefix(calls[0], "ShowNotice ") {
			t.Fatalf("%s: asked for %q", n.Name, calls)
		}
		r.root.Update(aboutState(func(v *presenter.AboutView) { v.Notice = strings.TrimPrefix(calls[0], "ShowNotice ") }))
		if drawn := flat(r.texts()); !strings.Contains(drawn, flat(n.Text)) {
			t.Errorf("the licence of %s is not drawn whole", n.Name)
		}
	}
	r.key(fyne.KeyEscape)
	r.want("ShowNotice ")
	r.root.Update(aboutState(nil))
	r.key(fyne.KeyEscape)
	r.want("ClosePage")
}

func TestParagraphs(t *testing.T) {
	got := screens.Paragraphs("MIT License\n\nCopyright 2020 A\nCopyright 2021 B\n\nPermission is\n  granted:\n  1. to one\n     and all\n  * (a) or\n  (b) none\n")
	want := []string{"MIT License", "Copyright 2020 A", "Copyright 2021 B", "Permission is granted:", "1. to one and all", "* (a) or", "(b) none"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
