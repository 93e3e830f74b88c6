package accessibility_test

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"app.latchkey/app/accessibility"
)

func TestMain(m *testing.M) {
	os.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	os.Exit(m.Run())
}

// thing is a widget that can be told what to tell.
type thing struct {
	widget.BaseWidget
	name    string
	role    fyne.AccessibleRole
	details accessibility.Details
	pressed int
}

func newThing(name string, d accessibility.Details) *thing {
	t := &thing{name: name, role: fyne.AccessibleRoleText, details: d}
	t.ExtendBaseWidget(t)
	return t
}

func (t *thing) AccessibilityLabel() string                  { return t.name }
func (t *thing) AccessibilityRole() fyne.AccessibleRole      { return t.role }
func (t *thing) AccessibilityDetails() accessibility.Details { return t.details }
func (t *thing) MinSize() fyne.Size                          { return fyne.NewSize(100, 20) }
func (t *thing) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(canvas.NewRectangle(nil))
}

// pushable is a thing that the keyboard reaches.
type pushable struct{ *thing }

func (p pushable) FocusGained()            {}
func (p pushable) FocusLost()              {}
func (p pushable) TypedRune(rune)          {}
func (p pushable) TypedKey(*fyne.KeyEvent) {}
func (p pushable) Press()                  { p.pressed++ }

type rig struct {
	window fyne.Window
	reader *accessibility.Reader
}

func newRig(t *testing.T, content fyne.CanvasObject) *rig {
	t.Helper()
	test.NewTempApp(t)
	w := test.NewTempWindow(t, content)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(300, 200))
	return &rig{w, accessibility.NewReader("Latchkey", w.Canvas())}
}

// lines are the nodes as text: depth, role and name.
func lines(tree accessibility.Tree) string {
	var b strings.Builder
	depth := map[accessibility.ID]int{}
	tree.Walk(func(n *accessibility.Node, parent accessibility.ID) bool {
		depth[n.ID] = depth[parent] + 1
		fmt.Fprintf(&b, "%s%s %q\n", strings.Repeat(" ", depth[n.ID]-1), n.Role, n.Name)
		return true
	})
	return b.String()
}

func find(t *testing.T, tree accessibility.Tree, name string) *accessibility.Node {
	t.Helper()
	var found *accessibility.Node
	tree.Walk(func(n *accessibility.Node, _ accessibility.ID) bool {
		if n.Name == name {
			found = n
		}
		return true
	})
	if found == nil {
		t.Fatalf("no %q in\n%s", name, lines(tree))
	}
	return found
}

// TestWhatIsInAScrollIsRead: Fyne's own walk ends there.
func TestWhatIsInAScrollIsRead(t *testing.T) {
	far := newThing("far down", accessibility.Details{})
	hidden := newThing("hidden", accessibility.Details{})
	hidden.Hide()
	tall := canvas.NewRectangle(nil)
	tall.SetMinSize(fyne.NewSize(10, 900))
	r := newRig(t, container.NewVScroll(container.NewVBox(
		newThing("title", accessibility.Details{Role: accessibility.RoleHeading, Level: 1}),
		hidden, newThing("", accessibility.Details{}), container.NewHBox(newThing("left", accessibility.Details{}), newThing("right", accessibility.Details{})),
		tall, far)))
	tree := r.reader.Read()
	want := "window \"Latchkey\"\n heading \"title\"\n text \"left\"\n text \"right\"\n text \"far down\"\n"
	if got := lines(tree); got != want {
		t.Errorf("read:\n%swant:\n%s", got, want)
	}
	if find(t, tree, "left").States.Offscreen || !find(t, tree, "far down").States.Offscreen {
		t.Error("what is scrolled out of sight, and that alone, is offscreen")
	}
	right := find(t, tree, "right")
	if left := find(t, tree, "left"); right.Bounds.X <= left.Bounds.X || right.Bounds.Y != left.Bounds.Y || right.Bounds.Width != 100 {
		t.Errorf("right is at %v, left at %v", right.Bounds, left.Bounds)
	}
	if tree.Screen != "title" || tree.Scale != 1 {
		t.Errorf("screen %q, scale %v", tree.Screen, tree.Scale)
	}
}

