package main

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/accessibility"
	"app.latchkey/app/presenter"
	"app.latchkey/app/widgets"
)

// TestScreenReadersReadEveryScreen: whatever the keyboard reaches is in what a
// reader reads, with a name and a use, in the order of the Tab key; so is every
// text; and each screen has a heading that it is called by.
func TestScreenReadersReadEveryScreen(t *testing.T) {
	for _, s := range shots {
		if s.state.Screen == presenter.ScreenStarting {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			root := show(t, s.state, base.VariantLight, usual)
			c := fyne.CurrentApp().Driver().CanvasForObject(root)
			c.Unfocus()
			tree := accessibility.NewReader("Latchkey", c).Read()
			var names []string
			var reached []accessibility.ID
			tree.Walk(func(n *accessibility.Node, _ accessibility.ID) bool {
				names = append(names, n.Name, n.Value, n.Description)
				if strings.TrimSpace(n.Name) == "" {
					t.Errorf("a %s without a name", n.Role)
				}
				if n.States.Focusable && n.Role != accessibility.RoleItem {
					reached = append(reached, n.ID)
				}
				return true
			})
			wantTabOrder(t, c, reached)
			read := strings.Join(names, "\n")
			walk(root, func(d drawn) {
				if a, ok := d.CanvasObject.(*widgets.Text); ok && !strings.Contains(read, strings.TrimSpace(a.AccessibilityLabel())) {
					t.Errorf("%q is drawn, and not read", a.String())
				}
			})
			if tree.Screen == "" {
				t.Error("no heading says what screen this is")
			}
		})
	}
}

// wantTabOrder goes around with Tab.
func wantTabOrder(t *testing.T, c fyne.Canvas, reached []accessibility.ID) {
	t.Helper()
	r := accessibility.NewReader("Latchkey", c)
	r.Read() // the same IDs: they are given in reading order
	for _, id := range reached {
		c.FocusNext()
		tree := r.Read()
		f := tree.Focused()
		if f == nil {
			t.Fatalf("%T has the keyboard, and nothing that is read", c.Focused())
		}
		if list := parentOf(tree, f.ID); f.ID != id && list != id {
			t.Errorf("Tab comes to %q (%d) where %d is read", f.Name, f.ID, id)
		}
	}
	last := c.Focused()
	c.FocusNext()
	first := r.Read()
	if f := first.Focused(); len(reached) > 1 && (c.Focused() == last || f == nil || f.ID != reached[0] && parentOf(first, f.ID) != reached[0]) {
		t.Error("Tab comes to more than what is read")
	}
}

func parentOf(tree accessibility.Tree, id accessibility.ID) (of accessibility.ID) {
	tree.Walk(func(n *accessibility.Node, parent accessibility.ID) bool {
		if n.ID == id {
			of = parent
		}
		return of == 0
	})
	return of
}
