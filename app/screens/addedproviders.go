package screens

import (
	"slices"

	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/presenter"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
)

// addedProviders lists what was added in the window, each with a button that
// removes it.
type addedProviders struct {
	actions presenter.Actions
	object  *fyne.Container
	list    *fyne.Container
	frame   *widgets.Page

	shown  []presenter.AddedProvider
	remove map[string]*widgets.Button // kept, so that the focus stays
}

func newAddedProviders(a presenter.Actions) *addedProviders {
	p := &addedProviders{actions: a, list: widgets.Column(), remove: map[string]*widgets.Button{}}
	title := plainText(theme.SizeBody, base.ColorNameForeground, "").Set(Word("provider.added"), fyne.TextStyle{Bold: true})
	p.object = widgets.Column(widgets.Slot{Object: widgets.Line()}, widgets.Slot{Object: title, Before: 20}, widgets.Slot{Object: p.list, Before: 12})
	p.object.Hide()
	return p
}

func (p *addedProviders) update(added []presenter.AddedProvider) {
	setVisible(p.object, len(added) > 0)
	if slices.Equal(p.shown, added) {
		return
	}
	p.shown = slices.Clone(added)
	var slots []widgets.Slot
	for _, a := range added {
		b := p.remove[a.ID]
		if b == nil {
			b = widgets.NewButton(widgets.Secondary, Word("provider.remove"), func() { p.actions.RemoveProvider(a.ID) })
			revealing(p.frame, b)
			p.remove[a.ID] = b
		}
		b.SetName(wordWith("confirm.remove_provider.title", values{"Provider": a.Name}))
		setVisible(b, !a.Used)
		about := a.Host
		lines := []widgets.Slot{
			{Object: widgets.NewText(theme.SizeBody, base.ColorNameForeground, fyne.TextAlignLeading, widgets.FitShort).Set(a.Name, fyne.TextStyle{})},
			{Object: plainText(theme.SizeSmall, theme.ColorQuiet, about)},
		}
		if a.Used {
			lines = append(lines, widgets.Slot{Object: plainText(theme.SizeSmall, theme.ColorQuiet, Word("provider.added.used"))})
		}
		slots = append(slots, widgets.Slot{Object: widgets.Ends(16, false, widgets.Column(lines...), b), Before: 12})
	}
	fresh := widgets.Column(slots...)
	p.list.Layout, p.list.Objects = fresh.Layout, fresh.Objects
	p.list.Refresh()
}

func (p *addedProviders) buttons() []*widgets.Button {
	var out []*widgets.Button
	for _, a := range p.shown {
		out = append(out, p.remove[a.ID])
	}
	return out
}