func TestPressAndFocus(t *testing.T) {
	a, b := pushable{newThing("a", accessibility.Details{})}, pushable{newThing("b", accessibility.Details{})}
	label := newThing("label", accessibility.Details{})
	r := newRig(t, container.NewVBox(a, b, label))
	tree := r.reader.Read()
	na, nb, nl := find(t, tree, "a").ID, find(t, tree, "b").ID, find(t, tree, "label")
	if !r.reader.Press(na) || a.pressed != 1 || b.pressed != 0 {
		t.Errorf("a was pressed %d times, b %d", a.pressed, b.pressed)
	}
	if r.reader.Press(nl.ID) || nl.CanPress || r.reader.Focus(nl.ID) || nl.States.Focusable {
		t.Error("a label is neither pressed nor focused")
	}
	if !r.reader.Focus(nb) {
		t.Error("b does not take the focus")
	}
	tree = r.reader.Read()
	if f := tree.Focused(); f == nil || f.ID != nb {
		t.Errorf("focused is %v", f)
	}
	a.Hide()
	r.reader.Read()
	if r.reader.Press(na) || a.pressed != 1 {
		t.Error("what is no longer shown was pressed")
	}
	a.Show()
	if again := find(t, r.reader.Read(), "a").ID; again == na {
		t.Error("an ID was used again")
	}
	if r.reader.Press(99) || r.reader.Focus(0) {
		t.Error("an ID that never was did something")
	}
}

func TestItemsOfAWidget(t *testing.T) {
	pressed := ""
	list := pushable{newThing("steps", accessibility.Details{Role: accessibility.RoleList, Items: []accessibility.Item{
		{Key: "1", Name: "one", Press: func() { pressed += "1" }},
		{Key: "2", Name: "two", States: accessibility.States{Selected: true}, Bounds: accessibility.Rect{Y: 5, Width: 7, Height: 9}},
	}})}
	r := newRig(t, container.NewVBox(newThing("above", accessibility.Details{}), list))
	r.window.Canvas().Focus(list)
	tree := r.reader.Read()
	two := find(t, tree, "two")
	if f := tree.Focused(); f != two {
		t.Errorf("%v has the focus, want the item that is selected", f)
	}
	if p := find(t, tree, "steps"); len(p.Children) != 2 || two.Bounds.Y != p.Bounds.Y+5 || two.Bounds.Height != 9 {
		t.Errorf("%+v", p)
	}
	one := find(t, tree, "one").ID
	if !r.reader.Press(one) || pressed != "1" || r.reader.Press(two.ID) {
		t.Errorf("pressed: %q", pressed)
	}
	if again := find(t, r.reader.Read(), "one").ID; again != one {
		t.Error("an item's ID changed")
	}
}

// TestSecretsStayOut: neither what is typed nor how much.
func TestSecretsStayOut(t *testing.T) {
	entry := widget.NewPasswordEntry()
	entry.SetText("hunter2")
	field := newThing("passphrase", accessibility.Details{Role: accessibility.RolePassword, Value: "hunter2", Caret: 7})
	tree := newRig(t, container.NewVBox(entry, field)).reader.Read()
	if s := fmt.Sprintf("%+v", tree); strings.Contains(s, "hunter2") {
		t.Errorf("the passphrase is in the tree: %s", s)
	}
	tree.Walk(func(n *accessibility.Node, _ accessibility.ID) bool {
		if n.ID != accessibility.WindowID && (n.Role != accessibility.RolePassword || n.Caret != 0) {
			t.Errorf("%+v", n)
		}
		return true
	})
}

