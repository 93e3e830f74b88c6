package screens

import (
	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/presenter"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
)

// sideBarWidth is the width of the accounts' column, its line included.
const sideBarWidth = 18 * theme.Grid

// sideBar shows everybody who is signed in, and adds one more.
type sideBar struct {
	actions presenter.Actions
	object  *fyne.Container
	frame   *widgets.Page
	list    *fyne.Container
	add     *widgets.Face

	faces map[string]*widgets.Face // kept, so that the focus stays
}

func newSideBar(a presenter.Actions) *sideBar {
	b := &sideBar{actions: a, faces: map[string]*widgets.Face{}}
	b.add = widgets.NewPlus(Word("accounts.add"), a.AddAccount)
	b.list = widgets.Column()
	b.setFaces(nil)
	const margin = (sideBarWidth - widgets.FaceSize) / 2
	b.frame = widgets.NewPage(b.list, widgets.FaceSize, margin, false)
	b.object = &fyne.Container{Layout: sideBarLayout{}, Objects: []fyne.CanvasObject{
		b.frame.Object, widgets.NewPanel(theme.ColorLine, "", 0),
	}}
	return b
}

// sideBarShown reports whether there is a side bar in s.
func sideBarShown(s presenter.State) bool {
	return s.Screen == presenter.ScreenProfile && s.Confirm == nil && s.Page == presenter.PageNone && len(s.Accounts) > 0
}

func (b *sideBar) update(s presenter.State) {
	setVisible(b.object, sideBarShown(s))
	if !sideBarShown(s) {
		return
	}
	b.setFaces(s.Accounts)
}

func (b *sideBar) setFaces(accounts []presenter.AccountView) {
	slots := make([]widgets.Slot, 0, len(accounts)+1)
	for _, a := range accounts {
		f := b.faces[a.Key]
		if f == nil {
			f = widgets.NewFace(func() { b.actions.ShowAccount(a.Key) })
			b.faces[a.Key] = f
		}
		p := a.Person
		key := "accounts.other"
		if a.Shown {
			key = "accounts.shown"
		}
		who := p.Email
		if who == "" {
			who = p.Name
		}
		f.SetPerson(wordWith(key, values{"Who": who, "Provider": a.Provider}), p.Initials, p.Color, p.Picture, a.Shown)
		slots = append(slots, widgets.Slot{Object: f, Before: 16})
	}
	slots = append(slots, widgets.Slot{Object: b.add, Before: 16})
	c := widgets.Column(slots...)
	b.list.Layout, b.list.Objects = c.Layout, c.Objects
	b.list.Refresh()
}

func (b *sideBar) focusable() []fyne.Focusable {
	out := []fyne.Focusable{b.add}
	for _, f := range b.faces {
		out = append(out, f)
	}
	return out
}

// sideBarLayout puts the line to the right of the faces.
type sideBarLayout struct{}

func (sideBarLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(fyne.NewSize(size.Width, fyne.Max(0, size.Height-menuRoom))) // the menu is below
	objects[1].Move(fyne.NewPos(size.Width-1, 0))
	objects[1].Resize(fyne.NewSize(1, size.Height))
}

func (sideBarLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(sideBarWidth, base.Padding())
}
