//go:build linux

package atspi

import (
	"math"

	"app.latchkey/app/accessibility"
)

// componentMethods are org.a11y.atspi.Component's. A program is not told where
// its window is on the screen (Wayland tells nobody), so all places are in the
// window, whatever kind is asked for.
var componentMethods = map[string]method{
	"Contains": {"iiu", func(o *object, args []any) ([]any, error) {
		return []any{o.box(o.node).has(args[0].(int32), args[1].(int32))}, nil
	}},
	"GetAccessibleAtPoint": {"iiu", func(o *object, args []any) ([]any, error) {
		if n := o.at(o.node, args[0].(int32), args[1].(int32)); n != nil {
			return []any{o.nodeRef(n.ID)}, nil
		}
		return []any{none}, nil
	}},
	"GetExtents": {"u", func(o *object, _ []any) ([]any, error) { return []any{o.box(o.node)}, nil }},
	"GetPosition": {"u", func(o *object, _ []any) ([]any, error) {
		b := o.box(o.node)
		return []any{b.X, b.Y}, nil
	}},
	"GetSize": {"", func(o *object, _ []any) ([]any, error) {
		b := o.box(o.node)
		return []any{b.Width, b.Height}, nil
	}},
	"GetLayer": {"", func(o *object, _ []any) ([]any, error) {
		const widget, window = 3, 7
		if o.node.Role == accessibility.RoleWindow {
			return []any{uint32(window)}, nil
		}
		return []any{uint32(widget)}, nil
	}},
	"GetMDIZOrder": constant("", int16(0)),
	"GetAlpha":     constant("", 1.0),
	"GrabFocus":    {"", func(o *object, _ []any) ([]any, error) { return []any{o.focus()}, nil }},
	// What has the keyboard scrolls itself into sight.
	"ScrollTo":      {"u", func(o *object, _ []any) ([]any, error) { return []any{o.focus()}, nil }},
	"ScrollToPoint": constant("uii", false),
	"SetExtents":    constant("iiiiu", false),
	"SetPosition":   constant("iiu", false),
	"SetSize":       constant("ii", false),
}

// box is a place in pixels.
type box struct{ X, Y, Width, Height int32 }

func (o *object) box(n *accessibility.Node) box {
	px := func(v float32) int32 { return int32(math.Round(float64(v * o.view.tree.Scale))) }
	r := n.Bounds
	x, y := px(r.X), px(r.Y)
	return box{x, y, px(r.X+r.Width) - x, px(r.Y+r.Height) - y}
}

func (b box) has(x, y int32) bool {
	return x >= b.X && y >= b.Y && x < b.X+b.Width && y < b.Y+b.Height
}

// at is the innermost node at a point; nil: there is none.
func (o *object) at(n *accessibility.Node, x, y int32) *accessibility.Node {
	if n.States.Offscreen || !o.box(n).has(x, y) {
		return nil
	}
	for i := len(n.Children) - 1; i >= 0; i-- { // the last is drawn over the others
		if c := o.at(&n.Children[i], x, y); c != nil {
			return c
		}
	}
	return n
}

// focus asks for the keyboard, and reports whether the node can have it.
func (o *object) focus() bool {
	if !o.node.States.Focusable {
		return false
	}
	o.o.Focus(o.node.ID)
	return true
}

// actionMethods are org.a11y.atspi.Action's: each node has one, which presses it
// or, where there is nothing to press, gives it the keyboard.
var actionMethods = map[string]method{
	"GetName":          {"i", actionName},
	"GetLocalizedName": {"i", actionName},
	"GetDescription":   constant("i", ""),
	"GetKeyBinding":    constant("i", ""),
	"GetActions": answer(func(o *object) any {
		return []struct{ Name, Description, Key string }{{o.action(), "", ""}}
	}),
	"DoAction": {"i", func(o *object, args []any) ([]any, error) {
		switch {
		case args[0].(int32) != 0:
			return []any{false}, nil
		case o.node.CanPress:
			o.o.Press(o.node.ID)
			return []any{true}, nil
		}
		return []any{o.focus()}, nil
	}},
}

func actionName(o *object, args []any) ([]any, error) {
	if args[0].(int32) != 0 {
		return []any{""}, nil
	}
	return []any{o.action()}, nil
}

func (o *object) action() string {
	switch {
	case !o.node.CanPress:
		return "focus"
	case o.node.Role == accessibility.RoleLink:
		return "jump"
	case o.node.States.Checkable:
		return "toggle"
	}
	return "press"
}
