package accessibility

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Reader makes the Trees of one window. All of it runs on Fyne's goroutine.
type Reader struct {
	title  string
	canvas fyne.Canvas

	last   ID
	known  map[identity]ID
	shown  map[ID]target // of the latest Tree
	screen string        // of the latest Tree
}

// identity is what a node stands for: an object, or an item of one.
type identity struct {
	object fyne.CanvasObject
	item   string
}

// target is where a press and the focus go.
type target struct {
	press func()
	focus fyne.Focusable
}

// NewReader returns a Reader of what c shows. title is the window's.
func NewReader(title string, c fyne.Canvas) *Reader {
	return &Reader{title: title, canvas: c, last: WindowID, known: map[identity]ID{}}
}

// Read makes the Tree of what is shown now: the uppermost overlay if there is
// one, else the content. What is hidden is left out; what is only scrolled out of
// sight is there.
func (r *Reader) Read() Tree {
	w := &reading{Reader: r, known: map[identity]ID{}, shown: map[ID]target{}, left: maxNodes}
	size := r.canvas.Size()
	t := Tree{Scale: r.canvas.Scale(), Root: Node{ID: WindowID, Role: RoleWindow, Name: clean(r.title, maxName),
		Bounds: Rect{0, 0, size.Width, size.Height}}}
	if f := r.canvas.Focused(); f != nil {
		w.focused, _ = f.(fyne.CanvasObject)
	}
	top := r.canvas.Content()
	if over := r.canvas.Overlays().Top(); over != nil {
		top, t.Modal = over, true
	}
	if top != nil {
		t.Root.Children = w.object(top, place{clip: t.Root.Bounds})
	}
	r.known, r.shown = w.known, w.shown // what is no longer shown is forgotten
	if !t.Modal {
		r.screen = ""
		if h := t.heading(); h != nil {
			r.screen = h.Name
		}
	}
	t.Screen = r.screen
	return t
}

// Press does what pressing the node does, and reports whether there was
// something to do. A node that is no longer shown is not pressed.
func (r *Reader) Press(id ID) bool {
	t := r.shown[id]
	if t.press == nil {
		return false
	}
	t.press()
	return true
}

// Focus gives the node the keyboard, and reports whether it can have it.
func (r *Reader) Focus(id ID) bool {
	t := r.shown[id]
	if t.focus == nil {
		return false
	}
	r.canvas.Focus(t.focus)
	return r.canvas.Focused() == t.focus
}

// reading is one Tree under way.
type reading struct {
	*Reader
	known   map[identity]ID
	shown   map[ID]target
	focused fyne.CanvasObject
	left    int // nodes that there is room for
}

// place is where an object's parent stands, and what is seen of it.
type place struct {
	at   fyne.Position
	clip Rect
}

// object returns the nodes of o: one, none, or those of what is in it.
func (w *reading) object(o fyne.CanvasObject, p place) []Node {
	if o == nil || !o.Visible() {
		return nil
	}
	p.at = p.at.Add(o.Position())
	if a, ok := o.(fyne.Accessible); ok && !isContainer(o) {
		return w.node(o, a, p)
	}
	inside, clips := contentOf(o)
	if clips {
		p.clip = p.clip.and(rectOf(p.at, o.Size()))
	}
	var out []Node
	for _, c := range inside {
		out = append(out, w.object(c, p)...)
	}
	return append(out, w.fyneOwn(o, p)...)
}

// isContainer reports whether o is Fyne's, which is Accessible itself but has
// nothing to say.
func isContainer(o fyne.CanvasObject) bool {
	_, ok := o.(*fyne.Container)
	return ok
}

// node is that of o, for which a speaks: o itself, mostly. One with neither name nor use is
// nothing to a reader.
func (w *reading) node(o fyne.CanvasObject, a fyne.Accessible, p place) []Node {
	var d Details
	if x, ok := a.(Describer); ok {
		d = x.AccessibilityDetails()
	}
	if d.Role == "" {
		d.Role = Role(a.AccessibilityRole())
	}
	if d.Name == "" {
		d.Name = a.AccessibilityLabel()
	}
	limit := maxName
	if d.Role == RoleText {
		limit = maxText
	}
	n := Node{Role: d.Role, Name: clean(d.Name, limit), Description: clean(d.Description, maxName),
		Level: d.Level, Live: d.Live, States: d.States, Bounds: rectOf(p.at, o.Size())}
	focusable, _ := o.(fyne.Focusable)
	if f, ok := o.(fyne.Disableable); ok && f.Disabled() {
		n.States.Disabled, focusable = true, nil
	}
	if n.Name == "" && focusable == nil && len(d.Items) == 0 {
		return nil
	}
	if d.Role == RoleField {
		n.Value, n.Caret = clean(d.Value, maxText), d.Caret
	}
	n.States.Focusable = focusable != nil
	n.States.Focused = focusable != nil && o == w.focused
	n.States.Offscreen = n.Bounds.and(p.clip).empty()
	t := target{press: pressOf(o, d), focus: focusable}
	if !w.add(&n, identity{object: o}, t) {
		return nil
	}
	w.items(&n, o, d.Items, p)
	return []Node{n}
}

// items adds the parts of a widget.
func (w *reading) items(n *Node, o fyne.CanvasObject, items []Item, p place) {
	focus, _ := o.(fyne.Focusable)
	for _, i := range items {
		b := Rect{p.at.X + i.Bounds.X, p.at.Y + i.Bounds.Y, i.Bounds.Width, i.Bounds.Height}
		c := Node{Role: i.Role, Name: clean(i.Name, maxName), Bounds: b, States: i.States}
		if c.Role == "" {
			c.Role = RoleItem
		}
		c.States.Offscreen = b.and(p.clip).empty()
		c.States.Focusable = n.States.Focusable
		c.States.Focused = n.States.Focused && c.States.Selected
		if !w.add(&c, identity{o, i.Key}, target{press: i.Press, focus: focus}) {
			return
		}
		n.Children = append(n.Children, c)
	}
	for i := range n.Children {
		if n.Children[i].States.Focused {
			n.States.Focused = false
		}
	}
}

// add gives the node its ID. It is false when the Tree is full.
func (w *reading) add(n *Node, i identity, t target) bool {
	if w.left == 0 {
		return false
	}
	w.left--
	id, ok := w.Reader.known[i]
	if !ok {
		w.last++
		id = w.last
	}
	n.ID, n.CanPress = id, t.press != nil && !n.States.Disabled
	if n.States.Disabled {
		t = target{}
	}
	w.known[i], w.shown[id] = id, t
	return true
}

// pressOf is what pressing o does: what it says, or what a tap does.
func pressOf(o fyne.CanvasObject, d Details) func() {
	if d.Press != nil {
		return d.Press
	}
	switch v := o.(type) {
	case *widget.Entry:
		return nil
	case interface{ Press() }:
		return v.Press
	case fyne.Tappable:
		if d.Role == RoleField || d.Role == RolePassword || len(d.Items) > 0 {
			return nil // the keyboard is for these
		}
		return func() { v.Tapped(&fyne.PointEvent{}) }
	}
	return nil
}

func rectOf(at fyne.Position, size fyne.Size) Rect {
	return Rect{at.X, at.Y, size.Width, size.Height}
}

func (r Rect) and(o Rect) Rect {
	x, y := max(r.X, o.X), max(r.Y, o.Y)
	return Rect{x, y, max(0, min(r.X+r.Width, o.X+o.Width)-x), max(0, min(r.Y+r.Height, o.Y+o.Height)-y)}
}

func (r Rect) empty() bool { return r.Width <= 0 || r.Height <= 0 }
