package screens

import (
	"slices"

	"fyne.io/fyne/v2"

	"app.latchkey/app/widgets"
)

// focusedIn is what has the keyboard in the window of o; nil: nothing.
func focusedIn(o fyne.CanvasObject) fyne.Focusable {
	if c := fyne.CurrentApp().Driver().CanvasForObject(o); c != nil {
		return c.Focused()
	}
	return nil
}

// dropLostFocus takes the focus off what is no longer shown; otherwise Enter and
// Esc would go there and do nothing.
func (r *Root) dropLostFocus() {
	c := fyne.CurrentApp().Driver().CanvasForObject(r.object)
	if c == nil || c.Focused() == nil {
		return
	}
	focused := c.Focused()
	for _, p := range r.pages {
		for _, f := range p.focusable() {
			if f == focused && (p != r.shown || !visibleOn(f, p)) {
				c.Unfocus()
				return
			}
		}
	}
	if r.ribbon.lost(focused) {
		c.Unfocus()
	}
	for _, f := range r.side.focusable() {
		if f == focused && !r.side.object.Visible() {
			c.Unfocus()
		}
	}
}

// focusLeft gives the focus back to what had it before a page was opened or a
// question asked; before is what was shown until now.
func (r *Root) focusLeft(before screen) {
	at := r.layer(r.shown)
	if before == nil || at >= r.layer(before) {
		return
	}
	was := r.left[at]
	clear(r.left[at:])
	if was != nil {
		r.giveFocus(was())
	}
}

// giveFocus lets f have the keyboard, if f is shown and nothing else has it.
func (r *Root) giveFocus(f fyne.Focusable) {
	c := fyne.CurrentApp().Driver().CanvasForObject(r.object)
	if f != nil && c != nil && c.Focused() == nil && r.operable(f) {
		c.Focus(f)
	}
}

// Continue takes over the keyboard's place from the screens that were shown
// before: they are made anew with the words of another language. It must be
// called while old is still in its window.
func (r *Root) Continue(old *Root) {
	r.resume = r.counterpart(old, focusedIn(old.object))
	for at, left := range old.left {
		if left != nil {
			r.left[at] = r.counterpart(old, left())
		}
	}
}

// counterpart is what stands where f stands in old, once it is there; nil where f
// stands nowhere.
func (r *Root) counterpart(old *Root, f fyne.Focusable) func() fyne.Focusable {
	for i, group := range old.groups() {
		if j := slices.Index(group, f); f != nil && j >= 0 {
			return func() fyne.Focusable {
				if now := r.groups()[i]; j < len(now) {
					return now[j]
				}
				return nil
			}
		}
	}
	return nil
}

// groups lists what the keyboard reaches, shown or not.
func (r *Root) groups() [][]fyne.Focusable {
	out := [][]fyne.Focusable{{r.menu.object}, r.ribbon.focusable(), r.side.focusable()}
	for _, p := range r.pages {
		out = append(out, p.focusable())
	}
	return out
}

// operable reports whether f can be reached by the keyboard just now.
func (r *Root) operable(f fyne.Focusable) bool {
	return r.shown != nil && visibleOn(f, r.shown) || r.menu.object == f || visible(f, r.ribbon.object) ||
		r.side.object.Visible() && visible(f, r.side.frame.Content())
}

// focusFirst puts the focus where something must be typed, when that page
// appears.
func (r *Root) focusFirst(changed bool) {
	page, ok := r.shown.(interface{ first() fyne.Focusable })
	if c := fyne.CurrentApp().Driver().CanvasForObject(r.object); ok && changed && c != nil {
		c.Focus(page.first())
	}
}

// visibleOn reports whether f is shown on p.
func visibleOn(f fyne.Focusable, p screen) bool {
	head := p.page().Head()
	return visible(f, p.page().Content()) || head != nil && visible(f, head)
}

// visible reports whether f is below within, and everything around it is shown.
func visible(f fyne.Focusable, within fyne.CanvasObject) bool {
	found := false
	var walk func(o fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		if found || !o.Visible() {
			return
		}
		if o == f.(fyne.CanvasObject) {
			found = true
			return
		}
		if c, ok := o.(*fyne.Container); ok {
			for _, child := range c.Objects {
				walk(child)
			}
		}
	}
	walk(within)
	return found
}

// revealing makes buttons scroll themselves into view when the keyboard reaches
// them.
func revealing(p *widgets.Page, buttons ...*widgets.Button) {
	for _, b := range buttons {
		b.OnFocus = func(b *widgets.Button) { p.Reveal(b) }
	}
}