func TestTextIsCleanAndShort(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"control characters", "a\x00b\x1b[31m", "ab[31m"},
		{"the order of writing", "a\u202egpj.exe\u2066", "agpj.exe"},
		{"emoji stay together", "👩\u200d💻", "👩\u200d💻"},
		{"tabs", "a\tb", "a b"},
		{"lines", "a\nb", "a\nb"},
		{"long", strings.Repeat("x", 10_000), strings.Repeat("x", 1000) + "…"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree := newRig(t, container.NewVBox(newThing(c.in, accessibility.Details{Role: accessibility.RoleButton}))).reader.Read()
			if got := tree.Root.Children[0].Name; got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestATreeIsNeverHuge(t *testing.T) {
	box := container.NewVBox()
	for range 6000 {
		box.Objects = append(box.Objects, newThing("x", accessibility.Details{}))
	}
	tree, n := newRig(t, box).reader.Read(), 0
	tree.Walk(func(*accessibility.Node, accessibility.ID) bool { n++; return true })
	if n != 5001 {
		t.Errorf("%d nodes", n)
	}
}

// TestMenu: Fyne's menu tells nothing of itself; what of it is used here must
// stay as it is.
func TestMenu(t *testing.T) {
	ran := ""
	r := newRig(t, newThing("below", accessibility.Details{}))
	off := fyne.NewMenuItem("Off", func() { ran += "off" })
	off.Disabled = true
	m := widget.NewPopUpMenu(fyne.NewMenu("", fyne.NewMenuItem("One", func() { ran += "1" }), fyne.NewMenuItemSeparator(),
		off, fyne.NewMenuItem("Two", func() { ran += "2" })), r.window.Canvas())
	m.ShowAtPosition(fyne.NewPos(20, 30))
	m.ActivateNext()
	tree := r.reader.Read()
	want := "window \"Latchkey\"\n menu \"\"\n  menu item \"One\"\n  menu item \"Off\"\n  menu item \"Two\"\n"
	if got := lines(tree); got != want || !tree.Modal {
		t.Errorf("read:\n%swant:\n%s", got, want)
	}
	if f := tree.Focused(); f == nil || f.Name != "One" {
		t.Errorf("focused: %+v", f)
	}
	m.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	m.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	tree = r.reader.Read()
	if f := tree.Focused(); f == nil || f.Name != "Two" || f.Bounds.Y < 30 || f.Bounds.X < 20 || f.Bounds.Height < 10 {
		t.Errorf("focused: %+v", f)
	}
	if n := find(t, tree, "Off"); !n.States.Disabled || n.CanPress || r.reader.Press(n.ID) {
		t.Errorf("%+v", n)
	}
	if !r.reader.Press(find(t, tree, "Two").ID) || ran != "2" {
		t.Errorf("ran %q", ran)
	}
	if got := lines(r.reader.Read()); got != "window \"Latchkey\"\n text \"below\"\n" {
		t.Errorf("after the menu:\n%s", got)
	}
}

// node makes Trees by hand.
func node(id accessibility.ID, role accessibility.Role, name string, children ...accessibility.Node) accessibility.Node {
	return accessibility.Node{ID: id, Role: role, Name: name, Children: children}
}

func TestCompare(t *testing.T) {
	live := func(n accessibility.Node, l accessibility.Live) accessibility.Node { n.Live = l; return n }
	focused := func(n accessibility.Node) accessibility.Node { n.States.Focused = true; return n }
	tree := func(screen string, nodes ...accessibility.Node) accessibility.Tree {
		return accessibility.Tree{Root: node(1, accessibility.RoleWindow, "w", nodes...), Screen: screen}
	}
	modal := func(t accessibility.Tree) accessibility.Tree { t.Modal = true; return t }
	title, ok := node(2, accessibility.RoleHeading, "Sign in"), node(3, accessibility.RoleButton, "OK")
	for _, c := range []struct {
		name          string
		before, after accessibility.Tree
		want          accessibility.Changes
	}{
		{"nothing", tree("Sign in", title, ok), tree("Sign in", title, ok), accessibility.Changes{}},
		{"the first tree says nothing", accessibility.Tree{}, tree("Sign in", title),
			accessibility.Changes{Added: []accessibility.Placed{{0, 0, 1}, {1, 0, 2}}}},
		{"another screen", tree("Sign in", title, ok), tree("Ada", node(4, accessibility.RoleHeading, "Ada"), live(node(5, accessibility.RoleText, "step"), accessibility.LivePolite)),
			accessibility.Changes{Removed: []accessibility.Placed{{1, 1, 3}, {1, 0, 2}}, Added: []accessibility.Placed{{1, 0, 4}, {1, 1, 5}},
				Say: []accessibility.Announcement{{"Ada", false, true}}}},
		{"a problem on another screen", tree("Wait", title), tree("Sign in", title, live(node(5, accessibility.RoleText, "No network"), accessibility.LiveAssertive)),
			accessibility.Changes{Added: []accessibility.Placed{{1, 1, 5}}, Say: []accessibility.Announcement{{"Sign in", false, true}, {"No network", true, false}}}},
		{"a live text changes", tree("s", live(node(2, accessibility.RoleText, "a"), accessibility.LivePolite)), tree("s", live(node(2, accessibility.RoleText, "b"), accessibility.LivePolite)),
			accessibility.Changes{Renamed: []accessibility.ID{2}, Say: []accessibility.Announcement{{"b", false, false}}}},
		{"another text changes", tree("s", node(2, accessibility.RoleText, "a")), tree("s", node(2, accessibility.RoleText, "b")),
			accessibility.Changes{Renamed: []accessibility.ID{2}}},
		{"the focus moves", tree("s", focused(title), ok), tree("s", title, focused(ok)), accessibility.Changes{Focus: 3, Blurred: 2}},
		{"the focus goes with its node", tree("s", title, focused(ok)), tree("s", title), accessibility.Changes{Removed: []accessibility.Placed{{1, 1, 3}}}},
		{"a menu closes over the same screen", modal(tree("s", node(8, accessibility.RoleMenu, ""))), tree("s", live(title, accessibility.LiveAssertive)),
			accessibility.Changes{Removed: []accessibility.Placed{{1, 0, 8}}, Added: []accessibility.Placed{{1, 0, 2}}}},
		{"a menu leads to another screen", modal(tree("s", node(8, accessibility.RoleMenu, ""))), tree("Settings", title),
			accessibility.Changes{Removed: []accessibility.Placed{{1, 0, 8}}, Added: []accessibility.Placed{{1, 0, 2}}, Say: []accessibility.Announcement{{"Settings", false, true}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := accessibility.Compare(c.before, c.after); !reflect.DeepEqual(got, c.want) {
				t.Errorf("\n got %+v\nwant %+v", got, c.want)
			}
		})
	}
}
